"""Which ballots are drawn: a rule that anyone can repeat from the log alone (docs/sample-audit.md), pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from hashlib import sha256

RULE = "ascending SHA-256(seed + ':' + ballot id), the first n"
MOST_DICE = 64


def seed_text(root_hash: bytes, dice: str | None = None) -> str:
    """The seed: the root hash of the log up to and with ``closed``, in hexadecimal; with public dice, ``-`` and their
    figures behind it."""
    return f"{root_hash.hex()}-{dice}" if dice else root_hash.hex()


def dice_figures(typed: str) -> str | None:
    """The figures of dice as typed (``3 5 1``, ``3,5,1``), side by side; None where something else is among them."""
    figures = "".join(char for char in typed if char not in " ,，、;\t")
    plain = figures.isascii() and figures.isdecimal() and len(figures) <= MOST_DICE
    return figures if plain else None


def drawn(seed: str, ballot_ids: Iterable[str], size: int) -> list[str]:
    """The first ``size`` ballot ids in the order of their draw; all of them where there are fewer."""
    return heapq.nsmallest(size, ballot_ids, key=lambda ballot_id: lot(seed, ballot_id))


def lot(seed: str, ballot_id: str) -> bytes:
    """A ballot's lot: 32 bytes, compared as a number."""
    return sha256(f"{seed}:{ballot_id}".encode()).digest()
