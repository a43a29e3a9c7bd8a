"""How often one device and one address may try.

The address's budget is wide: a factory's 3 000 workers vote behind one address in their lunch break. The device's is
narrow: a person needs a handful of tries. With Redis away the box refuses the ballot, and so does this check.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..gate import Attempt, Budget, Verdict


@dataclass(frozen=True)
class AttemptRate:
    """Budgets as (limit, window in seconds)."""

    device: tuple[int, int]
    address: tuple[int, int]

    def __call__(self, attempt: Attempt) -> Verdict:
        """Allows; the box counts."""
        return Verdict(
            budgets=(
                Budget(f"device:{attempt.voter_tag}", *self.device),
                Budget(f"address:{attempt.address_tag}", *self.address),
            )
        )
