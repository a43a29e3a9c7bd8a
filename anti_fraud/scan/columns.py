"""A body of ballots as columns: what each one holds, in which unit, and what an empty cell means.

The scan reads columns and nothing else, so a caller may keep them in memory and append what was cast since.
What the scan has no question for (voter tag, city, share parent) is not carried at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]

UNKNOWN = -1  # a yes-or-no cell that was left empty


@dataclass(frozen=True)
class Coded:
    """A column of text: each cell is a number, and ``names[number]`` is what it says. Number 0 is the empty cell."""

    codes: Codes
    names: tuple[str, ...]

    @classmethod
    def of(cls, values: Iterable[str]) -> Coded:
        """Encode these cells."""
        table = NameTable()
        return table.column(table.encode(values))

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def is_empty(self) -> bool:
        """Does no row say anything here?"""
        return not self.codes.any()

    def where(self, *names: str) -> Flags:
        """Which rows say one of these."""
        wanted = np.fromiter((name in names for name in self.names), bool, len(self.names))
        return wanted[self.codes]

    def take(self, rows: Ints) -> list[str]:
        """The text of these rows."""
        return [self.names[code] for code in self.codes[rows]]


class NameTable(dict[str, int]):
    """Gives each new text the next number; the empty text is 0."""

    def __init__(self, names: Sequence[str] = ("",)) -> None:
        super().__init__({name: number for number, name in enumerate(names)})

    def __missing__(self, name: str) -> int:
        number = self[name] = len(self)
        return number

    def encode(self, values: Iterable[str]) -> Codes:
        """The numbers of these cells."""
        return np.fromiter(map(self.__getitem__, values), np.int32)

    def column(self, codes: Codes) -> Coded:
        """The finished column."""
        return Coded(codes, tuple(self))


@dataclass(frozen=True)
class Ballots:
    """Recorded ballots, one row each. Numbers that were left empty are NaN, texts are ``""``, yes-or-no is -1.

    A column that is empty from top to bottom silences the questions that need it; none of them fires instead.
    """

    ballot_id: NDArray[np.str_]
    cast_at: Floats  # seconds since 1970-01-01 UTC, milliseconds kept
    choices: Coded  # candidate numbers as in the file: "3;7;12"
    channel: Coded  # wechat, browser, kiosk, code, member
    ip: Coded
    asn: Coded
    network_type: Coded  # mobile, broadband, office, hosting, overseas
    province: Coded
    user_agent: Coded
    os: Coded  # android, ios, harmony, desktop
    wechat_version: Coded
    cookie_age_s: Floats
    dwell_s: Floats  # form to ballot, measured by the server
    touches: Floats  # the client says it; more than none proves nothing
    challenge_ms: Floats  # issue to solution, measured by the server; NaN where none was asked
    entry: Coded  # menu, search, direct, share, qr
    share_token: Coded
    reshared: NDArray[np.int8]  # did this voter pass the link on?
    returning: NDArray[np.int8]
    kiosk: Coded  # name of a registered kiosk; only the server sets it

    def __len__(self) -> int:
        return len(self.ballot_id)

    @cached_property
    def on_kiosk(self) -> Flags:
        """Cast at a registered kiosk: one device, one address and many people are its purpose."""
        return self.channel.where("kiosk") | (self.kiosk.codes > 0)


@dataclass(frozen=True)
class Views:
    """Page views that led to no ballot."""

    viewed_at: Floats
    share_token: Coded

    def __len__(self) -> int:
        return len(self.viewed_at)


Table = TypeVar("Table", Ballots, Views)


def concatenate(first: Table, second: Table) -> Table:
    """Both tables as one, the second's rows last; neither is changed."""
    joined: dict[str, Any] = {
        field.name: _joined(getattr(first, field.name), getattr(second, field.name))
        for field in fields(first)
    }
    return type(first)(**joined)


def _joined(first: Any, second: Any) -> Any:
    if not isinstance(first, Coded):
        return np.concatenate([first, second])
    table = NameTable(first.names)
    renumbered = table.encode(second.names)
    return table.column(np.concatenate([first.codes, renumbered[second.codes]]))


def ballots_of(rows: Iterable[Mapping[str, Any]]) -> Ballots:
    """Ballots from rows of plain values under the column names; a missing or ``None`` cell is empty.

    ``cast_at`` is a number of seconds here; files are read by ``files.py``.
    """
    cells = [dict(row) for row in rows]
    return Ballots(**{field.name: _column(field.name, field.type, cells) for field in fields(Ballots)})


def views_of(rows: Iterable[Mapping[str, Any]]) -> Views:
    """Views from rows, as ``ballots_of``."""
    cells = [dict(row) for row in rows]
    return Views(**{field.name: _column(field.name, field.type, cells) for field in fields(Views)})


def _column(name: str, kind: object, rows: list[dict[str, Any]]) -> Any:
    values = [row.get(name) for row in rows]
    if kind == "Coded":
        return Coded.of("" if value is None else str(value) for value in values)
    if kind == "Floats":
        return np.array([np.nan if value is None else value for value in values], np.float64)
    if name == "ballot_id":
        return np.array(values, np.str_)
    return np.array([UNKNOWN if value is None else int(value) for value in values], np.int8)
