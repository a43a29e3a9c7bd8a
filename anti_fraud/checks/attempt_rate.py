"""How often one device and one address may try, whatever comes of it.

The address's ceiling is wide: a factory's 3 000 workers vote behind one address in their lunch break. The device's is
narrow: a person needs a handful of tries. Beyond them the box refuses; long before, other checks ask for a challenge.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..gate import COUNTED_BY_THE_BOX, Attempt, Budget, Verdict
from ..policy import Policy


@dataclass(frozen=True)
class AttemptRate:
    """Ceilings as (limit, window in seconds)."""

    device: tuple[int, int]
    address: tuple[int, int]
    name = "attempt_rate"
    redis_away = COUNTED_BY_THE_BOX

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """Allows; the box counts."""
        return Verdict(
            budgets=(
                Budget("device:" + attempt.voter_tag, *self.device),
                Budget("address:" + attempt.address_tag, *self.address),
            )
        )
