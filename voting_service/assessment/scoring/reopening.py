"""Giving a sheet back: an operator asks with a reason, a committee member agrees; neither is the judge. The version that
was handed in stays as it was; the judge goes on from it, and the round is open again."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.queries import campaign_by_slug
from ...errors import NotFound, Problem, ProblemsFound
from ...text import _
from ..models import ScoreDraft, ScoreReopening
from ..two_people import confirm_row, drop_row, reason_problems
from .queries import reopenings_waiting, scores_in, standing_sheets
from .rounds import reopen_round
from .score_values import Scores


def propose_reopening(
    session: Session, slug: str, judge_id: int, reason: str, *, at: datetime, official: ActingOfficial
) -> ScoreReopening:
    """An operator proposes it. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    sheet = standing_sheets(session, campaign.id).get(judge_id)
    problems = reason_problems("reason", reason, _("请写明为什么退回。"))
    if sheet is None:
        problems.append(Problem("", _("这位评委没有已提交的评分表。")))
    if judge_id == official.id:
        problems.append(Problem("", _("不能退回自己的评分表，请由另一名经办人提出。")))
    if any(row.judge_id == judge_id for row in reopenings_waiting(session, campaign.id)):
        problems.append(Problem("", _("这份评分表的退回已经提出，等待评委会成员确认。")))
    if problems or sheet is None:
        raise ProblemsFound(problems)
    made = ScoreReopening(
        campaign_id=campaign.id, judge_id=judge_id, version=sheet.version, reason=reason.strip(),
        proposed_by=official.id, proposed_at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    journal(session, at=at, actor=official.name, act="propose_reopening_scores", subject=slug,
            details={"judge": judge_id, "version": sheet.version, "reason": made.reason})  # fmt: skip
    return made


def confirm_reopening(
    session: Session, slug: str, reopening_id: int, *, at: datetime, official: ActingOfficial
) -> None:
    """A committee member agrees. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    row = _row(session, campaign.id, reopening_id)
    if row.judge_id == official.id:
        raise ProblemsFound([Problem("", _("这是您自己的评分表，请由另一名评委会成员确认。"))])
    sheet = standing_sheets(session, campaign.id).get(row.judge_id)
    confirm_row(row, official, at)
    if sheet is not None:
        _go_on_from(session, campaign.id, row.judge_id, scores_in(sheet), at)
    reopen_round(session, campaign)
    journal(session, at=at, actor=official.name, act="confirm_reopening_scores", subject=slug,
            details={"judge": row.judge_id, "version": row.version})  # fmt: skip


def drop_reopening(
    session: Session, slug: str, reopening_id: int, *, at: datetime, official: ActingOfficial
) -> None:
    """Let a proposal go. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    row = _row(session, campaign.id, reopening_id)
    drop_row(row)
    journal(session, at=at, actor=official.name, act="drop_reopening_scores", subject=slug,
            details={"judge": row.judge_id, "version": row.version})  # fmt: skip


def _row(session: Session, campaign_id: int, reopening_id: int) -> ScoreReopening:
    row = session.get(ScoreReopening, reopening_id)
    if row is None or row.campaign_id != campaign_id:
        raise NotFound(_("没有这一项。"))
    return row


def _go_on_from(session: Session, campaign_id: int, judge_id: int, scores: Scores, at: datetime) -> None:
    draft = session.get(ScoreDraft, (campaign_id, judge_id))
    text = json.dumps(scores, sort_keys=True)
    if draft is None:
        session.add(ScoreDraft(campaign_id=campaign_id, judge_id=judge_id, scores_json=text, saved_at=at))
    else:
        draft.scores_json, draft.saved_at = text, at
