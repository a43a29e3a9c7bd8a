"""The platform's API, and nothing but the API: the only file that makes requests to WeChat.

Some addresses carry the account's secret, a code or a token in their query, and the texts of exceptions carry addresses.
So nothing that is raised here stands on another exception: what went wrong is a value first, and one of our own errors,
with one of a few words of ours, only where no other exception is being handled.
"""

from __future__ import annotations

import json
import re
import socket
import time
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple

import requests
import urllib3
from requests.adapters import HTTPAdapter

from .bounded import TooSlow, nothing_added, read_bounded
from .errors import WeChatRefused, WeChatUnreachable

MOST_BYTES = 65_536
MOST_ERRMSG = 200
REACH_TIMEOUT_S = (1.0, 1.0)
INVALID_CODE = 40029
_BUSY = -1

_CODE = re.compile(r"[!-~]{1,256}")
_OPENID = re.compile(r"[0-9A-Za-z_\-]{10,64}")
"""Real ones have 28 characters; the platform promises neither that nor their first letter."""
_LOOKS_LIKE_OPENID = re.compile(r"(?<![0-9A-Za-z_\-])o[0-9A-Za-z_\-]{27}(?![0-9A-Za-z_\-])")
_SECRET = re.compile(r"[!-~]{1,2048}")
_MOST_LIFETIME_S = 30 * 86_400


class Login(NamedTuple):
    """Whom a code stands for."""

    openid: str
    snapshot: bool
    """The page was open in snapshot mode: the openid is made up by the platform and must not vote."""


class Issued(NamedTuple):
    """A token or a ticket, and how long it is good for from now."""

    value: str
    expires_in_s: int

    def __repr__(self) -> str:
        return f"Issued(expires_in_s={self.expires_in_s})"


class _Failed(NamedTuple):
    """Why there is no answer, in one of the words that ``errcodes.WHY`` explains, or ``http_502``."""

    why: str
    before_sending: bool = False
    """Nothing can have reached the platform: even what must be sent once may be sent again."""


_PASSING = frozenset({"busy", "reset"})
"""What one more try at once often mends."""


class Client:
    """One account's calls. Safe to use from many threads; connections are kept and shared among them.

    Every call raises WeChatUnreachable where the platform gave no answer that can be used, and WeChatRefused where it
    gave an error code. Neither ever carries a secret, a code, a token, an openid or an address.
    """

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        api_base: str,
        *,
        timeout_s: tuple[float, float] = (2.0, 4.0),
        pool: int = 32,
    ) -> None:
        self.app_id = app_id
        self._secret = app_secret
        self._base = api_base.rstrip("/")
        self._timeout = timeout_s
        self._session = _session(pool)
        self._clock_offset_s: float | None = None

    def exchange(self, code: str) -> Login:
        """Who came back with this code. A code is good once, so it is never sent again after it may have arrived."""
        if not _CODE.fullmatch(code):
            raise WeChatRefused(INVALID_CODE, "not asked: this cannot be a code")
        query = {
            "appid": self.app_id,
            "secret": self._secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        body = self._ask("GET", "/sns/oauth2/access_token", hidden=(code,), repeatable=False, params=query)
        openid = body.get("openid")
        if not isinstance(openid, str) or not _OPENID.fullmatch(openid):
            raise WeChatUnreachable("odd_answer")
        # Whatever it says that is not a plain "no" counts as a snapshot: such an openid may be another's.
        return Login(openid, body.get("is_snapshotuser") not in (None, False, 0, "0"))

    def stable_token(self, *, force: bool = False) -> Issued:
        """The account's token: the same one until its last five minutes. ``force`` makes the platform issue another;
        it allows that 20 times a day, 30 s apart."""
        order = {
            "grant_type": "client_credential",
            "appid": self.app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        body = self._ask("POST", "/cgi-bin/stable_token", hidden=(), repeatable=not force, json=order)
        return _issued(body, "access_token")

    def jsapi_ticket(self, access_token: str) -> Issued:
        """The ticket that pages are signed with."""
        query = {"access_token": access_token, "type": "jsapi"}
        body = self._ask(
            "GET", "/cgi-bin/ticket/getticket", hidden=(access_token,), repeatable=True, params=query
        )
        return _issued(body, "ticket")

    def reach(self) -> None:
        """Does the API answer at all? Whatever it answers will do. Raises WeChatUnreachable, after 2 s at most for each
        address that its name has."""
        failed = self._look()
        if failed is not None:
            raise WeChatUnreachable(failed.why)

    @property
    def clock_offset_s(self) -> float | None:
        """By how much the platform's clock was ahead of ours when it last answered; None where it did not say."""
        return self._clock_offset_s

    def _look(self) -> _Failed | None:
        try:
            with self._session.head(
                self._base + "/", timeout=REACH_TIMEOUT_S, allow_redirects=False, stream=True
            ) as answer:
                self._note_clock(answer)
        except Exception as error:  # see _once
            return _failure(error)
        return None

    def _ask(
        self, method: str, path: str, *, hidden: tuple[str, ...], repeatable: bool, **given: Any
    ) -> dict[str, Any]:
        """The answer's members; ``hidden`` is what must not come back in an error, beside the secret."""
        outcome = self._once(method, path, given)
        if isinstance(outcome, _Failed) and (
            outcome.before_sending or (repeatable and outcome.why in _PASSING)
        ):
            outcome = self._once(method, path, given)
        if isinstance(outcome, _Failed):
            raise WeChatUnreachable(outcome.why)
        errcode = _errcode(outcome)
        if errcode:
            raise WeChatRefused(errcode, _cleaned(outcome.get("errmsg"), (self._secret, *hidden)))
        return outcome

    def _once(self, method: str, path: str, given: dict[str, Any]) -> dict[str, Any] | _Failed:
        deadline = time.monotonic() + sum(self._timeout)
        try:
            with self._session.request(
                method, self._base + path, timeout=self._timeout, allow_redirects=False, stream=True, **given
            ) as answer:
                self._note_clock(answer)
                if answer.status_code != 200:
                    return _Failed("redirected" if answer.is_redirect else f"http_{int(answer.status_code)}")
                content = read_bounded(answer, MOST_BYTES, deadline)
        except TooSlow:
            return _Failed("timeout")
        # Every kind: requests, urllib3 and http.client each have their own, and any text of theirs may hold the address.
        except Exception as error:
            return _failure(error)
        return _json_object(content) if len(content) <= MOST_BYTES else _Failed("too_large")

    def _note_clock(self, answer: requests.Response) -> None:
        try:
            said = parsedate_to_datetime(answer.headers.get("Date", "")).timestamp()
        except (TypeError, ValueError, OverflowError):
            return
        self._clock_offset_s = said - time.time()


def _json_object(content: bytes) -> dict[str, Any] | _Failed:
    """The members of the body; its content type says text/plain more often than not, and is not asked."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return _Failed("not_json")
    if not isinstance(body, dict):
        return _Failed("not_json")
    errcode = _errcode(body)
    if errcode is None:
        return _Failed("odd_answer")
    return _Failed("busy") if errcode == _BUSY else body


def _errcode(body: dict[str, Any]) -> int | None:
    """0 where there is none; None where it is no number."""
    errcode = body.get("errcode", 0)
    if isinstance(errcode, str) and re.fullmatch(r"-?[0-9]{1,9}", errcode):
        return int(errcode)
    return errcode if isinstance(errcode, int) and not isinstance(errcode, bool) else None


def _issued(body: dict[str, Any], name: str) -> Issued:
    value, lifetime = body.get(name), body.get("expires_in")
    good = isinstance(value, str) and _SECRET.fullmatch(value) is not None
    if not good or type(lifetime) is not int or not 0 < lifetime <= _MOST_LIFETIME_S:
        raise WeChatUnreachable("odd_answer")
    return Issued(str(value), lifetime)


def _cleaned(errmsg: object, hidden: tuple[str, ...]) -> str:
    """The platform's words, short, of one line, and with nothing in them that we sent in confidence."""
    text = errmsg if isinstance(errmsg, str) else ""
    for secret in hidden:
        text = text.replace(secret, "***")
    text = _LOOKS_LIKE_OPENID.sub("***", text)
    return "".join(c if c.isprintable() else " " for c in text)[:MOST_ERRMSG]


def _failure(error: Exception) -> _Failed:
    """What an exception of requests or urllib3 comes to."""
    reason = _root(error)
    if isinstance(reason, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return _Failed("tls")
    if isinstance(reason, requests.exceptions.ProxyError | urllib3.exceptions.ProxyError):
        return _Failed("proxy")
    if isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError):
        return _Failed("no_connection", before_sending=True)
    if isinstance(reason, requests.exceptions.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return _Failed("timeout")
    if isinstance(reason, urllib3.exceptions.ProtocolError | requests.ConnectionError | OSError):
        return _Failed("reset")
    return _Failed("odd_answer")


def _root(error: BaseException) -> BaseException:
    """The exception inside: requests wraps urllib3's, which wraps the reason why it gave up."""
    inner = error.args[0] if isinstance(error, requests.RequestException) and error.args else None
    reason = getattr(inner, "reason", None)
    if isinstance(reason, BaseException):
        return reason
    return inner if isinstance(inner, urllib3.exceptions.HTTPError) else error


class _LivingConnections(HTTPAdapter):
    """Asks of every connection, while nobody uses it, whether it is still there.

    A firewall that forgot one would otherwise swallow the next request, and with it a voter's code.
    """

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        kwargs["socket_options"] = [*urllib3.connection.HTTPConnection.default_socket_options, *_probing()]
        super().init_poolmanager(*args, **kwargs)


def _probing() -> list[tuple[int, int, int]]:
    options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
    for name, value in (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            options.append((socket.IPPROTO_TCP, getattr(socket, name), value))
    return options


def _session(pool: int) -> requests.Session:
    session = requests.Session()
    adapter = _LivingConnections(pool_connections=4, pool_maxsize=pool, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    # Threads share it: it keeps no cookies, and nobody's ~/.netrc is read for a password to send along.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.auth = nothing_added
    session.headers.update({"User-Agent": "voting-service", "Accept-Encoding": "identity"})
    return session
