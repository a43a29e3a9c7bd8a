"""Signing in by name and passphrase, and who is held off.

Wrong entries are counted so that nobody can keep another person out. By account alone nothing is counted: whoever filled
such a counter would lock its owner out from anywhere. What is counted is an account *and* an address, and, wider, an address;
and a browser in which this account has signed in before has a counter of its own instead, so that not even somebody behind
the same address can fill it.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..activity import journal
from ..clock import Clock
from ..database import Database
from ..errors import Problem
from ..names import person_key
from ..text import _
from ..wrong_entries import Client, WrongEntries, is_told
from .invitations import accept, invited
from .models import Official
from .passphrase import hash_of, is_outdated, is_right, problems_with
from .sessions import begin_session, end_session

log = structlog.get_logger("accounts")

PER_ACCOUNT_AND_ADDRESS = 10
PER_ADDRESS = 60
"""Several officials sit behind one address."""
PER_KNOWN_BROWSER = 10
TOLD_FROM = 100
"""So many wrong entries within the hour are told to operators; then twice as many, and so on."""
LONGEST_NAME = 200

_KNOWN = re.compile(r"([A-Za-z0-9_\-]{22})\.([A-Za-z0-9_\-]{22})")
_WRONG = _("姓名或口令不对，请核对后再试。还没有设过口令的，请先打开邀请链接。")
_TOO_MANY = _("这一小时里输错的次数太多，请到下一个整点以后再试。忘了口令的，请管理员重新发邀请链接。")


@dataclass(frozen=True)
class Entry:
    """What was typed, and what the browser brought along."""

    name: str
    passphrase: str
    address: str
    known_browser: str = ""
    session: str = ""
    """The secret of a session that it is still signed in by: it ends."""


class SignedIn(NamedTuple):
    """The secrets of two cookies: the session's, and the one by which this browser is known the next time."""

    session: str
    known_browser: str


class NotSignedIn(NamedTuple):
    """Why not; one sentence for a wrong name and a wrong passphrase."""

    code: Literal["slip", "wrong", "too_many_attempts", "problems"]
    problems: Sequence[Problem]
    retry_after_s: int = 0


class Reception:
    """Lets officials in. ``key`` is derived from the service's secret for this purpose alone."""

    def __init__(self, database: Database, client: Client, key: bytes, clock: Clock) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        away = _("现在无法登录，请稍后再试。已经登录的不受影响。")
        self._entries = WrongEntries(client, key, clock, name="sign-ins", away=away)

    def sign_in(self, entry: Entry) -> SignedIn | NotSignedIn:
        """Let in whoever typed a name and its passphrase. Raises Unavailable."""
        slips = _slips(entry)
        if slips:
            return NotSignedIn("slip", slips)
        who = person_key(entry.name)
        counters = self._counters(entry, who)
        if wait_s := self._take(counters):
            return NotSignedIn("too_many_attempts", [Problem("", _TOO_MANY)], wait_s)
        try:
            outcome = self._check(entry, who)
        except Exception:
            # Not a wrong entry: a database that is away must not shut people out for an hour.
            self._give_back(counters)
            raise
        if isinstance(outcome, SignedIn):
            self._give_back(counters)
        else:
            self._note_wrong()
        return outcome

    def accept_invitation(
        self, secret: str, passphrase: str, again: str, before: str = ""
    ) -> SignedIn | NotSignedIn:
        """Set the passphrase of the invited, and let them in; a session ``before`` in the same browser ends, whoever's it
        is. Raises NotFound for a link that is good no more, and Unavailable."""
        with self._database.read() as session:
            name = invited(session, secret, now=self._clock.now()).name
        if found := problems_with(passphrase, again, name):
            return NotSignedIn("problems", found)
        # A quarter of a second of work is not done while others wait for the database.
        kept = hash_of(passphrase)
        with self._database.write() as session:
            if before:
                end_session(session, before, at=self._clock.now())
            begun = accept(session, secret, kept, at=self._clock.now())
        return SignedIn(begun, self._known_as(person_key(name)))

    def _check(self, entry: Entry, who: str) -> SignedIn | NotSignedIn:
        with self._database.read() as session:
            official = _working(session, who)
        kept = official.passphrase_hash if official else None
        if not is_right(entry.passphrase, kept) or kept is None:
            return NotSignedIn("wrong", [Problem("name", _WRONG)])
        anew = hash_of(entry.passphrase) if is_outdated(kept) else kept
        with self._database.write() as session:
            begun = _begin(session, who, kept, anew, entry.session, at=self._clock.now())
        if begun is None:
            return NotSignedIn("wrong", [Problem("name", _WRONG)])
        return SignedIn(begun, self._known_as(who, entry.known_browser))

    def _counters(self, entry: Entry, who: str) -> list[tuple[str, int]]:
        if nonce := self._known_nonce(who, entry.known_browser):
            return [(self._entries.of("known", f"{who}|{nonce}"), PER_KNOWN_BROWSER)]
        # No ballot lies beside these counters, so each address has its own.
        of_both = self._entries.of_address("account", entry.address, letters=16, whom=who)
        of_address = self._entries.of_address("address", entry.address, letters=16)
        return [(of_both, PER_ACCOUNT_AND_ADDRESS), (of_address, PER_ADDRESS)]

    def _take(self, counters: Sequence[tuple[str, int]]) -> int:
        for number, (counter, most) in enumerate(counters):
            if wait_s := self._entries.take(counter, most):
                self._give_back(counters[:number])
                return wait_s
        return 0

    def _give_back(self, counters: Sequence[tuple[str, int]]) -> None:
        for counter, _most in counters:
            self._entries.give_back(counter)

    def _note_wrong(self) -> None:
        wrong = self._entries.count_wrong("desk")
        if is_told(wrong, TOLD_FROM):
            log.warning("many_wrong_sign_ins", within_the_hour=wrong)

    def _known_as(self, who: str, before: str = "") -> str:
        nonce = self._known_nonce(who, before) or secrets.token_urlsafe(16)
        return f"{nonce}.{self._mac(who, nonce)}"

    def _known_nonce(self, who: str, cookie: str) -> str:
        match = _KNOWN.fullmatch(cookie)
        if match is None or not hmac.compare_digest(match[2], self._mac(who, match[1])):
            return ""
        return match[1]

    def _mac(self, who: str, nonce: str) -> str:
        mac = hmac.digest(self._key, f"known|{nonce}|{who}".encode(), "sha256")[:16]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def _slips(entry: Entry) -> list[Problem]:
    found = []
    if not person_key(entry.name) or len(entry.name) > LONGEST_NAME:
        found.append(Problem("name", _("请填写姓名。")))
    if not entry.passphrase:
        found.append(Problem("passphrase", _("请填写口令。")))
    return found


def _working(session: Session, who: str) -> Official | None:
    return session.scalar(select(Official).where(Official.name_key == who, Official.ended_at.is_(None)))


def _begin(
    session: Session, who: str, checked: str, kept_from_now: str, before: str, *, at: datetime
) -> str | None:
    """A session; None where the passphrase was changed or the official ended while it was being checked."""
    official = session.scalar(
        select(Official).where(Official.name_key == who, Official.ended_at.is_(None)).with_for_update()
    )
    if official is None or official.passphrase_hash != checked:
        return None
    official.passphrase_hash = kept_from_now
    if before:
        end_session(session, before, at=at)
    journal(session, at=at, actor=official.name, act="sign_in", subject=official.name)
    return begin_session(session, official.id, at=at)
