"""The assessment's outcome as plain values: who ranks where, with what composite score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Ranked:
    """One candidate in the order of composite scores."""

    place: int
    """1, 2, 3 …; equal where neither score nor tie-break tells two apart."""
    number: int
    composite: Fraction
    """Out of 100, exact."""
    parts: Mapping[str, Fraction]
    """Criterion → weighted points; they add up to ``composite``."""


@dataclass(frozen=True)
class Assessment:
    """A worksheet that was closed: what it said stays."""

    number: int
    """Shown as ``A-0001``."""
    ranked: tuple[Ranked, ...]
    """Everyone who is still a candidate, best first."""
    sha256: str
    """Of the worksheet's canonical JSON."""


def latest_assessment(session: Session, campaign_id: int) -> Assessment | None:
    """The latest closed worksheet; None as long as there is none."""
    raise NotImplementedError
