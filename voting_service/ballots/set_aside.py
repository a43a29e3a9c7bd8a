"""How many ballots are held and voided, by candidate: from the ledger, kept in each process.

Asked anew when the box says that a decision was applied, and otherwise every few seconds (the gate holds ballots too):
a page view costs no SQL when warm.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..database import Database
from ..errors import Unavailable
from ..ledger import COUNTED, HELD, VOIDED, LedgerEntry, choices_of

FRESH_S = 5.0
LEISURE = 20
"""Reading may take a twentieth of the time, no more: 100 000 voided ballots take the better part of a second."""


@dataclass(frozen=True)
class SetAside:
    """Ballots that are not counted, in all and by candidate number. Numbers that are on none are absent."""

    held_ballots: int = 0
    voided_ballots: int = 0
    held: Mapping[int, int] = field(default_factory=dict)
    voided: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def from_published(cls, published: Mapping[str, Any]) -> SetAside:
        """As ``tally.publication`` wrote it beside the counts."""
        ballots = published.get("set_aside", {})
        held, voided = (
            {int(number): votes for number, votes in published.get(standing, {}).items()}
            for standing in (HELD, VOIDED)
        )
        return cls(ballots.get(HELD, 0), ballots.get(VOIDED, 0), held, voided)


def read_set_aside(session: Session, campaign_id: int) -> SetAside:
    """The figures of this moment; cheap, since few ballots are not counted and an index holds just those."""
    query = (
        select(LedgerEntry.standing, LedgerEntry.choices, func.count())
        .where(LedgerEntry.campaign_id == campaign_id, LedgerEntry.standing != COUNTED)
        .group_by(LedgerEntry.standing, LedgerEntry.choices)
    )
    ballots = Counter[str]()
    votes: dict[str, Counter[int]] = {HELD: Counter(), VOIDED: Counter()}
    for standing, choices, count in session.execute(query):
        ballots[standing] += count
        for number in choices_of(choices):
            votes[standing][number] += count
    return SetAside(ballots[HELD], ballots[VOIDED], votes[HELD], votes[VOIDED])


class SetAsideBoard:
    """The figures of every campaign, as this process last read them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, tuple[float, int, SetAside]] = {}
        """By campaign: fresh until when, with how many decisions, what."""
        self._lock = threading.Lock()

    def of(self, campaign_id: int, decisions: int) -> SetAside | None:
        """The figures, no older than this many applied decisions; None if they could never be read."""
        known = self._known.get(campaign_id)
        if known and known[1] == decisions and time.monotonic() < known[0]:
            return known[2]
        # One thread reads while the others go on with what they have.
        if not self._lock.acquire(blocking=known is None):
            return known[2] if known else None
        begun = time.monotonic()
        try:
            with self._database.read() as session:
                figures = read_set_aside(session, campaign_id)
        except Unavailable:
            return known[2] if known else None
        finally:
            self._lock.release()
        now = time.monotonic()
        self._known[campaign_id] = (now + max(FRESH_S, LEISURE * (now - begun)), decisions, figures)
        return figures
