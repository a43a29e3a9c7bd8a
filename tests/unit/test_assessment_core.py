"""The arithmetic of the assessment: vectors worked out by hand, and what must hold of every scheme and every sheet."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import log10
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.assessment.composite import (
    Composite,
    Material,
    composites,
    left_out,
    shown,
    trimmed_mean,
)
from voting_service.assessment.normalise import (
    capped_log,
    log_of_one_more,
    points_of,
    rank_points,
    share_of_top,
)
from voting_service.assessment.ranking import Seated, rank, seated
from voting_service.assessment.scheme import Criterion, Scheme, exact, scheme_of
from voting_service.assessment.sensitivity import scenarios, with_vote_weight

F = Fraction


def values(*given: Any) -> dict[int, Fraction]:
    """Candidate 1, 2, 3 … → value."""
    return {number: exact(value) for number, value in enumerate(given, 1)}


# ---- vectors


def test_share_of_top() -> None:
    assert share_of_top(values(200, 50, 0)) == values(100, 25, 0)
    assert share_of_top(values(0, 0)) == values(0, 0), "no votes at all divide nothing by nothing"
    assert share_of_top({}) == {}


def test_rank_points_share_a_place_and_give_nothing_for_nothing() -> None:
    assert rank_points(values(9, 5, 5, 1, 0)) == values(100, 80, 80, 40, 0)
    assert rank_points(values(0, 0)) == values(0, 0)


def test_the_capped_log_is_rounded_half_even_to_six_decimals() -> None:
    assert log_of_one_more(F(0)) == 0
    assert log_of_one_more(F(9)) == 1
    assert log_of_one_more(F(1)) == F(301030, 10**6)
    assert log_of_one_more(F(2)) == F(477121, 10**6)
    assert log_of_one_more(F(1, 3)) == F(124939, 10**6)
    assert capped_log(values(0, 9, 99, 12345), 99) == values(0, 50, 100, 100)
    assert capped_log(values(1), 2) == {1: F(100 * 301030, 477121)}


@pytest.mark.parametrize(
    ("judges", "trim", "expected"),
    [(0, 1, 0), (1, 1, 0), (4, 1, 0), (5, 1, 1), (6, 2, 1), (7, 2, 2), (9, 0, 0), (30, 10, 10)],
)
def test_three_scores_always_remain(judges: int, trim: int, expected: int) -> None:
    assert left_out(judges, trim) == expected


def test_the_trimmed_mean() -> None:
    assert trimmed_mean([F(90), F(60), F(80), F(100), F(70)], 1) == 80
    assert trimmed_mean([F(90), F(60)], 1) == 75, "too few: none is left out"
    assert trimmed_mean([], 1) is None


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (F(1, 3), 4, "0.3333"),
        (F(2, 3), 4, "0.6667"),
        (F(12345, 10**5), 4, "0.1235"),
        (F(12344999, 10**8), 4, "0.1234"),
        (F(100), 4, "100.0000"),
        (F(1, 2), 0, "1"),
    ],
)
def test_what_is_shown_is_rounded_half_up(value: Fraction, decimals: int, text: str) -> None:
    assert shown(value, decimals) == text


SCHEME = Scheme(
    (
        Criterion("deeds", "事迹", F(60), "judges", highest=50, trim=1),
        Criterion("media", "社会反响", F(10), "figure", normalisation="rank_points"),
        Criterion("votes", "网络投票", F(30), "votes"),
    ),
    tie_break=("deeds",),
    seats=2,
)


def test_a_whole_assessment_by_hand() -> None:
    sheets = tuple({1: {"deeds": F(score)}, 2: {"deeds": F(40)}} for score in (50, 40, 30, 20, 10))
    material = Material((1, 2, 3), sheets, {"votes": values(100, 50, 0), "media": values(0, 3, 1)})
    one, two, three = composites(SCHEME, material)
    assert one.points == {"deeds": 60, "media": 0, "votes": 100}
    assert one.parts == {"deeds": 36, "media": 0, "votes": 30}
    assert (one.total, two.total) == (66, F(4800, 100) + 10 + 15)
    assert three.points == {"deeds": 0, "media": F(200, 3), "votes": 0}, (
        "nobody scored 3: nothing, not an error"
    )
    assert [(r.place, r.number) for r in rank(SCHEME, (one, two, three))] == [(1, 2), (2, 1), (3, 3)]


def made(number: int, total: int, deeds: int = 0) -> Composite:
    """A composite with a total and one criterion's points."""
    return Composite(number, F(total), {"deeds": F(total)}, {"deeds": F(deeds)})


def test_the_tie_break_comes_first_and_then_the_place_is_shared() -> None:
    ranked = rank(SCHEME, [made(4, 80, 1), made(3, 80, 1), made(2, 80, 9), made(1, 70)])
    assert [(one.place, one.number) for one in ranked] == [(1, 2), (2, 3), (2, 4), (4, 1)]
    assert seated(ranked, 2) == Seated(frozenset({2}), frozenset({3, 4}))
    assert seated(ranked, 3) == Seated(frozenset({2, 3, 4}), frozenset())
    assert seated(ranked, 9).sure == {1, 2, 3, 4}
    assert seated((), 2) == Seated(frozenset(), frozenset())


def test_sensitivity_names_who_would_enter_and_leave() -> None:
    scheme = replace(
        SCHEME, criteria=(SCHEME.criteria[0], replace(SCHEME.criteria[2], weight=F(40))), tie_break=()
    )
    sheets = ({1: {"deeds": F(50)}, 2: {"deeds": F(40)}, 3: {"deeds": F(30)}},)
    material = Material((1, 2, 3), sheets, {"votes": values(0, 80, 100)})
    found = scenarios(scheme, material, {1: 100}, seats=1)
    assert [(one.vote_weight, one.with_held, one.entering, one.leaving) for one in found] == [
        (0, False, (1,), (2,)),
        (20, False, (1,), ()),
        (40, False, (), ()),
        (None, True, (1,), (2,)),
    ]
    assert found[1].tied == (1, 2), "80 × 100 % against 80 × 80 % + 20 × 80 %"
    assert [one.changes for one in found] == [True, True, False, True]


def test_sensitivity_is_silent_where_there_is_nothing_to_vary() -> None:
    votes = replace(SCHEME.criteria[2], weight=F(100))
    material = Material((1,), (), {"votes": values(1)})
    assert scenarios(Scheme(SCHEME.criteria[:1]), material, {}, seats=1) == ()
    alone = scenarios(Scheme((votes,)), material, {}, seats=1)
    assert [one.vote_weight for one in alone] == [None], "votes are everything: no other weight to speak of"


# ---- what the campaign declares


def test_the_short_form_is_a_scheme() -> None:
    scheme = scheme_of(
        {
            "assessment": {
                "seats": 3,
                "weights": {"deeds": 60, "social_response": 0, "online_votes": 40},
                "tie_break": ["social_response", "deeds"],
            }
        }
    )
    assert [(one.key, one.weight, one.source, one.highest) for one in scheme.criteria] == [
        ("deeds", 60, "judges", 100),
        ("online_votes", 40, "votes", 100),
    ]
    assert scheme.tie_break == ("deeds",)
    assert scheme_of({}) == Scheme(())


# ---- whatever the scheme

points = st.integers(0, 10_000).map(lambda cents: F(cents, 100))
counts = st.lists(st.integers(0, 2000), min_size=1, max_size=8)
ways = st.sampled_from(["share_of_top", "rank_points", "capped_log"])


def by_way(way: str, given_values: dict[int, Fraction]) -> dict[int, Fraction]:
    """Points by one of the normalisations."""
    return points_of(Criterion("v", "v", F(1), "votes", normalisation=way, cap=500), given_values)  # type: ignore[arg-type]


@given(counts, ways)
def test_points_are_of_a_hundred_and_keep_the_order(votes: list[int], way: str) -> None:
    given_values = values(*votes)
    found = by_way(way, given_values)
    assert all(0 <= one <= 100 for one in found.values())
    for one, other in zip(given_values, list(given_values)[1:], strict=False):
        if given_values[one] >= given_values[other]:
            assert found[one] >= found[other]
        if given_values[one] == given_values[other]:
            assert found[one] == found[other]


@given(counts, ways, st.randoms())
def test_points_do_not_depend_on_the_order_of_candidates(votes: list[int], way: str, chance: Any) -> None:
    given_values = values(*votes)
    shuffled = list(given_values.items())
    chance.shuffle(shuffled)
    assert by_way(way, dict(shuffled)) == by_way(way, given_values)


@st.composite
def cases(draw: Any) -> tuple[Scheme, Material]:
    """A scheme of up to four criteria with matching material."""
    cents = draw(st.lists(st.integers(1, 100), min_size=1, max_size=4))
    criteria = tuple(
        Criterion(
            f"k{place}", f"k{place}", F(100 * share, sum(cents)),
            draw(st.sampled_from(["judges", "figure"])) if place else "votes",
            normalisation=draw(ways), cap=100, trim=draw(st.integers(0, 2)),
        )
        for place, share in enumerate(cents)
    )  # fmt: skip
    numbers = tuple(range(1, draw(st.integers(1, 6)) + 1))
    judged = [one.key for one in criteria if one.source == "judges"]
    sheets = tuple(
        {n: {key: draw(points) for key in judged} for n in numbers if draw(st.integers(0, 5))}
        for _judge in range(draw(st.integers(0, 6)))
    )
    counted = {
        one.key: {n: F(draw(st.integers(0, 500))) for n in numbers}
        for one in criteria
        if one.source != "judges"
    }
    return Scheme(criteria, tuple(one.key for one in criteria[:2]), seats=2), Material(
        numbers, sheets, counted
    )


@given(cases(), st.randoms())
def test_neither_the_order_of_judges_nor_of_candidates_matters(
    case: tuple[Scheme, Material], chance: Any
) -> None:
    scheme, material = case
    numbers, sheets = list(material.numbers), list(material.sheets)
    chance.shuffle(numbers)
    chance.shuffle(sheets)
    shuffled = replace(material, numbers=tuple(numbers), sheets=tuple(sheets))
    assert rank(scheme, composites(scheme, shuffled)) == rank(scheme, composites(scheme, material))


@given(cases())
def test_composites_are_of_a_hundred_and_add_up(case: tuple[Scheme, Material]) -> None:
    scheme, material = case
    ranked = rank(scheme, composites(scheme, material))
    assert {one.number for one in ranked} == set(material.numbers)
    for one in ranked:
        assert 0 <= one.composite <= 100
        assert sum(one.parts.values()) == one.composite
        assert 1 <= one.place <= len(ranked)
    totals = [one.composite for one in ranked]
    assert totals == sorted(totals, reverse=True)


@given(cases(), st.integers(0, 5), points)
def test_a_higher_score_never_costs_points(case: tuple[Scheme, Material], judge: int, more: Fraction) -> None:
    scheme, material = case
    judged = [one.key for one in scheme.by("judges")]
    if judge >= len(material.sheets) or not judged or not material.sheets[judge]:
        return
    number, row = next(iter(material.sheets[judge].items()))
    raised = {**material.sheets[judge], number: {**row, judged[0]: min(F(100), row[judged[0]] + more)}}
    sheets = (*material.sheets[:judge], raised, *material.sheets[judge + 1 :])
    before = {one.number: one.total for one in composites(scheme, material)}
    after = {one.number: one.total for one in composites(scheme, replace(material, sheets=sheets))}
    assert after[number] >= before[number]
    assert all(after[n] == before[n] for n in before if n != number)


@given(cases(), st.sampled_from([0, 20, 40, 100]))
def test_another_vote_weight_keeps_the_others_in_proportion(
    case: tuple[Scheme, Material], weight: int
) -> None:
    scheme, _material = case
    changed = with_vote_weight(scheme, F(weight))
    if len(scheme.criteria) == 1:
        assert changed is None
        return
    assert changed is not None
    assert sum(one.weight for one in changed.criteria) == 100
    assert sum(one.weight for one in changed.by("votes")) == weight
    others = [
        (a.weight, b.weight)
        for a, b in zip(scheme.criteria, changed.criteria, strict=True)
        if a.source != "votes"
    ]
    assert len({new / old for old, new in others}) == 1


def test_a_spreadsheets_own_double_rounds_the_logarithm_to_the_same_decimals() -> None:
    for value in (*range(3000), *range(10**6, 10**6 + 500), *(10**power for power in range(10))):
        assert log_of_one_more(F(value)) == exact(f"{log10(1 + value):.6f}")
