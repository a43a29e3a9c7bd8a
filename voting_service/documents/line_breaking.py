"""Breaks a Chinese paragraph into lines: nothing begins with what closes, nothing ends with what opens. Pure.

After GB/T 15834 (punctuation at the ends of lines) and the simple part of W3C's Requirements for Chinese Text Layout: a mark
that may not begin a line takes the character before it along.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Measure = Callable[[str], float]

CLOSING = frozenset("、。，．；：？！）】》〉」』〕〗］｝”’％‰℃·～,.;:?!)]}%")
OPENING = frozenset("（【《〈「『〔〖［｛“‘([{￥¥№")
_TOKENS = re.compile(r"——|……|[^\S\n]+|(?:[!-.0-~]*//)?[!-.0-~\u00a1-\u024f]*/+|[!-~\u00a1-\u024f]+|.")
"""Dashes and dots of two, spaces, Latin words and numbers whole, addresses up to each slash; everything else sign by sign."""


@dataclass(frozen=True)
class Line:
    """One line of a paragraph."""

    text: str
    indent: float
    """How far in it begins."""
    last: bool
    """Whether a paragraph, or what stands before a line break in it, ends here: such a line is never stretched."""


def break_lines(text: str, width: float, measure: Measure, indent: float = 0) -> list[Line]:
    """The lines of a paragraph; at least one. ``width`` and ``indent`` (of its first line) in what ``measure`` gives."""
    lines: list[Line] = []
    for number, part in enumerate(text.split("\n")):
        begins = indent if number == 0 else 0
        broken = list(_filled(part, width, measure, begins))
        lines += [
            Line(line, begins if nth == 0 else 0, nth == len(broken) - 1) for nth, line in enumerate(broken)
        ]
    return lines


def balanced_lines(text: str, width: float, measure: Measure) -> list[Line]:
    """As ``break_lines`` in as few lines, but as equal as they can be: for titles."""
    fewest = break_lines(text, width, measure)
    if len(fewest) == 1 or "\n" in text:
        return fewest
    narrow = measure(text) / len(fewest)
    step = (width - narrow) / 20
    for nth in range(20):
        lines = break_lines(text, narrow + nth * step, measure)
        if len(lines) == len(fewest):
            return lines
    return fewest


def _filled(text: str, width: float, measure: Measure, indent: float) -> Iterator[str]:
    line, room = "", width - indent
    for atom in _atoms(text):
        if measure((line + atom).rstrip()) <= room:
            line += atom
            continue
        if line.strip():
            yield line.rstrip()
            line, room = "", width
        line = atom.lstrip()
        while line and measure(line) > room:
            fits = _fitting(line, room, measure)
            yield line[:fits]
            line, room = line[fits:], width
    yield line.rstrip()


def _atoms(text: str) -> Iterator[str]:
    """What stays together."""
    atom = ""
    for token in _TOKENS.findall(text):
        if atom and (atom[-1] in OPENING or token[0] in CLOSING):
            atom += token
        else:
            if atom:
                yield atom
            atom = token
    if atom:
        yield atom


def _fitting(atom: str, room: float, measure: Measure) -> int:
    """How many signs of something longer than a line fit; at least one."""
    fits = 1
    while fits < len(atom) and measure(atom[: fits + 1]) <= room:
        fits += 1
    return fits
