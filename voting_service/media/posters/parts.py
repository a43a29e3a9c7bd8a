"""The parts that posters have in common: head, code, foot, all candidates side by side. Pure; lengths in millimetres."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from ...qr import printed_code
from . import ink
from .fitting import Type, fit, fit_lines, fit_name
from .papers import BLEED
from .scene import Area, Code, Fill, Item, Photo, Shape, gear, rays, ring
from .subject import Person, Picture, Subject

NEAR, FAR = 8.0, 3.0
"""Pixels for a millimetre: 200 dpi for what one reads at arm's length, 75 for what one stands two metres away from."""
MOST_FACES = 60


def band(area: Area, *, motif: float) -> Iterator[Item]:
    """A red field with the toothed wheel in its lower right corner, ``motif`` millimetres in radius."""
    yield Fill(area, ink.DEEP, ink.BRIGHT)
    x, y = area.right - 0.72 * motif, area.bottom + 0.12 * motif
    for beam in rays(x, y, 6 * motif):
        yield Shape(beam, ink.GOLD, 0.07, area)
    yield Shape(gear(x, y, motif), ink.GOLD, 0.3, area)
    yield Shape(ring(x, y, 0.52 * motif, 0.47 * motif), ink.GOLD, 0.3, area)


def heading(subject: Subject, area: Area, *, organiser: float, title: float, lines: int) -> Iterator[Item]:
    """Who holds the selection, and its title, on a red field. ``organiser`` and ``title``: sizes at most."""
    yield Fill(Area(area.x, area.y, organiser * 0.3, organiser * 1.1), ink.GOLD)
    who = Area(area.x + organiser * 0.8, area.y - organiser * 0.1, area.width - organiser, organiser * 1.3)
    yield from fit(subject.organiser, who, Type(organiser, colour=ink.ON_RED)).words
    below = organiser * 1.7
    what = Area(area.x, area.y + below, area.width, area.height - below)
    yield from fit(
        subject.title, what, Type(title, lines, 1.28, ink.PAPER, bold=True, upright="middle")
    ).words


def photo(picture: Picture, area: Area, px_per_mm: float = NEAR) -> Photo:
    """A photo in its place, from a file that is fine enough for it."""
    whole = Photo(area, "", picture.width, picture.height).placed()
    file = picture.file(whole.width * px_per_mm)
    return Photo(area, file, picture.width, picture.height, picture.alt)


def no_photo(person: Person, area: Area) -> Iterator[Item]:
    """In its place where there is none: the number, as large as life."""
    yield Fill(area, ink.RED_TINT)
    motif = min(area.width, area.height) * 0.42
    yield Shape(gear(area.x + area.width / 2, area.y + area.height / 2, motif), ink.GOLD, 0.55, area)
    middle = Area(area.x + area.width / 2 - motif * 0.6, area.y + area.height / 2 - motif * 0.55, motif * 1.2, motif * 1.1)  # fmt: skip
    yield from fit(
        str(person.number), middle, Type(motif, 1, 1.0, ink.RED, bold=True, align="center", upright="middle")
    ).words


def badge(text: str, x: float, y: float, size: float) -> Iterator[Item]:
    """A candidate's number, white on red."""
    written = fit(
        text, Area(x + size * 0.5, y, size * 40, size * 1.55), Type(size, 1, 1.55, ink.PAPER, bold=True)
    )
    yield Fill(Area(x, y, written.words[0].width + size, size * 1.55), ink.RED)
    yield from written.words


def code_of(subject: Subject, x: float, y: float, side: float, *, logo: bool) -> Code:
    """The code at its place. Raises ProblemsFound where it could not be read in this size."""
    return Code(x, y, printed_code(subject.address, side, logo=logo), f"{subject.call}：{subject.typed}")


@dataclass(frozen=True)
class FootSizes:
    """Sizes of the words beside a code."""

    call: float
    words: float
    fine: float


def beside_code(subject: Subject, area: Area, sizes: FootSizes) -> Iterator[Item]:
    """What is to be done with the code, until when, and where one comes to without it."""
    call = Area(area.x, area.y, area.width, area.height * 0.45)
    fitted = fit(subject.call, call, Type(sizes.call, 2, 1.3, ink.RED, bold=True))
    yield from fitted.words
    y = area.y + fitted.height + sizes.words * 0.35
    for lines in ((subject.steps,), subject.dates):
        rest = Area(area.x, y, area.width, (area.bottom - y) * 0.6)
        kind = Type(sizes.words, 2, 1.5)
        fitted = fit_lines(lines, rest, kind) if len(lines) > 1 else fit(lines[0], rest, kind)
        yield from fitted.words
        y += fitted.height + sizes.words * 0.25
    yield from fit(
        subject.typed, Area(area.x, y, area.width, area.bottom - y), Type(sizes.fine, 2, 1.4, ink.FAINT, upright="bottom")
    ).words  # fmt: skip


def site_mark(subject: Subject, right: float, bottom: float, size: float) -> Iterator[Item]:
    """Where it is to hang, in the corner, for whoever puts it up."""
    if subject.site_name:
        area = Area(right - 60 * size, bottom - size * 1.3, 60 * size, size * 1.3)
        yield from fit(subject.site_name, area, Type(size, colour=ink.FAINT, align="right")).words


def faces(people: Sequence[Person], area: Area, px_per_mm: float = NEAR) -> Iterator[Item]:
    """Everybody side by side, equally large, by number; the last row in the middle."""
    across = _columns(len(people), area)
    rows = ceil(len(people) / across)
    wide = min(area.width / across, area.height / rows / _TILE)
    top = area.y + (area.height - rows * wide * _TILE) / 2
    for row in range(rows):
        in_row = people[row * across : (row + 1) * across]
        left = area.x + (area.width - len(in_row) * wide) / 2
        for column, person in enumerate(in_row):
            yield from _face(person, left + column * wide, top + row * wide * _TILE, wide, px_per_mm)


_TILE = 1.58
"""Height of a place to its width: a photo and a name."""


def _columns(count: int, area: Area) -> int:
    """How many in a row make them largest."""
    return max(
        range(1, count + 1),
        key=lambda across: (min(area.width / across, area.height / ceil(count / across) / _TILE), across),
    )


def _face(person: Person, x: float, y: float, wide: float, px_per_mm: float) -> Iterator[Item]:
    gap = wide * 0.06
    face = Area(x + gap, y + gap, wide - 2 * gap, wide * 1.1)
    if person.photo:
        yield photo(person.photo, face, px_per_mm)
    else:
        yield from no_photo(person, face)
    name = Area(x, face.bottom + wide * 0.03, wide, wide * 0.36)
    yield from fit_name(
        f"{person.number} {person.name}", name, Type(wide * 0.165, 2, 1.2, ink.INK, align="center")
    ).words


def beyond(width: float, y: float, height: float, *, top: bool = False, foot: bool = False) -> Area:
    """A field from edge to edge, and over the edges that it reaches."""
    above, below = (BLEED if top else 0.0), (BLEED if foot else 0.0)
    return Area(-BLEED, y - above, width + 2 * BLEED, height + above + below)
