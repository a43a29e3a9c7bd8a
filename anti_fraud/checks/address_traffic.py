"""Many ballots a minute from one address or prefix: new devices there are challenged, nobody is refused.

A lunch break looks like this too, and a challenge costs a person nothing. Devices that the service has known for long
pass: a factory votes every day with the same telephones, a script that clears its cookies does not. A cookie's age alone
is not enough, since cookies can be collected days ahead: its voter must have voted before today.
"""

from __future__ import annotations

from ..gate import ALLOW, COUNTED_BY_THE_BOX, Attempt, Budget, Verdict
from ..policy import Policy

WINDOW_S = 60


class AddressTraffic:
    """Budgets of ballots, by address and by prefix."""

    name = "address_traffic"
    redis_away = COUNTED_BY_THE_BOX

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """Nothing for a kiosk, which has a quota of its own; else two budgets, which spare a settled device."""
        if attempt.kiosk or not attempt.address_tag:
            return ALLOW
        settled = attempt.cookie_age_s is None or attempt.cookie_age_s >= policy.settled_device_s
        address, prefix = policy.address_ballots_per_minute, policy.prefix_ballots_per_minute
        tag = attempt.address_tag
        # Written out: this is asked of every ballot, and a loop over two would cost as much again.
        return Verdict(
            budgets=(
                Budget("from:" + tag, address, WINDOW_S, "challenge", "ballots", settled),
                Budget("near:" + tag[:2], prefix, WINDOW_S, "challenge", "ballots", settled),
            )
        )
