"""What stands on the desk's first page and in its navigation. Rooms above register theirs in ``wsgi.py``: this one knows
none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from ..text import Text
from .officials import ActingOfficial, Role


class DeskRoom(NamedTuple):
    """An entry of the navigation, for officials with one of the roles in some campaign; without roles for everyone."""

    title: Text
    url: str
    roles: tuple[Role, ...] = ()


class DeskLine(NamedTuple):
    """One thing that waits, and where it is dealt with."""

    text: Text | str
    url: str
    urgent: bool = False
    """Overdue, or due today."""


class DeskSection(NamedTuple):
    """What waits in one room."""

    title: Text
    lines: tuple[DeskLine, ...]


MakeSection = Callable[[Session, ActingOfficial, datetime], DeskSection | None]
"""What waits for this official at this moment; None where nothing does, or it is not theirs to see."""


def what_waits(
    makers: Iterable[MakeSection], session: Session, official: ActingOfficial, now: datetime
) -> list[DeskSection]:
    """The sections that have something in them, in the order of the rooms; urgent lines first in each."""
    made = (make(session, official, now) for make in makers)
    return [
        DeskSection(section.title, tuple(sorted(section.lines, key=lambda line: not line.urgent)))
        for section in made
        if section and section.lines
    ]


def rooms_of(rooms: Iterable[DeskRoom], official: ActingOfficial) -> list[DeskRoom]:
    """The entries of the navigation that an official sees."""
    return [room for room in rooms if not room.roles or official.has(*room.roles)]
