"""Names of people, compared as people mean them; names and titles as they stand inside marks of a sentence's own."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d159\U000e0100-\U000e01ef]"
)
"""Variation selectors, joiners, fillers and the blank of Braille: shown as nothing, and letters or marks by their category."""


def person_key(name: str) -> str:
    """A name for comparing: however its width, case and spaces are typed, it is the same person."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    # Spaces and characters that nobody sees (Z…, Cc, Cf, and those that no category tells) make no other person.
    return "".join(
        char for char in folded if unicodedata.category(char)[0] not in "ZC" and not _UNSEEN.match(char)
    )


_QUOTES = str.maketrans("“‘”", "‘“’")
_TITLE_MARKS = str.maketrans("《》〈〉", "〈〉《》")


def in_quotes(text: str) -> str:
    """A name or title as it stands between “ and ”: its own quotation marks are the other kind, level by level (GB/T 15834).
    ’ is turned where it closes ‘ and stays where it is an apostrophe."""
    turned, open_single = [], 0
    for char in text:
        if char == "’" and open_single:
            open_single -= 1
            turned.append("”")
            continue
        open_single += char == "‘"
        turned.append(char.translate(_QUOTES))
    return "".join(turned)


def in_title_marks(text: str) -> str:
    """A title as it stands between 《 and 》: its own are 〈 〉, and 《 》 again within those (GB/T 15834)."""
    return text.translate(_TITLE_MARKS)
