"""Do prepared figures keep up with the checkpoint? A warning at most: no ballot depends on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import or_, select

from ...clock import Clock
from ...database import Database
from ...errors import Unavailable
from ...findings import Finding
from ...text import _
from ...transparency.models import Log
from .models import TallyFigures

LATE = timedelta(minutes=2)
"""A ledger of a million ballots that is summed for the first time takes about as long."""


def probe_figures(database: Database, clock: Clock) -> Iterator[Finding]:
    """Each campaign whose figures are older than its checkpoint by more than a start takes; silent where all keep up."""
    query = (
        select(Log.slug)
        .outerjoin(TallyFigures, TallyFigures.campaign_id == Log.campaign_id)
        .where(or_(TallyFigures.campaign_id.is_(None), TallyFigures.log_size != Log.signed_size))
        .where(Log.signed_size > 0, Log.signed_at < clock.now() - LATE)
        .order_by(Log.slug)
    )
    try:
        with database.read() as session:
            behind = session.scalars(query).all()
    except Unavailable:
        return  # probe_database has said so
    for slug in behind:
        yield Finding(
            "warning",
            "figures_behind",
            _("%(slug)s 看板上的数字停在较早的检查点。", slug=slug),
            _("请确认 voting-service recorder 在运行，并查看其日志中的 figures_failed。"),
        )
