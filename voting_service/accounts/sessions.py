"""Sessions of signed-in officials: a random secret in a cookie, its hash in SQL, so that each can be ended from the desk."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from .models import OfficialSession
from .officials import ActingOfficial
from .register import acting

COOKIE = "desk"
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)


def begin_session(session: Session, official_id: int, *, at: datetime) -> str:
    """A new session; gives the cookie's secret. The caller commits."""
    secret = secrets.token_urlsafe(32)
    session.add(OfficialSession(digest=_digest(secret), official_id=official_id, born_at=at, seen_at=at))
    session.flush()
    return secret


def official_of(session: Session, secret: str, *, now: datetime) -> ActingOfficial | None:
    """Whose session it is; None for one that is unknown, ended, idle for too long or too old."""
    known = session.get(OfficialSession, _digest(secret)) if secret else None
    if known is None or known.ended_at is not None:
        return None
    if now - known.seen_at > IDLE or now - known.born_at > LONGEST:
        return None
    return acting(session, known.official_id)


def csrf_of(secret: str) -> str:
    """What the forms of a session carry: only a page of ours can know it, and it does not give the secret away."""
    return hmac.digest(secret.encode(), b"csrf", "sha256").hex()[:32]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
