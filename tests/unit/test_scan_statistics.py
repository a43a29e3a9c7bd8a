"""The scan's arithmetic, each against a slow account of the same thing."""

from __future__ import annotations

import tracemalloc
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anti_fraud.scan import scan, views_of
from anti_fraud.scan.cells import at_least, effective_number
from anti_fraud.scan.effect import ranks
from anti_fraud.scan.families import PATTERNS
from anti_fraud.scan.rates import RATE_FLOOR, Population
from anti_fraud.scan.significance import SHAPE, discoveries, tail
from tests.handmade import ballots, people, script


def slow_tail(observed: int, mean: float) -> float:
    """1 - P(X < observed), term by term."""
    success = SHAPE / (SHAPE + mean)
    below = sum(comb(k + SHAPE - 1, k) * success**SHAPE * (1 - success) ** k for k in range(observed))
    return 1 - below


@given(st.integers(0, 60), st.floats(0.01, 40))
def test_the_tail_is_the_negative_binomials(observed: int, mean: float) -> None:
    assert tail(np.array([observed]), np.array([mean]))[0] == pytest.approx(
        slow_tail(observed, mean), abs=1e-9
    )


def test_a_tail_far_out_is_tiny_and_not_nonsense() -> None:
    p = tail(np.array([500_000, 500_000]), np.array([0.001, 400_000.0]))
    assert 0 <= p[0] < 1e-300
    assert 0.1 < p[1] < 0.5


def slow_discoveries(p: list[float], tests: int, rate: float) -> list[bool]:
    threshold = 0.0
    for place, value in enumerate(sorted(p), start=1):
        if value <= rate * place / tests:
            threshold = value
    return [value <= threshold and threshold > 0 for value in p]


@given(st.lists(st.floats(1e-9, 1), min_size=1, max_size=40), st.integers(0, 50))
def test_discoveries_are_benjamini_and_hochbergs(p: list[float], more: int) -> None:
    found = discoveries(np.array(p), len(p) + more, 0.05).tolist()
    assert found == slow_discoveries(p, len(p) + more, 0.05)


def test_at_least_counts_every_set_that_includes_the_signs() -> None:
    exactly = np.random.default_rng(1).integers(0, 9, (3, PATTERNS))
    sums = at_least(exactly)
    for signs in range(PATTERNS):
        including = [other for other in range(PATTERNS) if other & signs == signs]
        assert sums[:, signs].tolist() == exactly[:, including].sum(axis=1).tolist()


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_rank_is_one_more_than_those_with_more(counts: list[int]) -> None:
    assert ranks(np.array(counts)).tolist() == [
        1 + sum(other > count for other in counts) for count in counts
    ]


def test_the_effective_number_of_equals_is_their_number() -> None:
    assert effective_number(np.repeat(np.arange(7), 5)) == pytest.approx(7)
    assert effective_number(np.array([3, 3, 3])) == 1
    assert effective_number(np.array([], np.int64)) == 0


def population(size: int, candidate: np.ndarray) -> Population:
    nobody = np.zeros(size, np.int64)
    return Population(nobody, np.ones(size, bool), np.arange(size, dtype=float), [candidate])


def test_a_rate_is_peoples_even_where_a_third_of_all_ballots_are_machines() -> None:
    draw = np.random.default_rng(4)
    candidate = draw.integers(0, 20, 30_000)
    sign = draw.random(30_000) < 0.01
    stuffed = candidate < 7
    sign[stuffed] |= draw.random(stuffed.sum()) < 0.9
    assert population(30_000, candidate).rates(sign)[0] == pytest.approx(0.01, abs=0.004)


def test_a_sign_that_nobody_shows_is_still_expected_now_and_then() -> None:
    assert population(30_000, np.zeros(30_000, np.int64)).rates(np.zeros(30_000, bool)).tolist() == [
        RATE_FLOOR
    ]


def test_with_few_ballots_the_rate_is_their_plain_share() -> None:
    sign = np.arange(50) < 10
    assert population(50, np.zeros(50, np.int64)).rates(sign).tolist() == [0.2]


def test_ballots_ages_apart_cost_no_more_memory_than_their_number() -> None:
    rows = [row | {"cast_at": row["cast_at"] - 60e9 * (n % 2)} for n, row in enumerate(script(400))]
    tracemalloc.start()
    scan(ballots(people(400), rows), views_of([]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300e6
