"""The steps of a notice that the public sees: each a document, its hash, and its place in the campaign's log.

A campaign's log begins with voting. What is published before it waits, and is entered once the log has begun; where the log
runs already, step and entry are one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.campaigns.models import CLOSED, Campaign
from voting_service.clock import rfc3339
from voting_service.errors import Unavailable, VotingError
from voting_service.recorder.drain import Stores, publish
from voting_service.transparency import entries, log
from voting_service.transparency.models import Log

from .models import Notice, NoticeEvent

PUBLISHED, EXTENDED, DATES_CONFIRMED, NOTICE_CLOSED = "published", "extended", "dates_confirmed", "closed"

logger = structlog.get_logger("notices")


def write_event(
    session: Session, notice: Notice, act: str, document: dict[str, Any], *, at: datetime, official: ActingOfficial,
    reason: str = "",
) -> NoticeEvent:  # fmt: skip
    """Freeze a document as the notice's next step; into the log in the same transaction where there is one. The notice is
    locked by the caller, who commits. Raises EntryInvalid for what has no canonical form."""
    data = entries.canonical_json(document)
    last = session.scalar(select(func.max(NoticeEvent.seq)).where(NoticeEvent.notice_id == notice.id))
    event = NoticeEvent(
        notice_id=notice.id, seq=(last or 0) + 1, at=at, official_id=official.id, act=act, reason=reason,
        log_name=_log_name(session, notice, act), document=data, document_sha256=sha256(data).hexdigest(),
    )  # fmt: skip
    notice.events.append(event)
    session.flush()
    # The campaign before the log, as everyone locks them; opening holds it while it begins the log.
    campaign = session.get_one(Campaign, notice.campaign_id, with_for_update={"key_share": True})
    public_log = session.get(Log, notice.campaign_id, with_for_update=True)
    if public_log is not None:
        _enter(session, public_log, [event], at)
    _show_anew(campaign)
    return event


def write_due(stores: Stores) -> None:
    """Enter what was published before the log had begun, and sign what is entered. A turn of the recorder's; a failure is
    told and tried again at the next."""
    try:
        with stores.database.read() as session:
            waiting = set(session.scalars(
                select(Notice.campaign_id).join(NoticeEvent).join(Log, Log.campaign_id == Notice.campaign_id)
                .where(NoticeEvent.leaf_index.is_(None))
            ))  # fmt: skip
            unsigned = set(session.scalars(
                select(Notice.campaign_id).join(NoticeEvent).join(Log, Log.campaign_id == Notice.campaign_id)
                .where(NoticeEvent.leaf_index >= Log.signed_size)
            ))  # fmt: skip
    except Unavailable:
        return  # the recorder has said so
    for campaign_id in sorted(waiting | unsigned):
        try:
            _write_campaign(stores, campaign_id)
        except VotingError as error:
            logger.error(error.code, campaign=campaign_id, sentence=str(error.sentence))
        except SQLAlchemyError as error:
            logger.error("notices_not_entered", campaign=campaign_id, error=type(error).__name__)


def _write_campaign(stores: Stores, campaign_id: int) -> None:
    with stores.database.write() as session:
        campaign = session.get_one(Campaign, campaign_id, with_for_update={"key_share": True})
        public_log = session.get_one(Log, campaign_id, with_for_update=True)
        # Asked again under the lock: another recorder may have entered them meanwhile.
        waiting = session.scalars(
            select(NoticeEvent).join(Notice).where(Notice.campaign_id == campaign_id, NoticeEvent.leaf_index.is_(None))
            .order_by(NoticeEvent.at, Notice.number, NoticeEvent.seq)
        ).all()  # fmt: skip
        if waiting:
            _enter(session, public_log, waiting, stores.clock.now())
            _show_anew(campaign)
    publish(stores, campaign_id)


def _enter(session: Session, public_log: Log, events: Sequence[NoticeEvent], at: datetime) -> None:
    written = [
        {"type": "notice", "at": rfc3339(at), "id": event.log_name, "sha256": event.document_sha256}
        for event in events
    ]
    first = log.append(session, public_log, [entries.encode(entry) for entry in written])
    for place, event in enumerate(events):
        event.leaf_index = first + place


def _show_anew(campaign: Campaign) -> None:
    campaign.version += 1
    if campaign.phase == CLOSED:
        # The archive is to hold the notice too; publication makes it anew.
        campaign.counts_json = None


def _log_name(session: Session, notice: Notice, act: str) -> str:
    if act == PUBLISHED:
        return notice.name
    if act == NOTICE_CLOSED:
        return f"{notice.name}-closed"
    before = session.scalar(
        select(func.count()).select_from(NoticeEvent)
        .where(NoticeEvent.notice_id == notice.id, NoticeEvent.act == act)
    )  # fmt: skip
    return f"{notice.name}-{'extended' if act == EXTENDED else 'dates'}-{(before or 0) + 1}"
