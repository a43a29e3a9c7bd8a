"""The OAuth ``state``: names one login, and proves that this service began it in this browser.

A callback that comes to another browser than the one that was sent away is somebody else's login: an attacker's own,
pushed on a victim, or a victim's, replayed by an attacker.
"""

from __future__ import annotations

import hmac
import re
import secrets
from urllib.parse import urlsplit

HOME = "/"
_STATE = re.compile(r"([0-9a-f]{32})([0-9a-f]{32})")
_BROWSER = re.compile(r"[A-Za-z0-9_\-]{22}")
_NEXT = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,1000}")


class LoginStates:
    """Makes and reads states: 64 of the letters that WeChat allows. ``key`` is derived for this purpose alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def new(self, browser: str) -> tuple[str, str]:
        """The name of a new login, and its state."""
        nonce = secrets.token_hex(16)
        return nonce, nonce + self._mac(nonce, browser)

    def read(self, state: str, browser: str) -> str | None:
        """The login's name, if this browser was sent away with this state."""
        match = _STATE.fullmatch(state)
        good = match is not None and hmac.compare_digest(match[2], self._mac(match[1], browser))
        return match[1] if match and good else None

    def _mac(self, nonce: str, browser: str) -> str:
        return hmac.digest(self._key, f"{nonce}|{browser}".encode(), "sha256")[:16].hex()


def browser_mark(cookie: str | None) -> str:
    """What a browser's own cookie calls it; a fresh name for one that has none."""
    return cookie if cookie and _BROWSER.fullmatch(cookie) else secrets.token_urlsafe(16)


def safe_next(asked: str | None) -> str:
    """An address of this site, path and query, to go on to after a login; without its query where that cannot be kept, and
    the home page in place of any other."""
    for address in (asked or "", (asked or "").partition("?")[0]):
        if _NEXT.fullmatch(address):
            parts = urlsplit(address)
            return HOME if parts.scheme or parts.netloc or parts.path.startswith("/wechat/") else address
    return HOME
