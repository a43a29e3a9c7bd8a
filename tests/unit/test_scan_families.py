"""Each sign fires on what it names, and is silent on what people do."""

from __future__ import annotations

import numpy as np
import pytest

from anti_fraud.scan import ballots_of
from anti_fraud.scan.agents import read_agent
from anti_fraud.scan.families import AGENT, CLOCK, HASTE, HOSTING, TOUCH, UNSIGNED, WORK, Families, Shown
from anti_fraud.scan.places import prefix_of
from anti_fraud.scan.rule import machine_families, ruling_on
from tests.handmade import NOON, Row, people, wechat

CROWD = people(2000)
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36"


def shown_by(*rows: Row) -> Shown:
    """What these rows show among a crowd of ordinary people; they come first."""
    return Families(ballots_of([*rows, *CROWD])).answer()


def signs_of(**change: object) -> int:
    """The signs of one ordinary ballot with these cells."""
    ordinary: Row = {"touches": 3, "dwell_s": 15.0, "challenge_ms": 1000, "entry": "menu", "share_token": ""}
    row = people(1, 99)[0] | ordinary | {"ballot_id": "x"} | change
    return int(shown_by(row).patterns[0])


def test_an_ordinary_ballot_shows_nothing() -> None:
    assert signs_of() == 0


@pytest.mark.parametrize(
    "agent",
    [
        "python-requests/2.32.3",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
        wechat("V2001A", 42).replace("0x28002a00", "0x28003100"),  # not 8.0.42
        wechat("V2001A").replace("(0x2", "(0x1"),  # built for iOS, says Android
        wechat("V2001A").replace(
            "Linux; Android 13", "iPhone; CPU iPhone OS 17_0 like Mac OS X"
        ),  # os says android
        DESKTOP,
    ],
)
def test_an_impossible_agent_is_a_sign(agent: str) -> None:
    assert signs_of(user_agent=agent, wechat_version="") == AGENT


def test_a_version_beside_the_agents_is_a_sign() -> None:
    assert signs_of(user_agent=wechat("V2001A", 49), wechat_version="8.0.31") == AGENT
    assert signs_of(user_agent=wechat("V2001A", 49), wechat_version="8.0.49.2600") == 0


@pytest.mark.parametrize(
    ("agent", "system"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
         "MicroMessenger/8.0.59(0x18003b28) NetType/WIFI Language/zh_CN", "ios"),
        ("Mozilla/5.0 (Linux; Android 10; ONEPLUS A5000 Build/QKQ1.191014.012; wv) AppleWebKit/537.36 Version/4.0 "
         "Chrome/111.0.5563.116 Mobile Safari/537.36 XWEB/1110005 MMWEBSDK/20230805 MMWEBID/4650 "
         "MicroMessenger/8.0.42.2460(0x28002A58) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64", "android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/132.0.0.0 Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) "
         "NetType/WIFI MiniProgramEnv/Windows WindowsWechat/WMPF WindowsWechat(0x63090a13) XWEB/18163", "desktop"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0.0.0 ArkWeb/4.1.6.1 Mobile "
         "MicroMessenger/8.0.7(0x28000734)", "harmony"),
        ("Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) Chrome/99.0 Mobile MicroMessenger/8.0.33", "harmony"),
    ],
)  # fmt: skip
def test_real_agents_are_possible(agent: str, system: str) -> None:
    assert signs_of(user_agent=agent, os=system, wechat_version="", touches=3) & AGENT == 0


def test_a_rule_that_speaks_of_many_people_is_silent() -> None:
    """Another service may fill a column in its own way; that is no sign of anything."""
    odd = [row | {"wechat_version": "7.0.1"} for row in CROWD]
    assert not (Families(ballots_of(odd)).answer().patterns & AGENT).any()


def test_the_model_is_the_phones() -> None:
    assert read_agent(wechat("V2001A")).model == "V2001A"
    assert read_agent("Mozilla/5.0 (Linux; Android 12; zh-cn; PE0M00) Chrome/1").model == "PE0M00"
    assert read_agent("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X)").model == "17_5_1"


def test_work_faster_than_phones_is_a_sign_and_slower_never() -> None:
    assert signs_of(challenge_ms=90) == WORK
    assert signs_of(challenge_ms=500) == 0
    assert signs_of(challenge_ms=90_000) == 0
    assert signs_of(challenge_ms=None) == 0


def test_work_is_measured_against_people_even_where_half_are_machines() -> None:
    bots = people(2000, 5, challenge_ms=90, touches=0)
    shown = Families(ballots_of([*bots, *CROWD])).answer()
    assert np.mean(shown.patterns[:2000] & WORK > 0) == 1
    assert np.mean(shown.patterns[2000:] & WORK > 0) < 0.02


def test_no_touch_is_a_sign_on_phones_alone() -> None:
    assert signs_of(touches=0) == TOUCH
    assert signs_of(touches=None) == 0
    assert signs_of(touches=0, os="desktop", user_agent=DESKTOP, channel="browser", wechat_version="") == 0


def test_a_page_that_reports_no_touches_silences_the_question() -> None:
    untouched = [row | {"touches": 0} for row in CROWD]
    assert (
        not Families(ballots_of(untouched)).answer().patterns.any()
        or not (Families(ballots_of(untouched)).answer().patterns & TOUCH).any()
    )


def test_less_than_a_second_and_a_fifth_is_a_sign() -> None:
    assert signs_of(dwell_s=1.199) == HASTE
    assert signs_of(dwell_s=1.2) == 0
    assert signs_of(dwell_s=None) == 0


def pausing(seconds: float, spread: float) -> Row:
    """Cells of a crowd for one candidate whose time on the page varies by this share."""
    return {
        "choices": "4",
        "cast_at": lambda draw, number: NOON + 1800 * float(draw.random()),
        "dwell_s": lambda draw, number: round(seconds * (1 + spread * float(draw.normal())), 3),
    }


def test_a_pause_that_hardly_varies_is_like_a_clock() -> None:
    bots = people(200, 6, **pausing(8, 0.01))
    shown = Families(ballots_of([*bots, *CROWD])).answer()
    assert np.mean(shown.patterns[:200] & CLOCK > 0) > 0.9
    assert not (shown.patterns[200:] & CLOCK).any()


def test_gaps_that_repeat_are_like_a_clock() -> None:
    bots = people(
        40, 7, ip="39.144.1.1", cast_at=lambda draw, n: NOON + 30.0 * n + 0.05 * float(draw.random())
    )
    shown = Families(ballots_of([*bots, *CROWD])).answer()
    assert (shown.patterns[:40] & CLOCK > 0).all()


@pytest.mark.parametrize("spread", [0.06, 0.1, 0.3])
def test_people_who_follow_one_instruction_are_no_clock(spread: float) -> None:
    crowd = people(3000, 8, **pausing(3, spread))
    assert not (Families(ballots_of([*crowd, *CROWD])).answer().patterns & CLOCK).any()


def test_circumstances_are_no_signs() -> None:
    row = people(1, 99)[0] | {
        "touches": 2,
        "dwell_s": 9.0,
        "challenge_ms": 900,
        "entry": "direct",
        "network_type": "hosting",
    }
    shown = shown_by(row)
    assert (int(shown.patterns[0]), int(shown.contexts[0])) == (0, HOSTING | UNSIGNED)


def test_a_registered_kiosk_shows_nothing() -> None:
    assert signs_of(kiosk="hall-1", channel="kiosk", touches=0, dwell_s=0.8, challenge_ms=50) == 0


def test_blocks_are_24_and_48() -> None:
    assert prefix_of("203.0.113.7") == "203.0.113.0/24"
    assert prefix_of("2001:db8:1:2::5") == "2001:db8:1::/48"
    assert prefix_of("") == prefix_of("unknown") == ""


# ---- the rule


def test_families_are_counted_once_for_each_question() -> None:
    assert machine_families(AGENT | WORK) == 1
    assert machine_families(TOUCH | HASTE) == 1
    assert machine_families(HASTE | CLOCK) == 1
    assert machine_families(TOUCH | CLOCK) == 2
    assert machine_families(WORK | HASTE) == 2


@pytest.mark.parametrize("context", [0, UNSIGNED])
@pytest.mark.parametrize("pattern", [AGENT, WORK, TOUCH, HASTE, CLOCK])
def test_one_sign_is_never_quarantined_on_its_own(pattern: int, context: int) -> None:
    assert ruling_on(pattern, context, True, True).finding != "quarantine"


@pytest.mark.parametrize("pattern", [WORK, CLOCK])
def test_one_sign_that_an_organisation_may_share_is_not_quarantined_from_a_cloud_either(pattern: int) -> None:
    assert ruling_on(pattern, HOSTING, False, False).finding == "review"


def test_signs_of_two_families_are_quarantined_anywhere() -> None:
    assert ruling_on(WORK | TOUCH, 0, False, False).finding == "quarantine"


def test_a_network_whose_kind_one_row_does_not_name_is_known_by_its_number() -> None:
    cloud: Row = {"asn": "37963", "ballot_id": "x"}
    rows = [
        people(1, 99)[0] | cloud | {"ballot_id": str(n), "network_type": kind}
        for n, kind in enumerate((None, "office", "hosting"))
    ]
    assert (shown_by(*rows).contexts[:3] & HOSTING > 0).tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("agent", "system", "contradicts"),
    [
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0.0.0 ArkWeb/4.1.6.1 Mobile", "harmony", False),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0.0.0 ArkWeb/4.1.6.1 Mobile", "android", False),
        ("Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) Chrome/99.0 Mobile", "android", False),
        ("Mozilla/5.0 (Linux; Android 12; NOH-AN00) Chrome/99.0 Mobile", "harmony", False),
        ("Mozilla/5.0 (Phone; HarmonyOS 5.0) Chrome/114.0 Mobile", "ios", True),
        ("Mozilla/5.0 (iPod touch; CPU iPhone OS 12_0 like Mac OS X) Mobile/15E148", "ios", False),
        ("Mozilla/5.0 (iPod touch; CPU OS 12_0 like Mac OS X) Mobile/15E148", "android", True),
    ],
)  # fmt: skip
def test_the_door_and_the_scan_read_one_system_from_an_agent(
    agent: str, system: str, contradicts: bool
) -> None:
    row = {"user_agent": agent, "os": system, "channel": "browser", "wechat_version": ""}
    assert (signs_of(**row) == AGENT) == contradicts
