"""Our pages for search engines, as sitemaps.org has it. Pure.

A page has a date where it is known when what it shows last changed; where it is not, it has none rather than a guessed one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from xml.etree.ElementTree import Element

from ...candidates.showcase import CampaignOnShow
from ...clock import rfc3339
from .happenings import Chronicle, Happening
from .xml_text import child, document

SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
MOST_PAGES = 50_000
"""In one file, as the protocol limits it; more pages are several files and an index of them."""


class Location(NamedTuple):
    """A page and when it last changed."""

    path: str
    modified: datetime | None = None


def campaign_locations(show: CampaignOnShow, told: Chronicle, now: datetime) -> list[Location]:
    """Every public page of a campaign that search engines are led to."""
    changed = _latest(told.happenings)
    for line in show.notices:
        # A notice's page changes by the clock too: when its window opens and ends.
        if (stage := line.at(now)) is not None:
            changed[line.path] = max(changed.get(line.path, stage.since), stage.since)
    result, ranking = f"{show.url}/result", f"{show.url}/ranking"
    lists = [f"{show.url}/notices"] if show.notices else []
    # Live counts change from second to second, and have no date here.
    counts = changed.get(ranking) if show.closed or show.rules.counts_mode == "daily" else None
    return [
        Location(show.url, max(told.last_at, *changed.values())),
        *(Location(person.url, changed.get(person.url)) for person in show.standing),
        Location(ranking, max((one for one in (counts, changed.get(result)) if one), default=None)),
        Location(f"{show.url}/rules"),
        Location(f"{show.url}/verify"),
        *([Location(result, changed[result])] if result in changed else []),
        *(Location(path, max(changed[line.path] for line in show.notices)) for path in lists),
        *(Location(line.path, changed[line.path]) for line in show.notices),
    ]


def write_sitemaps(base_url: str, locations: Sequence[Location], most: int = MOST_PAGES) -> list[bytes]:
    """The files, in order; the index that comes first where there are several: then file ``n`` of it is item ``n``."""
    files = [
        _file("urlset", "url", base_url, locations[start : start + most])
        for start in range(0, max(len(locations), 1), most)
    ]
    if len(files) == 1:
        return files
    listed = [
        Location(f"/sitemap-{n}.xml", _newest(locations[(n - 1) * most : n * most]))
        for n in range(1, len(files) + 1)
    ]
    return [_file("sitemapindex", "sitemap", base_url, listed), *files]


def _file(root_name: str, item_name: str, base_url: str, locations: Iterable[Location]) -> bytes:
    root = Element(root_name, {"xmlns": SITEMAPS})
    for location in locations:
        item = child(root, item_name)
        child(item, "loc", base_url + location.path)
        if location.modified:
            child(item, "lastmod", rfc3339(location.modified))
    return document(root)


def _newest(locations: Iterable[Location]) -> datetime | None:
    return max((one.modified for one in locations if one.modified), default=None)


def _latest(told: Iterable[Happening]) -> dict[str, datetime]:
    changed: dict[str, datetime] = {}
    for one in told:
        changed[one.path] = max(one.at, changed.get(one.path, one.at))
    return changed


ROBOTS: Mapping[str, str] = {
    "/desk": "officials",
    "/r/": "one voter's receipt each",
    "/c/*/code": "voters' codes",
    "/c/*/objections": "objections",
    "/objections": "objections",
    "/c/*/certificates": "one person's certificate each",
    "/wechat/": "logging in",
    "/api/v1/receipts/": "one voter's receipt each",
    "/api/v1/campaigns/*/ballot-form": "casting",
    "/api/v1/campaigns/*/ballots": "casting",
    "/api/v1/campaigns/*/objections": "objections",
    "/api/v1/campaigns/*/tally": "for programs with a token",
    "/healthz": "for operators",
    "/readyz": "for operators",
    "/metrics": "for operators",
}
"""What robots are asked to leave alone (RFC 9309), and what it is."""


def write_robots(base_url: str) -> str:
    """``robots.txt``."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in ROBOTS),
        "",
        f"Sitemap: {base_url}/sitemap.xml",
        "",
    ]
    return "\n".join(lines)
