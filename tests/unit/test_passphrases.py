"""Passphrases: all that is wrong at once, nothing kept in the clear, an answer that takes as long for nobody as for somebody."""

from __future__ import annotations

import hashlib
import threading

import pytest

from voting_service.accounts import passphrase
from voting_service.accounts.passphrase import (
    COMMONEST,
    LONGEST,
    SHORTEST,
    hash_of,
    is_outdated,
    is_right,
    problems_with,
)
from voting_service.errors import Unavailable
from voting_service.names import person_key

GOOD = "矿灯照着回家的路 1987"


def wrong(typed: str, again: str | None = None, name: str = "王敏") -> list[tuple[str, str]]:
    """Where something is wrong, and what is said first."""
    found = problems_with(typed, typed if again is None else again, name)
    return [(one.where, str(one.sentence)[:5]) for one in found]


@pytest.mark.parametrize(
    "typed", [GOOD, "甲乙丙丁戊己庚辛壬癸", "lower case only", "a" * 9 + "bc", "x y z 王敏 1 2 3"]
)
def test_length_is_what_counts_and_no_kind_of_sign_is_asked_for(typed: str) -> None:
    assert wrong(typed) == []


@pytest.mark.parametrize("typed", ["", "123456789", "九个字九个字九个字"])
def test_a_short_one_is_refused(typed: str) -> None:
    assert wrong(typed) == [("passphrase", "口令太短：")]


@pytest.mark.parametrize(
    "typed",
    [
        "1234567890",
        "QWERTYUIOP",
        "１２３４５６７８９０",
        "password 123",
        "aaaaaaaaaaaa",
        "1212121212",
        "王敏王敏王敏王敏王敏",
        "王 敏 王 敏 王 敏",
    ],
)
def test_what_stands_first_on_every_list_and_ones_own_name_are_refused(typed: str) -> None:
    assert wrong(typed) == [("passphrase", "这个口令很")]


def test_everything_is_said_at_once() -> None:
    assert wrong("short", "other") == [("passphrase", "口令太短："), ("again", "两次输入的")]
    assert wrong("x" * LONGEST + "yz", "") == [("passphrase", "口令太长："), ("again", "两次输入的")]


def test_the_list_holds_only_what_could_be_typed() -> None:
    assert all(len(one) >= SHORTEST and person_key(one) == one for one in COMMONEST)
    assert len(COMMONEST) > 80


def test_what_is_kept_checks_and_gives_nothing_away() -> None:
    kept, again = hash_of(GOOD), hash_of(GOOD)
    assert kept != again, "each has a salt of its own"
    assert GOOD not in kept
    assert kept.startswith("scrypt$15$8$3$")
    assert is_right(GOOD, kept)
    assert is_right("矿灯照着回家的路 １９８７", kept), "however an input method has written it"
    assert not is_right(GOOD + " ", kept)
    assert not is_right("", kept)


def test_a_long_one_is_not_cut() -> None:
    kept = hash_of("长" * LONGEST)
    assert is_right("长" * LONGEST, kept)
    assert not is_right("长" * (LONGEST + 1), kept)
    assert not is_right("长" * 60_000, kept)


def test_nobody_costs_what_somebody_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is what takes the time: it is the same."""
    asked: list[dict[str, int]] = []
    real = hashlib.scrypt

    def watched(*args: bytes, **cost: int) -> bytes:
        asked.append({name: cost[name] for name in ("n", "r", "p", "dklen")})
        return real(*args, **cost)  # type: ignore[arg-type]

    kept = hash_of(GOOD)
    monkeypatch.setattr(passphrase.hashlib, "scrypt", watched)
    assert [is_right(GOOD, None), is_right("wrong wrong", kept)] == [False, False]
    assert asked[0] == asked[1]


def test_one_kept_at_another_cost_still_checks_and_is_told_apart() -> None:
    salt = b"s" * 16
    digest = hashlib.scrypt(GOOD.encode(), salt=salt, n=1 << 10, r=8, p=1, dklen=32)
    older = "$".join(["scrypt", "10", "8", "1", passphrase._b64(salt), passphrase._b64(digest)])
    assert is_right(GOOD, older)
    assert not is_right(GOOD + "!", older)
    assert (is_outdated(older), is_outdated(hash_of(GOOD))) == (True, False)


def test_a_flood_waits_and_is_sent_away_before_it_takes_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passphrase, "_PATIENCE_S", 0.01)
    monkeypatch.setattr(passphrase, "_room", threading.BoundedSemaphore(1))
    assert passphrase._room.acquire()
    with pytest.raises(Unavailable):
        is_right(GOOD, None)
    passphrase._room.release()
    assert not is_right(GOOD, None), "and is let in again"
