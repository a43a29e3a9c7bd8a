"""The archive of a closed campaign, for anyone to take away and recount."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, send_file

from ..candidates.showcase import Showcase
from ..web import access
from .archive import archive_path

public = Blueprint("tally", __name__, url_prefix="/log/<slug>")


@public.get("/archive.zip")
@access.public
def archive(slug: str) -> Response:
    """Log, key and result in one zip, once voting has closed."""
    showcase: Showcase = current_app.extensions["showcase"]
    directory: Path = current_app.extensions["archives"]
    path = archive_path(directory, slug)
    if not showcase.campaign(slug).closed or not path.is_file():
        abort(404)
    return send_file(path.resolve(), as_attachment=True, download_name=f"{slug}.zip", max_age=300)
