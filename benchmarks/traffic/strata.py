"""Organic voters who come one by one or by links: homes, phones, cascades, posters, carriers' NATs, and the unusual ones
whom a careless rule would take for machines."""

from __future__ import annotations

import numpy as np

from . import networks
from .columns import Columns, Numbers, put, take
from .people import BY_LINK, BY_POSTER, FROM_OUTSIDE, Rng, people
from .places import PROVINCES, WEIGHTS
from .world import DAY_MS, OPENS_MS, World

HOUR_MS = 3_600_000


def anywhere(world: World, rng: Rng, n: int, mobile: float) -> Columns:
    """Addresses of people in homes and, the part ``mobile``, on mobile data."""
    where = networks.provinces(rng, n, world.people_weights)
    on_data = rng.random(n) < mobile
    return networks.mixed(rng, (on_data, networks.phones(rng, where)), (~on_data, networks.homes(rng, where)))


def cascade(world: World, rng: Rng, n: int) -> Columns:
    """Share trees in WeChat, heavy-tailed; each tree favours the candidate whose friends began it."""
    tree = world.links.tree(rng, n, reshare=0.12, tail=world.habits.link_tail)
    roots = int(tree["root"].max()) + 1
    begun, focus = world.moments(rng, roots), 1 + rng.choice(world.candidates, roots, p=world.popularity)
    at = world.within(rng, world.awake(rng, begun[tree["root"]] + tree["delay"]))
    table = people(world, rng, "cascade", at, anywhere(world, rng, n, 0.6), world.devices.draw(rng, n, "wechat"),
                   dwell=(13, 0.6), entries=BY_LINK, focus=focus[tree["root"]], loyalty=0.75, several=0.4,
                   token=tree["token"], parent=tree["parent"], depth=tree["depth"], reshared=tree["reshared"])  # fmt: skip
    world.links.publish(table)
    return table


def home(world: World, rng: Rng, n: int) -> Columns:
    """In the evening, on the sofa."""
    return people(world, rng, "home", world.moments(rng, n), anywhere(world, rng, n, 0.0),
                  world.devices.draw(rng, n, "people"), dwell=(24, 0.65))  # fmt: skip


def mobile(world: World, rng: Rng, n: int) -> Columns:
    """On the way."""
    return people(world, rng, "mobile", world.moments(rng, n), anywhere(world, rng, n, 1.0),
                  world.devices.draw(rng, n, "people"), dwell=(17, 0.6))  # fmt: skip


def menu(world: World, rng: Rng, n: int) -> Columns:
    """Through the account's menu, a search or a typed address; no link at all."""
    return people(world, rng, "menu", world.moments(rng, n), anywhere(world, rng, n, 0.5),
                  world.devices.draw(rng, n, "people"), dwell=(28, 0.7), entries=FROM_OUTSIDE, returning=0.3)  # fmt: skip


def poster(world: World, rng: Rng, n: int) -> Columns:
    """QR codes on walls: each site has its hours and its candidate."""
    sites = max(3, n // 150)
    site = rng.choice(sites, n, p=rng.dirichlet(np.full(sites, 0.6)))
    focus = rng.integers(0, world.candidates + 1, sites)[site]
    hours = (0, 0, 0, 0, 0, 1, 3, 7, 8, 6, 5, 8, 10, 6, 5, 5, 6, 9, 8, 5, 3, 2, 1, 0)
    return people(world, rng, "poster", world.moments(rng, n, hours), anywhere(world, rng, n, 0.85),
                  world.devices.draw(rng, n, "people"), dwell=(19, 0.6), entries=BY_POSTER, focus=focus, loyalty=0.5)  # fmt: skip


def cgnat(world: World, rng: Rng, n: int) -> Columns:
    """Mobile customers of many provinces behind a dozen gateway addresses, thousands to each."""
    gates = 14
    at_gate = networks.phones(rng, rng.choice(len(PROVINCES), 40, p=WEIGHTS))
    at_gate = take(at_gate, np.flatnonzero(at_gate["ip_high"] == 0)[:gates])
    gates = len(at_gate["ip_low"])
    where = networks.spread(at_gate, rng.choice(gates, n, p=rng.dirichlet(np.full(gates, 0.7))))
    return people(world, rng, "cgnat", world.moments(rng, n), where, world.devices.draw(rng, n, "people"),
                  dwell=(16, 0.6), one_address=True)  # fmt: skip


def vpn(world: World, rng: Rng, n: int) -> Columns:
    """People whose traffic leaves through a cloud or another country."""
    out = rng.random(n) < 0.45
    where = networks.mixed(
        rng, (out, networks.abroad(rng, n)), (~out, networks.clouds(rng, n, max(6, n // 25), 0.1, 20))
    )
    return people(
        world, rng, "vpn", world.moments(rng, n), where, world.devices.draw(rng, n, "people"), dwell=(24, 0.7)
    )


def elderly(world: World, rng: Rng, n: int) -> Columns:
    """Retired members with old phones: a minute or several, many touches, the morning hours."""
    hours = (0, 0, 0, 0, 1, 3, 7, 9, 10, 9, 8, 6, 4, 3, 5, 6, 6, 5, 4, 6, 5, 2, 1, 0)
    return people(world, rng, "elderly", world.moments(rng, n, hours), anywhere(world, rng, n, 0.3),
                  world.devices.draw(rng, n, "elderly"), dwell=(75, 0.6), taps=(3, 0.25))  # fmt: skip


def desktop(world: World, rng: Rng, n: int) -> Columns:
    """At a desk: keyboard and mouse, a screen reader now and then; few touches, and seldom none at all."""
    sites = max(4, n // 12)
    line = networks.offices(rng, world.site(rng, sites))
    hours = (0, 0, 0, 0, 0, 0, 0, 2, 9, 12, 11, 8, 6, 5, 9, 10, 9, 6, 3, 2, 2, 2, 1, 0)
    table = people(world, rng, "desktop", world.moments(rng, n, hours),
                   networks.spread(line, rng.choice(sites, n, p=rng.dirichlet(np.full(sites, 0.5)))),
                   world.devices.draw(rng, n, "desktop"), dwell=(22, 0.7), taps=(0.3, 0.02), one_address=True)  # fmt: skip
    keyboard = (rng.random(n) < 0.35) & (table["touches"] > 0)
    table["touches"][keyboard] = 1 + rng.poisson(0.4, int(keyboard.sum()))
    reader = rng.random(n) < 0.05
    table["dwell"][reader] = np.clip(table["dwell"][reader] * 4, 0, 595)
    return table


def old_kernel(world: World, rng: Rng, n: int) -> Columns:
    """Phones of ten years ago: the challenge takes long, touches are often not told."""
    table = people(world, rng, "old_kernel", world.moments(rng, n), anywhere(world, rng, n, 0.4),
                   world.devices.draw(rng, n, "old_kernel"), dwell=(35, 0.7))  # fmt: skip
    untold = rng.random(n)
    table["touches"][untold < 0.15] = -1
    table["touches"][untold > 0.97] = 0
    return table


def odd_agent(world: World, rng: Rng, n: int) -> Columns:
    """Enterprise WeChat, headers cut short, mini-programs, clones, no header."""
    return people(world, rng, "odd_agent", world.moments(rng, n), anywhere(world, rng, n, 0.5),
                  world.devices.draw(rng, n, "odd"), dwell=(20, 0.65))  # fmt: skip


def privacy(world: World, rng: Rng, n: int) -> Columns:
    """Browsers that lose cookies: some of these people vote every day and are new every time; some through a VPN."""
    vpn_too = rng.random(n) < 0.15
    where = networks.mixed(rng, (vpn_too, networks.clouds(rng, n, max(4, n // 50), 0.1, 20)),
                           (~vpn_too, anywhere(world, rng, n, 0.3)))  # fmt: skip
    table = people(world, rng, "privacy", world.moments(rng, n), where, world.devices.draw(rng, n, "browser"),
                   dwell=(20, 0.6), returning=0.0, entries=(0.1, 0.3, 0.4, 0.15, 0.05))  # fmt: skip
    same = rng.integers(0, max(1, int(n * 0.6)), n)
    for name in ("agent", "channel", "ip_high", "ip_low", "asn", "network", "province", "city", "pace"):
        table[name][:] = table[name][same]
    return table


def tv_spike(world: World, rng: Rng, n: int) -> Columns:
    """The evening news shows three candidates: thousands within minutes, by code and by search, quickly."""
    shown = rng.choice(world.candidates, 3, replace=False, p=world.popularity) + 1
    evening = (
        OPENS_MS + rng.choice(np.arange(1, world.days - 1), 2, replace=False) * DAY_MS + int(19.6 * HOUR_MS)
    )
    at = (
        evening[rng.integers(0, 2, n)]
        + rng.exponential(8 * 60_000, n).astype(np.int64)
        + rng.integers(0, 60_000, n)
    )
    return people(world, rng, "tv_spike", at, anywhere(world, rng, n, 0.25), world.devices.draw(rng, n, "people"),
                  dwell=(9, 0.5), entries=(0.15, 0.3, 0.1, 0.05, 0.4), focus=rng.choice(shown, n), loyalty=0.8)  # fmt: skip


def daily(world: World, rng: Rng, n: int) -> Columns:
    """The faithful: the same phone, nearly the same hour and the same choices every day, ever more quickly."""
    voters = max(1, n // 5)
    first = people(world, rng, "daily", OPENS_MS + rng.integers(0, DAY_MS, voters), anywhere(world, rng, voters, 0.35),
                   world.devices.draw(rng, voters, "people"), dwell=(20, 0.5), returning=0.1)  # fmt: skip
    hour = world.moments(rng, voters) - OPENS_MS
    alarm = rng.random(voters) < 0.2
    hour[alarm] = rng.choice((7, 8, 12, 20), int(alarm.sum())) * HOUR_MS
    keenness = rng.dirichlet(np.full(voters, 2.0))
    rows = _days_of(rng, voters, n, world.days, keenness)
    table = take(first, rows["voter"])
    at = (
        OPENS_MS + rows["day"] * DAY_MS + hour[rows["voter"]] % DAY_MS + np.abs(rng.normal(0, 12 * 60_000, n))
    )
    put(table, at=np.minimum(at, world.closes_ms - 1))
    again = rows["visit"] > 0
    table["returning"][again] = 1
    table["cookie_age"][again] = rows["since_first"][again] * 86_400.0 + rng.uniform(
        0, 3600, int(again.sum())
    )
    table["dwell"][again] = np.clip(5.0 * np.exp(rng.normal(0, 0.45, int(again.sum()))), 1.5, 400)
    table["touches"][again] = 2 + rng.poisson(1.5, int(again.sum()))
    return table


def _days_of(rng: Rng, voters: int, n: int, days: int, keenness: Numbers) -> dict[str, Numbers]:
    """On which days each of them votes, once a day at most; ``n`` rows."""
    wish = rng.random((voters, days)) / np.maximum(keenness[:, None] * voters, 1e-9)
    cells = np.sort(np.argsort(wish, axis=None)[:n])
    voter, day = cells // days, cells % days
    first = np.concatenate([[True], voter[1:] != voter[:-1]])
    start = np.maximum.accumulate(np.where(first, np.arange(len(voter)), 0))
    return {
        "voter": voter,
        "day": day,
        "visit": np.arange(len(voter)) - start,
        "since_first": day - day[start],
    }
