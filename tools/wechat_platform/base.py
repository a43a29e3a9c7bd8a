"""The account's own tokens and tickets."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import names
from .accounts import App
from .errors import Refused
from .quotas import FORCED
from .sns import app_of
from .wire import Answer, Call, json_answer

if TYPE_CHECKING:
    from .app import Platform

LIFE_S, OVERLAP_S, FORCED_APART_S = 7_200, 300, 30


@dataclass
class Issued:
    """One token or ticket, and until when it is good."""

    text: str
    expires_at: float

    def left_s(self, now: float) -> int:
        """Whole seconds that it has."""
        return int(self.expires_at - now)


@dataclass
class Chain:
    """The tokens of one account and one way of getting them: the newest counts, the one before for five minutes."""

    good: list[Issued] = field(default_factory=list)
    forced_at: float | None = None

    @property
    def newest(self) -> Issued | None:
        """The latest that was issued."""
        return self.good[-1] if self.good else None

    def issue(self, now: float, overlap_s: float) -> Issued:
        """A new one; what was good before stays so for no longer than ``overlap_s``."""
        for old in self.good:
            old.expires_at = min(old.expires_at, now + overlap_s)
        self.good = [old for old in self.good if old.expires_at > now - LIFE_S]
        self.good.append(Issued("90_" + names.random_letters(133), now + LIFE_S))
        return self.good[-1]


class BaseTokens:
    """All accounts' tokens and tickets. ``token`` and ``stable_token`` know nothing of each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._chains: dict[tuple[str, str], Chain] = {}
        self._tickets: dict[str, list[Issued]] = {}

    def classic(self, app: App, now: float) -> Issued:
        """A new token at every call."""
        with self._lock:
            return self._chain(app, "token").issue(now, OVERLAP_S)

    def stable(self, app: App, now: float) -> tuple[Issued, bool]:
        """The same token while it has more than five minutes; True where it is new."""
        with self._lock:
            chain = self._chain(app, "stable")
            newest = chain.newest
            if newest is not None and newest.expires_at - now > OVERLAP_S:
                return newest, False
            return chain.issue(now, OVERLAP_S), True

    def forced(self, app: App, now: float) -> tuple[Issued, bool]:
        """A new token that ends the old one at once; within 30 s of the last time, the same."""
        with self._lock:
            chain = self._chain(app, "stable")
            if chain.newest and chain.forced_at is not None and now - chain.forced_at < FORCED_APART_S:
                return chain.newest, False
            chain.forced_at = now
            return chain.issue(now, 0), True

    def app_of(self, token: str, apps: dict[str, App], now: float) -> App:
        """Whose token it is. Raises 41001, 42001 or 40001."""
        if not token:
            raise Refused(41001)
        with self._lock:
            for (app_id, _way), chain in self._chains.items():
                for issued in chain.good:
                    if issued.text != token:
                        continue
                    if issued.expires_at > now:
                        return apps[app_id]
                    raise Refused(42001 if issued is chain.newest else 40001)
        raise Refused(40001)

    def ticket(self, app: App, now: float) -> tuple[Issued, bool]:
        """The page ticket: the same while it is good; True where it is new."""
        with self._lock:
            tickets = [t for t in self._tickets.get(app.app_id, []) if t.expires_at > now]
            is_new = not tickets
            if is_new:
                tickets = [Issued(names.random_letters(86), now + LIFE_S)]
            self._tickets[app.app_id] = tickets
            return tickets[-1], is_new

    def tickets(self, app: App, now: float) -> list[str]:
        """Those with which a page may have been signed."""
        with self._lock:
            return [t.text for t in self._tickets.get(app.app_id, []) if t.expires_at > now]

    def forget(self) -> None:
        """As if all had been revoked: what clients hold is stale."""
        with self._lock:
            self._chains.clear()
            self._tickets.clear()

    def _chain(self, app: App, way: str) -> Chain:
        return self._chains.setdefault((app.app_id, way), Chain())


def token(platform: Platform, call: Call) -> Answer:
    """The old way: every call ends the token before, five minutes later."""
    if call.method != "GET":
        raise Refused(43001)
    app, now = _asked_by(platform, call, call.query)
    platform.quotas.spend(app.app_id, call.path, now)
    issued = platform.base_tokens.classic(app, now)
    platform.counters.issued("token")
    return json_answer({"access_token": issued.text, "expires_in": issued.left_s(now)})


def stable_token(platform: Platform, call: Call) -> Answer:
    """The way for several processes: all get the same."""
    if call.method != "POST":
        raise Refused(43002)
    try:
        given = json.loads(call.body)
    except ValueError:
        raise Refused(47001) from None
    if not isinstance(given, dict):
        raise Refused(47001)
    app, now = _asked_by(platform, call, given)
    platform.quotas.spend(app.app_id, call.path, now)
    if given.get("force_refresh") is True:
        platform.quotas.spend(app.app_id, FORCED, now)
        issued, is_new = platform.base_tokens.forced(app, now)
    else:
        issued, is_new = platform.base_tokens.stable(app, now)
    if is_new:
        platform.counters.issued("stable_token")
    return json_answer({"access_token": issued.text, "expires_in": issued.left_s(now)})


def getticket(platform: Platform, call: Call) -> Answer:
    """The ticket with which pages are signed."""
    app = app_with(platform, call)
    if call.query.get("type") != "jsapi":
        raise Refused(40097)
    now = platform.clock.now()
    issued, is_new = platform.base_tokens.ticket(app, now)
    if is_new:
        platform.counters.issued("jsapi_ticket")
    return json_answer(
        {"errcode": 0, "errmsg": "ok", "ticket": issued.text, "expires_in": issued.left_s(now)}
    )


def app_with(platform: Platform, call: Call) -> App:
    """The account whose token the call carries."""
    given = call.query.get("access_token", "")
    return platform.base_tokens.app_of(given, platform.accounts.apps, platform.clock.now())


def _asked_by(platform: Platform, call: Call, given: dict[str, Any]) -> tuple[App, float]:
    for name, errcode in (("appid", 41002), ("secret", 41004)):
        if not isinstance(given.get(name), str) or not given[name]:
            raise Refused(errcode)
    if given.get("grant_type") != "client_credential":
        raise Refused(40002)
    app = app_of(platform, given["appid"], given["secret"])
    foreign = bool(app.ip_whitelist) and call.address not in app.ip_whitelist
    if foreign or platform.switches.take("wrong_ip", app.app_id, call.path):
        raise Refused(40164)
    return app, platform.clock.now()
