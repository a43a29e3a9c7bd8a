"""Names of people, compared as people mean them."""

from __future__ import annotations

import unicodedata


def person_key(name: str) -> str:
    """A name for comparing: however its width, case and spaces are typed, it is the same person."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    # Spaces and characters that nobody sees (Z…, Cc, Cf) make no other person.
    return "".join(char for char in folded if unicodedata.category(char)[0] not in "ZC")
