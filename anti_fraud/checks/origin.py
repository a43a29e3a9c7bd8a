"""A ballot that another site's page has the browser send. The form is bound to the session and the cookie is Lax; this
is the third lock on that door, and the only one that names the attack."""

from __future__ import annotations

from ..gate import ALLOW, NEVER_FAILS_OPEN, Attempt, Verdict, struck
from ..policy import Policy


class RequestOrigin:
    """Strikes at an origin that is not our own. Browsers before 2016 send none: they are not judged."""

    name = "origin"
    redis_away = NEVER_FAILS_OPEN

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """Denied by default: no honest page ever does this."""
        return struck(self.name, policy) if attempt.origin == "foreign" else ALLOW
