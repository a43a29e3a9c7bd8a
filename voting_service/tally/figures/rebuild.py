"""Making figures anew: from the first ballot on, by the same code that follows. What evidence had said stays where the
evidence is gone."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ...activity import journal
from ...campaigns.queries import campaign_by_slug
from ...evidence.models import EvidenceDeletion
from .models import FiguresProgress, MinuteFigures, TallyFigures


def begin_anew(session: Session, slug: str, *, at: datetime, actor: str) -> int:
    """Forget the sums; gives the campaign's id, for ``follow_one`` to go on with. The caller commits. Pages have no figures
    until it is done. Raises NotFound."""
    campaign = campaign_by_slug(session, slug)
    row = session.get(FiguresProgress, campaign.id, with_for_update=True)
    keep = session.get(EvidenceDeletion, campaign.id) is not None and row is not None
    mine = MinuteFigures.campaign_id == campaign.id
    session.execute(delete(TallyFigures).where(TallyFigures.campaign_id == campaign.id))
    if row is not None and keep:
        tally = {"ballots": {}, "by_candidate": _nobody_chosen(row), "by_day": {}, "by_channel": {}}
        row.seq = row.decisions = row.decision_seq = 0
        row.tally_json = json.dumps(tally)
        session.execute(update(MinuteFigures).where(mine).values(ballots=0, held=0))
    elif row is not None:
        session.delete(row)
        session.execute(delete(MinuteFigures).where(mine))
    journal(session, at=at, actor=actor, act="rebuild_figures", subject=slug, details={"reach_kept": keep})
    return campaign.id


def _nobody_chosen(row: FiguresProgress) -> dict[str, dict[str, int]]:
    return {number: {} for number in json.loads(row.tally_json)["by_candidate"]}
