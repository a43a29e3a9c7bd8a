"""The journal's chain: each entry carries a hash over itself and the one before. Pure; a stranger could port it.

An entry as one line: a JSON object with the keys ``act``, ``actor``, ``at`` (RFC 3339, milliseconds, Z), ``details`` (JSON text,
as it was written), ``number``, ``previous``, ``sha256``, ``subject``. ``sha256`` is SHA-256 in lower-case hexadecimal over the
same object without it: UTF-8, keys sorted, no spaces, no escapes but those that JSON demands. ``previous`` is the ``sha256``
of the entry before, 64 zeros in the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

GENESIS = "0" * 64
"""What the first entry has in place of the one before."""

Fault = Literal["number", "previous", "sha256"]


class Link(NamedTuple):
    """One entry of the chain."""

    number: int
    at: str
    actor: str
    act: str
    subject: str
    details: str
    previous: str
    sha256: str = ""


class Broken(NamedTuple):
    """The first place at which a chain does not hold."""

    number: int
    fault: Fault
    """``number``: not the one that follows; ``previous``: does not go on from the entry before; ``sha256``: says something else
    than when it was written."""


def linked(link: Link) -> Link:
    """The entry with its hash."""
    return link._replace(sha256=digest(link))


def digest(link: Link) -> str:
    """Its hash, whatever ``sha256`` it carries."""
    fields = link._asdict()
    del fields["sha256"]
    return hashlib.sha256(_canonical(fields)).hexdigest()


def first_broken(links: Iterable[Link]) -> Broken | None:
    """Where a chain, or a piece of one in order, does not hold; None where it holds. A piece that begins later is believed
    about what was before it."""
    before: Link | None = None
    for link in links:
        number, previous = (before.number + 1, before.sha256) if before else _start(link)
        if link.number != number:
            return Broken(number, "number")
        if link.previous != previous:
            return Broken(number, "previous")
        if link.sha256 != digest(link):
            return Broken(number, "sha256")
        before = link
    return None


def _start(link: Link) -> tuple[int, str]:
    return (link.number, link.previous) if link.number > 1 else (1, GENESIS)


def to_line(link: Link) -> str:
    """As an export writes it, without the line's end."""
    return _canonical(link._asdict()).decode()


def from_line(line: str) -> Link:
    """Read such a line. Raises ValueError."""
    found: Any = json.loads(line)
    if not isinstance(found, dict) or set(found) != set(Link._fields):
        raise ValueError("not an entry of a journal")
    for name, value in found.items():
        if type(value) is not (int if name == "number" else str):
            raise ValueError(f"{name} is of another kind")
    return Link(**found)


def _canonical(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
