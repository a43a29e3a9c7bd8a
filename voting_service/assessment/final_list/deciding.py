"""Making a list final, and withdrawing one: who may, upon what, and the second person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.queries import campaign_by_slug
from ...candidates.departures import departures_of
from ...committee.members import committee_members
from ...errors import Problem, ProblemsFound
from ...text import _
from ...webhooks.outbox import announce
from ..standings import latest_assessment
from ..two_people import reason_problems
from .basis import unsettled_scores
from .models import FINAL, PROPOSED, WITHDRAWN, FinalList
from .proposing import CHANGED_SINCE
from .queries import document_of, list_by_number, motion_on, motion_problems

InUse = Callable[[Session, FinalList], bool]
"""Whether a notice has been published from a list: asked of the rooms above, which know notices."""


def problems_before_confirming(
    session: Session, slug: str, row: FinalList, official: ActingOfficial
) -> list[Problem]:
    """All that keeps a proposed list from becoming final by this official."""
    if row.state != PROPOSED:
        return [Problem("", _("这份名单已经确认或撤回。"))]
    problems = []
    if row.proposed_by == official.id:
        problems.append(Problem("", _("提出和确认必须是两个人；这份名单是您提出的。")))
    return [*problems, *motion_problems(session, slug, row), *_outdated(session, row)]


def confirm_list(
    session: Session, slug: str, number: int, *, seen: str, at: datetime, official: ActingOfficial
) -> FinalList:
    """The second person: final from now on. ``seen``: the hash that was looked at. Raises ProblemsFound with every problem,
    NotFound. The caller commits."""
    # A notice, then the list it is drafted from, then the campaign: in this order whoever publishes one takes their locks too.
    row = list_by_number(session, slug, number, lock=True)
    # Whoever leaves, leaves before or after.
    campaign_by_slug(session, slug, lock=True)
    problems = problems_before_confirming(session, slug, row, official)
    if seen != row.document_sha256:
        problems.append(CHANGED_SINCE)
    if problems:
        raise ProblemsFound(problems)
    motion = motion_on(session, row)
    row.state, row.confirmed_by, row.confirmed_at = FINAL, official.id, at
    row.motion = motion.number if motion else None
    document = document_of(row)
    announce(
        session, "list.final", slug, {"list": row.name, "sha256": row.document_sha256, "seats": document["seats"]}, at=at
    )  # fmt: skip
    journal(session, at=at, actor=official.name, act="confirm_list", subject=f"{slug}/{row.name}",
            details={"sha256": row.document_sha256, "motion": row.motion})  # fmt: skip
    return row


def withdraw_list(
    session: Session, slug: str, number: int, reason: str, *, in_use: InUse, at: datetime, official: ActingOfficial
) -> FinalList:  # fmt: skip
    """Take a list back, for a reason: at once as long as it is proposed; a final one is asked for by one and withdrawn by
    another, who repeats no reason; one of them is of the committee. Raises ProblemsFound, NotFound. The caller commits."""
    row = list_by_number(session, slug, number, lock=True)
    problems = withdrawal_problems(session, row, official, in_use)
    asking = row.withdrawal_asked_by is None
    if asking:
        problems += reason_problems("reason", reason, _("请写明撤回的理由。"))
    if problems:
        raise ProblemsFound(problems)
    if asking:
        row.withdrawal_reason, row.withdrawal_asked_by, row.withdrawal_asked_at = (
            reason.strip(),
            official.id,
            at,
        )
    if row.state == PROPOSED or not asking:
        row.state, row.withdrawn_by, row.withdrawn_at = WITHDRAWN, official.id, at
    act = "withdraw_list" if row.state == WITHDRAWN else "ask_to_withdraw_list"
    journal(session, at=at, actor=official.name, act=act, subject=f"{slug}/{row.name}",
            details={"sha256": row.document_sha256})  # fmt: skip
    return row


def keep_list(session: Session, slug: str, number: int, *, at: datetime, official: ActingOfficial) -> None:
    """Let a withdrawal go that one person has asked for. Raises ProblemsFound, NotFound. The caller commits."""
    row = list_by_number(session, slug, number, lock=True)
    if row.state != FINAL or row.withdrawal_asked_by is None:
        raise ProblemsFound([Problem("", _("没有等待确认的撤回。"))])
    row.withdrawal_reason, row.withdrawal_asked_by, row.withdrawal_asked_at = None, None, None
    journal(session, at=at, actor=official.name, act="keep_list", subject=f"{slug}/{row.name}")


def withdrawal_problems(
    session: Session, row: FinalList, official: ActingOfficial, in_use: InUse
) -> list[Problem]:
    """Why this official cannot withdraw it, or take the second step of it."""
    if row.state == WITHDRAWN:
        return [Problem("", _("这份名单已经撤回。"))]
    problems = []
    if in_use(session, row):
        problems.append(
            Problem("", _("已经按这份名单发布了公示公告，不能撤回。"), _("要变动人选，请在公告的“名单变动和递补”里办理。"))
        )  # fmt: skip
    if row.state != FINAL or row.withdrawal_asked_by is None:
        return problems
    if row.withdrawal_asked_by == official.id:
        problems.append(Problem("", _("最终名单要两个人撤回；这次是您提出的，请另一人确认。")))
    if not member_among(session, row, official):
        problems.append(
            Problem(
                "",
                _("撤回最终名单的两个人里至少要有一名评委，提出的人不是评委。"),
                _("请一名评委确认。"),
            )
        )
    return problems


def member_among(session: Session, row: FinalList, official: ActingOfficial) -> bool:
    """Whether one of the two who withdraw a final list sits on the committee now, as whoever confirmed it does: what it has
    decided is not taken back past it."""
    slug = row.campaign.slug
    members = {one.official_id for one in committee_members(session, slug)}
    return official.may(slug, "committee") or row.withdrawal_asked_by in members


def _outdated(session: Session, row: FinalList) -> list[Problem]:
    """What has changed since it was proposed."""
    document = document_of(row)
    remedy = _("请撤回这份名单，重新拟定。")
    latest = latest_assessment(session, row.campaign_id)
    problems = []
    if latest is None or latest.sha256 != document["assessment"]["sha256"]:
        problems.append(Problem("", _("测算表另有新的定稿。"), remedy))
    problems += unsettled_scores(session, row.campaign)
    gone = departures_of(session, row.campaign_id)
    problems += [
        Problem(
            "", _("%(number)s 号 %(name)s 已经不是候选人。", number=one["number"], name=one["name"]), remedy
        )
        for one in document["people"]
        if one["number"] in gone
    ]
    return problems
