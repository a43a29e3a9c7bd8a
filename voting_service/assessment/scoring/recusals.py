"""Recusal (回避): a judge does not score one candidate, by their own word before handing in, or by order of two committee
members at any time. Their points for that candidate, if there are any, do not count."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...candidates.departures import standing_roster
from ...errors import NotFound, Problem, ProblemsFound
from ...text import _
from ...two_people import CONFIRMED, PROPOSED
from ..models import LIFTED, Recusal
from ..two_people import confirm_row, drop_row, reason_problems
from .handing_in import keep_draft, own_sheet, writing_problems
from .queries import counted_sheets, panel, stood_aside


def recuse_oneself(
    session: Session, slug: str, number: int, reason: str, *, at: datetime, official: ActingOfficial
) -> Recusal:
    """Stand aside from a candidate. Raises ProblemsFound, NotFound. The caller commits."""
    sheet = own_sheet(session, slug, official, lock=True)
    if number not in [one.number for one in sheet.candidates]:
        raise NotFound(_("没有 %(number)s 号候选人。", number=number))
    problems = writing_problems(sheet, at)
    problems += reason_problems("reason", reason, _("请写明回避的原因，例如“同一单位”。"))
    problems += _problems_together(session, sheet.campaign, official.id, number)
    if problems:
        raise ProblemsFound(problems)
    made = Recusal(
        campaign_id=sheet.campaign.id, judge_id=official.id, candidate=number, reason=reason.strip(), ordered=False,
        state=CONFIRMED, proposed_by=official.id, proposed_at=at, confirmed_by=official.id, confirmed_at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    if str(number) in sheet.scores:
        left = {key: row for key, row in sheet.scores.items() if key != str(number)}
        keep_draft(session, sheet, official, left, at)
    journal(session, at=at, actor=official.name, act="recuse_oneself", subject=slug,
            details={"candidate": number, "reason": made.reason})  # fmt: skip
    return made


def lift_recusal(session: Session, slug: str, number: int, *, at: datetime, official: ActingOfficial) -> None:
    """Take one's own recusal back, before handing in. Raises ProblemsFound, NotFound. The caller commits."""
    sheet = own_sheet(session, slug, official, lock=True)
    if problems := writing_problems(sheet, at):
        raise ProblemsFound(problems)
    row = session.scalar(
        select(Recusal).where(
            Recusal.campaign_id == sheet.campaign.id,
            Recusal.judge_id == official.id,
            Recusal.candidate == number,
            Recusal.state == CONFIRMED,
        )
    )
    if row is None:
        raise NotFound(_("您没有回避这位候选人。"))
    if row.ordered:
        raise ProblemsFound([Problem("", _("这是评委会决定的回避，不能自己取消。"))])
    row.state = LIFTED
    journal(session, at=at, actor=official.name, act="lift_recusal", subject=slug,
            details={"candidate": number})  # fmt: skip


def propose_recusal(
    session: Session, slug: str, judge_id: int | None, number: int | None, reason: str, *, at: datetime,
    official: ActingOfficial,
) -> Recusal:  # fmt: skip
    """A committee member proposes that a judge stand aside. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    problems = reason_problems("reason", reason, _("请写明回避的原因。"))
    known = _judges(session, campaign)
    if judge_id not in known:
        problems.append(Problem("judge", _("请选择评委。")))
    if number not in [one.number for one in standing_roster(session, campaign.id)]:
        problems.append(Problem("candidate", _("请选择候选人。")))
    if judge_id == official.id:
        problems.append(Problem("judge", _("自己回避请在自己的评分表上办理。")))
    if judge_id is not None and number is not None and not problems:
        problems += _problems_together(session, campaign, judge_id, number)
    if problems:
        raise ProblemsFound(problems)
    made = Recusal(
        campaign_id=campaign.id, judge_id=judge_id, candidate=number, reason=reason.strip(), ordered=True,
        state=PROPOSED, proposed_by=official.id, proposed_at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    journal(session, at=at, actor=official.name, act="propose_recusal", subject=slug,
            details={"recusal": made.id, "judge": judge_id, "candidate": number, "reason": made.reason})  # fmt: skip
    return made


def confirm_recusal(
    session: Session, slug: str, recusal_id: int, *, at: datetime, official: ActingOfficial
) -> None:
    """The second committee member. Raises ProblemsFound, NotFound. The caller commits."""
    campaign, row = _ordered(session, slug, recusal_id)
    if row.judge_id == official.id:
        raise ProblemsFound([Problem("", _("您就是要回避的评委，请由另一名评委会成员确认。"))])
    if problems := _problems_together(session, campaign, row.judge_id, row.candidate, but=row.id):
        raise ProblemsFound(problems)
    confirm_row(row, official, at)
    journal(session, at=at, actor=official.name, act="confirm_recusal", subject=slug,
            details={"recusal": row.id, "judge": row.judge_id, "candidate": row.candidate})  # fmt: skip


def drop_recusal(
    session: Session, slug: str, recusal_id: int, *, at: datetime, official: ActingOfficial
) -> None:
    """Let a proposal go. Raises ProblemsFound, NotFound. The caller commits."""
    _campaign, row = _ordered(session, slug, recusal_id)
    drop_row(row)
    journal(session, at=at, actor=official.name, act="drop_recusal", subject=slug,
            details={"recusal": row.id})  # fmt: skip


def _ordered(session: Session, slug: str, recusal_id: int) -> tuple[Campaign, Recusal]:
    campaign = campaign_by_slug(session, slug, lock=True)
    row = session.get(Recusal, recusal_id)
    if row is None or row.campaign_id != campaign.id or not row.ordered:
        raise NotFound(_("没有这一项。"))
    return campaign, row


def _judges(session: Session, campaign: Campaign) -> set[int]:
    """Who scores, and whose sheet counts though they score no more."""
    counted = counted_sheets(session, campaign.id)
    sheets = {sheet.judge_id for sheet in counted.sheets} if counted else set()
    return {judge.id for judge in panel(session, campaign.slug)} | sheets


def _problems_together(
    session: Session, campaign: Campaign, judge_id: int, number: int, *, but: int | None = None
) -> list[Problem]:
    """That it stands already, or that nobody would be left to score the candidate."""
    standing = session.scalars(
        select(Recusal.id).where(
            Recusal.campaign_id == campaign.id,
            Recusal.judge_id == judge_id,
            Recusal.candidate == number,
            Recusal.state.in_((PROPOSED, CONFIRMED)),
        )
    )
    if [one for one in standing if one != but]:
        return [Problem("", _("这位评委对这位候选人的回避已经提出或确认。"))]
    aside = stood_aside(session, campaign.id)
    counted = counted_sheets(session, campaign.id)
    scoring = {sheet.judge_id for sheet in counted.sheets} if counted else _judges(session, campaign)
    if not [one for one in scoring if one != judge_id and (one, number) not in aside]:
        return [
            Problem(
                "",
                _("这样就没有评委给 %(number)s 号打分了。", number=number),
                _("请先增加评委，再办理回避。"),
            )
        ]
    return []
