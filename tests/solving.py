"""Challenges solved by Python's own SHA-256, as any client may solve them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any


def solution_of(challenge: Mapping[str, Any]) -> dict[str, Any]:
    """The first solution of every puzzle."""
    salt, too_many = str(challenge["salt"]), 1 << 256 - int(challenge["bits"])
    return {
        "id": challenge["id"],
        "solutions": [_first(f"{salt}:{i}:", too_many) for i in range(challenge["puzzles"])],
    }


def _first(prefix: str, too_many: int) -> int:
    start = hashlib.sha256(prefix.encode())
    for n in range(1 << 28):
        attempt = start.copy()
        attempt.update(str(n).encode())
        if int.from_bytes(attempt.digest()) < too_many:
            return n
    raise AssertionError("no solution")
