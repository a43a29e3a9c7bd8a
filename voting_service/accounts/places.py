"""Where roles may be given. The campaigns and their units are known above; the composition root hands their list over."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy.orm import Session


class Place(NamedTuple):
    """A campaign, as the officials' page needs it."""

    slug: str
    title: str
    units: tuple[str, ...]
    """The organisations of its roster."""


MakePlaces = Callable[[Session], list[Place]]
"""Every campaign, the latest first."""
