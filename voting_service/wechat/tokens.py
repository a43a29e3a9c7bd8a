"""The account's token and its jsapi ticket, one of each for all processes.

How one process renews for all is in ``shared_value``; here is what is particular to the two: how often the platform
may be asked, and what to do about a token that it no longer takes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from ..clock import Clock, to_ms
from ..encryption import Keyring
from .client import Client, Issued
from .errors import WeChatError, WeChatRefused, WeChatUnreachable
from .shared_state import SharedState
from .shared_value import SharedValue
from .trouble import Trouble

__all__ = ["SharedTokens", "Trouble"]

TOKEN, TICKET, LOGIN = "token", "ticket", "login"
"""What may be in trouble."""

TOKEN_EARLY_S = 240
"""The platform gives another stable token only in the last five minutes of the present one; both are good for them."""
TICKET_EARLY_S = 600
FETCHES_A_DAY = 2_000
"""A day takes about 12. A platform that is away all day is asked some 1 440 times. More is a fault of ours."""
FORCED_A_DAY = 20
FORCED_APART_S = 31
_STALE = frozenset({40001, 40014, 42001})
_LOGIN_TROUBLE_KEPT_S = 300
_PLATFORM_DAY = timedelta(hours=8)


class _Spoiled(NamedTuple):
    """A token that the platform gave us and does not take, and its words."""

    token: str
    errcode: int
    errmsg: str


class Fetched(NamedTuple):
    """How often; each of the two may be asked ``FETCHES_A_DAY`` times."""

    tokens: int
    tickets: int


class SharedTokens:
    """What ``wx.config`` and the platform's other calls need. Safe to use from many threads and processes."""

    def __init__(self, client: Client, shared: SharedState, keyring: Keyring, clock: Clock) -> None:
        self._client, self._shared, self._clock = client, shared, clock
        self._spoiled: _Spoiled | None = None
        self._token = SharedValue(
            TOKEN, self._fetch_token, TOKEN_EARLY_S, shared=shared, keyring=keyring, clock=clock
        )
        self._ticket = SharedValue(
            TICKET, self._fetch_ticket, TICKET_EARLY_S, shared=shared, keyring=keyring, clock=clock
        )

    def ticket(self) -> str:
        """The jsapi ticket. Raises WeChatError where there is none to be had, and Unavailable without Redis."""
        return self._ticket.get()

    def token(self) -> str:
        """The token. Raises likewise."""
        return self._token.get()

    def trouble(self) -> Trouble | None:
        """The last thing that went wrong and has not gone well since. Raises Unavailable."""
        found = [
            trouble for text in self._shared.troubles(TOKEN, TICKET, LOGIN) if (trouble := Trouble.read(text))
        ]
        latest = max(found, key=lambda trouble: trouble.at_ms, default=None)
        # Without a token there is no ticket either: the cause is what is told, not what came of it.
        same = (trouble for trouble in found if latest and trouble[1:3] == latest[1:3])
        return next(same, None)

    def fetched_today(self) -> Fetched:
        """How often the platform was asked on its present day. Raises Unavailable."""
        return Fetched(*self._shared.counts(self._day(), TOKEN, TICKET))

    def note_trouble(self, error: WeChatError) -> None:
        """A login failed for a reason that is the account's, and not its code's (``errcodes.CODE_SPENT``). Forgotten
        after five minutes without another."""
        trouble = Trouble.of(LOGIN, error, to_ms(self._clock.now()), None)
        self._shared.note_trouble(LOGIN, trouble.to_json(), _LOGIN_TROUBLE_KEPT_S)

    def _fetch_token(self) -> Issued:
        self._count(TOKEN)
        issued = self._client.stable_token()
        spoiled, self._spoiled = self._spoiled, None
        if spoiled is None or issued.value != spoiled.token:
            return issued
        # A stable token comes back the same until its last minutes, also where it has been made invalid.
        if not self._may_force():
            raise WeChatRefused(spoiled.errcode, spoiled.errmsg)
        self._count(TOKEN)
        return self._client.stable_token(force=True)

    def _fetch_ticket(self) -> Issued:
        token = self._token.get()
        self._count(TICKET)
        try:
            return self._client.jsapi_ticket(token)
        except WeChatRefused as error:
            if error.errcode not in _STALE:
                raise
            spoiled = _Spoiled(token, error.errcode, error.errmsg)
        self._spoiled = spoiled
        try:
            token = self._token.replace(spoiled.token)
        finally:
            self._spoiled = None
        self._count(TICKET)
        return self._client.jsapi_ticket(token)

    def _may_force(self) -> bool:
        """As often as the platform allows, and no more."""
        return (
            self._shared.first_within("forced", FORCED_APART_S)
            and self._shared.count("forced", self._day()) <= FORCED_A_DAY
        )

    def _count(self, what: str) -> None:
        if self._shared.count(what, self._day()) > FETCHES_A_DAY:
            raise WeChatUnreachable("daily_bound")

    def _day(self) -> str:
        """The platform's day."""
        return f"{self._clock.now() + _PLATFORM_DAY:%Y%m%d}"
