"""One-time codes of six digits by RFC 6238 (HMAC-SHA-1 over steps of 30 seconds), as every authenticator app shows them. Pure.

SHA-1 and six digits, because that is what all apps know; neither weakens an HMAC. Each code is accepted once: whoever has
looked over a shoulder comes too late.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

DIGITS = 6
STEP_S = 30
DRIFT = 1
"""Steps that a phone's clock may be off, each way."""
_SECRET_BYTES = 20


def new_secret() -> bytes:
    """160 bits, as RFC 4226 recommends (section 4, R6)."""
    return secrets.token_bytes(_SECRET_BYTES)


def step_of(moment: datetime) -> int:
    """Which step of 30 seconds since 1970 a moment is in."""
    return int(moment.timestamp()) // STEP_S


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of one step (RFC 4226, section 5.3)."""
    mac = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    offset = mac[-1] & 15
    (number,) = struct.unpack(">I", mac[offset : offset + 4])
    return str((number & 0x7FFFFFFF) % 10**digits).zfill(digits)


def matching_step(secret: bytes, typed: str, now: datetime, after: int) -> int | None:
    """The step whose code was typed, if it is near enough to now and later than ``after``, the last that was accepted."""
    here = step_of(now)
    good = None
    for step in range(here - DRIFT, here + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), typed.encode()) and step > after:
            good = step
    return good


def typed_key(secret: bytes) -> str:
    """The secret for typing in, in groups of four letters."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def app_url(secret: bytes, *, site: str, name: str) -> str:
    """What an authenticator app reads from the QR code (the ``otpauth`` Key URI Format)."""
    key = base64.b32encode(secret).decode().rstrip("=")
    return f"otpauth://totp/{quote(f'{site}:{name}', safe='')}?" + urlencode({"secret": key, "issuer": site})
