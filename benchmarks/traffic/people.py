"""One honest ballot after another: how a person at some place, with some device, comes, reads, taps and goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .columns import DIRECT, KINDS, SHARE, STRATA, Columns, Numbers, blank, put
from .world import DAY_MS, World

Rng = np.random.Generator
ENTRIES_AT_HOME = (0.22, 0.1, 0.18, 0.4, 0.1)
"""By menu, search, direct, share and qr."""


def people(world: World, rng: Rng, stratum: str, at: Numbers, where: Columns, devices: Columns, *,
           dwell: tuple[float, float], entries: Sequence[float] = ENTRIES_AT_HOME, focus: Numbers | int = 0,
           loyalty: float = 0.0, several: float = 0.55, returning: float = 0.12, taps: tuple[float, float] = (1.5, 0.2),
           conversion: float | None = None, **values: Any) -> Columns:  # fmt: skip
    """Ballots of new voters. ``dwell`` is the median (s) and log spread, ``taps`` touches at once and per second.

    Those of entry share come by links that are published; give ``token``, ``parent``, ``depth`` in ``values`` where
    they have a link of their own.
    """
    n = len(at)
    table = blank(n, at=at, stratum=STRATA.index(stratum), voter=world.voters(n), kind=KINDS.index("person"))
    put(table, **where, **devices)
    table["choices"][:] = world.choices(rng, table["city"], focus, loyalty, several)
    table["entry"][:] = rng.choice(5, n, p=np.array(entries) / sum(entries))
    table["conversion"][:] = _conversion(rng, n, conversion or world.habits.conversion)
    put(table, **values)
    lost = np.flatnonzero((table["entry"] == SHARE) & (table["token"] == 0))
    if len(lost) and world.links.open:
        world.links.join(rng, table, lost)
    elif len(lost):
        table["entry"][lost] = DIRECT
    table["at"][:] = world.within(rng, table["at"])
    read(world, rng, table, dwell, taps)
    known(world, rng, table, returning)
    return table


def read(
    world: World, rng: Rng, table: Columns, dwell: tuple[float, float], taps: tuple[float, float]
) -> None:
    """How long the form was open and how often the screen was touched."""
    n, habits = len(table["at"]), world.habits
    median, spread = dwell
    seconds = median * np.exp(rng.normal(0, spread * habits.dwell_spread, n))
    idle = rng.random(n) < habits.idle
    seconds[idle] += rng.lognormal(4.5, 1.0, int(idle.sum()))
    table["dwell"][:] = np.clip(seconds, 0.6, 595)
    calm = np.minimum(table["dwell"], 90) * np.exp(rng.normal(0, 0.35, n))
    table["touches"][:] = 1 + (table["choices"] > 0).sum(axis=1) + rng.poisson(taps[0] + taps[1] * calm)
    old = np.where(table["pace"] > 5000, 8, 1)  # where listeners fail or scripts are off
    table["touches"][rng.random(n) < habits.no_touch * old] = 0
    table["touches"][rng.random(n) < habits.touches_untold * old] = -1
    if habits.deaf_model:
        deaf = np.isin(table["agent"], world.devices.kinds["model_0"])
        table["touches"][deaf & (rng.random(n) < habits.deaf_model)] = 0
    table["reshared"][(table["reshared"] == 0) & (rng.random(n) < 0.01)] = 1


def known(world: World, rng: Rng, table: Columns, returning: float) -> None:
    """Who has been here before: the cookie is days old; otherwise it was born with this visit."""
    n = len(table["at"])
    again = rng.random(n) < returning
    since = table["at"] / 1000.0 - world.closes_ms / 1000.0 + world.days * DAY_MS / 1000.0
    earlier = rng.random(n) * (since + 2 * 86_400) + 600
    table["cookie_age"][:] = np.where(again, earlier, table["dwell"] + rng.exponential(25, n))
    table["returning"][:] = again


def _conversion(rng: Rng, n: int, mean: float) -> Numbers:
    return np.clip(rng.beta(20 * mean, 20 * (1 - mean), n), 0.03, 1.0)


BY_LINK = (0, 0, 0, 1, 0)
BY_POSTER = (0, 0, 0, 0, 1)
FROM_OUTSIDE = (0.5, 0.25, 0.25, 0, 0)
