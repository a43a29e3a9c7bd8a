"""Who makes campaigns, who changes them before voting, and who may look at how that is done."""

from __future__ import annotations

from ..accounts.officials import EVERYWHERE, ActingOfficial, Role

WRITERS: tuple[Role, ...] = ("operator", "admin")
LOOKERS: tuple[Role, ...] = (*WRITERS, "committee", "supervisor")
TAKERS: tuple[Role, ...] = (*WRITERS, "supervisor")
"""Who may take the whole folder away: birth dates are in it, which no page and no other file gives to the committee."""


def may_create(official: ActingOfficial) -> bool:
    """Whether they may make a campaign: whoever has a part in one alone may not make another."""
    return official.may(EVERYWHERE, *WRITERS)
