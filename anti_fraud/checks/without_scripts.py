"""Ballots that are held because their browser runs no scripts: they cost no work, so an address may cast only so many.

Held ballots are shown to the public. Without a limit somebody could fill a rival's figure with them at no cost at all.
"""

from __future__ import annotations

from ..gate import ALLOW, COUNTED_BY_THE_BOX, Attempt, Budget, Verdict
from ..policy import Policy

WINDOW_S = 3600


class WithoutScripts:
    """One budget of ballots by address, for those that ask to be held in place of a challenge."""

    name = "without_scripts"
    redis_away = COUNTED_BY_THE_BOX

    def __call__(self, attempt: Attempt, policy: Policy) -> Verdict:
        """Beyond it the box refuses for the hour, and says until when; with scripts the way stays open."""
        if not attempt.hold_instead:
            return ALLOW
        budget = Budget("held:" + attempt.address_tag, policy.held_ballots_per_hour, WINDOW_S, counts="held")
        return Verdict(budgets=(budget,))
