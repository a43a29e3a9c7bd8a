"""The stand-in put together: which address is whose, and what comes before every answer."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from . import base, control, followers, js_sdk, oauth, sns
from .console.routes import make_console
from .errors import Refused
from .platform import Platform
from .wire import STATUSES, Answer, Call, html_answer

Handler = Callable[[Platform, Call], Answer]
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


class PlatformApp:
    """The platform's addresses as WSGI; only here do the handlers come together."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._console = make_console(platform)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The platform's own addresses never see a framework."""
        path = environ["PATH_INFO"]
        if path in API:
            answer = self._faulty(environ, self._api)
        elif path in PAGES:
            self.platform.counters.call(path)
            answer = self._faulty(environ, partial(PAGES[path], self.platform))
        elif path == "/_fake/js-config.js":
            answer = js_sdk.checked(self.platform, Call(environ))
        elif path.startswith("/_fake/"):
            answer = control.answer(self.platform, Call(environ))
        else:
            return self._console(environ, start_response)
        headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
        start_response(STATUSES[answer.status], headers)
        return [answer.body]

    def _api(self, call: Call) -> Answer:
        path = call.path
        self.platform.counters.call(path)
        try:
            app_id = call.query.get("appid", "")
            if self.platform.switches.take("busy", app_id, path):
                raise Refused(-1)
            wanted = self.platform.switches.take("errcode", app_id, path)
            if wanted is not None:
                raise Refused(int(wanted))
            return API[path](self.platform, call)
        except Refused as refused:
            self.platform.counters.refused(path, refused.errcode)
            return refused.answer(self.platform.clock.now(), path, call.address)

    def _faulty(self, environ: dict[str, Any], handler: Callable[[Call], Answer]) -> Answer:
        """The answer, or what a platform in trouble gives instead."""
        call = Call(environ)
        app_id = call.query.get("appid", "")
        late_ms = self.platform.switches.take("latency_ms", app_id, call.path)
        if late_ms:
            time.sleep(float(late_ms) / 1_000)
        down = self.platform.switches.take("down", app_id, call.path)
        if down is None:
            return handler(call)
        self.platform.counters.call(f"{call.path} (down)")
        if down == "close":
            hang_up(environ)
        return html_answer("<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>", 503)


def hang_up(environ: dict[str, Any]) -> None:
    """Close the connection, so that no answer arrives."""
    connection = environ.get("gunicorn.socket")
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
