"""The report on a notice's result, for everyone, once the notice is closed."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, current_app, send_file

from voting_service.database import Database
from voting_service.documents.official_text import OfficialText
from voting_service.errors import NotFound
from voting_service.text import _
from voting_service.web import access
from voting_service.web.caching import cacheable
from voting_service.web.limits import costly

from ..board.pages import docx_of, pdf_of
from ..board.routes import DOCX, PDF
from ..notices.queries import notice_by_number
from .report import Place, closed_report

public = Blueprint("outcome", __name__)


@public.get("/c/<slug>/notices/<int:number>/result.<any(pdf, docx):kind>")
@access.public
@costly
def result(slug: str, number: int, kind: str) -> Response:
    """As PDF or Word."""
    database: Database = current_app.extensions["database"]
    with database.read() as session:
        text = closed_report(notice_by_number(session, slug, number), place())
    if text is None:
        raise NotFound(_("公示还没有结束，没有结果报告。"))
    return cacheable(file_of(text, kind), max_age=300)


def place() -> Place:
    """Where this service is."""
    return Place(current_app.config["BASE_URL"], current_app.config["ZONE"])


def file_of(text: OfficialText, kind: str) -> Response:
    """A PDF is shown where the browser can, a Word document is kept."""
    data, mimetype = (pdf_of(text), PDF) if kind == "pdf" else (docx_of(text), DOCX)
    name = f"{text.title}.{kind}"
    response = send_file(
        BytesIO(data), mimetype, as_attachment=kind == "docx", download_name=name, etag=False
    )
    response.direct_passthrough = False
    return response
