"""What an entry form carries, so that no other site can enter a code or a passphrase in a visitor's name: their ballot, or
what they do at the desk, would then be the stranger's. A random mark is kept in a cookie, its keyed digest in the form; only
a page of ours has both."""

from __future__ import annotations

import base64
import hmac
import re
import secrets

COOKIE = "entry"
LIFETIME_S = 2 * 3600
_MARK = re.compile(r"[A-Za-z0-9_\-]{22}")


class EntryTokens:
    """Makes and checks tokens. ``key`` is derived from the service's secret for this purpose alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @staticmethod
    def mark(cookie: str | None) -> str:
        """The browser's mark as its cookie has it, or else a new one."""
        return cookie if cookie and _MARK.fullmatch(cookie) else secrets.token_urlsafe(16)

    def token(self, place: str, mark: str) -> str:
        """What the form of a browser with this mark carries; ``place`` is a campaign's slug, or the form's own name."""
        mac = hmac.digest(self._key, f"{place}|{mark}".encode(), "sha256")[:16]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def good(self, place: str, cookie: str | None, token: str) -> bool:
        """Whether a form was given to the browser that sends it."""
        known = cookie if cookie and _MARK.fullmatch(cookie) else ""
        return bool(known) and hmac.compare_digest(self.token(place, known).encode(), token.encode())
