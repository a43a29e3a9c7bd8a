"""What the citizens' side is made of, put together once per process by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from voting_service.attachments.store import AttachmentStore
from voting_service.clock import Clock
from voting_service.database import Database
from voting_service.encryption import Keyring
from voting_service.workdays import Calendar

from ..docket.lodging import Books
from ..toll import Toll
from .coming_back import Doorkeeper
from .sessions import DocketSessions


@dataclass(frozen=True)
class Room:
    """Stores, clock, toll and sessions behind the objectors' pages."""

    database: Database
    keyring: Keyring
    clock: Clock
    workdays: Callable[[], Calendar]
    zone: ZoneInfo
    store: AttachmentStore
    toll: Toll
    sessions: DocketSessions
    doorkeeper: Doorkeeper
    secure: bool
    base_url: str

    def books(self) -> Books:
        """What the verbs work with, with the working days as they are known now."""
        return Books(self.keyring, self.workdays(), self.zone, self.clock)
