"""New device cookies by the dozen from one address and one kind of browser: what clearing cookies looks like.

The challenge doubles with each doubling of their number. A unit that votes for the first time looks the same at the
door; it pays with a second or two of its telephones' time. A cookie that was let lie for a while is no less new: only
a voter who has cast a ballot on an earlier day is spared.
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
        """A budget where a cookie is what vouches for the voter; a kiosk's are new by design, and have a quota."""
        if attempt.channel != "browser" or attempt.kiosk:
            return ALLOW
        aged = attempt.cookie_age_s is None or attempt.cookie_age_s >= policy.new_device_s
        limit = policy.new_devices_per_hour
        name = "new:" + attempt.device_tag
        return Verdict(
            budgets=(Budget(name, limit, WINDOW_S, "challenge", "ballots", spares_returning=aged),)
        )
