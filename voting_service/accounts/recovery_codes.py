"""Recovery codes: ten words for the day on which the phone is gone, each good once. Only their digests are kept.

80 bits each, so that a digest needs neither salt nor cost. Written with letters that nobody mistakes for others.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

HOW_MANY = 10
LETTERS = 16
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_codes() -> list[str]:
    """Ten, as they are printed: ``7K3M-9QTW-…``."""
    return [_spelled("".join(secrets.choice(_ALPHABET) for _ in range(LETTERS))) for _ in range(HOW_MANY)]


def digest_of(typed: str) -> bytes | None:
    """What is kept of a code, however it is typed; None for what cannot be one."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    plain = plain.translate(_READ_AS)
    if len(plain) != LETTERS or not set(plain) <= set(_ALPHABET):
        return None
    return hashlib.sha256(plain.encode()).digest()


def _spelled(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
