"""What waits in the assessment's rooms, for the desk's first page: open sheets, rounds to close, second persons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.desk_home import DeskLine, DeskSection
from ...accounts.officials import ActingOfficial
from ...campaigns.models import CLOSED, Campaign
from ...campaigns.queries import campaigns_in
from ...clock import spoken
from ...names import in_quotes
from ...text import Text, _
from ...two_people import PROPOSED
from ..models import AssessmentFigures, GroupOpinion, Recusal, ScoreReopening, Worksheet
from ..scheme import scheme_of
from .handing_in import own_sheet
from .queries import SCORING, round_state

SOON = timedelta(days=1)
"""A deadline that is nearer is urgent."""
JUDGES_BY = timedelta(days=3)
"""So long before the voting ends, or before the scores are due, it matters that nobody has been made a judge."""


def scores_url(slug: str) -> str:
    """Where a campaign's scoring is."""
    return f"/desk/campaigns/{slug}/scores"


def assessment_url(slug: str) -> str:
    """Where a campaign's worksheet is."""
    return f"/desk/campaigns/{slug}/assessment"


def assessment_waiting(session: Session, official: ActingOfficial, now: datetime) -> DeskSection | None:
    """Everything of the assessment that this official can do something about now."""
    if not official.has("judge", "operator", "committee"):
        return None
    lines: list[DeskLine] = []
    for campaign in campaigns_in(session, *SCORING):
        if scheme_of(campaign.plan).criteria:
            lines += _of(session, campaign, official, now)
    return DeskSection(_("评审打分"), tuple(lines)) if lines else None


def _of(session: Session, campaign: Campaign, official: ActingOfficial, now: datetime) -> Iterator[DeskLine]:
    if scheme_of(campaign.plan).by("judges"):
        if official.may(campaign.slug, "judge"):
            yield from _own(session, campaign, official, now)
        if official.may(campaign.slug, "operator"):
            yield from _round(session, campaign, now)
    yield from _second_person(session, campaign, official)


def _own(session: Session, campaign: Campaign, official: ActingOfficial, now: datetime) -> Iterator[DeskLine]:
    sheet = own_sheet(session, campaign.slug, official)
    if sheet.handed_in or sheet.closed:
        return
    url, title = scores_url(campaign.slug), in_quotes(campaign.title)
    if sheet.is_late(now):
        yield DeskLine(_("“%(title)s”的评分表没有交，已过截止时间", title=title), url, urgent=True)
        return
    done, all_of = len(sheet.to_score) - len(sheet.unscored), len(sheet.to_score)
    text: Text = _("“%(title)s”请您打分，已打 %(done)s／%(all_of)s 位", title=title, done=done, all_of=all_of)
    urgent = sheet.due is not None and sheet.due - now < SOON
    if sheet.due is not None:
        local = spoken(sheet.due.astimezone(campaign.rules.zone))
        text = _("%(text)s，%(due)s 前交", text=text, due=local)
    yield DeskLine(text, url, urgent)


def _round(session: Session, campaign: Campaign, now: datetime) -> Iterator[DeskLine]:
    state = round_state(session, campaign, now)
    url, title = f"{scores_url(campaign.slug)}/round", in_quotes(campaign.title)
    if state.closed_at is not None:
        return
    if not state.judges:
        closes = campaign.rules.closes_at
        if judges_matter(campaign.phase == CLOSED, closes, state.due, now):
            when = _("打分已经到期") if state.is_late else _("投票已结束") if now >= closes else _("即将打分")
            yield DeskLine(
                _("“%(title)s”还没有打分评委，%(when)s", title=title, when=when), url, now >= closes
            )
    elif state.all_in:
        yield DeskLine(_("“%(title)s”评分表已交齐，可以结束打分", title=title), url)
    elif state.is_late:
        missing = len(state.missing)
        yield DeskLine(
            _("“%(title)s”打分已到截止时间，%(n)s 位评委没有交表", title=title, n=missing), url, urgent=True
        )


def judges_matter(is_closed: bool, closes_at: datetime, due: datetime | None, now: datetime) -> bool:
    """Whether a campaign without judges is to be told of. While its voting has just begun there is time, and a warning that
    stands for weeks is one that nobody reads; the page of the round says it all the while."""
    nearest = min(closes_at, due) if due else closes_at
    return is_closed or now >= nearest - JUDGES_BY


def _second_person(session: Session, campaign: Campaign, official: ActingOfficial) -> Iterator[DeskLine]:
    slug, title = campaign.slug, in_quotes(campaign.title)

    def waiting(model: type) -> list[int]:
        mine = [model.campaign_id == campaign.id, model.state == PROPOSED, model.proposed_by != official.id]  # type: ignore[attr-defined]
        return list(session.scalars(select(model.id).where(*mine)))  # type: ignore[attr-defined]

    round_url, sheet_url = f"{scores_url(slug)}/round", assessment_url(slug)
    if official.may(slug, "committee"):
        if waiting(ScoreReopening):
            yield DeskLine(_("“%(title)s”有退回评分表的申请，等待您确认", title=title), round_url)
        if waiting(Recusal):
            yield DeskLine(_("“%(title)s”有评委回避的决定，等待您确认", title=title), round_url)
        if waiting(GroupOpinion):
            yield DeskLine(_("“%(title)s”有集体评议意见，等待您确认", title=title), f"{sheet_url}/opinions")
        if waiting(Worksheet):
            yield DeskLine(_("“%(title)s”的测算表等待您定稿", title=title), f"{sheet_url}/close")
    if official.may(slug, "operator", "committee"):
        for key in sorted(
            set(
                session.scalars(
                    select(AssessmentFigures.criterion).where(
                        AssessmentFigures.campaign_id == campaign.id,
                        AssessmentFigures.state == PROPOSED,
                        AssessmentFigures.proposed_by != official.id,
                    )
                )
            )
        ):
            criterion = scheme_of(campaign.plan).criterion(key)
            name = criterion.name if criterion else key
            yield DeskLine(
                _("“%(title)s”的“%(name)s”数据等待您核对", title=title, name=in_quotes(name)),
                f"{sheet_url}/figures/{key}",
            )
