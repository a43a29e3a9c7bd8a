"""A whole campaign's traffic by seed: organic strata in their parts, attacks at their shares and strengths, then labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from . import crowds, networks, strata, text, visits
from .attacks import BY_MACHINES, Attack
from .columns import ATTACKS, Columns, blank, join, length, take
from .hands import BY_HANDS
from .world import Habits, Rng, World

Stratum = Callable[[World, Rng, int], Columns]
MIX: Mapping[str, float] = MappingProxyType({
    "cascade": 0.20, "home": 0.19, "mobile": 0.14, "factory": 0.11, "menu": 0.06, "cgnat": 0.06, "poster": 0.05,
    "daily": 0.04, "tv_spike": 0.03, "elderly": 0.025, "instructed": 0.025, "desktop": 0.017, "night_shift": 0.015,
    "cloud_factory": 0.01, "old_kernel": 0.008, "odd_agent": 0.008, "vpn": 0.006, "privacy": 0.005, "hall": 0.005,
})  # fmt: skip
"""Parts of the organic ballots; cascades first, as others come by their links."""
STRATA: Mapping[str, Stratum] = MappingProxyType({
    name: getattr(crowds, name, None) or getattr(strata, name) for name in MIX
})  # fmt: skip
ALL_ATTACKS: Mapping[str, Attack] = MappingProxyType(BY_MACHINES | BY_HANDS)
ON_THE_RIVAL = ("frame", "frame_contaminated")
"""Attacks that stuff an innocent rival rather than serve a client."""


@dataclass(frozen=True)
class Traffic:
    """Ballots in order of time with their labels, and the visits that led to none."""

    world: World
    ballots: Columns
    views: Columns

    def ballot_texts(self) -> text.Texts:
        """The columns of ``ballots.csv`` as lists of text."""
        return text.ballot_texts(self.ballots, self.world.devices, self.world.seed)

    def view_texts(self) -> text.Texts:
        """The columns of ``views.csv``."""
        return text.view_texts(self.views, self.world.seed)

    def truth_texts(self) -> text.Texts:
        """The columns of ``truth.csv``."""
        return text.truth_texts(self.ballots, self.world.seed)


def scenario(seed: int, organic: int = 200_000, attacks: Mapping[str, tuple[float, float]] | None = None, *,
             habits: Habits | None = None, mix: Mapping[str, float] = MIX) -> Traffic:  # fmt: skip
    """``organic`` honest ballots and, for each attack, (share of ``organic``, strength 0 … 1).

    The organic ballots of a seed are the same with and without attacks, but for challenges at an address that attackers
    keep busy.
    Raises ValueError for an attack that is not known or a strength outside 0 … 1.
    """
    if unknown := set(attacks or {}) - set(ALL_ATTACKS):
        raise ValueError(f"no such attack: {', '.join(sorted(unknown))}")
    if any(not 0 <= strength <= 1 or share < 0 for share, strength in (attacks or {}).values()):
        raise ValueError("a share is at least 0, a strength between 0 and 1")
    world = World(seed, organic, habits or Habits())
    counts = _counts(organic, mix)
    tables = [STRATA[name](world, world.rng(name), count) for name, count in counts.items() if count]
    forged = [blank(0)]
    for name, (share, strength) in (attacks or {}).items():
        forged.append(_attack(world, name, round(organic * share), strength))
    return _finish(world, join(tables), join(forged))


def write(traffic: Traffic, directory: Path) -> None:
    """``ballots.csv``, ``views.csv`` and ``truth.csv``."""
    directory.mkdir(parents=True, exist_ok=True)
    text.write_csv(directory / "ballots.csv", traffic.ballot_texts())
    text.write_csv(directory / "views.csv", traffic.view_texts())
    text.write_csv(directory / "truth.csv", traffic.truth_texts())


def _attack(world: World, name: str, count: int, strength: float) -> Columns:
    client = int(world.clients[ATTACKS.index(name) % len(world.clients)])
    client = world.rival if name in ON_THE_RIVAL else client
    return ALL_ATTACKS[name](world, world.rng(name), count, client, strength)


def _counts(organic: int, mix: Mapping[str, float]) -> dict[str, int]:
    total = sum(mix.values())
    counts = {name: int(organic * part / total) for name, part in mix.items()}
    counts[next(iter(counts))] += organic - sum(counts.values())
    return counts


def _finish(world: World, organic: Columns, attacks: Columns) -> Traffic:
    """Look addresses up, put the challenges, sort. People and attackers draw apart, so that one does not move the other."""
    table = join([organic, attacks])
    table["serial"][:] = np.arange(length(table))
    networks.look_up_badly(table, world.seed, world.habits.network_missing)
    busy, honest = visits.busy(table), table["attack"] == 0
    ballots, views = [], []
    for name, rows in (("people", honest), ("attackers", ~honest)):
        part = take(table, rows)
        visits.challenge(world.rng(f"challenge {name}"), part, busy[rows], world.habits)
        visits.measure(part, world.habits)
        ballots.append(part)
        views.append(visits.views(world, world.rng(f"views {name}"), part))
    return Traffic(world, _in_time(join(ballots)), _in_time(join(views)))


def _in_time(table: Columns) -> Columns:
    return take(table, np.argsort(table["at"], kind="stable"))
