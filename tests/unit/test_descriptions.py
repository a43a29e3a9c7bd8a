"""What other programs read of our pages: addresses, oEmbed, Atom, sitemaps. No store, no web."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.candidates.showcase import PictureView
from voting_service.errors import Unavailable
from voting_service.media.descriptions.addresses import Described, page_at
from voting_service.media.descriptions.atom import MOST_ENTRIES, Feed, Story, tag_uri, write_feed
from voting_service.media.descriptions.happenings import Happening
from voting_service.media.descriptions.kept import Kept
from voting_service.media.descriptions.oembed import Box, Subject, describe, thumbnail, to_xml
from voting_service.media.descriptions.sitemap import Location, write_sitemaps
from voting_service.text import Text, _

BASE = "https://vote.example.org"
NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)
PHOTO = PictureView("张三", 1080, 1350, "/photos/a-1080.jpg",
                    "/photos/a-320.jpg 320w, /photos/a-640.jpg 640w, /photos/a-1080.jpg 1080w", "")  # fmt: skip


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (f"{BASE}/c/spring", Described("spring", None)),
        (f"{BASE}/c/spring?s=token&lang=en#list", Described("spring", None)),
        (f"{BASE}:443/c/spring/candidates/12", Described("spring", 12)),
        ("http://vote.example.org/c/spring", Described("spring", None)),
        ("HTTPS://Vote.Example.ORG/c/spring", Described("spring", None)),
        (f"{BASE}/r/7QK2-M3XD", "private"),
        (f"{BASE}/desk", "private"),
        (f"{BASE}/desk/campaigns/spring", "private"),
        (f"{BASE}/c/spring/objections/new", "private"),
        (f"{BASE}/", None),
        (f"{BASE}/c/spring/", None),
        (f"{BASE}/c/spring/ranking", None),
        (f"{BASE}/c/Spring", None),
        (f"{BASE}/c/spring/candidates/", None),
        (f"{BASE}/c/spring/candidates/-1", None),
        (f"{BASE}/c/spring/candidates/１２", None),
        (f"{BASE}//c/spring", None),
        (f"{BASE}/c/%73pring", None),
        (f"{BASE}/x/../c/spring", None),
        ("http://vote.example.org:8000/c/spring", None),
        ("https://vote.example.org:8443/c/spring", None),
        ("https://vote.example.org.evil.org/c/spring", None),
        ("https://evil.org/c/spring", None),
        ("https://vote.example.org@evil.org/c/spring", None),
        ("https://user@vote.example.org/c/spring", None),
        ("https://evil.org\\@vote.example.org/c/spring", None),
        ("https://vote.example.org:port/c/spring", None),
        ("https://[vote.example.org/c/spring", None),
        ("ftp://vote.example.org/c/spring", None),
        ("//vote.example.org/c/spring", None),
        ("/c/spring", None),
        (f"{BASE}/c/spring\n", None),
        (f" {BASE}/c/spring", None),
        (f"{BASE}/c/spring?{'a' * 2000}", None),
        ("", None),
    ],
)
def test_only_our_own_pages_are_described(url: str, page: object) -> None:
    assert page_at(url, BASE) == page


def test_a_port_of_its_own_is_a_part_of_the_address() -> None:
    base = "http://127.0.0.1:8000"
    assert page_at(f"{base}/c/spring", base) == Described("spring", None)
    for other in (
        "http://127.0.0.1/c/spring",
        "https://127.0.0.1:8000/c/spring",
        "http://127.0.0.1:8001/c/spring",
    ):
        assert page_at(other, base) is None, other


def test_a_sign_that_only_looks_like_a_letter_is_another() -> None:
    """The Kelvin sign becomes a k where a host name is written small."""
    assert page_at("https://k.example.org/c/spring", "https://k.example.org") is not None
    assert page_at("https://\N{KELVIN SIGN}.example.org/c/spring", "https://k.example.org") is None


@given(st.text())
def test_no_address_breaks_it(url: str) -> None:
    page_at(url, BASE)
    page_at(f"{BASE}/{url}", BASE)


def subject(number: int | None = 7, title: str = "7 号 张三｜最美劳动者") -> Subject:
    return Subject(BASE, "spring", number, title, "总工会", f"{BASE}/c/spring", "评选投票", PHOTO)


def test_a_card_is_a_frame_that_has_room() -> None:
    whole, small = describe(subject(), Box()), describe(subject(), Box(300, 200))
    assert (whole["type"], whole["version"]) == ("rich", "1.0")
    assert (small["width"], small["height"]) == (300, 200)
    assert f'src="{BASE}/c/spring/candidates/7/embed" width="300" height="200"' in str(small["html"])
    assert int(whole["width"]) > 300
    assert describe(subject(), Box(5000, 5000)) == whole, "room is no size"


@pytest.mark.parametrize(
    ("box", "width"), [(Box(), 1080), (Box(700), 640), (Box(None, 500), 320), (Box(319), None)]
)
def test_a_thumbnail_has_room_or_is_not_there(box: Box, width: int | None) -> None:
    found = thumbnail(PHOTO, BASE, box)
    assert (found.width if found else None) == width
    if found:
        assert found.url == f"{BASE}/photos/a-{width}.jpg"
        assert found.height == round(found.width * 1.25)
    fields = describe(subject(), box)
    assert len({"thumbnail_url", "thumbnail_width", "thumbnail_height"} & fields.keys()) in (0, 3)
    assert ("thumbnail_url" in fields) == (width is not None)


@given(st.text())
def test_a_hostile_title_stays_a_title(title: str) -> None:
    fields = describe(subject(title=title), Box())
    html = str(fields["html"])
    assert (html.count("<"), html.count(">")) == (2, 2)
    read = {item.tag: item.text for item in ET.fromstring(to_xml(fields))}
    assert list(read) == list(fields)
    assert read["width"] == str(fields["width"])


def told(n: int, title: Text, photo: PictureView | None = None, summary: str = "事迹") -> Story:
    at = NOON + timedelta(hours=n)
    return Story(
        "spring",
        "总工会",
        Happening(f"n{n}", NOON, at, title, f"/c/spring/{n}", _("%(s)s", s=summary), photo),
    )


def feed(say: str = "zh-CN") -> Feed:
    return Feed(BASE, "spring", "/c/spring/feed.atom", "/c/spring", "最美劳动者", "总工会", say, "", str)


@given(st.text(), st.text())
def test_a_feed_of_anything_is_read_without_a_warning(title: str, summary: str) -> None:
    stories = [told(2, _("%(t)s", t=title), PHOTO, summary), told(1, _("公示公告"))]
    read = feedparser.parse(write_feed(feed(), stories, NOON))
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "atom10"
    assert [entry.id for entry in read.entries] == [
        "tag:vote.example.org,2026:spring/n2",
        "tag:vote.example.org,2026:spring/n1",
    ]
    assert read.entries[0].updated_parsed[:4] == (2026, 5, 1, 6)
    assert read.entries[0].published_parsed[:4] == (2026, 5, 1, 4)
    assert read.entries[0].enclosures[0].href == f"{BASE}/photos/a-1080.jpg"
    assert f'src="{BASE}/photos/a-1080.jpg"' in read.entries[0].content[0].value


def test_a_feed_is_not_endless() -> None:
    many = [told(n, _("公告")) for n in range(MOST_ENTRIES + 5)]
    assert len(feedparser.parse(write_feed(feed(), many, NOON)).entries) == MOST_ENTRIES


def test_a_tag_has_no_port() -> None:
    assert tag_uri("http://127.0.0.1:8000", "a/b") == "tag:127.0.0.1,2026:a/b"


SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def located(document: bytes) -> list[tuple[str | None, str | None]]:
    root = ET.fromstring(document)
    return [(item.findtext(f"{SPACE}loc"), item.findtext(f"{SPACE}lastmod")) for item in root]


def test_few_pages_are_one_sitemap() -> None:
    (only,) = write_sitemaps(BASE, [Location("/", NOON), Location("/c/spring/rules")])
    assert located(only) == [(f"{BASE}/", "2026-05-01T04:00:00.000Z"), (f"{BASE}/c/spring/rules", None)]
    assert located(write_sitemaps(BASE, [])[0]) == []


def test_many_pages_are_an_index_and_its_files() -> None:
    pages = [Location(f"/{n}", NOON + timedelta(days=n)) for n in range(7)]
    index, *files = write_sitemaps(BASE, pages, most=3)
    assert ET.fromstring(index).tag == f"{SPACE}sitemapindex"
    assert located(index) == [
        (f"{BASE}/sitemap-1.xml", "2026-05-03T04:00:00.000Z"),
        (f"{BASE}/sitemap-2.xml", "2026-05-06T04:00:00.000Z"),
        (f"{BASE}/sitemap-3.xml", "2026-05-07T04:00:00.000Z"),
    ]
    assert [place for file in files for place, _at in located(file)] == [f"{BASE}/{n}" for n in range(7)]


def test_what_is_kept_outlives_a_database_that_is_away() -> None:
    kept, asked = Kept[int](fresh_s=0), []

    def make() -> int:
        asked.append(1)
        if len(asked) > 1:
            raise Unavailable(_("数据库不在。"))
        return 5

    assert (kept.get("a", make), kept.get("a", make), len(asked)) == (5, 5, 2)
    with pytest.raises(Unavailable):
        kept.get("b", make)


def test_what_is_fresh_is_not_made_again() -> None:
    kept = Kept[int](fresh_s=3600, most=2)
    assert [kept.get(key, lambda key=key: key) for key in (1, 2, 1, 3)] == [1, 2, 1, 3]  # type: ignore[misc]
    assert kept.get(3, lambda: 99) == 3
    assert kept.get(1, lambda: 99) == 99, "the oldest was let go of"
