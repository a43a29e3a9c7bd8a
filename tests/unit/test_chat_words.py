"""What people type, as they type it, is understood; what they did not mean is not guessed at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.ballots.chat_words import (
    ToBeHelped,
    ToCheck,
    ToReadNotices,
    ToSee,
    ToVote,
    Wish,
    candidate_of_scene,
    wish_of,
)


@pytest.mark.parametrize(
    "typed", ["投票", " 投票 ", "投票！", "“投票”", "我要投票", "投票。\n", "\u3000投票"]
)
def test_the_campaign(typed: str) -> None:
    assert wish_of(typed) == ToVote()


@pytest.mark.parametrize(
    "typed",
    [
        "投 12", "投12", "投票 12", "投票12", "12号", "12 号", "１２号", "１２", "12", "第12号", "投12号", "投票 １２ 号", "投给12号",
        "012", "12号候选人", "12號", "我要投12号", "我投 12", "我想投 12 号", "我要投给 12 号",
        "我要投票 12", "No.12", "投\u300012", "12。",
    ],
)  # fmt: skip
def test_a_candidate(typed: str) -> None:
    assert wish_of(typed) == ToSee(12)


@pytest.mark.parametrize("typed", ["公示", "公示。", "公示公告", " 公示"])
def test_notices(typed: str) -> None:
    assert wish_of(typed) == ToReadNotices()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("查验 7QK2-M3XD-9ABC-DEFG", "7qk2-m3xd-9abc-defg"),
        ("查验7qk2m3xd9abcdefg", "7qk2m3xd9abcdefg"),
        ("查验　７ＱＫ２－Ｍ３ＸＤ－９ＡＢＣ－ＤＥＦＧ", "7qk2-m3xd-9abc-defg"),
        ("查验码：7QK2 M3XD 9ABC DEFG", "7qk2 m3xd 9abc defg"),
        ("7QK2-M3XD-9ABC-DEFG", "7qk2-m3xd-9abc-defg"),
        ("7qk2m3xd9abcdefg", "7qk2m3xd9abcdefg"),
        ("查验", ""),
        ("查验 不是码", "不是码"),
    ],
)
def test_a_ballot(typed: str, code: str) -> None:
    assert wish_of(typed) == ToCheck(code)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "帮助",
        "你好",
        "什么时候投票",
        "投",
        "12号和13号",
        "投 1234567",
        "-12",
        "1.5",
        "请问投12可以吗",
        "\0",
        "十二",
        "我12",
        "我要12号",
    ],
)
def test_anything_else_is_helped(typed: str) -> None:
    assert wish_of(typed) == ToBeHelped()


@given(st.text())
def test_no_text_is_too_strange(typed: str) -> None:
    wish: Wish = wish_of(typed)
    assert isinstance(wish, ToVote | ToSee | ToReadNotices | ToCheck | ToBeHelped)


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("qrscene_p12", 12), ("p12", 12), ("12", 12), ("qrscene_12", 12), ("P12", 12), ("", None), ("qrscene_", None),
        ("last_trade_no_12", None), ("p12x", None), ("p1234567", None),
    ],
)  # fmt: skip
def test_scenes(key: str, number: int | None) -> None:
    assert candidate_of_scene(key) == number
