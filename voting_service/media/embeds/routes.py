"""Embeds: a campaign and a candidate for frames on other sites, and what counts their views and clicks. No cookie is set or
read here. The script that makes and sizes a frame, ``/embed.js``, is served with the other static files."""

from __future__ import annotations

import base64
from collections.abc import Hashable
from typing import NamedTuple

from flask import Blueprint, Response, abort, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ...ballots.campaign_view import CampaignView
from ...ballots.polling_place import visit
from ...candidates.showcase import CandidateView
from ...web import access
from ...web.caching import cacheable
from ...web.headers import for_other_sites
from ...web.language import html_language
from ...web.page_cache import PageCache
from ..partners.book import MediaBook
from ..partners.counting import EmbedCounter, What
from ..partners.rules import MediaTerms
from .choosing import in_turn, leaders, short_story, turn_at

pages = Blueprint("embeds", __name__)

MAX_AGE = 15
"""Seconds that a proxy in front may keep an embed."""
STALE = 10
"""Seconds that it may show it beyond those, while it asks for the next one: no longer, or else whoever looks first after a quiet
hour would see what was revoked, or who has left."""
THEMES = ("light", "dark")
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""A GIF of one transparent dot."""


class Asked(NamedTuple):
    """What an embed's address says beside whose it is; whatever it does not know counts for nothing, so that nobody makes
    us render a page for every letter that they append."""

    key: str
    theme: str
    preview: bool
    """On the desk: nothing is counted."""


@pages.get("/c/<slug>/embed")
@access.public
def campaign(slug: str) -> Response:
    """A campaign for a frame: where it stands, who leads or some of the candidates, and the way to its page."""
    _place, now, view = visit(slug)
    terms = _book().terms(view.show)
    asked = _asked(terms)
    rows = leaders(view)
    turn = 0 if rows else turn_at(now)
    some = [] if rows else in_turn(view.show.standing, slug, turn)
    stamp = (view.counted.stamp, turn)
    return _embed(view, terms, asked, None, stamp, "media/campaign_embed.html", rows=rows, some=some)


@pages.get("/c/<slug>/candidates/<int:number>/embed")
@access.public
def candidate(slug: str, number: int) -> Response:
    """The same of one candidate."""
    _place, _now, view = visit(slug)
    person = view.show.by_number.get(number) or abort(404)
    shown = view.with_count(person)
    terms = _book().terms(view.show)
    # Of this one's count alone: another's must not make it another page.
    stamp = (shown.count, view.counted.shown, view.counted.final, view.counted.certified_at)
    return _embed(view, terms, _asked(terms), shown, stamp, "media/candidate_embed.html",
                  candidate=shown, story="" if shown.departed else short_story(shown))  # fmt: skip


@pages.get("/c/<slug>/embed/seen.gif")
@access.public
def seen(slug: str) -> Response:
    """A dot that no proxy keeps: the embed itself may come from one, and is seen all the same."""
    _count(slug, "views")
    response = make_response(_PIXEL)
    response.mimetype = "image/gif"
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/c/<slug>/embed/go")
@access.public
def go(slug: str) -> BaseResponse:
    """Where an embed's button leads: counted, and on to the page itself."""
    view = _count(slug, "clicks")
    number = request.args.get("number", type=int)
    person = view.show.by_number.get(number) if number else None
    language = "?lang=en" if html_language() == "en" else ""
    response = redirect((person.url if person else view.url) + language, 303)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _embed(
    view: CampaignView, terms: MediaTerms, asked: Asked, person: CandidateView | None, stamp: Hashable,
    template: str, **values: object,
) -> Response:  # fmt: skip
    show, language = view.show, html_language()
    revoked = terms.is_revoked(asked.key)
    path = person.url if person else show.url

    def render() -> str:
        return render_template(
            "media/revoked_embed.html" if revoked else template,
            campaign=view, key=asked.key, theme=asked.theme, preview=asked.preview, number=person.number if person else None,
            canonical_url=current_app.config["BASE_URL"] + path, csp_nonce="", **values,
        )  # fmt: skip

    key = ("embed", path, show.version, view.state, view.next_opening, stamp, *asked, language)
    response = make_response(_kept().page(key, render).fill({}))
    response = cacheable(for_other_sites(response, terms.ancestors(asked.key)), max_age=MAX_AGE)
    response.headers["Cache-Control"] += f", stale-while-revalidate={STALE}"
    return response


def _asked(terms: MediaTerms) -> Asked:
    given = request.args
    theme = given.get("theme", "")
    return Asked(
        terms.known(given.get("key", "")), theme if theme in THEMES else "", given.get("preview") == "1"
    )


def _count(slug: str, what: What) -> CampaignView:
    """One more, but for a browser that fetches ahead of its reader."""
    _place, _now, view = visit(slug)
    key = _book().terms(view.show).known(request.args.get("key", ""))
    ahead = "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    if request.method == "GET" and not ahead:
        counter: EmbedCounter = current_app.extensions["embed_counter"]
        counter.note(view.show, key, what)
    return view


def _book() -> MediaBook:
    book: MediaBook = current_app.extensions["media_book"]
    return book


def _kept() -> PageCache:
    """A cache of their own: many embeds must not push the ballot out of the other."""
    kept: PageCache = current_app.extensions["embed_pages"]
    return kept
