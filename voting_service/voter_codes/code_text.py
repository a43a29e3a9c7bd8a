"""A voting code as it is printed, and as people type it: twelve signs in three groups, the last sign a check on the others.

Pure. The signs are Crockford's base32: no I, L, O or U. The check sign makes the weighted sum of all twelve zero in the
field of 32 elements, so that one wrong sign, or two signs exchanged, never give another code that would be taken.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import Literal, NamedTuple

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
GROUP = 4
RANDOM_BITS = 5 * (LENGTH - 1)
"""What somebody who guesses has to guess: 55 bits."""

Slip = Literal["empty", "length", "sign", "check"]

_VALUE = {sign: value for value, sign in enumerate(SIGNS)}
_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
# x⁵ + x² + 1 is primitive: the powers of x run through all 31 elements that are not zero.
_POLYNOMIAL = 0b100101
# What an input method or a telephone puts between groups, and what Unicode calls a dash or a space.
_BETWEEN = frozenset("_.·・ー—–")
_LONGEST_TYPED = 80


class Typed(NamedTuple):
    """What was typed, as far as it can be a code."""

    code: str = ""
    """Twelve signs, without spaces; empty where there was a slip."""
    slip: Slip | None = None


def new_code() -> str:
    """A code that nobody can foresee."""
    return completed("".join(secrets.choice(SIGNS) for _sign in range(LENGTH - 1)))


def completed(data: str) -> str:
    """Eleven signs and the check sign that belongs to them."""
    return data + SIGNS[_sum([_VALUE[sign] for sign in data])]


def grouped(code: str) -> str:
    """As it is printed: ``7QK2-M3XD-40RB``."""
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def read_code(text: str) -> Typed:
    """Read what somebody typed: any case and width, with or without spaces and dashes, O for 0, I and L for 1."""
    plain = unicodedata.normalize("NFKC", text[:_LONGEST_TYPED]).upper()
    signs = "".join(sign for sign in plain if not _between(sign)).translate(_LOOK_ALIKE)
    if not signs:
        return Typed(slip="empty")
    if any(sign not in _VALUE for sign in signs):
        return Typed(slip="sign")
    if len(signs) != LENGTH:
        return Typed(slip="length")
    return Typed(signs) if _sum([_VALUE[sign] for sign in signs]) == 0 else Typed(slip="check")


def _between(sign: str) -> bool:
    return sign in _BETWEEN or unicodedata.category(sign) in ("Pd", "Zs", "Cc", "Cf")


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        product ^= a * (b & 1)
        a, b = a << 1, b >> 1
        if a & 32:
            a ^= _POLYNOMIAL
    return product


def _weights() -> list[int]:
    """Different for each place, and 1 for the last: then the check sign is the sum itself."""
    weights = [1]
    while len(weights) < LENGTH:
        weights.append(_times(weights[-1], 2))
    return weights[::-1]


_WEIGHTS = _weights()
_PRODUCTS = [[_times(weight, value) for value in range(32)] for weight in _WEIGHTS]


def _sum(values: list[int]) -> int:
    total = 0
    for place, value in enumerate(values):
        total ^= _PRODUCTS[place][value]
    return total
