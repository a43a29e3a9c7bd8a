"""The description of a page as oEmbed 1.0 has it (https://oembed.com): a rich card, which is a frame. Pure.

The frame is the same that the embed page offers by hand (``embeds.code``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from xml.etree.ElementTree import Element

from ...candidates.showcase import CandidateView, PictureView
from ..embeds.code import default_size, frame_code
from .xml_text import child, document

VERSION = "1.0"
CACHE_AGE_S = 600
"""For how long a site may keep a description without asking again."""


class Box(NamedTuple):
    """The largest width and height that a site has room for, in CSS pixels; None where it did not say."""

    width: int | None = None
    height: int | None = None

    def holds(self, width: int, height: int) -> bool:
        """Whether something of this size has room."""
        return (self.width is None or width <= self.width) and (self.height is None or height <= self.height)


class Thumbnail(NamedTuple):
    """A picture for it, with an absolute address."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Subject:
    """What is described."""

    base_url: str
    slug: str
    number: int | None
    title: str
    author: str
    author_url: str
    provider: str
    picture: PictureView | None


def describe(subject: Subject, box: Box) -> dict[str, str | int]:
    """The fields of the description, in the order of the specification; the same in JSON and in XML."""
    usual_width, usual_height = default_size(subject.number)
    width, height = min(usual_width, box.width or usual_width), min(usual_height, box.height or usual_height)
    html = frame_code(
        subject.base_url, subject.slug, subject.number, width=width, height=height, title=subject.title
    )
    return {
        "type": "rich",
        "version": VERSION,
        "title": subject.title,
        "author_name": subject.author,
        "author_url": subject.author_url,
        "provider_name": subject.provider,
        "provider_url": subject.base_url + "/",
        "cache_age": CACHE_AGE_S,
        **_thumbnail_fields(thumbnail(subject.picture, subject.base_url, box)),
        "html": str(html),
        "width": width,
        "height": height,
    }


def to_xml(fields: dict[str, str | int]) -> bytes:
    """The same as XML."""
    root = Element("oembed")
    for name, value in fields.items():
        child(root, name, str(value))
    return document(root)


def thumbnail(picture: PictureView | None, base_url: str, box: Box) -> Thumbnail | None:
    """The largest file of a picture that has room; None where even the smallest has not."""
    fitting = [one for one in _files(picture, base_url) if box.holds(one.width, one.height)]
    return max(fitting, key=lambda one: one.width, default=None)


def candidates_picture(person: CandidateView, cover: PictureView | None) -> PictureView | None:
    """Their first photo, or else the campaign's cover; of one who has left none."""
    return None if person.departed else person.photo or cover


def _files(picture: PictureView | None, base_url: str) -> Iterator[Thumbnail]:
    if picture is None:
        return
    for address, width in re.findall(r"(\S+) ([0-9]+)w", picture.srcset_jpeg):
        yield Thumbnail(base_url + address, int(width), round(int(width) * picture.height / picture.width))


def _thumbnail_fields(found: Thumbnail | None) -> dict[str, str | int]:
    if found is None:
        return {}
    return {
        "thumbnail_url": found.url, "thumbnail_width": found.width, "thumbnail_height": found.height,
    }  # fmt: skip
