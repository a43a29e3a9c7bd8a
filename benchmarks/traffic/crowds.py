"""Organic crowds, the ones that look worst: factories behind one address, a factory behind a cloud, the night shift, a unit
that does as it was told, a hall."""

from __future__ import annotations

import numpy as np

from . import networks
from .columns import DIRECT, KIOSK, QR, SHARE, Columns, Numbers, join, take
from .people import Rng, people
from .world import DAY_MS, OPENS_MS, World

HOUR_MS, MINUTE_MS = 3_600_000, 60_000
_WAY_IN = ("ip_low", "asn", "network", "province", "city", "entry", "token", "parent", "depth")
LUNCH, SHIFT_CHANGE, NIGHT_BREAK = (11.6, 12.4), (15.9, 20.0), (1.5, 3.2)


def sizes(rng: Rng, n: int, largest: int, smallest: int, tail: float = 1.1) -> Numbers:
    """Crowds that sum to ``n``: one of ``largest`` (where n allows), the rest Pareto."""
    out = [min(largest, max(n // 2, 1))] if n else []
    while (left := n - sum(out)) > 0:
        out.append(int(min(left, largest * 1.4, smallest * (1 + rng.pareto(tail)))))
    return np.array(out, np.int64)


def starts(world: World, rng: Rng, count: int, *breaks: tuple[float, float]) -> Numbers:
    """When each crowd's break begins."""
    which = np.array(breaks)[rng.integers(0, len(breaks), count)]
    hour = rng.uniform(which[:, 0], which[:, 1])
    return OPENS_MS + rng.integers(0, world.days, count) * DAY_MS + (hour * HOUR_MS).astype(np.int64)


def factory(world: World, rng: Rng, n: int) -> Columns:
    """Hundreds to thousands of workers behind one address, most within one break, by group links and canteen posters."""
    crowd = sizes(rng, n, 3400, 90)
    lines = networks.offices(rng, world.site(rng, len(crowd)))
    focus = rng.choice(world.candidates, len(crowd), p=world.popularity) + 1
    focus[0] = world.rival
    begin = starts(world, rng, len(crowd), LUNCH, SHIFT_CHANGE)
    tables = [_site(world, rng, "factory", int(size), take(lines, np.full(size, k)), begin[k], int(focus[k]))
              for k, size in enumerate(crowd)]  # fmt: skip
    world.rival_site = _way_in(tables[0]) | {"begins": int(begin[0])}
    return join(tables)


def _way_in(site: Columns) -> dict[str, int]:
    """A workplace's address and the link most used there: what somebody who frames its candidate would take."""
    linked = np.flatnonzero(site["one_address"] & (site["token"] > 0))
    if not len(linked):
        return {name: int(site[name][0]) for name in _WAY_IN}
    favourite = np.bincount(site["token"][linked]).argmax()
    row = linked[site["token"][linked] == favourite][0]
    return {name: int(site[name][row]) for name in _WAY_IN}


def cloud_factory(world: World, rng: Rng, n: int) -> Columns:
    """Works whose security gateway sends all traffic out through two or three cloud addresses; told to vote, and quick."""
    crowd = sizes(rng, n, 1500, 250)
    tables = []
    for size in crowd.tolist():
        gates = networks.clouds(rng, size, 1, hosts=int(rng.integers(1, 4)))
        begin, focus = (
            int(starts(world, rng, 1, LUNCH)[0]),
            int(rng.choice(world.candidates, p=world.popularity)) + 1,
        )
        tables.append(
            _site(
                world,
                rng,
                "cloud_factory",
                size,
                gates,
                begin,
                focus,
                dwell=(rng.uniform(3, 8), rng.uniform(0.25, 0.5)),
                loyalty=0.9,
            )
        )
    return join(tables)


def night_shift(world: World, rng: Rng, n: int) -> Columns:
    """The break at half past two: part behind the works' address, part on mobile data."""
    crowd = sizes(rng, n, 900, 60)
    lines = networks.offices(rng, world.site(rng, len(crowd)))
    begin = starts(world, rng, len(crowd), NIGHT_BREAK)
    return join([_site(world, rng, "night_shift", int(size), take(lines, np.full(size, k)), begin[k],
                       int(rng.choice(world.candidates, p=world.popularity)) + 1, data=0.4, width=40)
                 for k, size in enumerate(crowd)])  # fmt: skip


def _site(world: World, rng: Rng, stratum: str, size: int, line: Columns, begin: int, focus: int, *,
          dwell: tuple[float, float] = (9, 0.5), loyalty: float = 0.7, data: float = 0.12, width: float = 25) -> Columns:  # fmt: skip
    """One workplace: seven in ten within ``width`` minutes of a break, the others over the following days."""
    tree = world.links.tree(rng, size, reshare=0.05, roots=int(rng.integers(1, 4)), delay_h=0.2)
    at = begin + rng.gamma(2.0, width / 3, size) * MINUTE_MS
    later = rng.random(size) < 0.3
    at[later] += rng.integers(0, 4, int(later.sum())) * DAY_MS + rng.normal(0, 2, int(later.sum())) * HOUR_MS
    outside = rng.random(size) < data
    phones = networks.phones(rng, np.full(size, max(int(line["province"][0]), 0)))
    entry = rng.choice((SHARE, QR, DIRECT), size, p=(0.62, 0.26, 0.12))
    shared = entry == SHARE
    return people(world, rng, stratum, at.astype(np.int64), networks.mixed(rng, (outside, phones), (~outside, line)),
                  world.devices.workers(rng, size), dwell=dwell, focus=focus, loyalty=loyalty, several=0.45,
                  returning=0.05, conversion=0.7, entry=entry, token=np.where(shared, tree["token"], 0),
                  parent=np.where(shared, tree["parent"], 0), depth=np.where(shared, tree["depth"], 0),
                  reshared=tree["reshared"] * shared, one_address=~outside)  # fmt: skip


def instructed(world: World, rng: Rng, n: int) -> Columns:
    """Units told in their group: open this, tap this, done. Minutes, one link, one candidate, two to five seconds."""
    return join([_unit(world, rng, int(size)) for size in sizes(rng, n, 900, 45, 1.0)])


def _unit(world: World, rng: Rng, size: int) -> Columns:
    province = int(world.site(rng, 1)[0])
    line = take(networks.offices(rng, np.array([province])), np.zeros(size, int))
    outside = rng.random(size) < rng.choice((0.1, 0.5, 0.95))
    where = networks.mixed(rng, (outside, networks.phones(rng, np.full(size, province))), (~outside, line))
    begin, width = world.moments(rng, 1)[0], rng.uniform(2, 15)
    at = begin + rng.gamma(1.5, width / 3, size) * MINUTE_MS
    link = world.links.new(1)[0]
    median, spread = rng.uniform(2.6, 3.9), rng.uniform(0.16, 0.3)
    table = people(world, rng, "instructed", at.astype(np.int64), where, world.devices.workers(rng, size, rng.uniform(0.1, 0.7)),
                   dwell=(median, spread), taps=(0.4, 0.05), focus=int(rng.choice(world.candidates, p=world.popularity)) + 1,
                   loyalty=0.99, several=0.03, returning=0.05, entry=SHARE, token=link, parent=0, depth=1,
                   conversion=rng.uniform(0.85, 0.98), one_address=~outside)  # fmt: skip
    table["reshared"][:] = rng.random(size) < rng.choice((0.0, 0.005, 0.03))
    return table


def hall(world: World, rng: Rng, n: int) -> Columns:
    """A congress votes: a row of registered tablets and hundreds of phones in the hall's Wi-Fi, ten minutes."""
    return join([_hall(world, rng, int(size), k) for k, size in enumerate(sizes(rng, n, 700, 250, 2.0))])


def _hall(world: World, rng: Rng, size: int, number: int) -> Columns:
    hour = rng.uniform(9, 16)
    begin = OPENS_MS + int(rng.integers(0, world.days)) * DAY_MS + int(hour * HOUR_MS)
    line = take(networks.offices(rng, world.site(rng, 1)), np.zeros(size, int))
    at = begin + rng.uniform(0, 10, size) * MINUTE_MS
    table = people(world, rng, "hall", at.astype(np.int64), line, world.devices.workers(rng, size, 0.1), dwell=(11, 0.5),
                   entries=(0.1, 0, 0, 0, 0.9), loyalty=0.0, conversion=0.85, one_address=True)  # fmt: skip
    tablet = world.devices.draw(rng, 1, "browser")
    at_kiosk = np.flatnonzero(rng.random(size) < 0.45)
    kiosks = max(2, len(at_kiosk) // 35)
    for name, value in (("channel", KIOSK), ("agent", tablet["agent"][0]), ("pace", tablet["pace"][0]), ("entry", DIRECT),
                        ("token", 0), ("reshared", 0), ("returning", 0)):  # fmt: skip
        table[name][at_kiosk] = value
    table["kiosk"][at_kiosk] = 1 + number * 20 + rng.integers(0, min(kiosks, 20), len(at_kiosk))
    table["cookie_age"][at_kiosk] = (table["at"][at_kiosk] - begin) / 1000 + rng.uniform(1800, 7200)
    return table
