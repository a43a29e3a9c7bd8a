"""What a room keeps sealed in the database, said once: so that a new key, or another cipher, can go through all of it.

Every room declares its sealed columns beside the function that names their places; the composition root makes one list
of them. A column that is not on it would be lost with the key it was sealed with, so a test compares the list with the
tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary, Row, Select, Table, func, inspect, literal, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from .database import Database
from .encryption import HEADER_BYTES, Keyring, SealBroken, SealedWith, sealed_with

BATCH = 500

Told = Callable[[int], None]
"""Told how many more are done."""
Seals = Counter[SealedWith | None]
"""How many values are sealed with which cipher and key; None counts what no version of ours has sealed."""


@dataclass(frozen=True)
class SealedColumn:
    """One column, and how a row's place is named."""

    column: InstrumentedAttribute[Any]
    place: Callable[..., str]
    """The place that a value is sealed for, from the values of ``named_by``."""
    named_by: tuple[InstrumentedAttribute[Any], ...]
    joined: tuple[tuple[type, Any], ...] = ()
    """Other tables that ``named_by`` needs, each with its condition."""

    @property
    def table(self) -> Table:
        """The table that it is in."""
        table: Table = inspect(self.column.class_).local_table
        return table

    @property
    def name(self) -> str:
        """``objections.matter_sealed``."""
        return f"{self.table.name}.{self.column.key}"


@dataclass
class Resealed:
    """What became of one column, or of the files."""

    done: int = 0
    broken: int = 0
    """Could not be opened with any key of the keyring; left as they are."""


def seals_in(session: Session, sealed: SealedColumn) -> Seals:
    """What a column is sealed with now."""
    header = _header(sealed)
    query = select(header, func.count()).where(sealed.column.is_not(None)).group_by(header)
    # One byte more, since a header alone is nothing that was sealed.
    return Counter({sealed_with(bytes(first) + b"\0"): count for first, count in session.execute(query)})


def reseal_column(
    database: Database, keyring: Keyring, sealed: SealedColumn, told: Told = lambda _more: None
) -> Resealed:
    """Seal anew whatever is not sealed with the newest key and the chosen cipher. Stopped at any moment, each value is
    sealed either way and opens; the next run goes on. Safe beside a service that runs with the same keys."""
    outcome, after = Resealed(), None
    while True:
        with database.write() as session:
            rows = session.execute(_not_current(sealed, keyring, after)).all()
            for row in rows:
                _reseal_row(session, keyring, sealed, row, outcome)
        if not rows:
            return outcome
        after = tuple(rows[-1][1 : 1 + len(_key(sealed))])
        told(len(rows))


def _reseal_row(
    session: Session, keyring: Keyring, sealed: SealedColumn, row: Row[Any], outcome: Resealed
) -> None:
    key = _key(sealed)
    old, values, names = row[0], row[1 : 1 + len(key)], row[1 + len(key) :]
    try:
        new = resealed(keyring, old, sealed.place(*names))
    except SealBroken:
        outcome.broken += 1
        return
    table, column = sealed.table, sealed.table.c[sealed.column.key]
    here = [one == value for one, value in zip(key, values, strict=True)]
    # Where somebody has changed it meanwhile, it is theirs, and sealed with the newest key already.
    session.execute(update(table).where(*here, column == old).values({column: new}))
    outcome.done += 1


def resealed(keyring: Keyring, sealed: bytes, place: str) -> bytes:
    """The same value for the same place, with the newest key and the chosen cipher. Raises SealBroken."""
    return keyring.seal(keyring.open(sealed, place), place)


def _not_current(sealed: SealedColumn, keyring: Keyring, after: Sequence[Any] | None) -> Select[Any]:
    key = _key(sealed)
    query = select(sealed.column, *key, *sealed.named_by).select_from(sealed.table)
    for table, condition in sealed.joined:
        query = query.join(table, condition)
    query = query.where(sealed.column.is_not(None), _header(sealed) != literal(keyring.header, LargeBinary))
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    return query.order_by(*key).limit(BATCH)


def _key(sealed: SealedColumn) -> tuple[Any, ...]:
    return tuple(sealed.table.primary_key.columns)


def _header(sealed: SealedColumn) -> Any:
    return func.substr(sealed.column, 1, HEADER_BYTES, type_=LargeBinary)
