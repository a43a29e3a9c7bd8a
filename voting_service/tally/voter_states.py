"""What the box knows of each voter, computed anew from ballots: for rebuilding a box and for checking one.

The packed form is that of ``ballots/cast.lua``: ``day:today:total:3,7`` with the local day as days since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

_SEEN = ""
"""In place of a state that a box has too; no packed state is empty."""
_EPOCH = date(1970, 1, 1).toordinal()


class CastBallot(NamedTuple):
    """As much of a ballot as decides what its voter may still do."""

    voter_tag: str
    cast_at: datetime
    choices: tuple[int, ...]


def voter_states(ballots: Iterable[CastBallot], zone: ZoneInfo) -> dict[str, str]:
    """Voter tag → packed state, after these ballots in the order of casting."""
    followed = VoterStates(zone)
    for ballot in ballots:
        followed.follow(ballot)
    return followed.states


class VoterStates:
    """The same, ballot by ballot; then compared with a box's, of which no copy is made: there may be a million."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.states: dict[str, str] = {}
        self._zone = zone

    def follow(self, ballot: CastBallot) -> None:
        """The next one in the order of casting."""
        self.states[ballot.voter_tag] = _after(self.states.get(ballot.voter_tag), ballot, self._zone)

    def differing(self, voters: Iterable[tuple[str, str]]) -> int:
        """How many voters a box knows otherwise, or alone, or not at all. It may name one more than once, as Redis does; uses
        up what is known here."""
        strangers: set[str] = set()
        for tag, state in voters:
            ours = self.states.get(tag)
            if ours is None:
                strangers.add(tag)
            elif ours == state:
                self.states[tag] = _SEEN
        return len(strangers) + sum(state != _SEEN for state in self.states.values())


def _after(before: str | None, ballot: CastBallot, zone: ZoneInfo) -> str:
    day = ballot.cast_at.astimezone(zone).date().toordinal() - _EPOCH
    today, total, chosen = 0, 0, ""
    if before is not None:
        last_day, last_today, last_total, last_chosen = before.split(":")
        total = int(last_total)
        # As in the box, a voter's day never runs backwards.
        if int(last_day) >= day:
            day, today, chosen = int(last_day), int(last_today), last_chosen
    numbers = ",".join(map(str, ballot.choices))
    return f"{day}:{today + 1}:{total + 1}:{chosen + ',' + numbers if chosen else numbers}"
