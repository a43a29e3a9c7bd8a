"""The archive of a closed campaign, for anyone to take away and recount; and what sample audits found."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, make_response, send_file
from sqlalchemy import select

from ..candidates.showcase import Showcase
from ..database import Database
from ..transparency.models import Log
from ..web import access
from ..web.caching import cacheable
from ..web.limits import costly
from .archive import archive_path
from .sample.draw import draw_document
from .sample.models import SampleAudit

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


@public.get("/sample-audit-<int(max=2147483647):number>.json")
@access.public
@costly
def sample_audit(slug: str, number: int) -> Response:
    """The outcome of a sample audit, byte for byte what the log's notice has the hash of."""
    audit = _audit(slug, number)
    if audit is None or audit.confirmed_at is None or audit.document is None:
        abort(404)
    return _document(audit.document)


@public.get("/sample-draw-<int(max=2147483647):number>.json")
@access.public
@costly
def sample_draw(slug: str, number: int) -> Response:
    """What was drawn, byte for byte what the log's notice has the hash of."""
    audit = _audit(slug, number)
    if audit is None:
        abort(404)
    return _document(draw_document(audit))


def _audit(slug: str, number: int) -> SampleAudit | None:
    database: Database = current_app.extensions["database"]
    with database.read() as session:
        return session.scalar(
            select(SampleAudit)
            .join(Log, Log.campaign_id == SampleAudit.campaign_id)
            .where(Log.slug == slug, SampleAudit.number == number)
        )


def _document(canonical: bytes) -> Response:
    response = make_response(canonical)
    response.content_type = "application/json"
    return cacheable(response, max_age=300)
