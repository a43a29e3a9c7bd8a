"""The archive of a closed campaign, for anyone to take away and recount; what sample audits found; the tally for programs."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, make_response, request, send_file
from sqlalchemy import select

from ..campaigns.queries import campaign_by_slug
from ..candidates.showcase import Showcase
from ..database import Database
from ..text import _
from ..transparency.models import Log
from ..web import access
from ..web.caching import cacheable
from ..web.errors import answer
from ..web.limits import costly
from .archive import archive_path
from .document import TallyDocument, prepared_document
from .sample.draw import draw_document
from .sample.models import SampleAudit

public = Blueprint("tally", __name__, url_prefix="/log/<slug>")
api = Blueprint("tally_api", __name__, url_prefix="/api/v1/campaigns/<slug>/tally")

TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@api.get("")
@access.machine("tally:read")
def tally(slug: str) -> Response:
    """Counted, held and voided by candidate, day and channel, with the checkpoint that they were computed from."""
    kind = _asked_format()
    if kind is None:
        named = "format" in request.args
        return answer(
            "bad_request" if named else "not_acceptable",
            _("这里只有 json、csv 和 xlsx 三种格式。"),
            _("请用 ?format=json、csv 或 xlsx。"),
        )
    database: Database = current_app.extensions["database"]
    with database.read() as session:
        document = prepared_document(session, campaign_by_slug(session, slug))
    return tally_answer(document, kind)


def _asked_format() -> str | None:
    """By name, or else by what the asker accepts; None where there is no such format."""
    if "format" in request.args:
        asked = request.args["format"]
        return asked if asked in TYPES else None
    best = request.accept_mimetypes.best_match(TYPES.values())
    if best is None and not request.accept_mimetypes:
        best = TYPES["json"]
    return next((kind for kind, mimetype in TYPES.items() if mimetype == best), None)


def tally_answer(document: TallyDocument, kind: str) -> Response:
    """The document in one format; 304 where the asker has it already. A book is not made anew to find that out."""
    response = make_response(b"")
    response.set_etag(f"{document.digest[:32]}-{kind}")
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Accept")
    response.make_conditional(request)
    if response.status_code == 304:
        return response
    response.set_data(_body(document, kind))
    response.content_type = TYPES[kind] + ("; charset=utf-8" if kind == "csv" else "")
    if kind != "json":
        name = f"tally-{document.slug}-{document.checkpoint.size}.{kind}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _body(document: TallyDocument, kind: str) -> bytes:
    if kind == "csv":
        return document.to_csv()
    if kind == "xlsx":
        return document.to_xlsx()
    return json.dumps(document.to_json(), ensure_ascii=False).encode()


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
