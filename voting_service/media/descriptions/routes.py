"""Descriptions for other programs: ``/oembed``, the feeds, ``/sitemap.xml``, ``/robots.txt``. All public, all cacheable."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, abort, current_app, jsonify, make_response, request

from ...candidates.showcase import CampaignOnShow
from ...errors import NotFound
from ...text import Text, _
from ...web import access
from ...web.caching import cacheable
from ...web.errors import answer
from ...web.language import html_language, say
from .addresses import Described, page_at
from .atom import Feed, Story, updated_at, write_feed
from .library import Library
from .oembed import CACHE_AGE_S, Box, Subject, candidates_picture, describe, to_xml
from .sitemap import write_robots

pages = Blueprint("descriptions", __name__)

FEED_MAX_AGE_S = 300
MAPS_MAX_AGE_S = 3600
MOST_CAMPAIGNS = 50
"""Campaigns in the feed of them all, the latest."""
_ICON = "/static/icons/apple-touch.png"
_NOT_THERE = _("这个网址不是本站可以嵌入的页面。")


def _library() -> Library:
    library: Library = current_app.extensions["descriptions"]
    return library


@pages.get("/oembed")
@access.public
def oembed() -> Response:
    """The card of a campaign or a candidate, by its page's address."""
    kind = request.args.get("format", "json").lower()
    if kind not in ("json", "xml"):
        return _refused("unknown_format", _("这里只有 json 和 xml 两种格式。"))
    url = request.args.get("url", "")
    if not url:
        return _refused("bad_request", _("请用 url 给出页面的网址。"))
    sizes = [_size(name) for name in ("maxwidth", "maxheight")]
    if 0 in sizes:
        return _refused("bad_request", _("maxwidth 和 maxheight 须是大于 0 的整数。"))
    found = page_at(url, _library().base_url)
    if found == "private":
        return _refused("unauthorised", _("这个页面不公开。"))
    subject = _subject(found) if found else None
    if subject is None:
        return _refused("not_found", _NOT_THERE)
    fields = describe(subject, Box(*sizes))
    response = jsonify(fields) if kind == "json" else _bytes(to_xml(fields), "text/xml")
    return cacheable(response, max_age=CACHE_AGE_S)


def _size(name: str) -> int | None:
    """A size that was asked for, None where none was, 0 for what is none."""
    asked = request.args.get(name, "")
    if not asked:
        return None
    return min(int(asked), 1_000_000) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0


def _refused(code: str, sentence: Text) -> Response:
    response = answer(code, sentence)
    response.headers["Access-Control-Allow-Origin"] = "*"
    if code == "unauthorised":
        response.headers["WWW-Authenticate"] = 'Bearer realm="voting-service"'
    return response


def _subject(page: Described) -> Subject | None:
    """What is described; None for a draft as for what never was."""
    library = _library()
    try:
        show = library.showcase.campaign(page.slug)
    except NotFound:
        return None
    person = None if page.number is None else show.by_number.get(page.number)
    if page.number is not None and person is None:
        return None
    title = show.title
    if person is not None:
        title = say(
            _("%(number)s 号 %(name)s｜%(title)s", number=person.number, name=person.name, title=title)
        )
    return Subject(
        base_url=library.base_url,
        slug=show.slug,
        number=page.number,
        title=title,
        author=show.organiser,
        author_url=library.base_url + show.url,
        provider=library.site_name,
        picture=candidates_picture(person, show.cover) if person else show.cover,
    )


@pages.get("/c/<slug>/feed.atom")
@access.public
def campaign_feed(slug: str) -> Response:
    """What is new in one campaign."""
    library = _library()
    show = library.showcase.campaign(slug)
    chronicle = library.chronicle(show)
    stories = [Story(show.slug, show.organiser, one) for one in chronicle.happenings]
    return _feed(
        slug, f"{show.url}/feed.atom", show.url, show.title, show.organiser, stories, chronicle.last_at
    )


@pages.get("/feed.atom")
@access.public
def all_feeds() -> Response:
    """What is new in all campaigns; their candidates are told by each campaign's own feed."""
    library = _library()
    shows = library.showcase.listed()[:MOST_CAMPAIGNS]
    stories = [story for show in shows for story in _news(library, show)]
    stories.sort(key=lambda story: story.happening.at, reverse=True)
    name = library.site_name
    # Without a campaign nothing has ever changed, and the feed still needs a date: that from which its names are given out.
    return _feed(
        "all", "/feed.atom", "/", name, name, stories, datetime.fromisoformat("2026-01-01T00:00:00Z")
    )


def _news(library: Library, show: CampaignOnShow) -> list[Story]:
    told = library.chronicle(show).happenings
    return [Story(show.slug, show.organiser, one) for one in told if not one.of_candidate]


def _feed(
    name: str, path: str, page: str, title: str, author: str, stories: list[Story], otherwise: datetime
) -> Response:
    language = html_language()
    feed = Feed(
        base_url=_library().base_url,
        name=name,
        path=path,
        page=page,
        title=title,
        author=author,
        language=language,
        query="?lang=en" if language == "en" else "",
        say=say,
        icon=_ICON,
    )
    updated = updated_at(stories, otherwise)
    response = _bytes(write_feed(feed, stories, updated), "application/atom+xml")
    response.last_modified = updated
    return cacheable(response, max_age=FEED_MAX_AGE_S)


@pages.get("/sitemap.xml")
@access.public
def sitemap() -> Response:
    """Our public pages, or the index of the files that hold them."""
    return _sitemap(0)


@pages.get("/sitemap-<int(max=9999):number>.xml")
@access.public
def sitemap_part(number: int) -> Response:
    """One file of several."""
    return _sitemap(number) if number else abort(404)


def _sitemap(number: int) -> Response:
    files = _library().sitemaps()
    if number >= len(files):
        abort(404)
    return cacheable(_bytes(files[number], "application/xml"), max_age=MAPS_MAX_AGE_S)


@pages.get("/robots.txt")
@access.public
def robots() -> Response:
    """What robots are asked to leave alone."""
    return cacheable(_bytes(write_robots(_library().base_url).encode(), "text/plain"), max_age=MAPS_MAX_AGE_S)


def _bytes(data: bytes, mimetype: str) -> Response:
    response = make_response(data)
    response.content_type = f"{mimetype}; charset=utf-8"
    return response
