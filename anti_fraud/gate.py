"""The gate: is this attempt a fair try? It judges before the box is asked, and hands the box what only the box can count.

A check never talks to Redis. What must be counted it names as a ``Budget``, and the box counts it in the one round trip
that casts the ballot: so a Redis that is away refuses the ballot, and no check can fail open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from .policy import Action, Policy

_SEVERITY: dict[Action, int] = {"allow": 0, "challenge": 1, "hold": 2, "deny": 3}

Origin = Literal["same", "foreign", "unknown"]
Exceeded = Literal["refuse", "challenge"]
NEVER_FAILS_OPEN = "judges as always; the ballot itself is refused, since no box can take it"
COUNTED_BY_THE_BOX = "refuses: what it counts is counted in the round trip that would have cast the ballot"


class Attempt(NamedTuple):
    """One try to vote, as the gate sees it. No address and no identity comes this far, only tags that many share."""

    voter_tag: str
    channel: str
    address_tag: str = ""
    """One of 4 096 counters that addresses share, its first two letters one of 256 that prefixes share."""
    device_tag: str = ""
    """The address's counter divided further by the user agent."""
    user_agent: str = ""
    origin: Origin = "unknown"
    """Where the request says that it comes from, compared with the host that it went to."""
    dwell_ms: int | None = None
    """From the issue of the ballot form to now, by the server's clock; None where it cannot be known."""
    cookie_age_s: int | None = None
    """Since the voter's cookie was first made; None for one made before that was kept."""
    touches: int | None = None
    """Touches, clicks and keys on the page, as the page says; None where it says nothing."""
    traits: tuple[str, ...] = ()
    """Marks of a driven browser that the page's own script saw."""
    network_type: str = ""
    """By the offline table: mobile, broadband, office, hosting, overseas; empty where unknown."""
    share_forged: bool = False
    """Whether the page was opened by a share token that this service never signed."""
    kiosk: str = ""
    """The registered kiosk that the ballot comes from."""
    hold_instead: bool = False
    """Whether its browser runs no scripts and asks to have it held where a challenge would be asked."""


class Budget(NamedTuple):
    """At most ``limit`` within ``window_s`` seconds under one name."""

    name: str
    limit: int
    window_s: int
    exceeded: Exceeded = "refuse"
    counts: Literal["tries", "ballots", "held"] = "tries"
    """What is counted: every try, ballots that were taken, or those held because their browser runs no scripts."""
    spares_returning: bool = False
    """Whether it holds neither for nor against a voter who has cast a ballot on an earlier day."""


class Verdict(NamedTuple):
    """What the gate says, with machine-readable reasons and the budgets that the box must keep."""

    action: Action = "allow"
    reasons: tuple[str, ...] = ()
    budgets: tuple[Budget, ...] = ()
    harder: int = 0
    """How many bits a challenge gets on top of the policy's own."""
    denied_by: str = ""
    """The first check that denies, so that the voter can be told what to do about it."""


ALLOW = Verdict()


class Check(Protocol):
    """One rule about an attempt. Pure: the same attempt under the same policy gives the same verdict."""

    name: str
    """As policies and reasons name it."""
    redis_away: str
    """What it does when Redis cannot be reached. None of them allows."""

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """Judge it."""
        ...


class Gate:
    """Runs every check; the strictest action wins, reasons and budgets add up, the hardest challenge holds."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self.checks = tuple(checks)

    def judge(self, attempt: Attempt, policy: Policy) -> Verdict:
        """The verdict on one attempt."""
        action: Action = "allow"
        reasons: tuple[str, ...] = ()
        budgets: tuple[Budget, ...] = ()
        harder, denied_by = 0, ""
        for check in self.checks:
            verdict = check(attempt, policy)
            if verdict is ALLOW:
                continue
            if _SEVERITY[verdict.action] > _SEVERITY[action]:
                action = verdict.action
                denied_by = check.name if action == "deny" else ""
            reasons += verdict.reasons
            budgets += verdict.budgets
            harder = max(harder, verdict.harder)
        return Verdict(action, reasons, budgets, harder, denied_by)


def struck(name: str, policy: Policy, harder: int = 0) -> Verdict:
    """The verdict of a check whose rule is met: what the policy says of it. ``allow`` still leaves the reason, so that
    the evidence has it."""
    return Verdict(policy.actions[name], (name,), (), harder)
