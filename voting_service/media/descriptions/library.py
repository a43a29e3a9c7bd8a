"""What the descriptions are made from, put together once per process by the composition root, and what is kept of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ...candidates.showcase import CampaignOnShow, Showcase
from ...clock import Clock
from ...database import Database
from .happenings import Chronicle, ReadHappenings, chronicle_of
from .kept import Kept
from .sitemap import Location, campaign_locations, write_sitemaps

CHRONICLE_FRESH_S = 5.0
SITEMAP_FRESH_S = 60.0


@dataclass(frozen=True)
class Library:
    """Chronicles and sitemaps of this process."""

    database: Database
    showcase: Showcase
    clock: Clock
    sources: Sequence[ReadHappenings]
    base_url: str
    site_name: str
    _chronicles: Kept[Chronicle] = field(default_factory=lambda: Kept(CHRONICLE_FRESH_S), init=False)
    _sitemaps: Kept[list[bytes]] = field(default_factory=lambda: Kept(SITEMAP_FRESH_S), init=False)

    def now(self) -> datetime:
        """The present moment, by the service's clock."""
        return self.clock.now()

    def chronicle(self, show: CampaignOnShow) -> Chronicle:
        """What a campaign has to tell. Raises Unavailable if it was never read."""

        def read() -> Chronicle:
            with self.database.read() as session:
                return chronicle_of(session, show, self.now(), self.sources)

        return self._chronicles.get((show.slug, show.version), read)

    def sitemaps(self) -> list[bytes]:
        """All our public pages: one file, or an index and its files."""
        return self._sitemaps.get("", lambda: write_sitemaps(self.base_url, self._locations()))

    def _locations(self) -> list[Location]:
        shows, now = self.showcase.listed(), self.now()
        told = {show.slug: self.chronicle(show) for show in shows}
        latest = max((chronicle.last_at for chronicle in told.values()), default=None)
        ended = max((show.closed_at for show in shows if show.closed_at), default=None)
        return [
            Location("/", latest),
            *([Location("/archive", ended)] if ended else []),
            *(place for show in shows for place in campaign_locations(show, told[show.slug], now)),
        ]
