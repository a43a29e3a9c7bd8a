"""Two versions of a text, side by side: what stayed, what went, what came. Pure.

By sentences first, so that a story of 20 000 characters costs no more than its sentences; within a sentence that was
changed by characters, since Chinese has no words to go by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Kind = Literal["same", "gone", "come"]
_SENTENCE = re.compile(r"[^。！？；!?;\n]*[。！？；!?;\n]+|[^。！？；!?;\n]+")
_MOST_BY_CHARACTER = 400
_LEAST_ALIKE = 0.5
"""Sentences that have less in common than this read better as one that went and one that came."""


class Piece(NamedTuple):
    """A run of characters with one fate."""

    kind: Kind
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """The pieces in reading order. Without those that came they are ``before``, without those that went ``after``."""
    old, new = _SENTENCE.findall(before), _SENTENCE.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return _joined(
        piece
        for operation, a, b, c, d in matcher.get_opcodes()
        for piece in (
            [Piece("same", "".join(old[a:b]))] if operation == "equal" else _within("".join(old[a:b]), "".join(new[c:d]))
        )
    )  # fmt: skip


def _within(before: str, after: str) -> Sequence[Piece]:
    whole = [Piece("gone", before), Piece("come", after)]
    if max(len(before), len(after)) > _MOST_BY_CHARACTER:
        return whole
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _LEAST_ALIKE:
        return whole
    pieces = []
    for operation, a, b, c, d in matcher.get_opcodes():
        if operation == "equal":
            pieces.append(Piece("same", before[a:b]))
        else:
            pieces += [Piece("gone", before[a:b]), Piece("come", after[c:d])]
    return pieces


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if found and found[-1].kind == piece.kind:
            found[-1] = Piece(piece.kind, found[-1].text + piece.text)
        else:
            found.append(piece)
    return found
