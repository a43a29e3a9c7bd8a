"""Ballot rules as plain values: what the campaign folder declares, ``opened`` publishes and the box enforces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ..clock import rfc3339
from ..text import Text, _

CountsMode = Literal["live", "hidden", "daily"]
State = Literal["scheduled", "open", "resting", "closed"]

MINUTES_A_DAY = 24 * 60

CHANNELS = {"wechat": "wechat", "member": "member", "code": "code", "device": "browser"}
"""Which channel of the log and the tally an identity votes by, in the order in which declarations are kept. The log says
how a ballot came, never who from."""
PAPER = frozenset({"member", "code"})
"""Identities that rest on a code handed out on paper."""
ONE_BALLOT = frozenset({"code"})
"""Identities that are spent with their first ballot, whatever the campaign allows to others."""


@dataclass(frozen=True)
class CategoryRule:
    """A group of candidates with its own limits on one ballot; None means no limit of its own."""

    key: str
    name: str
    min_choices: int | None = None
    max_choices: int | None = None


@dataclass(frozen=True)
class BallotRules:
    """Everything that decides whether a ballot is allowed. Moments are aware; ``None`` means unlimited."""

    opens_at: datetime
    closes_at: datetime
    timezone: str
    daily_hours: tuple[str, str] | None
    """Local ``("06:00", "24:00")``; from the first, up to but not including the second. None: all day."""
    min_choices: int
    max_choices: int
    ballots_per_day: int | None
    ballots_total: int | None
    same_candidate_per_day: int | None
    identities: tuple[str, ...]
    counts: str
    """``live``, ``hidden`` or ``daily HH:MM``."""
    categories: tuple[CategoryRule, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this campaign's days begin."""
        return ZoneInfo(self.timezone)

    @property
    def takes_paper(self) -> bool:
        """Whether codes handed out on paper are among the ways to vote."""
        return not PAPER.isdisjoint(self.identities)

    @property
    def counts_mode(self) -> CountsMode:
        """The first word of ``counts``."""
        return self.counts.split()[0]  # type: ignore[return-value]  # the import admits no other word

    @property
    def counts_time(self) -> time | None:
        """When counts are published each day, local; None unless ``daily``."""
        return time.fromisoformat(self.counts.split()[1]) if self.counts_mode == "daily" else None

    @property
    def minutes(self) -> tuple[int, int]:
        """Daily hours as minutes since local midnight, ``(0, 1440)`` for all day."""
        if self.daily_hours is None:
            return 0, MINUTES_A_DAY
        first, last = (minutes_of(text) for text in self.daily_hours)
        return first, last

    def state_at(self, moment: datetime) -> State:
        """What a voter who comes at this moment finds, by the rules alone."""
        if moment < self.opens_at:
            return "scheduled"
        if moment >= self.closes_at:
            return "closed"
        return "open" if self._within_hours(moment) else "resting"

    def next_opening(self, moment: datetime) -> datetime | None:
        """The first moment from now on at which a ballot may be cast; None when there is none."""
        start = max(moment, self.opens_at)
        if start >= self.closes_at:
            return None
        if not self._within_hours(start):
            start = self._next_start(start)
        return start if start < self.closes_at else None

    def last_publication(self, moment: datetime) -> datetime | None:
        """The latest daily publication time at or before this moment, within voting; None before the first."""
        at = self.counts_time
        if at is None:
            return None
        local = min(moment, self.closes_at).astimezone(self.zone)
        latest = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
        latest = latest if latest <= local else latest - timedelta(days=1)
        return latest if latest > self.opens_at else None

    def _within_hours(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        first, last = self.minutes
        return first <= local.hour * 60 + local.minute < last

    def _next_start(self, moment: datetime) -> datetime:
        first, last = self.minutes
        local = moment.astimezone(self.zone)
        day = local.replace(hour=0, minute=0, second=0, microsecond=0)
        after = local.hour * 60 + local.minute >= last
        return day + timedelta(days=int(after), minutes=first)

    def to_json(self) -> dict[str, Any]:
        """The form that the database keeps and the API shows; ``from_json`` reads it back exactly."""
        plain = asdict(self)
        plain["opens_at"], plain["closes_at"] = rfc3339(self.opens_at), rfc3339(self.closes_at)
        plain["daily_hours"] = list(self.daily_hours) if self.daily_hours else None
        plain["identities"] = list(self.identities)
        plain["categories"] = list(plain["categories"])
        return plain

    def to_log(self) -> dict[str, Any]:
        """The form that ``opened`` publishes: the same, with the channels that ballots may come by in place of the
        identities behind them."""
        plain = self.to_json()
        identities = plain.pop("identities")
        plain["channels"] = [CHANNELS[identity] for identity in identities]
        once = [CHANNELS[identity] for identity in identities if identity in ONE_BALLOT]
        # Left out where there is none, so that a log from before such channels reads as it always did.
        return plain | ({"one_ballot_channels": once} if once else {})

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> BallotRules:
        """The rules from ``to_json``'s form."""
        values = dict(plain)
        values["opens_at"] = datetime.fromisoformat(values["opens_at"])
        values["closes_at"] = datetime.fromisoformat(values["closes_at"])
        values["daily_hours"] = tuple(values["daily_hours"]) if values["daily_hours"] else None
        values["identities"] = tuple(values["identities"])
        values["categories"] = tuple(CategoryRule(**category) for category in values["categories"])
        return cls(**values)

    def sentence(self) -> Text:
        """The rules in a sentence, for the head of the page."""
        many = (
            _("每次选 %(n)s 人", n=self.min_choices)
            if self.min_choices == self.max_choices
            else _("每次选 %(low)s–%(high)s 人", low=self.min_choices, high=self.max_choices)
        )
        return _("%(often)s，%(many)s，%(hours)s。", often=self._how_often(), many=many, hours=self._hours())

    def _how_often(self) -> Text:
        day, total = self.ballots_per_day, self.ballots_total
        if ONE_BALLOT.issuperset(self.identities):
            return _("一个投票码投一次")
        if day and total:
            return _("每人每天可投 %(day)s 次、全程共 %(total)s 次", day=day, total=total)
        if day:
            return _("每人每天可投 %(day)s 次", day=day)
        if total:
            return _("每人全程可投 %(total)s 次", total=total)
        return _("每人投票次数不限")

    def _hours(self) -> Text:
        if self.daily_hours is None:
            return _("全天开放")
        return _("每天 %(first)s–%(last)s 开放", first=self.daily_hours[0], last=self.daily_hours[1])


def minutes_of(text: str) -> int:
    """Minutes since midnight of ``HH:MM``; ``24:00`` is the end of the day. Raises ValueError."""
    hours, minutes = text.split(":")
    total = int(hours) * 60 + int(minutes)
    if len(text) != 5 or int(minutes) > 59 or not 0 <= total <= MINUTES_A_DAY:
        raise ValueError(f"not a time of day: {text}")
    return total
