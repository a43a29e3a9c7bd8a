"""``/metrics`` for Prometheus: for this machine itself, or for whoever brings the token."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response

from ..web import access
from .metrics import CONTENT_TYPE, Figures, exposition

metrics = Blueprint("metrics", __name__)


@metrics.get("/metrics")
@access.internal
def figures() -> Response:
    """What operators watch, as of now."""
    watched: Figures = current_app.extensions["figures"]
    response = make_response(exposition(watched))
    response.content_type = CONTENT_TYPE
    response.headers["Cache-Control"] = "no-store"
    return response
