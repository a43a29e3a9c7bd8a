"""Writing the journal. Entries wait in the session and are chained right before the commit, all at once.

Chaining needs a lock that all writers share, since an entry's number and hash follow from the one before. Taken when an act is
journaled, it would be held for the rest of a transaction, and two of them that want each other's rows would wait for ever.
Taken last, after everything else is flushed, its holder waits for nobody. Numbers come from the chain and not from a sequence:
what is rolled back leaves no gap.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Computed, Index, event, insert, select, text
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from ..clock import rfc3339_ms, to_ms
from ..database import Base
from .chain import GENESIS, Link, linked

_WAITING = "journal"
_LOCK = 0x6A6F75726E616C
"""The letters of "journal": any number would do that no other lock of this database has."""


_BELONGS_TO = "substr(subject, 1, length(subject) - length(ltrim(subject, replace(subject, '/', ''))))"
"""In words that both databases have."""


class JournalEntry(Base):
    """Who did what to what, and when. The database itself refuses to change or delete one."""

    __tablename__ = "journal_entries"
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="is_chained"),
        CheckConstraint("id > 0", name="is_numbered_from_one"),
        *(Index(None, column, "id") for column in ("belongs_to", "actor", "act")),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 … without gaps."""
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    act: Mapped[str]
    subject: Mapped[str]
    """What was acted on. What belongs to a campaign is called by its slug, alone or followed by ``/…``."""
    belongs_to: Mapped[str] = mapped_column(Computed(_BELONGS_TO), nullable=True)
    """The subject up to its first slash: a campaign's slug, where it is a campaign's. The database derives it, so that it never
    says otherwise than the subject, which is chained."""
    details: Mapped[str]
    sha256: Mapped[str]
    """Over this entry and the hash of the one before: ``chain``."""


class _Waiting(NamedTuple):
    """An entry, and the transaction or savepoint that it stands and falls with."""

    within: SessionTransaction
    entry: dict[str, Any]


def journal(
    session: Session,
    *,
    at: datetime,
    actor: str,
    act: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append one entry; it is kept if and only if the act itself is. It is not to be read before the commit."""
    written = json.dumps(details or {}, ensure_ascii=False, sort_keys=True)
    entry = {"at": at, "actor": actor, "act": act, "subject": subject, "details": written}
    within = session.get_nested_transaction() or session.get_transaction() or session.begin()
    session.info.setdefault(_WAITING, []).append(_Waiting(within, entry))


@event.listens_for(Session, "before_commit")
def _chain(session: Session) -> None:
    # Asked at the end of a savepoint too, which commits nothing.
    if session.in_nested_transaction() or not session.info.get(_WAITING):
        return
    # Whatever rows the act still has to lock, it locks now: nobody waits for a row while holding the chain.
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    # SQLite has one writer at a time anyway.
    number, previous = _head(session)
    rows = []
    for waiting in session.info.pop(_WAITING):
        number += 1
        link = linked(_link(number, waiting.entry, previous))
        rows.append({**waiting.entry, "id": number, "sha256": link.sha256})
        previous = link.sha256
    session.execute(insert(JournalEntry), rows)


@event.listens_for(Session, "after_soft_rollback")
def _forget_undone(session: Session, undone: SessionTransaction) -> None:
    """What was journaled within a savepoint that is rolled back did not happen; nor did what was within one inside of it."""
    if waiting := session.info.get(_WAITING):
        session.info[_WAITING] = [one for one in waiting if not _is_within(one.within, undone)]


@event.listens_for(Session, "after_transaction_end")
def _forget_all(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(_WAITING, None)


def _is_within(inner: SessionTransaction, outer: SessionTransaction) -> bool:
    at: SessionTransaction | None = inner
    while at is not None and at is not outer:
        at = at.parent
    return at is outer


def _head(session: Session) -> tuple[int, str]:
    last = session.execute(
        select(JournalEntry.id, JournalEntry.sha256).order_by(JournalEntry.id.desc()).limit(1)
    ).first()
    return (last.id, last.sha256) if last else (0, GENESIS)


def _link(number: int, entry: Mapping[str, Any], previous: str) -> Link:
    return Link(number, rfc3339_ms(to_ms(entry["at"])), entry["actor"], entry["act"], entry["subject"],
                entry["details"], previous)  # fmt: skip
