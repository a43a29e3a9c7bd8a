"""Signing in: by name and passphrase, then by a code where the official has a second factor. Who is held off for wrong entries
is ``holding_off``'s affair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..activity import journal
from ..clock import Clock
from ..database import Database
from ..encryption import Keyring
from ..errors import Problem
from ..names import person_key
from ..text import _
from ..wrong_entries import Client
from .browsers import label_of
from .half_way import claimed_official, half_way_cookie, is_good
from .holding_off import Counters, HoldingOff, Whence
from .invitations import accept, invited
from .models import Official
from .passphrase import hash_of, is_outdated, is_right, problems_with
from .recovery_codes import digest_of
from .second_factor import Means, accept_code, is_on
from .sessions import begin_session, end_session, end_sessions_of

LONGEST_NAME = 200
Outcome = TypeVar("Outcome")

_WRONG = _("姓名或口令不对，请核对后再试。还没有设过口令的，请先打开邀请链接。")
_TOO_MANY = _("这一小时里输错的次数太多，请到下一个整点以后再试。忘了口令的，请管理员重新发邀请链接。")
_TOO_MANY_CODES = _(
    "这一小时里输错的验证码太多，请到下一个整点以后再试。您也可以改用恢复码，或者用以前登录过的浏览器。"
)
_WRONG_CODE = _("验证码不对，或者已经用过。请等应用里换了新的数字再试；手机不在身边的，可以用恢复码。")
_LATE = _("离输入口令已经过了五分钟，或者口令刚刚改过，请重新登录。")
_OWN_WRONG = _("口令不对，请核对后再试。")


@dataclass(frozen=True)
class Entry:
    """What was typed, and what the browser brought along."""

    name: str
    passphrase: str
    address: str
    known_browser: str = ""
    session: str = ""
    """The secret of a session that it is still signed in by: it ends."""
    user_agent: str = ""

    @property
    def whence(self) -> Whence:
        """Where it comes from."""
        return Whence(self.address, self.known_browser, self.user_agent)


class SignedIn(NamedTuple):
    """The secrets of two cookies: the session's, and the one by which this browser is known the next time."""

    session: str
    known_browser: str


class HalfWay(NamedTuple):
    """The passphrase was right; the code is yet to come."""

    cookie: str


class NotSignedIn(NamedTuple):
    """Why not; one sentence for a wrong name and a wrong passphrase. ``late``: the second step came too late."""

    code: Literal["slip", "wrong", "too_many_attempts", "problems", "late"]
    problems: Sequence[Problem]
    retry_after_s: int = 0


class Reception:
    """Lets officials in. ``key`` is derived from the service's secret for this purpose alone."""

    def __init__(
        self, database: Database, client: Client, key: bytes, clock: Clock, keyring: Keyring
    ) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self._keyring = keyring
        self._held = HoldingOff(client, key, clock)

    def sign_in(self, entry: Entry) -> SignedIn | HalfWay | NotSignedIn:
        """Let in whoever typed a name and its passphrase, or half way where there is a second factor. Raises Unavailable."""
        slips = _slips(entry)
        if slips:
            return NotSignedIn("slip", slips)
        who = person_key(entry.name)
        counters = self._held.counters(who, entry.whence)
        if wait_s := self._held.take(counters):
            return NotSignedIn("too_many_attempts", [Problem("", _TOO_MANY)], wait_s)
        outcome = self._or_give_back(counters, lambda: self._check(entry, who))
        if isinstance(outcome, NotSignedIn):
            self._held.note_wrong()
        else:
            self._held.give_back(counters)
        return outcome

    def half_way(self, cookie: str) -> str | None:
        """The name of whoever is half way in; None where nobody is, or it was too long ago."""
        with self._database.read() as session:
            official = self._half_way_official(session, cookie)
        return official.name if official else None

    def confirm_code(
        self, cookie: str, typed: str, whence: Whence, before: str = ""
    ) -> SignedIn | NotSignedIn:
        """Let in whoever is half way and typed the code of their app, or a recovery code; a session ``before`` in the same
        browser ends. Raises Unavailable."""
        with self._database.read() as session:
            official = self._half_way_official(session, cookie)
        if official is None:
            return NotSignedIn("late", [Problem("", _LATE)])
        if not typed.strip():
            return NotSignedIn("slip", [Problem("code", _("请填写验证码。"))])
        who = official.name_key
        counters = self._held.counters_of_codes(who, whence, guessable=digest_of(typed) is None)
        if wait_s := self._held.take(counters):
            return NotSignedIn("too_many_attempts", [Problem("", _TOO_MANY_CODES)], wait_s)
        begun = self._or_give_back(counters, lambda: self._check_code(cookie, typed, whence, before))
        if begun is None:
            self._held.note_wrong_code()
            return NotSignedIn("wrong", [Problem("code", _WRONG_CODE)])
        self._held.give_back(counters)
        return SignedIn(begun, self._held.known_as(who, whence.known_browser))

    def accept_invitation(
        self, secret: str, passphrase: str, again: str, before: str = "", user_agent: str = ""
    ) -> SignedIn | HalfWay | NotSignedIn:
        """Set the passphrase of the invited, and let them in; where they have a second factor, half way: who has the link has
        not the phone yet. A session ``before`` in the same browser ends, whoever's it is. Raises NotFound for a link that is
        good no more, and Unavailable."""
        with self._database.read() as session:
            name = invited(session, secret, now=self._clock.now()).name
        if found := problems_with(passphrase, again, name):
            return NotSignedIn("problems", found)
        # A quarter of a second of work is not done while others wait for the database.
        kept = hash_of(passphrase)
        now = self._clock.now()
        with self._database.write() as session:
            if before:
                end_session(session, before, at=now)
            official = accept(session, secret, kept, at=now)
            if is_on(session, official.id):
                return HalfWay(half_way_cookie(self._key, official.id, kept, at=now))
            begun = begin_session(session, official.id, at=now, label=label_of(user_agent))
        return SignedIn(begun, self._held.known_as(person_key(name)))

    def prove(
        self, official_id: int, passphrase: str, whence: Whence, *, code: str | None = None
    ) -> NotSignedIn | None:
        """Whoever is signed in is asked again: by passphrase and, where ``code`` is given, by a code as well. None where it
        is right. Wrong ones count as at the door: a browser that was left open must not be a place to guess at. Raises
        Unavailable."""
        with self._database.read() as session:
            official = session.get_one(Official, official_id)
        if not passphrase:
            return NotSignedIn("slip", [Problem("passphrase", _("请填写口令。"))])
        counters = self._held.counters(official.name_key, whence)
        if wait_s := self._held.take(counters):
            return NotSignedIn("too_many_attempts", [Problem("", _TOO_MANY)], wait_s)
        found = self._or_give_back(counters, lambda: self._prove(official, passphrase, code))
        if found is None:
            self._held.give_back(counters)
            return None
        self._held.note_wrong()
        return NotSignedIn("wrong", [found])

    def change_passphrase(
        self, official_id: int, old: str, new: str, again: str, whence: Whence
    ) -> SignedIn | NotSignedIn:
        """A new passphrase for whoever knows the old one: every session ends, this browser has a new one. Raises
        Unavailable."""
        if (refused := self.prove(official_id, old, whence)) is not None:
            where = {"passphrase": "old"}
            moved = [
                Problem(where.get(one.where, one.where), one.sentence, one.remedy) for one in refused.problems
            ]
            return refused._replace(problems=moved)
        with self._database.read() as session:
            official = session.get_one(Official, official_id)
        if found := problems_with(new, again, official.name):
            return NotSignedIn("problems", found)
        kept, now = hash_of(new), self._clock.now()
        with self._database.write() as session:
            row = session.get_one(Official, official_id, with_for_update=True)
            if row.ended_at is not None or row.passphrase_hash != official.passphrase_hash:
                return NotSignedIn("wrong", [Problem("old", _OWN_WRONG)])
            row.passphrase_hash = kept
            end_sessions_of(session, official_id, at=now)
            journal(session, at=now, actor=row.name, act="change_passphrase", subject=row.name)
            begun = begin_session(session, official_id, at=now, label=label_of(whence.user_agent))
        return SignedIn(begun, self._held.known_as(official.name_key, whence.known_browser))

    def _check(self, entry: Entry, who: str) -> SignedIn | HalfWay | NotSignedIn:
        with self._database.read() as session:
            official = _working(session, who)
        kept = official.passphrase_hash if official else None
        if not is_right(entry.passphrase, kept) or kept is None:
            return NotSignedIn("wrong", [Problem("name", _WRONG)])
        anew = hash_of(entry.passphrase) if is_outdated(kept) else kept
        with self._database.write() as session:
            begun = self._begin(session, who, kept, anew, entry)
        return begun or NotSignedIn("wrong", [Problem("name", _WRONG)])

    def _begin(
        self, session: Session, who: str, checked: str, kept_from_now: str, entry: Entry
    ) -> SignedIn | HalfWay | None:
        """None where the passphrase was changed or the official ended while it was being checked."""
        at = self._clock.now()
        official = session.scalar(
            select(Official).where(Official.name_key == who, Official.ended_at.is_(None)).with_for_update()
        )
        if official is None or official.passphrase_hash != checked:
            return None
        official.passphrase_hash = kept_from_now
        if is_on(session, official.id):
            return HalfWay(half_way_cookie(self._key, official.id, kept_from_now, at=at))
        begun = _let_in(session, official, entry.session, entry.whence, at=at)
        return SignedIn(begun, self._held.known_as(who, entry.known_browser))

    def _check_code(self, cookie: str, typed: str, whence: Whence, before: str) -> str | None:
        now = self._clock.now()
        with self._database.write() as session:
            official = self._half_way_official(session, cookie)
            if official is None:
                return None
            means = accept_code(session, self._keyring, official.id, typed, at=now)
            return _let_in(session, official, before, whence, at=now, means=means) if means else None

    def _prove(self, official: Official, passphrase: str, code: str | None) -> Problem | None:
        if official.passphrase_hash is None or not is_right(passphrase, official.passphrase_hash):
            return Problem("passphrase", _OWN_WRONG)
        if code is None:
            return None
        with self._database.write() as session:
            means = accept_code(session, self._keyring, official.id, code, at=self._clock.now())
        return None if means else Problem("code", _WRONG_CODE)

    def _half_way_official(self, session: Session, cookie: str) -> Official | None:
        claimed = claimed_official(cookie)
        official = session.get(Official, claimed) if claimed is not None else None
        if official is None or official.ended_at is not None or official.passphrase_hash is None:
            return None
        good = is_good(self._key, cookie, official.id, official.passphrase_hash, now=self._clock.now())
        return official if good else None

    def _or_give_back(self, counters: Counters, check: Callable[[], Outcome]) -> Outcome:
        try:
            return check()
        except Exception:
            # Not a wrong entry: a database that is away must not shut people out for an hour.
            self._held.give_back(counters)
            raise


def _slips(entry: Entry) -> list[Problem]:
    found = []
    if not person_key(entry.name) or len(entry.name) > LONGEST_NAME:
        found.append(Problem("name", _("请填写姓名。")))
    if not entry.passphrase:
        found.append(Problem("passphrase", _("请填写口令。")))
    return found


def _working(session: Session, who: str) -> Official | None:
    return session.scalar(select(Official).where(Official.name_key == who, Official.ended_at.is_(None)))


def _let_in(
    session: Session,
    official: Official,
    before: str,
    whence: Whence,
    *,
    at: datetime,
    means: Means | None = None,
) -> str:
    """A new session, whatever the browser had; a cookie that somebody has planted there is worth nothing."""
    if before:
        end_session(session, before, at=at)
    details = {"second_factor": means} if means else None
    journal(session, at=at, actor=official.name, act="sign_in", subject=official.name, details=details)
    return begin_session(session, official.id, at=at, label=label_of(whence.user_agent))
