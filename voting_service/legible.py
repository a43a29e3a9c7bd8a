"""Is every character of a text one that people read? For whatever somebody types or imports."""

from __future__ import annotations

import unicodedata


def is_no_sign(sign: str) -> bool:
    """Whether a character is a control, half of a pair, or one of Unicode's 66 noncharacters (its chapter 23.7): XML takes none
    of them, and pages mark places with the last."""
    code = ord(sign)
    return unicodedata.category(sign) in ("Cc", "Cs") or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def is_legible(text: str, allowed: str = "") -> bool:
    """Whether there is none of them in it, but for the ``allowed``: line ends and tabs, say."""
    return not any(is_no_sign(sign) and sign not in allowed for sign in text)


def is_all_seen(text: str) -> bool:
    """Whether nothing in it goes unseen either, such as joiners and marks of direction: for what must read alike for everybody.
    Stricter than ``is_legible``: emoji that are joined, and some scripts, are written with these."""
    return not any(unicodedata.category(sign)[0] == "C" for sign in text)
