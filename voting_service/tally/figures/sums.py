"""What is summed of a ledger as it grows, pure: ballots come in once, as the gate let them in; decisions move them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..count import Tally

BALLOTS, HELD_AT_GATE = "ballots", "held"
UNKNOWN = ""
"""Where a ballot's way or province is not known: it came without evidence, or the evidence is gone."""


class Came(NamedTuple):
    """One ballot as it was recorded, with what its evidence says of how it came."""

    minute: int
    """Whole minutes since 1970."""
    day: str
    """The campaign's local day, ``2026-04-07``."""
    choices: tuple[int, ...]
    channel: str
    standing: str
    """As the gate let it in: counted or held."""
    held: bool
    province: str = UNKNOWN
    entry: str = UNKNOWN
    challenged: bool = False


class Moved(NamedTuple):
    """One ballot that a decision takes from one standing to another."""

    day: str
    choices: tuple[int, ...]
    channel: str
    before: str
    after: str


@dataclass
class Reach:
    """How ballots came, whatever became of them. A decision changes nothing here."""

    provinces: dict[str, Counter[str]] = field(default_factory=dict)
    entries: dict[str, Counter[str]] = field(default_factory=dict)
    ballots: int = 0
    held: int = 0
    """Set aside by the gate when they were cast."""
    challenged: int = 0
    """Asked to solve a challenge, and solved it."""

    def to_json(self) -> dict[str, Any]:
        """As the tables keep it."""
        return {
            "ballots": self.ballots,
            "held": self.held,
            "challenged": self.challenged,
            "provinces": {name: _pair(by) for name, by in sorted(self.provinces.items())},
            "entries": {name: _pair(by) for name, by in sorted(self.entries.items())},
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Reach:
        """From ``to_json``'s form."""
        return cls(
            provinces={name: Counter(by) for name, by in plain["provinces"].items()},
            entries={name: Counter(by) for name, by in plain["entries"].items()},
            ballots=plain["ballots"],
            held=plain["held"],
            challenged=plain["challenged"],
        )


def _pair(by: Counter[str]) -> dict[str, int]:
    return {BALLOTS: by[BALLOTS], HELD_AT_GATE: by[HELD_AT_GATE]}


def add_ballots(tally: Tally, ballots: Iterable[Came]) -> None:
    """Count ballots that come new into the ledger."""
    for one in ballots:
        _shift(tally, one.day, one.choices, one.channel, one.standing, 1)


def add_reach(reach: Reach, ballots: Iterable[Came]) -> None:
    """Sum how they came."""
    for one in ballots:
        reach.ballots += 1
        reach.held += one.held
        reach.challenged += one.challenged
        for by in (
            reach.provinces.setdefault(one.province, Counter()),
            reach.entries.setdefault(one.entry, Counter()),
        ):
            by[BALLOTS] += 1
            by[HELD_AT_GATE] += one.held


def by_minute(ballots: Iterable[Came]) -> dict[int, tuple[int, int, int]]:
    """Minute → ballots, held by the gate, challenged."""
    found: dict[int, tuple[int, int, int]] = {}
    for one in ballots:
        came, held, challenged = found.get(one.minute, (0, 0, 0))
        found[one.minute] = came + 1, held + one.held, challenged + one.challenged
    return found


def move(tally: Tally, moves: Iterable[Moved]) -> None:
    """Let a decision take ballots from one standing to another."""
    for one in moves:
        _shift(tally, one.day, one.choices, one.channel, one.before, -1)
        _shift(tally, one.day, one.choices, one.channel, one.after, 1)


def _shift(tally: Tally, day: str, choices: tuple[int, ...], channel: str, standing: str, by: int) -> None:
    tally.ballots[standing] += by
    for number in choices:
        tally.by_candidate.setdefault(number, Counter())[standing] += by
    tally.by_day.setdefault(day, Counter())[standing] += by
    tally.by_channel.setdefault(channel, Counter())[standing] += by
