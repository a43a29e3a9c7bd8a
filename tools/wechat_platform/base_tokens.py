"""The account's own tokens and tickets: which are out, and how long each is good."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from . import names
from .accounts import App
from .errors import Refused

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
