"""Public reads of campaigns and candidates: the JSON API, photos and QR codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, make_response, request, send_file

from ..clock import Clock, rfc3339
from ..qr import qr_png, qr_svg
from ..web import access
from ..web.caching import cacheable
from ..web.language import say
from .photos import PhotoStore
from .showcase import CampaignOnShow, CandidateView, PictureView, Showcase

api = Blueprint("candidates_api", __name__, url_prefix="/api/v1")
files = Blueprint("candidates_files", __name__)


def _showcase() -> Showcase:
    showcase: Showcase = current_app.extensions["showcase"]
    return showcase


def _base_url() -> str:
    base_url: str = current_app.config["BASE_URL"]
    return base_url


@api.get("/campaigns")
@access.public
def campaigns() -> Response:
    """All public campaigns, the latest first."""
    return cacheable(jsonify(campaigns=[_summary(show) for show in _showcase().listed()]), max_age=5)


@api.get("/campaigns/<slug>")
@access.public
def campaign(slug: str) -> Response:
    """One campaign with its rules."""
    show = _showcase().campaign(slug)
    body = _summary(show) | {
        "description": str(show.description),
        "voting": show.rules.to_json() | {"sentence": say(show.rules.sentence())},
        "log": f"{_base_url()}/log/{slug}" if show.opened_at else None,
    }
    return cacheable(jsonify(body), max_age=5)


@api.get("/campaigns/<slug>/candidates")
@access.public
def candidates(slug: str) -> Response:
    """The roster by number."""
    show = _showcase().campaign(slug)
    return cacheable(jsonify(candidates=[_candidate(person) for person in show.candidates]), max_age=5)


@api.get("/campaigns/<slug>/candidates/<int:number>")
@access.public
def candidate(slug: str, number: int) -> Response:
    """One candidate with their story."""
    person = _showcase().campaign(slug).by_number.get(number) or abort(404)
    return cacheable(jsonify(_candidate(person) | {"story": str(person.story)}), max_age=5)


def _summary(show: CampaignOnShow) -> dict[str, Any]:
    clock: Clock = current_app.extensions["clock"]
    return {
        "slug": show.slug,
        "title": show.title,
        "organiser": show.organiser,
        "summary": show.summary,
        "state": "closed" if show.closed else show.rules.state_at(clock.now()),
        "opens_at": rfc3339(show.rules.opens_at),
        "closes_at": rfc3339(show.closed_at or show.rules.closes_at),
        "candidates": len(show.standing),
        "cover": _picture(show.cover),
        "url": _base_url() + show.url,
    }


def _candidate(person: CandidateView) -> dict[str, Any]:
    return {
        "number": person.number,
        "name": person.name,
        "organisation": person.organisation,
        "title": person.title,
        "category": person.category.key if person.category else None,
        "summary": person.summary,
        "slogan": person.slogan,
        "video_url": person.video_url,
        "photos": [_picture(photo) for photo in person.photos],
        "departed": person.departed,
        "url": _base_url() + person.url,
    }


def _picture(picture: PictureView | None) -> dict[str, Any] | None:
    if picture is None:
        return None
    return {"url": _base_url() + picture.src, "width": picture.width, "height": picture.height}


@files.get("/photos/<name>")
@access.public
def photo(name: str) -> Response:
    """A re-encoded photo; its name is its content's hash, so it may be kept for ever."""
    store: PhotoStore = current_app.extensions["photos"]
    path = store.path(name) or abort(404)
    response = send_file(path, conditional=True, etag=False, max_age=31_536_000)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@files.get("/c/<slug>/qr.<any(svg, png):kind>")
@access.public
def campaign_qr(slug: str, kind: str) -> Response:
    """The campaign page's address as a QR code."""
    return _qr(_base_url() + _showcase().campaign(slug).url, kind)


@files.get("/c/<slug>/candidates/<int:number>/qr.<any(svg, png):kind>")
@access.public
def candidate_qr(slug: str, number: int, kind: str) -> Response:
    """A candidate page's address as a QR code."""
    person = _showcase().campaign(slug).by_number.get(number) or abort(404)
    return _qr(_base_url() + person.url, kind)


def _qr(url: str, kind: str) -> Response:
    """``?logo=1`` puts the service's mark into the middle."""
    logo = request.args.get("logo") == "1"
    image: Path = current_app.extensions["logo"]
    body: bytes | str = (
        qr_svg(url, logo=logo) if kind == "svg" else qr_png(url, logo_image=image if logo else None)
    )
    response = make_response(body)
    response.mimetype = "image/svg+xml" if kind == "svg" else "image/png"
    return cacheable(response, max_age=3600)
