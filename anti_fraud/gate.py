"""The gate: is this attempt a fair try? It judges before the box is asked, and hands the box the limits to enforce.

A check never talks to Redis itself. What must be counted it names as a ``Budget``, and the box counts it in the one
round trip that casts the ballot: so a Redis that is away refuses the ballot, and no check can fail open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

Action = Literal["allow", "challenge", "hold", "deny"]
_SEVERITY: dict[Action, int] = {"allow": 0, "challenge": 1, "hold": 2, "deny": 3}


class Attempt(NamedTuple):
    """One try to vote, as the gate sees it. Tags are keyed digests: no address and no identity comes this far."""

    campaign: str
    voter_tag: str
    address_tag: str
    channel: str
    user_agent: str


class Budget(NamedTuple):
    """At most ``limit`` attempts in ``window_s`` seconds under one name."""

    name: str
    limit: int
    window_s: int


@dataclass(frozen=True)
class Verdict:
    """What the gate says, with machine-readable reasons and the budgets that the box must keep."""

    action: Action = "allow"
    reasons: tuple[str, ...] = ()
    budgets: tuple[Budget, ...] = ()


class Check(Protocol):
    """One rule about an attempt. Pure: the same attempt gives the same verdict."""

    def __call__(self, attempt: Attempt) -> Verdict:
        """Judge it."""
        ...


class Gate:
    """Runs every check; the strictest action wins, reasons and budgets add up."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._checks = tuple(checks)

    def judge(self, attempt: Attempt) -> Verdict:
        """The verdict on one attempt."""
        verdicts = [check(attempt) for check in self._checks]
        actions: list[Action] = ["allow", *(verdict.action for verdict in verdicts)]
        action = max(actions, key=_SEVERITY.__getitem__)
        return Verdict(
            action,
            tuple(reason for verdict in verdicts for reason in verdict.reasons),
            tuple(budget for verdict in verdicts for budget in verdict.budgets),
        )
