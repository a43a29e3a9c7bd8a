"""Endpoints whose last message did not get through, on the desk's first page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from ..accounts.desk_home import DeskLine, DeskSection
from ..accounts.officials import ActingOfficial
from ..text import _
from .deliveries import latest_states
from .endpoints import list_endpoints, may_manage
from .models import GIVEN_UP


def webhooks_waiting(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """For whoever manages them: those that have given up."""
    going = [
        one
        for one in list_endpoints(session)
        if one.ended_at is None and may_manage(official, one.campaign_slug)
    ]
    states = latest_states(session, [one.id for one in going])
    lines = tuple(
        DeskLine(
            _("%(name)s 三天没有收下消息，已放弃", name=one.name), f"/desk/webhooks/{one.id}", urgent=True
        )
        for one in going
        if states.get(one.id) == GIVEN_UP
    )
    return DeskSection(_("事件推送"), lines) if lines else None
