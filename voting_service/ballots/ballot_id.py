"""Ballot ids and tracking codes: the same 80 random bits, once for machines and once for people.

Crockford's base 32 (https://www.crockford.com/base32.html): no I, L, O or U, so that a code read out over the
telephone or copied from a screenshot comes back right.
"""

from __future__ import annotations

import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16
_READ_AS = str.maketrans("OIL", "011", "- \u3000\t\u2010\u2011\u2012\u2013\u2014")


def new_ballot_id() -> str:
    """16 characters that nobody can guess."""
    number = int.from_bytes(secrets.token_bytes(10))
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))


def tracking_code(ballot_id: str) -> str:
    """The receipt's short name, in groups of four: ``7QK2-M3XD-9ABC-DEFG``."""
    return "-".join(ballot_id[i : i + 4] for i in range(0, _LENGTH, 4))


def parse_tracking_code(typed: str) -> str | None:
    """The ballot id of a code as people type it (any case, any dashes, O for 0); None where it cannot be one."""
    plain = typed.strip().upper().translate(_READ_AS)
    return plain if len(plain) == _LENGTH and set(plain) <= set(_ALPHABET) else None
