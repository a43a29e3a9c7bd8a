"""Sentences for people, written once in Chinese and translated only where a page is made.

Domain code says what is wrong without knowing Flask: ``_("请选择 %(n)s 人", n=3)`` is a value that carries its
source sentence and its figures. ``web`` translates it for the reader; the command line prints it as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any


class Text:
    """A translatable sentence. ``str()`` gives the Chinese source with its figures filled in."""

    __slots__ = ("source", "values")

    def __init__(self, source: str, values: dict[str, Any] | None = None) -> None:
        self.source = source
        self.values = values or {}

    def translated(self, gettext: Callable[[str], str]) -> str:
        """The sentence in the reader's language; nested sentences are translated with it."""
        sentence = gettext(self.source)
        if not self.values:
            return sentence
        return sentence % {
            name: value.translated(gettext) if isinstance(value, Text) else value
            for name, value in self.values.items()
        }

    def to_json(self) -> dict[str, Any]:
        """To be kept, and translated for whoever reads it later. Figures that JSON does not know are written out."""
        plain = {
            name: value.to_json() if isinstance(value, Text) else value if isinstance(value, int | float) else str(value)
            for name, value in self.values.items()
        }  # fmt: skip
        return {"source": self.source, "values": plain}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Text:
        """From ``to_json``'s form."""
        values = {
            name: cls.from_json(value) if isinstance(value, dict) else value
            for name, value in plain["values"].items()
        }
        return cls(plain["source"], values)

    def __str__(self) -> str:
        return self.translated(lambda source: source)

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and (self.source, self.values) == (other.source, other.values)

    def __hash__(self) -> int:
        return hash(self.source)


def _(source: str, **values: Any) -> Text:
    """Mark a Chinese sentence as translatable and bind its figures."""
    return Text(source, values)


def enumerated(parts: Iterable[Text]) -> Text | None:
    """``甲、乙、丙``, each translated with the whole; None of nothing."""
    told = [*parts]
    return (
        reduce(lambda so_far, part: _("%(told)s、%(another)s", told=so_far, another=part), told)
        if told
        else None
    )
