"""Where a campaign stands, in words: its phase, what comes next by the clock, and the stages of the whole selection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from ..clock import spoken, spoken_in_full
from ..text import Text, _
from .desk_links import CampaignStage
from .models import CLOSED, DRAFT, OPEN, SCHEDULED, Campaign

PHASE_WORDS: Mapping[str, Text] = {
    DRAFT: _("准备中"),
    SCHEDULED: _("已排期"),
    OPEN: _("投票中"),
    CLOSED: _("投票已结束"),
}
PHASE_TONES: Mapping[str, str] = {DRAFT: "calm", SCHEDULED: "wait", OPEN: "good", CLOSED: "calm"}


class Standing(NamedTuple):
    """One campaign as the list and its page show it."""

    slug: str
    title: str
    organiser: str
    phase: Text
    tone: str
    by_the_clock: Text
    steps: tuple[tuple[Text, bool], ...]
    """Stages in order, and whether each is behind."""
    is_public: bool
    next_path: str
    """The room in which the stage at hand is brought about; empty where the last is behind."""


def standings_of(
    session: Session, campaigns: Sequence[Campaign], stages: Iterable[CampaignStage], now: datetime
) -> list[Standing]:
    """Of each, everything but the rooms' own facts."""
    closed = [one.id for one in campaigns if one.phase == CLOSED]
    behind = [
        (stage, frozenset(stage.behind(session, closed)) if closed else frozenset()) for stage in stages
    ]
    return [_standing(one, [(stage, one.id in ids) for stage, ids in behind], now) for one in campaigns]


def _standing(campaign: Campaign, stages: Iterable[tuple[CampaignStage, bool]], now: datetime) -> Standing:
    paths = ["setup", "board"]
    steps = [(_("准备"), campaign.frozen), (_("投票"), campaign.phase == CLOSED)]
    for stage, is_behind in stages:
        steps.append((stage.label, is_behind))
        paths.append(stage.path)
    # A stage that a campaign goes without (no scores, a list made elsewhere) is not at hand once a later one is behind.
    behind = max((at for at, (_label, done) in enumerate(steps, 1) if done), default=0)
    next_path = paths[behind] if behind < len(paths) else ""
    return Standing(
        campaign.slug, campaign.title, campaign.organiser, PHASE_WORDS[campaign.phase], PHASE_TONES[campaign.phase],
        by_the_clock(campaign, now), tuple(steps), campaign.phase != DRAFT, next_path,
    )  # fmt: skip


def by_the_clock(campaign: Campaign, now: datetime) -> Text:
    """What the clock does next, or did last."""
    rules = campaign.rules
    if not campaign.frozen:
        return _before_opening(campaign, now)
    if campaign.phase == CLOSED:
        return _("投票已于 %(when)s 结束", when=_said(campaign, campaign.closed_at or rules.closes_at, now))
    if campaign.sealed_at is not None or rules.closes_at <= now:
        return _("已经封箱，正在入账")
    if rules.opens_at > now:
        return _("已冻结，%(when)s 起收票", when=_said(campaign, rules.opens_at, now))
    when, left = _said(campaign, rules.closes_at, now), _left(rules.closes_at - now)
    return _("%(when)s 截止投票，还有 %(left)s", when=when, left=left)


def _before_opening(campaign: Campaign, now: datetime) -> Text:
    opens_at = campaign.rules.opens_at
    when = _said(campaign, opens_at, now)
    if opens_at <= now:
        return _("预定的开始时间 %(when)s 已过", when=when)
    if campaign.phase == DRAFT:
        return _("预定 %(when)s 开始投票", when=when)
    return _("%(when)s 自动开始投票，还有 %(left)s", when=when, left=_left(opens_at - now))


def _said(campaign: Campaign, moment: datetime, now: datetime) -> Text:
    """Local, with its year where it is not this one's."""
    local = moment.astimezone(campaign.rules.zone)
    this_year = local.year == now.astimezone(campaign.rules.zone).year
    return spoken(local) if this_year else spoken_in_full(local)


def _left(span: timedelta) -> Text:
    if span >= timedelta(days=2):
        return _("%(n)s 天", n=span.days)
    if span >= timedelta(hours=2):
        return _("%(n)s 小时", n=int(span.total_seconds() // 3600))
    return _("%(n)s 分钟", n=max(1, int(span.total_seconds() // 60)))
