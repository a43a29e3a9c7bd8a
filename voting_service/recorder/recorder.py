"""The recorder: one process that keeps every campaign's schedule and drains its box, turn after turn.

Any number may run; a lease lets one work at a time on a campaign, and the position's compare-and-set (``drain``)
holds even where a lease is broken by a stopped clock.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import SQLAlchemyError

from ..ballots.attest import tell_departures, tell_policy
from ..ballots.ballot_box import PREPARED, BoxUnavailable
from ..ballots.box_contents import BoxState
from ..ballots.opening import Opener, open_voting
from ..campaigns.models import OPEN, SCHEDULED, Campaign
from ..campaigns.queries import campaigns_in
from ..errors import Unavailable, VotingError
from ..ledger import RecorderPosition
from ..text import _
from .closing import finish_closing
from .drain import LostRace, Stores, drain_once, rebuild_remedy

LEASE = timedelta(seconds=2)
"""Short: a recorder that was killed keeps the next one waiting this long, and nothing but effort depends on it."""
TELL_AGAIN = timedelta(minutes=1)
ACTOR = "schedule"

log = structlog.get_logger("recorder")


class Recorder:
    """Takes turns. Every failure is logged and tried again at the next turn; none ends the process."""

    def __init__(self, stores: Stores, opener: Opener) -> None:
        self.stores = stores
        self._opener = opener
        self.name = secrets.token_hex(8)
        self._leases: dict[int, datetime] = {}
        self._told: dict[tuple[str, str], datetime] = {}
        self._box_knows: dict[int, tuple[int, int, int]] = {}

    def turn(self) -> int:
        """Once around all campaigns; gives how many ballots were recorded."""
        try:
            with self.stores.database.read() as session:
                due = campaigns_in(session, SCHEDULED, OPEN)
        except Unavailable as error:
            self._tell("", error.code, str(error))
            return 0
        return sum(self._guarded(campaign) for campaign in due)

    def _guarded(self, campaign: Campaign) -> int:
        try:
            return self._serve(campaign)
        except LostRace:
            return 0
        except VotingError as error:
            self._tell(campaign.slug, error.code, str(error))
        except SQLAlchemyError as error:
            # The statement's parameters hold voter tags; its kind is enough to act on.
            self._tell(campaign.slug, "database_error", type(error).__name__)
        except Exception as error:
            # Unforeseen, for example an entry in the stream that is none: the other campaigns must be served all the same.
            self._tell(campaign.slug, "unforeseen_error", repr(type(error)))
        return 0

    def _tell(self, slug: str, code: str, sentence: str) -> None:
        """Log a failure once, and again after a while if it lasts: turns come twice a second."""
        now = self.stores.clock.now()
        told = self._told.get((slug, code))
        if told is None or now - told >= TELL_AGAIN:
            self._told[slug, code] = now
            log.error(code, campaign=slug, sentence=sentence)

    def _serve(self, campaign: Campaign) -> int:
        if campaign.phase == SCHEDULED:
            if campaign.rules.opens_at <= self.stores.clock.now():
                now = self.stores.clock.now()
                open_voting(self._opener, campaign.slug, at=now, actor=ACTOR, as_scheduled=True)
            return 0
        if not self._has_lease(campaign.id):
            return 0
        recorded = drain_once(self.stores, campaign.id, campaign.slug)
        self._keep_schedule(campaign)
        return recorded

    def _keep_schedule(self, campaign: Campaign) -> None:
        """Open what a crash left prepared; close what is due or was sealed by hand."""
        state = self.stores.box.state(campaign.slug)
        if state is None:
            raise BoxUnavailable(_("票箱在本轮中消失。"), rebuild_remedy(campaign.slug))
        self._tell_box(campaign, state)
        if state.state == PREPARED:
            self.stores.box.open(campaign.slug)
        if state.sealed_ms is None and self.stores.clock.now() < campaign.rules.closes_at:
            return
        sealed = self.stores.box.seal(campaign.slug, early=False)
        if sealed is not None:
            finish_closing(self.stores, campaign.id, campaign.slug, sealed, actor=ACTOR)
            log.info("closed", campaign=campaign.slug, ballots=sealed[1])

    def _tell_box(self, campaign: Campaign, state: BoxState) -> None:
        """Tell the box of a policy or a departure that it does not know: Redis was away when it came, the box is rebuilt,
        or the change came with an import. Asks SQL only when the campaign or the box has changed."""
        seen = (campaign.version, state.policy, state.departures)
        if self._box_knows.get(campaign.id) == seen:
            return
        tell_policy(self.stores.database, self.stores.box, campaign.id, campaign.slug)
        tell_departures(self.stores.database, self.stores.box, campaign.id, campaign.slug)
        self._box_knows[campaign.id] = seen

    def release(self) -> None:
        """Give the leases back, so that the next recorder need not wait for them to end."""
        with self.stores.database.write() as session:
            session.execute(
                update(RecorderPosition)
                .where(RecorderPosition.holder == self.name)
                .values(holder=None, lease_until=None)
            )
        self._leases.clear()

    def _has_lease(self, campaign_id: int) -> bool:
        """Hold or renew the lease; renewed at half its life, so that an idle turn writes nothing."""
        now = self.stores.clock.now()
        if self._leases.get(campaign_id, now) > now + LEASE / 2:
            return True
        with self.stores.database.write() as session:
            taken = session.execute(
                update(RecorderPosition)
                .where(
                    RecorderPosition.campaign_id == campaign_id,
                    or_(
                        RecorderPosition.holder.is_(None),
                        RecorderPosition.holder == self.name,
                        RecorderPosition.lease_until < now,
                        # A lease that ends later than any could is from a clock that was ahead.
                        RecorderPosition.lease_until > now + LEASE,
                    ),
                )
                .values(holder=self.name, lease_until=now + LEASE)
            )
            held = isinstance(taken, CursorResult) and taken.rowcount == 1
        if held:
            self._leases[campaign_id] = now + LEASE
        else:
            self._leases.pop(campaign_id, None)
        return held


def run(
    recorder: Recorder, wait: Callable[[float], bool], interval_s: float, jobs: list[Callable[[], None]]
) -> None:
    """Turn after turn until ``wait`` says stop; without a pause while ballots keep coming."""
    while True:
        recorded = recorder.turn()
        for job in jobs:
            try:
                job()
            except Exception as error:  # recording goes on whatever becomes of a job
                log.error("job_failed", error=repr(error))
        if wait(0.0 if recorded else interval_s):
            recorder.release()
            return
