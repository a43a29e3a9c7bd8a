"""Chinese paragraphs: where a line may end, and where none may begin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.documents.line_breaking import CLOSING, OPENING, balanced_lines, break_lines


def ems(text: str) -> float:
    """Latin signs are half as wide as Chinese ones."""
    return sum(0.5 if sign.isascii() else 1 for sign in text)


def texts(paragraph: str, width: float, indent: float = 0) -> list[str]:
    return [line.text for line in break_lines(paragraph, width, ems, indent)]


@pytest.mark.parametrize(
    ("paragraph", "lines"),
    [
        ("经审核，现予公示", ["经审核，", "现予公示"]),
        ("现予以公示。", ["现予以公", "示。"]),  # no stop at a line's start: the sign before it goes along
        ("称号“劳动者”", ["称号“劳", "动者”"]),
        ("现在称“劳动”", ["现在称", "“劳动”"]),  # nothing that opens at a line's end
        ("总共10240人", ["总共", "10240人"]),  # a number stays whole
        ("等……——等", ["等……", "——等"]),
        ("一 二 三 四 五", ["一 二 三", "四 五"]),
    ],
)
def test_lines_end_where_they_may(paragraph: str, lines: list[str]) -> None:
    assert texts(paragraph, 4) == lines


def test_what_is_longer_than_a_line_is_broken_inside() -> None:
    assert texts("见a.example.org", 4) == ["见", "a.exampl", "e.org"]


def test_an_address_is_broken_after_a_slash() -> None:
    assert texts("见https://a.cn/c/notices", 7) == ["见", "https://a.cn/", "c/notices"]


def test_a_line_break_of_the_writer_stays_and_only_the_first_line_is_indented() -> None:
    lines = break_lines("一二三四五\n六七", 4, ems, indent=2)
    assert [(line.text, line.indent, line.last) for line in lines] == [
        ("一二", 2, False), ("三四五", 0, True), ("六七", 0, True),
    ]  # fmt: skip


def test_an_empty_paragraph_is_a_line() -> None:
    assert texts("", 4) == [""]


def test_a_title_has_lines_of_equal_length() -> None:
    lines = balanced_lines("一二三四五六七八九十甲乙", 10, ems)
    assert [line.text for line in lines] == ["一二三四五六", "七八九十甲乙"]


@given(
    paragraph=st.text(st.sampled_from("工会公示，。、（）“”《》……——19%aZ ."), max_size=60),
    width=st.integers(4, 12),
    indent=st.sampled_from([0, 2]),
)
def test_nothing_is_lost_and_nothing_is_too_wide(paragraph: str, width: int, indent: int) -> None:
    lines = break_lines(paragraph, width, ems, indent)
    assert "".join(line.text for line in lines).replace(" ", "") == paragraph.replace(" ", "")
    assert all(ems(line.text) + line.indent <= width for line in lines)


@given(words=st.lists(st.sampled_from(["公示", "“模范”", "（甲）", "9人，", "，", "。"]), max_size=20))
def test_no_line_begins_with_what_closes_or_ends_with_what_opens(words: list[str]) -> None:
    # Runs of marks are no longer than a line here: what is must be broken somewhere.
    lines = texts("始" + "终".join(words), 12)
    assert not [line for line in lines[1:] if line and line[0] in CLOSING]
    assert not [line for line in lines[:-1] if line and line[-1] in OPENING]
