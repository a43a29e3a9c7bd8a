"""The rules as values: states, next openings, the published form, the sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.stage import category_rules, rules
from voting_service.campaigns.rule_texts import rule_texts
from voting_service.campaigns.rules import BallotRules, minutes_of

SHANGHAI = timedelta(hours=8)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in April 2026, local in Shanghai."""
    return datetime(2026, 4, day, hour, minute, tzinfo=UTC) - SHANGHAI


@pytest.fixture
def office_hours() -> BallotRules:
    """9 to 17 o'clock from 7 April 8:00 to 9 April 12:00."""
    return rules(opens_at=at(7, 8), closes_at=at(9, 12), daily_hours=("09:00", "17:00"), counts="daily 18:00")


@pytest.mark.parametrize(
    ("moment", "state", "opening"),
    [
        (at(6, 12), "scheduled", at(7, 9)),
        (at(7, 8), "resting", at(7, 9)),
        (at(7, 9), "open", at(7, 9)),
        (at(7, 16, 59), "open", at(7, 16, 59)),
        (at(7, 17), "resting", at(8, 9)),
        (at(9, 11, 59), "open", at(9, 11, 59)),
        (at(9, 12), "closed", None),
    ],
)
def test_what_a_voter_finds(
    office_hours: BallotRules, moment: datetime, state: str, opening: datetime | None
) -> None:
    assert office_hours.state_at(moment) == state
    assert office_hours.next_opening(moment) == opening


def test_hours_that_never_come_again_have_no_opening() -> None:
    late = rules(opens_at=at(7, 8), closes_at=at(7, 18), daily_hours=("06:00", "12:00"))
    assert late.next_opening(at(7, 13)) is None


def test_daily_publication_is_the_latest_within_voting(office_hours: BallotRules) -> None:
    assert office_hours.last_publication(at(7, 17)) is None
    assert office_hours.last_publication(at(7, 18)) == at(7, 18)
    assert office_hours.last_publication(at(8, 17, 59)) == at(7, 18)
    assert office_hours.last_publication(at(20, 12)) == at(8, 18)
    assert rules(counts="live").last_publication(at(8, 18)) is None


def test_the_kept_form_reads_back_exactly_and_the_published_one_names_channels() -> None:
    given = rules(categories=category_rules("能源", max_choices=2), identities=("wechat", "device"))
    assert BallotRules.from_json(given.to_json()) == given
    published = given.to_log()
    assert published["channels"] == ["wechat", "browser"]
    assert "identities" not in published


@pytest.mark.parametrize("text", ["24:01", "6:00", "06:60", "aa:bb", "-1:00"])
def test_times_of_day_that_are_none(text: str) -> None:
    with pytest.raises(ValueError):
        minutes_of(text)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "每人每天可投 1 次，每次选 1–3 人，全天开放。"),
        (
            {"min_choices": 3, "daily_hours": ("06:00", "24:00")},
            "每人每天可投 1 次，每次选 3 人，每天 06:00–24:00 开放。",
        ),
        ({"ballots_per_day": None, "ballots_total": 5}, "每人全程可投 5 次，每次选 1–3 人，全天开放。"),
        ({"ballots_total": 5}, "每人每天可投 1 次、全程共 5 次，每次选 1–3 人，全天开放。"),
        ({"identities": ("code",)}, "一个投票码投一次，每次选 1–3 人，全天开放。"),
        ({"identities": ("code", "device")}, "每人每天可投 1 次，每次选 1–3 人，全天开放。"),
    ],
)
def test_the_rules_in_a_sentence(changes: dict, sentence: str) -> None:
    assert str(rules(**changes).sentence()) == sentence


@pytest.mark.parametrize(
    ("identities", "sentence"),
    [
        (("device",), "只有一种方式：用手机或电脑浏览器打开活动页面投票，每台设备按一名投票人计。"),
        (("wechat",), "只有一种方式：在微信中投票，每个微信号按一名投票人计。"),
        (
            ("code",),
            "只有一种方式：凭工会发放的投票码投票，一码一票，用过即失效。没有手机的，请向主办单位询问投票点。",
        ),
        (
            ("member",),
            "只有一种方式：凭会员编号和本人的投票码投票，每名会员按一名投票人计。没有手机的，请向主办单位询问投票点。",
        ),
        (
            ("code", "member"),
            "有 2 种方式：凭会员编号和本人的投票码投票，每名会员按一名投票人计；凭工会发放的投票码投票，一码一票，用过即失效。"
            "票数合并计算，并按方式分别公布；同一个人用不同方式投的，各算一名投票人。没有手机的，请向主办单位询问投票点。",
        ),
        (
            ("wechat", "code"),
            "有 2 种方式：在微信中投票，每个微信号按一名投票人计；凭工会发放的投票码投票，一码一票，用过即失效。"
            "票数合并计算，并按方式分别公布；同一个人用不同方式投的，各算一名投票人。",
        ),
        (
            ("device", "member", "wechat", "code"),
            "有 4 种方式：在微信中投票，每个微信号按一名投票人计；凭会员编号和本人的投票码投票，每名会员按一名投票人计；"
            "凭工会发放的投票码投票，一码一票，用过即失效；用手机或电脑浏览器打开活动页面投票，每台设备按一名投票人计。"
            "票数合并计算，并按方式分别公布；同一个人用不同方式投的，各算一名投票人。",
        ),
    ],
)
def test_the_rules_page_says_how_people_vote(identities: tuple[str, ...], sentence: str) -> None:
    lines = {str(term): str(text) for term, text in rule_texts(rules(identities=identities))}
    assert lines["投票方式"] == sentence


def test_the_log_says_which_channels_allow_one_ballot() -> None:
    published = rules(identities=("wechat", "code", "member")).to_log()
    assert (published["channels"], published["one_ballot_channels"]) == (
        ["wechat", "code", "member"],
        ["code"],
    )
    assert "one_ballot_channels" not in rules(identities=("wechat", "member")).to_log()


def test_the_rules_page_says_every_limit() -> None:
    given = rules(
        ballots_per_day=3, ballots_total=9, same_candidate_per_day=1,
        categories=category_rules("能源", min_choices=1, max_choices=2), counts="hidden",
    )  # fmt: skip
    lines = {str(term): str(text) for term, text in rule_texts(given)}
    assert lines["投票次数"] == "每人每天 3 次，全程不超过 9 次。零点起算新的一天。"
    assert lines["同一候选人"] == "每人每天最多投 1 次。"
    assert lines["“能源”组"] == "每张选票选 1 至 2 人。"
    assert lines["票数公布"] == "投票结束前不公布，结束后一并公布。"
