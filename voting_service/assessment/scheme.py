"""How a campaign assesses, as plain values: its criteria with weights, sources and normalisations, from ``Campaign.plan``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from ..campaigns.criteria_words import HIGHEST, SHORTHAND, SOURCE_WORDS, Normalisation, Source

__all__ = ["HIGHEST", "SOURCE_WORDS", "Criterion", "Normalisation", "Scheme", "Source", "exact", "scheme_of"]


@dataclass(frozen=True)
class Criterion:
    """One part of the composite score."""

    key: str
    name: str
    weight: Fraction
    """In per cent; those of a scheme add up to 100."""
    source: Source
    highest: int = HIGHEST
    """The most points a judge gives; they may give 0 to this."""
    normalisation: Normalisation = "share_of_top"
    """How votes or figures become points of 100; of no meaning where judges score."""
    cap: int | None = None
    """Of ``capped_log``: whoever has so many, or more, has 100."""
    trim: int = 0
    """How many of the highest and how many of the lowest judges' scores are left out."""


@dataclass(frozen=True)
class Scheme:
    """Everything that the arithmetic needs to know of a campaign."""

    criteria: tuple[Criterion, ...]
    tie_break: tuple[str, ...] = ()
    """Keys of criteria: where composites are equal, more points in the first of these come first, then in the second …"""
    seats: int | None = None
    due: datetime | None = None
    """Until when judges hand in their sheets."""

    def by(self, source: Source) -> tuple[Criterion, ...]:
        """The criteria with this source, in order."""
        return tuple(criterion for criterion in self.criteria if criterion.source == source)

    def criterion(self, key: str) -> Criterion | None:
        """The criterion with this key."""
        return next((criterion for criterion in self.criteria if criterion.key == key), None)


def scheme_of(plan: Mapping[str, Any]) -> Scheme:
    """A campaign's scheme; without criteria where it declares neither ``criteria`` nor ``weights``."""
    declared = plan.get("assessment", {})
    due = declared.get("scores_due")
    criteria = tuple(_criteria(declared))
    keys = {criterion.key for criterion in criteria}
    return Scheme(
        criteria,
        # The short form may name one that weighs nothing, and is no criterion then.
        tuple(key for key in declared.get("tie_break", ()) if key in keys),
        declared.get("seats"),
        datetime.fromisoformat(due) if due else None,
    )


def _criteria(declared: Mapping[str, Any]) -> list[Criterion]:
    if "criteria" in declared:
        return [_criterion(one) for one in declared["criteria"]]
    return [
        Criterion(key, str(name), exact(declared["weights"].get(key, 0)), source)
        for key, (name, source) in SHORTHAND.items()
        if declared.get("weights", {}).get(key)
    ]


def _criterion(one: Mapping[str, Any]) -> Criterion:
    return Criterion(
        one["key"],
        one["name"],
        exact(one["weight"]),
        one["source"],
        one.get("highest", HIGHEST),
        one.get("normalisation", "share_of_top"),
        one.get("cap"),
        one.get("trim", 0),
    )


def exact(number: int | float | str) -> Fraction:
    """A number as it was written: 10.1 is 101/10, not the nearest double."""
    return Fraction(str(number))
