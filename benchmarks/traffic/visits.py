"""What the server sees of everybody alike: challenges by risk, how exact its clock is, and the visits that led to no ballot."""

from __future__ import annotations

import numpy as np

from .columns import BROADBAND, HOSTING, MOBILE, Columns, Numbers, length
from .networks import Rng, scramble
from .world import OPENS_MS, Habits, World

_BUSY = 60  # ballots in an hour from one address, from which on a gate asks for more


def challenge(rng: Rng, table: Columns, busy: Numbers, habits: Habits) -> None:
    """Who got a challenge, how hard, and how long it took as the server measures it; nobody casts before it is solved."""
    n = length(table)
    hosting = table["network"] == HOSTING
    chance = np.array(habits.challenged)[table["channel"]]
    chance = np.where(
        table["kiosk"] > 0, 0.0, np.maximum(chance, np.where(hosting, 1.0, np.where(busy, 0.85, 0)))
    )
    harder = np.where(hosting, 4.0, np.where(busy, 2.0, 1.0))
    work = table["pace"] * harder * rng.gamma(16, 1 / 16, n)
    people = table["kind"] == 0
    asleep = people & (rng.random(n) < 0.012)
    work[asleep] *= rng.uniform(3, 12, int(asleep.sum()))
    trip = np.where(hosting & ~people, 18, 75) * np.exp(rng.normal(0, 0.5, n))
    took = np.where(rng.random(n) < chance, np.minimum(work, 240_000) + trip, -1)
    table["challenge"][:] = np.round(took)
    needed = np.maximum(took, 0) / 1000 + rng.uniform(0.02, 0.4, n) * (took > 0)
    table["dwell"][:] = np.minimum(np.maximum(table["dwell"], needed), 598)
    table["cookie_age"][:] = np.maximum(table["cookie_age"], table["dwell"] + 0.2)


def measure(table: Columns, habits: Habits) -> None:
    """Round to what the clock of the form tells."""
    step = habits.dwell_step_s
    table["dwell"][:] = np.maximum(np.round(table["dwell"] / step) * step, 0.0)


def views(world: World, rng: Rng, table: Columns) -> Columns:
    """Visits without a ballot: around each ballot as many as its place's conversion says, from the same address where
    people share one and from a neighbour's otherwise."""
    chance = np.clip(table["conversion"], 0.03, 1)
    rows = np.repeat(np.arange(length(table)), rng.poisson((1 - chance) / chance))
    n = len(rows)
    found = {name: table[name][rows] for name in ("channel", "entry", "token", "ip_high", "ip_low")}
    own = table["one_address"][rows] | (table["network"][rows] != BROADBAND) & (
        table["network"][rows] != MOBILE
    )
    neighbour = (found["ip_low"] & ~np.uint64(0xFF)) | rng.integers(1, 255, n).astype(np.uint64)
    found["ip_low"] = np.where(own, found["ip_low"], neighbour)
    width = np.where(table["one_address"][rows], 4, 45) * 60_000
    at = table["at"][rows] + (rng.laplace(0, 1, n) * width).astype(np.int64)
    found["at"] = world.closes_ms - np.abs(
        world.closes_ms - OPENS_MS - np.abs(at - OPENS_MS)
    )  # folded back at both ends
    found["site"] = _poster_sites(rng, world, found["entry"])
    return found


def _poster_sites(rng: Rng, world: World, entry: Numbers) -> Numbers:
    sites = max(5, world.size // 2000)
    return np.where(entry == 4, 1 + np.minimum(rng.pareto(1.0, len(entry)) * 3, sites - 1).astype(int), 0)


def busy(table: Columns) -> Numbers:
    """Which ballots came from an address from which many came in that hour."""
    hour = (table["at"] - OPENS_MS) // 3_600_000
    key = scramble(table["ip_high"] ^ scramble(table["ip_low"], 1), 2) ^ hour.astype(np.uint64)
    _, row, count = np.unique(key, return_inverse=True, return_counts=True)
    return count[row] >= _BUSY
