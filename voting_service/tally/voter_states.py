"""What the box knows of each voter, computed anew from ballots: for rebuilding a box and for checking one.

The packed form is that of ``ballots/cast.lua``: ``day:today:total:3,7`` with the local day as days since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

_EPOCH = date(1970, 1, 1).toordinal()


class CastBallot(NamedTuple):
    """As much of a ballot as decides what its voter may still do."""

    voter_tag: str
    cast_at: datetime
    choices: tuple[int, ...]


def voter_states(ballots: Iterable[CastBallot], zone: ZoneInfo) -> dict[str, str]:
    """Voter tag → packed state, after these ballots in the order of casting."""
    states: dict[str, str] = {}
    for ballot in ballots:
        states[ballot.voter_tag] = _after(states.get(ballot.voter_tag), ballot, zone)
    return states


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
