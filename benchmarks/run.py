"""One run of the benchmarks: where it may write, how much it measures, and how it tells that it goes on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .table import Row


@dataclass(frozen=True)
class Sizes:
    """How much is measured. ``QUICK`` shows that every program works; its figures mean nothing."""

    turns: int
    requests: int
    """In one round over HTTP."""
    earlier_voters: tuple[int, ...]
    recorder_ballots: int
    log_ballots: int
    traffic: int
    """Honest ballots of one simulated campaign."""
    scan_ballots: int
    desk_ballots: int
    """In the ledger behind the desk's pages."""
    list_cases: int
    """Rankings in which a list is searched for."""
    crowd: tuple[int, float, float]
    """Behind nginx: phones that poll, page views a second, and for how many seconds."""


FULL = Sizes(
    15,
    1500,
    (1_000, 100_000, 1_000_000),
    40_000,
    1_000_000,
    200_000,
    1_000_000,
    1_000_000,
    60,
    (2_000, 200.0, 30.0),
)
QUICK = Sizes(2, 64, (100, 1_000, 3_000), 500, 1_500, 4_000, 4_000, 1_200, 2, (40, 10.0, 2.0))

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Run:
    """What every measurement is given."""

    directory: Path
    """Its own, empty; removed afterwards."""
    sizes: Sizes

    def progress(self, what: str) -> Progress:
        """One line on stderr that moves on."""

        def show(done: int, total: int) -> None:
            end = "\n" if done == total or not sys.stderr.isatty() else ""
            start = "\r" if sys.stderr.isatty() else ""
            if sys.stderr.isatty() or done in (1, total):
                print(f"{start}{what} {done}/{total}", end=end, file=sys.stderr, flush=True)

        return show


Measurement = Callable[[Run], list[Row]]
