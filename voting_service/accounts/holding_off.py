"""Who is held off for wrong entries, and who cannot be.

Wrong entries are counted so that nobody can keep another person out. By account alone no wrong passphrase is counted: whoever
filled such a counter would lock its owner out from anywhere. What is counted is an account *and* an address, and, wider, an
address; and a browser in which this account has signed in before has a counter of its own instead, so that not even somebody
behind the same address can fill it.

Wrong codes of the second step fill the same counters. One is added: codes of six digits can be guessed from many addresses, so
they are counted by account too, where the browser is not known. Only somebody with the right passphrase gets as far as filling
it; the owner still comes in with a browser that is known, or with a recovery code, which nobody can guess.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from ..clock import Clock
from ..text import _
from ..wrong_entries import Client, WrongEntries, is_told

log = structlog.get_logger("accounts")

PER_ACCOUNT_AND_ADDRESS = 10
PER_ADDRESS = 60
"""Several officials sit behind one address."""
PER_KNOWN_BROWSER = 10
GUESSED_CODES = 30
"""Wrong codes of one account in an hour, from all browsers together that are not known: three codes are good at a time, so
that somebody who has the passphrase guesses one in ten thousand such hours."""
TOLD_FROM = 100
"""So many wrong entries within the hour are told to operators; then twice as many, and so on."""
CODES_TOLD_FROM = 10
"""Sooner: somebody has a passphrase that may not be theirs."""

_KNOWN = re.compile(r"([A-Za-z0-9_\-]{22})\.([A-Za-z0-9_\-]{22})")

Counters = list[tuple[str, int]]
"""Each with how many it takes."""


@dataclass(frozen=True)
class Whence:
    """Where an entry comes from, as its browser and its connection have it."""

    address: str
    known_browser: str = ""
    """The cookie by which a browser is known that this account has signed in with."""
    user_agent: str = ""


class HoldingOff:
    """The counters. ``key`` is derived from the service's secret for sign-ins alone."""

    def __init__(self, client: Client, key: bytes, clock: Clock) -> None:
        self._key = key
        away = _("现在无法登录，请稍后再试。已经登录的不受影响。")
        self._entries = WrongEntries(client, key, clock, name="sign-ins", away=away)

    def counters(self, who: str, whence: Whence) -> Counters:
        """What a wrong entry for this account from there counts towards."""
        if nonce := self._known_nonce(who, whence.known_browser):
            return [(self._entries.of("known", f"{who}|{nonce}"), PER_KNOWN_BROWSER)]
        # No ballot lies beside these counters, so each address has its own.
        of_both = self._entries.of_address("account", whence.address, letters=16, whom=who)
        of_address = self._entries.of_address("address", whence.address, letters=16)
        return [(of_both, PER_ACCOUNT_AND_ADDRESS), (of_address, PER_ADDRESS)]

    def counters_of_codes(self, who: str, whence: Whence, *, guessable: bool) -> Counters:
        """The same for the second step; ``guessable``: six digits, not a recovery code."""
        counters = self.counters(who, whence)
        if guessable and not self._known_nonce(who, whence.known_browser):
            counters.append((self._entries.of("codes", who), GUESSED_CODES))
        return counters

    def take(self, counters: Counters) -> int:
        """Count one entry. Gives 0, or after how many seconds to try again. Raises Unavailable."""
        for number, (counter, most) in enumerate(counters):
            if wait_s := self._entries.take(counter, most):
                self.give_back(counters[:number])
                return wait_s
        return 0

    def give_back(self, counters: Sequence[tuple[str, int]]) -> None:
        """It was right after all. Raises Unavailable."""
        for counter, _most in counters:
            self._entries.give_back(counter)

    def note_wrong(self) -> None:
        """One was wrong: operators hear of a run, and of nobody in it. Raises Unavailable."""
        wrong = self._entries.count_wrong("desk")
        if is_told(wrong, TOLD_FROM):
            log.warning("many_wrong_sign_ins", within_the_hour=wrong)

    def note_wrong_code(self) -> None:
        """A code was wrong behind a right passphrase. Raises Unavailable."""
        wrong = self._entries.count_wrong("code")
        if is_told(wrong, CODES_TOLD_FROM):
            log.warning("many_wrong_codes", within_the_hour=wrong)

    def known_as(self, who: str, before: str = "") -> str:
        """The cookie by which this browser is known from now on."""
        nonce = self._known_nonce(who, before) or secrets.token_urlsafe(16)
        return f"{nonce}.{self._mac(who, nonce)}"

    def _known_nonce(self, who: str, cookie: str) -> str:
        match = _KNOWN.fullmatch(cookie)
        if match is None or not hmac.compare_digest(match[2], self._mac(who, match[1])):
            return ""
        return match[1]

    def _mac(self, who: str, nonce: str) -> str:
        mac = hmac.digest(self._key, f"known|{nonce}|{who}".encode(), "sha256")[:16]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
