"""Sessions of signed-in officials: a random secret in a cookie, its hash in SQL, so that each can be ended from the desk."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, CursorResult, update
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


def begin_session(session: Session, official_id: int, *, at: datetime) -> str:
    """A new session; gives the cookie's secret. The caller commits."""
    secret = secrets.token_urlsafe(32)
    session.add(OfficialSession(digest=_digest(secret), official_id=official_id, born_at=at, seen_at=at))
    session.flush()
    return secret


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


def csrf_of(secret: str) -> str:
    """What the forms of a session carry: only a page of ours can know it, and it does not give the secret away."""
    return hmac.digest(secret.encode(), b"csrf", "sha256").hex()[:32]


def _end(session: Session, which: ColumnElement[bool], at: datetime) -> int:
    ended = session.execute(
        update(OfficialSession).where(which, OfficialSession.ended_at.is_(None)).values(ended_at=at)
    )
    return cast("CursorResult[Any]", ended).rowcount


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
