"""A crowd that keeps its own time: every phone asks when its turn has come, however late the answer before it was.

So a slow answer is told with all that waited behind it, from the moment at which it was due. One process of its own,
driven by a line of JSON.
"""

from __future__ import annotations

import heapq
import json
import selectors
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import machine
from .load import _Connection

_LATE_S = 30.0


@dataclass(frozen=True)
class Group:
    """Phones that all do the same: ``connections`` of them, ``rate`` requests a second together."""

    name: str
    request: str
    connections: int
    rate: float


@dataclass(frozen=True)
class Heard:
    """What one group was answered; latencies in seconds from when each request was due."""

    statuses: dict[str, int]
    latencies: tuple[float, ...]


def crowd(host: str, port: int, groups: Sequence[Group], seconds: float) -> dict[str, Heard]:
    """Let them ask for so long; waits for every answer. Raises RuntimeError where the other process ended early."""
    job = json.dumps(
        {"host": host, "port": port, "seconds": seconds, "groups": [asdict(one) for one in groups]}
    )
    with machine.running_on(machine.LOAD):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.crowd"],
            input=job, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1], check=False,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the crowd ended with {done.returncode}; what it says is above")
    said = json.loads(done.stdout)
    return {name: Heard(one["statuses"], tuple(one["latencies"])) for name, one in said.items()}


# ── In the other process ──


class _Phone(_Connection):
    """A connection through a proxy that compresses, and so answers in chunks."""

    def receive(self) -> str | None:
        """Take in what is there; the status once the answer is whole. Raises ConnectionError."""
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError(f"the server hung up after {self._received[:200]!r}")
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self._received[:end].lower()
        if b"transfer-encoding: chunked" in head:
            whole = self._received.endswith(b"\r\n0\r\n\r\n")
        else:
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            whole = len(self._received) >= end + 4 + length
        return self._received[9:12].decode() if whole else None


class _Phones:
    """One group's connections: those that are free, and what is due."""

    def __init__(self, address: tuple[str, int], group: Group, began: float, seconds: float) -> None:
        self.request = group.request.encode()
        self.free = deque(_Phone(address) for _ in range(group.connections))
        self.due = deque(began + number / group.rate for number in range(int(group.rate * seconds)))
        self.statuses: Counter[str] = Counter()
        self.latencies: list[float] = []


def _drive(job: dict[str, Any]) -> dict[str, Any]:
    address = (job["host"], job["port"])
    groups = [Group(**one) for one in job["groups"]]
    # Everyone is connected before the first one asks.
    began = time.perf_counter() + 1 + sum(group.connections for group in groups) / 2_000
    crowds = {group.name: _Phones(address, group, began, job["seconds"]) for group in groups}
    turns = [(phones.due[0], name) for name, phones in crowds.items() if phones.due]
    heapq.heapify(turns)
    under_way = 0
    with selectors.DefaultSelector() as waiting:
        while turns or under_way:
            under_way += _ask_what_is_due(crowds, turns, waiting)
            until = max(0.0, turns[0][0] - time.perf_counter()) if turns else _LATE_S
            ready = waiting.select(min(until, _LATE_S))
            if not ready and not turns:
                raise TimeoutError("no answer came")
            under_way -= sum(_hear(crowds, waiting, key) for key, _events in ready)
    return {n: {"statuses": p.statuses, "latencies": p.latencies} for n, p in crowds.items()}


def _ask_what_is_due(
    crowds: dict[str, _Phones], turns: list[tuple[float, str]], waiting: selectors.BaseSelector
) -> int:
    asked = 0
    busy: list[tuple[float, str]] = []
    while turns and turns[0][0] <= time.perf_counter():
        due, name = heapq.heappop(turns)
        phones = crowds[name]
        if not phones.free:
            busy.append((due, name))
            continue
        connection = phones.free.popleft()
        connection.send(phones.request)
        connection.began = phones.due.popleft()  # late because others were: that counts
        waiting.register(connection.socket, selectors.EVENT_READ, (name, connection))
        asked += 1
        if phones.due:
            heapq.heappush(turns, (phones.due[0], name))
    for turn in busy:
        heapq.heappush(turns, turn)
    return asked


def _hear(crowds: dict[str, _Phones], waiting: selectors.BaseSelector, key: selectors.SelectorKey) -> int:
    name, connection = key.data
    status = connection.receive()
    if status is None:
        return 0
    phones = crowds[name]
    phones.latencies.append(time.perf_counter() - connection.began)
    phones.statuses[status] += 1
    waiting.unregister(connection.socket)
    phones.free.append(connection)
    return 1


if __name__ == "__main__":
    print(json.dumps(_drive(json.load(sys.stdin))))
