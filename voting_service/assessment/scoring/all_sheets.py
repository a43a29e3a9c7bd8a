"""All sheets side by side, once the round is closed: what each judge gave, and what is far from what the others gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.models import Official
from ...accounts.officials import ActingOfficial
from ...campaigns.models import Campaign
from ...candidates.departures import standing_roster
from ..composite import left_out, shown, trimmed_mean
from ..scheme import Criterion, scheme_of
from .queries import CountedSheets, counted_sheets, scores_in, stood_aside

FAR = Fraction(15, 100)
"""Of the most points: a score that is further than this from the median of all is marked. It counts all the same."""
FEWEST = 4
"""Of fewer scores none is marked: there is no middle to be far from."""

NAMED_FOR = ("committee", "supervisor")
"""Who sees which sheet is whose."""


@dataclass(frozen=True)
class Cell:
    """What one judge gave; no points where they stood aside."""

    points: str | None
    is_far: bool


@dataclass(frozen=True)
class Line:
    """One candidate and one criterion."""

    number: int
    name: str
    cells: tuple[Cell, ...]
    left_out: int
    """How many of the highest and of the lowest do not count."""
    mean: str


@dataclass(frozen=True)
class AllSheets:
    """The table of each criterion."""

    heads: tuple[str | None, ...]
    """The judges' names, or None for whoever may not know them."""
    sha256: tuple[str, ...]
    tables: tuple[tuple[Criterion, tuple[Line, ...]], ...]
    absent: tuple[str, ...]
    reason: str


def all_sheets(session: Session, campaign: Campaign, official: ActingOfficial) -> AllSheets | None:
    """The table as this official may see it; None as long as the round is open."""
    counted = counted_sheets(session, campaign.id)
    if counted is None:
        return None
    named = official.may(campaign.slug, *NAMED_FOR)  # type: ignore[arg-type]  # declared by name
    names = dict(session.execute(select(Official.id, Official.name)).all())
    people = [(one.number, one.name) for one in standing_roster(session, campaign.id)]
    scores = _scores(session, campaign, counted)
    return AllSheets(
        tuple(names[sheet.judge_id] if named else None for sheet in counted.sheets),
        # Beside names only: whoever knows a sheet's hash could find it in the worksheet.
        tuple(sheet.sha256 if named else "" for sheet in counted.sheets),
        tuple(
            (criterion, tuple(_line(criterion, number, name, scores) for number, name in people))
            for criterion in scheme_of(campaign.plan).by("judges")
        ),
        tuple(names[judge] for judge in counted.absent),
        counted.reason,
    )


def _scores(
    session: Session, campaign: Campaign, counted: CountedSheets
) -> list[dict[int, Mapping[str, str]]]:
    aside = stood_aside(session, campaign.id)
    return [
        {
            int(number): row
            for number, row in scores_in(sheet).items()
            if (sheet.judge_id, int(number)) not in aside
        }
        for sheet in counted.sheets
    ]


def _line(
    criterion: Criterion, number: int, name: str, scores: Sequence[Mapping[int, Mapping[str, str]]]
) -> Line:
    given = [sheet.get(number, {}).get(criterion.key) for sheet in scores]
    points = [Fraction(text) for text in given if text is not None]
    mean = trimmed_mean(points, criterion.trim)
    far = far_from_the_others(points, criterion.highest)
    return Line(
        number,
        name,
        tuple(Cell(text, text is not None and Fraction(text) in far) for text in given),
        left_out(len(points), criterion.trim),
        "—" if mean is None else shown(mean, 2),
    )


def far_from_the_others(points: Sequence[Fraction], highest: int) -> frozenset[Fraction]:
    """The scores that are further from the median than ``FAR`` of the most points."""
    if len(points) < FEWEST:
        return frozenset()
    middle = median(points)
    return frozenset(one for one in points if abs(one - middle) > FAR * highest)
