"""Acts of two people, as every row of this room has them: one proposes, another confirms, or it is let go."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from ..accounts.officials import ActingOfficial
from ..candidates.personal_data import contact_data_in
from ..errors import Problem, ProblemsFound
from ..text import Text, _
from ..two_people import CONFIRMED, DROPPED, PROPOSED

LONGEST_REASON = 300


class Proposed(Protocol):
    """A row that waits for a second person."""

    state: str
    proposed_by: int
    confirmed_by: int | None
    confirmed_at: datetime | None


def confirm_row(row: Proposed, official: ActingOfficial, at: datetime) -> None:
    """The second person. Raises ProblemsFound."""
    if row.state != PROPOSED:
        raise ProblemsFound([Problem("", _("这一项已经处理过了。"))])
    if row.proposed_by == official.id:
        raise ProblemsFound([Problem("", _("提出和确认必须是两个人；这项是您提出的。"))])
    row.state, row.confirmed_by, row.confirmed_at = CONFIRMED, official.id, at


def drop_row(row: Proposed) -> None:
    """Let it go before it was confirmed. Raises ProblemsFound."""
    if row.state != PROPOSED:
        raise ProblemsFound([Problem("", _("这一项已经处理过了，不能作罢。"))])
    row.state = DROPPED


def reason_problems(where: str, reason: str, empty: Text, most: int = LONGEST_REASON) -> list[Problem]:
    """What is wrong with a reason that other officials read."""
    if not reason.strip():
        return [Problem(where, empty)]
    found = []
    if len(reason.strip()) > most:
        found.append(
            Problem(where, _("有 %(n)s 个字，最多 %(most)s 个字。", n=len(reason.strip()), most=most))
        )
    if contact := contact_data_in(reason):
        found.append(Problem(where, contact, _("请删去电话、证件号等个人信息。")))
    return found
