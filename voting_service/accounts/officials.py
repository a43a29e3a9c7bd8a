"""Who acts, and what they may do: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..text import Text, _

Role = Literal["admin", "operator", "committee", "handler", "supervisor"]
ROLES: tuple[Role, ...] = ("admin", "operator", "committee", "handler", "supervisor")
"""admin 管理员, operator 经办人, committee 评委, handler 承办人, supervisor 纪检监督员. A supervisor changes nothing."""

ROLE_NAMES: dict[Role, Text] = {
    "admin": _("管理员"),
    "operator": _("经办人"),
    "committee": _("评委"),
    "handler": _("承办人"),
    "supervisor": _("纪检监督员"),
}

EVERYWHERE = ""


@dataclass(frozen=True)
class ActingOfficial:
    """A signed-in official as verbs know them."""

    id: int
    name: str
    roles: frozenset[tuple[Role, str]]
    """Role and campaign slug; ``EVERYWHERE`` for all campaigns."""

    def may(self, slug: str, *roles: Role) -> bool:
        """Whether they have one of these roles in this campaign. Whoever supervises it has no other role in it, whatever
        else was given to them: who watches does not act."""
        if self._holds(slug, "supervisor"):
            return "supervisor" in roles
        return any(self._holds(slug, role) for role in roles)

    def _holds(self, slug: str, role: Role) -> bool:
        return any((role, where) in self.roles for where in (slug, EVERYWHERE))

    def has(self, *roles: Role) -> bool:
        """Whether they have one of these roles anywhere."""
        return any(role in roles for role, _where in self.roles)

    @property
    def role_names(self) -> list[Text]:
        """Their roles in words, each once, in the order of ``ROLES``."""
        return [ROLE_NAMES[role] for role in ROLES if self.has(role)]
