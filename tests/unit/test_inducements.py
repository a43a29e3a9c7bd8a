"""Wordings that get a page blocked are found as people write them; forbidding them, and everyday words, are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.campaigns.inducements import RULES, inducements_in


def found(text: str) -> list[tuple[str, str]]:
    """Rule and phrase of each."""
    return [(one.rule.name, one.phrase) for one in inducements_in(text)]


@pytest.mark.parametrize(
    ("rule", "example"), [(rule.name, example) for rule in RULES for example in rule.examples]
)
def test_every_example_is_found_by_its_own_rule(rule: str, example: str) -> None:
    assert [name for name, _phrase in found(f"各位职工：{example}，截止到月底。")] == [rule]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请您转发", [("share_asked", "请您转发")]),
        ("动动手指转发一下", [("share_asked", "动动手指转发")]),
        ("转发朋友圈", [("share_asked", "转发朋友圈")]),
        ("关注本公众号，即可投票", [("follow_required", "关注本公众号,即可投票")]),
        ("请关注公众号：云川工会", [("follow_required", "请关注公众号")]),
        ("集　赞", [("likes_collected", "集赞")]),
        ("还差 ３７ 票", [("votes_missing", "还差37票")]),
        ("请各位家人帮她投一票", [("canvassing", "帮她投一票")]),
        ("快来为TA助力", [("friends_help", "为TA助力")]),
        ("先看事迹。集赞换票！求投票", [("likes_collected", "集赞"), ("canvassing", "求投票")]),
        # One place is one finding, though two rules know it.
        ("转发给好友可得3票", [("share_rewarded", "转发给好友可得3票")]),
    ],
)
def test_what_is_found_is_given_as_a_phrase(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "投票不收费，不要求关注、下载或转发；请勿刷票、买票或有偿拉票，查实的异常选票将说明理由后作废。",
        "投票不要求关注",
        "无需关注即可投票",
        "不得要求职工关注公众号后投票",
        "投票不设抽奖",
        "不发红包、不送礼品",
        "有下列情形的：拉票舞弊、弄虚作假",
        "发现拉票贿选、刷票等情况，请向主办单位反映",
        "这可能是有偿拉票",
        "严禁以红包、礼品等方式拉票",
        "不得邀请好友助力",
        "请不要拍照、转发",
        "举报拉票",
    ],
)
def test_forbidding_it_is_no_inducement(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "助力高质量发展，助力乡村振兴",
        "开集卡的老张跑遍了港口",
        "班前会上他首先关注安全",
        "他把经验分享给工友，请他分享经验的单位越来越多",
        "在经验分享会上获得一等奖",
        "拒收红包的事传开以后，他上台领奖",
        "各级工会欢迎职工群众参与投票",
        "感谢您为劳动者投下一票",
        "投票已截止，感谢关注",
        "从菜单、搜索、转发链接还是二维码打开的",
        "单据要求票面整洁",
        "大家为他投来信任的一票",
        "请用微信扫码打开",
    ],
)
def test_everyday_words_are_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "不要错过抽奖",
        "无需等待即可抽奖",
        "无需下载，转发到朋友圈",
        "不仅能投票，还能抽奖",
        "不但可以投票还能抽奖",
        "没有门槛。邀请好友一起投票",
        "别忘了转发到朋友圈",
        "发现身边的榜样分享到朋友圈",
    ],
)
def test_a_not_that_forbids_nothing_is_no_way_out(text: str) -> None:
    assert len(found(text)) == 1


def test_names_and_sentences_are_whole() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert str(rule.why).endswith("。")
        assert str(rule.instead).endswith("。")
        assert rule.examples


@given(
    st.text(
        alphabet="投票关注转发分享朋友圈好友集赞助力拉求请后才能即可不勿抽奖红包送差12，。 \n", max_size=60
    )
)
def test_no_text_is_too_strange(text: str) -> None:
    for one in inducements_in(text):
        assert one.phrase


def test_a_long_text_takes_no_long_time() -> None:
    """Each rule looks a bounded way ahead; a text of the greatest length an import admits is through in a moment."""
    text = ("请转发分享关注投票" * 3000)[:20_000]
    assert len(inducements_in(text)) > 0
