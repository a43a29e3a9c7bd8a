"""Views and clicks of embeds: added up in each web process without asking anyone, and written some seconds later.

What is kept is a number for each campaign, key and day. No address, no cookie, no browser is read for it, so one person who
comes again counts again. A process that is killed loses what it has not written; a database that is away is waited for.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any, Literal, NamedTuple

import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ...candidates.showcase import CampaignOnShow
from ...clock import Clock
from ...database import Database
from ...errors import Unavailable
from .models import EmbedCount

FLUSH_S = 5.0
TELL_AGAIN_S = 60.0

What = Literal["views", "clicks"]

log = structlog.get_logger("embeds")


class Tally(NamedTuple):
    """What one number counts."""

    campaign_id: int
    key: str
    day: date
    what: What


class EmbedCounter:
    """The numbers of one process that are not written yet. Keys come from ``MediaTerms.known``: only a campaign's own keys,
    so that what waits is bounded, whatever is asked for."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: Counter[Tally] = Counter()
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._told_s = -TELL_AGAIN_S

    def note(self, show: CampaignOnShow, key: str, what: What) -> None:
        """One more."""
        day = self._clock.now().astimezone(show.rules.zone).date()
        with self._lock:
            self._waiting[Tally(show.id, key, day, what)] += 1
            if self._thread is None:
                # Only now, in the process that serves: a thread does not survive a fork.
                self._thread = threading.Thread(target=self._run, name="embeds", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def flush(self) -> None:
        """Write what waits; what cannot be written waits on."""
        with self._flushing:
            with self._lock:
                taken, self._waiting = self._waiting, Counter()
            try:
                if taken:
                    with self._database.write() as session:
                        _add(session, taken)
            except (Unavailable, SQLAlchemyError) as error:
                self._tell(error)
                with self._lock:
                    self._waiting += taken

    def close(self) -> None:
        """Write what waits and end the thread."""
        self._stop.set()
        self.flush()

    def _run(self) -> None:
        while not self._stop.wait(FLUSH_S):
            self.flush()

    def _tell(self, error: Exception) -> None:
        now = time.monotonic()
        if now - self._told_s >= TELL_AGAIN_S:
            self._told_s = now
            log.error("embed_counts_not_written", error=type(error).__name__)


_INSERT: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def _add(session: Session, counted: Counter[Tally]) -> None:
    """Each added to what stands there: several processes write the same row. In one order, so that they do not wait for one
    another in a circle."""
    insert = _INSERT[session.get_bind().dialect.name]
    rows = sorted({(tally.campaign_id, tally.key, tally.day) for tally in counted})
    for campaign_id, key, day in rows:
        views, clicks = (counted[Tally(campaign_id, key, day, what)] for what in ("views", "clicks"))
        row = insert(EmbedCount).values(campaign_id=campaign_id, key=key, day=day, views=views, clicks=clicks)
        session.execute(
            row.on_conflict_do_update(
                index_elements=["campaign_id", "key", "day"],
                set_={
                    "views": EmbedCount.views + row.excluded.views,
                    "clicks": EmbedCount.clicks + row.excluded.clicks,
                },
            )
        )
