"""Which characters can be shown."""

from __future__ import annotations


def missing_glyphs(text: str) -> list[str]:
    """Characters of a text that no font at hand can show, each once, in order."""
    raise NotImplementedError
