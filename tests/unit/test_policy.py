"""The gate's policy as data: what is read back is what was written, and every slip is named at once."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anti_fraud.policy import ACTIONS, DEFAULT, DEFAULT_ACTIONS, FIELDS, Kiosk, Policy, read_policy

policies = st.builds(
    Policy,
    **{name: st.integers(about.low, about.high) for name, about in FIELDS.items()},
    actions=st.fixed_dictionaries({name: st.sampled_from(ACTIONS) for name in DEFAULT_ACTIONS}),
    kiosks=st.dictionaries(
        st.text("abc123", min_size=8, max_size=8),
        st.builds(Kiosk, st.text(min_size=1), st.integers(1, 10_000), st.text(max_size=9)),
        max_size=3,
    ),
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(policies)
def test_a_policy_survives_its_json(policy: Policy) -> None:
    assert read_policy(json.loads(json.dumps(policy.to_json()))) == (policy, [])


def test_a_kiosk_from_before_there_were_assistants_has_none() -> None:
    policy, problems = read_policy({"kiosks": {"a": {"name": "大厅", "ballots_per_hour": 9}}})
    assert (policy.kiosks, problems) == ({"a": Kiosk("大厅", 9, "")}, [])


def test_nothing_given_is_the_default() -> None:
    assert read_policy({}) == (DEFAULT, [])


def test_every_number_is_documented_and_within_its_own_bounds() -> None:
    assert set(FIELDS) | {"actions", "kiosks"} == {one.name for one in fields(Policy)}
    for name, about in FIELDS.items():
        assert about.low <= getattr(DEFAULT, name) <= about.high, name
        assert about.chinese
        assert about.english


def test_all_problems_are_named_at_once() -> None:
    _policy, problems = read_policy(
        {
            "min_dwell_ms": -1,
            "address_ballots_per_minute": "60",
            "prefix_ballots_per_minute": True,
            "challenge_bits": 8.0,
            "no_such_number": 1,
            "actions": {"dwell": "shoot", "no_such_check": "deny", "address_traffic": "deny"},
            "kiosks": {
                "a": {"name": "大厅"},
                "b": {"name": "", "ballots_per_hour": 5},
                "c": {"name": "x", "ballots_per_hour": True},
                "d": {"name": "x", "ballots_per_hour": 0},
                "e": 7,
                "f": {"name": "x", "ballots_per_hour": 5, "assistant": 7},
            },
        }
    )
    assert sorted((problem.where, problem.kind) for problem in problems) == [
        ("actions.address_traffic", "unknown"),
        ("actions.dwell", "not_an_action"),
        ("actions.no_such_check", "unknown"),
        ("address_ballots_per_minute", "not_a_number"),
        ("challenge_bits", "not_a_number"),
        ("kiosks.a", "not_a_kiosk"),
        ("kiosks.b", "not_a_kiosk"),
        ("kiosks.c", "not_a_kiosk"),
        ("kiosks.d", "not_a_kiosk"),
        ("kiosks.e", "not_a_kiosk"),
        ("kiosks.f", "not_a_kiosk"),
        ("min_dwell_ms", "out_of_bounds"),
        ("no_such_number", "unknown"),
        ("prefix_ballots_per_minute", "not_a_number"),
    ]
    assert all(problem.allowed for problem in problems)


@pytest.mark.parametrize("given_part", [3, None, "deny", ["dwell"]])
@pytest.mark.parametrize("part", ["actions", "kiosks"])
def test_a_part_that_is_no_table_is_a_problem(part: str, given_part: object) -> None:
    _policy, problems = read_policy({part: given_part})
    assert [problem.where for problem in problems] == [part]


@given(st.dictionaries(st.sampled_from([*FIELDS, "actions", "kiosks", "other"]), plain))
def test_whatever_is_given_is_read_without_raising(values: dict[str, Any]) -> None:
    policy, problems = read_policy(values)
    if not problems:
        assert read_policy(policy.to_json()) == (policy, [])


@pytest.mark.parametrize(
    ("bits", "most", "harder", "asked"),
    [(12, 15, 0, 12), (12, 15, 2, 14), (12, 15, 9, 15), (14, 10, 0, 14), (14, 10, 3, 14)],
)
def test_a_challenge_never_grows_beyond_the_hardest(bits: int, most: int, harder: int, asked: int) -> None:
    assert Policy(challenge_bits=bits, most_challenge_bits=most).bits(harder) == asked
