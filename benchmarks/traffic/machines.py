"""What attackers work with: waves, lists of user agents, machines of some speed, fake touches. ``ease`` blends by strength."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import agents
from .columns import ATTACKS, KINDS, WECHAT, Columns, Numbers, blank, put
from .world import DAY_MS, OPENS_MS, World

Rng = np.random.Generator
HOUR_MS = 3_600_000
SERVER_MS, BROWSER_ON_SERVER_MS = 35.0, 140.0
"""The ordinary challenge in native code, and in a browser's worker, on a rented server."""


def ease(plain: float, disguised: float, strength: float) -> float:
    """From ``plain`` at strength 0 to ``disguised`` at 1, by ratio (both positive)."""
    return float(plain * (disguised / plain) ** strength)


def wave(world: World, rng: Rng, n: int, strength: float, hours: float = 3.0) -> Numbers:
    """Times: box-shaped waves of some hours at strength 0; the more strength the more of it follows people's days."""
    waves = 1 + int(3 * strength)
    begin = OPENS_MS + rng.integers(0, (world.days - 1) * DAY_MS, waves)
    box = begin[rng.integers(0, waves, n)] + rng.uniform(0, hours * (1 + 3 * strength) * HOUR_MS, n)
    return np.where(rng.random(n) < strength**1.5, world.moments(rng, n), box).astype(np.int64)


def agent_list(
    world: World, rng: Rng, count: int, wrong: float, pace_ms: float, channel: int = WECHAT
) -> Numbers:
    """``count`` strings: the part ``wrong`` put together by hand, the rest copied from real phones."""
    people = world.devices.kinds["wechat"]
    texts = [
        agents.hand_made(world.devices.maker)[0]
        if rng.random() < wrong
        else world.devices.texts[int(rng.choice(people))]
        for _ in range(count)
    ]
    nets = rng.choice(("WIFI", "4G", "5G"), count)
    return world.devices.add_texts(
        [t.replace("{net}", net) for t, net in zip(texts, nets, strict=True)], pace_ms, channel
    )


def run_from(world: World, rng: Rng, n: int, numbers: Numbers, jitter: float = 0.08) -> Columns:
    """n ballots sent with strings of a list by machines that differ little (log spread ``jitter``)."""
    numbers = rng.choice(numbers, n)
    pace, channel = world.devices.known(numbers)
    return {"agent": numbers, "pace": pace * np.exp(rng.normal(0, jitter, n)), "channel": channel}


def touches(rng: Rng, n: int, none: float, constant: int = 0, mean: float = 4.0) -> Numbers:
    """No touch on the part ``none``; else always the same number, or 1 + Poisson where ``constant`` is 0."""
    faked = np.full(n, constant) if constant else 1 + rng.poisson(mean - 1, n)
    return np.where(rng.random(n) < none, 0, faked)


def ballots(world: World, rng: Rng, attack: str, at: Numbers, where: Columns, devices: Columns, *, client: int,
            dwell: Numbers, kind: str = "script", several: float = 0.0, **values: Any) -> Columns:  # fmt: skip
    """Ballots for ``client``, on the part ``several`` of them with others beside."""
    n = len(at)
    table = blank(n, stratum=0, attack=ATTACKS.index(attack), kind=KINDS.index(kind), voter=world.voters(n))
    put(table, **where, **devices, at=world.within(rng, at), dwell=np.clip(dwell, 0.08, 595))
    table["choices"][:] = world.choices(rng, np.full(n, -1), client, 1.0, several)
    table["cookie_age"][:] = table["dwell"] + rng.exponential(2, n)
    put(table, **values)
    return table


def spread_around(rng: Rng, n: int, median: float, spread: float) -> Numbers:
    """Log-normal seconds."""
    return median * np.exp(rng.normal(0, spread, n))
