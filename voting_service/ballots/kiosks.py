"""Registered kiosks: devices at a union hall that many people vote on, one after the other.

Registering one gives a link; whoever opens it on the device makes that browser the kiosk. The cookie is signed and says
nothing but which kiosk it is; what a kiosk may do stands in the campaign's gate policy, and taking it out there ends it.
"""

from __future__ import annotations

import base64
import hmac
import re
from hashlib import sha256

COOKIE = "kiosk"
_SHAPE = re.compile(r"([a-z0-9]{8})\.([A-Za-z0-9_\-]{22})")
_IN_HEADER = re.compile(rf"(?:^|;\s*){COOKIE}=([a-z0-9]{{8}}\.[A-Za-z0-9_\-]{{22}})")


def turn_of(subject: str) -> str:
    """Names one person's turn at a kiosk, from their session. What belongs to another turn is not shown there, whatever
    the browser's memory and its way back still lead to."""
    return sha256(f"turn|{subject}".encode()).hexdigest()[:12]


class Kiosks:
    """Signs and reads kiosks' cookies. ``key`` is derived from the service's secret for this purpose alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def signed(self, slug: str, kiosk: str) -> str:
        """The cookie of a kiosk, and the secret end of the link that sets it."""
        return f"{kiosk}.{self._mac(slug, kiosk)}"

    def read(self, slug: str, text: str) -> str:
        """Which kiosk of this campaign a text names; empty where it is none of ours."""
        match = _SHAPE.fullmatch(text) if text else None
        good = match is not None and hmac.compare_digest(match[2], self._mac(slug, match[1]))
        return match[1] if match and good else ""

    @staticmethod
    def in_header(cookie_header: str) -> str:
        """The kiosk cookie of a whole Cookie header; empty where there is none."""
        match = _IN_HEADER.search(cookie_header) if COOKIE in cookie_header else None
        return match[1] if match else ""

    def _mac(self, slug: str, kiosk: str) -> str:
        mac = hmac.digest(self._key, f"{slug}|{kiosk}".encode(), "sha256")[:16]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
