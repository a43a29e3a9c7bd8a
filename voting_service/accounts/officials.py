"""Who acts, and what they may do: plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ..text import Text, _

Role = Literal["admin", "operator", "reviewer", "judge", "committee", "handler", "supervisor"]
ROLES: tuple[Role, ...] = ("admin", "operator", "reviewer", "judge", "committee", "handler", "supervisor")
"""A committee member decides, a judge scores; one person may be both. A supervisor changes nothing."""

ROLE_NAMES: dict[Role, Text] = {
    "admin": _("管理员"),
    "operator": _("经办人"),
    "reviewer": _("审核人"),
    "judge": _("打分评委"),
    "committee": _("评委"),
    "handler": _("承办人"),
    "supervisor": _("纪检监督员"),
}

ROLE_DUTIES: dict[Role, Text] = {
    "admin": _("管理工作人员、角色和账号"),
    "operator": _("建立活动、开始投票，提出对选票的决定，办理名单、公示和表彰"),
    "reviewer": _("审核候选人主页"),
    "judge": _("给候选人打分"),
    "committee": _("确认对选票的决定，认定计票结果，表决，确认名单"),
    "handler": _("受理和查核异议，提出处理意见"),
    "supervisor": _("什么都能看，什么都不能改"),
}
"""What each does, in a few words, for whoever gives it."""

EVERYWHERE = ""
BY_UNIT: tuple[Role, ...] = ("operator", "reviewer")
"""Roles that may be given for one unit's candidates alone. The others are about the whole: who scores or decides for one
unit alone would not be impartial."""
PROTECTED: tuple[Role, ...] = ("admin", "supervisor")
"""Roles whose holders' accounts no single administrator changes: else one could make themselves two, or send the watcher away."""


class RoleAt(NamedTuple):
    """One role, and where it holds."""

    role: Role
    slug: str = EVERYWHERE
    unit: str = ""

    @property
    def spelled(self) -> str:
        """As commands and the journal write it: ``handler@slug``, ``operator@*``, ``reviewer@slug/unit``."""
        return f"{self.role}@{self.slug or '*'}" + (f"/{self.unit}" if self.unit else "")

    @property
    def spoken(self) -> Text:
        """In words, for lists: ``承办人（slug）``."""
        name = ROLE_NAMES[self.role]
        if self.unit:
            return _("%(role)s（%(where)s，%(unit)s）", role=name, where=self.slug, unit=self.unit)
        return _("%(role)s（%(where)s）", role=name, where=self.slug) if self.slug else name


@dataclass(frozen=True)
class ActingOfficial:
    """A signed-in official as verbs know them."""

    id: int
    name: str
    roles: frozenset[tuple[Role, str]]
    """Role and campaign slug; ``EVERYWHERE`` for all campaigns."""
    unit_roles: frozenset[tuple[Role, str, str]] = field(default=frozenset())
    """Role, campaign slug and unit: what holds for candidates of one unit alone."""

    def may(self, slug: str, *roles: Role, unit: str | None = None) -> bool:
        """Whether they have one of these roles in this campaign. Whoever supervises it has no other role in it, whatever
        else was given to them: who watches does not act. ``unit``: that of the candidate at hand, where the thing is one
        candidate's; roles for that unit count then as well."""
        if self._holds(slug, "supervisor", None):
            return "supervisor" in roles
        return any(self._holds(slug, role, unit) for role in roles)

    def _holds(self, slug: str, role: Role, unit: str | None) -> bool:
        return any(
            (role, where) in self.roles or (unit is not None and (role, where, unit) in self.unit_roles)
            for where in (slug, EVERYWHERE)
        )

    def has(self, *roles: Role) -> bool:
        """Whether they have one of these roles anywhere, for whatever unit."""
        return any(role in roles for role, *_where in (*self.roles, *self.unit_roles))

    def units(self, slug: str, *roles: Role) -> frozenset[str]:
        """The units for whose candidates alone they have one of these roles in this campaign."""
        if self._holds(slug, "supervisor", None):
            return frozenset()
        return frozenset(
            unit for role, where, unit in self.unit_roles if role in roles and where in (slug, EVERYWHERE)
        )

    @property
    def role_names(self) -> list[Text]:
        """Their roles in words, each once, in the order of ``ROLES``."""
        return [ROLE_NAMES[role] for role in ROLES if self.has(role)]
