"""The report as the files that people download. The same text gives the same file, so the last few are kept."""

from __future__ import annotations

from functools import lru_cache

from ..documents.official_text import OfficialText
from ..documents.pdf import to_pdf
from ..documents.word import to_docx

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS = {"pdf": PDF, "docx": WORD}


@lru_cache(maxsize=16)
def paper(text: OfficialText, kind: str) -> bytes:
    """The file's bytes; ``kind`` is one of ``KINDS``."""
    return to_pdf(text) if kind == "pdf" else to_docx(text)
