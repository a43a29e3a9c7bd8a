"""Counting and voter states, pure; pages cut at their slots; the ranking's places."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from voting_service.tally.count import StandingBallot, count, standings
from voting_service.tally.voter_states import CastBallot, voter_states
from voting_service.web.language import Slot
from voting_service.web.page_cache import CachedPage, PageCache

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 4, 7, 4, tzinfo=UTC)
EVENING = datetime(2026, 4, 7, 15, 59, 59, tzinfo=UTC)
NEXT_DAY = EVENING + timedelta(seconds=1)


def test_the_tally_by_standing_candidate_day_and_channel() -> None:
    ballots = [
        StandingBallot(NOON, (1, 2), "browser", "counted"),
        StandingBallot(EVENING, (2,), "wechat", "counted"),
        StandingBallot(NEXT_DAY, (2, 3), "browser", "held"),
        StandingBallot(NEXT_DAY, (3,), "browser", "voided"),
    ]
    tally = count(ballots, [1, 2, 3, 4], ZONE).to_json()
    assert tally["ballots"] == {"counted": 2, "held": 1, "voided": 1}
    assert {n: by["counted"] for n, by in tally["by_candidate"].items()} == {"1": 1, "2": 2, "3": 0, "4": 0}
    assert tally["by_candidate"]["3"] == {"counted": 0, "held": 1, "voided": 1}
    assert {day: sum(by.values()) for day, by in tally["by_day"].items()} == {
        "2026-04-07": 2,
        "2026-04-08": 2,
    }
    assert tally["by_channel"]["wechat"] == {"counted": 1, "held": 0, "voided": 0}


def test_the_latest_decision_on_a_ballot_holds() -> None:
    log = [
        {"type": "opened"},
        {"type": "ballot", "ballot": "a", "held": False},
        {"type": "ballot", "ballot": "b", "held": True},
        {"type": "held", "ballots": ["a"]},
        {"type": "voided", "ballots": ["a", "b"]},
        {"type": "restored", "ballots": ["b"]},
    ]
    assert standings(log) == {"a": "voided", "b": "counted"}


def test_voter_states_as_the_box_packs_them() -> None:
    day = NOON.astimezone(ZONE).date().toordinal() - date(1970, 1, 1).toordinal()
    ballots = [
        CastBallot("anna", NOON, (1, 2)),
        CastBallot("anna", EVENING, (3,)),
        CastBallot("ben", NOON, (1,)),
        CastBallot("ben", NEXT_DAY, (2,)),
        CastBallot("ben", NOON, (4,)),  # a clock set back: ben's day does not run backwards
    ]
    assert voter_states(ballots, ZONE) == {"anna": f"{day}:2:2:1,2,3", "ben": f"{day + 1}:2:3:2,4"}


def test_a_page_is_cut_at_its_slots_and_filled() -> None:
    html = f"<p nonce='{Slot('nonce')}'>你好 {Slot('now')}</p>{Slot('nonce')}"
    page = CachedPage.cut(html)
    assert page.fill({"nonce": b"N", "now": b"T"}).decode() == "<p nonce='N'>你好 T</p>N"
    with pytest.raises(KeyError):
        page.fill({"nonce": b"N"})


def test_pages_are_rendered_once_and_the_oldest_goes() -> None:
    rendered: list[str] = []
    cache = PageCache(size=2)
    for key in ("a", "a", "b", "c", "a"):
        cache.page(key, lambda key=key: rendered.append(key) or key)  # type: ignore[func-returns-value]
    assert rendered == ["a", "b", "c", "a"]
