"""Whoever guesses is held off, and keeps out nobody else: planted attacks on all of a campaign and on one member."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from tests.paper import make_codes, make_members
from tests.stage import ClockInHand, Stage, make_service, rules
from voting_service.voter_codes.admission import Admitted, Entry, NotAdmitted
from voting_service.voter_codes.code_text import new_code
from voting_service.voter_codes.guesses import PER_ADDRESS, TOLD_FROM, Guesses

BOTH = ("code", "member")
NOON = datetime(2026, 4, 16, 12, 30, tzinfo=UTC)
ATTACKERS_64 = "2001:db8:5:6::{:x}"
"""Addresses that one household, or one rented server, has for nothing."""


@pytest.fixture
def hall(tmp_path: Path, redis_url: str) -> Iterator[Stage]:
    """A draft that admits both kinds, in an hour that does not end while a test is at it."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand(NOON)))
    stage.draft(with_rules=rules(identities=BOTH))
    yield stage
    stage.strike()


@pytest.fixture
def guesses(hall: Stage) -> Guesses:
    """Counters of their own, in the same hour."""
    return Guesses(hall.service.redis_client, b"a key of this test alone", ClockInHand(NOON))


def knock(stage: Stage, address: str, code: str, member: str = "") -> str:
    """Enter something from an address; gives ``admitted`` or the refusal's code."""
    outcome = stage.service.admission.admit(Entry("test", BOTH, code, member, address))
    return outcome.code if isinstance(outcome, NotAdmitted) else "admitted"


def test_one_who_has_a_whole_prefix_is_one_guesser_and_keeps_out_nobody(hall: Stage, tmp_path: Path) -> None:
    (code,) = make_codes(hall, tmp_path, 1)
    said = [knock(hall, ATTACKERS_64.format(n), new_code()) for n in range(PER_ADDRESS + 40)]
    assert said == ["unknown"] * PER_ADDRESS + ["too_many_attempts"] * 40
    assert knock(hall, "2001:db8:5:ffff::1", code) == "too_many_attempts", "the same /48"
    for elsewhere in ("2001:db8:6::1", "192.0.2.1", "::ffff:192.0.2.9"):
        assert knock(hall, elsewhere, code) == "admitted", elsewhere


def test_wrong_entries_without_end_from_everywhere_do_not_close_a_campaign(
    hall: Stage, tmp_path: Path
) -> None:
    (code,) = make_codes(hall, tmp_path, 1)
    assert knock(hall, "198.51.100.1", new_code()) == "unknown"
    redis = hall.service.redis_client
    (wrong,) = redis.scan_iter("guesses:test:*:wrong")
    redis.set(wrong, 10_000_000)
    # Whoever has thousands of prefixes has filled every counter that IPv6 addresses share.
    hour = wrong.rpartition(":")[0]
    redis.mset({f"{hour}:a6:{bucket:03x}": PER_ADDRESS for bucket in range(4096)})
    assert knock(hall, "2001:db8:6::1", code) == "too_many_attempts", "these are the counters"
    assert knock(hall, "192.0.2.1", new_code()) == "unknown"
    assert knock(hall, "192.0.2.1", code) == "admitted"


def test_wrong_entries_for_one_member_do_not_keep_that_member_out(hall: Stage, tmp_path: Path) -> None:
    codes = make_members(hall, tmp_path, ["1"])
    for n in range(300):
        assert knock(hall, f"10.1.{n % 100}.1", new_code(), "1") == "unknown"
    assert knock(hall, "192.0.2.1", codes["1"], "1") == "admitted"


def test_an_address_has_one_counter_whatever_its_spelling_and_ipv4_one_for_each(guesses: Guesses) -> None:
    def of(address: str) -> str:
        return guesses.counter("test", address)

    assert of("192.0.2.1") == of("::ffff:192.0.2.1") != of("192.0.2.2"), "a whole works may be behind each"
    assert of("2001:db8:5::1") == of("2001:DB8:5:0:9:8:7:6") != of("2001:db8:6::1")
    assert of("192.0.2.1") != guesses.counter("other", "192.0.2.1")
    assert len({of(f"10.0.{n >> 8}.{n & 255}") for n in range(30_000)}) <= 4096, "no counter names an address"


def test_operators_hear_of_a_run_of_wrong_entries_at_each_doubling_and_of_nobody_in_it(
    hall: Stage, guesses: Guesses
) -> None:
    guesses.note_wrong("test")
    redis = hall.service.redis_client
    (wrong,) = redis.scan_iter("guesses:test:*:wrong")
    with structlog.testing.capture_logs() as lines:
        for thousands in range(1, 9):
            redis.set(wrong, thousands * TOLD_FROM - 2)
            for _entry in range(3):
                guesses.note_wrong("test")
    assert lines == [
        {
            "event": "many_wrong_codes",
            "log_level": "warning",
            "campaign": "test",
            "within_the_hour": thousands * 1000,
        }
        for thousands in (1, 2, 4, 8)
    ]
    assert 0 < redis.ttl(wrong) <= 7200


def test_only_what_was_looked_up_and_wrong_is_told(hall: Stage, tmp_path: Path) -> None:
    (code,) = make_codes(hall, tmp_path, 1)
    slip = code[:-1] + ("A" if code[-1] != "A" else "B")
    redis = hall.service.redis_client
    for typed in (code, slip):
        knock(hall, "192.0.2.1", typed)
    assert list(redis.scan_iter("guesses:test:*:wrong")) == []
    for _entry in range(PER_ADDRESS + 5):
        knock(hall, "192.0.2.1", new_code())
    (wrong,) = redis.scan_iter("guesses:test:*:wrong")
    assert int(redis.get(wrong)) == PER_ADDRESS


def test_a_counter_is_given_back_after_a_good_code_alone(hall: Stage, tmp_path: Path) -> None:
    (code,) = make_codes(hall, tmp_path, 1)
    for _person in range(PER_ADDRESS + 5):
        outcome = hall.service.admission.admit(Entry("test", BOTH, code, "", "2001:db8::1"))
        assert isinstance(outcome, Admitted)
