"""How many came by the code of each site: counted from the page views, which are sealed, and kept as sums in this process.

Nothing of a visitor is kept: what tells two visits of one from visits of two is a number that means nothing elsewhere, and goes
with the process.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b

from sqlalchemy.orm import Session

from ...encryption import Keyring
from ...scanning.evidence_rows import page_views

MOST_AT_ONCE = 100_000
"""Views that one page of the desk reads; what is left, the next one reads."""
MOST_VISITORS = 200_000
MOST_CODES = 500
"""Anybody can type any code into an address."""
OTHERS = ""
"""Stands for codes beyond those."""


@dataclass
class _Read:
    last_batch: int = 0
    visitors: Counter[str] = field(default_factory=Counter)
    views: Counter[str] = field(default_factory=Counter)
    seen: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class SiteScans:
    """Of one campaign."""

    visitors: dict[str, int]
    """By code; ``OTHERS`` for the rest."""
    views: dict[str, int]
    whole: bool
    """Whether everything that is written down has been read."""


class ScanCounts:
    """The sums of this process."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._salt = secrets.token_bytes(16)
        self._read: dict[int, _Read] = {}
        self._lock = threading.Lock()

    def of(self, session: Session, campaign_id: int, slug: str) -> SiteScans:
        """A campaign's, read on from where the last page stopped."""
        with self._lock:
            read = self._read.setdefault(campaign_id, _Read())
            whole = self._read_on(session, campaign_id, slug, read)
            return SiteScans(dict(read.visitors), dict(read.views), whole)

    def _read_on(self, session: Session, campaign_id: int, slug: str, read: _Read) -> bool:
        taken = 0
        for number, views in page_views(session, campaign_id, slug, self._keyring, read.last_batch):
            for view in views:
                if view.qr_site:
                    self._count(read, view.qr_site, view.voter_tag)
            read.last_batch = number
            taken += len(views)
            if taken >= MOST_AT_ONCE:
                return False
        return True

    def _count(self, read: _Read, code: str, voter_tag: str) -> None:
        if code not in read.views and len(read.views) >= MOST_CODES:
            code = OTHERS
        read.views[code] += 1
        digest = blake2b(f"{code} {voter_tag}".encode(), digest_size=8, key=self._salt).digest()
        visitor = int.from_bytes(digest, "big")
        # A visitor without a tag is one of their own each time; so is everybody once there are too many to remember.
        if not voter_tag or visitor not in read.seen:
            read.visitors[code] += 1
            if voter_tag and len(read.seen) < MOST_VISITORS:
                read.seen.add(visitor)
