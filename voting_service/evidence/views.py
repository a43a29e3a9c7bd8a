"""Page views: taken down by the web processes without asking anyone, written some seconds later by a thread of theirs.

A view is worth less than a voter's time: a process that dies loses its last two seconds, a storm is counted beyond what
can be kept, and a database that is away is waited for. None of it ever keeps a page from being shown.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ..campaigns.models import Campaign
from ..clock import Clock
from ..database import Database
from ..encryption import Keyring, SealBroken
from ..errors import Unavailable
from ..sealed import SealedColumn
from .models import ViewBatch

FLUSH_S = 2.0
TELL_AGAIN_S = 60.0
MOST_WAITING = 20_000
MOST_AN_HOUR = 100_000
"""Views that one process keeps in an hour: a script that opens the page again and again must not fill the disk."""

log = structlog.get_logger("evidence")


class PageView(NamedTuple):
    """One page view, by a voter's tag; whether it led to a ballot the ledger knows."""

    viewed_ms: int
    voter_tag: str
    channel: str
    address: str
    entry: str
    share_token: str
    qr_site: str


class SeenPage(NamedTuple):
    """A view as it is taken down, before anything is computed of it."""

    slug: str
    view: PageView


class ViewBook:
    """The views of one process. ``note`` costs one append; everything else is the thread's."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._waiting: deque[SeenPage] = deque()
        self._dropped = 0
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._stop = threading.Event()
        self._told_s = -TELL_AGAIN_S
        self._hour, self._kept = -1.0, 0

    def note(self, slug: str, view: Callable[[], PageView]) -> None:
        """Take a view down, or only count it where too many wait."""
        if len(self._waiting) >= MOST_WAITING or not self._within_the_hour():
            self._dropped += 1
            return
        self._waiting.append(SeenPage(slug, view()))
        if self._thread is None:
            self._start()

    def _within_the_hour(self) -> bool:
        hour = time.monotonic() // 3600
        if hour != self._hour:
            self._hour, self._kept = hour, 0
        self._kept += 1
        return self._kept <= MOST_AN_HOUR

    def flush(self) -> int:
        """Write what waits; gives how many views. What cannot be written waits on."""
        with self._flushing:  # whoever closes the book may meet its thread at it
            return self._flush()

    def _flush(self) -> int:
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        dropped, self._dropped = self._dropped, 0
        by_slug: dict[str, list[PageView]] = defaultdict(list)
        for seen in taken:
            by_slug[seen.slug].append(seen.view)
        try:
            self._write(by_slug, dropped)
        except (Unavailable, SQLAlchemyError) as error:
            self._tell(len(taken), error)
            self._dropped += dropped
            self._put_back(taken)
            return 0
        return len(taken)

    def _tell(self, views: int, error: Exception) -> None:
        """Once, and again after a minute if it lasts: the next try comes in two seconds."""
        now = time.monotonic()
        if now - self._told_s >= TELL_AGAIN_S:
            self._told_s = now
            log.error("views_not_written", views=views, error=type(error).__name__)

    def _put_back(self, taken: list[SeenPage]) -> None:
        self._waiting.extendleft(reversed(taken))
        # As many may have come while these were being tried: without this a long outage would fill the memory.
        while len(self._waiting) > MOST_WAITING:
            self._waiting.pop()
            self._dropped += 1

    def _write(self, by_slug: dict[str, list[PageView]], dropped: int) -> None:
        if not by_slug:
            return
        with self._database.write() as session:
            found = session.execute(select(Campaign.slug, Campaign.id).where(Campaign.slug.in_(by_slug)))
            ids: dict[str, int] = {row[0]: row[1] for row in found}
            for slug, views in by_slug.items():
                if slug not in ids:
                    continue  # a campaign that is gone has no use for them
                session.add(_row(self._keyring, ids[slug], slug, views, self._clock.now(), dropped))
                dropped = 0

    def _start(self) -> None:
        # Only now, in the process that serves: a thread does not survive a fork.
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="views", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(FLUSH_S):
            self.flush()

    def close(self) -> None:
        """Write what waits and end the thread."""
        self._stop.set()
        self.flush()


def _row(
    keyring: Keyring, campaign_id: int, slug: str, views: Sequence[PageView], at: datetime, dropped: int
) -> ViewBatch:
    batch = secrets.token_urlsafe(9)
    plain = zlib.compress(json.dumps(views, separators=(",", ":")).encode(), 1)
    return ViewBatch(
        campaign_id=campaign_id,
        batch=batch,
        taken_at=at,
        views=len(views),
        dropped=dropped,
        sealed=keyring.seal(plain, _place(slug, batch)),
    )


def opened(keyring: Keyring, slug: str, batch: str, sealed: bytes) -> list[PageView]:
    """The views of one row; none where its key is gone."""
    try:
        plain = zlib.decompress(keyring.open(sealed, _place(slug, batch)))
    except SealBroken:
        return []
    return [PageView(*values) for values in json.loads(plain)]


def _place(slug: str, batch: str) -> str:
    return f"view_batches.sealed.{slug}.{batch}"


SEALED = (
    SealedColumn(
        ViewBatch.sealed,
        _place,
        (Campaign.slug, ViewBatch.batch),
        joined=((Campaign, Campaign.id == ViewBatch.campaign_id),),
    ),
)
