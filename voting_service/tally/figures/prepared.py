"""The tally as it is prepared beside the ledger, always bound to the checkpoint that it was computed from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ..count import Tally


@dataclass(frozen=True)
class PreparedTally:
    """What the first ``log_size`` leaves of the log count to."""

    tally: Tally
    log_size: int
    checkpoint: str
    """The signed note of exactly this size."""
    seq: int
    """The last ballot of the ledger that is in it."""
    computed_at: datetime


def prepared_tally(session: Session, campaign_id: int) -> PreparedTally | None:
    """The latest; None before the first ballot is prepared."""
    raise NotImplementedError
