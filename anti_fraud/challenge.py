"""The challenge: work that costs a script dearly and a person nothing. Sixteen small puzzles instead of one large one, so
that the time it takes varies little and the server's own measurement of it says how fast the device is.

Nothing is stored at issue: the id is signed and names the ballot form it is for. It becomes known when it is spent, in the
box, in the round trip that casts the ballot.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

PUZZLES = 16
LIFETIME_MS = 600_000
_LARGEST = 2**53  # a browser's numbers are exact up to here
_SHAPE = re.compile(r"([A-Za-z0-9_\-]{16})\.([0-9]{13})\.([0-9]{1,2})\.([A-Za-z0-9_\-]{22})")


class Challenge(NamedTuple):
    """One challenge as it is asked."""

    id: str
    salt: str
    bits: int

    def to_json(self) -> dict[str, Any]:
        """As the API gives it."""
        return {"id": self.id, "salt": self.salt, "puzzles": PUZZLES, "bits": self.bits}


class Solved(NamedTuple):
    """A challenge of ours, rightly solved. Whether it is spent already only the box knows."""

    nonce: str
    bits: int
    issued_ms: int


class Challenges:
    """Asks and checks. ``key`` is derived from the service's secret for this purpose alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def ask(self, form: str, bits: int, now_ms: int) -> Challenge:
        """A fresh challenge that only the ballot form of this id can use."""
        body = f"{secrets.token_urlsafe(12)}.{now_ms}.{bits}"
        name = f"{body}.{self._mac('challenge', form, body)}"
        return Challenge(name, self._salt(name), bits)

    def solved(self, sent: object, form: str, now_ms: int) -> Solved | None:
        """What was solved, if ``{"id", "solutions"}`` is ours, for this form, not older than ten minutes, and right."""
        name, solutions = _parts(sent)
        match = _SHAPE.fullmatch(name)
        if match is None:
            return None
        nonce, issued, bits, mac = match.groups()
        if not hmac.compare_digest(mac, self._mac("challenge", form, f"{nonce}.{issued}.{bits}")):
            return None
        # Issued by another host whose clock is ahead, its age may be a little less than nothing.
        if not -60_000 <= now_ms - int(issued) < LIFETIME_MS:
            return None
        return (
            Solved(nonce, int(bits), int(issued)) if _right(self._salt(name), int(bits), solutions) else None
        )

    def _salt(self, name: str) -> str:
        # From the secret, or else a script could work ahead of its asking.
        return self._mac("salt", name)

    def _mac(self, *parts: str) -> str:
        mac = hmac.digest(self._key, "|".join(parts).encode(), "sha256")[:16]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def _parts(sent: object) -> tuple[str, list[int]]:
    if not isinstance(sent, Mapping):
        return "", []
    name, solutions = sent.get("id"), sent.get("solutions")
    fits = isinstance(solutions, list) and all(type(n) is int and 0 <= n < _LARGEST for n in solutions)
    return (name if isinstance(name, str) else ""), (
        solutions if fits and isinstance(solutions, list) else []
    )


def _right(salt: str, bits: int, solutions: list[int]) -> bool:
    if len(solutions) != PUZZLES:
        return False
    return all(
        int.from_bytes(sha256(f"{salt}:{i}:{n}".encode()).digest()) >> (256 - bits) == 0
        for i, n in enumerate(solutions)
    )
