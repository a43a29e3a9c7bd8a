"""The round of scoring: its deadline, and its end. Until it is closed nobody sees a score.

It can be closed as soon as all sheets are in, or when the deadline has passed; whoever closes it without all of them says
why. A sheet that is given back opens it again (``reopening``).
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...clock import rfc3339
from ...errors import Problem, ProblemsFound
from ...text import _
from ..models import ScoreRound
from ..scheme import scheme_of
from ..two_people import reason_problems
from .queries import SCORING, RoundState, due_of, round_row, round_state, standing_sheets


def set_deadline(
    session: Session,
    slug: str,
    until: datetime | None,
    reason: str,
    *,
    at: datetime,
    official: ActingOfficial,
) -> None:
    """Set or extend the deadline, with a reason. Never to an earlier moment: who has planned by it must not be late all of a
    sudden. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    row = round_row(session, campaign.id)
    due = due_of(campaign, row)
    problems = reason_problems("reason", reason, _("请写明理由。"))
    if until is None:
        problems.append(Problem("until", _("请填写新的截止时间。")))
    elif until <= at:
        problems.append(Problem("until", _("必须晚于现在。")))
    elif due is not None and until <= due:
        problems.append(Problem("until", _("必须晚于原来的截止时间。")))
    if row is not None and row.closed_at is not None:
        problems.append(Problem("", _("打分已经结束。")))
    if problems:
        raise ProblemsFound(problems)
    assert until is not None  # checked
    row = row or _new_row(session, campaign)
    row.due_at, row.due_reason = until, reason.strip()
    journal(session, at=at, actor=official.name, act="set_scoring_deadline", subject=slug,
            details={"until": rfc3339(until), "reason": reason.strip()})  # fmt: skip


def close_round(session: Session, slug: str, reason: str, *, at: datetime, official: ActingOfficial) -> None:
    """End the scoring: from now on the sheets are seen and count. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    state = round_state(session, campaign, at)
    problems = problems_before_closing(session, campaign, state)
    if state.missing and not problems:
        problems += reason_problems("reason", reason, _("还有评委没有交表，请写明为什么结束打分。"))
    if problems:
        raise ProblemsFound(problems)
    sheets = standing_sheets(session, campaign.id)
    row = round_row(session, campaign.id) or _new_row(session, campaign)
    row.closed_at, row.closed_by = at, official.id
    counted = {
        "sheets": sorted([sheet.judge_id, sheet.version] for sheet in sheets.values()),
        "absent": sorted(judge.official.id for judge in state.missing),
        "reason": reason.strip() if state.missing else "",
    }
    row.counted_json = json.dumps(counted, ensure_ascii=False, sort_keys=True)
    journal(session, at=at, actor=official.name, act="close_scoring", subject=slug,
            details={"sheets": sorted(sheet.sha256 for sheet in sheets.values()), "absent": len(state.missing),
                     "reason": counted["reason"]})  # fmt: skip


def problems_before_closing(session: Session, campaign: Campaign, state: RoundState) -> list[Problem]:
    """Everything that keeps the round from being closed."""
    if state.closed_at is not None:
        return [Problem("", _("打分已经结束。"))]
    if campaign.phase not in SCORING or not scheme_of(campaign.plan).by("judges"):
        return [Problem("", _("这个评选活动现在没有要评委打分的事项。"))]
    problems = []
    if state.missing and not state.is_late:
        problems.append(
            Problem(
                "",
                _("还有 %(n)s 位评委没有交表，截止时间也没有到。", n=len(state.missing)),
                _("请等全部交齐，或者等到截止时间以后。"),
            )
        )
    if not standing_sheets(session, campaign.id):
        problems.append(Problem("", _("还没有一份评分表。"), _("请提醒评委打分。")))
    return problems


def reopen_round(session: Session, campaign: Campaign) -> None:
    """The round goes on: a sheet was given back. Part of that act, which is journaled."""
    row = round_row(session, campaign.id)
    if row is not None:
        row.closed_at = row.closed_by = row.counted_json = None


def _new_row(session: Session, campaign: Campaign) -> ScoreRound:
    row = ScoreRound(campaign_id=campaign.id)
    session.add(row)
    return row
