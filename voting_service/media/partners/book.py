"""The terms of every campaign as this process knows them: read again when a campaign's version changes, and asked for
without SQL until then."""

from __future__ import annotations

import threading

from ...candidates.showcase import CampaignOnShow
from ...database import Database
from ...errors import Unavailable
from .queries import terms_of
from .rules import MediaTerms


class MediaBook:
    """The terms that pages go by."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[int, MediaTerms]] = {}
        self._lock = threading.Lock()

    def terms(self, show: CampaignOnShow) -> MediaTerms:
        """A campaign's terms. A database that is away leaves the last known ones standing; raises Unavailable where there
        are none: then nobody knows whose key was revoked."""
        known = self._known.get(show.slug)
        if known and known[0] == show.version:
            return known[1]
        with self._lock:
            known = self._known.get(show.slug)
            if known and known[0] == show.version:
                return known[1]
            try:
                with self._database.read() as session:
                    terms = terms_of(session, show.id)
            except Unavailable:
                if known is None:
                    raise
                return known[1]
            self._known[show.slug] = (show.version, terms)
            return terms
