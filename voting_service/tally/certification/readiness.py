"""Does a check of the books wait for a watch that does not come? A finding for ``doctor`` and ``/readyz``."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from ...campaigns.models import Campaign
from ...clock import Clock
from ...database import Database
from ...errors import Unavailable
from ...findings import Finding
from ...text import _
from .asking import why_it_waits
from .models import BooksCheck


def probe_books_checks(database: Database, clock: Clock) -> Iterator[Finding]:
    """One finding for each check that is asked for and does not go on."""
    query = (
        select(BooksCheck, Campaign.slug)
        .join(Campaign, Campaign.id == BooksCheck.campaign_id)
        .where(BooksCheck.ended_at.is_(None))
    )
    try:
        with database.read() as session:
            waiting = [
                (slug, why) for check, slug in session.execute(query) if (why := why_it_waits(session, check, clock.now()))
            ]  # fmt: skip
    except Unavailable:
        return  # the database's own probe has said so
    for slug, why in waiting:
        yield Finding(
            "warning", "books_check_waits", _("%(slug)s 的账目等待核对：%(why)s", slug=slug, why=why)
        )
