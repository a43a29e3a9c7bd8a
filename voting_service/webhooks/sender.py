"""Sends what the outbox holds: claimed in one transaction, posted in none, written down in another.

A crash between posting and writing it down leaves the claim, which ends by itself; the message is posted again with the same
id. So a receiver has each message at least once, and knows by its id which it has had.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ..clock import Clock
from ..database import Database
from ..encryption import Keyring, SealBroken
from ..errors import VotingError
from .addresses import Target, target_of
from .endpoints import pause_endpoint, secret_of
from .models import DELIVERED, GIVEN_UP, WAITING, WebhookDelivery, WebhookEndpoint, WebhookTry
from .posting import Outcome, post
from .schedule import delay_after
from .signing import headers

log = structlog.get_logger("webhooks")

CLAIM = timedelta(seconds=60)
"""Longer than any try takes; after it another sender may."""
MOST_IN_A_TURN = 50
ACTOR = "schedule"
AGENT = "voting-service (webhooks)"

Post = Callable[..., Outcome]


class _Claimed(NamedTuple):
    """A message to post now."""

    delivery_id: int
    endpoint_id: int
    target: Target | None
    secret: str | None
    message_id: str
    body: bytes


@dataclass(frozen=True)
class Sender:
    """Takes turns; any number of them may run beside each other."""

    database: Database
    keyring: Keyring
    clock: Clock
    inside: tuple[str, ...] = ()
    post: Post = post

    def run(self, wait: Callable[[float], bool], pause_s: float = 2.0) -> None:
        """Turn after turn until ``wait`` says stop."""
        while not wait(pause_s):
            self.turn()

    def turn(self) -> int:
        """Post what is due; gives how many were posted. A failure is logged and tried again at the next."""
        failed: set[int] = set()
        for sent in range(MOST_IN_A_TURN):
            try:
                claimed = self._claim(failed)
                if claimed is None:
                    return sent
                # One that does not answer now is left alone for this turn, whatever else waits for it.
                if not self._deliver(claimed):
                    failed.add(claimed.endpoint_id)
            except (VotingError, SQLAlchemyError) as error:
                log.error("webhooks_failed", error=type(error).__name__)
                return sent
        return MOST_IN_A_TURN

    def _claim(self, failed: set[int]) -> _Claimed | None:
        now = self.clock.now()
        due = (
            select(WebhookDelivery)
            .join(WebhookDelivery.endpoint)
            .where(
                WebhookDelivery.state == WAITING,
                WebhookDelivery.next_at <= now,
                WebhookDelivery.endpoint_id.not_in(failed),
                WebhookEndpoint.paused_at.is_(None),
                WebhookEndpoint.ended_at.is_(None),
            )
            .order_by(WebhookDelivery.next_at, WebhookDelivery.id)
            .limit(1)
        )
        with self.database.read() as session:  # an idle turn takes no lock
            if session.scalar(due) is None:
                return None
        with self.database.write() as session:
            delivery = session.scalar(due.with_for_update(of=WebhookDelivery, skip_locked=True))
            if delivery is None:
                return None
            delivery.tries, delivery.next_at = delivery.tries + 1, now + CLAIM
            return self._claimed(delivery)

    def _claimed(self, delivery: WebhookDelivery) -> _Claimed:
        endpoint, event = delivery.endpoint, delivery.event
        try:
            secret = secret_of(self.keyring, endpoint)
        except SealBroken:
            secret = None
        return _Claimed(
            delivery.id, endpoint.id, target_of(endpoint.url), secret, event.message_id, event.body.encode()
        )

    def _deliver(self, claimed: _Claimed) -> bool:
        began = time.monotonic()
        outcome = self._posted(claimed)
        took_ms = int((time.monotonic() - began) * 1000)
        with self.database.write() as session:
            self._write_down(session, claimed, outcome, took_ms, self.clock.now())
        log.info("webhook", endpoint=claimed.endpoint_id, delivery=claimed.delivery_id, fault=outcome.fault,
                 status=outcome.status, took_ms=took_ms)  # fmt: skip
        return outcome.fault is None

    def _posted(self, claimed: _Claimed) -> Outcome:
        if claimed.secret is None or claimed.target is None:
            return Outcome("no_key" if claimed.secret is None else "unreachable")
        timestamp = int(self.clock.now().timestamp())
        sent = {"Content-Type": "application/json; charset=utf-8", "User-Agent": AGENT,
                **headers(claimed.secret, claimed.message_id, timestamp, claimed.body)}  # fmt: skip
        try:
            return self.post(claimed.target, sent, claimed.body, inside=self.inside)
        except (
            Exception
        ) as error:  # unforeseen: written down as a try, or it would be tried every minute for ever
            log.error("unforeseen_error", error=repr(type(error)))
            return Outcome("unforeseen")

    @staticmethod
    def _write_down(
        session: Session, claimed: _Claimed, outcome: Outcome, took_ms: int, now: datetime
    ) -> None:
        delivery = session.get_one(WebhookDelivery, claimed.delivery_id, with_for_update=True)
        session.add(
            WebhookTry(
                delivery_id=delivery.id, at=now, fault=outcome.fault, status=outcome.status, took_ms=took_ms
            )
        )
        if outcome.fault is None:
            delivery.state, delivery.next_at = DELIVERED, None
            return
        if delivery.state != WAITING:
            return  # ended meanwhile
        wait = delay_after(delivery.tries, random.random())  # noqa: S311 - spreads load, guards nothing
        if wait is None:
            delivery.state, delivery.next_at = GIVEN_UP, None
        else:
            delivery.next_at = now + wait
        if outcome.fault == "gone":
            pause_endpoint(session, delivery.endpoint, at=now, actor=ACTOR)
