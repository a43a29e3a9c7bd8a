"""The media kit for anybody, where the campaign has published it."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, current_app, send_file

from ...campaigns.queries import campaign_by_slug
from ...candidates.showcase import Showcase
from ...errors import NotFound
from ...text import _
from ...web import access, at_hand
from ...web.limits import costly
from ..partners.book import MediaBook
from .kit import KitMaker

pages = Blueprint("media_kit", __name__)


@pages.get("/c/<slug>/media-kit.zip")
@access.public
@costly
def download(slug: str) -> Response:
    """The kit. As if it were not there while it is not public."""
    showcase: Showcase = current_app.extensions["showcase"]
    book: MediaBook = current_app.extensions["media_book"]
    show = showcase.campaign(slug)
    if not book.terms(show).kit_public:
        raise NotFound(_("这次评选没有公开素材包。"))
    maker: KitMaker = current_app.extensions["media_kits"]
    return kit_answer(slug, maker.made(show, at_hand.now()) or made_now(maker, slug))


def made_now(maker: KitMaker, slug: str) -> Path:
    """The kit of a campaign as it is now. Raises NotFound, Unavailable."""
    with at_hand.database().read() as session:
        return maker.make(session, campaign_by_slug(session, slug), at=at_hand.now())


def kit_answer(slug: str, path: Path) -> Response:
    """The file, asked for by its ETag, in parts too."""
    response = send_file(
        path.resolve(), as_attachment=True, download_name=f"{slug}-media-kit.zip", etag=path.stem
    )
    response.headers["Cache-Control"] = "no-cache"
    return response
