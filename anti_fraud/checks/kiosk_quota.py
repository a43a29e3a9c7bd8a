"""A registered kiosk has a quota of its own in place of what its address and its ever new cookies would meet."""

from __future__ import annotations

from ..gate import ALLOW, COUNTED_BY_THE_BOX, Attempt, Budget, Verdict
from ..policy import Policy

WINDOW_S = 3600


class KioskQuota:
    """One budget of ballots for each kiosk."""

    name = "kiosk_quota"
    redis_away = COUNTED_BY_THE_BOX

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """Beyond the quota the box refuses until the hour is over: a hall has no other way to be filled."""
        kiosk = policy.kiosks.get(attempt.kiosk)
        if kiosk is None:
            return ALLOW
        return Verdict(
            budgets=(Budget("kiosk:" + attempt.kiosk, kiosk.ballots_per_hour, WINDOW_S, counts="ballots"),)
        )
