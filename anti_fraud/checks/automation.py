"""Marks of a browser that a program drives, as the page's own script saw them. A script can hide them: hence a challenge
and a line in the evidence, never a gate of their own."""

from __future__ import annotations

from ..gate import ALLOW, NEVER_FAILS_OPEN, Attempt, Verdict, struck
from ..policy import Policy

HARDER = 2


class Automation:
    """Strikes at any trait."""

    name = "automation"
    redis_away = NEVER_FAILS_OPEN

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """Harder by two bits: who drives one browser drives many."""
        return struck(self.name, policy, HARDER) if attempt.traits else ALLOW
