"""Looks through the texts of a campaign for wordings that get pages blocked in WeChat, and says where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from ..campaigns.inducements import inducements_in
from ..campaigns.toml_table import FILE
from ..errors import Problem
from ..text import _
from .roster_table import label

_FIELDS = ("summary", "story", "slogan")


class WithTexts(Protocol):
    """A candidate as declared or as stored."""

    @property
    def number(self) -> int: ...
    @property
    def name(self) -> str: ...


def inducement_warnings(title: str, description: str, people: Iterable[WithTexts]) -> Iterator[Problem]:
    """One for each wording: its place, what was found, what to write instead. Nothing is refused for it: the platform
    judges by complaints, and a quotation may be quite in order."""
    yield from _found(f"{FILE} title", title)
    yield from _found(f"{FILE} description", description)
    for person in people:
        for field in _FIELDS:
            yield from _found(f"{person.number} 号 {person.name} {label(field)}", getattr(person, field))


def _found(where: str, text: str) -> Iterator[Problem]:
    for found in inducements_in(text):
        sentence = _("“%(phrase)s”可能使链接被微信封禁：%(why)s", phrase=found.phrase, why=found.rule.why)
        yield Problem(where, sentence, found.rule.instead)
