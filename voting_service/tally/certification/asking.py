"""Asking for a check of the books, and what the latest one found. The watch makes it: at a million ballots it takes minutes,
which no request should."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...errors import Problem, ProblemsFound
from ...text import Text, _
from ..count import Tally
from ..decisions.queries import last_sequence
from ..log_side import is_signed
from .checking import Checked, checked_of, problems_before_proposing
from .models import BooksCheck
from .queries import tally_of

GOOD_FOR = timedelta(hours=24)
"""What was found to agree may be put to the members for so long."""
QUIET = timedelta(minutes=1)
"""So long without a sign of life from any check, and whoever waits is told to look after the watch."""


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
            campaign_id=campaign.id, number=(last.number if last else 0) + 1, asked_by=official.id, asked_at=at, attempts=0,
            percent=0, seen_at=None, ended_at=None, problems=None, document=None, sha256=None, log_size=None, checkpoint=None,
            decisions=None,
        )
    )  # fmt: skip
    journal(session, at=at, actor=official.name, act="check_books", subject=slug,
            details={"number": asked.number})  # fmt: skip
    return asked


def books_check(session: Session, campaign_id: int) -> BooksCheck | None:
    """The latest one; None as long as nobody has asked."""
    return session.get(BooksCheck, campaign_id)


def why_it_waits(session: Session, check: BooksCheck, now: datetime) -> Text | None:
    """Why an open check does not go on, as far as its waiting needs a word; None where it does, or has hardly begun to wait."""
    if check.ended_at is not None or now - (check.seen_at or check.asked_at) <= QUIET:
        return None
    seen = session.scalar(select(func.max(BooksCheck.seen_at)).where(BooksCheck.ended_at.is_(None)))
    if seen is not None and now - seen <= QUIET:
        return _("前面还有别的评选在核对账目，轮到时自动开始。")
    return _(
        "已经等了一分钟，还没有动静。请运维人员查看值守程序（voting-service fraud watch）是否在运行；它一运行就会继续核对。"
    )


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
    return _as_it_was_found(session, campaign, check)


def _as_it_was_found(session: Session, campaign: Campaign, check: BooksCheck) -> Checked:
    document, size, checkpoint = check.document or b"", check.log_size or 0, check.checkpoint or ""
    if sha256(document).hexdigest() != check.sha256 or not is_signed(session, campaign.id, size, checkpoint):
        raise ProblemsFound([Problem("", _("核对的记录被改动过。"), _("请重新核对账目。"))])
    tally: Tally = tally_of(document)
    return checked_of(session, campaign, tally, size, checkpoint)


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
