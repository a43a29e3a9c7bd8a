"""Which counts the public may see now, and what is said beside them.

Live counts come from the box, at most once a second in each process; daily and final ones were counted from the
ledger and stand with the campaign. What is held and voided beside them is always the ledger's. A box that is away
leaves the last figures, dated.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..candidates.showcase import CampaignOnShow
from ..clock import Clock, spoken_day
from ..text import Text, _
from .ballot_box import BallotBox, BoxUnavailable
from .set_aside import SetAside, SetAsideBoard

FRESH_S = 1.0
NOTHING_SET_ASIDE = SetAside()


@dataclass(frozen=True)
class Counts:
    """What is shown. ``counts`` has every candidate; ``ballots`` is the number of ballots counted."""

    shown: bool
    final: bool
    counts: Mapping[int, int]
    ballots: int | None
    as_of: datetime | None
    note: Text
    set_aside: SetAside = NOTHING_SET_ASIDE
    """Ballots held and voided; all zero where counts are not shown."""
    certified_at: datetime | None = None
    """When the committee made them official."""

    @property
    def stamp(self) -> Hashable:
        """Changes whenever a page that shows them must."""
        aside = self.set_aside
        return (
            self.shown, self.final, self.certified_at, self.ballots, tuple(self.counts.values()), aside.held_ballots,
            aside.voided_ballots, tuple(aside.held.items()), tuple(aside.voided.items()),
        )  # fmt: skip


class CountsBoard:
    """The counts of every campaign, as this process last saw them."""

    def __init__(self, box: BallotBox, clock: Clock, set_aside: SetAsideBoard) -> None:
        self._box = box
        self._set_aside = set_aside
        self._clock = clock
        self._live: dict[str, tuple[float, Counts]] = {}

    def counts(self, campaign: CampaignOnShow) -> Counts:
        """What may be shown of this campaign now."""
        if campaign.published_counts is not None:
            return _published(campaign)
        if campaign.rules.counts_mode == "live" and campaign.phase == "open":
            return self._live_counts(campaign)
        return _nothing(campaign)

    def _live_counts(self, campaign: CampaignOnShow) -> Counts:
        known = self._live.get(campaign.slug)
        if known and time.monotonic() - known[0] < FRESH_S:
            return known[1]
        try:
            numbers = self._box.provisional_counts(campaign.slug)
            state = self._box.state(campaign.slug)
        except BoxUnavailable:
            return known[1] if known else _away()
        set_aside = self._set_aside.of(campaign.id, state.decisions if state else 0)
        if set_aside is None:
            return known[1] if known else _away()
        fresh = Counts(
            shown=True,
            final=False,
            counts={number: numbers.get(number, 0) for number in campaign.by_number},
            ballots=state.counted if state else None,
            as_of=self._clock.now(),
            note=_("实时票数仅供参考，以认定结果为准。"),
            set_aside=set_aside,
        )
        self._live[campaign.slug] = (time.monotonic(), fresh)
        return fresh


def _published(campaign: CampaignOnShow) -> Counts:
    published = campaign.published_counts or {}
    counted = {int(number): count for number, count in published["counts"].items()}
    said = published.get("certified_at")
    certified_at = datetime.fromisoformat(said) if said else None
    if certified_at:
        day = spoken_day(certified_at.astimezone(campaign.rules.zone))
        note = _("计票结果已经评审委员会于%(day)s认定。", day=day)
    elif published["final"]:
        note = _("计票已完成，待评审委员会认定。")
    else:
        note = _("票数每天 %(at)s 公布一次。", at=campaign.rules.counts.split()[1])
    return Counts(
        shown=True,
        final=published["final"],
        counts={number: counted.get(number, 0) for number in campaign.by_number},
        ballots=published["ballots"],
        as_of=datetime.fromisoformat(published["as_of"]),
        note=note,
        set_aside=SetAside.from_published(published),
        certified_at=certified_at,
    )


def _nothing(campaign: CampaignOnShow) -> Counts:
    if campaign.phase == "closed":
        note = _("正在计票，稍后公布。")
    elif campaign.rules.counts_mode == "daily":
        note = _("票数每天 %(at)s 公布一次。", at=campaign.rules.counts.split()[1])
    elif campaign.rules.counts_mode == "hidden":
        note = _("投票结束前不公布票数。")
    else:
        note = _("投票开始后实时显示票数。")
    return Counts(shown=False, final=False, counts={}, ballots=None, as_of=None, note=note)


def _away() -> Counts:
    return Counts(False, False, {}, None, None, _("票数暂时读取不到，请稍后再看。"))
