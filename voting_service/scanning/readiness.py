"""Is anyone keeping the watch? A finding for ``doctor`` and ``/readyz``; casting and recording do not depend on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ..campaigns.models import OPEN
from ..campaigns.queries import campaigns_in
from ..clock import Clock
from ..database import Database
from ..errors import Unavailable
from ..findings import Finding
from ..ledger import RecorderPosition
from ..text import _
from .live import last_run
from .watch import EVERY

LATE = EVERY + timedelta(minutes=20)


def probe_watch(database: Database, clock: Clock) -> Iterator[Finding]:
    """Each open campaign that has new ballots: when was it last scanned?"""
    try:
        with database.read() as session:
            seen = [
                (campaign.slug, campaign.opened_at, session.get(RecorderPosition, campaign.id), last_run(session, campaign.slug))
                for campaign in campaigns_in(session, OPEN)
            ]  # fmt: skip
    except Unavailable:
        return  # the database's own probe has said so
    now = clock.now()
    for slug, opened_at, position, run in seen:
        since = run.at if run else opened_at
        behind = position is not None and position.seq > (run.up_to_seq if run else 0)
        if behind and since is not None and now - since > LATE:
            yield Finding(
                "warning",
                "watch_absent",
                _("%(slug)s 有新选票，但已超过 %(n)s 分钟没有排查。", slug=slug, n=int((now - since).total_seconds() // 60)),
                _("请检查 voting-service fraud watch 是否在运行。"),
            )  # fmt: skip
        elif run is not None:
            # Not what it found: this page is public, and those whom it found read it too.
            yield Finding(
                "ok", "watch", _("%(slug)s 最近一次排查看到第 %(n)s 张选票。", slug=slug, n=run.up_to_seq)
            )
