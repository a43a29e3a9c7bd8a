"""Share images: for a campaign, and for each of its candidates. A warm one costs a look into memory."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, request

from ...candidates.photos import PhotoStore
from ...candidates.showcase import Showcase
from ...errors import NotFound
from ...text import _
from ...web import access, at_hand
from ...web.language import html_language, say
from ..posters.subject import stage_of, subject_of
from ..press import Press
from .drawing import share_png

pages = Blueprint("share_images", __name__)

MAX_AGE = 300
"""Seconds; chats keep what they have fetched for days anyway."""


@pages.get("/c/<slug>/share.png")
@access.public
def campaign_image(slug: str) -> Response:
    """A campaign's."""
    return _image(slug, None)


@pages.get("/c/<slug>/candidates/<int:number>/share.png")
@access.public
def candidate_image(slug: str, number: int) -> Response:
    """A candidate's; of one who left, the campaign's: their page stands, and links to it are still passed on."""
    return _image(slug, number)


def _image(slug: str, number: int | None) -> Response:
    showcase: Showcase = current_app.extensions["showcase"]
    press: Press = current_app.extensions["share_images"]
    store: PhotoStore = current_app.extensions["photos"]
    base_url: str = current_app.config["BASE_URL"]
    show, now = showcase.campaign(slug), at_hand.now()
    if number is not None:
        person = show.by_number.get(number)
        if person is None:
            raise NotFound(_("没有这位候选人。"), _("请回到活动页查看。"))
        number = None if person.departed else number
    key = (slug, show.version, number, stage_of(show, now), html_language())
    made = press.rendering(
        key, lambda: share_png(subject_of(show, number, now, base_url, say), store.directory)
    )
    response = make_response(made.data)
    response.mimetype = "image/png"
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    # Its name is kept beside it: nothing is hashed again for a picture that is warm.
    response.set_etag(made.etag)
    response.make_conditional(request)
    return response
