"""Is this box the one that the ledger knows? Asked whenever a Redis is met that has not yet been asked.

A Redis that lost its data, or came back with an older copy, holds fewer ballots than the ledger has recorded from it;
one from before a rebuild has an older epoch. Such a box would let people vote twice: it is refused until rebuilt.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from ..campaigns.gate_policies import current_version
from ..campaigns.models import OPEN, Campaign
from ..candidates.departures import departures_of
from ..database import Database
from ..ledger import RecorderPosition
from ..text import Text, _
from .ballot_box import REFUSED, BallotBox
from .box_contents import BoxState


@dataclass(frozen=True)
class Discrepancy:
    """A box that must not take ballots, and why."""

    slug: str
    sentence: Text


def discrepancy(slug: str, box: BoxState | None, position: RecorderPosition) -> Discrepancy | None:
    """What is wrong with this box, judged by the ledger's position (read before the box); None if it is in order."""
    if box is None:
        return Discrepancy(slug, _("Redis 中没有票箱，而台账已记录 %(n)s 张选票。", n=position.seq))
    if box.epoch != position.box_epoch:
        return Discrepancy(
            slug,
            _(
                "票箱是第 %(box)s 代，台账记录的是第 %(ledger)s 代。",
                box=box.epoch,
                ledger=position.box_epoch,
            ),
        )
    if box.seq < position.seq:
        return Discrepancy(
            slug,
            _("票箱只有 %(box)s 张选票，台账已有 %(ledger)s 张：这是一份较旧的 Redis 数据。",
              box=box.seq, ledger=position.seq),
        )  # fmt: skip
    if box.state == REFUSED:
        return Discrepancy(slug, _("票箱已停用，等待从台账重建。"))
    return None


def judge(
    database: Database, box: BallotBox, campaign_id: int, slug: str
) -> tuple[RecorderPosition, BoxState | None, Discrepancy | None]:
    """Ledger's position, box and what is wrong between them; a box that is wrong is refused."""
    while True:
        position = _position(database, campaign_id)
        # Read second: ballots recorded meanwhile must not make the box look as if it had fewer than the ledger.
        state = box.state(slug)
        wrong = discrepancy(slug, state, position)
        if wrong is None:
            return position, state, None
        # Or else the ledger was read before a rebuild and the box after it: the new box would be condemned.
        if _position(database, campaign_id).box_epoch == position.box_epoch:
            if state is not None and state.state != REFUSED:
                box.refuse(slug, state.epoch)
            return position, state, wrong


def attest_boxes(database: Database, box: BallotBox) -> list[Discrepancy]:
    """Compare every open campaign's box with the ledger and refuse those that are behind. Raises if either is away."""
    with database.read() as session:
        campaigns = session.execute(select(Campaign.id, Campaign.slug).where(Campaign.phase == OPEN)).all()
    for campaign_id, slug in campaigns:
        tell_policy(database, box, campaign_id, slug)
        tell_departures(database, box, campaign_id, slug)
    judged = [judge(database, box, campaign_id, slug) for campaign_id, slug in campaigns]
    return [wrong for _position, _state, wrong in judged if wrong]


def tell_policy(database: Database, box: BallotBox, campaign_id: int, slug: str) -> None:
    """Tell the box which version of the gate's policy holds. Whoever changes it does so too, but may be cut short; and a
    Redis that came back a little older may have forgotten. A web process that has not heard of the change either would
    find the box agreeing with it."""
    with database.read() as session:
        version = current_version(session, campaign_id)
    box.adopt_policy(slug, version)


def tell_departures(database: Database, box: BallotBox, campaign_id: int, slug: str) -> bool:
    """Tell the box who has left; tells whether it knows of them all then, which a box that is not there does not. Whoever
    confirms a departure does so too, but may be cut short, and a Redis that came back a little older may have forgotten.
    Raises BoxUnavailable."""
    with database.read() as session:
        departed = departures_of(session, campaign_id)
    if departed:
        box.depart(slug, departed)
    return knows_departures(box.state(slug), len(departed))


def knows_departures(state: BoxState | None, departures: int) -> bool:
    """Whether a box refuses everyone who has left: so many are they in SQL."""
    return state is not None and state.departures >= departures


def _position(database: Database, campaign_id: int) -> RecorderPosition:
    with database.read() as session:
        return session.get_one(RecorderPosition, campaign_id)
