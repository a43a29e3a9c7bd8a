"""Which of our pages an address names. Pure; strict, since whatever it accepts stands in other people's pages.

Scheme, host and port must be ours; on their usual ports http and https are taken for one another, since http leads to https
there. A query or a fragment changes nothing of what is described. What only its owner may see is told apart from what is not
there by the shape of its address alone, so that nobody learns from the answer whether it exists.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

LONGEST = 2000
USUAL_PORTS = {"http": 80, "https": 443}
_DESCRIBED = re.compile(r"/c/([a-z0-9\-]{1,60})(?:/candidates/([0-9]{1,9}))?")
_PRIVATE = re.compile(
    r"/(?:desk|r|objections|wechat)(?:/.*)?|/c/[a-z0-9\-]{1,60}/(?:code|objections|certificates)(?:/.*)?"
)


class Described(NamedTuple):
    """A campaign's page, or one candidate's."""

    slug: str
    number: int | None


class _Origin(NamedTuple):
    scheme: str
    host: str
    port: int


def page_at(url: str, base_url: str) -> Described | Literal["private"] | None:
    """The page that an address names; ``private`` for those that are never public; None for any other."""
    origin, ours = _origin(url), _origin(base_url)
    if origin is None or ours is None or not _same(origin, ours):
        return None
    path = urlsplit(url).path
    if _PRIVATE.fullmatch(path):
        return "private"
    found = _DESCRIBED.fullmatch(path)
    return Described(found[1], int(found[2]) if found[2] else None) if found else None


def _same(one: _Origin, other: _Origin) -> bool:
    usual = all(origin.port == USUAL_PORTS[origin.scheme] for origin in (one, other))
    return one == other or (usual and one.host == other.host)


def _origin(url: str) -> _Origin | None:
    # urlsplit drops control characters and blanks: such an address is another one than it looks.
    if len(url) > LONGEST or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in USUAL_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return _Origin(parts.scheme, parts.hostname, USUAL_PORTS[parts.scheme] if port is None else port)
