"""What follows from a list, as its page on the desk shows it. Registered in ``wsgi.py``: this room knows no notices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...text import Text
from .deciding import InUse
from .models import FinalList


class ListLink(NamedTuple):
    """A way on from a final list."""

    label: Text
    url: str
    is_act: bool = False
    """Whether it is done with a button (POST), not looked at."""


MakeLinks = Callable[[Session, FinalList, str, ActingOfficial], Iterable[ListLink]]


class ListFollowers(NamedTuple):
    """What the rooms above know of a list."""

    in_use: InUse
    links: MakeLinks
