"""New device cookies by the dozen from one address and one kind of browser: what clearing cookies looks like.

The challenge doubles with each doubling of their number. A unit that votes for the first time looks the same at the
door; it pays with a second or two of its telephones' time.
"""

from __future__ import annotations

from ..gate import ALLOW, COUNTED_BY_THE_BOX, Attempt, Budget, Verdict
from ..policy import Policy

WINDOW_S = 3600


class NewDevices:
    """One budget of ballots by young cookies."""

    name = "new_devices"
    redis_away = COUNTED_BY_THE_BOX

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """A budget where a cookie is what vouches for the voter and is young; a kiosk's are young by design."""
        known = attempt.channel != "browser" or attempt.kiosk or attempt.cookie_age_s is None
        if known or (attempt.cookie_age_s or 0) >= policy.new_device_s:
            return ALLOW
        budget = Budget(
            "new:" + attempt.device_tag, policy.new_devices_per_hour, WINDOW_S, "challenge", "ballots"
        )
        return Verdict(budgets=(budget,))
