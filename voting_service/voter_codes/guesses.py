"""Counts wrong entries of codes, so that guessing stops: by address, and for that address alone.

A code has 55 bits. Nothing that is counted for a whole campaign or for one member would guard it any better, and whoever
filled such a counter would keep out everyone else; so the campaign's count refuses nobody and is only told to operators.
"""

from __future__ import annotations

import structlog

from ..clock import Clock
from ..text import _
from ..wrong_entries import Client, WrongEntries, is_told

log = structlog.get_logger("voter_codes")

PER_ADDRESS = 60
TOLD_FROM = 1_000
"""So many wrong entries in a campaign within the hour are told to operators; then twice as many, and so on."""


class Guesses:
    """The counters. ``key`` hides addresses from Redis, and is derived for this purpose alone."""

    def __init__(self, client: Client, key: bytes, clock: Clock) -> None:
        away = _("现在无法核对投票码，请稍后再试。")
        self._entries = WrongEntries(client, key, clock, name="guesses", away=away)

    def counter(self, slug: str, address: str) -> str:
        """The counter of an address in this hour. Addresses share 4 096 of them, as everywhere beside the ballots."""
        return self._entries.of_address(slug, address, letters=3)

    def take(self, counter: str) -> int:
        """Count one entry. Gives 0, or after how many seconds to try again where there were too many. Raises
        Unavailable."""
        return self._entries.take(counter, PER_ADDRESS)

    def give_back(self, counter: str) -> None:
        """It was right after all. Raises Unavailable."""
        self._entries.give_back(counter)

    def note_wrong(self, slug: str) -> None:
        """One entry was wrong, wherever it came from. Refuses nobody. Raises Unavailable."""
        wrong = self._entries.count_wrong(slug)
        if is_told(wrong, TOLD_FROM):
            log.warning("many_wrong_codes", campaign=slug, within_the_hour=wrong)
