"""Reads of scoring. ``counted_sheets`` alone opens sheets that are not the asker's own, and not before the round is closed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ...accounts.models import Official, OfficialRole
from ...accounts.officials import EVERYWHERE, ActingOfficial
from ...accounts.register import acting
from ...campaigns.models import CLOSED, OPEN, Campaign
from ...two_people import CONFIRMED, PROPOSED
from ..models import Recusal, ScoreDraft, ScoreReopening, ScoreRound, ScoreSheet
from ..scheme import scheme_of
from .score_values import Scores

SCORING = (OPEN, CLOSED)
"""The phases in which judges score: the roster is frozen then."""


@dataclass(frozen=True)
class JudgeState:
    """One judge of the panel, and how far they are; nothing of what they scored."""

    official: ActingOfficial
    submitted_at: datetime | None
    saved_at: datetime | None
    """When they last kept a draft; None where they have none."""
    version: int | None
    """Of the sheet that stands."""


@dataclass(frozen=True)
class RoundState:
    """Where the round stands at a moment."""

    due: datetime | None
    due_reason: str | None
    closed_at: datetime | None
    judges: tuple[JudgeState, ...]
    now: datetime

    @property
    def is_late(self) -> bool:
        """Whether the deadline has passed."""
        return self.due is not None and self.now > self.due

    @property
    def missing(self) -> tuple[JudgeState, ...]:
        """Judges who have not handed in."""
        return tuple(judge for judge in self.judges if judge.submitted_at is None)

    @property
    def all_in(self) -> bool:
        """Whether every judge has handed in, and there is one."""
        return bool(self.judges) and not self.missing


def panel(session: Session, slug: str) -> list[ActingOfficial]:
    """Who scores in this campaign, by name."""
    ids = session.scalars(
        select(Official.id)
        .join(OfficialRole, OfficialRole.official_id == Official.id)
        .where(
            OfficialRole.role == "judge",
            OfficialRole.campaign_slug.in_((slug, EVERYWHERE)),
            OfficialRole.unit == "",
            Official.ended_at.is_(None),
        )
        .order_by(Official.name_key)
        .distinct()
        .add_columns(Official.name_key)
    ).all()
    people = [acting(session, one) for one in ids]
    return [one for one in people if one is not None and one.may(slug, "judge")]


def round_row(session: Session, campaign_id: int) -> ScoreRound | None:
    """The round's row; None as long as nothing has set it apart from what the campaign declares."""
    return session.get(ScoreRound, campaign_id)


def round_state(session: Session, campaign: Campaign, now: datetime) -> RoundState:
    """Where the round stands."""
    row = round_row(session, campaign.id)
    sheets = standing_sheets(session, campaign.id)
    saved = dict(
        session.execute(
            select(ScoreDraft.judge_id, ScoreDraft.saved_at).where(ScoreDraft.campaign_id == campaign.id)
        ).all()
    )
    return RoundState(
        due_of(campaign, row),
        row.due_reason if row else None,
        row.closed_at if row else None,
        tuple(_judge_state(judge, sheets, saved) for judge in panel(session, campaign.slug)),
        now,
    )


def _judge_state(
    judge: ActingOfficial, sheets: Mapping[int, ScoreSheet], saved: Mapping[int, datetime]
) -> JudgeState:
    sheet = sheets.get(judge.id)
    return JudgeState(
        judge,
        sheet.submitted_at if sheet else None,
        saved.get(judge.id),
        sheet.version if sheet else None,
    )


def due_of(campaign: Campaign, row: ScoreRound | None) -> datetime | None:
    """Until when judges hand in: as an operator has set it, or as the campaign declares; None: no deadline."""
    return row.due_at if row and row.due_at else scheme_of(campaign.plan).due


def standing_sheets(session: Session, campaign_id: int) -> dict[int, ScoreSheet]:
    """Judge → the sheet that stands: the latest, where it was not given back. For counting who is in; its scores are the
    judge's own until the round is closed (``counted_sheets``)."""
    reopened = exists().where(
        ScoreReopening.campaign_id == ScoreSheet.campaign_id,
        ScoreReopening.judge_id == ScoreSheet.judge_id,
        ScoreReopening.version == ScoreSheet.version,
        ScoreReopening.state == CONFIRMED,
    )
    rows = session.scalars(select(ScoreSheet).where(ScoreSheet.campaign_id == campaign_id, ~reopened))
    return {row.judge_id: row for row in rows}


@dataclass(frozen=True)
class CountedSheets:
    """The sheets of a closed round."""

    sheets: tuple[ScoreSheet, ...]
    """In the order of their hashes, which says nothing of the judges."""
    absent: tuple[int, ...]
    """Judges who had not handed in."""
    reason: str
    """Why it was closed without them; empty where all were in."""
    closed_at: datetime


def counted_sheets(session: Session, campaign_id: int) -> CountedSheets | None:
    """What counts; None as long as the round is open: nobody, in whatever role, is shown a score before."""
    row = round_row(session, campaign_id)
    if row is None or row.closed_at is None or row.counted_json is None:
        return None
    counted = json.loads(row.counted_json)
    found = [session.get(ScoreSheet, (campaign_id, judge, version)) for judge, version in counted["sheets"]]
    sheets = sorted((one for one in found if one is not None), key=lambda one: (one.sha256, one.judge_id))
    return CountedSheets(tuple(sheets), tuple(counted["absent"]), counted["reason"], row.closed_at)


def scores_in(sheet: ScoreSheet) -> Scores:
    """The scores of a sheet."""
    scores: Scores = json.loads(sheet.document)["scores"]
    return scores


def draft_of(session: Session, campaign_id: int, judge_id: int) -> Scores:
    """What a judge has typed so far."""
    row = session.get(ScoreDraft, (campaign_id, judge_id))
    scores: Scores = json.loads(row.scores_json) if row else {}
    return scores


def stood_aside(session: Session, campaign_id: int) -> set[tuple[int, int]]:
    """Judge and candidate number of every recusal that holds."""
    query = select(Recusal.judge_id, Recusal.candidate).where(
        Recusal.campaign_id == campaign_id, Recusal.state == CONFIRMED
    )
    return {(judge, number) for judge, number in session.execute(query)}


def recusals(session: Session, campaign_id: int) -> list[Recusal]:
    """Every recusal that holds or waits to be confirmed, by candidate."""
    query = (
        select(Recusal)
        .where(Recusal.campaign_id == campaign_id, Recusal.state.in_((PROPOSED, CONFIRMED)))
        .order_by(Recusal.candidate, Recusal.id)
    )
    return list(session.scalars(query))


def reopenings_waiting(session: Session, campaign_id: int) -> list[ScoreReopening]:
    """Reopenings that wait for a committee member."""
    query = (
        select(ScoreReopening)
        .where(ScoreReopening.campaign_id == campaign_id, ScoreReopening.state == PROPOSED)
        .order_by(ScoreReopening.id)
    )
    return list(session.scalars(query))
