"""Which characters nobody reads."""

from __future__ import annotations

import pytest

from voting_service.legible import is_all_seen, is_legible, is_no_sign


def test_unicode_has_66_noncharacters() -> None:
    names = [code for code in range(0x110000) if is_no_sign(chr(code))]
    controls, halves = 65, 0xE000 - 0xD800
    assert len(names) == controls + halves + 66


@pytest.mark.parametrize("text", ["李伟", "𠮷田", "Ａ級", "café", "👷🏽‍♀️", "a\u200bb", ""])
def test_what_people_write_is_legible(text: str) -> None:
    assert is_legible(text)


@pytest.mark.parametrize("text", ["张\x07三", "一\n二", "\ufdd0c\ufdd1", "\uffff", "\U0010fffe", "\ud83d"])
def test_what_nobody_reads(text: str) -> None:
    assert not is_legible(text)


def test_what_goes_unseen() -> None:
    assert is_all_seen("李伟 𠮷田")
    assert not any(map(is_all_seen, ("李\u200b伟", "a\u202eb", "一\n二", "\ufdd0")))


def test_line_ends_where_they_are_allowed() -> None:
    assert is_legible("一\n二\t三", "\n\t")
    assert not is_legible("一\r\n二", "\n\t")
