"""What each ballot shows: five signs of a machine and two circumstances, one function a question.

A sign is evidence; a circumstance (a hosting address, no signed link) only says among whom to look, since whole
factories share one. A question whose column is empty, or whose answer would be yes for too many people, is silent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from anti_fraud.scan.agents import Agents
from anti_fraud.scan.clock import clockwork
from anti_fraud.scan.columns import Ballots, Coded, Codes, Flags, Floats, Ints
from anti_fraud.scan.places import Places
from anti_fraud.scan.rates import Population

# Signs, as bits of a pattern.
AGENT, WORK, TOUCH, HASTE, CLOCK = 1, 2, 4, 8, 16
SIGNS = (AGENT, WORK, TOUCH, HASTE, CLOCK)
PATTERNS = 32
# Circumstances, as bits of a context.
HOSTING, UNSIGNED = 1, 2
CONTEXTS = 4

HASTE_S = 1.2  # nobody reads a ballot, chooses and confirms in less
WORK_Z = -2.6  # robust deviations below the median of the same system
WORK_MINIMUM = 200  # solved challenges of one system, before its median is believed
SILENT_ABOVE = 0.05  # a rule that speaks of one person in twenty is wrong about this traffic
TOUCHED = 0.5  # if most phones of a stratum report no touch, its page does not report touches

# Clouds by their network number, for tables that name the network but not its kind. Some are missing: no harm,
# an unknown network is silent.
CLOUD_ASNS = frozenset(
    map(
        str,
        (
            37963,
            45102,
            45090,
            132203,
            55990,
            136907,
            38365,
            55967,
            59019,
            14618,
            16509,
            15169,
            396982,
            8075,
            14061,
            16276,
            24940,
            20473,
            63949,
            13335,
            31898,
        ),
    )
)


@dataclass(frozen=True)
class Shown:
    """Signs and circumstances of every ballot, and how often people of each stratum show each sign."""

    patterns: Ints  # bits of SIGNS
    contexts: Ints  # bits of HOSTING, UNSIGNED
    strata: Ints  # channel x system, from 0
    rates: Floats  # [sign, stratum]
    models: Ints  # device model by the user agent, as a number
    programs: Flags  # the user agent names a program
    places: Places


class Families:
    """Asks the questions of a body of ballots."""

    def __init__(self, ballots: Ballots) -> None:
        self.ballots = ballots
        self.agents = Agents(ballots)
        self.places = Places(ballots)
        channel, system = ballots.channel, ballots.os
        both = channel.codes.astype(np.int64) * len(system.names) + system.codes
        self.strata = np.unique(both, return_inverse=True)[1].astype(np.int64)

    def answer(self, spared: Flags | None = None) -> Shown:
        """All signs and circumstances. ``spared`` rows (found guilty before) do not teach what people do."""
        population = self._population if spared is None else self._people_without(spared)
        signs = dict(self._signs_but_work)
        patterns = _packed(signs)
        ordinary = (patterns == 0) & (self.hosting == 0)
        signs |= {WORK: self.too_fast_work(ordinary if spared is None else ordinary & ~spared)}
        patterns = _packed(signs)
        # Each rate is learned among ballots that show no other sign: a machine that shows two teaches neither.
        rates = [population.rates(signs[sign], among=patterns & ~sign == 0) for sign in SIGNS]
        return Shown(
            patterns=patterns,
            contexts=self.hosting * HOSTING + self.unsigned * UNSIGNED,
            strata=self.strata,
            rates=np.array(rates),
            models=self.agents.models,
            programs=self.agents.automation() & ~self.ballots.on_kiosk,
            places=self.places,
        )

    @cached_property
    def _signs_but_work(self) -> dict[int, Flags]:
        # A registered kiosk is one device for a whole hall: nothing that its ballots share is a sign.
        people = ~self.ballots.on_kiosk
        asked: dict[int, Callable[[], Flags]] = {
            AGENT: self.impossible_agent,
            TOUCH: self.untouched,
            HASTE: self.inhuman_haste,
            CLOCK: self.like_a_clock,
        }
        return {sign: ask() & people for sign, ask in asked.items()}

    @cached_property
    def _population(self) -> Population:
        return self._people_without(np.zeros(len(self.ballots), bool))

    def _people_without(self, spared: Flags) -> Population:
        usable = ~spared & (self.hosting == 0)
        if np.count_nonzero(usable) * 2 < len(self.ballots):
            usable = ~spared
        day = (self.ballots.cast_at // 86400).astype(np.int64)
        day -= day.min(initial=day[0] if len(day) else 0)
        first_choice = Coded.of(name.split(";")[0] for name in self.ballots.choices.names).codes[
            self.ballots.choices.codes
        ]
        by_day = np.unique(first_choice * (day.max(initial=0) + 1) + day, return_inverse=True)[1]
        cuts = [by_day, first_choice.astype(np.int64), self.places.block]
        return Population(self.strata, usable, self.ballots.cast_at, cuts)

    # ---- circumstances

    @cached_property
    def hosting(self) -> Ints:
        """Where from? From a data centre or cloud."""
        kind = self.ballots.network_type
        clouds = [name.upper().removeprefix("AS") in CLOUD_ASNS for name in self.ballots.asn.names]
        by_number = np.array(clouds, bool)[self.ballots.asn.codes]
        return np.where(kind.codes > 0, kind.where("hosting"), by_number).astype(np.int64)

    @cached_property
    def unsigned(self) -> Flags:
        """Through which door? By no menu, search, poster or signed link."""
        entry = self.ballots.entry
        if entry.is_empty:
            return np.zeros(len(self.ballots), bool)
        without: Flags = entry.where("direct", "") | (
            entry.where("share") & (self.ballots.share_token.codes == 0)
        )
        without &= ~self.ballots.on_kiosk
        return without

    # ---- signs

    def impossible_agent(self) -> Flags:
        """With what? With a user agent that no client sends."""
        if self.ballots.user_agent.is_empty:
            return np.zeros(len(self.ballots), bool)
        agents = self.agents
        found = agents.automation()
        for rule in (
            agents.platform_contradicts,
            agents.hex_contradicts,
            agents.build_contradicts,
            agents.version_contradicts,
            agents.not_wechat,
        ):
            found |= self._unless_usual(rule())
        return found

    def _unless_usual(self, flag: Flags) -> Flags:
        """The flag, silent in strata where people show it often: there the rule is wrong, not the people."""
        return flag & (self._population.rates(flag) <= SILENT_ABOVE)[self.strata] if flag.any() else flag

    def too_fast_work(self, ordinary: Flags) -> Flags:
        """With what? With a proof of work solved faster than phones of that system can.

        ``ordinary`` ballots show what phones can: those with no other sign.
        """
        spent = self.ballots.challenge_ms
        known = np.isfinite(spent) & (spent > 0) & ~self.ballots.on_kiosk
        z = robust_z(np.log(np.where(known, spent, 1.0)), known, ordinary, self.ballots.os.codes)
        return np.nan_to_num(z) < WORK_Z

    def untouched(self) -> Flags:
        """By hand? No touch at all, on a device that has nothing but a touch screen."""
        phones = ~self.agents.desktop()
        none: Flags = (self.ballots.touches == 0) & phones
        # Where the page reports no touches at all, zero is its default and not an observation.
        reports = self._population.rates(none) <= TOUCHED
        none &= reports[self.strata]
        return none

    def inhuman_haste(self) -> Flags:
        """By hand? Form to ballot in less than 1.2 seconds."""
        dwell = self.ballots.dwell_s
        return np.isfinite(dwell) & (dwell < HASTE_S)

    def like_a_clock(self) -> Flags:
        """Like a clock? Times on the page, or gaps between ballots, that no crowd keeps."""
        return clockwork(self.ballots)


def _packed(signs: dict[int, Flags]) -> Ints:
    """Flags as bits of one number."""
    packed = np.zeros(len(next(iter(signs.values()))), np.int64)
    for sign, flag in signs.items():
        packed += flag.astype(np.int64) * sign
    return packed


def robust_z(values: Floats, known: Flags, ordinary: Flags, groups: Codes) -> Floats:
    """Deviation from the group's median in units of its upper half-spread (84th percentile less median).

    Median and spread are those of the ``ordinary`` rows; fraud is quick and lies on the low side, which is not asked
    for the spread. A group with too few of them is measured by all groups together; NaN where nothing is known.
    """
    z = np.full(len(values), np.nan)
    everything = _centre(values[known & ordinary])
    for group in np.unique(groups[known]):
        rows = known & (groups == group)
        centre = _centre(values[rows & ordinary]) or everything
        if centre:
            z[rows] = (values[rows] - centre[0]) / centre[1]
    return z


def _centre(values: Floats) -> tuple[float, float] | None:
    if len(values) < WORK_MINIMUM:
        return None
    median, upper = np.percentile(values, [50, 84.13])
    return float(median), max(float(upper - median), 0.1)


def letters(signs: Sequence[int], hosting: bool, unsigned: bool) -> str:
    """The families of these signs and circumstances as the reference names them: N, D, M, T, P."""
    found = {AGENT: "D", WORK: "D", TOUCH: "M", HASTE: "M", CLOCK: "T"}
    named = {found[sign] for sign in signs}
    return (
        ("N" if hosting else "")
        + "".join(letter for letter in "DMT" if letter in named)
        + ("P" if unsigned else "")
    )
