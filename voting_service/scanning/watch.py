"""The watch: while voting is open every campaign is scanned again and again, and evidence goes when its time is over.

A process of its own, since a scan keeps a processor busy for seconds and recording must not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from ..ballots.ballot_box import BallotBox
from ..campaigns.models import CLOSED, OPEN
from ..campaigns.queries import campaigns_in
from ..clock import Clock
from ..database import Database
from ..errors import VotingError
from ..ledger import LedgerEntry
from .asking import waiting_request
from .live import LiveScan, last_run
from .retention import day_of_deletion, delete_evidence, due_for_deletion

EVERY = timedelta(minutes=10)
ACTOR = "schedule"

log = structlog.get_logger("watch")


class Watch:
    """Takes turns; a failure is logged and tried again at the next."""

    def __init__(self, database: Database, box: BallotBox, clock: Clock, live: LiveScan) -> None:
        self._database = database
        self._box = box
        self._clock = clock
        self._live = live
        self._scanned: dict[str, datetime] = {}

    def turn(self) -> None:
        """Scan what is due, and delete what is over."""
        self._guarded("", self._delete_due)
        for slug in self._due():
            self._scanned[slug] = self._clock.now()
            self._guarded(slug, lambda slug=slug: self._scan(slug))  # type: ignore[misc]

    def _due(self) -> list[str]:
        """Open campaigns every ten minutes, closed ones once more after their last ballot; none that has nothing new, but
        for those that an official has asked for."""
        try:
            with self._database.read() as session:
                slugs, asked = [], dict[str, datetime]()
                for campaign in campaigns_in(session, OPEN, CLOSED):
                    newest = session.scalar(
                        select(func.max(LedgerEntry.seq)).where(LedgerEntry.campaign_id == campaign.id)
                    )
                    run = last_run(session, campaign.slug)
                    if day_of_deletion(session, campaign.slug):
                        continue
                    request = waiting_request(session, campaign.id, run.at if run else None)
                    if newest and request is not None:
                        asked[campaign.slug] = request.asked_at
                    if newest and (request is not None or run is None or run.up_to_seq < newest):
                        slugs.append(campaign.slug)
        except (VotingError, SQLAlchemyError) as error:
            log.error("watch_failed", error=type(error).__name__)
            return []
        now = self._clock.now()

        def is_due(slug: str) -> bool:
            # A scan that failed is not tried again at once, asked for or not.
            last = self._scanned.get(slug)
            return last is None or now - last >= EVERY or asked.get(slug, last) > last

        return [slug for slug in slugs if is_due(slug)]

    def _scan(self, slug: str) -> None:
        outcome = self._live.scan(slug)
        log.info("scanned", campaign=slug, ballots=len(outcome.ballot_ids), clusters=len(outcome.clusters))

    def _delete_due(self) -> None:
        now = self._clock.now()
        with self._database.read() as session:
            due = due_for_deletion(session, now)
            over = [slug for slug in self._live.known if day_of_deletion(session, slug)]
        for slug in over:  # deleted at the command line: this process must not remember it either
            self._live.forget(slug)
        for slug in due:
            with self._database.write() as session:
                ballots, views = delete_evidence(session, slug, at=now, actor=ACTOR)
            self._live.forget(slug)
            log.info("evidence_deleted", campaign=slug, ballots=ballots, views=views)
        if due:
            self._box.forget_history()

    @staticmethod
    def _guarded(slug: str, act: Callable[[], None]) -> None:
        try:
            act()
        except VotingError as error:
            log.error(error.code, campaign=slug, sentence=str(error))
        except SQLAlchemyError as error:
            log.error("database_error", campaign=slug, error=type(error).__name__)
        except Exception as error:  # unforeseen: the next campaign is watched all the same
            log.error("unforeseen_error", campaign=slug, error=repr(type(error)))
