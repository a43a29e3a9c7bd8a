"""What a judge types, as points; a sheet, as the document that is hashed. Plain values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256

from ...errors import Problem
from ...text import Text, _
from ...transparency.entries import canonical_json
from ..scheme import Criterion

Scores = dict[str, dict[str, str]]
"""Candidate number → criterion → points as decimal text, as JSON keeps it."""

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,2})?")


def read_points(typed: str, highest: int) -> str | Text:
    """Points as decimal text in one spelling (``92.5``, not ``92.50``), or what is wrong with them."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not _NUMBER.fullmatch(text):
        return _("请填写 0 到 %(highest)s 之间的数，最多两位小数。", highest=highest)
    if Fraction(text) > highest:
        return _("是 %(text)s，最高 %(highest)s 分。", text=text, highest=highest)
    return plain(text)


def plain(text: str) -> str:
    """A decimal number without zeros that say nothing."""
    whole, _point, rest = text.partition(".")
    rest = rest.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{rest}" if rest else whole


def read_row(criteria: Sequence[Criterion], typed: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """One candidate's points as typed, blanks left out, and every problem at its criterion's key."""
    row: dict[str, str] = {}
    problems = []
    for criterion in criteria:
        text = typed.get(criterion.key, "")
        if not text.strip():
            continue
        points = read_points(text, criterion.highest)
        if isinstance(points, Text):
            problems.append(Problem(criterion.key, points))
        else:
            row[criterion.key] = points
    return row, problems


def unscored(
    criteria: Sequence[Criterion], numbers: Iterable[int], scores: Mapping[str, Mapping[str, str]]
) -> list[int]:
    """The candidates of whom something is not scored yet."""
    return [
        number
        for number in numbers
        if any(criterion.key not in scores.get(str(number), {}) for criterion in criteria)
    ]  # fmt: skip


def sheet_document(slug: str, version: int, scores: Mapping[str, Mapping[str, str]]) -> str:
    """A sheet as it is kept and hashed. It does not say whose it is: closed worksheets quote the hash, and a name in here
    would let anybody try the judges' names against it."""
    return canonical_json({"campaign": slug, "version": version, "scores": scores}).decode()


def sha256_of(document: str) -> str:
    """In hexadecimal."""
    return sha256(document.encode()).hexdigest()
