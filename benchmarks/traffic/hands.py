"""Attacks in which people or real phones take part: farms, one person with a broom, paid crowds, unknowing visitors."""

from __future__ import annotations

import numpy as np

from . import networks
from .attacks import Attack
from .columns import BROWSER, DIRECT, SHARE, Columns, take
from .links import star
from .machines import HOUR_MS, Rng, ballots, ease, spread_around, touches, wave
from .places import WEIGHTS
from .strata import anywhere
from .world import DAY_MS, OPENS_MS, World


def phone_farm(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """A rack of phones of one purchase with bought accounts, driven by one program, on a few lines of one city."""
    city = np.full(n, int(rng.choice(len(WEIGHTS), p=WEIGHTS)))
    lines = networks.phones(rng, city) if s > 0.5 else networks.homes(rng, city, blocks=2)
    line = rng.integers(0, max(2, int(ease(4, n / 8, s))), n)
    phones = int(ease(30, 300, s))
    rack = world.devices.workers(rng, phones, few=0.97 - 0.4 * s)
    devices = take(rack, np.arange(n) % phones)
    devices["pace"] = devices["pace"] * np.exp(rng.normal(0, 0.05, n))
    at = wave(world, rng, n, s, 20)
    if s < 0.5:  # one after another, like a clock
        at = np.sort(at)
        at = np.linspace(at[0], at[0] + 30 * HOUR_MS, n).astype(np.int64) + rng.integers(0, 1500, n)
    return ballots(world, rng, "phone_farm", at, take(lines, line), devices, client=client, kind="farm",
                   dwell=rng.normal(6, ease(0.12, 1.6, s), n), touches=np.where(rng.random(n) < s, 3 + rng.poisson(1.5, n), 4),
                   entry=SHARE, one_address=True, **star(rng, world.links, n, 0 if s < 0.4 else int(2 + 12 * s)))  # fmt: skip


def cookie_clearing(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """A few keen supporters, each with one phone, who clear the cookies and vote again, by hand, for hours."""
    persons = max(1, int(n / ease(350, 60, s)))
    who = np.sort(rng.choice(persons, n, p=rng.dirichlet(np.full(persons, 3.0))))
    lines = anywhere(world, rng, persons, 0.0)
    moving = networks.phones(rng, np.full(n, max(int(lines["province"][0]), 0)))
    away = rng.random(n) < 0.8 * s
    where = networks.mixed(rng, (away, moving), (~away, take(lines, who)))
    devices = take(world.devices.draw(rng, persons, "browser"), who)
    begin = world.moments(rng, persons)[who]
    at = begin + rng.uniform(0, ease(4, 20, s) * HOUR_MS, n) + rng.integers(0, 1 + int(4 * s), n) * DAY_MS
    dwell = spread_around(rng, n, ease(4, 7, s), 0.3)
    return ballots(world, rng, "cookie_clearing", at.astype(np.int64), where, devices, client=client, kind="repeater",
                   dwell=dwell, touches=2 + rng.poisson(1.2, n), entry=DIRECT, channel=BROWSER, one_address=True)  # fmt: skip


def paid_crowd(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """Real people from everywhere, paid by the tap, all by the link that came with the order."""
    orders = 1 + int(6 * s)
    order = rng.integers(0, orders, n)
    begin = OPENS_MS + rng.integers(8 * HOUR_MS, (world.days - 1) * DAY_MS, orders)
    at = begin[order] + rng.uniform(0, ease(2, 16, s) * HOUR_MS, n)
    where = networks.provinces(rng, n, WEIGHTS * (1 - 0.6 * s) + world.people_weights * 0.6 * s)
    on_data = rng.random(n) < 0.7
    places = networks.mixed(
        rng, (on_data, networks.phones(rng, where)), (~on_data, networks.homes(rng, where))
    )
    dwell = spread_around(rng, n, ease(4.5, 10, s), 0.45)
    return ballots(world, rng, "paid_crowd", at.astype(np.int64), places, world.devices.draw(rng, n, "people"), client=client,
                   kind="paid", dwell=dwell, touches=3 + rng.poisson(0.5 + 0.12 * dwell), several=0.1, entry=SHARE,
                   token=world.links.new(orders)[order], depth=1, conversion=ease(0.97, 0.8, s),
                   reshared=rng.random(n) < 0.02 * s)  # fmt: skip


def csrf(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """Visitors of another page whose browsers vote without their knowing: real phones, real homes, no page view."""
    dwell = spread_around(rng, n, ease(0.35, 1.8, s), 0.4)
    tapped = touches(rng, n, 1 - 0.6 * s, mean=1.4)
    return ballots(world, rng, "csrf", world.moments(rng, n), anywhere(world, rng, n, 0.5), world.devices.draw(rng, n, "people"),
                   client=client, kind="unknowing", dwell=dwell, touches=tapped, entry=DIRECT)  # fmt: skip


BY_HANDS: dict[str, Attack] = {
    attack.__name__: attack for attack in (phone_farm, cookie_clearing, paid_crowd, csrf)
}
