"""One text on its way into ranges: each bad row is noted with its line, and the reading goes on."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator

from anti_fraud.networks.addresses import endpoint
from anti_fraud.networks.claims import SourceRanges
from anti_fraud.networks.problems import ProblemList

# Called with the name of a step and the rows done in it so far.
Progress = Callable[[str, int], None]
_PROGRESS_EVERY = 100_000


class BadRow(Exception):
    """A row that cannot be taken: a code of ``problems`` and what stands there."""

    def __init__(self, code: str, value: str) -> None:
        super().__init__(code, value)
        self.code = code
        self.value = value


class Reading:
    """What a format's reader writes to."""

    def __init__(self, name: str, ranges: SourceRanges, problems: ProblemList, progress: Progress) -> None:
        self.name = name
        self.ranges = ranges
        self.rows = 0
        self._problems = problems
        self._progress = progress

    def add(self, start: str, end: str, number: int) -> None:
        """A range as the source writes it, with the number of its claim. ``BadRow`` for one that is none."""
        first, last = endpoint(start), endpoint(end)
        if not first or not last:
            raise BadRow("address", end if first else start)
        if len(first) != len(last) or first > last:
            raise BadRow("range", f"{start} – {end}")
        self.ranges.add(first, last, number)
        self.rows += 1
        if self.rows % _PROGRESS_EVERY == 0:
            self._progress(self.name, self.rows)

    def refuse(self, line: int, bad: BadRow) -> None:
        """Note what is wrong with this line."""
        self._problems.add(self.name, line, bad.code, bad.value)


def csv_rows(lines: Iterable[str], reading: Reading) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the number of its last line. Broken quotes are noted, and the next row is read."""
    rows = csv.reader(lines, strict=True)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            reading.refuse(rows.line_num, BadRow("csv", str(error)))
            continue
        if any(row) and not row[0].startswith("#"):
            yield rows.line_num, row


def asn_of(text: str) -> int | None:
    """``13335`` or ``AS13335``; None for an empty cell and for 0, which tables write for "announced by nobody"."""
    digits = text.strip().upper().removeprefix("AS")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit()) or int(digits) >= 1 << 32:
        raise BadRow("asn", text)
    return int(digits) or None
