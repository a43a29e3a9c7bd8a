"""Reads of one thing that know how to read many at once.

A page that shows every campaign asks the rooms about each of them, and would ask the database as often. Here a room writes its
read once, for many; whoever is about to ask about many says so (``ahead``), and who asks about one afterwards finds it, in
whatever room. What was found is kept within one ``Database.read()`` alone: its snapshot does not change, so what was true once
is true to its end. A transaction that writes keeps nothing, and asks each time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from .database import SNAPSHOT

_KEPT = "read ahead"
_K = TypeVar("_K")
_V = TypeVar("_V")
_Row = TypeVar("_Row")


class ReadOf(Generic[_K, _V]):
    """Asked for one key it gives what ``read_many`` has under it; that gives something for every key that it is given. What is
    given is shared by everyone who asks within a snapshot: nobody changes it."""

    def __init__(self, read_many: Callable[[Session, Collection[_K]], Mapping[_K, _V]]) -> None:
        self._read_many = read_many

    def __call__(self, session: Session, key: _K) -> _V:
        """What is known under one key."""
        return self.each(session, (key,))[key]

    def ahead(self, session: Session, keys: Iterable[_K]) -> None:
        """These are asked for one by one in a moment. Does nothing in a transaction that writes."""
        if session.info.get(SNAPSHOT):
            self.each(session, keys)

    def each(self, session: Session, keys: Iterable[_K]) -> dict[_K, _V]:
        """What is known under each of these keys, with one question for all that are not kept."""
        wanted, kept = list(dict.fromkeys(keys)), self._kept(session)
        if new := [key for key in wanted if key not in kept]:
            kept.update(self._read_many(session, new))
        return {key: kept[key] for key in wanted}

    def _kept(self, session: Session) -> dict[_K, _V]:
        if not session.info.get(SNAPSHOT):
            return {}
        # A transaction that has ended took its snapshot along.
        transaction, reads = session.info.get(_KEPT, (None, {}))
        if transaction is None or transaction is not session.get_transaction():
            reads = {}
            session.info[_KEPT] = session.get_transaction(), reads
        kept: dict[_K, _V] = reads.setdefault(self, {})
        return kept


def grouped(keys: Collection[_K], rows: Iterable[_Row], key_of: Callable[[_Row], _K]) -> dict[_K, list[_Row]]:
    """Rows by their key, in their order; an empty list where there are none."""
    found: dict[_K, list[_Row]] = {key: [] for key in keys}
    for row in rows:
        found[key_of(row)].append(row)
    return found
