"""``GET /c/<slug>`` for a page that is warm: no framework, no template, no SQL, as ``cast_api`` for casting.

What is not warm is left to Flask, whose route renders it and so warms it for the next voter; so are a kiosk's page and a
voter who must first log in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import VotingError
from ..web.headers import new_nonce, page_headers
from ..web.heads import link_header
from .campaign_page import PRIVATE, warm_page
from .cast_api import Answer
from .polling_place import PollingPlace


def answer_page(place: PollingPlace, slug: str, environ: Mapping[str, Any]) -> Answer | None:
    """The campaign page in Chinese; None where Flask must answer."""
    if not place.showcase.knows(slug):
        return None
    now = place.clock.now()
    try:
        view = place.view(slug, now)
    except VotingError:
        return None  # Flask will meet the same error, and knows how to say it
    guest = place.receive(view, environ)
    if guest.turn or guest.login:
        return None
    nonce = new_nonce()
    page = warm_page(place, view, guest, now, nonce)
    if page is None:
        return None
    place.note_view(view, guest, environ)
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(page))),
        ("Cache-Control", PRIVATE),
        ("Link", link_header(place.base_url, view.url)),
        *page_headers(nonce),
    ]
    headers += [("Set-Cookie", cookie) for cookie in place.cookies_for(guest)]
    return Answer(200, headers, page)
