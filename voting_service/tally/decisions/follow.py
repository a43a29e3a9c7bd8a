"""The box follows: confirmed decisions are applied to its provisional counts, in order, each exactly once.

Right after a confirmation and at every turn of the recorder, by the same code: what a crash or a Redis that was away
left undone is done by whoever comes next.
"""

from __future__ import annotations

from sqlalchemy import func, select

from ...ballots.ballot_box import REFUSED
from ...campaigns.models import CLOSED, OPEN, Campaign
from ...errors import Unavailable
from ...ledger import RecorderPosition
from ...recorder.drain import Stores
from .models import CONFIRMED, Decision
from .queries import count_changes_after


def follow_due(stores: Stores) -> None:
    """Every campaign's box that lacks a decision. A store that is away is nothing to tell: the recorder does."""
    try:
        with stores.database.read() as session:
            decided = session.execute(
                select(Campaign.id, Campaign.slug, func.max(Decision.sequence))
                .join(Decision, Decision.campaign_id == Campaign.id)
                .where(Campaign.phase.in_((OPEN, CLOSED)), Decision.state == CONFIRMED)
                .group_by(Campaign.id, Campaign.slug)
            ).all()
        for campaign_id, slug, sequence in decided:
            state = stores.box.state(slug)
            if state is not None and state.decisions < (sequence or 0):
                follow(stores, campaign_id, slug)
    except Unavailable:
        return


def follow(stores: Stores, campaign_id: int, slug: str) -> int:
    """Apply to one box what it lacks; gives how many decisions that were. Raises BoxUnavailable."""
    state = stores.box.state(slug)
    if state is None or state.state == REFUSED:
        return 0  # a box that is rebuilt has them all
    with stores.database.read() as session:
        position = session.get_one(RecorderPosition, campaign_id)
        lacking = count_changes_after(session, campaign_id, state.decisions)
    applied = 0
    for sequence, change in lacking:
        # Another process may be at it too: whoever is first adjusts, the other one finds it done.
        outcome = stores.box.adjust(slug, position.box_epoch, sequence, change.ballots, change.votes)
        if outcome not in ("adjusted", "again"):
            break
        applied += outcome == "adjusted"
    return applied
