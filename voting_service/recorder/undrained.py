"""Evidence that waits in the box with its ballots: sealed by a web process, not yet a row."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from ..campaigns.models import Campaign
from ..encryption import sealed_with
from ..evidence.record import from_stream
from ..ledger import RecorderPosition
from ..sealed import Seals
from .drain import Stores

_STEP = 1000


def seals_undrained(stores: Stores) -> Seals:
    """What the evidence of ballots that are not recorded yet is sealed with. Raises BoxUnavailable."""
    with stores.database.read() as session:
        positions = session.execute(
            select(Campaign.slug, RecorderPosition.stream_id).join(
                RecorderPosition, RecorderPosition.campaign_id == Campaign.id
            )
        ).all()
    found: Seals = Counter()
    for slug, after in positions:
        while ballots := stores.box.waiting(slug, after=after, count=_STEP):
            found.update(
                sealed_with(sealed) for ballot in ballots if (sealed := from_stream(ballot.evidence))
            )
            after = ballots[-1].stream_id  # noqa: PLW2901 - the loop goes on from there
    return found
