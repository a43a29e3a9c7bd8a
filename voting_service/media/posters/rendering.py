"""A poster as a file."""

from __future__ import annotations

from pathlib import Path

from .asked import Asked
from .compose import compose
from .pdf import to_pdf
from .raster import png, to_picture
from .subject import Subject

PNG_WIDTH = 1080
"""Pixels: as wide as phones show a picture of a chat."""


def make_file(subject: Subject, asked: Asked, kind: str, photos: Path) -> bytes:
    """As ``pdf`` or ``png``; ``photos``: the store's directory. Raises ProblemsFound where its code could not be read,
    MissingPhoto."""
    scene = compose(subject, asked.paper, logo=asked.logo)
    if kind == "pdf":
        return to_pdf(scene, photos, author=subject.organiser, bleed=asked.bleed)
    return png(to_picture(scene, PNG_WIDTH, photos))
