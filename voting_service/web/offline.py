"""The page that a phone shows when it is not connected; the service worker keeps it."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from . import access

offline = Blueprint("offline", __name__)


@offline.get("/offline")
@access.public
def offline_page() -> Response:
    """The same for everyone; it holds nothing personal."""
    response = make_response(render_template("web/offline.html"))
    response.headers["Cache-Control"] = "no-cache"
    return response
