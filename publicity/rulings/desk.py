"""What the desk works with where dockets are concerned, put together once per process by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from voting_service.clock import Clock
from voting_service.workdays import Calendar

from .overdue import Today
from .reading import Stores


@dataclass(frozen=True)
class DocketDesk:
    """What the desk needs for dockets."""

    stores: Stores
    clock: Clock
    zone: ZoneInfo
    calendar: Callable[[], Calendar]

    def today(self) -> Today:
        """The day at the desk."""
        return Today(self.clock.now(), self.zone, self.calendar())
