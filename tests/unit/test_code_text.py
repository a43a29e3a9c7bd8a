"""A voting code as it is printed and typed: forgiving of how people write, deaf to one wrong sign."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.voter_codes.code_text import (
    LENGTH,
    RANDOM_BITS,
    SIGNS,
    completed,
    grouped,
    new_code,
    read_code,
)
from voting_service.voter_codes.digests import CodeDigests, plain_number

CODES = st.text(SIGNS, min_size=LENGTH - 1, max_size=LENGTH - 1).map(completed)


def test_signs_that_look_alike_are_not_used() -> None:
    assert len(SIGNS) == len(set(SIGNS)) == 32
    assert not set("ILOU") & set(SIGNS)
    assert RANDOM_BITS == 55


def test_codes_are_not_the_same_twice() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    # Each sign at each place: nothing about a code is fixed, and the check sign is as any other.
    assert all({code[place] for code in codes} == set(SIGNS) for place in range(LENGTH))


@given(CODES)
def test_a_code_is_read_as_printed(code: str) -> None:
    assert read_code(grouped(code)) == (code, None)


@given(CODES, st.data())
def test_how_people_type_does_not_matter(code: str, data: st.DataObject) -> None:
    full_width = {chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)}
    typed = ""
    for sign in code:
        like = {"0": "0Oo", "1": "1IilL"}.get(sign, sign)
        one = data.draw(st.sampled_from(like + like.lower()))
        typed += data.draw(st.sampled_from([one, full_width[one]]))
        typed += data.draw(
            st.sampled_from(["", "", " ", "-", "\u3000", "—", "－", "–", "ー", "·", "\t", "\u200b"])
        )
    assert read_code(typed) == (code, None)


def test_every_single_wrong_sign_is_noticed() -> None:
    for code in (new_code(), "0" * LENGTH):
        assert read_code(code).code == code
        for place in range(LENGTH):
            for sign in set(SIGNS) - {code[place]}:
                assert read_code(code[:place] + sign + code[place + 1 :]).slip == "check"


@given(CODES)
def test_any_two_signs_exchanged_are_noticed(code: str) -> None:
    for first in range(LENGTH):
        for second in range(first + 1, LENGTH):
            signs = list(code)
            signs[first], signs[second] = signs[second], signs[first]
            assert read_code("".join(signs)).slip == (None if code[first] == code[second] else "check")


@pytest.mark.parametrize(
    ("typed", "slip"),
    [
        ("", "empty"), ("  - ", "empty"), ("7QK2", "length"), ("7QK2M3XD40RBB", "length"), ("U" * 12, "sign"),
        ("投票码投票码", "sign"), ("7QK2M3XD40R!", "sign"), ("A" * 100_000, "length"), ("\ud800", "sign"),
    ],
)  # fmt: skip
def test_what_is_no_code_is_told_as_a_slip(typed: str, slip: str) -> None:
    assert read_code(typed) == ("", slip)


@given(st.text(max_size=200))
def test_nothing_typed_breaks_the_reading(text: str) -> None:
    typed = read_code(text)
    assert bool(typed.code) != bool(typed.slip)


def test_a_member_number_is_one_however_it_is_typed() -> None:
    for typed in ("ab-001", " AB - 001", "ＡＢ－００１", "AB—001", "Ab–0 01"):
        assert plain_number(typed) == "AB-001"


def test_digests_differ_by_campaign_key_and_purpose() -> None:
    code = new_code()
    some = [CodeDigests(key, slug) for key in (b"k" * 32, b"l" * 32) for slug in ("a", "b")]
    kept = [one.code(code) for one in some] + [one.member(code) for one in some]
    assert len(set(kept)) == 8
    voters = {one.voter_by_code(code) for one in some} | {one.voter_by_member(code) for one in some}
    assert len(voters) == 8
    assert {len(one) for one in voters} == {43}
