"""The stand-in put together: which address is whose, and what comes before every answer."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from . import base, control, followers, js_sdk, oauth, sns
from .accounts import Accounts, App
from .base import BaseTokens
from .clock import MovableClock
from .console.chat import Chats
from .console.routes import make_console
from .counters import Counters
from .errors import Refused
from .followers import SceneCodes
from .oauth import Codes
from .pusher import TIMEOUT_S
from .quotas import Quotas
from .sns import SnsTokens
from .switches import Switches
from .wire import STATUSES, Answer, Call, html_answer

Handler = Callable[["Platform", Call], Answer]
PAGES: dict[str, Handler] = {
    oauth.PATH: oauth.authorize,
    js_sdk.PATH: js_sdk.script,
    "/cgi-bin/showqrcode": followers.show_qrcode,
}
API: dict[str, Handler] = {
    "/sns/oauth2/access_token": sns.access_token,
    "/sns/oauth2/refresh_token": sns.refresh_token,
    "/sns/auth": sns.auth,
    "/sns/userinfo": sns.userinfo,
    "/cgi-bin/token": base.token,
    "/cgi-bin/stable_token": base.stable_token,
    "/cgi-bin/ticket/getticket": base.getticket,
    "/cgi-bin/user/info": followers.user_info,
    "/cgi-bin/qrcode/create": followers.create_qrcode,
}


class Platform:
    """All there is of it, in memory."""

    def __init__(
        self, apps: Sequence[App], *, url: str, start_url: str = "", any_browser: bool = True,
        push_timeout_s: float = TIMEOUT_S,
    ) -> None:  # fmt: skip
        self.url = url.rstrip("/")
        self.start_url = start_url
        self.any_browser = any_browser
        self.push_timeout_s = push_timeout_s
        self._started_with = [replace(app) for app in apps]
        self.clock = MovableClock()
        self.forget()
        self._console = make_console(self)

    def forget(self) -> None:
        """As just started."""
        self.accounts = Accounts([replace(app) for app in self._started_with])
        self.counters = Counters()
        self.switches = Switches()
        self.quotas = Quotas()
        self.codes = Codes()
        self.sns_tokens = SnsTokens()
        self.base_tokens = BaseTokens()
        self.scene_codes = SceneCodes()
        self.chats = Chats()
        self.clock.offset_s = 0.0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI. The platform's own addresses never see a framework."""
        path = environ["PATH_INFO"]
        if path in API:
            answer = self._faulty(environ, self._api)
        elif path in PAGES:
            self.counters.call(path)
            answer = self._faulty(environ, partial(PAGES[path], self))
        elif path == "/_fake/js-config.js":
            answer = js_sdk.checked(self, Call(environ))
        elif path.startswith("/_fake/"):
            answer = control.answer(self, Call(environ))
        else:
            return self._console(environ, start_response)
        headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
        start_response(STATUSES[answer.status], headers)
        return [answer.body]

    def _api(self, call: Call) -> Answer:
        path = call.path
        self.counters.call(path)
        try:
            app_id = call.query.get("appid", "")
            if self.switches.take("busy", app_id, path):
                raise Refused(-1)
            wanted = self.switches.take("errcode", app_id, path)
            if wanted is not None:
                raise Refused(int(wanted))
            return API[path](self, call)
        except Refused as refused:
            self.counters.refused(path, refused.errcode)
            return refused.answer(self.clock.now(), path, call.address)

    def _faulty(self, environ: dict[str, Any], handler: Callable[[Call], Answer]) -> Answer:
        """The answer, or what a platform in trouble gives instead."""
        call = Call(environ)
        app_id = call.query.get("appid", "")
        late_ms = self.switches.take("latency_ms", app_id, call.path)
        if late_ms:
            time.sleep(float(late_ms) / 1_000)
        down = self.switches.take("down", app_id, call.path)
        if down is None:
            return handler(call)
        self.counters.call(f"{call.path} (down)")
        if down == "close":
            hang_up(environ)
        return html_answer("<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>", 503)


def hang_up(environ: dict[str, Any]) -> None:
    """Close the connection, so that no answer arrives."""
    connection = environ.get("gunicorn.socket")
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
