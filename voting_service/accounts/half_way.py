"""Half way in: the passphrase was right, the code is yet to come. A signed cookie says so for five minutes; it is no session
and opens nothing, and it is over as soon as the passphrase is changed."""

from __future__ import annotations

import base64
import hmac
import re
from datetime import datetime, timedelta

from ..clock import to_ms

COOKIE = "desk-half"
LIFETIME = timedelta(minutes=5)
_SHAPE = re.compile(r"(\d{1,18})\.(\d{1,15})\.([A-Za-z0-9_\-]{43})")


def half_way_cookie(key: bytes, official_id: int, passphrase_hash: str, *, at: datetime) -> str:
    """What the browser brings along to the second step. ``key`` is derived for sign-ins alone."""
    until = to_ms(at + LIFETIME)
    return f"{official_id}.{until}.{_mac(key, official_id, until, passphrase_hash)}"


def claimed_official(cookie: str) -> int | None:
    """Whom a cookie names; it has yet to be checked."""
    match = _SHAPE.fullmatch(cookie)
    return int(match[1]) if match else None


def is_good(key: bytes, cookie: str, official_id: int, passphrase_hash: str, *, now: datetime) -> bool:
    """Whether the cookie is ours, of this official with this passphrase, and young enough."""
    match = _SHAPE.fullmatch(cookie)
    if match is None or int(match[1]) != official_id or to_ms(now) >= int(match[2]):
        return False
    return hmac.compare_digest(_mac(key, official_id, int(match[2]), passphrase_hash), match[3])


def _mac(key: bytes, official_id: int, until: int, passphrase_hash: str) -> str:
    mac = hmac.digest(key, f"half-way|{official_id}|{until}|{passphrase_hash}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
