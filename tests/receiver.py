"""Another system that listens: a real HTTP server which checks signatures as Standard Webhooks tells receivers to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE_S = 300


def is_genuine(secret: str, headers: Any, body: bytes, now: float) -> bool:
    """What the documentation tells receivers to ask, in its own words: nothing of ours is imported."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(now - int(timestamp)) > TOLERANCE_S:
        return False
    wanted = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    given = [one[3:] for one in headers["webhook-signature"].split() if one.startswith("v1,")]
    return any(hmac.compare_digest(base64.b64decode(one), wanted) for one in given)


@dataclass
class Receiver:
    """What it was sent, and what it answers next."""

    url: str
    secret: str = ""
    answers: list[int] = field(default_factory=list)
    """Statuses to answer with, one after the other; then what is right."""
    headers: dict[str, str] = field(default_factory=dict)
    """To answer with."""
    seen: list[dict[str, Any]] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By ``webhook-id``: each once."""
    now: Callable[[], float] = time.time
    hold: threading.Event = field(default_factory=threading.Event)
    """Cleared, requests wait for it after they are read."""
    came: threading.Event = field(default_factory=threading.Event)

    def take(self, headers: Any, body: bytes) -> int:
        """One request; gives the status."""
        self.seen.append({"headers": dict(headers), "body": body})
        self.came.set()
        self.hold.wait()
        if not is_genuine(self.secret, headers, body, self.now()):
            return 401
        if self.answers:
            return self.answers.pop(0)
        self.taken.setdefault(headers["webhook-id"], json.loads(body))
        return 204

    @property
    def ids(self) -> list[str]:
        """Of every request, in order."""
        return [one["headers"]["webhook-id"] for one in self.seen]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on this machine for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            with suppress(OSError):  # some tests let the sender give up, or kill it, before it is answered
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hooks")
    receiver.hold.set()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.hold.set()
        server.shutdown()
        server.server_close()
