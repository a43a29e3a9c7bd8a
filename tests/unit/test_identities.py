"""Who a browser's one session acts as in a campaign, and the session's own bounds."""

from __future__ import annotations

import re
from collections.abc import Callable
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


def test_an_identity_that_does_not_count_is_the_browser_that_it_was_before() -> None:
    both = sessions()
    browser = both.new(DEVICE)
    by_wechat = both.known_as(WECHAT, DIGEST, browser)
    by_code = both.known_as(CODE, "c" * 43, by_wechat, "a")
    for known in (browser, by_wechat, by_code):
        assert acting_as(known, "b", (DEVICE,)) == browser
        assert both.from_cookie(both.to_cookie(known)) == known


def test_whoever_had_no_browser_s_name_gets_one_that_stays() -> None:
    both = sessions()
    by_wechat = both.known_as(WECHAT, DIGEST, None)
    browser = acting_as(by_wechat, "a", (DEVICE,))
    assert browser is not None
    assert both.known_as(CODE, DIGEST, by_wechat, "a").browser == browser.subject
    assert acting_as(both.known_as(WECHAT, DIGEST, None), "a", (DEVICE,)) != browser


def test_an_identity_that_does_not_count_is_nobody_where_browsers_do_not_count_either() -> None:
    assert acting_as(VoterSession(DEVICE, DIGEST, 1), "a", (WECHAT,)) is None
    assert acting_as(None, "a", (DEVICE,)) is None


@pytest.mark.parametrize("identity", [CODE, MEMBER])
def test_a_session_of_one_campaign_is_nothing_in_another(identity: str) -> None:
    browser = sessions().new(DEVICE)
    session = sessions().known_as(identity, DIGEST, browser, "a")
    assert acting_as(session, "a", (identity,)) is session
    assert acting_as(session, "b", (identity,)) is None
    assert acting_as(session, "b", (identity, DEVICE)) == browser


def test_a_bound_session_ends_in_time_and_leaves_the_browser() -> None:
    clock = ClockInHand(NOW)
    both = sessions(clock)
    browser = both.new(DEVICE)
    session = both.known_as(CODE, DIGEST, browser, "spring-2026")
    cookie = both.to_cookie(session)
    assert both.from_header(f"x=1; voter={cookie}; y=2") == session
    clock.tick(timedelta(seconds=BOUND_LIFETIME_S))
    assert both.from_cookie(cookie) == session
    clock.tick(timedelta(seconds=1))
    assert both.from_cookie(cookie) == browser


def test_a_session_by_wechat_does_not_end_by_itself() -> None:
    clock = ClockInHand(NOW)
    both = sessions(clock)
    cookie = both.to_cookie(both.known_as(WECHAT, DIGEST, None))
    clock.tick(timedelta(days=300))
    session = both.from_cookie(cookie)
    assert session is not None
    assert session.identity == WECHAT


def test_the_first_cookie_that_is_ours_is_read_whatever_a_neighbour_has_planted() -> None:
    both = sessions()
    browser = both.new(DEVICE)
    good = both.to_cookie(browser)
    for header in (
        f"voter=x; voter={good}",
        f"voter=device.{'p' * 22}.{'m' * 22}; voter={good}",
        f"voter={good}; voter=x",
    ):
        assert both.from_header(header) == browser


def no_browser(cookie: str) -> str:
    return re.sub(r"\.B.{22}\.[0-9]{10}", "", cookie)


@pytest.mark.parametrize(
    "change",
    [
        lambda cookie: cookie.replace("a-campaign", "b-campaign"),
        lambda cookie: cookie.replace("code.", "member.", 1),
        lambda cookie: cookie.replace(".a-campaign", ""),
        lambda cookie: cookie.replace("ddd", "ddc", 1),
        lambda cookie: cookie.replace(".B", ".Bx", 1),
        no_browser,
    ],
)
def test_no_part_of_a_cookie_can_be_changed(change: Callable[[str], str]) -> None:
    cookie = sessions().to_cookie(sessions().known_as(CODE, DIGEST, None, "a-campaign"))
    assert sessions().from_cookie(cookie) is not None
    assert change(cookie) != cookie
    assert sessions().from_cookie(change(cookie)) is None


def test_only_a_device_is_known_at_once() -> None:
    known = Identities([EarnedIdentity(WECHAT), EarnedIdentity(CODE), DeviceIdentity()])
    assert known.names == (WECHAT, CODE, DEVICE)
    assert known.issue((WECHAT, CODE), sessions()) is None
    session = known.issue((WECHAT, DEVICE), sessions())
    assert session is not None
    assert session.identity == DEVICE
