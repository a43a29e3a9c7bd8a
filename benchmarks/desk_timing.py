"""One address of the desk, asked several times: milliseconds, processor time and SQL statements of the server's work."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Engine, event
from werkzeug.routing import Rule
from werkzeug.test import Client, TestResponse

QUERY = "?"
"""The name under which the parts of an address have its query."""
_FEW = 3
_SAID = 200
_SHOWN = ("text/html", "application/json", "image/svg+xml")
"""What a browser shows as a page; everything else is taken away."""


@dataclass(frozen=True)
class Timed:
    """One address, asked with some parts; medians."""

    address: str
    cpu_ms: float
    """Processor time of the whole process: the server's work, whatever else the machine does. The database is in it, being
    SQLite; Redis and waiting are not."""
    took_ms: float
    """By the clock on the wall."""
    statements: int
    empty_ms: float | None
    """``cpu_ms`` of the same page of a campaign without ballots; None where it has none."""
    is_file: bool
    """To be taken away, as long as the ledger may be: told, not bound by the promise."""
    bytes: int
    when: str

    def is_slower_than(self, other: Timed | None) -> bool:
        """Whether this is what is told of the address. One that is a file once is a file."""
        return other is None or (self.is_file, self.cpu_ms) > (other.is_file, other.cpu_ms)


@dataclass(frozen=True)
class Visitor:
    """Who asks, for what, and in which act."""

    client: Client
    rule: Rule
    when: str
    rounds: int
    follows: bool
    """Goes where the address leads."""


@dataclass(frozen=True)
class _Round:
    took_ms: float
    cpu_ms: float
    statements: int
    is_file: bool
    bytes: int


def visit(visitor: Visitor, parts: Mapping[str, Any], empty: str | None) -> Timed | None:
    """Ask for one page; None where nothing stands there now. ``empty``: the campaign to compare with, if any."""
    found = _rounds(visitor, parts)
    if found is None:
        return None
    beside = None
    if empty is not None and "slug" in parts and not found.is_file:
        beside = _rounds(visitor, {**parts, "slug": empty})
    return Timed(
        visitor.rule.rule, found.cpu_ms, found.took_ms, found.statements, beside.cpu_ms if beside else None,
        found.is_file, found.bytes, visitor.when,
    )  # fmt: skip


def _path(rule: Rule, parts: Mapping[str, Any]) -> str:
    built = rule.build({name: part for name, part in parts.items() if name != QUERY})
    if built is None:
        raise RuntimeError(f"no address can be built for {rule.rule}")
    return built[1] + (f"?{urlencode(parts[QUERY])}" if QUERY in parts else "")


def _rounds(visitor: Visitor, parts: Mapping[str, Any]) -> _Round | None:
    """The median; the first round, which compiles templates and opens connections, is not counted. A file is taken away
    a few times: it may be as long as the ledger."""
    path, rounds = _path(visitor.rule, parts), list[_Round]()
    while True:
        made = _one(visitor, path)
        if made is None:
            return None
        rounds.append(made)
        if len(rounds) > (min(_FEW, visitor.rounds) if made.is_file else visitor.rounds):
            break
    counted = rounds[1:]
    return _Round(
        statistics.median(one.took_ms for one in counted), statistics.median(one.cpu_ms for one in counted),
        max(one.statements for one in counted), made.is_file, made.bytes,
    )  # fmt: skip


def _one(visitor: Visitor, path: str) -> _Round | None:
    with _statements() as said:
        before, cpu = time.perf_counter(), time.process_time()
        response = visitor.client.get(path, follow_redirects=visitor.follows)
        length = sum(map(len, response.response)) if response.is_streamed else len(response.get_data())
        took, cpu = time.perf_counter() - before, time.process_time() - cpu
    response.close()
    if response.status_code != _SAID:
        return None
    return _Round(took * 1000, cpu * 1000, len(said), _is_file(response), length)


def _is_file(response: TestResponse) -> bool:
    disposition = response.headers.get("Content-Disposition", "")
    return disposition.startswith("attachment") or response.mimetype not in _SHOWN


@contextmanager
def _statements() -> Iterator[list[str]]:
    """Every statement that any engine of this process executes."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)
