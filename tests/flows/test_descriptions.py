"""Real consumers read what our pages say of themselves: an oEmbed client, a feed reader, a reader of metadata; over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import extruct
import feedparser
import pytest
import requests
from oembedpy import consumer, discovery
from sqlalchemy import event

from tests.live import EXAMPLE, import_example, live_stage
from tests.served import served
from tests.stage import Stage
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates import showcase
from voting_service.candidates.departures import depart
from voting_service.redis_server.embedded import EmbeddedRedis

PAGE = f"/c/{EXAMPLE}"
NUMBER, GONE = 3, 5


class Site:
    """The service on a port, with the example campaign open, one candidate gone, and a draft that nobody may know of."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.url = stage.service.settings.base_url

    def get(self, path: str, **kw: Any) -> requests.Response:
        """Ask as a program on another machine does."""
        return requests.get(self.url + path, timeout=60, **kw)

    def oembed(self, path: str, **asked: str) -> requests.Response:
        """What oEmbed says of a page."""
        return self.get("/oembed", params={"url": self.url + path, **asked})

    def metadata(self, path: str) -> dict[str, Any]:
        """What a reader of metadata finds: the node of schema.org and Open Graph's properties."""
        page = self.get(path).text
        found = extruct.extract(page, self.url + path, syntaxes=["json-ld", "opengraph"])
        (graph,) = found["opengraph"]
        return {"nodes": found["json-ld"], **dict(reversed(graph["properties"]))}


@pytest.fixture(scope="module")
def site(
    own_redis: EmbeddedRedis, photo_shelf: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Served from a thread: whoever asks is in this process too, and nothing is started anew for each test."""
    stage = live_stage(tmp_path_factory.mktemp("site") / "data", own_redis.url)
    (stage.service.settings.data_dir / "photos").symlink_to(photo_shelf)
    import_example(stage)
    stage.open(EXAMPLE)
    stage.draft("hidden")
    with stage.service.database.write() as session:
        depart(session, campaign_by_slug(session, EXAMPLE), GONE, "withdrawn", at=stage.service.clock.now())
    with served(stage):
        yield Site(stage)
    stage.strike()


# What pages say


def test_a_campaign_is_an_event(site: Site) -> None:
    found = site.metadata(PAGE)
    (node,) = found["nodes"]
    show = site.stage.app._place.showcase.campaign(EXAMPLE)
    assert (node["@type"], node["name"], node["url"]) == ("Event", show.title, site.url + PAGE)
    assert datetime.fromisoformat(node["startDate"]) == show.rules.opens_at
    assert datetime.fromisoformat(node["endDate"]) == show.rules.closes_at
    assert datetime.fromisoformat(node["startDate"]).utcoffset() == timedelta(hours=8)
    assert node["organizer"] == {"@type": "Organization", "name": show.organiser}
    assert node["location"]["@type"] == "VirtualLocation"
    assert (found["og:type"], found["og:url"]) == ("website", site.url + PAGE)
    assert show.title in found["og:title"]
    assert found["og:image"].startswith(f"{site.url}{PAGE}/share.png")
    assert (found["og:image:width"], found["og:image:height"]) == ("1200", "630")


def test_a_candidate_is_a_person_of_whom_only_what_is_public_is_said(site: Site) -> None:
    path = f"{PAGE}/candidates/{NUMBER}"
    found = site.metadata(path)
    (node,) = found["nodes"]
    person = site.stage.app._place.showcase.campaign(EXAMPLE).by_number[NUMBER]
    assert node.keys() == {
        "@context",
        "@type",
        "@id",
        "name",
        "jobTitle",
        "worksFor",
        "description",
        "image",
        "url",
    }
    assert (node["@type"], node["name"], node["jobTitle"]) == ("Person", person.name, person.title)
    assert node["worksFor"]["name"] == person.organisation
    assert requests.head(node["image"], timeout=60).headers["Content-Type"] == "image/jpeg"
    assert (found["og:type"], found["og:url"]) == ("profile", site.url + path)
    assert person.name in found["og:title"]
    assert found["og:description"] == person.summary


def test_whoever_has_left_is_described_to_nobody(site: Site) -> None:
    page = site.get(f"{PAGE}/candidates/{GONE}")
    assert '<meta name="robots" content="noindex">' in page.text
    assert site.metadata(f"{PAGE}/candidates/{GONE}")["nodes"] == []
    assert site.metadata(f"{PAGE}/candidates/{GONE}")["og:description"] == "已退出"
    assert "Link" not in page.headers
    assert f"/candidates/{GONE}<" not in site.get("/sitemap.xml").text


@pytest.mark.parametrize("below", ["", f"/candidates/{NUMBER}", "/ranking", "/rules", "/verify"])
def test_a_page_is_one_page_in_every_language(site: Site, below: str) -> None:
    chinese, english = site.get(f"{PAGE}{below}?s=token").text, site.get(f"{PAGE}{below}?lang=en").text
    address = f"{site.url}{PAGE}{below}"
    for page, language, own in ((chinese, "zh-CN", address), (english, "en", f"{address}?lang=en")):
        assert f'<html lang="{language}">' in page
        assert f'<link rel="canonical" href="{own}">' in page
        assert f'<link rel="alternate" hreflang="zh-CN" href="{address}">' in page
        assert f'<link rel="alternate" hreflang="en" href="{address}?lang=en">' in page
        assert page.count('rel="canonical"') == 1


# oEmbed


@pytest.mark.parametrize("kind", ["json", "xml"])
@pytest.mark.parametrize("below", ["", f"/candidates/{NUMBER}"])
def test_a_client_discovers_and_renders(site: Site, below: str, kind: str) -> None:
    endpoint, asked = discovery.find_from_content(site.url + PAGE + below)
    assert endpoint == f"{site.url}/oembed"
    asked.format, asked.max_width = kind, 480
    card: Any = consumer.fetch_content(endpoint, asked)
    assert type(card).__name__ == "Rich"
    assert int(card.width) == 480
    assert f'<iframe src="{site.url}{PAGE}{below}/embed" width="480"' in card.html


def test_json_and_xml_say_the_same(site: Site) -> None:
    card, xml = site.oembed(PAGE), site.oembed(PAGE, format="xml")
    assert card.headers["Content-Type"] == "application/json"
    assert xml.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert card.headers["Access-Control-Allow-Origin"] == xml.headers["Access-Control-Allow-Origin"] == "*"
    for name, value in card.json().items():
        written = str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert f"<{name}>{written}</{name}>" in xml.text
    again = requests.get(card.url, headers={"If-None-Match": card.headers["ETag"]}, timeout=60)
    assert (again.status_code, again.content) == (304, b"")
    assert "Set-Cookie" not in card.headers


def test_a_thumbnail_is_there_and_has_its_size(site: Site) -> None:
    fields = site.oembed(f"{PAGE}/candidates/{NUMBER}", maxwidth="500").json()
    assert fields["thumbnail_width"] == 320
    assert requests.head(fields["thumbnail_url"], timeout=60).status_code == 200


def test_a_draft_is_not_told_from_what_never_was(site: Site) -> None:
    for below in ("", "/candidates/1"):
        draft, unknown = site.oembed(f"/c/hidden{below}"), site.oembed(f"/c/nothing{below}")
        assert (draft.status_code, unknown.status_code) == (404, 404)
        assert draft.content == unknown.content
    for path in ("/c/hidden/feed.atom", "/c/hidden/result"):
        assert site.get(path).status_code == 404
    assert "hidden" not in site.get("/sitemap.xml").text + site.get("/feed.atom").text


def test_refusals_have_the_statuses_of_the_specification(site: Site) -> None:
    private = site.oembed("/r/7QK2-M3XD")
    assert (private.status_code, private.headers["WWW-Authenticate"][:6]) == (401, "Bearer")
    assert site.oembed(PAGE, format="yaml").status_code == 501
    assert site.oembed(f"{PAGE}/candidates/9999").status_code == 404
    assert site.get("/oembed", params={"url": "https://evil.example/c/x"}).status_code == 404
    for asked in ({}, {"url": site.url + PAGE, "maxwidth": "0"}, {"url": site.url + PAGE, "maxheight": "x"}):
        answer = site.get("/oembed", params=asked)
        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/problem+json"


# Feeds


def test_a_reader_takes_the_feed_and_asks_for_it_again_cheaply(site: Site) -> None:
    address = f"{site.url}{PAGE}/feed.atom"
    read = feedparser.parse(address)
    assert not read.bozo, read.get("bozo_exception")
    assert (read.status, read.version) == (200, "atom10")
    (person,) = [entry for entry in read.entries if entry.id.endswith(f"/candidates/{NUMBER}")]
    assert person.link == f"{site.url}{PAGE}/candidates/{NUMBER}"
    assert requests.head(person.enclosures[0].href, timeout=60).headers["Content-Type"] == "image/jpeg"
    (gone,) = [entry for entry in read.entries if entry.id.endswith(f"/candidates/{GONE}")]
    assert "已退出" in gone.title
    assert "enclosures" not in gone or gone.enclosures == []
    assert read.entries[0] == gone, "what changed last comes first"
    assert read.feed.updated_parsed == gone.updated_parsed
    assert feedparser.parse(address, etag=read.etag).status == 304
    assert feedparser.parse(address, modified=read.modified).status == 304
    before = "Wed, 01 Jan 2020 00:00:00 GMT"
    assert feedparser.parse(address, modified=before).status == 200


def test_the_feed_of_all_tells_of_campaigns_and_not_of_candidates(site: Site) -> None:
    read = feedparser.parse(f"{site.url}/feed.atom")
    assert not read.bozo, read.get("bozo_exception")
    assert [entry.id.split(":")[-1] for entry in read.entries] == [f"{EXAMPLE}/voting"]
    english = feedparser.parse(f"{site.url}/feed.atom?lang=en")
    assert english.feed.id == read.feed.id
    assert [entry.id for entry in english.entries] == [entry.id for entry in read.entries]


# Robots


def test_robots_find_every_page_of_the_sitemap_and_leave_the_rest_alone(site: Site) -> None:
    robots = site.get("/robots.txt")
    assert f"Sitemap: {site.url}/sitemap.xml" in robots.text
    assert {"Disallow: /desk", "Disallow: /r/"} <= set(robots.text.splitlines())
    listed = [line.split("<")[0] for line in site.get("/sitemap.xml").text.split("<loc>")[1:]]
    assert f"{site.url}{PAGE}/candidates/{NUMBER}" in listed
    assert len(listed) == len(set(listed))
    for address in (address for address in listed if "/candidates/" not in address):
        page = requests.get(address, timeout=60)
        assert page.status_code == 200, address
        assert f'<link rel="canonical" href="{address}">' in page.text


def test_what_is_warm_costs_no_sql(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    # However long a slow machine takes, what was read a moment ago is fresh.
    monkeypatch.setattr(showcase, "FRESH_S", 3600)
    library = site.stage.app._inner.extensions["descriptions"]
    for kept in (library._chronicles, library._sitemaps):
        monkeypatch.setattr(kept, "_fresh_s", 3600)
    warm = (f"{PAGE}/feed.atom", "/feed.atom", "/sitemap.xml", f"/oembed?url={site.url}{PAGE}", "/robots.txt")
    assert [site.get(path).status_code for path in warm] == [200] * len(warm)
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    engine = site.stage.service.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert [site.get(path).status_code for path in warm] == [200] * len(warm)
        assert asked == []
        assert site.get("/oembed", params={"url": f"{site.url}/c/unknown"}).status_code == 404
        assert asked != [], "who listens hears"
    finally:
        event.remove(engine, "before_cursor_execute", note)
