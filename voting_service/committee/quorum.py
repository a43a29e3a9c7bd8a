"""Quorum and threshold, exactly: so many of the members present, so many of those present in favour. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

PRESENT, AGREE = "2/3", "1/2"
"""Where ``[committee]`` does not say."""


@dataclass(frozen=True)
class QuorumRule:
    """``[committee]`` of campaign.toml: ``present = "2/3"`` is at least, ``agree = "1/2"`` is more than."""

    present: Fraction
    """Of all members, at least so many must be present (出席 ≥ 2/3)."""
    agree: Fraction
    """Of those present, more than so many must be in favour (同意 > 1/2)."""

    def present_needed(self, members: int) -> int:
        """As few must be present: the smallest whole number with ``n ≥ present × members``, and never fewer than two."""
        return max(2, ceil(self.present * members))

    def agree_needed(self, present: int) -> int:
        """As few must agree: the smallest whole number with ``n > agree × present``."""
        return floor(self.agree * present) + 1


def quorum_of(plan: Mapping[str, Any]) -> QuorumRule:
    """A campaign's rule, from ``Campaign.plan``."""
    declared = plan.get("committee", {})
    return QuorumRule(Fraction(declared.get("present", PRESENT)), Fraction(declared.get("agree", AGREE)))
