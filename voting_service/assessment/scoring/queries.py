"""Reads of scoring. ``counted_sheets`` alone opens sheets that are not the asker's own, and not before the round is closed."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...accounts.register import acting_with
from ...campaigns.models import CLOSED, OPEN, Campaign
from ...names import person_key
from ...read_ahead import ReadOf, grouped
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


def _panels(session: Session, slugs: Collection[str]) -> Mapping[str, Sequence[ActingOfficial]]:
    people = sorted(acting_with(session, "judge"), key=lambda one: person_key(one.name))
    return {slug: [one for one in people if one.may(slug, "judge")] for slug in slugs}


panel = ReadOf(_panels)
"""Who scores in a campaign (its slug), by name."""


def _rounds(session: Session, campaign_ids: Collection[int]) -> Mapping[int, ScoreRound | None]:
    rows = session.scalars(select(ScoreRound).where(ScoreRound.campaign_id.in_(campaign_ids)))
    return dict.fromkeys(campaign_ids) | {row.campaign_id: row for row in rows}


round_row = ReadOf(_rounds)
"""The row of a campaign's round; None as long as nothing has set it apart from what the campaign declares."""


def _saved(session: Session, campaign_ids: Collection[int]) -> Mapping[int, Mapping[int, datetime]]:
    rows = session.execute(
        select(ScoreDraft.campaign_id, ScoreDraft.judge_id, ScoreDraft.saved_at).where(
            ScoreDraft.campaign_id.in_(campaign_ids)
        )
    )
    found: dict[int, dict[int, datetime]] = {one: {} for one in campaign_ids}
    for campaign_id, judge, at in rows:
        found[campaign_id][judge] = at
    return found


drafts_saved = ReadOf(_saved)
"""Judge → when they last kept a draft, in a campaign."""


def _drafts(
    session: Session, keys: Collection[tuple[int, int]]
) -> Mapping[tuple[int, int], ScoreDraft | None]:
    campaigns, judges = ({key[part] for key in keys} for part in (0, 1))
    rows = session.scalars(
        select(ScoreDraft).where(ScoreDraft.campaign_id.in_(campaigns), ScoreDraft.judge_id.in_(judges))
    )
    found = {(row.campaign_id, row.judge_id): row for row in rows}
    return {key: found.get(key) for key in keys}


draft_of = ReadOf(_drafts)
"""What one judge has typed so far in one campaign, by the ids of both; None where they have typed nothing."""


def _versions(session: Session, campaign_ids: Collection[int]) -> Mapping[int, Mapping[int, int]]:
    query = (
        select(ScoreSheet.campaign_id, ScoreSheet.judge_id, func.max(ScoreSheet.version))
        .where(ScoreSheet.campaign_id.in_(campaign_ids))
        .group_by(ScoreSheet.campaign_id, ScoreSheet.judge_id)
    )
    found: dict[int, dict[int, int]] = {one: {} for one in campaign_ids}
    for campaign_id, judge, version in session.execute(query):
        found[campaign_id][judge] = version
    return found


last_versions = ReadOf(_versions)
"""Judge → the version of the sheet that they handed in last, in a campaign."""


def rounds_ahead(session: Session, campaigns: Sequence[Campaign]) -> None:
    """Where the round of each of these stands is asked for in a moment."""
    ids = [campaign.id for campaign in campaigns]
    panel.ahead(session, [campaign.slug for campaign in campaigns])
    round_row.ahead(session, ids)
    standing_sheets.ahead(session, ids)
    drafts_saved.ahead(session, ids)


def round_state(session: Session, campaign: Campaign, now: datetime) -> RoundState:
    """Where the round stands."""
    row = round_row(session, campaign.id)
    sheets, saved = standing_sheets(session, campaign.id), drafts_saved(session, campaign.id)
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


def _standing(session: Session, campaign_ids: Collection[int]) -> Mapping[int, Mapping[int, ScoreSheet]]:
    reopened = exists().where(
        ScoreReopening.campaign_id == ScoreSheet.campaign_id,
        ScoreReopening.judge_id == ScoreSheet.judge_id,
        ScoreReopening.version == ScoreSheet.version,
        ScoreReopening.state == CONFIRMED,
    )
    rows = session.scalars(select(ScoreSheet).where(ScoreSheet.campaign_id.in_(campaign_ids), ~reopened))
    by_campaign = grouped(campaign_ids, rows, lambda row: row.campaign_id)
    return {one: {row.judge_id: row for row in sheets} for one, sheets in by_campaign.items()}


standing_sheets = ReadOf(_standing)
"""Judge → the sheet that stands, of a campaign: the latest, where it was not given back. For counting who is in; its scores are
the judge's own until the round is closed (``counted_sheets``)."""


def _all_sheets(session: Session, campaign_ids: Collection[int]) -> Mapping[int, Sequence[ScoreSheet]]:
    rows = session.scalars(select(ScoreSheet).where(ScoreSheet.campaign_id.in_(campaign_ids)))
    return grouped(campaign_ids, rows, lambda row: row.campaign_id)


all_sheets = ReadOf(_all_sheets)
"""Every sheet that was ever handed in to a campaign. For ``counted_sheets``, which says when one may look at them."""


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
    wanted = {(judge, version) for judge, version in counted["sheets"]}
    found = (one for one in all_sheets(session, campaign_id) if (one.judge_id, one.version) in wanted)
    sheets = sorted(found, key=lambda one: (one.sha256, one.judge_id))
    return CountedSheets(tuple(sheets), tuple(counted["absent"]), counted["reason"], row.closed_at)


def scores_in(sheet: ScoreSheet) -> Scores:
    """The scores of a sheet."""
    scores: Scores = json.loads(sheet.document)["scores"]
    return scores


def scores_typed(draft: ScoreDraft | None) -> Scores:
    """What a judge has typed so far."""
    scores: Scores = json.loads(draft.scores_json) if draft else {}
    return scores


def _aside(session: Session, campaign_ids: Collection[int]) -> Mapping[int, Set[tuple[int, int]]]:
    query = select(Recusal.campaign_id, Recusal.judge_id, Recusal.candidate).where(
        Recusal.campaign_id.in_(campaign_ids), Recusal.state == CONFIRMED
    )
    found: dict[int, set[tuple[int, int]]] = {one: set() for one in campaign_ids}
    for campaign_id, judge, number in session.execute(query):
        found[campaign_id].add((judge, number))
    return found


stood_aside = ReadOf(_aside)
"""Judge and candidate number of every recusal that holds in a campaign."""


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
