"""What the gate signs for strangers: challenges and share tokens. What is altered, borrowed or made up is none of ours."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anti_fraud.challenge import LIFETIME_MS, PUZZLES, Challenges, Solved
from anti_fraud.share_tokens import DEEPEST, ShareToken, ShareTokens
from tests.solving import solution_of
from voting_service.evidence.provenance import DIRECT, Provenance, named_in, visit

NOW = 1_775_552_400_000
OURS = Challenges(bytes(32))
CHALLENGE = OURS.ask("7QK2M3XD9ABCDEFG", 4, NOW)
SOLUTION = solution_of(CHALLENGE.to_json())
FORM = "7QK2M3XD9ABCDEFG"
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=17) | st.dictionaries(st.sampled_from(["id", "solutions", "x"]), inner)
    ),
)


def solved(sent: object, form: str = FORM, now: int = NOW) -> Solved | None:
    return OURS.solved(sent, form, now)


def test_what_is_asked_is_what_the_contract_says() -> None:
    asked = CHALLENGE.to_json()
    assert (sorted(asked), asked["puzzles"], asked["bits"]) == (["bits", "id", "puzzles", "salt"], 16, 4)
    for i, n in enumerate(SOLUTION["solutions"]):
        assert hashlib.sha256(f"{asked['salt']}:{i}:{n}".encode()).digest()[0] < 16
    assert solved(SOLUTION) == Solved(CHALLENGE.id.split(".")[0], 4, NOW)


def test_no_two_are_alike() -> None:
    asked = [OURS.ask(FORM, 4, NOW) for _ in range(100)]
    assert len({one.id for one in asked}) == len({one.salt for one in asked}) == 100


@pytest.mark.parametrize(
    ("age_ms", "good"),
    [
        (0, True),
        (LIFETIME_MS - 1, True),
        (LIFETIME_MS, False),
        (10**12, False),
        (-60_000, True),
        (-60_001, False),
    ],
)
def test_it_lives_ten_minutes_and_not_from_the_future(age_ms: int, good: bool) -> None:
    assert (solved(SOLUTION, now=NOW + age_ms) is not None) == good


def test_it_is_for_one_form_and_from_one_service() -> None:
    assert solved(SOLUTION, form="7QK2M3XD9ABCDEFH") is None
    assert Challenges(b"k" * 32).solved(SOLUTION, FORM, NOW) is None


@pytest.mark.parametrize("place", range(len(CHALLENGE.id)))
def test_no_letter_of_it_can_be_altered(place: int) -> None:
    other = "B" if CHALLENGE.id[place] == "A" else "1" if CHALLENGE.id[place] in ".0" else "0"
    forged = CHALLENGE.id[:place] + other + CHALLENGE.id[place + 1 :]
    assert solved({**SOLUTION, "id": forged}) is None


def test_easier_bits_are_not_what_was_asked() -> None:
    nonce, issued, _bits, mac = OURS.ask(FORM, 12, NOW).id.split(".")
    forged = f"{nonce}.{issued}.1.{mac}"
    assert solved({"id": forged, "solutions": [0] * PUZZLES}) is None


@pytest.mark.parametrize(
    "solutions",
    [
        None, [], {}, "0", SOLUTION["solutions"][:-1], [*SOLUTION["solutions"], 0], [-1] * 16, [2**53] * 16,
        [True] * 16, [None] * 16, [str(n) for n in SOLUTION["solutions"]], [float(n) for n in SOLUTION["solutions"]],
        list(reversed(SOLUTION["solutions"])), [n + 1 for n in SOLUTION["solutions"]],
        [[n] for n in SOLUTION["solutions"]], [*SOLUTION["solutions"][:-1], float("nan")], [10**400] * 16,
    ],
)  # fmt: skip
def test_what_is_no_solution(solutions: object) -> None:
    assert solved({"id": CHALLENGE.id, "solutions": solutions}) is None


@given(junk)
def test_whatever_is_sent_is_read_without_raising(sent: object) -> None:
    assert solved(sent) is None


def test_an_answer_that_is_less_than_solved_is_not_solved() -> None:
    hard = OURS.ask(FORM, 9, NOW)
    easy = solution_of({**hard.to_json(), "bits": 5})
    harder = solution_of(hard.to_json())
    assert (solved(easy) is None, solved(harder) is not None) == (easy != harder, True)


# ---- share tokens

TOKENS = ShareTokens(bytes(32))
FIRST = TOKENS.of_voter("a", "device:one", None)
SECOND = TOKENS.of_voter("a", "device:two", FIRST)
THIRD = TOKENS.of_voter("a", "device:three", SECOND)


def test_tokens_form_a_chain_that_names_nobody() -> None:
    assert [(FIRST.parent, FIRST.depth), (SECOND.parent, SECOND.depth), (THIRD.parent, THIRD.depth)] == [
        ("", 0), (FIRST.id, 1), (SECOND.id, 2),
    ]  # fmt: skip
    for token in (FIRST, SECOND, THIRD):
        assert TOKENS.read("a", TOKENS.text("a", token)) == token
        assert "one" not in TOKENS.text("a", token)
    assert TOKENS.of_voter("a", "device:two", FIRST) == SECOND, "the same each time"
    assert TOKENS.of_voter("a", "device:two", None).id != SECOND.id, "another way, another link"


def test_the_deepest_chain_still_fits_its_own_shape() -> None:
    deepest = TOKENS.of_voter("a", "device:x", ShareToken(FIRST.id, "", DEEPEST))
    assert deepest.depth == DEEPEST
    assert TOKENS.read("a", TOKENS.text("a", deepest)) == deepest


def test_a_token_of_another_campaign_or_service_is_none() -> None:
    text = TOKENS.text("a", SECOND)
    assert TOKENS.read("b", text) is None
    assert ShareTokens(b"k" * 32).read("a", text) is None


@given(st.data())
def test_a_token_cut_short_or_altered_is_none(data: st.DataObject) -> None:
    text = TOKENS.text("a", SECOND)
    assert TOKENS.read("a", text[: data.draw(st.integers(0, len(text) - 1))]) is None
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(exclude_characters=text[place]))
    assert TOKENS.read("a", text[:place] + letter + text[place + 1 :]) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert TOKENS.read("a", text) is None


def test_a_made_up_parent_or_depth_is_none() -> None:
    name, parent, depth, mac = TOKENS.text("a", SECOND).split(".")
    assert TOKENS.read("a", f"{name}..{depth}.{mac}") is None
    assert TOKENS.read("a", f"{name}.{parent}.0{depth}.{mac}") is None
    assert TOKENS.read("a", f"{name}.{parent}.0.{mac}") is None


def test_ones_own_link_is_no_new_way() -> None:
    own, cookie = TOKENS.text("a", SECOND), f"came=s={TOKENS.text('a', FIRST)}"
    opened = visit(f"s={own}", cookie, "a", "device:two", TOKENS)
    assert opened == (Provenance("share", FIRST), None)
    assert visit(f"s={own}", "", "a", "device:two", TOKENS).came == DIRECT
    assert visit(f"s={own}", "", "a", "device:three", TOKENS).came == Provenance("share", SECOND)


# ---- the way here

tokens = st.builds(
    lambda voter, parent: TOKENS.of_voter("a", voter, parent), st.text(max_size=9), st.none() | st.just(THIRD)
)
ways = (
    tokens.map(lambda token: Provenance("share", token))
    | st.from_regex(r"[A-Za-z0-9_\-]{1,24}", fullmatch=True).map(lambda site: Provenance("qr", site=site))
    | st.sampled_from([Provenance("menu"), Provenance("search"), DIRECT, Provenance("share", forged=True)])
)


@given(ways)
def test_a_way_survives_the_ballot_form(way: Provenance) -> None:
    packed = way.packed()
    assert Provenance.unpacked(packed) == way
    assert len(packed) <= 80
    assert set(packed) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~-")


@pytest.mark.parametrize(
    ("query", "way"),
    [
        ("", None), ("lang=en", None), ("q=", None), ("q=a b", None), ("q=" + "x" * 25, None), ("entry=share", None),
        ("entry=menu", Provenance("menu")), ("entry=search&x=1", Provenance("search")),
        ("q=gate-3", Provenance("qr", site="gate-3")), ("s=x", Provenance("share", forged=True)),
        ("s=", None), ("s=x&q=gate", Provenance("share", forged=True)),
    ],
)  # fmt: skip
def test_what_an_address_says_of_the_way(query: str, way: Provenance | None) -> None:
    assert named_in(query, "a", TOKENS) == way


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_address_and_no_cookie_breaks_the_reader(query: str, cookie: str) -> None:
    seen: Any = visit("s=" + query, "came=" + cookie, "a", "", TOKENS)
    assert seen.came.share is None
