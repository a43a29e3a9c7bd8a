"""The codes that lead people to the account's chat, and the scene of each."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from . import names
from .accounts import App
from .errors import Refused

MOST_PERMANENT = 100_000


@dataclass(frozen=True)
class SceneCode:
    """One code that was made."""

    app_id: str
    scene: str
    url: str
    expires_at: float | None


class SceneCodes:
    """By ticket."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[str, SceneCode] = {}

    def add(self, code: SceneCode) -> str:
        """Its ticket. Raises 45029 when the account has too many that never expire."""
        with self._lock:
            mine = [c for c in self._made.values() if c.app_id == code.app_id and c.expires_at is None]
            if code.expires_at is None and len(mine) >= MOST_PERMANENT:
                raise Refused(45029)
            ticket = "gQ" + names.random_letters(90) + "=="
            self._made[ticket] = code
        return ticket

    def find(self, ticket: str, now: float) -> SceneCode | None:
        """Of a ticket that still works."""
        found = self._made.get(ticket)
        return found if found and (found.expires_at is None or found.expires_at > now) else None

    def scene_of(self, app: App, ticket: str, now: float) -> str:
        """The scene of a code that somebody scans; empty where the ticket says nothing."""
        found = self.find(ticket, now)
        return found.scene if found and found.app_id == app.app_id else ""
