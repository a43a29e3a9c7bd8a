"""A platform that answers as it is told, faults included: a real HTTP server for tests of what calls it.

Without a script it gives a good answer to everything. It writes down what it was asked.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

EXCHANGE = "/sns/oauth2/access_token"
TOKEN = "/cgi-bin/stable_token"
TICKET = "/cgi-bin/ticket/getticket"
OPENID = "oABCDE0123456789abcdefghijkl"

Answer = Callable[["Handler"], None]


class Asked(NamedTuple):
    """One request that came in."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    line: int
    """The client's port: which connection it came on."""


class ScriptedPlatform:
    """``script[path]`` holds answers to be given in turn; then come the good ones again."""

    def __init__(self) -> None:
        self.script: dict[str, deque[Answer]] = defaultdict(deque)
        self.asked: list[Asked] = []
        self.stopping = threading.Event()
        self.tokens = 1
        self.date: str | None = None
        """What its clock says, where that is not ours."""
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.platform = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def base(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Closed: connecting is refused from now on."""
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()
        self._thread.join()

    def hang_up(self) -> None:
        """Closes every kept connection, as the platform does with idle ones."""
        self._server.hang_up()

    def count(self, path: str) -> int:
        """How often it was asked for this."""
        return sum(asked.path == path for asked in self.asked)

    def good(self, asked: Asked) -> Answer:
        """What the platform answers when all is well: a token stays the same until it is forced."""
        if asked.path == TOKEN:
            if json.loads(asked.body)["force_refresh"]:
                self.tokens += 1
            return says({"access_token": f"token-number-{self.tokens}", "expires_in": 7200})
        if asked.path == TICKET:
            ticket = f"ticket-number-{self.count(TICKET)}"
            return says({"errcode": 0, "errmsg": "ok", "ticket": ticket, "expires_in": 7200})
        if asked.path == EXCHANGE:
            return says({"access_token": "sns-token", "expires_in": 7200, "refresh_token": "r", "openid": OPENID,
                         "scope": "snsapi_base"})  # fmt: skip
        return says({"errcode": 404}, status=404)


class _Server(ThreadingHTTPServer):
    platform: ScriptedPlatform
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *where: Any) -> None:
        super().__init__(*where)
        self._lines: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remembers the line, so that it can be hung up."""
        self._lines.add(request)
        super().process_request(request, client_address)

    def hang_up(self) -> None:
        """Ends the kept connections."""
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_request: Any) -> None:
        """A client that went away is no fault of the server's."""


class Handler(BaseHTTPRequestHandler):
    """Keeps connections alive, as the platform does."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), body, self.client_address[1])
        platform = self.server.platform
        platform.asked.append(asked)
        script = platform.script[parts.path]
        (script.popleft() if script else platform.good(asked))(self)

    do_GET = do_POST = do_HEAD = _answer  # noqa: N815 - the base class looks them up by these names

    def date_time_string(self, timestamp: float | None = None) -> str:
        """For the header Date."""
        return self.server.platform.date or super().date_time_string(timestamp)

    def log_message(self, *_line: Any) -> None:
        """Says nothing."""


def says(body: Any, *, status: int = 200, content_type: str = "text/plain", **headers: str) -> Answer:
    """JSON, or bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content)

    return answer


def refuses(errcode: int, errmsg: str = "no") -> Answer:
    """An error as the platform gives them: with status 200, as plain text."""
    return says({"errcode": errcode, "errmsg": f"{errmsg}, rid: 61c05699-79d94140-4685b391"})


def echoes(handler: Handler) -> None:
    """A refusal that repeats all that it was asked."""
    asked = handler.server.platform.asked[-1]
    refuses(40029, f"invalid: {asked.query} {asked.body!r} {OPENID}")(handler)


def hangs(handler: Handler) -> None:
    """Says nothing until the server stops."""
    handler.server.platform.stopping.wait()
    handler.close_connection = True


def resets(handler: Handler) -> None:
    """Breaks the connection."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.rfile.close()
    handler.wfile.close()
    handler.connection.close()


def drips(handler: Handler) -> None:
    """A body that never ends, though something of it keeps coming."""
    handler.send_response(200)
    handler.send_header("Content-Length", "60000")
    handler.end_headers()
    while not handler.server.platform.stopping.is_set():
        handler.wfile.write(b" ")
        time.sleep(0.02)


def breaks_off(handler: Handler) -> None:
    """Half a body."""
    handler.send_response(200)
    handler.send_header("Content-Length", "600")
    handler.end_headers()
    handler.wfile.write(b'{"errcode": 0')
    handler.close_connection = True


def garbles(handler: Handler) -> None:
    """Headers that are none: urllib3 logs the address that it asked."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nno header at all\r\nContent-Length: 2\r\n\r\n{}")
    handler.close_connection = True


def held_until(gate: threading.Event, then: Answer) -> Answer:
    """Waits for the test's word."""

    def answer(handler: Handler) -> None:
        gate.wait(30)
        then(handler)

    return answer
