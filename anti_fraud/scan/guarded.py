"""Texts in evidence files that a spreadsheet would run: written with an apostrophe before them, read without it.

A user agent is whatever a visitor sends, and a member of a committee may open the file in Excel. What is written and read
comes back the same, apostrophes of its own included.
"""

from __future__ import annotations

import unicodedata

_RUN = frozenset("=+-@")


def guarded(text: str) -> str:
    """As it is written."""
    return f"'{text}" if _is_run(text.lstrip("'")) else text


def bare(cell: str) -> str:
    """As it was, from what is written."""
    return cell[1:] if cell.startswith("'") and _is_run(cell.lstrip("'")) else cell


def _is_run(text: str) -> bool:
    for sign in text:
        if sign in "\t\r\n":
            return True
        if unicodedata.category(sign)[0] in "ZC":
            continue
        return unicodedata.normalize("NFKC", sign)[:1] in _RUN
    return False
