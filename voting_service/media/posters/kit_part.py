"""Posters in a media kit: A4, as PDF, of the campaign and of everyone who may be chosen."""

from __future__ import annotations

from collections.abc import Iterator

from ...campaigns.models import DRAFT
from ..kit.contents import File, KitSubject, file_name
from .asked import Asked
from .missing import MissingPhoto
from .papers import PAPERS
from .rendering import make_file
from .subject import subject_of


def posters_in_kit(subject: KitSubject) -> Iterator[File]:
    """``海报/012-石望川.pdf``, one after the other; none of a draft, whose codes would lead nowhere yet."""
    if subject.show.phase == DRAFT:
        return
    asked = Asked(PAPERS["a4"])
    for number, who in [(None, "活动"), *((one.number, one.name) for one in subject.people)]:
        poster = subject_of(subject.show, number, subject.at, subject.base_url, str)
        try:
            made = make_file(poster, asked, "pdf", subject.photos.directory)
        except MissingPhoto:
            continue  # doctor tells of it; a kit without one poster is better than none
        yield f"海报/{number or 0:03d}-{file_name(who)}.pdf", made
