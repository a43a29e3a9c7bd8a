"""Counting, pure: ballots with their standing in, figures out. A stranger could port it in an afternoon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from ..ledger import COUNTED, HELD, VOIDED

STANDINGS = (COUNTED, HELD, VOIDED)

K = TypeVar("K")


class StandingBallot(NamedTuple):
    """One ballot of the ledger or the log, as it stands."""

    cast_at: datetime
    choices: tuple[int, ...]
    channel: str
    standing: str


@dataclass
class Tally:
    """Ballots and votes by standing: in all, by candidate, by local day and by channel."""

    ballots: Counter[str] = field(default_factory=Counter)
    by_candidate: dict[int, Counter[str]] = field(default_factory=dict)
    by_day: dict[str, Counter[str]] = field(default_factory=dict)
    by_channel: dict[str, Counter[str]] = field(default_factory=dict)

    def counted(self) -> dict[int, int]:
        """Candidate number → counted ballots that chose them."""
        return {number: by[COUNTED] for number, by in sorted(self.by_candidate.items())}

    def to_json(self) -> dict[str, Any]:
        """With every standing named, zeros too."""
        return {
            "ballots": _named(self.ballots),
            "by_candidate": {str(number): _named(by) for number, by in sorted(self.by_candidate.items())},
            "by_day": {day: _named(by) for day, by in sorted(self.by_day.items())},
            "by_channel": {channel: _named(by) for channel, by in sorted(self.by_channel.items())},
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Tally:
        """From ``to_json``'s form."""
        return cls(
            ballots=Counter(plain["ballots"]),
            by_candidate={int(number): Counter(by) for number, by in plain["by_candidate"].items()},
            by_day={day: Counter(by) for day, by in plain["by_day"].items()},
            by_channel={channel: Counter(by) for channel, by in plain["by_channel"].items()},
        )


def _named(counter: Counter[str]) -> dict[str, int]:
    return {standing: counter[standing] for standing in STANDINGS}


def count(ballots: Iterable[StandingBallot], numbers: Iterable[int], zone: ZoneInfo) -> Tally:
    """The tally; every candidate of the roster is in it, chosen or not."""
    tally = Tally(by_candidate={number: Counter() for number in numbers})
    for ballot in ballots:
        standing = ballot.standing
        tally.ballots[standing] += 1
        for number in ballot.choices:
            _of(tally.by_candidate, number)[standing] += 1
        day = ballot.cast_at.astimezone(zone).date().isoformat()
        _of(tally.by_day, day)[standing] += 1
        _of(tally.by_channel, ballot.channel)[standing] += 1
    return tally


def _of(counters: dict[K, Counter[str]], key: K) -> Counter[str]:
    # Not setdefault: it would make a counter for each of a million ballots and throw it away.
    found = counters.get(key)
    if found is None:
        found = counters[key] = Counter()
    return found


AFTER = {"held": HELD, "voided": VOIDED, "restored": COUNTED}
"""How a ballot stands after each kind of decision."""


def standings(entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Ballot id → standing, from the log's entries in order: the latest decision on a ballot holds."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry["type"] == "ballot":
            found[entry["ballot"]] = HELD if entry["held"] else COUNTED
        elif entry["type"] in AFTER:
            found.update(dict.fromkeys(entry["ballots"], AFTER[entry["type"]]))
    return found
