"""What is to be told to others, written in the act's own transaction: told if and only if it happened."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..clock import rfc3339
from .kinds import KINDS, TEST, Kind
from .models import WAITING, WebhookDelivery, WebhookEndpoint, WebhookEvent

__all__ = ["KINDS", "Kind", "announce", "announce_test"]


def announce(session: Session, kind: Kind, slug: str, data: Mapping[str, Any], *, at: datetime) -> None:
    """Tell every endpoint that listens. ``data`` is public already, or names nobody. The caller commits."""
    listening = [
        endpoint
        for endpoint in session.scalars(
            select(WebhookEndpoint)
            .where(WebhookEndpoint.ended_at.is_(None), WebhookEndpoint.campaign_slug.in_(("", slug)))
            .order_by(WebhookEndpoint.id)
        )
        if kind in endpoint.kinds.split()
    ]
    # Who begins to listen later is told of what happens later.
    if listening:
        _send_to(session, kind, slug, data, listening, at)


def announce_test(session: Session, endpoint: WebhookEndpoint, *, at: datetime) -> None:
    """A message to one endpoint that says nothing has happened. The caller commits."""
    data = {"note": "测试消息，可以忽略。 A test; nothing has happened."}
    _send_to(session, TEST, endpoint.campaign_slug, data, [endpoint], at)


def _send_to(
    session: Session, kind: str, slug: str, data: Mapping[str, Any], endpoints: Iterable[WebhookEndpoint],
    at: datetime,
) -> None:  # fmt: skip
    message = {"type": kind, "timestamp": rfc3339(at), "data": {"campaign": slug or None, **data}}
    event = WebhookEvent(
        message_id=f"msg_{secrets.token_hex(16)}", kind=kind, campaign_slug=slug, at=at,
        body=json.dumps(message, ensure_ascii=False, separators=(",", ":")),
    )  # fmt: skip
    session.add(event)
    session.flush()
    session.add_all(
        WebhookDelivery(event_id=event.id, endpoint_id=endpoint.id, state=WAITING, tries=0, next_at=at)
        for endpoint in endpoints
    )
    session.flush()
