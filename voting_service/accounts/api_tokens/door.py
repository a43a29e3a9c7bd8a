"""Is this token good? The right one costs a few SQL questions and never Redis, so no counter of wrong ones keeps it out."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import date
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import or_, select, update

from ...clock import Clock
from ...database import Database
from ...errors import Unavailable
from ...text import _
from ...wrong_entries import Client, WrongEntries, is_told
from .models import ApiToken
from .scopes import Machine
from .standing import standing_of

log = structlog.get_logger("api_tokens")

PREFIX = "vt_"
"""So that a token is known for one where it has been pasted by mistake."""
PER_ADDRESS = 60
"""Wrong tokens within an hour; from then on the address hears when to come again."""
TOLD_FROM = 100

_TOKEN = re.compile(r"vt_[A-Za-z0-9_\-]{43}")


class NoEntry(NamedTuple):
    """Why a token opens nothing. One answer for unknown, revoked, over and stopped: a stranger learns nothing of which."""

    code: Literal["wrong", "too_many_attempts"]
    retry_after_s: int = 0


def new_token() -> str:
    """256 random bits behind the prefix."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> bytes:
    """What is kept of a token. Without salt: nobody guesses 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


class TokenDoor:
    """Checks tokens. ``key`` hides addresses from Redis and is derived for this purpose alone."""

    def __init__(self, database: Database, client: Client, key: bytes, clock: Clock, zone: ZoneInfo) -> None:
        self._database, self._clock, self._zone = database, clock, zone
        self._entries = WrongEntries(
            client, key, clock, name="api-tokens", away=_("现在无法使用，请稍后再试。")
        )

    def check(self, token: str, address: str) -> Machine | NoEntry:
        """Whose token it is. Raises Unavailable where the database is away."""
        machine = self._find(token) if _TOKEN.fullmatch(token) else None
        return machine or self._refused(address)

    def _find(self, token: str) -> Machine | None:
        digest, now = digest_of(token), self._clock.now()
        with self._database.read() as session:
            kept = session.scalar(select(ApiToken).where(ApiToken.digest == digest))
            if kept is None or not hmac.compare_digest(kept.digest, digest):
                return None
            if standing_of(session, kept, now) != "good":
                return None
        self._note_use(kept, now.astimezone(self._zone).date())
        return Machine(kept.id, kept.name, kept.campaign_slug, frozenset(kept.scopes.split()))

    def _note_use(self, kept: ApiToken, today: date) -> None:
        if kept.last_used_on is not None and kept.last_used_on >= today:
            return
        earlier = or_(ApiToken.last_used_on.is_(None), ApiToken.last_used_on < today)
        with self._database.write() as session:
            session.execute(
                update(ApiToken).where(ApiToken.id == kept.id, earlier).values(last_used_on=today)
            )

    def _refused(self, address: str) -> NoEntry:
        try:
            if wait_s := self._entries.take(
                self._entries.of_address("wrong", address, letters=16), PER_ADDRESS
            ):
                return NoEntry("too_many_attempts", wait_s)
            wrong = self._entries.count_wrong("wrong")
        except Unavailable:
            return NoEntry("wrong")  # it opens nothing all the same
        if is_told(wrong, TOLD_FROM):
            log.warning("many_wrong_tokens", within_the_hour=wrong)
        return NoEntry("wrong")
