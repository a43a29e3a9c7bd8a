"""What waits in the assessment's rooms, for the desk's first page: open sheets, rounds to close, second persons."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import literal, select
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
from .handing_in import sheet_in, sheets_ahead
from .queries import SCORING, round_state, rounds_ahead

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
    schemes = [(one, scheme_of(one.plan)) for one in campaigns_in(session, *SCORING)]
    campaigns = [one for one, scheme in schemes if scheme.criteria]
    judged = [one for one, scheme in schemes if scheme.by("judges")]
    own = [one for one in judged if official.may(one.slug, "judge")]
    run = [one for one in judged if official.may(one.slug, "operator")]
    sheets_ahead(session, own, official)
    rounds_ahead(session, run)
    proposals = _proposed_by_others(session, official)
    lines: list[DeskLine] = []
    for campaign in campaigns:
        if campaign in own:
            lines += _own(session, campaign, official, now)
        if campaign in run:
            lines += _round(session, campaign, now)
        lines += _second_person(campaign, official, proposals)
    return DeskSection(_("评审打分"), tuple(lines)) if lines else None


def _own(session: Session, campaign: Campaign, official: ActingOfficial, now: datetime) -> Iterator[DeskLine]:
    sheet = sheet_in(session, campaign, official)
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


def _proposed_by_others(session: Session, official: ActingOfficial) -> dict[type, dict[int, set[str]]]:
    """What waits for a second person who is not its first, by its kind and campaign. Of figures the criteria's keys."""
    found: dict[type, dict[int, set[str]]] = {}
    for model in (ScoreReopening, Recusal, GroupOpinion, Worksheet, AssessmentFigures):
        what = AssessmentFigures.criterion if model is AssessmentFigures else literal("")
        query = select(model.campaign_id, what).where(
            model.state == PROPOSED, model.proposed_by != official.id
        )
        of_model = found.setdefault(model, {})
        for campaign_id, key in session.execute(query):
            of_model.setdefault(campaign_id, set()).add(key)
    return found


def _second_person(
    campaign: Campaign, official: ActingOfficial, proposals: Mapping[type, Mapping[int, Collection[str]]]
) -> Iterator[DeskLine]:
    slug, title = campaign.slug, in_quotes(campaign.title)
    round_url, sheet_url = f"{scores_url(slug)}/round", assessment_url(slug)
    if official.may(slug, "committee"):
        if campaign.id in proposals[ScoreReopening]:
            yield DeskLine(_("“%(title)s”有退回评分表的申请，等待您确认", title=title), round_url)
        if campaign.id in proposals[Recusal]:
            yield DeskLine(_("“%(title)s”有评委回避的决定，等待您确认", title=title), round_url)
        if campaign.id in proposals[GroupOpinion]:
            yield DeskLine(_("“%(title)s”有集体评议意见，等待您确认", title=title), f"{sheet_url}/opinions")
        if campaign.id in proposals[Worksheet]:
            yield DeskLine(_("“%(title)s”的测算表等待您定稿", title=title), f"{sheet_url}/close")
    if official.may(slug, "operator", "committee"):
        for key in sorted(proposals[AssessmentFigures].get(campaign.id, ())):
            criterion = scheme_of(campaign.plan).criterion(key)
            name = criterion.name if criterion else key
            yield DeskLine(
                _("“%(title)s”的“%(name)s”数据等待您核对", title=title, name=in_quotes(name)),
                f"{sheet_url}/figures/{key}",
            )
