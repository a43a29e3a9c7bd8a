"""The groups in which ballots are looked at together: where an attack has to leave many ballots in one place.

Most groups ignore the candidate, so that machines that vote for many are found as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from anti_fraud.scan.columns import Ballots, Coded, Ints
from anti_fraud.scan.families import AGENT, Shown

HOUR_S, DAY_S = 3600.0, 86400.0
TOO_MANY_GROUPS = 50_000_000


@dataclass(frozen=True)
class Key:
    """One way to group: ``groups[i]`` is the group of row ``rows[i]`` (of row ``i`` where ``rows`` is None)."""

    name: str
    narrow: int  # 0 one place or hour … 3 everybody: narrower groups describe a cluster better
    groups: Ints
    rows: Ints | None = None
    inherent: int = 0  # signs that the group itself decides: shared by all of it, they say nothing within it

    def spread(self, per_row: Ints) -> Ints:
        """A value of each row, once for each group the row is in."""
        return per_row if self.rows is None else per_row[self.rows]

    def row(self, places: Ints) -> Ints:
        """The rows at these places."""
        return places if self.rows is None else self.rows[places]


def candidates_of(choices: Coded) -> tuple[tuple[str, ...], Ints, Ints]:
    """Candidate numbers in order, and one (row, candidate) for each choice of each ballot, a number once."""
    marked = [tuple(dict.fromkeys(name.split(";"))) if name else () for name in choices.names]
    numbers = sorted({number for set_ in marked for number in set_}, key=lambda text: (len(text), text))
    place = {number: i for i, number in enumerate(numbers)}
    lengths = np.array([len(set_) for set_ in marked], np.int64)
    flat = np.array([place[number] for set_ in marked for number in set_], np.int64)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    counts = lengths[choices.codes]
    rows = np.repeat(np.arange(len(choices)), counts)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return tuple(numbers), rows, flat[starts[choices.codes][rows] + within]


def keys_of(ballots: Ballots, shown: Shown) -> Iterator[Key]:
    """Every way to group that these columns allow. Empty cells (group 0 of a text) are grouped nowhere."""
    for name, column, narrow, inherent in (
        ("ip", ballots.ip, 0, 0),
        ("share_token", ballots.share_token, 0, 0),
        ("asn", ballots.asn, 2, 0),
        ("user_agent", ballots.user_agent, 2, AGENT),
    ):
        if not column.is_empty:
            yield _without_empty(name, narrow, column.codes.astype(np.int64), inherent)
    if not ballots.ip.is_empty:
        yield _without_empty("block", 0, shown.places.block)
    if (
        shown.programs.any()
    ):  # one contradiction may be an odd kind of phone, but no phone calls itself a program
        yield _without_empty("program", 2, ballots.user_agent.codes.astype(np.int64) * shown.programs)
    hour, day = _since(ballots, HOUR_S), _since(ballots, DAY_S)
    yield from _by_choice(ballots, hour, day)
    yield Key("hour", 3, hour)
    yield Key("day", 3, day)
    yield Key("all", 3, np.zeros(len(ballots), np.int64))


def _by_choice(ballots: Ballots, hour: Ints, day: Ints) -> Iterator[Key]:
    numbers, rows, candidate = candidates_of(ballots.choices)
    for name, narrow, time in (("candidate_hour", 0, hour), ("candidate_day", 1, day)):
        yield Key(name, narrow, candidate * (int(time.max(initial=0)) + 1) + time[rows], rows)
    yield Key("candidate", 1, candidate, rows)
    if len(ballots.choices.names) > len(numbers) + 1:
        days = int(day.max(initial=0)) + 1
        if len(ballots.choices.names) * days < TOO_MANY_GROUPS:
            yield Key("choices_day", 1, ballots.choices.codes * np.int64(days) + day)


def _without_empty(name: str, narrow: int, groups: Ints, inherent: int = 0) -> Key:
    if groups.all():
        return Key(name, narrow, groups, None, inherent)
    rows = np.flatnonzero(groups)
    return Key(name, narrow, groups[rows], rows, inherent)


def _since(ballots: Ballots, unit: float) -> Ints:
    """Whole units since the first ballot's own (an hour of the clock, a day of UTC)."""
    number: Ints = (ballots.cast_at // unit).astype(np.int64)
    first = int(number.min()) if len(number) else 0
    return number - first
