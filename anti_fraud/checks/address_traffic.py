"""Many ballots a minute from one address or prefix: new devices there are challenged, nobody is refused.

A lunch break looks like this too, and a challenge costs a person nothing. Devices that the service has known for long
pass: a factory votes every day with the same telephones, a script that clears its cookies does not.
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
        """Nothing for a settled device or a kiosk, which has a quota of its own; else two budgets."""
        settled = attempt.cookie_age_s is None or attempt.cookie_age_s >= policy.settled_device_s
        if settled or attempt.kiosk or not attempt.address_tag:
            return ALLOW
        prefix, address = attempt.address_tag[:2], attempt.address_tag
        return Verdict(
            budgets=(
                Budget(
                    f"from:{address}", policy.address_ballots_per_minute, WINDOW_S, "challenge", "ballots"
                ),
                Budget(f"near:{prefix}", policy.prefix_ballots_per_minute, WINDOW_S, "challenge", "ballots"),
            )
        )
