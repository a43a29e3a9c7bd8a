"""The assessment's outcome as plain values: who ranks where, with what composite score."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..two_people import CONFIRMED
from .models import Worksheet
from .ranking import Ranked

__all__ = ["Assessment", "Ranked", "assessed_among", "latest_assessment", "ranked_of"]


@dataclass(frozen=True)
class Assessment:
    """A worksheet that was closed: what it said stays."""

    number: int
    """Shown as ``A-0001``."""
    ranked: tuple[Ranked, ...]
    """Everyone who was still a candidate when it was closed, best first."""
    sha256: str
    """Of the worksheet's canonical JSON."""


def latest_assessment(session: Session, campaign_id: int) -> Assessment | None:
    """The latest closed worksheet; None as long as there is none."""
    row = session.scalar(
        select(Worksheet)
        .where(Worksheet.campaign_id == campaign_id, Worksheet.state == CONFIRMED)
        .order_by(Worksheet.number.desc())
        .limit(1)
    )
    if row is None or row.number is None:
        return None
    return Assessment(row.number, ranked_of(json.loads(row.document)), row.sha256)


def assessed_among(session: Session, campaign_ids: Collection[int]) -> Collection[int]:
    """Of these campaigns, those of which a worksheet was closed."""
    query = select(Worksheet.campaign_id).where(
        Worksheet.campaign_id.in_(campaign_ids), Worksheet.state == CONFIRMED
    )
    return session.scalars(query.distinct()).all()


def ranked_of(document: Mapping[str, Any]) -> tuple[Ranked, ...]:
    """The ranking as a worksheet's document has it, best first."""
    return tuple(
        Ranked(
            one["place"],
            one["number"],
            Fraction(one["composite"]),
            {key: Fraction(part) for key, part in one["parts"].items()},
        )
        for one in document["ranked"]
    )
