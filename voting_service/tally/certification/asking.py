"""Asking for a check of the books, and what the latest one found. The watch makes it: at a million ballots it takes minutes,
which no request should."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...committee.members import committee_members
from ...committee.quorum import quorum_of
from ...errors import Problem, ProblemsFound
from ...text import Text, _
from ..decisions.queries import last_sequence
from .checking import Checked, problems_before_proposing
from .models import BooksCheck
from .queries import tally_of

GOOD_FOR = timedelta(hours=24)
"""What was found to agree may be put to the members for so long."""
QUIET = timedelta(minutes=1)
"""So long without a sign of life, and whoever waits is told to look after the watch."""


def ask_for_check(session: Session, slug: str, *, at: datetime, official: ActingOfficial) -> BooksCheck:
    """Have the watch check at once; whoever asks while it does gets that same check. Raises ProblemsFound, NotFound. The
    caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    last = books_check(session, campaign.id)
    if last is not None and last.ended_at is None:
        return last
    if found := problems_before_proposing(session, campaign):
        raise ProblemsFound(found)
    asked = session.merge(
        BooksCheck(
            campaign_id=campaign.id, number=(last.number if last else 0) + 1, asked_by=official.id, asked_at=at, percent=0,
            seen_at=None, ended_at=None, problems=None, document=None, sha256=None, log_size=None, checkpoint=None,
            decisions=None,
        )
    )  # fmt: skip
    journal(session, at=at, actor=official.name, act="check_books", subject=slug)
    return asked


def books_check(session: Session, campaign_id: int) -> BooksCheck | None:
    """The latest one; None as long as nobody has asked."""
    return session.get(BooksCheck, campaign_id)


def is_quiet(check: BooksCheck, now: datetime) -> bool:
    """Whether nobody seems to be at it."""
    return check.ended_at is None and now - (check.seen_at or check.asked_at) > QUIET


def found_good(session: Session, campaign: Campaign, now: datetime) -> Checked:
    """What the latest check found to agree, for the members of today. Raises ProblemsFound where it found otherwise, has not
    ended, or is not of these ballots any more."""
    check = books_check(session, campaign.id)
    if check is None:
        raise ProblemsFound([Problem("", _("还没有核对账目。"), _("请先核对账目。"))])
    if check.ended_at is None:
        raise ProblemsFound([Problem("", _("账目正在核对，还没有结果。"))])
    if check.problems is not None:
        raise ProblemsFound(read_problems(check.problems))
    if check.decisions != last_sequence(session, campaign.id):
        raise ProblemsFound([Problem("", _("核对以后对选票又有决定。"), _("请重新核对账目。"))])
    if now - check.ended_at > GOOD_FOR:
        raise ProblemsFound([Problem("", _("上次核对已经超过一天。"), _("请重新核对账目。"))])
    return _checked(session, campaign, check)


def _checked(session: Session, campaign: Campaign, check: BooksCheck) -> Checked:
    if check.document is None or check.sha256 is None or check.log_size is None:
        raise ValueError("a check that ended without problems has no tally")
    return Checked(
        tally_of(check.document), check.document, check.sha256, check.log_size, check.checkpoint or "", check.decisions or 0,
        tuple(committee_members(session, campaign.slug)), quorum_of(campaign.plan),
    )  # fmt: skip


def written_problems(problems: Sequence[Problem]) -> str:
    """For the row; nobody knows yet in which language they are read."""
    plain = [
        [one.where, one.sentence.to_json(), one.remedy.to_json() if one.remedy else None] for one in problems
    ]
    return json.dumps(plain, ensure_ascii=False)


def read_problems(written: str) -> list[Problem]:
    """From the row."""
    return [
        Problem(where, Text.from_json(sentence), Text.from_json(remedy) if remedy else None)
        for where, sentence, remedy in json.loads(written)
    ]
