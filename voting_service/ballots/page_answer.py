"""``GET /c/<slug>`` for a page that is warm: no framework, no template, no SQL, as ``cast_api`` for casting.

What is not warm is left to Flask, whose route renders it and so warms it for the next voter.
"""

from __future__ import annotations

from ..errors import VotingError
from ..web.headers import new_nonce, page_headers
from .campaign_page import PRIVATE, warm_page
from .cast_api import Answer
from .polling_place import PollingPlace


def answer_page(place: PollingPlace, slug: str, cookie_header: str) -> Answer | None:
    """The campaign page in Chinese; None where Flask must answer."""
    if not place.showcase.knows(slug):
        return None
    now = place.clock.now()
    try:
        view = place.view(slug, now)
    except VotingError:
        return None  # Flask will meet the same error, and knows how to say it
    session, made = place.admit(view.show, place.sessions.from_header(cookie_header))
    nonce = new_nonce()
    page = warm_page(place, view, session, now, nonce)
    if page is None:
        return None
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(page))),
        ("Cache-Control", PRIVATE),
        *page_headers(nonce),
    ]
    if made is not None:
        headers.append(("Set-Cookie", place.session_cookie(made)))
    return Answer(200, headers, page)
