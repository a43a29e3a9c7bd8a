"""Sessions of signed-in officials: a random secret in a cookie, its hash in SQL, so that each can be ended from the desk."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.orm import Session

from .models import OfficialSession
from .officials import ActingOfficial
from .register import acting

COOKIE = "desk"
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
TOUCHED_EVERY = timedelta(minutes=1)
"""So often at most a session that is in use is written down as such."""


class FoundSession(NamedTuple):
    """A session that is good."""

    official: ActingOfficial
    seen_at: datetime


class SessionLine(NamedTuple):
    """A browser that is signed in, as its owner sees it."""

    key: str
    """Names it in a form: part of the hash, which gives nothing away."""
    label: str
    born_at: datetime
    seen_at: datetime
    is_this: bool


def begin_session(session: Session, official_id: int, *, at: datetime, label: str = "") -> str:
    """A new session; gives the cookie's secret. ``label``: what the browser is called. The caller commits."""
    secret = secrets.token_urlsafe(32)
    row = OfficialSession(
        digest=_digest(secret), official_id=official_id, born_at=at, seen_at=at, label=label
    )
    session.add(row)
    session.flush()
    return secret


def sessions_of(session: Session, official_id: int, secret: str, *, now: datetime) -> list[SessionLine]:
    """Every session of an official that is good, the one asked from first, then the latest."""
    rows = session.scalars(
        select(OfficialSession).where(
            OfficialSession.official_id == official_id,
            OfficialSession.ended_at.is_(None),
            OfficialSession.seen_at >= now - IDLE,
            OfficialSession.born_at >= now - LONGEST,
        )
    )
    here = _digest(secret)
    lines = [
        SessionLine(_key(one.digest), one.label, one.born_at, one.seen_at, one.digest == here) for one in rows
    ]
    return sorted(lines, key=lambda line: (not line.is_this, -line.seen_at.timestamp()))


def find_session(session: Session, secret: str, *, now: datetime) -> FoundSession | None:
    """A session by its cookie; None for one that is unknown, ended, idle for too long or too old."""
    known = session.get(OfficialSession, _digest(secret)) if secret else None
    if known is None or known.ended_at is not None:
        return None
    if now - known.seen_at > IDLE or now - known.born_at > LONGEST:
        return None
    official = acting(session, known.official_id)
    return FoundSession(official, known.seen_at) if official else None


def official_of(session: Session, secret: str, *, now: datetime) -> ActingOfficial | None:
    """Whose session it is; None for one that is not good."""
    found = find_session(session, secret, now=now)
    return found.official if found else None


def is_stale(seen_at: datetime, now: datetime) -> bool:
    """Whether it is time to write down that a session is in use."""
    return now - seen_at >= TOUCHED_EVERY


def touch_session(session: Session, secret: str, *, at: datetime) -> None:
    """The session is in use. One that was ended meanwhile stays as it is. The caller commits."""
    session.execute(
        update(OfficialSession)
        .where(
            OfficialSession.digest == _digest(secret),
            OfficialSession.ended_at.is_(None),
            OfficialSession.seen_at < at,
        )
        .values(seen_at=at)
    )


def end_session(session: Session, secret: str, *, at: datetime) -> None:
    """End one; nothing happens where there is none. The caller commits."""
    _end(session, OfficialSession.digest == _digest(secret), at)


def end_sessions_of(session: Session, official_id: int, *, at: datetime) -> int:
    """End all of an official, wherever they are signed in. Gives how many there were. The caller commits."""
    return _end(session, OfficialSession.official_id == official_id, at)


def end_session_named(session: Session, official_id: int, key: str, *, at: datetime) -> int:
    """End the one of an official's own that is named so. Gives how many there were. The caller commits."""
    open_ones = session.scalars(
        select(OfficialSession.digest).where(
            OfficialSession.official_id == official_id, OfficialSession.ended_at.is_(None)
        )
    )
    digests = [digest for digest in open_ones if hmac.compare_digest(_key(digest).encode(), key.encode())]
    return _end(session, OfficialSession.digest.in_(digests), at) if digests else 0


def end_other_sessions(session: Session, official_id: int, secret: str, *, at: datetime) -> int:
    """End all of an official but this one. Gives how many there were. The caller commits."""
    others = (OfficialSession.official_id == official_id) & (OfficialSession.digest != _digest(secret))
    return _end(session, others, at)


def csrf_of(secret: str) -> str:
    """What the forms of a session carry: only a page of ours can know it, and it does not give the secret away."""
    return hmac.digest(secret.encode(), b"csrf", "sha256").hex()[:32]


def _end(session: Session, which: ColumnElement[bool], at: datetime) -> int:
    ended = session.execute(
        update(OfficialSession).where(which, OfficialSession.ended_at.is_(None)).values(ended_at=at)
    )
    return cast("CursorResult[Any]", ended).rowcount


def _key(digest: bytes) -> str:
    return digest.hex()[:16]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
