"""How far an administrator reaches: pure questions about who acts and upon whom.

An administrator of one campaign gives and takes roles in it, and manages people whose roles all lie in it. Nobody gives what
lies beyond them, whatever a form says.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from .officials import EVERYWHERE, PROTECTED, ActingOfficial, RoleAt

Act = Literal["give", "take", "end", "invite", "reset"]


def may_give(official: ActingOfficial, role: RoleAt) -> bool:
    """Whether a role lies within what they administer; the same for taking it."""
    return official.may(role.slug, "admin")


def may_manage(official: ActingOfficial, roles: Collection[RoleAt]) -> bool:
    """Whether somebody with these roles is theirs to invite, reset and end: that touches all of their roles. Who has none
    belongs to whoever administers everything."""
    return all(may_give(official, one) for one in roles) if roles else official.may(EVERYWHERE, "admin")


def may_see(official: ActingOfficial, role: RoleAt) -> bool:
    """Whether a role holds in something that they administer or supervise."""
    if role.slug == EVERYWHERE:
        return official.has("admin", "supervisor")
    return official.may(role.slug, "admin", "supervisor")


def sees(official: ActingOfficial, roles: Collection[RoleAt]) -> bool:
    """Whether somebody with these roles stands on their page of officials."""
    return any(may_see(official, one) for one in roles) or official.may(EVERYWHERE, "admin", "supervisor")


def needs_second(
    official: ActingOfficial, act: Act, whom: int, role: RoleAt | None, held: Collection[RoleAt]
) -> bool:
    """Whether a second administrator has to confirm it, where there is one: whatever touches an administrator or a
    supervisor, and whatever role somebody would give themselves. Of ``held``, what somebody has, only the account's acts ask:
    whoever can set its passphrase anew can act in its name."""
    if act == "give":
        return role is not None and (role.role in PROTECTED or whom == official.id)
    if act == "take":
        return role is not None and role.role in PROTECTED and whom != official.id
    return any(one.role in PROTECTED for one in held)
