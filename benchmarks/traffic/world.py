"""The campaign that people and attackers meet: its days, its candidates and how popular they are, and people's habits."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import numpy as np

from .columns import MOST_CHOICES, Numbers
from .devices import Devices
from .links import HOUR_MS, Links
from .places import CITY_COUNT, FIRST_CITY, PROVINCES, WEIGHTS, numbers

Rng = np.random.Generator
DAY_MS = 24 * HOUR_MS
OPENS_MS = int(datetime(2026, 4, 1, tzinfo=timezone(timedelta(hours=8))).timestamp() * 1000)
DIURNAL = (
    1.6,
    0.8,
    0.4,
    0.3,
    0.3,
    0.6,
    2.0,
    4.0,
    5.5,
    5.5,
    5.5,
    6.0,
    8.0,
    7.0,
    5.0,
    4.6,
    4.6,
    5.0,
    6.0,
    7.5,
    9.0,
    9.0,
    6.0,
    3.2,
)
"""Parts of a day's ballots by hour in China: a peak at noon and one in the evening."""


@dataclass(frozen=True)
class Habits:
    """How organic voters and the tables about them behave; a preset changes these, never the attacks."""

    zipf: float = 0.75
    home_share: float = 0.7
    phone_mix: tuple[float, ...] = (0.60, 0.245, 0.085, 0.015, 0.015, 0.04)
    dwell_spread: float = 1.0
    idle: float = 0.015
    dwell_step_s: float = 0.001
    network_missing: float = 0.03
    no_touch: float = 0.003
    touches_untold: float = 0.006
    challenged: tuple[float, float, float] = (0.3, 0.8, 0.0)
    link_tail: float = 1.2
    deaf_model: float = 0.0
    """How often the page hears no touch on one phone model that workplaces bought many of."""
    conversion: float = 0.45


@dataclass
class World:
    """Everything one scenario shares. Each part draws from a generator of its own, named after it, so that adding an
    attack changes no organic ballot."""

    seed: int
    size: int
    habits: Habits = field(default_factory=Habits)
    candidates: int = 30
    days: int = 10

    def __post_init__(self) -> None:
        rng = self.rng("world")
        self.links = Links()
        self.devices = Devices(random.Random(self.seed))
        self.devices.stock(int(min(60_000, max(3_000, self.size * 0.2))), self.habits.phone_mix)
        self.home = int(
            rng.choice(numbers("浙江省", "江苏省", "广东省", "四川省", "湖北省", "辽宁省", "陕西省"))
        )
        self.people_weights = WEIGHTS * (1 - self.habits.home_share)
        self.people_weights[self.home] += self.habits.home_share
        self.popularity = self._popularity(rng)
        self.cities = FIRST_CITY[self.home] + rng.integers(0, CITY_COUNT[self.home], self.candidates)
        ranked = np.argsort(-self.popularity) + 1
        self.rival = int(ranked[rng.integers(1, 4)])
        self.clients = rng.permutation(ranked[4:18])
        self.rival_site: dict[str, int] = {}
        self._voters = 0

    def _popularity(self, rng: np.random.Generator) -> Numbers:
        raw = np.arange(1, self.candidates + 1) ** -self.habits.zipf * np.exp(
            rng.normal(0, 0.12, self.candidates)
        )
        return rng.permutation(raw / raw.sum())

    def rng(self, name: str) -> np.random.Generator:
        """The generator of one part."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])

    def voters(self, count: int) -> Numbers:
        """New voters."""
        self._voters += count
        return np.arange(self._voters - count, self._voters)

    @property
    def closes_ms(self) -> int:
        """When voting ends."""
        return OPENS_MS + self.days * DAY_MS

    def moments(self, rng: np.random.Generator, n: int, hours: tuple[float, ...] = DIURNAL) -> Numbers:
        """Times over the whole campaign: a strong first day, a last-day surge, weekends a little lower."""
        weights = np.array([1.5, 1.2] + [1.0] * (self.days - 4) + [1.1, 1.6]) * np.exp(
            rng.normal(0, 0.1, self.days)
        )
        day = rng.choice(self.days, n, p=weights / weights.sum())
        hour = rng.choice(24, n, p=np.array(hours) / sum(hours))
        return OPENS_MS + day * DAY_MS + hour * HOUR_MS + rng.integers(0, HOUR_MS, n)

    def within(self, rng: np.random.Generator, at: Numbers) -> Numbers:
        """The same times, those outside the campaign drawn anew."""
        out = (at < OPENS_MS) | (at >= self.closes_ms)
        return np.where(out, self.moments(rng, len(at)), at).astype(np.int64)

    def awake(self, rng: np.random.Generator, at: Numbers) -> Numbers:
        """Most of what a link would bring in the small hours comes after breakfast."""
        hour = (at - OPENS_MS) // HOUR_MS % 24
        asleep = (hour < 6) & (rng.random(len(at)) < 0.85)
        return np.where(asleep, at + (7 - hour) * HOUR_MS + rng.exponential(HOUR_MS, len(at)), at).astype(
            np.int64
        )

    def site(self, rng: np.random.Generator, count: int) -> Numbers:
        """Provinces of ``count`` workplaces: nearly all in the home province."""
        return np.where(rng.random(count) < 0.85, self.home, rng.choice(len(PROVINCES), count, p=WEIGHTS))

    def choices(self, rng: np.random.Generator, city: Numbers, focus: Numbers | int = 0, loyalty: float = 0.0,
                several: float = 0.55) -> Numbers:  # fmt: skip
        """One to five different candidates for each voter: first the one they came for (``focus``, with chance
        ``loyalty``), a candidate of their own city, or anyone by popularity; then others by popularity."""
        n = len(city)
        picks = rng.choice(np.arange(1, self.candidates + 1), (n, MOST_CHOICES), p=self.popularity)
        own = self._own_city(rng, city)
        picks[:, 0] = np.where((rng.random(n) < 0.3) & (own > 0), own, picks[:, 0])
        picks[:, 0] = np.where((rng.random(n) < loyalty) & (np.asarray(focus) > 0), focus, picks[:, 0])
        wanted = 1 + (rng.random(n) < several) * rng.choice(MOST_CHOICES, n, p=[0.0, 0.35, 0.35, 0.1, 0.2])
        picks[np.arange(MOST_CHOICES) >= wanted[:, None]] = 0
        return without_repeats(picks)

    def _own_city(self, rng: np.random.Generator, city: Numbers) -> Numbers:
        own = np.zeros(len(city), np.int64)
        for one in np.unique(self.cities):
            there, rows = np.flatnonzero(self.cities == one) + 1, np.flatnonzero(city == one)
            weights = self.popularity[there - 1]
            own[rows] = rng.choice(there, len(rows), p=weights / weights.sum())
        return own


def without_repeats(picks: Numbers) -> Numbers:
    """Each row's second mention of a candidate becomes 0; what is 0 goes to the end."""
    for k in range(1, picks.shape[1]):
        again = (picks[:, :k] == picks[:, k : k + 1]).any(axis=1)
        picks[again, k] = 0
    order = np.argsort(picks == 0, axis=1, kind="stable")
    return np.take_along_axis(picks, order, axis=1).astype(np.int16)
