"""Would the list be another one if votes weighed nothing, 20 % or 40 %, or if the held ballots had counted? Exact, as the
ranking itself is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from .composite import Material, criterion_points, points_for, weighted
from .normalise import FULL
from .ranking import Seated, rank, seated
from .scheme import Scheme

Points = Mapping[str, Mapping[int, Fraction]]
"""Criterion → candidate → points of 100."""
VOTE_WEIGHTS = (Fraction(0), Fraction(20), Fraction(40))
"""In per cent."""


@dataclass(frozen=True)
class Scenario:
    """What would be otherwise."""

    vote_weight: Fraction | None
    """In per cent; None: as declared."""
    with_held: bool
    entering: tuple[int, ...]
    """Who would be on the list, or tie for its last place, and is not or does not now."""
    leaving: tuple[int, ...]
    tied: tuple[int, ...]
    """Who would tie for the last place."""

    @property
    def changes(self) -> bool:
        """Whether anybody would enter or leave."""
        return bool(self.entering or self.leaving)


def scenarios(
    scheme: Scheme, material: Material, held: Mapping[int, int], *, seats: int
) -> tuple[Scenario, ...]:
    """Each of them. ``held``: candidate → held ballots that chose them. Nothing to say without a criterion of votes, nor
    of weights where votes are everything."""
    votes = scheme.by("votes")
    if not votes:
        return ()
    # Exact means are what takes long: what judges' points come to is the same in each of them.
    points = criterion_points(scheme, material)

    def list_by(wanted: Scheme, known: Points) -> Seated:
        return seated(rank(wanted, weighted(wanted, known, material.numbers)), seats)

    now = list_by(scheme, points)
    found = [
        _compared(now, list_by(reweighted, points), weight, False)
        for weight in VOTE_WEIGHTS
        if (reweighted := with_vote_weight(scheme, weight)) is not None
    ]
    more = _counting(material, [criterion.key for criterion in votes], held)
    counted = {**points, **{criterion.key: points_for(criterion, more) for criterion in votes}}
    return (*found, _compared(now, list_by(scheme, counted), None, True))


def with_vote_weight(scheme: Scheme, weight: Fraction) -> Scheme | None:
    """The same scheme with votes at another weight and all other criteria in proportion; None where there are no others, or
    no votes, to take it from or give it to."""
    votes = sum((criterion.weight for criterion in scheme.by("votes")), Fraction(0))
    others = FULL - votes
    if not votes or not others:
        return None

    def scaled(source: str, old: Fraction) -> Fraction:
        return old * weight / votes if source == "votes" else old * (FULL - weight) / others

    return replace(
        scheme,
        criteria=tuple(replace(one, weight=scaled(one.source, one.weight)) for one in scheme.criteria),
    )


def _compared(now: Seated, then: Seated, weight: Fraction | None, with_held: bool) -> Scenario:
    return Scenario(
        weight,
        with_held,
        tuple(sorted(then.possible - now.possible)),
        tuple(sorted(now.possible - then.possible)),
        tuple(sorted(then.tied)),
    )


def _counting(material: Material, keys: Iterable[str], held: Mapping[int, int]) -> Material:
    more = {
        key: {
            number: material.values.get(key, {}).get(number, Fraction(0)) + held.get(number, 0)
            for number in material.numbers
        }
        for key in keys
    }
    return replace(material, values={**material.values, **more})
