"""Who a browser's one session acts as in a campaign, and the session's own bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.stage import ClockInHand
from voting_service.web.identities import (
    CODE,
    DEVICE,
    MEMBER,
    WECHAT,
    DeviceIdentity,
    EarnedIdentity,
    Identities,
    acting_as,
)
from voting_service.web.sessions import BOUND_LIFETIME_S, VoterSession, VoterSessions

DIGEST = "d" * 43
NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)


def sessions(clock: ClockInHand | None = None) -> VoterSessions:
    return VoterSessions(b"k" * 32, clock or ClockInHand(NOW))


def test_an_admitted_identity_acts_as_itself() -> None:
    session = VoterSession(WECHAT, DIGEST, 1)
    assert acting_as(session, "a", (WECHAT, DEVICE)) is session


def test_an_identity_that_does_not_count_is_a_browser_always_the_same_one() -> None:
    session = VoterSession(WECHAT, DIGEST, 1)
    first, second = acting_as(session, "a", (DEVICE,)), acting_as(session, "b", (DEVICE,))
    assert first == second
    assert first is not None
    assert (first.identity, first.born_s) == (DEVICE, 1)
    assert DIGEST not in first.subject
    assert acting_as(VoterSession(WECHAT, "e" * 43, 1), "a", (DEVICE,)) != first


def test_an_identity_that_does_not_count_is_nobody_where_browsers_do_not_count_either() -> None:
    assert acting_as(VoterSession(DEVICE, DIGEST, 1), "a", (WECHAT,)) is None
    assert acting_as(None, "a", (DEVICE,)) is None


@pytest.mark.parametrize("identity", [CODE, MEMBER])
def test_a_session_of_one_campaign_is_nothing_in_another(identity: str) -> None:
    session = VoterSession(identity, DIGEST, 1, "a")
    assert acting_as(session, "a", (identity,)) is session
    assert acting_as(session, "b", (identity,)) is None
    browser = acting_as(session, "b", (identity, DEVICE))
    assert browser is not None
    assert browser.identity == DEVICE


def test_a_bound_session_survives_its_cookie_and_ends_in_time() -> None:
    clock = ClockInHand(NOW)
    both = sessions(clock)
    session = both.known_as(CODE, DIGEST, "spring-2026")
    cookie = both.to_cookie(session)
    assert both.from_cookie(cookie) == session
    assert both.from_header(f"x=1; voter={cookie}; y=2") == session
    clock.tick(timedelta(seconds=BOUND_LIFETIME_S))
    assert both.from_cookie(cookie) == session
    clock.tick(timedelta(seconds=1))
    assert both.from_cookie(cookie) is None


def test_a_session_by_wechat_does_not_end_by_itself() -> None:
    clock = ClockInHand(NOW)
    both = sessions(clock)
    cookie = both.to_cookie(both.known_as(WECHAT, DIGEST))
    clock.tick(timedelta(days=300))
    assert both.from_cookie(cookie) is not None


@pytest.mark.parametrize(
    "change", [("a-campaign", "b-campaign"), ("code.", "member."), (".a-campaign", ""), ("ddd", "ddc")]
)
def test_no_part_of_a_cookie_can_be_changed(change: tuple[str, str]) -> None:
    cookie = sessions().to_cookie(sessions().known_as(CODE, DIGEST, "a-campaign"))
    assert sessions().from_cookie(cookie.replace(*change, 1)) is None


def test_only_a_device_is_known_at_once() -> None:
    known = Identities([EarnedIdentity(WECHAT), EarnedIdentity(CODE), DeviceIdentity()])
    assert known.names == (WECHAT, CODE, DEVICE)
    assert known.issue((WECHAT, CODE), sessions()) is None
    session = known.issue((WECHAT, DEVICE), sessions())
    assert session is not None
    assert session.identity == DEVICE
