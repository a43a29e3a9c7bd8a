"""The stand-in for WeChat's platform as a process, and what tests do with it.

    with FakePlatform.start(service_url) as platform:
        stage = make_service(…, **platform.settings)
        callback = platform.authorize(location_of_the_services_redirect, "zhangsan")

What it does is listed in ``tools/wechat_platform/BEHAVIOUR.md``.
"""

from __future__ import annotations

import html
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import quote, urlencode, urlsplit

from tests.live import PATIENCE_S, free_port, wait_until
from voting_service.commands.supervisor import ROOT

APP_ID = "wxdem0000000000fa"
SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "tokenfortests2026"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
"""Known to everybody; they open nothing but a stand-in."""
HOSTS = ("127.0.0.1", "localhost")
SCRIPT = "/open/js/jweixin-1.6.0.js"


class PlatformAnswer(NamedTuple):
    """One answer of the platform."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """Its document."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def text(self) -> str:
        """As text."""
        return self.body.decode()


class PageShown(AssertionError):
    """The platform showed a page instead of going back to the service."""


class FakePlatform:
    """One running stand-in. Safe to use from several threads: each has a connection of its own."""

    def __init__(self, service_url: str = "", *options: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._service_url = service_url
        self._options: Sequence[str] = options
        self._log = tempfile.NamedTemporaryFile(prefix="wechat-platform-", suffix=".log")  # noqa: SIM115
        self._process: subprocess.Popen[bytes] | None = None
        self._local = threading.local()

    @classmethod
    def start(cls, service_url: str = "", *options: str) -> FakePlatform:
        """On a free port and ready. ``service_url`` may be told later (``serve``)."""
        platform = cls(service_url, *options)
        try:
            platform.restart()
        except BaseException:
            platform.stop()
            raise
        return platform

    def restart(self) -> None:
        """Start again after ``kill`` or ``stop``: same address and openids, nothing else is remembered."""
        hosts = [option for host in HOSTS for option in ("--oauth-host", host, "--js-domain", host)]
        command = [sys.executable, "-m", "tools.wechat_platform", "--port", str(self.port), *hosts]
        command += ["--service-url", self._service_url, *self._options]
        secrets = {"APP_ID": APP_ID, "APP_SECRET": SECRET, "TOKEN": TOKEN, "AES_KEY": AES_KEY}
        environ = os.environ | {f"FAKE_WECHAT_{name}": value for name, value in secrets.items()}
        with open(self._log.name, "ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True
            )
        wait_until(self._answers, "the stand-in for WeChat answers")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def settings(self) -> dict[str, Any]:
        """For ``make_service`` and ``live_stage``."""
        return {
            "wechat_app_id": APP_ID,
            "wechat_app_secret": SECRET,
            "wechat_token": TOKEN,
            "wechat_aes_key": AES_KEY,
            "wechat_api_base": self.url,
            "wechat_open_base": self.url,
            "wechat_script_url": self.url + SCRIPT,
        }

    @property
    def running(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """What it has written."""
        return Path(self._log.name).read_text(encoding="utf-8")

    def serve(self, service_url: str) -> None:
        """Its messages go to this service from now on; its host may get codes and sign pages."""
        self._service_url = service_url
        host = urlsplit(service_url).hostname or ""
        hosts = list(dict.fromkeys([*HOSTS, host]))
        self.control(
            "apps", messages_url=f"{service_url}/wechat/messages", oauth_hosts=hosts, js_domains=hosts
        )

    def authorize(self, url: str, user: str, **headers: str) -> str:
        """Follow the service's redirect as this user, consenting where asked; gives the callback's address.

        A double callback gives it once; the test calls it as often as it likes. Raises PageShown.
        """
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}"
        sent = {"X-Fake-User": quote(user), **{name.replace("_", "-"): v for name, v in headers.items()}}
        answer = self.ask("GET", path, headers=sent)
        if answer.status == 200 and 'value="allow"' in answer.text:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self.ask("POST", path, b"answer=allow", headers=sent | form)
        if answer.status == 302:
            return str(answer.headers["Location"])
        twice = re.search(r'href="([^"]+)" data-callback', answer.text)
        if twice is None:
            raise PageShown(f"{answer.status}: {re.sub('<[^>]+>', ' ', answer.text).strip()}")
        return html.unescape(twice[1])

    def switch(self, name: str, value: Any = True, **more: Any) -> None:
        """A fault on (or off: ``value=None``); ``times=1`` for the next request only, ``paths`` for some addresses."""
        self.control("switches", name=name, value=value, **more)

    def counters(self) -> dict[str, Any]:
        """``{"calls": {path: n}, "refused": {path: {errcode: n}}, "issued": {what: n}}``."""
        counted: dict[str, Any] = self.control("counters", method="GET")
        return counted

    def issued(self, what: str) -> int:
        """How many codes, sns_tokens, stable_tokens, jsapi_tickets … it has handed out."""
        return int(self.counters()["issued"].get(what, 0))

    def push(self, user: str, text: str | None = None, **more: Any) -> dict[str, Any]:
        """A text (or ``event=``, ``scan=``) to the service; ``["reply"]["seen"]`` is what the user sees."""
        told = {} if text is None else {"text": text}
        delivery: dict[str, Any] = self.control("push", user=user, **told, **more)
        return delivery

    def openid(self, user: str) -> str:
        """A user's name in the account."""
        found: Any = self.control("users", method="GET", name=user)
        return str(found[0]["openid"])

    def forward(self, seconds: float) -> None:
        """Let the platform's time pass."""
        self.control("clock", forward=seconds)

    def reset(self) -> None:
        """As just started; its messages still go to the same service."""
        self.control("reset")
        if self._service_url:
            self.serve(self._service_url)

    def control(self, name: str, /, *, method: str = "POST", **values: Any) -> Any:
        """One request to the control API; fails with what it says when it does not understand."""
        if method == "GET":
            answer = self.ask("GET", f"/_fake/{name}?{urlencode(values)}")
        else:
            body = json.dumps(values).encode()
            answer = self.ask(method, f"/_fake/{name}", body, {"Content-Type": "application/json"})
        assert answer.status == 200, answer.text
        return json.loads(answer.body)

    def get(self, path: str, **query: Any) -> PlatformAnswer:
        """One of the platform's own addresses."""
        return self.ask("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, document: Any, **query: Any) -> PlatformAnswer:
        """The same with JSON."""
        address = f"{path}?{urlencode(query)}" if query else path
        return self.ask("POST", address, json.dumps(document).encode(), {"Content-Type": "application/json"})

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> PlatformAnswer:
        """Any request, on this thread's connection; one that was closed meanwhile is opened again."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            try:
                return self._asked(connection, method, path, body, headers)
            except (http.client.RemoteDisconnected, ConnectionError):
                connection.close()
        self._local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            return self._asked(self._local.connection, method, path, body, headers)
        except BaseException:
            self._local.connection.close()
            raise

    def kill(self) -> None:
        """Gone, in the middle of whatever it was doing."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            os.killpg(process.pid, how)
        process.wait(PATIENCE_S)
        deadline = time.monotonic() + PATIENCE_S
        while self._listens() and time.monotonic() < deadline:
            time.sleep(0.02)

    def _listens(self) -> bool:
        try:
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=1).connect()
        except OSError:
            return False
        return True

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log
        try:
            return self.get("/_fake/health").status == 200
        except (OSError, http.client.HTTPException):
            return False

    @staticmethod
    def _asked(
        connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None,
        headers: dict[str, str] | None,
    ) -> PlatformAnswer:  # fmt: skip
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return PlatformAnswer(response.status, response.headers, response.read())
