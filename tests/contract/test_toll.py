"""A flooder pays more and more, a neighbour a bounded price, and nobody is shut out: on a real Redis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis

from publicity.toll import (
    BYTES_PER_ADDRESS,
    FREE,
    LEAST_BITS,
    MOST_BITS,
    TRIES_PER_FORM,
    Due,
    Toll,
    bits_due,
)
from tests.solving import solution_of
from tests.stage import ClockInHand
from voting_service.errors import Unavailable

NOON = datetime(2026, 4, 16, 12, 30, tzinfo=UTC)
FLOODER = "192.0.2.7"


@pytest.fixture
def clock() -> ClockInHand:
    return ClockInHand(NOON)


@pytest.fixture
def toll(redis_url: str, clock: ClockInHand) -> Toll:
    return Toll(redis.Redis.from_url(redis_url, decode_responses=True), b"a key of this test alone", clock)


def flood(toll: Toll, times: int, address: str = FLOODER) -> list[int]:
    """The bits asked of each of so many fresh forms; 0 where it was free."""
    dues = [toll.pay("lodge", address, f"form-{n}") for n in range(times)]
    return [due.challenge.bits if due else 0 for due in dues]


def test_the_price_grows_with_the_number_and_has_a_ceiling() -> None:
    free, free_prefix = FREE["lodge"]
    prices = [bits_due("lodge", n, 1) for n in range(1, 200)]
    assert prices == sorted(prices)
    assert prices[:free] == [0] * free
    assert (prices[free], prices[-1]) == (LEAST_BITS, MOST_BITS)
    assert bits_due("lodge", 1, free_prefix + 1) == LEAST_BITS, "a flood spread over one prefix pays too"


def test_a_flooder_pays_and_a_neighbour_behind_the_same_nat_gets_through_with_work(toll: Toll) -> None:
    asked = flood(toll, 400)
    assert asked[: FREE["lodge"][0]] == [0] * FREE["lodge"][0]
    assert asked[-1] == MOST_BITS
    due = toll.pay("lodge", FLOODER, "a-neighbour")
    assert isinstance(due, Due)
    assert due.challenge.bits == MOST_BITS
    solution = solution_of(due.challenge.to_json())
    assert isinstance(toll.pay("lodge", FLOODER, "another-form", solution), Due), "for its own form alone"
    assert toll.pay("lodge", FLOODER, "a-neighbour", solution) is None
    assert toll.pay("lodge", "198.51.100.9", "elsewhere") is None, "elsewhere nobody notices"


def test_a_solution_is_spent_once_and_a_form_that_was_paid_for_may_be_corrected(toll: Toll) -> None:
    flood(toll, 10)
    due = toll.pay("lodge", FLOODER, "mine")
    assert due is not None
    solution = solution_of(due.challenge.to_json())
    assert toll.pay("lodge", FLOODER, "mine", solution) is None
    again = [toll.pay("lodge", FLOODER, "mine") for _try in range(TRIES_PER_FORM + 3)]
    assert [due is None for due in again] == [True] * (TRIES_PER_FORM - 1) + [False] * 4
    assert isinstance(toll.pay("lodge", FLOODER, "mine", solution), Due)


def test_cheap_challenges_cannot_be_hoarded(toll: Toll) -> None:
    asked = [toll.ask("lodge", FLOODER, f"form-{n}") for n in range(3)]
    assert asked == [None] * 3, "asking while it is free counts nothing"
    flood(toll, 3)
    bits = [challenge.bits for n in range(100) if (challenge := toll.ask("lodge", FLOODER, f"hoard-{n}"))]
    assert (len(bits), bits[0], bits[-1]) == (100, LEAST_BITS, MOST_BITS)


def test_a_challenge_asked_for_ahead_is_not_counted_twice(toll: Toll) -> None:
    flood(toll, 3)
    challenge = toll.ask("lodge", FLOODER, "mine")
    assert challenge is not None
    assert toll.pay("lodge", FLOODER, "mine", solution_of(challenge.to_json())) is None
    assert toll.ask("lodge", FLOODER, "mine") is None, "paid already"


def test_wrong_pairs_are_counted_and_right_ones_given_back(toll: Toll, clock: ClockInHand) -> None:
    for _try in range(40):
        assert toll.pay("wrong", FLOODER, "page") is None
        toll.give_back("wrong", FLOODER)
    dues = [toll.pay("wrong", FLOODER, "page") for _try in range(FREE["wrong"][0] + 1)]
    assert [due is None for due in dues] == [True] * FREE["wrong"][0] + [False]
    clock.tick(timedelta(hours=1))
    assert toll.pay("wrong", FLOODER, "page") is None, "the next hour"


def test_a_challenge_pays_for_the_act_it_was_asked_for_and_for_no_other(toll: Toll) -> None:
    flood(toll, 4)
    due = toll.pay("lodge", FLOODER, "mine")
    assert due is not None
    solution = solution_of(due.challenge.to_json())
    for _try in range(FREE["wrong"][0]):
        assert toll.pay("wrong", FLOODER, "mine") is None
    assert isinstance(toll.pay("wrong", FLOODER, "mine", solution), Due), "cheap lodging buys no guess"
    assert toll.pay("lodge", FLOODER, "mine", solution) is None, "and is not spent by the attempt"


def test_a_right_pair_lowers_no_counter_that_it_did_not_raise(toll: Toll) -> None:
    for n in range(FREE["wrong"][0]):
        assert toll.pay("wrong", FLOODER, f"page-{n}") is None
    for n in range(3):
        due = toll.pay("wrong", FLOODER, f"right-{n}")
        assert due is not None, "the wrong ones before still count"
        solution = solution_of(due.challenge.to_json())
        assert toll.pay("wrong", FLOODER, f"right-{n}", solution) is None
        toll.give_back("wrong", FLOODER, solution)


def test_a_household_with_a_whole_ipv6_prefix_is_one_payer_and_raises_no_price_for_ipv4(toll: Toll) -> None:
    bits = [
        due.challenge.bits if due else 0
        for n in range(60)
        for due in [toll.pay("lodge", f"2001:db8:5:6::{n:x}", f"form-{n}")]
    ]
    assert bits[-1] >= LEAST_BITS
    for n in range(4096):
        toll.pay("lodge", f"2001:db8:{n:x}::1", f"many-{n}")
    assert toll.pay("lodge", "192.0.2.1", "by-ipv4") is None


def test_files_have_a_budget_and_what_is_refused_is_not_counted(toll: Toll) -> None:
    half = BYTES_PER_ADDRESS // 2
    assert [toll.takes_bytes(FLOODER, half) for _file in range(4)] == [True, True, False, False]
    assert not toll.takes_bytes(FLOODER, 1)
    assert toll.takes_bytes("198.51.100.9", 1)


def test_counters_name_nobody_and_go_away_by_themselves(toll: Toll, redis_url: str) -> None:
    flood(toll, 5)
    toll.pay("wrong", FLOODER, "page")
    toll.takes_bytes(FLOODER, 10)
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    keys = list(client.scan_iter("*"))
    assert keys
    assert not [key for key in keys if FLOODER in key or "form-" in key or "page" in key]
    assert all(client.ttl(key) > 0 for key in keys)


def test_without_redis_nothing_is_taken(tmp_path: Path) -> None:
    away = redis.Redis.from_url(f"unix://{tmp_path}/no-such.sock", decode_responses=True)
    toll = Toll(away, b"k", ClockInHand(NOON))
    with pytest.raises(Unavailable, match="无法受理异议"):
        toll.pay("lodge", FLOODER, "form")
