"""Quorum, threshold and who of a list is chosen: exact, whatever the fraction."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.committee.motion_minutes import spoken_part
from voting_service.committee.quorum import QuorumRule, quorum_of
from voting_service.committee.rules import elected, is_subject, is_unanimous

parts = st.fractions(min_value=Fraction(1, 100), max_value=Fraction(99, 100), max_denominator=100)


@given(parts, st.integers(1, 1000))
def test_the_quorum_is_the_smallest_number_that_is_enough(part: Fraction, members: int) -> None:
    needed = QuorumRule(part, Fraction(1, 2)).present_needed(members)
    assert needed >= 2
    assert Fraction(needed, members) >= part
    assert needed == 2 or Fraction(needed - 1, members) < part


@given(parts, st.integers(0, 1000))
def test_the_threshold_is_the_smallest_number_above_it(part: Fraction, present: int) -> None:
    needed = QuorumRule(Fraction(2, 3), part).agree_needed(present)
    assert needed > part * present >= needed - 1


@pytest.mark.parametrize(
    ("members", "present", "agree"),
    [(1, 2, 2), (2, 2, 2), (3, 2, 2), (4, 3, 2), (5, 4, 3), (6, 4, 3), (7, 5, 3), (9, 6, 4), (12, 8, 5)],
)
def test_two_thirds_and_one_half(members: int, present: int, agree: int) -> None:
    rule = quorum_of({})
    assert (rule.present_needed(members), rule.agree_needed(present)) == (present, agree)


def test_a_third_is_a_third() -> None:
    # A float's 2/3 of 3 is not 2, and its 1/3 of 3 not 1.
    assert QuorumRule(Fraction("2/3"), Fraction("1/3")).present_needed(3) == 2
    assert QuorumRule(Fraction("2/3"), Fraction("1/3")).agree_needed(3) == 2
    assert quorum_of({"committee": {"present": "3/4", "agree": "2/3"}}).agree_needed(9) == 7


def test_who_of_a_list_is_chosen() -> None:
    papers = {"1": 3, "2": 5, "3": 4, "4": 4, "5": 2}
    assert elected(papers, 5, 3).chosen == ("2", "3", "4", "1")
    assert elected(papers, 3, 3) == (("2", "3", "4"), ())
    # Two for one place: neither has it, whichever stands first on the paper.
    assert elected(papers, 2, 3) == (("2",), ("3", "4"))
    assert elected(papers, 1, 6) == ((), ())
    assert elected(dict.fromkeys("123", 4), 2, 3) == ((), ("1", "2", "3"))


@given(st.dictionaries(st.text("123456789", min_size=1, max_size=2), st.integers(0, 9)), st.integers(1, 6))
def test_nobody_is_chosen_before_somebody_with_more_papers(papers: dict[str, int], most: int) -> None:
    chosen, tied = elected(papers, most, 3)
    out = papers.keys() - {*chosen}
    assert len(chosen) <= most
    assert all(
        papers[one] >= 3 and papers[one] > papers[other]
        for one in chosen
        for other in out
        if papers[other] >= 3
    )
    if not tied:
        assert len(chosen) == min(most, sum(count >= 3 for count in papers.values()))


def test_words_and_keys() -> None:
    assert spoken_part(Fraction("2/3")) == "三分之二（2/3）"
    assert spoken_part(Fraction("11/20")) == "二十分之十一（11/20）"
    assert spoken_part(Fraction("3/10")) == "十分之三（3/10）"
    assert is_subject("final-list-1")
    assert not any(map(is_subject, ("", "Final", "a b", "-a", "a--b", "x" * 61)))
    assert is_unanimous({"agree": 4, "disagree": 0, "abstain": 0})
    assert not is_unanimous({"agree": 3, "disagree": 1, "abstain": 0})
