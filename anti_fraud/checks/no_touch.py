"""A page that says of itself that nobody touched it, clicked or pressed a key. One that says nothing is not judged."""

from __future__ import annotations

from ..gate import ALLOW, NEVER_FAILS_OPEN, Attempt, Verdict, struck
from ..policy import Policy


class NoTouch:
    """Strikes at zero touches."""

    name = "no_touch"
    redis_away = NEVER_FAILS_OPEN

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """A number is needed to strike."""
        return struck(self.name, policy) if attempt.touches == 0 else ALLOW
