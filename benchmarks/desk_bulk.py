"""What a desk has thousands of after some years: journal entries, messages to other systems, dockets, tokens, officials, campaigns.

The journal is written by its own chain; the rest as rows, since what came before them is of no matter here.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert

from publicity.docket.models import ACCEPTED, DECLINED, DISMISSED, RECEIVED, UPHELD
from publicity.notices.models import Notice
from tests.docket_rows import objection_row
from tests.stage import rules
from voting_service.accounts.api_tokens.issuing import WantedToken, make_token
from voting_service.accounts.officials import ActingOfficial, Role
from voting_service.accounts.register import add_official
from voting_service.activity import journal
from voting_service.activity.words import ACT_WORDS
from voting_service.webhooks.endpoints import WantedEndpoint, make_endpoint
from voting_service.webhooks.kinds import KINDS
from voting_service.webhooks.models import (
    DELIVERED,
    GIVEN_UP,
    WAITING,
    WebhookDelivery,
    WebhookEvent,
    WebhookTry,
)

from .stand import Stand

_ENDPOINTS, _BATCH = 4, 1_000
_ROLES: tuple[Role, ...] = ("operator", "reviewer", "handler")


@dataclass(frozen=True)
class Bulk:
    """How many there are of each."""

    journal: int
    deliveries: int
    objections: int
    officials: int
    tokens: int
    campaigns: int


MANY = Bulk(100_000, 10_000, 400, 200, 100, 30)
FEW = Bulk(1_000, 100, 20, 10, 5, 3)


def other_campaigns(place: Stand, bulk: Bulk) -> None:
    """Earlier and later campaigns, none of them with ballots."""
    for number in range(bulk.campaigns):
        place.stage.draft(f"other-{number}", 20, rules(counts="hidden"))


def officials(place: Stand, bulk: Bulk) -> None:
    """Everybody who has ever had an account, in one campaign or another."""
    now = place.service.clock.now()
    with place.service.database.write() as session:
        for number in range(bulk.officials):
            role, slug = _ROLES[number % len(_ROLES)], f"other-{number % bulk.campaigns}"
            add_official(session, f"工作人员{number}", [(role, slug)], at=now, actor="测量员")


def tokens(place: Stand, bulk: Bulk) -> None:
    """Of other systems."""
    now = place.service.clock.now()
    with place.service.database.write() as session:
        for number in range(bulk.tokens):
            wanted = WantedToken(f"系统{number}", f"other-{number % bulk.campaigns}", ("tally:read",), 90)
            make_token(session, wanted, at=now, actor="测量员")


def journal_entries(place: Stand, bulk: Bulk, slug: str) -> None:
    """Nine of ten are this campaign's."""
    start, acts = place.service.clock.now() - timedelta(days=400), tuple(ACT_WORDS)
    for first in range(0, bulk.journal, _BATCH):
        with place.service.database.write() as session:
            for number in range(first, first + _BATCH):
                subject = slug if number % 10 else f"other-{number % bulk.campaigns}/A-0001"
                journal(session, at=start + timedelta(minutes=number * 5), actor=f"工作人员{number % bulk.officials}",
                        act=acts[number % len(acts)], subject=subject, details={"number": number, "sites": []})  # fmt: skip


def objections(place: Stand, bulk: Bulk, notice_id: int) -> None:
    """In every state that there is."""
    states = (RECEIVED, ACCEPTED, DECLINED, UPHELD, DISMISSED)
    now = place.service.clock.now()
    with place.service.database.write() as session:
        notice = session.get_one(Notice, notice_id)
        for number in range(bulk.objections):
            state = states[number % len(states)]
            reason = "no_clue" if state == DECLINED else None
            session.add(
                objection_row(
                    place.stage, notice, state, at=now - timedelta(hours=number), decline_class=reason
                )
            )


def webhooks(place: Stand, bulk: Bulk, official: ActingOfficial) -> list[int]:
    """Endpoints, the first with many messages behind it; gives their numbers."""
    now, service = place.service.clock.now(), place.service
    with service.database.write() as session:
        made = [
            make_endpoint(
                session, service.keyring, WantedEndpoint(f"系统{n}", f"https://hooks.example.com/{n}", "", KINDS), inside=(),
                at=now, official=official,
            ).id
            for n in range(_ENDPOINTS)
        ]  # fmt: skip
    start = now - timedelta(days=90)
    with service.database.write() as session:
        moments = [start + timedelta(minutes=number) for number in range(bulk.deliveries)]
        events = [
            {"message_id": f"msg_{secrets.token_hex(16)}", "kind": KINDS[n % len(KINDS)], "campaign_slug": "full", "at": at, "body": "{}"}
            for n, at in enumerate(moments)
        ]  # fmt: skip
        ids = list(
            session.scalars(
                insert(WebhookEvent).returning(WebhookEvent.id, sort_by_parameter_order=True), events
            )
        )
        rows = [
            {"event_id": one, "endpoint_id": made[n % 10 % 2], "tries": 1 + n % 3, **_outcome(n, at)}
            for n, (one, at) in enumerate(zip(ids, moments, strict=True))
        ]
        deliveries = list(
            session.scalars(
                insert(WebhookDelivery).returning(WebhookDelivery.id, sort_by_parameter_order=True), rows
            )
        )
        tried = [
            {"delivery_id": one, "at": at, "fault": None if n % 10 else "too_slow", "status": 200 if n % 10 else None, "took_ms": 80}
            for n, (one, at) in enumerate(zip(deliveries, moments, strict=True))
        ]  # fmt: skip
        session.execute(insert(WebhookTry), tried * 2)
    return made


def _outcome(number: int, at: object) -> dict[str, object]:
    state = {0: GIVEN_UP, 1: WAITING}.get(number % 50, DELIVERED)
    return {"state": state, "next_at": at if state == WAITING else None}
