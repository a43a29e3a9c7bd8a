"""From judges' scores, votes and figures to composite scores out of 100: fractions from end to end, rounded only to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from .normalise import FULL, points_of
from .scheme import Criterion, Scheme

SHOWN_DECIMALS = 4
LEAST_LEFT = 3
"""So many scores remain when the highest and lowest are left out; where judges are too few for that, fewer are left out."""

Sheet = Mapping[int, Mapping[str, Fraction]]
"""One judge: candidate → criterion → points. What they did not score, standing aside for instance, is absent."""


@dataclass(frozen=True)
class Material:
    """All that was scored, counted and entered, of those who are still candidates."""

    numbers: tuple[int, ...]
    sheets: tuple[Sheet, ...]
    values: Mapping[str, Mapping[int, Fraction]] = field(default_factory=dict)
    """Criterion (of votes, or a figure) → candidate → votes or figure; a candidate who is absent has 0."""


@dataclass(frozen=True)
class Composite:
    """One candidate's score with its parts."""

    number: int
    total: Fraction
    parts: Mapping[str, Fraction]
    """Criterion → points times weight."""
    points: Mapping[str, Fraction]
    """Criterion → points of 100."""


def composites(scheme: Scheme, material: Material) -> tuple[Composite, ...]:
    """Everyone's, by number. A criterion of which nothing is known (nobody has scored a candidate, say) counts 0."""
    return weighted(scheme, criterion_points(scheme, material), material.numbers)


def weighted(
    scheme: Scheme, points: Mapping[str, Mapping[int, Fraction]], numbers: Iterable[int]
) -> tuple[Composite, ...]:
    """The same from points that are known already: a scheme whose weights alone are others has the same."""
    return tuple(_weighted(scheme, points, number) for number in sorted(numbers))


def _weighted(scheme: Scheme, points: Mapping[str, Mapping[int, Fraction]], number: int) -> Composite:
    own = {criterion.key: points[criterion.key].get(number, Fraction(0)) for criterion in scheme.criteria}
    parts = {criterion.key: own[criterion.key] * criterion.weight / FULL for criterion in scheme.criteria}
    return Composite(number, sum(parts.values(), Fraction(0)), parts, own)


def criterion_points(scheme: Scheme, material: Material) -> dict[str, dict[int, Fraction]]:
    """Criterion → candidate → points of 100."""
    return {criterion.key: points_for(criterion, material) for criterion in scheme.criteria}


def points_for(criterion: Criterion, material: Material) -> dict[int, Fraction]:
    """Candidate → points of 100 for one criterion."""
    if criterion.source == "judges":
        means = {
            number: trimmed_mean(scores_of(material.sheets, number, criterion.key), criterion.trim)
            for number in material.numbers
        }
        return {number: FULL * mean / criterion.highest for number, mean in means.items() if mean is not None}
    known = material.values.get(criterion.key, {})
    return points_of(criterion, {number: known.get(number, Fraction(0)) for number in material.numbers})


def scores_of(sheets: Iterable[Sheet], number: int, key: str) -> list[Fraction]:
    """What the judges gave one candidate for one criterion; who stood aside is not among it."""
    found = (sheet.get(number, {}).get(key) for sheet in sheets)
    return [points for points in found if points is not None]


def left_out(judges: int, trim: int) -> int:
    """How many of the highest, and how many of the lowest, of so many scores are left out: ``trim``, or as many as leave
    three; none of four or fewer."""
    return max(0, min(trim, (judges - LEAST_LEFT) // 2))


def trimmed_mean(scores: Sequence[Fraction], trim: int) -> Fraction | None:
    """The mean of what remains; None where nobody scored."""
    if not scores:
        return None
    out = left_out(len(scores), trim)
    kept = sorted(scores)[out : len(scores) - out]
    return sum(kept, Fraction(0)) / len(kept)


def shown(value: Fraction, decimals: int = SHOWN_DECIMALS) -> str:
    """Rounded half up (四舍五入) to be read; ``value`` ≥ 0."""
    scaled = value * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    text = str(whole).rjust(decimals + 1, "0")
    return f"{text[:-decimals]}.{text[-decimals:]}" if decimals else text
