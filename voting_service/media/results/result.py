"""The tally as the committee certified it, with what it is bound to, and the lists that came of it, as one page shows them.

Certified counts never change; a list may, when it is published or somebody leaves it. Lists belong to a room above this one,
which is asked through ``ReadLists``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...campaigns.models import Campaign
from ...candidates.showcase import CampaignOnShow, CandidateView
from ...database import Database
from ...ledger import COUNTED, HELD, VOIDED, LedgerEntry
from ...tally.certification.queries import certification_of, shown_number, tally_of
from ...tally.decisions.models import CONFIRMED, Decision
from ...tally.decisions.rules import shown_number as shown_decision
from ...text import Text
from ...transparency.checkpoint import Checkpoint
from ..descriptions.kept import Kept

FRESH_S = 5.0


class Row(NamedTuple):
    """One candidate's line."""

    candidate: CandidateView
    rank: int | None
    """Equal counts share one; None for whoever has left."""
    counted: int
    held: int
    voided: int


class Ground(NamedTuple):
    """Why ballots were voided, in the words of the decision, which stand in the log too."""

    decision: str
    """As it is shown: ``D-0001``."""
    reason: str
    ballots: int


class Listed(NamedTuple):
    """Somebody on a published list."""

    name: str
    organisation: str
    title: str
    url: str | None


@dataclass(frozen=True)
class PublishedList:
    """A list that was made public after the voting."""

    title: str
    standing: Text
    """Where it stands: in its window, settled, awarded."""
    url: str
    """The notice that made it public."""
    people: tuple[Listed, ...] = ()
    """Empty as long as it may still change: until then the notice itself tells."""


ReadLists = Callable[[Session, Campaign], Sequence[PublishedList]]
"""The lists of a campaign, the latest first."""


@dataclass(frozen=True)
class Result:
    """Everything that the page shows."""

    number: str
    """As it is shown: ``C-0001``."""
    certified_at: datetime
    signatures: int
    """How many members had to sign."""
    members: int
    counted: int
    held: int
    voided: int
    rows: tuple[Row, ...]
    grounds: tuple[Ground, ...]
    log_size: int
    root_hash: str
    checkpoint: str
    """The signed note of what was counted."""
    leaf_index: int
    """The entry ``certified`` in the log."""
    sha256: str
    lists: tuple[PublishedList, ...]

    @property
    def ballots(self) -> int:
        """Ballots in all."""
        return self.counted + self.held + self.voided


@dataclass(frozen=True)
class Results:
    """The results of this process."""

    database: Database
    read_lists: ReadLists
    _kept: Kept[Result | None] = field(default_factory=lambda: Kept(FRESH_S), init=False)

    def of(self, show: CampaignOnShow) -> Result | None:
        """A campaign's; None as long as nothing is certified. Raises Unavailable if it was never read."""

        def read() -> Result | None:
            with self.database.read() as session:
                return read_result(session, show, self.read_lists)

        return self._kept.get((show.slug, show.version), read)


def read_result(session: Session, show: CampaignOnShow, read_lists: ReadLists) -> Result | None:
    """The same, read now."""
    row = certification_of(session, show.id)
    if row is None or row.leaf_index is None or row.certified_at is None:
        return None
    tally = tally_of(row.document)
    text, _blank, _signatures = row.checkpoint.partition("\n\n")
    return Result(
        number=shown_number(row.number),
        certified_at=row.certified_at,
        signatures=row.needed,
        members=row.members,
        counted=tally.ballots[COUNTED],
        held=tally.ballots[HELD],
        voided=tally.ballots[VOIDED],
        rows=ranked(show, tally.by_candidate),
        grounds=_grounds(session, show.id),
        log_size=row.log_size,
        root_hash=Checkpoint.parse(text + "\n").root_hash.hex(),
        checkpoint=row.checkpoint,
        leaf_index=row.leaf_index,
        sha256=row.sha256,
        lists=tuple(read_lists(session, session.get_one(Campaign, show.id))),
    )


def ranked(show: CampaignOnShow, votes: dict[int, Counter[str]]) -> tuple[Row, ...]:
    """Most counted ballots first, by number among equals; whoever has left comes last and has no place."""
    people = [show.by_number[number] for number in votes if number in show.by_number]
    people.sort(key=lambda one: (one.departed is not None, -votes[one.number][COUNTED], one.number))
    counts = [votes[one.number][COUNTED] for one in people if one.departed is None]
    return tuple(
        Row(
            one,
            1 + sum(count > votes[one.number][COUNTED] for count in counts) if one.departed is None else None,
            *(votes[one.number][standing] for standing in (COUNTED, HELD, VOIDED)),
        )
        for one in people
    )


def _grounds(session: Session, campaign_id: int) -> tuple[Ground, ...]:
    """Of every ballot that is void now; once a tally is certified nothing is decided on ballots any more."""
    confirmed = session.execute(
        select(Decision.first_leaf, Decision.number, Decision.reason)
        .where(Decision.campaign_id == campaign_id, Decision.state == CONFIRMED)
        .order_by(Decision.first_leaf)
    ).all()
    first_leaves = [row.first_leaf or 0 for row in confirmed]
    voided = session.execute(
        select(LedgerEntry.decided_leaf, func.count())
        .where(LedgerEntry.campaign_id == campaign_id, LedgerEntry.standing == VOIDED)
        .group_by(LedgerEntry.decided_leaf)
    )
    ballots = Counter[int]()
    for leaf, count in voided:
        # A decision's entries follow one another from its first.
        ballots[bisect_right(first_leaves, leaf or 0) - 1] += count
    return tuple(
        Ground(shown_decision(confirmed[place].number), confirmed[place].reason, count)
        for place, count in sorted(ballots.items())
        if place >= 0
    )
