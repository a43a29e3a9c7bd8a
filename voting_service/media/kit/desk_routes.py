"""The media kit at the desk: whether it is public or not, of a draft too."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from ...web import access
from ..partners.keeping import LOOKERS
from .kit import KitMaker
from .routes import kit_answer, made_now

pages = Blueprint("desk_media_kit", __name__, url_prefix="/desk/campaigns/<slug>")


@pages.get("/media-kit.zip")
@access.official(*LOOKERS)
def download(slug: str) -> Response:
    """The kit."""
    maker: KitMaker = current_app.extensions["media_kits"]
    response = kit_answer(slug, made_now(maker, slug))
    response.headers["Cache-Control"] = "private, no-cache"
    return response
