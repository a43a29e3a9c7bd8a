"""The codes of the web authorization, and what each stands for."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from . import names
from .errors import Refused

BASE, USERINFO = "snsapi_base", "snsapi_userinfo"
CODE_S, REMEMBERED_S = 300, 600


@dataclass(slots=True)
class Grant:
    """What a code stands for."""

    app_id: str
    user: str
    openid: str
    scope: str
    issued_at: float
    snapshot: bool = False
    marked: bool = False
    """Does the answer say ``is_snapshotuser``?"""
    used: bool = False


class Codes:
    """Codes that are out: five minutes, one use, one account."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._out: dict[str, Grant] = {}

    def issue(self, grant: Grant) -> str:
        """A code of 32 letters and digits."""
        code = "0" + names.random_letters(31)
        with self._lock:
            self._out[code] = grant
            while (oldest := next(iter(self._out))) and self._is_forgotten(oldest, grant.issued_at):
                del self._out[oldest]
        return code

    def redeem(self, code: str, app_id: str, now: float) -> Grant:
        """What it stands for, once. 40163 for one that was used, 40029 for any other that does not count."""
        with self._lock:
            grant = self._out.get(code)
            if grant is None or grant.app_id != app_id:
                raise Refused(40029)
            if grant.used:
                raise Refused(40163)
            if now - grant.issued_at > CODE_S:
                raise Refused(40029)
            grant.used = True
        return grant

    def _is_forgotten(self, code: str, now: float) -> bool:
        return now - self._out[code].issued_at > REMEMBERED_S
