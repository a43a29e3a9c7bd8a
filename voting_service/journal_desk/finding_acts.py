"""Which acts somebody looks for: one, a whole group, or those whose words have what was typed. Pure."""

from __future__ import annotations

from collections.abc import Callable

from ..activity.words import grouped_acts
from ..text import Text

GROUP = "@"
"""Before a group's key, where the form asks for all of it."""


def acts_wanted(chosen: str, typed: str, say: Callable[[Text], str]) -> frozenset[str] | None:
    """The acts; None for all. ``chosen``: an act's code, or ``@`` and a group's key. ``typed``: some letters of an act's or a
    group's word, in Chinese or as the reader sees it, or of its code."""
    wanted = [one for one in (_chosen(chosen), _typed(typed, say)) if one is not None]
    return frozenset.intersection(*wanted) if wanted else None


def _chosen(chosen: str) -> frozenset[str] | None:
    if not chosen:
        return None
    if not chosen.startswith(GROUP):
        # Also an act that has no word: an older version may have journaled it.
        return frozenset({chosen})
    return frozenset(act for key, _word, acts in grouped_acts() if GROUP + key == chosen for act in acts)


def _typed(typed: str, say: Callable[[Text], str]) -> frozenset[str] | None:
    sought = typed.strip().casefold()
    if not sought:
        return None

    def has(word: Text) -> bool:
        return sought in str(word).casefold() or sought in say(word).casefold()

    return frozenset(
        act
        for _key, group, acts in grouped_acts()
        for act, word in acts.items()
        if has(group) or has(word) or sought in act
    )
