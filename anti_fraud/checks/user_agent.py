"""A user agent that cannot be: WeChat's version against its own hexadecimal form, a program's name, or none at all."""

from __future__ import annotations

from ..gate import ALLOW, NEVER_FAILS_OPEN, Attempt, Verdict, struck
from ..policy import Policy
from ..user_agents import implausible


class UserAgent:
    """Strikes at what ``user_agents.implausible`` names."""

    name = "user_agent"
    redis_away = NEVER_FAILS_OPEN

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """The reason says which kind of implausible."""
        kind = implausible(attempt.user_agent)
        if kind is None:
            return ALLOW
        verdict = struck(self.name, policy, 1)
        return Verdict(verdict.action, (f"user_agent:{kind}",), (), verdict.harder)
