"""Happenings as an Atom feed (RFC 4287). Pure.

An entry's id is a tag URI (RFC 4151) of our host name and what the entry is called in its campaign: it stays the same in every
language, whatever becomes of the entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from markupsafe import Markup

from ...candidates.showcase import PictureView
from ...clock import rfc3339
from ...text import Text
from .happenings import Happening
from .xml_text import child, document

ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 500
"""A feed tells what is new; what is older stands on the pages."""
_TAG_YEAR = 2026
"""Since when the names in ``tag_uri`` are given out. Never to be changed: readers would take every entry for a new one."""


@dataclass(frozen=True)
class Story:
    """A happening with the campaign that it belongs to."""

    slug: str
    organiser: str
    happening: Happening


@dataclass(frozen=True)
class Feed:
    """One feed, in one language."""

    base_url: str
    name: str
    """What its id is made of."""
    path: str
    page: str
    title: str
    author: str
    language: str
    query: str
    """What an address carries for this language."""
    say: Callable[[Text], str]
    icon: str = ""

    def address(self, path: str) -> str:
        """The absolute address of a path in this feed's language."""
        return self.base_url + path + self.query


def tag_uri(base_url: str, name: str) -> str:
    """The name of a feed or an entry, for good."""
    return f"tag:{urlsplit(base_url).hostname},{_TAG_YEAR}:{name}"


def updated_at(stories: Sequence[Story], otherwise: datetime) -> datetime:
    """When the feed last changed."""
    return max((story.happening.at for story in stories), default=otherwise)


def write_feed(feed: Feed, stories: Sequence[Story], updated: datetime) -> bytes:
    """The feed as it is sent."""
    root = Element("feed", {"xmlns": ATOM, "xml:lang": feed.language})
    child(root, "id", tag_uri(feed.base_url, feed.name))
    child(root, "title", feed.title)
    child(root, "updated", rfc3339(updated))
    child(root, "link", rel="self", type="application/atom+xml", href=feed.address(feed.path))
    child(root, "link", rel="alternate", type="text/html", href=feed.address(feed.page))
    child(child(root, "author"), "name", feed.author)
    if feed.icon:
        child(root, "icon", feed.base_url + feed.icon)
    for story in stories[:MOST_ENTRIES]:
        _entry(root, feed, story)
    return document(root)


def _entry(root: Element, feed: Feed, story: Story) -> None:
    happening, entry = story.happening, child(root, "entry")
    child(entry, "id", tag_uri(feed.base_url, f"{story.slug}/{happening.key}"))
    child(entry, "title", feed.say(happening.title))
    child(entry, "published", rfc3339(happening.first_at))
    child(entry, "updated", rfc3339(happening.at))
    child(child(entry, "author"), "name", story.organiser)
    child(entry, "link", rel="alternate", type="text/html", href=feed.address(happening.path))
    summary = feed.say(happening.summary)
    if happening.photo is None:
        child(entry, "summary", summary)
        return
    photo = feed.base_url + happening.photo.src
    child(entry, "link", rel="enclosure", type="image/jpeg", href=photo)
    child(entry, "summary", summary)
    child(entry, "content", _with_photo(photo, happening.photo, summary), type="html")


def _with_photo(address: str, photo: PictureView, summary: str) -> str:
    html = Markup('<p><img src="{}" width="{}" height="{}" alt="{}"></p><p>{}</p>')
    return str(html.format(address, photo.width, photo.height, photo.alt, summary))
