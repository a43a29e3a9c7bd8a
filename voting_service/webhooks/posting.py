"""One try: connect to a judged address, post, read the status. Nothing is followed, nothing of the answer is kept.

Without ``requests``: it would look the name up again by itself, after it was judged, and read proxies and passwords out of
the environment.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from .addresses import Target, may_connect

TIMEOUT_S = 5.0
DEADLINE_S = 10.0
"""For everything together: a receiver that drips must not hold up the others."""
MOST_BYTES = 1024
MOST_ADDRESSES = 2
"""Where a name has numbers of both families, and this machine reaches one."""

Resolve = Callable[[str, int], Sequence[str]]


class Outcome(NamedTuple):
    """How a try went."""

    fault: str | None
    """A key of ``FAULT_WORDS``; None where it was taken."""
    status: int | None = None


class _Refused(Exception):
    """The name leads to where nothing may go."""


_FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (_Refused, "refused_address"),
    (socket.gaierror, "no_such_host"),
    (TimeoutError, "too_slow"),
    (ssl.SSLError, "tls"),
    (Exception, "unreachable"),
)
"""What an error comes to; the first that fits."""


def resolve(host: str, port: int) -> list[str]:
    """The numbers of a name. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(one[4][0]) for one in found]


def post(
    target: Target, headers: Mapping[str, str], body: bytes, *, inside: Sequence[str],
    resolve: Resolve = resolve, trust: ssl.SSLContext | None = None,
) -> Outcome:  # fmt: skip
    """Send it. ``trust``: whom to believe; by default whoever this machine believes. Raises nothing."""
    try:
        return _judged(_status(target, headers, body, inside, resolve, trust))
    except (_Refused, OSError, http.client.HTTPException, ValueError) as error:
        return Outcome(next(fault for kind, fault in _FAULTS if isinstance(error, kind)))


def _judged(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(None, status)
    if 300 <= status < 400:
        return Outcome("redirected", status)
    return Outcome("gone" if status == 410 else "bad_answer", status)


def _status(
    target: Target, headers: Mapping[str, str], body: bytes, inside: Sequence[str], resolve: Resolve,
    trust: ssl.SSLContext | None,
) -> int:  # fmt: skip
    addresses = _judged_addresses(target, inside, resolve)
    with _connected(addresses, target, trust) as stream:
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = stream
        connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": target.netloc, "Content-Length": str(len(body)), **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        with contextlib.suppress(OSError, http.client.HTTPException):  # the status is what counts
            answer.read(MOST_BYTES)
        return answer.status


def _judged_addresses(target: Target, inside: Sequence[str], resolve: Resolve) -> Sequence[str]:
    """The numbers of the name. One that may not be reached among them refuses them all: a name that leads to both is nobody's
    mistake."""
    found = resolve(target.host, target.port)
    named = target.is_inside(inside)
    if not found or not all(may_connect(one, inside=named) for one in found):
        raise _Refused
    return found[:MOST_ADDRESSES]


def _reached(addresses: Sequence[str], port: int) -> socket.socket:
    for address in addresses[:-1]:
        with contextlib.suppress(OSError):
            return socket.create_connection((address, port), TIMEOUT_S)
    return socket.create_connection((addresses[-1], port), TIMEOUT_S)


@contextlib.contextmanager
def _connected(
    addresses: Sequence[str], target: Target, trust: ssl.SSLContext | None
) -> Iterator[socket.socket]:
    with _Deadline() as deadline:
        stream = deadline.over(_reached(addresses, target.port))
        if target.scheme == "https":
            context = trust or ssl.create_default_context()
            # By its name, though the connection went to a number.
            secure = context.wrap_socket(stream, server_hostname=target.host, do_handshake_on_connect=False)
            deadline.over(secure).do_handshake()  # type: ignore[attr-defined]
            stream = secure
        yield stream


class _Deadline:
    """Cuts the connection when its time is over, whatever it is doing."""

    def __init__(self) -> None:
        self._stream: socket.socket | None = None
        self._passed = False
        self._timer = threading.Timer(DEADLINE_S, self._cut)
        self._timer.daemon = True

    def over(self, stream: socket.socket) -> socket.socket:
        """The connection to be cut from now on."""
        self._stream = stream
        return stream

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_more: object) -> None:
        self._timer.cancel()
        if self._stream is not None:
            self._stream.close()
        if self._passed and kind is not None:
            raise TimeoutError

    def _cut(self) -> None:
        self._passed = True
        if self._stream is not None:
            with contextlib.suppress(OSError):
                self._stream.shutdown(socket.SHUT_RDWR)
