"""Signatures for the pages' JS-SDK. Pure: ticket in, signature out; which pages we sign for is decided here too."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

MOST_URL = 2_000
_PORTS = {"http": 80, "https": 443}


def sign(ticket: str, nonce: str, timestamp: int, url: str) -> str:
    """The signature for ``wx.config``: SHA-1 in hex over the four, sorted by name, as they are. The platform's
    documentation, JS-SDK, appendix 1."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    # The platform's choice of hash; the ticket is the secret in it.
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def page_url(url: str, hosts: Collection[str]) -> str | None:
    """What is signed for a page that reports this address: the same without ``#…``. None where it is not a page of ours.

    ``hosts``: ``vote.example.org`` or ``127.0.0.1:8000``; a port left out is the scheme's own.
    """
    page = url.partition("#")[0]
    if len(page) > MOST_URL or any(_is_odd(character) for character in page):
        return None
    try:
        parts = urlsplit(page)
        asked = _host_and_port(parts)
    except ValueError:
        return None
    if parts.scheme not in _PORTS or "@" in parts.netloc or asked is None:
        return None
    ours = (_host_and_port(urlsplit(f"{parts.scheme}://{host}")) for host in hosts)
    return page if asked in ours else None


def _host_and_port(parts: SplitResult) -> tuple[str, int] | None:
    port = _PORTS.get(parts.scheme, 0) if parts.port is None else parts.port
    return (parts.hostname.lower(), port) if parts.hostname else None


def _is_odd(character: str) -> bool:
    """Nothing that a browser drops or reads as another character: ``\\`` is ``/`` to it, a tab is nothing."""
    return character == "\\" or character.isspace() or unicodedata.category(character).startswith("C")
