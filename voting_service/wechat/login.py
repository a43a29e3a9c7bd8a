"""Logging in: send the browser away with a state, take it back with a code, and turn the code into a voter.

The openid lives for the length of one call and leaves it as a keyed digest. Nothing here loops: a login that fails in a
way that another try may mend is begun anew once, and then it is said.
"""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import structlog

from .client import Client
from .errcodes import CODE_SPENT
from .errors import WeChatRefused, WeChatUnreachable
from .login_states import HOME, LoginStates
from .reach import Reachability
from .shared_state import SharedState
from .tokens import SharedTokens

LOGIN_LIFETIME_S = 600
"""How long a browser may be away."""
KEEP_USED_S = 600
"""How long it is remembered that a login was used, so that a callback that comes twice is known as such."""

# The voter's own WeChat account is frozen or gone.
_LIMITED = 50002
# Too many logins in this minute or on this day: of the account's settings nothing is wrong.
_CROWDED = frozenset({45009, 45011})

Why = Literal[
    "foreign", "expired", "no_code", "snapshot", "spent", "limited", "crowded", "account", "unreachable"
]

log = structlog.get_logger("wechat")


@dataclass(frozen=True)
class LoggedIn:
    """A voter, known by a keyed digest."""

    subject: str
    next: str


@dataclass(frozen=True)
class GoOn:
    """Nothing to do: this browser is logged in already, and its callback came twice."""

    next: str


@dataclass(frozen=True)
class Again:
    """Begin anew, once."""

    next: str


@dataclass(frozen=True)
class NotLoggedIn:
    """Why not, and where the voter wanted to go."""

    why: Why
    next: str = HOME


@dataclass(frozen=True)
class WeChatLogin:
    """Everything that takes part in logging in, put together once per process."""

    app_id: str
    open_base: str
    callback_url: str
    openid_key: bytes
    states: LoginStates
    client: Client
    shared: SharedState
    tokens: SharedTokens
    reach: Reachability

    def begin(self, next_path: str, browser: str, *, again: bool = False) -> str:
        """The platform's address to send this browser to. Raises WeChatUnreachable where the code that it would come
        back with could not be exchanged now, and Unavailable without Redis."""
        if not self.reach.reachable():
            raise WeChatUnreachable("the API does not answer")
        nonce, state = self.states.new(browser)
        self.shared.remember_login(nonce, json.dumps([next_path, again]), LOGIN_LIFETIME_S)
        # WeChat compares the link strictly: these parameters, in this order, and the fragment.
        query = urlencode(
            {
                "appid": self.app_id,
                "redirect_uri": self.callback_url,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
            }
        )
        return f"{self.open_base}/connect/oauth2/authorize?{query}#wechat_redirect"

    def finish(
        self, code: str, state: str, browser: str, *, logged_in: bool
    ) -> LoggedIn | GoOn | Again | NotLoggedIn:
        """What comes of a callback. ``logged_in``: whether the browser brings a session by WeChat. Raises Unavailable
        without Redis."""
        nonce = self.states.read(state, browser)
        if nonce is None:
            return NotLoggedIn("foreign")
        known = self.shared.use_login(nonce, KEEP_USED_S)
        if known is None:
            return NotLoggedIn("expired")
        next_path, again = json.loads(known[0])
        outcome = self._taken_up(code, next_path) if known[1] else None
        if outcome is not None:
            return outcome
        if logged_in:
            return GoOn(next_path)
        return NotLoggedIn("spent", next_path) if again else Again(next_path)

    def _taken_up(self, code: str, next_path: str) -> LoggedIn | NotLoggedIn | None:
        """What comes of a code that is seen for the first time; None where it is spent all the same."""
        if not code:
            return NotLoggedIn("no_code", next_path)
        try:
            return self._exchanged(code, next_path)
        except WeChatUnreachable as error:
            self.reach.doubt(error.why)
            log.warning("wechat_unreachable", why=error.why)
            return NotLoggedIn("unreachable", next_path)

    def _exchanged(self, code: str, next_path: str) -> LoggedIn | NotLoggedIn | None:
        try:
            login = self.client.exchange(code)
        except WeChatRefused as error:
            self.reach.note_success()
            if error.errcode in CODE_SPENT:
                return None
            if error.errcode == _LIMITED:
                return NotLoggedIn("limited", next_path)
            self.tokens.note_trouble(error)
            log.error("wechat_refused_login", errcode=error.errcode)
            return NotLoggedIn("crowded" if error.errcode in _CROWDED else "account", next_path)
        self.reach.note_success()
        if login.snapshot:
            return NotLoggedIn("snapshot", next_path)
        return LoggedIn(self._subject(login.openid), next_path)

    def _subject(self, openid: str) -> str:
        digest = hmac.digest(self.openid_key, f"{self.app_id}|{openid}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
