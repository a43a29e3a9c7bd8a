"""Are prepared figures what the ledger counts to? A recount at their own size of the log, for reconciling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...campaigns.models import Campaign
from ...candidates.departures import ballot_roster
from ...errors import Problem
from ...text import _
from ..ledger_reads import Progress, no_progress, tally_ledger
from ..log_side import is_signed
from .models import FiguresProgress, MinuteFigures
from .prepared import prepared_reach, prepared_tally

WHERE = "tally_figures"


def figures_problems(
    session: Session, campaign: Campaign, progress: Progress = no_progress
) -> Iterator[Problem]:
    """Every part in which prepared figures differ from the ledger; nothing where none are prepared."""
    prepared = prepared_tally(session, campaign.id)
    if prepared is None:
        return
    remedy = _("请运行 voting-service figures rebuild %(slug)s。", slug=campaign.slug)
    numbers = [person.number for person in ballot_roster(session, campaign.id)]
    counted = tally_ledger(
        session, campaign.id, numbers, campaign.rules.zone, progress, leaves=prepared.log_size
    )
    for part in _differing(prepared.tally.to_json(), counted.to_json()):
        yield Problem(WHERE, _("预先汇总的数字与台账重新计票不符：%(part)s。", part=part), remedy)
    if not is_signed(session, campaign.id, prepared.log_size, prepared.checkpoint):
        yield Problem(WHERE, _("预先汇总的数字所依据的检查点无效。"), remedy)
    reach = prepared_reach(session, campaign.id)
    if reach is None or reach.ballots != prepared.seq:
        yield Problem(WHERE, _("按来源汇总的选票数与台账不符。"), remedy)
    if _cast_in_minutes(session, campaign.id) != _progress(session, campaign.id):
        yield Problem("minute_figures", _("每分钟票数之和与台账不符。"), remedy)


def _differing(prepared: dict[str, Any], counted: dict[str, Any]) -> Iterator[str]:
    for part, figures in counted.items():
        for key in sorted({*figures, *prepared[part]}):
            if figures.get(key) != prepared[part].get(key):
                yield f"{part} {key}"


def _cast_in_minutes(session: Session, campaign_id: int) -> int:
    query = select(func.sum(MinuteFigures.ballots)).where(MinuteFigures.campaign_id == campaign_id)
    return int(session.scalar(query) or 0)


def _progress(session: Session, campaign_id: int) -> int:
    return session.get_one(FiguresProgress, campaign_id).seq
