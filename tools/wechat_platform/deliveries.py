"""What was sent to the account's server, each attempt, and what came back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from .replies import Reply

TIMEOUT_S = 5.0


class Request(NamedTuple):
    """What is sent: the same in every attempt, but for the URL's own signature."""

    query: dict[str, str]
    body: bytes


@dataclass
class Attempt:
    """One try."""

    seconds: float
    status: int | None = None
    flag: str = ""
    """``late``, ``unreachable`` or ``status``; empty where an answer came in time."""
    body: bytes = field(default=b"", repr=False)

    def document(self) -> dict[str, Any]:
        """For the control API."""
        return {**asdict(self), "body": self.body.decode("utf-8", "replace")[:4_000]}


@dataclass
class Delivery:
    """A message, what was tried, and what came back."""

    message: dict[str, str]
    request: Request
    attempts: list[Attempt]
    reply: Reply

    def document(self) -> dict[str, Any]:
        """For the control API."""
        return {
            "message": self.message,
            "request": {"query": self.request.query, "body": self.request.body.decode()},
            "attempts": [attempt.document() for attempt in self.attempts],
            "reply": self.reply.document(),
        }
