"""A worksheet as a document: everything that went in, everything that came out. Plain values in, JSON values out: numbers are
whole or texts (``183/2``), so that it has one canonical encoding and loses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from ..composite import Composite, Material, composites, shown
from ..ranking import Ranked, rank, seated
from ..scheme import Criterion, Scheme
from ..sensitivity import Scenario, scenarios

FORMAT = 1
TOO_CLOSE = Fraction(1, 10**9)
"""Two composites that differ by less cannot be told apart by a spreadsheet, which has some 15 digits."""


class Person(NamedTuple):
    """A candidate as the worksheet names them."""

    number: int
    name: str
    organisation: str


class Left(NamedTuple):
    """One who is no candidate any more, and why."""

    number: int
    name: str
    cause: str


@dataclass(frozen=True)
class JudgedSheet:
    """One judge's scores, without a name, without candidates from whom they stood aside."""

    sha256: str
    """Of the sheet as it was handed in."""
    scores: Mapping[int, Mapping[str, str]]


@dataclass(frozen=True)
class Judged:
    """The closed round."""

    sheets: tuple[JudgedSheet, ...]
    absent: int
    """How many judges had not handed in."""
    reason: str


@dataclass(frozen=True)
class Votes:
    """The tally that goes in."""

    counted: Mapping[int, int]
    held: Mapping[int, int]
    log_size: int
    certified: str | None
    """``C-0001``; None: not certified yet."""
    sha256: str | None
    """Of the certified tally's canonical JSON."""


@dataclass(frozen=True)
class Figures:
    """One criterion's figures."""

    source: str
    sha256: str
    values: Mapping[int, str]


@dataclass(frozen=True)
class Gathered:
    """All that is known at a moment."""

    slug: str
    title: str
    organiser: str
    scheme: Scheme
    people: tuple[Person, ...]
    left: tuple[Left, ...]
    judged: Judged | None
    """None as long as the round is open: no score is seen before."""
    votes: Votes | None
    figures: Mapping[str, Figures]

    @property
    def material(self) -> Material:
        """The same for the arithmetic."""
        numbers = tuple(one.number for one in self.people)
        sheets = tuple(
            {number: {key: Fraction(text) for key, text in row.items()} for number, row in sheet.scores.items()}
            for sheet in (self.judged.sheets if self.judged else ())
        )  # fmt: skip
        values: dict[str, Mapping[int, Fraction]] = {
            key: {number: Fraction(text) for number, text in figures.values.items()}
            for key, figures in self.figures.items()
        }
        for criterion in self.scheme.by("votes"):
            counted = self.votes.counted if self.votes else {}
            values[criterion.key] = {number: Fraction(counted.get(number, 0)) for number in numbers}
        return Material(numbers, sheets, values)


def worksheet_document(found: Gathered) -> dict[str, Any]:
    """The worksheet of what was gathered, complete or not."""
    scheme, material = found.scheme, found.material
    scores = composites(scheme, material)
    ranked = rank(scheme, scores)
    tied = sorted(seated(ranked, scheme.seats).tied) if scheme.seats else []
    return {
        "format": FORMAT,
        "campaign": {"slug": found.slug, "title": found.title, "organiser": found.organiser},
        "criteria": [_criterion(one) for one in scheme.criteria],
        "tie_break": list(scheme.tie_break),
        "seats": scheme.seats,
        "candidates": [one._asdict() for one in found.people],
        "left": [one._asdict() for one in found.left],
        "judges": _judged(found.judged),
        "votes": _votes(found.votes, material.numbers) if scheme.by("votes") else None,
        "figures": {key: _figures(one) for key, one in found.figures.items()},
        "points": {
            str(one.number): {key: str(points) for key, points in one.points.items()} for one in scores
        },
        "ranked": [_ranked(one) for one in ranked],
        "tied": tied,
        "too_close": _too_close(scores),
        "sensitivity": [_scenario(one) for one in _scenarios(found, material)],
    }


def _criterion(one: Criterion) -> dict[str, Any]:
    return {
        "key": one.key, "name": one.name, "weight": str(one.weight), "source": one.source,
        "highest": one.highest if one.source == "judges" else None,
        "trim": one.trim if one.source == "judges" else None,
        "normalisation": None if one.source == "judges" else one.normalisation,
        "cap": one.cap,
    }  # fmt: skip


def _judged(judged: Judged | None) -> dict[str, Any] | None:
    if judged is None:
        return None
    return {
        "absent": judged.absent,
        "reason": judged.reason,
        "sheets": [
            {"sha256": sheet.sha256, "scores": {str(number): dict(row) for number, row in sheet.scores.items()}}
            for sheet in judged.sheets
        ],
    }  # fmt: skip


def _votes(votes: Votes | None, numbers: Sequence[int]) -> dict[str, Any] | None:
    if votes is None:
        return None
    return {
        "certified": votes.certified,
        "sha256": votes.sha256,
        "log_size": votes.log_size,
        "counted": {str(number): votes.counted.get(number, 0) for number in numbers},
        "held": {str(number): votes.held.get(number, 0) for number in numbers},
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "source": figures.source,
        "sha256": figures.sha256,
        "values": {str(number): text for number, text in sorted(figures.values.items())},
    }


def _ranked(one: Ranked) -> dict[str, Any]:
    return {
        "place": one.place,
        "number": one.number,
        "composite": str(one.composite),
        "shown": shown(one.composite),
        "parts": {key: str(part) for key, part in one.parts.items()},
    }


def _too_close(scores: Sequence[Composite]) -> bool:
    totals = sorted(one.total for one in scores)
    return any(0 < more - less < TOO_CLOSE for less, more in pairwise(totals))


def _scenarios(found: Gathered, material: Material) -> Sequence[Scenario]:
    seats = found.scheme.seats
    # Of half a worksheet there is nothing to say: a list without the judges is no list.
    if not seats or found.votes is None or (found.judged is None and found.scheme.by("judges")):
        return ()
    return scenarios(found.scheme, material, found.votes.held, seats=seats)


def _scenario(one: Scenario) -> dict[str, Any]:
    return {
        "vote_weight": None if one.vote_weight is None else str(one.vote_weight),
        "with_held": one.with_held,
        "entering": list(one.entering),
        "leaving": list(one.leaving),
        "tied": list(one.tied),
    }
