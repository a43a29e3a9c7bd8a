"""What a share image shows, and where. Pure; lengths in pixels of 1200 × 630.

Chats cut it differently: WeChat shows a square from its middle, others the whole. So the middle square, 630 wide, says everything
(whose face, number, name, unit; or the campaign's title), and the wings hold what may be cut: the campaign beside a candidate,
and the code for whoever sees the picture without its link.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image

from ..posters import ink
from ..posters.fitting import Type, fit, fit_name
from ..posters.parts import band, code_of, heading, no_photo, photo
from ..posters.raster import to_picture
from ..posters.scene import Area, Fill, Item, Scene
from ..posters.subject import Person, Subject

WIDTH, HEIGHT = 1200, 630
MOST_BYTES = 300_000
_LEFT, _MIDDLE, _RIGHT = Area(0, 0, 285, HEIGHT), Area(285, 0, 630, HEIGHT), Area(915, 0, 285, HEIGHT)
_CODE = 225
_COLOURS = (256, 160, 96, 48)


def share_scene(subject: Subject) -> Scene:
    """The drawing."""
    items = [
        *(_candidate(subject, subject.person) if subject.person else _campaign(subject)),
        *_way_in(subject),
    ]
    return Scene(WIDTH, HEIGHT, subject.title, tuple(items))


def share_png(subject: Subject, photos: Path) -> bytes:
    """The picture as PNG, of no more than ``MOST_BYTES`` where its colours can be made so few. Raises MissingPhoto."""
    picture = to_picture(share_scene(subject), WIDTH, photos)
    data = b""
    for colours in _COLOURS:
        data = _png(picture, colours, dithered=colours == _COLOURS[0])
        if len(data) <= MOST_BYTES:
            break
    return data


def _candidate(subject: Subject, person: Person) -> Iterator[Item]:
    yield from band(_LEFT, motif=150)
    yield from heading(subject, Area(32, 64, _LEFT.width - 56, 430), organiser=19, title=40, lines=6)
    face = Area(_MIDDLE.x, 0, _MIDDLE.width, 446)
    yield from [photo(person.photo, face, 1.0)] if person.photo else no_photo(person, face)
    strip = Area(_MIDDLE.x, face.bottom, _MIDDLE.width, HEIGHT - face.bottom)
    yield Fill(strip, ink.PAPER)
    number = fit(
        subject.number_word % person.number, Area(strip.x + 44, strip.y + 32, 130, 54),
        Type(38, 1, 1.3, ink.PAPER, bold=True, align="left", upright="middle"),
    )  # fmt: skip
    plate = Area(strip.x + 28, strip.y + 28, number.words[0].width + 32, 60)
    yield Fill(plate, ink.RED)
    yield from number.words
    name = Area(plate.right + 22, strip.y + 18, strip.right - plate.right - 46, 80)
    yield from fit_name(person.name, name, Type(64, 2, 1.15, ink.INK, bold=True, upright="middle")).words
    unit = Area(strip.x + 28, strip.y + 102, strip.width - 56, strip.height - 116)
    yield from fit(person.organisation, unit, Type(34, 2, 1.25, "#4a4a4a", upright="middle")).words


def _campaign(subject: Subject) -> Iterator[Item]:
    if subject.cover:
        yield photo(subject.cover, _LEFT, 1.0)
        yield from band(_MIDDLE, motif=250)
    else:
        yield from band(Area(0, 0, _MIDDLE.right, HEIGHT), motif=280)
    yield from heading(
        subject, Area(_MIDDLE.x + 48, 96, _MIDDLE.width - 96, 380), organiser=32, title=84, lines=4
    )


def _way_in(subject: Subject) -> Iterator[Item]:
    yield Fill(_RIGHT, ink.GOLD_TINT)
    yield Fill(Area(_RIGHT.x, 0, 4, HEIGHT), ink.GOLD)
    left = _RIGHT.x + (_RIGHT.width - _CODE) / 2
    yield code_of(subject, left, 150, _CODE, logo=False)
    call = Area(_RIGHT.x + 24, 398, _RIGHT.width - 48, 110)
    yield from fit(subject.call, call, Type(32, 3, 1.35, ink.RED, bold=True, align="center")).words


def _png(picture: Image.Image, colours: int, *, dithered: bool) -> bytes:
    made = BytesIO()
    dither = Image.Dither.FLOYDSTEINBERG if dithered else Image.Dither.NONE
    picture.quantize(colours, dither=dither).save(made, "PNG", optimize=True)
    return made.getvalue()
