"""The objector's session: a signed cookie that opens one docket for half an hour, so that number and passcode are typed once.

It says which docket, until when, and nothing else; it is sent to ``/objections`` alone.
"""

from __future__ import annotations

import base64
import hmac
import re

from voting_service.clock import Clock

COOKIE = "docket"
PATH = "/objections"
LIFETIME_S = 30 * 60
_SHAPE = re.compile(r"((GS-20\d\d-[0-9A-Z]{6})\.([0-9]{10}))\.([A-Za-z0-9_\-]{43})")


class DocketSessions:
    """Makes and reads the cookie. ``key`` is derived from the service's secret for this purpose alone."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def begin(self, docket_number: str) -> str:
        """The cookie's value for whoever knew the passcode."""
        body = f"{docket_number}.{self._now_s() + LIFETIME_S:010d}"
        return f"{body}.{self._mac('session', body)}"

    def docket_of(self, cookie: str | None) -> str | None:
        """The docket number that a cookie opens now; None where it opens none."""
        match = _SHAPE.fullmatch(cookie) if cookie else None
        if match is None or not hmac.compare_digest(match[4], self._mac("session", match[1])):
            return None
        return match[2] if self._now_s() < int(match[3]) else None

    def csrf_of(self, cookie: str) -> str:
        """What the forms of this session carry, so that no other site can post one."""
        return self._mac("csrf", cookie)[:22]

    def is_ours(self, cookie: str, sent: str) -> bool:
        """Whether a form was given to the browser that sends it."""
        return hmac.compare_digest(self.csrf_of(cookie).encode(), sent.encode())

    def _now_s(self) -> int:
        return int(self._clock.now().timestamp())

    def _mac(self, purpose: str, text: str) -> str:
        mac = hmac.digest(self._key, f"{purpose}|{text}".encode(), "sha256")
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
