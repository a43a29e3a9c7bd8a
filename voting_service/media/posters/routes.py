"""Posters in public: a page to print, PDF and PNG, for a campaign and for each candidate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Blueprint, Response, current_app, make_response, render_template, request

from ...candidates.photos import PhotoStore
from ...candidates.showcase import CampaignOnShow, Showcase
from ...web import access, at_hand
from ...web.caching import cacheable
from ...web.headers import same_for_everyone
from ...web.language import html_language, say
from ...web.limits import costly
from ...web.page_cache import PageCache
from ..press import Press
from .asked import Asked
from .compose import compose
from .papers import PAPERS
from .rendering import make_file
from .subject import Subject, candidate_of, stage_of, subject_of
from .svg import to_svg

pages = Blueprint("posters", __name__)

MAX_AGE = 60
"""Seconds: what a poster says changes with the campaign's stage and with corrections."""


@pages.get("/c/<slug>/poster")
@access.public
@costly
def campaign_poster(slug: str) -> Response:
    """A campaign's poster to print."""
    return _page(slug, None, Asked.of(request.args))


@pages.get("/c/<slug>/cards")
@access.public
@costly
def campaign_cards(slug: str) -> Response:
    """The same as table cards."""
    return _page(slug, None, replace(Asked.of(request.args), paper=PAPERS["cards"]))


@pages.get("/c/<slug>/candidates/<int:number>/poster")
@access.public
@costly
def candidate_poster(slug: str, number: int) -> Response:
    """A candidate's poster to print."""
    return _page(slug, number, Asked.of(request.args))


@pages.get("/c/<slug>/poster.<any(pdf, png):kind>")
@access.public
@costly
def campaign_file(slug: str, kind: str) -> Response:
    """A campaign's poster as a file."""
    return _file(slug, None, kind)


@pages.get("/c/<slug>/candidates/<int:number>/poster.<any(pdf, png):kind>")
@access.public
@costly
def candidate_file(slug: str, number: int, kind: str) -> Response:
    """A candidate's."""
    return _file(slug, number, kind)


def _show(slug: str) -> CampaignOnShow:
    showcase: Showcase = current_app.extensions["showcase"]
    return showcase.campaign(slug)


def _photos() -> Path:
    store: PhotoStore = current_app.extensions["photos"]
    return store.directory


def _subject(show: CampaignOnShow, number: int | None, asked: Asked) -> Subject:
    base_url: str = current_app.config["BASE_URL"]
    return subject_of(show, number, at_hand.now(), base_url, say, site=asked.site)


def _page(slug: str, number: int | None, asked: Asked) -> Response:
    show = _show(slug)
    cache: PageCache = current_app.extensions["poster_pages"]
    key = (slug, show.version, number, stage_of(show, at_hand.now()), asked, html_language())
    page = cache.page(key, lambda: _rendered(show, number, asked))
    return cacheable(same_for_everyone(make_response(page.fill({}))), max_age=MAX_AGE)


def _rendered(show: CampaignOnShow, number: int | None, asked: Asked) -> str:
    subject = _subject(show, number, asked)
    at = show.url if number is None else candidate_of(show, number).url
    return render_template(
        "posters/poster.html", campaign=show, subject=subject, asked=asked, papers=PAPERS.values(), at=at,
        sheet=to_svg(compose(subject, asked.paper, logo=asked.logo)),
    )  # fmt: skip


def _file(slug: str, number: int | None, kind: str) -> Response:
    asked, show = Asked.of(request.args), _show(slug)
    press: Press = current_app.extensions["press"]
    key = (kind, slug, show.version, number, stage_of(show, at_hand.now()), asked, html_language())
    made = press.rendering(key, lambda: make_file(_subject(show, number, asked), asked, kind, _photos()))
    response = make_response(made.data)
    response.mimetype = "application/pdf" if kind == "pdf" else "image/png"
    name = "-".join(part for part in (slug, str(number or ""), asked.paper.key, asked.site) if part)
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{kind}"'
    return cacheable(response, max_age=MAX_AGE)
