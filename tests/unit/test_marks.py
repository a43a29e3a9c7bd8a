"""Titles inside a sentence's own marks, as GB/T 15834 nests them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publicity.award.words import filled
from publicity.docket.letters import reply_title
from voting_service.names import in_quotes, in_title_marks


@pytest.mark.parametrize(
    ("title", "inside"),
    [
        ("云川市最美劳动者评选", "云川市最美劳动者评选"),
        ("“最美劳动者”评选", "‘最美劳动者’评选"),
        ("云川市“最美劳动者”和“最美班组”评选", "云川市‘最美劳动者’和‘最美班组’评选"),
        ("“学‘四史’、当先锋”活动", "‘学“四史”、当先锋’活动"),
        ("《关于“最美”的公示》", "《关于‘最美’的公示》"),
        ("workers’ day", "workers’ day"),
        ("“the workers’ day”", "‘the workers’ day’"),
        ("“还没有写完", "‘还没有写完"),
        ("", ""),
    ],
)
def test_quotation_marks_within_quotation_marks_are_the_other_kind(title: str, inside: str) -> None:
    assert in_quotes(title) == inside


@pytest.mark.parametrize(
    ("title", "inside"),
    [
        ("关于“最美劳动者”拟定人选的公示", "关于“最美劳动者”拟定人选的公示"),
        ("关于《致劳动者》征文评选的公示", "关于〈致劳动者〉征文评选的公示"),
        ("关于《读〈论语〉》的公示", "关于〈读《论语》〉的公示"),
    ],
)
def test_title_marks_within_title_marks_are_single(title: str, inside: str) -> None:
    assert in_title_marks(title) == inside


@given(st.text("“”‘’《》〈〉甲a", max_size=12))
def test_nothing_but_marks_is_changed(title: str) -> None:
    def plain(text: str) -> str:
        return "".join("*" if one in "“”‘’《》〈〉" else one for one in text)

    assert plain(in_quotes(title)) == plain(in_title_marks(title)) == plain(title)
    assert in_title_marks(in_title_marks(title)) == title


def test_a_blank_is_filled_in_as_it_stands_there() -> None:
    blanks = {"称号": "云川市“最美”工人", "活动": "“最美”评选活动"}
    assert filled("授予“{称号}”称号", blanks) == "授予“云川市‘最美’工人”称号"
    assert (
        filled("{活动}已经结束，授予{称号}称号", blanks) == "“最美”评选活动已经结束，授予云川市“最美”工人称号"
    )
    assert filled("《{书名}》", {"书名": "读《论语》"}) == "《读〈论语〉》"
    assert filled("“{别的}”", blanks) == "“{别的}”"


def test_a_letter_names_a_notice_whose_title_names_a_text() -> None:
    title = reply_title("关于《致劳动者》征文“最美”奖的公示")
    assert str(title) == "关于对《关于〈致劳动者〉征文“最美”奖的公示》所提异议的答复"
