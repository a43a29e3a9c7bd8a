"""What is read out of a box: its figures, its counts, and the ballots that wait in it to be recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class WaitingBallot(NamedTuple):
    """One ballot in the box's stream."""

    stream_id: str
    ballot_id: str
    seq: int
    cast_ms: int
    voter_tag: str
    choices: tuple[int, ...]
    channel: str
    held: bool
    voted_before: bool
    """Whether its voter had cast one before."""
    evidence: str
    """Sealed; empty where there is none."""


@dataclass(frozen=True)
class BoxState:
    """The box's own figures. Provisional: the ledger alone is tallied."""

    epoch: int
    state: str
    seq: int
    counted: int
    held: int
    closes_ms: int
    sealed_ms: int | None
    decisions: int = 0
    """How many decisions on ballots its counts contain: the sequence number of the last one."""
    policy: int = 0
    """The version of the gate's policy that holds, as the box knows it."""
    departures: int = 0
    """How many candidates it knows to have left. Nobody comes back: a smaller number than SQL's lacks some."""


@dataclass(frozen=True)
class BoxSnapshot:
    """One moment of a box: figures, counts and waiting ballots that fit together."""

    state: BoxState
    counts: Mapping[int, int]
    waiting: tuple[WaitingBallot, ...]


def box_state(meta: Mapping[str, str]) -> BoxState:
    """From the box's meta hash."""
    return BoxState(
        epoch=int(meta["epoch"]),
        state=meta["state"],
        seq=int(meta["seq"]),
        counted=int(meta.get("counted", 0)),
        held=int(meta.get("held", 0)),
        closes_ms=int(meta["closes_ms"]),
        sealed_ms=int(meta["sealed_ms"]) if "sealed_ms" in meta else None,
        decisions=int(meta.get("decisions", 0)),
        policy=int(meta.get("policy", 0)),
        departures=int(meta.get("departures", 0)),
    )


def waiting_ballot(stream_id: str, fields: Mapping[str, str]) -> WaitingBallot:
    """From an entry of the box's stream, as cast.lua wrote it."""
    return WaitingBallot(
        stream_id=stream_id,
        ballot_id=fields["b"],
        seq=int(fields["n"]),
        cast_ms=int(fields["t"]),
        voter_tag=fields["v"],
        choices=tuple(map(int, fields["c"].split(","))),
        channel=fields["w"],
        held=fields["h"] == "1",
        voted_before=fields.get("r") == "1",
        evidence=fields.get("x", ""),
    )
