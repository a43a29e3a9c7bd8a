"""Evidence files into columns, in one pass and by the handful of rows; every problem is named, then nothing is scanned.

A column that the file does not have is an empty one: evidence of another system may know less than ours.
"""

from __future__ import annotations

import csv
import gc
import gzip
import io
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from anti_fraud.scan.columns import UNKNOWN, Ballots, Coded, Codes, NameTable, Views
from anti_fraud.scan.guarded import bare
from anti_fraud.scan.problems import Problem

ROWS_AT_ONCE = 50_000
MOST_PROBLEMS = 200
# Beyond them a clock or a converter was wrong; hours are counted from the first ballot's.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()

TEXTS = ("ip", "asn", "province", "user_agent", "wechat_version", "share_token", "kiosk")
WORDS = {
    "channel": ("wechat", "browser", "kiosk", "code", "member"),
    "network_type": ("mobile", "broadband", "office", "hosting", "overseas"),
    "os": ("android", "ios", "harmony", "desktop"),
    "entry": ("menu", "search", "direct", "share", "qr"),
}
CHOICES = re.compile("[1-9][0-9]*(;[1-9][0-9]*)*")
NUMBERS = ("cookie_age_s", "dwell_s", "touches", "challenge_ms")
YES_OR_NO = ("reshared", "returning")
REQUIRED = ("ballot_id", "cast_at", "choices")

Table = TypeVar("Table", Ballots, Views)
Cells = Sequence[str]


@dataclass(frozen=True)
class Reading(Generic[Table]):
    """A table, or the problems that kept it from being one; and columns that were absent, as warnings."""

    table: Table | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def read_ballots(path: Path, progress: Callable[[int], None] | None = None) -> Reading[Ballots]:
    """Read ``ballots.csv`` (or ``.csv.gz``). ``progress`` hears the number of rows read so far."""
    reader = _Reader(path)
    kinds: dict[str, _Kind] = {"ballot_id": _Ids(), "cast_at": _Times(), "choices": _Choices()}
    kinds |= {name: _Texts() for name in TEXTS} | {name: _Words(words) for name, words in WORDS.items()}
    kinds |= {name: _Numbers() for name in NUMBERS} | {name: _YesOrNo() for name in YES_OR_NO}
    return reader.read(kinds, REQUIRED, Ballots, progress)


def read_views(path: Path) -> Reading[Views]:
    """Read ``views.csv`` (or ``.csv.gz``)."""
    kinds: dict[str, _Kind] = {"viewed_at": _Times(), "share_token": _Texts()}
    return _Reader(path).read(kinds, ("viewed_at",), Views, None)


class _Bad(Exception):
    """A cell that cannot be read: its place in the handful, and why."""

    def __init__(self, cells: list[tuple[int, str]]) -> None:
        super().__init__(cells)
        self.cells = cells


class _Kind(ABC):
    """Turns the cells of one column into numbers, handful by handful."""

    allowed: tuple[str, ...] = ()  # the only words, where only some are

    def __init__(self) -> None:
        self.parts: list[Any] = []

    def take(self, cells: Cells) -> None:
        """Take a handful; ``_Bad`` names every cell that cannot be read."""
        self.parts.append(self.read(cells))

    @abstractmethod
    def read(self, cells: Cells) -> Any:
        """The cells of a handful as numbers; ``_Bad`` names every one that cannot be read."""

    def finish(self, rows: int) -> Any:
        """The column; of ``rows`` empty cells where the file had none."""
        if not self.parts:
            self.take([""] * rows)
        return np.concatenate(self.parts)


class _Ids(_Kind):
    def __init__(self) -> None:
        super().__init__()
        self._seen: set[str] = set()

    def read(self, cells: Cells) -> Any:
        if any(cell[:1] == "'" for cell in cells):
            cells = list(map(bare, cells))
        fresh = set(cells)
        if "" not in fresh and len(fresh) == len(cells) and self._seen.isdisjoint(fresh):
            self._seen |= fresh
            return np.array(cells, np.str_)
        bad = []
        for place, cell in enumerate(cells):
            if not cell or cell in self._seen:
                bad.append((place, "duplicate" if cell else "empty"))
            self._seen.add(cell)
        raise _Bad(bad)


class _Times(_Kind):
    def read(self, cells: Cells) -> Any:
        try:
            moments = list(map(datetime.fromisoformat, cells))
        except ValueError:
            moments = []
        if len(moments) != len(cells) or any(moment.tzinfo is None for moment in moments):
            raise _Bad(_bad_times(cells))
        seconds = np.array([moment.timestamp() for moment in moments], np.float64)
        if len(seconds) and not (seconds.min() >= EARLIEST and seconds.max() < LATEST):
            raise _Bad(_bad_times(cells))
        return seconds


def _bad_times(cells: Cells) -> list[tuple[int, str]]:
    codes = [(place, _wrong_with_time(cell)) for place, cell in enumerate(cells)]
    return [(place, code) for place, code in codes if code]


def _wrong_with_time(cell: str) -> str:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return "not_a_time"
    if moment.tzinfo is None:
        return "not_a_time"
    return "" if EARLIEST <= moment.timestamp() < LATEST else "far_time"


class _Texts(_Kind):
    def __init__(self, table: NameTable | None = None) -> None:
        super().__init__()
        self._table = _Written() if table is None else table

    def read(self, cells: Cells) -> Any:
        return self._table.encode(cells)

    def finish(self, rows: int) -> Coded:
        if not self.parts:
            return self._table.column(np.zeros(rows, np.int32))
        return self._table.column(np.concatenate(self.parts))


class _Choices(_Texts):
    """Candidate numbers. Each different cell is looked at once."""

    def __init__(self) -> None:
        super().__init__(NameTable())
        self._wrong = {0: "empty"}

    def read(self, cells: Cells) -> Any:
        known = len(self._table)
        codes = self._table.encode(cells)
        for code, name in enumerate(islice(self._table, known, None), known):
            if not CHOICES.fullmatch(name):
                self._wrong[code] = "not_choices"
        wrong = np.flatnonzero(np.isin(codes, list(self._wrong)))
        if len(wrong):
            raise _Bad([(int(place), self._wrong[int(codes[place])]) for place in wrong])
        return codes


class _Words(_Texts):
    """One of a few words; case and blanks about it do not matter."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(_Spellings(allowed))
        self.allowed = allowed

    def read(self, cells: Cells) -> Any:
        codes = self._table.encode(cells)
        wrong = np.flatnonzero(codes == UNKNOWN)
        if len(wrong):
            raise _Bad([(int(place), "not_a_word") for place in wrong])
        return codes


class _Written(NameTable):
    """Each different text has a number, however it is guarded in the file."""

    def __init__(self) -> None:
        super().__init__()
        self._bare = {"": 0}

    def __missing__(self, cell: str) -> int:
        number = self[cell] = self._bare.setdefault(bare(cell), len(self._bare))
        return number

    def column(self, codes: Codes) -> Coded:
        return Coded(codes, tuple(self._bare))


class _Spellings(NameTable):
    """Every spelling of an allowed word has the word's number, any other text -1."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(("", *allowed))
        self._names = ("", *allowed)

    def __missing__(self, cell: str) -> int:
        word = cell.strip().casefold()
        number = self[cell] = self._names.index(word) if word in self._names else UNKNOWN
        return number

    def column(self, codes: Codes) -> Coded:
        return Coded(codes, self._names)


class _Numbers(_Kind):
    """Measures and counts: never negative."""

    def read(self, cells: Cells) -> Any:
        try:
            values = np.array([float(cell) if cell else math.nan for cell in cells], np.float64)
        except ValueError:
            values = np.array([math.inf])
        if np.isinf(values).any() or (values < 0).any():
            codes = [(place, _wrong_with_number(cell)) for place, cell in enumerate(cells) if cell]
            raise _Bad([(place, code) for place, code in codes if code])
        return values


def _wrong_with_number(cell: str) -> str:
    if not _is_number(cell):
        return "not_a_number"
    return "negative" if float(cell) < 0 else ""


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


class _YesOrNo(_Kind):
    MEANING: ClassVar[dict[str, int]] = {
        "": UNKNOWN,
        "0": 0,
        "1": 1,
        "false": 0,
        "true": 1,
        "False": 0,
        "True": 1,
    }

    def read(self, cells: Cells) -> Any:
        try:
            return np.array([self.MEANING[cell] for cell in cells], np.int8)
        except KeyError:
            bad = [(place, "not_yes_or_no") for place, cell in enumerate(cells) if cell not in self.MEANING]
            raise _Bad(bad) from None


class _Reader:
    """Reads one file and keeps its problems."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems: list[Problem] = []
        self._warnings: list[Problem] = []

    def read(
        self,
        kinds: dict[str, _Kind],
        required: Sequence[str],
        table: type[Table],
        progress: Callable[[int], None] | None,
    ) -> Reading[Table]:
        rows = 0
        try:
            with _opened(self._path) as text, _without_garbage_collection():
                lines = csv.reader(text)
                places = self._header(next(lines, []), kinds, required)
                while places and (handful := list(islice(lines, ROWS_AT_ONCE))):
                    rows = self._take(handful, rows, places, kinds)
                    if progress:
                        progress(rows)
        except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
            self._problem(None, "", _code_of(error))
        if self._problems:
            return Reading(None, tuple(self._capped()), tuple(self._warnings))
        columns = {name: kind.finish(rows) for name, kind in kinds.items()}
        return Reading(table(**columns), (), tuple(self._warnings))

    def _header(self, header: list[str], kinds: dict[str, _Kind], required: Sequence[str]) -> dict[str, int]:
        """Where each known column stands; empty where the rows cannot be read."""
        names = [name.strip().lower() for name in header]
        if not any(names):
            self._problem(None, "", "no_header")
            return {}
        for name in kinds:
            if names.count(name) > 1:
                self._problem(1, name, "column_twice")
            if name not in names:
                self._missing(name, name in required)
        self._width = len(names)
        return {name: names.index(name) for name in kinds if name in names}

    def _missing(self, name: str, is_required: bool) -> None:
        if is_required:
            self._problem(1, name, "missing_column")
        else:
            self._warnings.append(Problem(self._path.name, 1, name, "not_asked"))

    def _take(
        self, handful: list[list[str]], rows: int, places: dict[str, int], kinds: dict[str, _Kind]
    ) -> int:
        """Read a handful that begins after ``rows`` rows; the number of rows read with it."""
        lengths = set(map(len, handful))
        numbers = range(rows + 2, rows + 2 + len(handful))
        if lengths != {self._width}:
            wrong = [
                (number, row) for number, row in zip(numbers, handful, strict=True) if len(row) != self._width
            ]
            for number, row in wrong:
                if row:
                    self._problem(number, "", "wrong_length", f"{len(row)} ≠ {self._width}")
            kept = [
                (number, row) for number, row in zip(numbers, handful, strict=True) if len(row) == self._width
            ]
            handful, shown = [row for _, row in kept], [number for number, _ in kept]
        else:
            shown = list(numbers)
        cells = list(zip(*handful, strict=True)) if handful else []
        for name, place in places.items() if cells else ():
            try:
                kinds[name].take(cells[place])
            except _Bad as bad:
                for at, code in bad.cells[: MOST_PROBLEMS + 1]:
                    allowed = kinds[name].allowed
                    self._problem(shown[at], name, code, cells[place][at], allowed)
        return rows + len(handful)

    def _problem(
        self, row: int | None, column: str, code: str, found: str = "", allowed: tuple[str, ...] = ()
    ) -> None:
        self._problems.append(Problem(self._path.name, row, column, code, found, allowed))

    def _capped(self) -> Iterator[Problem]:
        yield from self._problems[:MOST_PROBLEMS]
        if len(self._problems) > MOST_PROBLEMS:
            yield Problem(self._path.name, None, "", "more")


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """A million rows make millions of short-lived cells and no cycles: looking for cycles takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _opened(path: Path) -> io.TextIOWrapper:
    raw = gzip.GzipFile(path, "rb") if path.name.endswith(".gz") else io.FileIO(path, "r")
    return io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")


def _code_of(error: Exception) -> str:
    if isinstance(error, gzip.BadGzipFile | EOFError):
        return "not_gzip"
    if isinstance(error, UnicodeDecodeError):
        return "not_utf8"
    return "not_csv" if isinstance(error, csv.Error) else "no_file"
