"""The order of composite scores: exact, with the declared tie-break, and places shared where nothing tells two apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .composite import Composite
from .scheme import Scheme


@dataclass(frozen=True)
class Ranked:
    """One candidate in the order of composite scores."""

    place: int
    """1, 2, 3 …; equal where neither score nor tie-break tells two apart."""
    number: int
    composite: Fraction
    """Out of 100, exact."""
    parts: Mapping[str, Fraction]
    """Criterion → weighted points; they add up to ``composite``."""


def rank(scheme: Scheme, scores: Iterable[Composite]) -> tuple[Ranked, ...]:
    """Best first; two who share a place stand in the order of their numbers, which decides nothing."""

    def key(one: Composite) -> tuple[Fraction, ...]:
        return (one.total, *(one.points[name] for name in scheme.tie_break))

    ordered = sorted(scores, key=lambda one: one.number)
    ordered.sort(key=key, reverse=True)
    places: list[int] = []
    for position, one in enumerate(ordered):
        shared = position > 0 and key(one) == key(ordered[position - 1])
        places.append(places[-1] if shared else position + 1)
    return tuple(
        Ranked(place, one.number, one.total, one.parts) for place, one in zip(places, ordered, strict=True)
    )


@dataclass(frozen=True)
class Seated:
    """Who the ranking alone would put on the list."""

    sure: frozenset[int]
    tied: frozenset[int]
    """They share the place at which the seats run out: the ranking cannot say which of them."""

    @property
    def possible(self) -> frozenset[int]:
        """Everyone who might be on it."""
        return self.sure | self.tied


def seated(ranked: Sequence[Ranked], seats: int) -> Seated:
    """The first ``seats`` places; where a shared place straddles the last of them, its holders are ``tied``."""
    inside = ranked[:seats]
    if len(ranked) <= seats or not inside or ranked[seats].place != inside[-1].place:
        return Seated(frozenset(one.number for one in inside), frozenset())
    boundary = inside[-1].place
    return Seated(
        frozenset(one.number for one in inside if one.place != boundary),
        frozenset(one.number for one in ranked if one.place == boundary),
    )
