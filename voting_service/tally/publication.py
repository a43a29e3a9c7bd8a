"""Publishing counts: daily where the campaign says so, and the final count once voting has closed.

Counted from the ledger, never from the box, and up to an exact moment: the log's entries shown to the public are
those same ballots, so that anyone can recount exactly what was published.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..campaigns.models import CLOSED, OPEN, Campaign
from ..campaigns.queries import campaign_by_slug, campaigns_in
from ..candidates.departures import ballot_roster
from ..clock import rfc3339, to_ms
from ..errors import Unavailable, VotingError
from ..ledger import COUNTED, HELD, VOIDED, LedgerEntry, RecorderPosition
from ..recorder.drain import Stores, publish
from ..transparency.models import Log
from .archive import write_archive
from .certification.queries import CertifiedTally, certified_tally
from .count import Tally
from .ledger_reads import tally_ledger

log = structlog.get_logger("publication")


def publish_due(stores: Stores, archives: Path) -> None:
    """Whatever is to be published now. A failure is logged and tried again at the next turn."""
    try:
        with stores.database.read() as session:
            due = [(campaign, moment) for campaign in campaigns_in(session, OPEN, CLOSED)
                   if (moment := _due(campaign, stores.clock.now())) is not None]  # fmt: skip
    except Unavailable:
        return  # the recorder has said so
    for campaign, moment in due:
        try:
            _publish_campaign(stores, campaign, moment, archives)
        except VotingError as error:
            log.error(error.code, campaign=campaign.slug, sentence=str(error.sentence))
        except (SQLAlchemyError, OSError) as error:
            # An archive directory that cannot be written must not keep ballots from being recorded.
            log.error("publication_failed", campaign=campaign.slug, error=type(error).__name__)


def _publish_campaign(stores: Stores, campaign: Campaign, moment: datetime, archives: Path) -> None:
    if campaign.phase == CLOSED:
        # Whoever closed it may have died before signing; the archive is of what the checkpoint covers.
        publish(stores, campaign.id)
        size = _log_size(stores, campaign.id)
        write_archive(stores.database, campaign.slug, archives)
        _publish(stores, campaign, None, moment, size)
    elif _all_recorded(stores, campaign, moment):
        _publish(stores, campaign, moment, moment)


def _due(campaign: Campaign, now: datetime) -> datetime | None:
    """As of when counts are to be published now; None where nothing is due."""
    published = json.loads(campaign.counts_json) if campaign.counts_json else None
    if campaign.phase == CLOSED:
        return None if published and published["final"] else campaign.closed_at
    last = campaign.rules.last_publication(now)
    if last is None or (published and datetime.fromisoformat(published["as_of"]) >= last):
        return None
    return last


def _all_recorded(stores: Stores, campaign: Campaign, moment: datetime) -> bool:
    """Whether every ballot cast before the moment is in the ledger."""
    with stores.database.read() as session:
        position = session.get_one(RecorderPosition, campaign.id)
    first = stores.box.waiting(campaign.slug, after=position.stream_id, count=1)
    return not first or first[0].cast_ms >= to_ms(moment)


def _log_size(stores: Stores, campaign_id: int) -> int:
    with stores.database.read() as session:
        return session.get_one(Log, campaign_id).size


def _publish(
    stores: Stores, due: Campaign, before: datetime | None, as_of: datetime, size: int | None = None
) -> None:
    # Counted before the transaction that changes anything: a long count must not keep the recorder waiting.
    with stores.database.read() as session:
        numbers = [candidate.number for candidate in ballot_roster(session, due.id)]
        shown = None if before is None else _leaves_before(session, due.id, before)
        tally = tally_ledger(session, due.id, numbers, due.rules.zone, before=before, leaves=shown)
    with stores.database.write() as session:
        campaign = campaign_by_slug(session, due.slug, lock=True)
        public_log = session.get_one(Log, campaign.id, with_for_update=True)
        if size not in (None, public_log.size):
            return  # something was decided since the archive was begun: the next turn makes both anew
        campaign.counts_json = _counts_json(
            tally, as_of, final=before is None, certified=certified_tally(session, campaign.id)
        )
        campaign.version += 1
        public_log.shown_size = shown
    log.info("counts_published", campaign=due.slug, as_of=rfc3339(as_of), final=before is None)


def _counts_json(
    tally: Tally, as_of: datetime, *, final: bool, certified: CertifiedTally | None = None
) -> str:
    return json.dumps(
        {
            "as_of": rfc3339(as_of),
            "final": final,
            **({"certified_at": rfc3339(certified.certified_at)} if certified else {}),
            "ballots": tally.ballots[COUNTED],
            "counts": {str(number): count for number, count in tally.counted().items()},
            "set_aside": {standing: tally.ballots[standing] for standing in (HELD, VOIDED)},
            **{standing: _votes(tally, standing) for standing in (HELD, VOIDED)},
        }
    )


def _votes(tally: Tally, standing: str) -> dict[str, int]:
    """Candidate number → ballots of this standing that chose them, where there are any."""
    return {str(number): by[standing] for number, by in sorted(tally.by_candidate.items()) if by[standing]}


def _leaves_before(session: Session, campaign_id: int, moment: datetime) -> int:
    """The log's length as far as it holds ballots cast before the moment, and decisions up to the next ballot;
    ``opened`` is always among it."""
    last = session.scalar(
        select(func.max(LedgerEntry.leaf_index)).where(
            LedgerEntry.campaign_id == campaign_id, LedgerEntry.cast_at < moment
        )
    )
    following = session.scalar(
        select(func.min(LedgerEntry.leaf_index)).where(
            LedgerEntry.campaign_id == campaign_id, LedgerEntry.leaf_index > (last or 0)
        )
    )
    return session.get_one(Log, campaign_id).size if following is None else following
