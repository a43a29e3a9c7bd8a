"""``/metrics``: what operators watch, read from box and ledger at the moment it is asked for.

Nothing is counted in a process, so that any of several workers gives the same answer and a restart forgets nothing.
A store that is away is a figure too (``…_up 0``), never an error. No figure is about a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from sqlalchemy import select

from ..ballots.ballot_box import OPEN as BOX_OPEN
from ..ballots.ballot_box import PREPARED, REFUSED, SEALED, BoxUnavailable, reaching_redis
from ..ballots.box_contents import BoxState
from ..campaigns.models import OPEN, Campaign
from ..clock import from_ms
from ..errors import Unavailable
from ..ledger import RecorderPosition
from ..transparency.models import Log
from .drain import Stores

CONTENT_TYPE = CONTENT_TYPE_LATEST
MISSING = "missing"
BOX_STATES = (PREPARED, BOX_OPEN, SEALED, REFUSED, MISSING)


@dataclass(frozen=True)
class Watched:
    """One campaign that has been opened, as ledger and log have it."""

    slug: str
    phase: str
    recorded: int
    epoch: int
    stream_id: str
    recorder_alive: bool
    log_size: int
    signed_size: int


@dataclass(frozen=True)
class WatchedBox:
    """An open campaign's box beside it."""

    campaign: Watched
    state: BoxState | None
    oldest_waiting_s: float

    @property
    def name_of_state(self) -> str:
        """One of ``BOX_STATES``."""
        return self.state.state if self.state else MISSING

    @property
    def waiting(self) -> int | None:
        """Cast and not yet recorded; None where this box is not the ledger's, whose figures cannot be compared."""
        if self.state is None or self.state.epoch != self.campaign.epoch:
            return None
        return max(self.state.seq - self.campaign.recorded, 0)


Sample = int | float | bool | None

LEDGER_FIGURES: dict[str, tuple[str, Callable[[Watched], Sample]]] = {
    "voting_ballots_recorded_total": ("Ballots in the ledger.", lambda c: c.recorded),
    "voting_ledger_epoch": ("The epoch of the box that the ledger follows.", lambda c: c.epoch),
    "voting_log_size": ("Entries in the transparency log.", lambda c: c.log_size),
    "voting_log_signed_size": ("Log entries that the checkpoint covers.", lambda c: c.signed_size),
    "voting_campaign_open": ("Whether the campaign takes ballots in principle.", lambda c: c.phase == OPEN),
}
"""Of every campaign that has been opened."""

BOX_FIGURES: dict[str, tuple[str, Callable[[WatchedBox], Sample]]] = {
    "voting_ballots_cast_total": (
        "Ballots ever cast into the box.",
        lambda b: b.state.seq if b.state else None,
    ),
    "voting_ballots_counted": (
        "Cast ballots that the box counts.",
        lambda b: b.state.counted if b.state else None,
    ),
    "voting_ballots_held": (
        "Cast ballots that the gate set aside.",
        lambda b: b.state.held if b.state else None,
    ),
    "voting_ballots_waiting": ("Ballots cast and not yet recorded.", lambda b: b.waiting),
    "voting_oldest_waiting_seconds": (
        "How long the oldest waiting ballot has waited; 0 where none waits.",
        lambda b: None if b.waiting is None else b.oldest_waiting_s,
    ),
    "voting_box_epoch": (
        "The box's own epoch; another than the ledger's is refused.",
        lambda b: b.state.epoch if b.state else None,
    ),
    "voting_recorder_alive": ("Whether a recorder holds the lease.", lambda b: b.campaign.recorder_alive),
}
"""Of every campaign that is open, where Redis answers."""


class Figures(Collector):
    """Reads everything anew at each scrape. ``ping`` asks Redis for a sign of life and gives up quickly."""

    def __init__(self, stores: Stores, ping: Callable[[], object]) -> None:
        self._stores = stores
        self._ping = ping

    def collect(self) -> Iterator[Metric]:
        """Every family; those of a store that is away are empty."""
        campaigns = self._campaigns()
        boxes = self._boxes(campaigns or [])
        yield InfoMetricFamily("voting_build", "The service's version.", value={"version": _version()})
        yield GaugeMetricFamily(
            "voting_database_up", "Whether the ledger can be read.", campaigns is not None
        )
        yield GaugeMetricFamily("voting_redis_up", "Whether Redis answers.", boxes is not None)
        for name, (about, of_campaign) in LEDGER_FIGURES.items():
            yield _family(name, about, {c.slug: of_campaign(c) for c in campaigns or []})
        for name, (about, of_box) in BOX_FIGURES.items():
            yield _family(name, about, {b.campaign.slug: of_box(b) for b in boxes or []})
        yield _states(boxes or [])

    def _campaigns(self) -> list[Watched] | None:
        """None where the database is away."""
        now = self._stores.clock.now()
        try:
            with self._stores.database.read() as session:
                rows = session.execute(
                    select(Campaign.slug, Campaign.phase, RecorderPosition, Log)
                    .join(RecorderPosition, RecorderPosition.campaign_id == Campaign.id)
                    .join(Log, Log.campaign_id == Campaign.id)
                    .order_by(Campaign.id)
                ).all()
        except Unavailable:
            return None
        return [
            Watched(
                slug=slug,
                phase=phase,
                recorded=position.seq,
                epoch=position.box_epoch,
                stream_id=position.stream_id,
                recorder_alive=position.lease_until is not None and position.lease_until > now,
                log_size=public_log.size,
                signed_size=public_log.signed_size,
            )
            for slug, phase, position, public_log in rows
        ]

    def _boxes(self, campaigns: list[Watched]) -> list[WatchedBox] | None:
        """None where Redis is away."""
        try:
            with reaching_redis():
                self._ping()
            return [self._box(campaign) for campaign in campaigns if campaign.phase == OPEN]
        except BoxUnavailable:
            return None

    def _box(self, campaign: Watched) -> WatchedBox:
        box = self._stores.box
        state = box.state(campaign.slug)
        first = box.waiting(campaign.slug, after=campaign.stream_id, count=1)
        age = (self._stores.clock.now() - from_ms(first[0].cast_ms)).total_seconds() if first else 0.0
        return WatchedBox(campaign, state, max(age, 0.0))


def exposition(figures: Figures) -> bytes:
    """Every figure of this moment in Prometheus's text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(figures)
    return generate_latest(registry)


def _family(name: str, about: str, by_campaign: dict[str, Sample]) -> Metric:
    """One figure of each campaign; those that have none are left out."""
    kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
    family = kind(name, about, labels=["campaign"])
    for slug, figure in by_campaign.items():
        if figure is not None:
            family.add_metric([slug], float(figure))
    return family


def _states(boxes: list[WatchedBox]) -> Metric:
    family = GaugeMetricFamily(
        "voting_box_state", "1 at the state that the box is in.", labels=["campaign", "state"]
    )
    for box in boxes:
        for state in BOX_STATES:
            family.add_metric([box.campaign.slug, state], float(box.name_of_state == state))
    return family


def _version() -> str:
    try:
        return version("voting-service")
    except PackageNotFoundError:  # a checkout that was never installed
        return "unknown"
