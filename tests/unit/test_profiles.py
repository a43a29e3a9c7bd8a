"""A profile has one encoding; two versions are compared without losing a character; bad texts are named at their fields."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voting_service.candidates.models import Candidate
from voting_service.candidates.profiles.comparing import Piece, compare
from voting_service.candidates.profiles.document import (
    as_profile,
    changed_fields,
    plain_texts,
    profile_of,
    text_problems,
)


def candidate(**changes: object) -> Candidate:
    values = {
        "number": 3, "name": "石望川", "organisation": "青石梁煤矿", "title": "采煤机司机", "summary": "听声辨石",
        "story": "第一句。第二句。", "slogan": "", "video_url": None,
    }  # fmt: skip
    return Candidate(**(values | changes))


def test_a_profile_has_one_encoding_and_its_hash_follows_every_text() -> None:
    found = profile_of(candidate())
    assert found.document == (
        '{"category":null,"name":"石望川","number":3,"organisation":"青石梁煤矿","photos":[],"slogan":"",'
        '"story":"第一句。第二句。","summary":"听声辨石","title":"采煤机司机","video_url":null}'
    )
    assert found == as_profile(found.document)
    hashes = {
        found.sha256,
        *(profile_of(candidate(**{field: "别的"})).sha256 for field in ("name", "title", "summary", "story", "slogan")),
    }  # fmt: skip
    assert len(hashes) == 6
    assert profile_of(candidate(), {"story": "别的"}) == profile_of(candidate(story="别的"))


def test_what_changed_is_named_in_order() -> None:
    before = profile_of(candidate())
    after = profile_of(candidate(), {"slogan": "实干", "title": "班长", "story": "第一句。第二句。"})
    assert changed_fields(before, after) == ("title", "slogan")


def test_only_what_changed_within_a_sentence_is_marked() -> None:
    assert compare("他工作了二十年。从不迟到。", "他工作了二十一年。从不迟到。") == [
        Piece("same", "他工作了二十"),
        Piece("come", "一"),
        Piece("same", "年。从不迟到。"),
    ]
    assert compare("甲乙丙丁。", "子丑寅卯。") == [Piece("gone", "甲乙丙丁。"), Piece("come", "子丑寅卯。")]
    assert compare("", "新写的。") == [Piece("come", "新写的。")]
    assert compare("一样。", "一样。") == [Piece("same", "一样。")]


@given(st.text("甲乙丙。；\n!a ", max_size=60), st.text("甲乙丙。；\n!a ", max_size=60))
def test_a_comparison_loses_nothing(before: str, after: str) -> None:
    pieces = compare(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "come") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


def test_the_longest_story_is_compared_in_one_go() -> None:
    """One sentence of 20 000 characters is not taken apart: by characters that would take minutes."""
    long = "工" * 19_999 + "。"
    assert len(compare(long, "人" + long[1:])) == 2


def test_texts_are_checked_as_the_import_does() -> None:
    texts = plain_texts(
        {"title": " 班 \n 长 ", "summary": "字" * 121, "story": "电话 13800138000", "slogan": "\x07"}
    )
    assert texts["title"] == "班 长"
    assert [(one.where, str(one.sentence)) for one in text_problems(texts)] == [
        ("summary", "有 121 个字，最多 120 个字。"),
        ("story", "含有手机号码。"),
        ("slogan", "含有不可见的控制字符。"),
    ]
    assert [one.where for one in text_problems(plain_texts({}))] == ["summary"]
    assert text_problems(plain_texts({"story": "一段\r\n\r\n又一段"})) == []
