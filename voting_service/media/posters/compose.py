"""Where everything stands on each kind of sheet. Pure: from a subject to a drawing, lengths in millimetres."""

from __future__ import annotations

from collections.abc import Iterator

from . import ink
from .fitting import Type, fit, fit_lines, fit_name
from .papers import PAPERS, Paper
from .parts import (
    FAR,
    MOST_FACES,
    FootSizes,
    badge,
    band,
    beside_code,
    beyond,
    code_of,
    faces,
    heading,
    no_photo,
    photo,
    site_mark,
)
from .scene import Area, Fill, Item, Scene, scaled
from .subject import Person, Subject

_A4 = 210.0


def compose(subject: Subject, paper: Paper, *, logo: bool = False) -> Scene:
    """The drawing of a poster, or of a sheet of cards. Raises ProblemsFound where its code could not be read."""
    if paper.key == "cards":
        items = list(_cards(subject, paper, logo=logo))
    elif paper.key == "rollup":
        items = list(_rollup(subject, paper.width, paper.height, logo=logo))
    else:
        factor = paper.width / _A4
        items = scaled(list(_sheet(subject, _A4, paper.height / factor, logo=logo)), factor)
    name = f"{subject.person.number} {subject.person.name} " if subject.person else ""
    return Scene(paper.width, paper.height, f"{name}{subject.title}", tuple(items))


def _sheet(subject: Subject, width: float, height: float, *, logo: bool) -> Iterator[Item]:
    """A4 upright, and A3 in the same proportions."""
    foot = height - 73
    if subject.person is None:
        yield from _campaign_sheet(subject, width, foot)
    else:
        yield from _person_sheet(subject, subject.person, width, foot)
    yield Fill(beyond(width, foot, 73, foot=True), ink.GOLD_TINT)
    yield Fill(beyond(width, foot, 0.7), ink.GOLD)
    yield code_of(subject, 14, foot + 10, 53, logo=logo)
    words = Area(76, foot + 11, width - 76 - 14, 51)
    yield from beside_code(subject, words, FootSizes(11, 5.2, 4))
    yield from site_mark(subject, width - 14, height - 3.5, 3)


def _person_sheet(subject: Subject, person: Person, width: float, foot: float) -> Iterator[Item]:
    yield from band(beyond(width, 0, 60, top=True), motif=44)
    yield from heading(subject, Area(14, 14, width - 28, 40), organiser=5.4, title=15, lines=3)
    if person.photo and person.photo.wide:
        yield photo(person.photo, beyond(width, 60, 112))
        yield from _beneath(subject, person, Area(14, 178, width - 28, foot - 178 - 6))
    else:
        picture = Area(14, 72, 106, foot - 72 - 11)
        yield from [photo(person.photo, picture)] if person.photo else no_photo(person, picture)
        yield from _beside(subject, person, Area(128, 72, width - 128 - 14, picture.height))


def _beside(subject: Subject, person: Person, area: Area) -> Iterator[Item]:
    """A candidate's words in a column beside an upright photo."""
    yield from badge(subject.number_word % person.number, area.x, area.y, 7)
    y = area.y + 19
    name = fit_name(person.name, Area(area.x, y, area.width, 46), Type(25, 2, 1.2, ink.INK, bold=True))
    yield from name.words
    y += name.height + 5
    yield Fill(Area(area.x, y, 16, 1.2), ink.GOLD)
    y += 6
    for text, kind in (
        (person.organisation, Type(7, 4, 1.4)),
        (person.title, Type(6, 4, 1.4, ink.FAINT)),
    ):
        if text:
            fitted = fit(text, Area(area.x, y, area.width, 34), kind)
            yield from fitted.words
            y += fitted.height + 2
    y += 5
    if person.slogan:
        yield from fit(
            f"“{_bare(person.slogan)}”", Area(area.x, y, area.width, area.bottom - y),
            Type(8, 6, 1.5, ink.GOLD_INK, upright="bottom"),
        ).words  # fmt: skip


def _beneath(subject: Subject, person: Person, area: Area) -> Iterator[Item]:
    """The same beneath a photo that lies across."""
    half = area.width * 0.46
    yield from badge(subject.number_word % person.number, area.x, area.y, 6.4)
    yield from fit_name(
        person.name, Area(area.x, area.y + 12, half, area.height - 12),
        Type(24, 2, 1.2, ink.INK, bold=True, upright="middle"),
    ).words  # fmt: skip
    x, wide = area.x + half + 8, area.width - half - 8
    yield Fill(Area(x - 5, area.y, 1, area.height), ink.GOLD)
    spoken = [person.organisation, person.title, f"“{_bare(person.slogan)}”" if person.slogan else ""]
    kinds = (Type(6.6, 2, 1.4), Type(5.6, 2, 1.4, ink.FAINT), Type(6, 2, 1.45, ink.GOLD_INK))
    told = [(text, kind) for text, kind in zip(spoken, kinds, strict=True) if text]
    y = area.y
    for number, (text, kind) in enumerate(told):
        fitted = fit(text, Area(x, y, wide, (area.bottom - y) / (len(told) - number)), kind)
        yield from fitted.words
        y += fitted.height + 1


def _campaign_sheet(subject: Subject, width: float, foot: float) -> Iterator[Item]:
    """Everybody's face where they are not too many; else the campaign's own picture."""
    crowd = 1 <= len(subject.people) <= MOST_FACES
    cover = None if crowd else subject.cover
    top = 112.0 if cover else 0.0
    if cover:
        yield photo(cover, beyond(width, 0, top, top=True))
    high = 76 if crowd else foot - top
    yield from band(beyond(width, top, high, top=not cover), motif=high * 0.72)
    title = Area(14, top + max(high * 0.2, 14), width - 28, min(high * 0.68, 84))
    yield from heading(subject, title, organiser=6, title=20, lines=3)
    if crowd:
        yield from faces(subject.people, Area(12, high + 5, width - 24, foot - high - 10))


def _rollup(subject: Subject, width: float, height: float, *, logo: bool) -> Iterator[Item]:
    """80 × 200 cm. The code is at the height of a hand, and the lowest part may vanish in the stand."""
    side, panel, stand = 60.0, height - 730, height - 270
    person = subject.person
    if person is None:
        top = 430 if subject.cover else 0
        if subject.cover:
            yield photo(subject.cover, beyond(width, 0, top, top=True))
        yield from band(beyond(width, top, 330 if top else 520, top=not top), motif=250)
        title = Area(side, top + 56 if top else 110, width - 2 * side, 250 if top else 360)
        yield from heading(subject, title, organiser=30, title=92, lines=4)
        low = top + 330 if top else 520
        if 1 <= len(subject.people) <= MOST_FACES:
            room = Area(side - 10, low + 25, width - 2 * side + 20, panel - low - 45)
            yield from faces(subject.people, room, FAR)
    else:
        yield from band(beyond(width, 0, 370, top=True), motif=240)
        yield from heading(subject, Area(side, 74, width - 2 * side, 260), organiser=30, title=84, lines=4)
        picture = beyond(width, 370, 560)
        yield from [photo(person.photo, picture)] if person.photo else no_photo(person, picture)
        yield from badge(subject.number_word % person.number, side, 893, 48)
        yield from _rollup_words(person, Area(side, 985, width - 2 * side, panel - 985 - 15))
    yield Fill(beyond(width, panel, stand - panel), ink.GOLD_TINT)
    yield Fill(beyond(width, panel, 3), ink.GOLD)
    yield code_of(subject, side, panel + 60, 340, logo=logo)
    words = Area(side + 372, panel + 56, width - 2 * side - 372, 348)
    yield from beside_code(subject, words, FootSizes(56, 26, 19))
    yield from band(beyond(width, stand, height - stand, foot=True), motif=190)
    line = Area(side, stand + 50, width - 2 * side - 150, 60)
    yield from fit(subject.organiser, line, Type(34, colour=ink.ON_RED)).words
    yield from site_mark(subject, width - 20, stand - 8, 11)


def _rollup_words(person: Person, area: Area) -> Iterator[Item]:
    name = fit_name(
        person.name, Area(area.x, area.y, area.width, 120), Type(112, 1, 1.15, ink.INK, bold=True)
    )
    yield from name.words
    taken = name.words[0].width
    wide = area.width
    if person.slogan and taken < 0.5 * area.width:
        # Short names leave room beside them.
        wide = 0.56 * area.width
        yield from fit(
            f"“{_bare(person.slogan)}”", Area(area.x + wide + 10, area.y + 14, area.width - wide - 10, area.height - 24),
            Type(36, 5, 1.5, ink.GOLD_INK, upright="middle"),
        ).words  # fmt: skip
        yield Fill(Area(area.x + wide - 14, area.y + 24, 4, area.height - 44), ink.GOLD)
        wide -= 30
    y = area.y + name.height + 6
    told = [(person.organisation, Type(38, 2, 1.35)), (person.title, Type(32, 2, 1.35, ink.FAINT))]
    told = [(text, kind) for text, kind in told if text]
    for number, (text, kind) in enumerate(told):
        fitted = fit(text, Area(area.x, y, wide, (area.bottom - y) / (len(told) - number)), kind)
        yield from fitted.words
        y += fitted.height + 4


_ACROSS, _DOWN = 2, 4
_EDGE = 10.0
"""Around the cards; most office printers leave four millimetres of a sheet white."""


def _cards(subject: Subject, paper: Paper, *, logo: bool) -> Iterator[Item]:
    """Eight cards on A4, with marks where to cut."""
    wide, high = (paper.width - 2 * _EDGE) / _ACROSS, (paper.height - 2 * _EDGE) / _DOWN
    one = list(_card(subject, wide, high, logo=logo))
    for number in range(_ACROSS * _DOWN):
        yield from scaled(one, 1, _EDGE + number % _ACROSS * wide, _EDGE + number // _ACROSS * high)
    for column in range(_ACROSS + 1):
        for y in (2, paper.height - 7):
            yield Fill(Area(_EDGE + column * wide - 0.05, y, 0.1, 5), ink.CUT)
    for row in range(_DOWN + 1):
        for x in (2, paper.width - 7):
            yield Fill(Area(x, _EDGE + row * high - 0.05, 5, 0.1), ink.CUT)


def _card(subject: Subject, width: float, height: float, *, logo: bool) -> Iterator[Item]:
    """One card: who, and the code. Nothing touches its edge, so that a cut need not be true."""
    inner = Area(0, 0, width, height).inset(3.5)
    yield from band(Area(inner.x, inner.y, inner.width, 14), motif=12)
    title = Area(inner.x + 3.5, inner.y + 1, inner.width - 7, 12)
    yield from fit(subject.title, title, Type(5, 3, 1.2, ink.PAPER, bold=True, upright="middle")).words
    side = 38.0
    code = Area(inner.right - side + 2, inner.y + 15, side, side)
    yield code_of(subject, code.x, code.y, side, logo=logo)
    foot = Area(inner.x + 1, inner.bottom - 7.6, inner.width - 2, 7.6)
    yield from fit_lines(
        (" ".join(subject.dates),), Area(foot.x, foot.y, foot.width, 4), Type(2.9, 1, 1.35)
    ).words
    yield from fit(
        subject.typed, Area(foot.x, foot.y + 4, foot.width, 3.6), Type(2.4, 1, 1.4, ink.FAINT)
    ).words
    yield from site_mark(subject, foot.right, foot.bottom - 3.7, 2.2)
    left = Area(inner.x + 1, inner.y + 17, inner.width - side - 2, side - 4)
    yield from (
        _card_person(subject, subject.person, left) if subject.person else _card_campaign(subject, left)
    )


def _card_person(subject: Subject, person: Person, area: Area) -> Iterator[Item]:
    yield from badge(subject.number_word % person.number, area.x, area.y, 3.5)
    name = fit_name(
        person.name, Area(area.x, area.y + 6.6, area.width, 11), Type(8.6, 2, 1.18, ink.INK, bold=True)
    )
    yield from name.words
    y = area.y + 7.2 + name.height
    unit = fit(person.organisation, Area(area.x, y, area.width, 8), Type(3.4, 2, 1.3, ink.FAINT))
    yield from unit.words
    yield from _card_call(
        subject, Area(area.x, y + unit.height + 1, area.width, area.bottom - y - unit.height - 1)
    )


def _card_campaign(subject: Subject, area: Area) -> Iterator[Item]:
    who = fit(subject.organiser, Area(area.x, area.y, area.width, 10), Type(4.2, 2, 1.35))
    yield from who.words
    y = area.y + who.height + 1
    how = fit(subject.steps, Area(area.x, y, area.width, 10), Type(3.2, 3, 1.35, ink.FAINT))
    yield from how.words
    y += how.height + 1
    yield from _card_call(subject, Area(area.x, y, area.width, area.bottom - y))


def _card_call(subject: Subject, area: Area) -> Iterator[Item]:
    kind = Type(5.4, 3, 1.28, ink.RED, bold=True, upright="bottom")
    yield from fit(subject.call, area, kind).words


def _bare(slogan: str) -> str:
    """Without the quotation marks that it may have brought along."""
    return slogan.strip().strip('“”"「」『』')


__all__ = ["PAPERS", "compose"]
