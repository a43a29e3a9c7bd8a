"""The load: keep-alive connections that always have one request under way, in a process of its own.

Requests are prepared before and sent as they are, so that this process spends little between two of them. It is
driven by lines of JSON: a round names a file of requests and the number of connections, the answer says how it went.
"""

from __future__ import annotations

import json
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from . import machine

_LENGTH_BYTES = 4
_MOST_WAIT_S = 30.0


@dataclass(frozen=True)
class Round:
    """How one round of requests went; latencies in seconds."""

    requests: int
    took_s: float
    statuses: dict[str, int]
    latencies: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.took_s

    def require(self, status: int) -> Self:
        """A round that was answered otherwise measured something else. Raises RuntimeError."""
        if self.statuses != {str(status): self.requests}:
            raise RuntimeError(f"{self.requests} answers {status} were expected, there were {self.statuses}")
        return self


def percentile(latencies: Sequence[float], share: float) -> float:
    """The latency that this share of requests did not exceed."""
    ordered = sorted(latencies)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class LoadGenerator:
    """The other process, as the benchmark talks to it."""

    def __init__(self, host: str, port: int, directory: Path) -> None:
        self._requests = directory / "requests"
        with machine.running_on(machine.LOAD):
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.load", host, str(port)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1],
            )  # fmt: skip

    def run(self, requests: Iterable[bytes], connections: int) -> Round:
        """Send every request once and wait for every answer."""
        self._requests.write_bytes(
            b"".join(len(request).to_bytes(_LENGTH_BYTES, "big") + request for request in requests)
        )
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps([str(self._requests), connections]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the load generator ended before its round did")
        said = json.loads(answer)
        return Round(len(said["latencies"]), said["took"], said["statuses"], tuple(said["latencies"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


# ── In the other process ──


class _Connection:
    """One connection with one request under way."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=_MOST_WAIT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0.0
        self._received = b""

    def send(self, request: bytes) -> None:
        """Requests are smaller than any socket buffer, so this does not wait."""
        self._received = b""
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> str | None:
        """Take in what is there; the status once the answer is whole."""
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError(f"the server hung up after {self._received!r}")
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self._received[:end].lower()
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return self._received[9:12].decode() if len(self._received) >= end + 4 + length else None


def _drive(address: tuple[str, int], requests: deque[bytes], connections: int) -> dict[str, Any]:
    statuses: Counter[str] = Counter()
    latencies: list[float] = []
    with selectors.DefaultSelector() as waiting:
        busy = [_Connection(address) for _ in range(min(connections, len(requests)))]
        started = time.perf_counter()
        for connection in busy:
            waiting.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(requests.popleft())
        under_way = len(busy)
        while under_way:
            ready = waiting.select(_MOST_WAIT_S)
            if not ready:
                raise TimeoutError("no answer came")
            for key, _events in ready:
                connection = key.data
                status = connection.receive()
                if status is None:
                    continue
                latencies.append(time.perf_counter() - connection.began)
                statuses[status] += 1
                if requests:
                    connection.send(requests.popleft())
                else:
                    under_way -= 1
        took = time.perf_counter() - started
        for connection in busy:
            connection.socket.close()
    return {"took": took, "statuses": statuses, "latencies": latencies}


def _stored(data: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(data):
        start = position + _LENGTH_BYTES
        position = start + int.from_bytes(data[position:start], "big")
        yield data[start:position]


def main(host: str, port: str) -> None:
    """Rounds as they are asked for, until there are no more."""
    for line in sys.stdin:
        path, connections = json.loads(line)
        requests = deque(_stored(Path(path).read_bytes()))
        print(json.dumps(_drive((host, int(port)), requests, connections)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
