"""Votes and figures as points of 100, exactly. Each way is a formula that fits on the sheet, and the spreadsheet has the same.

No candidate with more than another ever has fewer points; nobody's points depend on the order of the candidates.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from ..campaigns.criteria_words import NORMALISATION_WORDS
from ..text import Text, _
from .scheme import Criterion, Normalisation

FULL = Fraction(100)
LOG_DECIMALS = 6
_MICRO = Decimal(1).scaleb(-LOG_DECIMALS)
_PRECISE = Context(prec=40)

_FORMULAS: Mapping[Normalisation, Text] = {
    "share_of_top": _("得分 = 100 × 本人的数 ÷ 最多者的数"),
    "rank_points": _("得分 = 100 ×（人数 − 名次 + 1）÷ 人数，名次 = 1 + 数更多的人数"),
    "capped_log": _("得分 = 100 × lg(1 + 本人的数，最多算到封顶数) ÷ lg(1 + 封顶数)"),
}
WAYS: Mapping[Normalisation, tuple[Text, Text, Text]] = {
    way: (*NORMALISATION_WORDS[way], formula) for way, formula in _FORMULAS.items()
}
"""Name, one sentence, formula."""


def points_of(criterion: Criterion, values: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """Candidate → points of 100, from everyone's votes or figures (none below 0)."""
    if criterion.normalisation == "rank_points":
        return rank_points(values)
    if criterion.normalisation == "capped_log":
        return capped_log(values, criterion.cap or 1)
    return share_of_top(values)


def share_of_top(values: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """``100 × value ÷ highest value``; 0 for everyone where the highest is 0."""
    top = max(values.values(), default=Fraction(0))
    return {number: FULL * value / top if top else Fraction(0) for number, value in values.items()}


def rank_points(values: Mapping[int, Fraction]) -> dict[int, Fraction]:
    """``100 × (n − r + 1) ÷ n`` of n candidates, where r is one more than how many have more; 0 for a value of 0."""
    n = len(values)

    def points(value: Fraction) -> Fraction:
        place = 1 + sum(other > value for other in values.values())
        return FULL * (n - place + 1) / n if value else Fraction(0)

    return {number: points(value) for number, value in values.items()}


def capped_log(values: Mapping[int, Fraction], cap: int) -> dict[int, Fraction]:
    """``100 × L(min(value, cap)) ÷ L(cap)``, with ``L`` as ``log_of_one_more`` has it; ``cap`` ≥ 1."""
    full = log_of_one_more(Fraction(cap))
    return {
        number: FULL * log_of_one_more(min(value, Fraction(cap))) / full for number, value in values.items()
    }


def log_of_one_more(value: Fraction) -> Fraction:
    """log10(1 + value), the only number here that is not rational: computed to 40 digits and rounded half-even to 6
    decimals, and exact from there on. ``value`` ≥ 0."""
    inside = value + 1
    argument = _PRECISE.divide(Decimal(inside.numerator), Decimal(inside.denominator))
    return Fraction(_PRECISE.log10(argument).quantize(_MICRO, ROUND_HALF_EVEN, context=_PRECISE))
