"""What is written as TOML is read back exactly, whatever it says."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from voting_service.campaigns.toml_writing import written_toml

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30) | st.text('"\\\n\t\ra', max_size=12)
PLAIN: st.SearchStrategy[Any] = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(2000, 1, 1)),
    st.datetimes(timezones=st.just(timezone(timedelta(hours=8)))),
)
VALUES = PLAIN | st.lists(PLAIN, max_size=3)
TABLES = st.recursive(
    st.dictionaries(TEXTS, VALUES, max_size=4),
    lambda inner: st.dictionaries(
        TEXTS, VALUES | inner | st.lists(inner, min_size=1, max_size=3), max_size=4
    ),
    max_leaves=8,
)


@given(TABLES)
@example({"a": 'x\n"""""'})
@example({"a": '\n"" \\'})
@example({"a": "\n\r\n\x7f\x00"})
@example({"a": [{"b": 1}, {}], "c": {}})
def test_it_comes_back(values: dict[str, Any]) -> None:
    assert tomllib.loads(written_toml(values)) == values


def test_notes_stand_above_what_they_are_of_once() -> None:
    text = written_toml(
        {"a": 1, "b": {"c": 2}, "d": [{"e": 3}, {"e": 4}]},
        {"a": "一", "b.c": "二\n三", "d": "四", "d.e": "五"},
    )
    assert text == ("# 一\na = 1\n\n[b]\n# 二\n# 三\nc = 2\n\n# 四\n[[d]]\n# 五\ne = 3\n\n[[d]]\ne = 4\n")


@pytest.mark.parametrize("value", [None, b"", {1}])
def test_what_toml_has_no_word_for_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        written_toml({"a": value})
