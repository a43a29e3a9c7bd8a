"""An official text as a PDF."""

from __future__ import annotations

from .official_text import OfficialText


def to_pdf(text: OfficialText) -> bytes:
    """The PDF's bytes."""
    raise NotImplementedError
