"""Attacks by machines. Strength 0 is careless, 1 as good as this kind of attack gets; no organic ballot depends on them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import agents, networks
from .columns import BROWSER, DIRECT, MENU, QR, SEARCH, SHARE, WECHAT, Columns, Numbers
from .links import star
from .machines import (
    BROWSER_ON_SERVER_MS,
    HOUR_MS,
    SERVER_MS,
    Rng,
    agent_list,
    ballots,
    ease,
    run_from,
    spread_around,
    touches,  # fmt: skip
    wave,
)
from .places import WEIGHTS
from .world import DAY_MS, OPENS_MS, World

Attack = Callable[[World, Rng, int, int, float], Columns]
"""World, generator, number of ballots, the client's (or rival's) number, strength."""

_AT_NIGHT = (0, 0, 5, 6, 4, 1) + (0,) * 18
_EVEN = (1,) * 24


def scripted(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """The API replayed from rented servers."""
    return _replay(world, rng, "scripted", wave(world, rng, n, s), client, s)


def _replay(world: World, rng: Rng, attack: str, at: Numbers, client: int, s: float, *, blocks: int = 5,
            several: float = 0.0) -> Columns:  # fmt: skip
    n = len(at)
    where = networks.clouds(rng, n, int(ease(blocks, 20 * blocks, s)), unseen=0.5 * s, hosts=40)
    list_ = agent_list(world, rng, int(ease(3, 90, s)), 0.85 * (1 - s), ease(SERVER_MS, 320, s))
    entry = np.where(rng.random(n) < s, rng.choice((MENU, SEARCH, DIRECT, QR), n), DIRECT)
    return ballots(world, rng, attack, at, where, run_from(world, rng, n, list_, 0.06 + 0.25 * s), client=client,
                   dwell=spread_around(rng, n, ease(0.5, 5, s), 0.15 + 0.4 * s), several=max(several, 0.3 * s),
                   touches=touches(rng, n, 1 - 0.7 * s, int(3 * (s < 0.6))), entry=entry)  # fmt: skip


def datacentre_pool(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """Hundreds of cloud addresses, a few ballots from each; user agents bought as a list."""
    where = networks.clouds(rng, n, int(ease(120, 900, s)), unseen=0.1 + 0.4 * s)
    list_ = agent_list(world, rng, int(ease(60, 700, s)), 0.4 * (1 - s), ease(60, 450, s))
    return ballots(world, rng, "datacentre_pool", wave(world, rng, n, s, 12), where, run_from(world, rng, n, list_, 0.1 + 0.2 * s),
                   client=client, dwell=spread_around(rng, n, ease(1.2, 9, s), 0.25 + 0.3 * s), several=0.2 * s,
                   touches=touches(rng, n, 0.9 - 0.7 * s), entry=rng.choice((MENU, SEARCH, DIRECT), n))  # fmt: skip


def residential(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """Home addresses rented by the gigabyte, from all provinces; the work is done on a server."""
    where = networks.homes(rng, networks.provinces(rng, n, WEIGHTS))
    list_ = agent_list(world, rng, int(ease(25, 500, s)), 0.5 * (1 - s), ease(60, 550, s))
    low, high = ease(0.8, 5, s), ease(2.0, 20, s)
    return ballots(world, rng, "residential", wave(world, rng, n, s, 8), where, run_from(world, rng, n, list_, 0.08 + 0.2 * s),
                   client=client, dwell=rng.uniform(low, high, n), touches=touches(rng, n, 0.85 - 0.7 * s, int(4 * (s < 0.4))),
                   several=0.3 * s, entry=rng.choice((MENU, DIRECT), n))  # fmt: skip


def headless(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """Chromium driven by a program: page loaded, a fixed pause, a click made by script."""
    where = networks.clouds(rng, n, int(ease(8, 120, s)), unseen=0.1 + 0.4 * s, hosts=60)
    kernel = int(rng.choice((119, 124, 131)))
    telling = [
        f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/{kernel}.0.0.0 Safari/537.36"
    ]
    pace = ease(BROWSER_ON_SERVER_MS, 420, s)
    own = world.devices.add_texts(telling, pace, BROWSER)
    list_ = agent_list(world, rng, int(ease(4, 120, s)), 0.6 * (1 - s), pace, BROWSER if s < 0.4 else WECHAT)
    devices = run_from(world, rng, n, list_, 0.12 + 0.15 * s)
    open_ = rng.random(n) < 0.5 * (1 - s) ** 2
    devices["agent"][open_], devices["channel"][open_] = own[0], BROWSER
    pause = np.where(
        rng.random(n) < s, rng.uniform(2.5, 9, n), 1.5 + np.abs(rng.normal(0, 0.06 + 0.5 * s, n)) + 2 * s
    )
    return ballots(world, rng, "headless", wave(world, rng, n, s, 6), where, devices, client=client, dwell=pause,
                   touches=touches(rng, n, 0.95 - 0.75 * s, 3 * (s < 0.6)), several=0.2 * s, entry=rng.choice((DIRECT, MENU), n),
                   conversion=0.9)  # fmt: skip


def agent_rotation(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """Another user agent for every ballot, all models equally often, many impossible; homes and clouds mixed."""
    cloud = rng.random(n) < 0.5 - 0.4 * s
    where = networks.mixed(
        rng,
        (cloud, networks.clouds(rng, n, 40)),
        (~cloud, networks.homes(rng, networks.provinces(rng, n, WEIGHTS))),
    )
    flat = [
        agents.android(world.devices.maker, int(m))[0].replace("{net}", "WIFI")
        for m in rng.integers(0, 35, min(n, 4000))
    ]
    right = world.devices.add_texts(flat, ease(90, 600, s), WECHAT)
    wrong = agent_list(world, rng, min(n, 1500), 1.0, ease(90, 600, s))
    numbers = np.where(rng.random(n) < 0.7 * (1 - s) + 0.06, rng.choice(wrong, n), rng.choice(right, n))
    devices = run_from(world, rng, n, numbers) | {"agent": numbers, "channel": np.full(n, WECHAT)}
    return ballots(world, rng, "agent_rotation", wave(world, rng, n, s, 10), where, devices, client=client,
                   dwell=spread_around(rng, n, ease(1.5, 8, s), 0.3 + 0.2 * s), touches=touches(rng, n, 0.7 - 0.6 * s),
                   entry=rng.choice((MENU, DIRECT), n))  # fmt: skip


def night_burst(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """A replay between two and five in the morning, when nobody looks."""
    nights = rng.choice(world.days, 1 + int(4 * s), replace=False)
    hour = rng.choice(24, n, p=np.array(_AT_NIGHT) / sum(_AT_NIGHT))
    at = OPENS_MS + rng.choice(nights, n) * DAY_MS + hour * HOUR_MS + rng.integers(0, HOUR_MS, n)
    return _replay(world, rng, "night_burst", at, client, s * 0.85, blocks=8)


def slow_drip(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """A few an hour from the first day to the last."""
    at = world.moments(rng, n, _EVEN) if s < 0.5 else world.moments(rng, n)
    return _replay(world, rng, "slow_drip", at, client, s * 0.8, blocks=6)


def frame(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """Ballots for an innocent rival, meant to be found."""
    return _replay(world, rng, "frame", wave(world, rng, n, 0.5 * s), client, 0.6 * s, blocks=6)


def frame_contaminated(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """The same from within: a laptop in the rival's own factory, behind its address and through its own group link."""
    site = world.rival_site
    if not site:
        raise ValueError("frame_contaminated needs a factory to hide in")
    where = {name: np.full(n, value) for name, value in site.items() if name != "begins"}
    list_ = agent_list(world, rng, int(ease(2, 40, s)), 0.7 * (1 - s), ease(60, 330, s))
    at = site["begins"] + rng.gamma(2.0, (10 + 200 * s), n) * 60_000
    return ballots(world, rng, "frame_contaminated", at.astype(np.int64), where, run_from(world, rng, n, list_), client=client,
                   dwell=spread_around(rng, n, ease(0.6, 5, s), 0.25 + 0.25 * s), touches=touches(rng, n, 1 - 0.75 * s),
                   one_address=True)  # fmt: skip


def camouflage(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """Each machine's ballot names the client among others, and half of them do not name the client at all."""
    table = _replay(
        world, rng, "camouflage", wave(world, rng, n, s, 8), client, s * 0.8, blocks=10, several=0.95
    )
    others = rng.random(n) < 0.2 + 0.35 * s
    table["choices"][others] = world.choices(rng, np.full(int(others.sum()), -1), 0, 0.0, 0.8)
    return table


def forged_star(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """One share token harvested from a group and used by every ballot, or as the parent of all theirs."""
    link = star(rng, world.links, n, 0 if s < 0.3 else int(ease(3, n, s)))
    where = networks.homes(rng, networks.provinces(rng, n, world.people_weights * s + WEIGHTS * (1 - s)))
    list_ = agent_list(world, rng, int(ease(30, 500, s)), 0.35 * (1 - s), ease(70, 480, s))
    return ballots(world, rng, "forged_star", wave(world, rng, n, s, 10), where, run_from(world, rng, n, list_, 0.1 + 0.2 * s),
                   client=client, dwell=spread_around(rng, n, ease(1.4, 8, s), 0.3 + 0.2 * s),
                   touches=touches(rng, n, 0.75 - 0.65 * s), entry=SHARE, **link)  # fmt: skip


def expert(world: World, rng: Rng, n: int, client: int, s: float) -> Columns:
    """Home addresses of the right province, real phones' strings, work slowed to phones' speed, times, taps and choices
    copied from people. Nothing in the evidence tells these ballots from people's: the limit of any such method."""
    models = world.devices.draw(rng, n, "wechat")
    where = networks.homes(rng, networks.provinces(rng, n, world.people_weights))
    dwell = spread_around(rng, n, 17, 0.6)
    return ballots(world, rng, "expert", world.moments(rng, n), where, models, client=client, dwell=dwell, several=0.5,
                   touches=2 + rng.poisson(1.5 + 0.2 * np.minimum(dwell, 90)),
                   entry=rng.choice((MENU, SEARCH, DIRECT, QR), n), conversion=0.45 + 0.3 * (1 - s))  # fmt: skip


BY_MACHINES: dict[str, Attack] = {
    attack.__name__: attack
    for attack in (scripted, datacentre_pool, residential, headless, agent_rotation, night_burst, slow_drip, frame,
                   frame_contaminated, camouflage, forged_star, expert)
}  # fmt: skip
