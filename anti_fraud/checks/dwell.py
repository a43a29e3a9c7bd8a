"""A ballot that comes sooner after its form than a hand can read and tap. Measured by the server, from issue to ballot."""

from __future__ import annotations

from ..gate import ALLOW, NEVER_FAILS_OPEN, Attempt, Verdict, struck
from ..policy import Policy


class Dwell:
    """Strikes below the policy's ``min_dwell_ms``."""

    name = "dwell"
    redis_away = NEVER_FAILS_OPEN

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """Where the time is unknown, nothing."""
        hasty = attempt.dwell_ms is not None and attempt.dwell_ms < policy.min_dwell_ms
        return struck(self.name, policy) if hasty else ALLOW
