"""How messages went, for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from .models import WebhookDelivery, WebhookEndpoint, WebhookTry

SHOWN = 50


class DeliveryLine(NamedTuple):
    """One message, and its tries, the latest first."""

    delivery: WebhookDelivery
    tries: list[WebhookTry]


def latest_deliveries(session: Session, endpoint: WebhookEndpoint) -> list[DeliveryLine]:
    """The latest messages to an endpoint, the newest first."""
    deliveries = session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint.id)
        .order_by(WebhookDelivery.id.desc())
        .limit(SHOWN)
        .options(joinedload(WebhookDelivery.event))
    ).all()
    tries: dict[int, list[WebhookTry]] = {one.id: [] for one in deliveries}
    for one in session.scalars(
        select(WebhookTry).where(WebhookTry.delivery_id.in_(tries)).order_by(WebhookTry.id.desc())
    ):
        tries[one.delivery_id].append(one)
    return [DeliveryLine(one, tries[one.id]) for one in deliveries]


def latest_states(session: Session, endpoint_ids: Sequence[int]) -> dict[int, str]:
    """The state of the latest message to each of these endpoints; those that had none are left out."""
    newest = (
        select(func.max(WebhookDelivery.id))
        .where(WebhookDelivery.endpoint_id.in_(endpoint_ids))
        .group_by(WebhookDelivery.endpoint_id)
    )
    rows = session.execute(
        select(WebhookDelivery.endpoint_id, WebhookDelivery.state).where(WebhookDelivery.id.in_(newest))
    )
    return {row.endpoint_id: row.state for row in rows}
