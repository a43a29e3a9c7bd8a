"""Text that fits its place: as large as it may be, in lines as equal as can be. Pure; lengths in millimetres."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from ...documents.drawn_text import shown, width_of
from ...documents.line_breaking import balanced_lines
from .scene import Area, Words

BASELINE = 0.88
"""Where a sign stands in its square."""
_STEP = 0.96
_HAIR = 0.01
_DOT = "·"
_UNBROKEN = "\n"
"""In front of a text that is to stay on one line."""
OPENING_QUOTES = ("“", "『", "「", "《")
_HANG = 0.45
_CLOSES = "，、。；：！？—”》』"
_PHRASE_ENDS = re.compile(f"(?<=[{_CLOSES}])(?![{_CLOSES}])|(?=[“《『])")
_PART_ENDS = re.compile(f"(?<=[{_CLOSES}·])(?![{_CLOSES}·])|(?=[“《『])")
"""The same and behind a middle dot, where what stands between two marks is too long for a line."""
_MOST_PHRASES = 7
_SHORTEST_PHRASE = 3
_WORTH = 0.7
"""So much smaller may a text be for the sake of breaking where it is spoken in parts."""
_LONGEST_UNBROKEN = 6
"""Signs of a name that no line breaks; longer ones without a dot are teams."""

Align = Literal["left", "center", "right"]
Upright = Literal["top", "middle", "bottom"]


@dataclass(frozen=True)
class Type:
    """How a text is set: at most so large, in so many lines, so far apart."""

    largest: float
    lines: int = 1
    leading: float = 1.3
    colour: str = "#191919"
    bold: bool = False
    align: Align = "left"
    upright: Upright = "top"


@dataclass(frozen=True)
class Fitted:
    """Lines that fit, and how high they are together."""

    words: tuple[Words, ...]
    size: float
    height: float


def fit(text: str, area: Area, kind: Type) -> Fitted:
    """The text in the largest size at which it fits the area in no more than its lines; nothing is ever left out. It breaks
    where it is spoken in parts (behind a comma, around a quotation), unless that would make it much smaller."""
    whole = shown(" ".join(text.split()))
    anywhere = _largest([whole], area, kind)
    if len(anywhere.words) < 2:
        return anywhere
    for ends in (_PHRASE_ENDS, _PART_ENDS):
        natural = _largest(_by_phrases(whole, kind.lines, ends), area, kind)
        if natural.size >= _WORTH * anywhere.size:
            return natural
    return anywhere


def fit_lines(lines: tuple[str, ...], area: Area, kind: Type) -> Fitted:
    """Parts that stand on one line together, or each on its own."""
    parts = [shown(line) for line in lines]
    return _largest([_UNBROKEN + " ".join(parts), "\n".join(parts)], area, kind)


def fit_name(name: str, area: Area, kind: Type) -> Fitted:
    """The same for a person's name: one of two parts (阿依古丽·买买提) breaks behind its dot or not at all, unless that would
    make it smaller."""
    whole = shown(" ".join(name.split()))
    dots = [at for at, sign in enumerate(whole) if sign == _DOT and 0 < at < len(whole) - 1]
    if not dots and len(whole) > _LONGEST_UNBROKEN:
        return _largest([whole], area, kind)
    broken = [f"{whole[: at + 1]}\n{whole[at + 1 :]}" for at in dots] if kind.lines > 1 else []
    return _largest([_UNBROKEN + whole, *broken], area, kind)


def _largest(ways: Iterable[str], area: Area, kind: Type) -> Fitted:
    ways = [way for way in ways if way.strip()]
    if not ways:
        return Fitted((), 0, 0)
    # No larger than its signs side by side have room in all lines together.
    room = kind.lines * area.width / min(width_of(way.replace("\n", "")) for way in ways)
    size = min(kind.largest, area.height / kind.leading, room)
    while True:
        fitting = [
            lines
            for lines in (_broken(way, area.width / size) for way in ways)
            if _fits(lines, size, area, kind)
        ]
        if fitting:
            # Of several ways the evenest.
            lines = min(fitting, key=lambda lines: max(map(width_of, lines)))
            return Fitted(tuple(_set(lines, size, area, kind)), size, len(lines) * size * kind.leading)
        size *= _STEP


def _fits(lines: list[str], size: float, area: Area, kind: Type) -> bool:
    if len(lines) > kind.lines or len(lines) * size * kind.leading > area.height + _HAIR:
        return False
    if len(lines) > 1 and any(len(line) == 1 for line in lines):
        return False
    return all(width_of(line) * size <= area.width + _HAIR for line in lines)


def _by_phrases(text: str, most_lines: int, phrase_ends: re.Pattern[str]) -> list[str]:
    """All ways to break a text between its phrases into no more than so many lines."""
    ends = [found.end() for found in phrase_ends.finditer(text) if 0 < found.end() < len(text)][
        :_MOST_PHRASES
    ]
    ways = [
        [text[start:end] for start, end in zip((0, *chosen), (*chosen, len(text)), strict=True)]
        for breaks in range(1, most_lines)
        for chosen in combinations(ends, breaks)
    ]
    return ["\n".join(lines) for lines in ways if min(map(len, lines)) >= _SHORTEST_PHRASE]


def _broken(text: str, width_in_sizes: float) -> list[str]:
    if "\n" in text:
        return text.removeprefix(_UNBROKEN).split("\n")
    return [line.text for line in balanced_lines(text, width_in_sizes, width_of)]


def _set(lines: list[str], size: float, area: Area, kind: Type) -> Iterable[Words]:
    high, pitch = len(lines) * size * kind.leading, size * kind.leading
    spare_above = {"top": 0.0, "middle": (area.height - high) / 2, "bottom": area.height - high}[kind.upright]
    for number, line in enumerate(lines):
        width = width_of(line) * size
        # An opening quotation mark stands in the right half of its square: it hangs out, so that the text is flush.
        hang = -_HANG * size if line[:1] in OPENING_QUOTES else 0.0
        spare = {"left": hang, "center": (area.width - width) / 2, "right": area.width - width}[kind.align]
        baseline = area.y + spare_above + number * pitch + (pitch - size) / 2 + BASELINE * size
        yield Words(line, area.x + spare, baseline, size, width, kind.colour, kind.bold)
