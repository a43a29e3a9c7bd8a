"""An official text as a Word document."""

from __future__ import annotations

from .official_text import OfficialText


def to_docx(text: OfficialText) -> bytes:
    """The .docx file's bytes."""
    raise NotImplementedError
