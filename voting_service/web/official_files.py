"""Official texts as files: a PDF is shown where the browser can, a Word document is kept."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file

from ..documents.official_text import OfficialText
from ..documents.pdf import to_pdf
from ..documents.word import to_docx

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def official_file(text: OfficialText, kind: str, name: str) -> Response:
    """``kind``: pdf or docx; ``name``: the file's, without its ending."""
    data, mimetype = (to_pdf(text), PDF) if kind == "pdf" else (to_docx(text), DOCX)
    response = send_file(
        BytesIO(data), mimetype, as_attachment=kind == "docx", download_name=f"{name}.{kind}", etag=False
    )
    response.direct_passthrough = False
    return response
