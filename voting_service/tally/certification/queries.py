"""What is certified, for whoever builds upon it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ..count import Tally


@dataclass(frozen=True)
class CertifiedTally:
    """A tally that the committee has made official; ``tally.counted()`` is what the log's ``certified`` says."""

    number: int
    """Shown as ``C-0001``."""
    tally: Tally
    log_size: int
    """The size of the log that was counted; ``certified`` comes after it."""
    leaf_index: int
    """The entry ``certified`` in the log."""
    sha256: str
    """Of the tally's canonical JSON."""
    certified_at: datetime


def certified_tally(session: Session, campaign_id: int) -> CertifiedTally | None:
    """The certified tally; None as long as there is none."""
    raise NotImplementedError
