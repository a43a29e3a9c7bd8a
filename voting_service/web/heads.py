"""What a page says of itself to programs: search engines, chats that show a card of a link, sites that embed it.

Values only; ``templates/web/_head.html`` writes them. Texts in them are said in the reader's language by whoever makes a head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

SHARE_IMAGE_SIZE = (1200, 630)
"""Width and height, in pixels, of the picture that stands for a page in chats: what Open Graph's readers crop to."""
OEMBED_PATH = "/oembed"
OEMBED_KINDS = {"json": "application/json+oembed", "xml": "text/xml+oembed"}
"""Formats of oEmbed with the types that its discovery links carry."""


class HeadPicture(NamedTuple):
    """A picture that stands for a page; its address is absolute."""

    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Head:
    """One page's. ``path`` is where the page is, without a query; it is one page in every language."""

    base_url: str
    path: str
    title: str
    description: str
    kind: Literal["website", "profile", "article"] = "website"
    picture: HeadPicture | None = None
    """Drawn for sharing, in the shape that cards have."""
    photo: str | None = None
    """The address of a photo, for cards that are small and square."""
    data: Mapping[str, Any] | None = None
    """A node of schema.org, for JSON-LD."""
    embeds: bool = False
    """Whether oEmbed describes this page."""
    feed: str | None = None
    """The path of the feed that tells what is new here."""
    indexed: bool = True

    @property
    def url(self) -> str:
        """The page's address, by which it is known in every language."""
        return self.base_url + self.path

    @property
    def english_url(self) -> str:
        """The address of its English version."""
        return f"{self.url}?lang=en"

    @property
    def oembed_links(self) -> tuple[tuple[str, str], ...]:
        """Type and address of each description by oEmbed; none where it is not described."""
        return oembed_links(self.base_url, self.path) if self.embeds else ()

    def values(self) -> dict[str, Any]:
        """What templates are given."""
        share = {
            "title": self.title,
            "description": self.description,
            "image_url": self.photo or (self.picture and self.picture.url),
            "url": self.url,
        }
        return {"head": self, "share": share}


def drawn_picture(base_url: str, path: str, alt: str, version: int | None = None) -> HeadPicture:
    """The picture drawn for sharing the page at a path. Chats keep pictures by their address, which therefore changes with
    the version of what it shows."""
    address = f"{base_url}{path}/share.png" + (f"?v={version}" if version is not None else "")
    return HeadPicture(address, *SHARE_IMAGE_SIZE, alt)


def oembed_links(base_url: str, path: str) -> tuple[tuple[str, str], ...]:
    """Type and absolute address of each description by oEmbed of the page at a path."""
    asked = quote(base_url + path, safe="")
    return tuple(
        (mimetype, f"{base_url}{OEMBED_PATH}?url={asked}&format={kind}")
        for kind, mimetype in OEMBED_KINDS.items()
    )


@lru_cache(maxsize=1024)
def link_header(base_url: str, path: str) -> str:
    """The same as a ``Link`` header (RFC 8288)."""
    return ", ".join(
        f'<{address}>; rel="alternate"; type="{mimetype}"'
        for mimetype, address in oembed_links(base_url, path)
    )


def without_nothing(node: Mapping[str, Any]) -> dict[str, Any]:
    """A node of schema.org without the fields of which nothing is known."""
    return {name: value for name, value in node.items() if value not in (None, "", [], ())}
