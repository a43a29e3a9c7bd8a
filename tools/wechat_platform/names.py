"""Names that the platform makes up: of the length and letters of its own."""

from __future__ import annotations

import base64
import os
from hashlib import sha256

_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FOLDED = bytes(_LETTERS[i % 62] for i in range(256))
OPENID_LENGTH = 28


def random_letters(length: int) -> str:
    """Letters and digits that nobody guesses."""
    return os.urandom(length).translate(_FOLDED).decode()


def openid(app_id: str, user: str) -> str:
    """The same for a user and an account for ever, also after a restart; one account's share a prefix."""
    return "o" + _digest(app_id)[:5] + _digest(f"{app_id}\n{user}")[:22]


def unionid(user: str) -> str:
    """The same for a user in every account of one owner."""
    return "o" + _digest("owner")[:5] + _digest(f"owner\n{user}")[:22]


def virtual_openid(app_id: str) -> str:
    """Somebody who does not exist: what a snapshot page gets."""
    return "o" + _digest(app_id)[:5] + base64.urlsafe_b64encode(os.urandom(17)).decode()[:22]


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(sha256(text.encode()).digest()).decode()
