"""How often an account may ask: by day (Beijing's) and by minute."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from .errors import Refused

DAY_S, MINUTE_S, BEIJING_S = 86_400, 60, 8 * 3_600
FORCED = "/cgi-bin/stable_token force_refresh"


@dataclass(frozen=True)
class Limit:
    """Calls of one account; None: as many as it likes."""

    day: int | None = None
    minute: int | None = None


LIMITS = {
    "/sns/oauth2/access_token": Limit(minute=50_000),
    "/sns/userinfo": Limit(minute=50_000),
    "/cgi-bin/token": Limit(day=2_000),
    "/cgi-bin/stable_token": Limit(day=500_000, minute=10_000),
    FORCED: Limit(day=20),
    "/cgi-bin/user/info": Limit(day=5_000_000),
    "/cgi-bin/qrcode/create": Limit(day=100_000),
}


class Quotas:
    """What each account has used of its limits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.limits = dict(LIMITS)
        self._used: dict[tuple[str, str, str, int], int] = {}

    def limit(self, name: str, *, day: int | None = None, minute: int | None = None) -> None:
        """Another limit, for tests; what is not given stays."""
        old = self.limits.get(name, Limit())
        self.limits[name] = replace(
            old,
            day=old.day if day is None else day,
            minute=old.minute if minute is None else minute,
        )

    def spend(self, app_id: str, name: str, now: float) -> None:
        """One call. Raises 45009 or 45011 where there is none left; a refused call uses nothing up."""
        limit = self.limits.get(name)
        if limit is None:
            return
        day = (app_id, name, "day", int((now + BEIJING_S) // DAY_S))
        minute = (app_id, name, "minute", int(now // MINUTE_S))
        with self._lock:
            if limit.day is not None and self._used.get(day, 0) >= limit.day:
                raise Refused(45009)
            if limit.minute is not None and self._used.get(minute, 0) >= limit.minute:
                raise Refused(45011)
            for key in (day, minute):
                self._used[key] = self._used.get(key, 0) + 1
