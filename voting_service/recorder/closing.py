"""Closing: the box is sealed at its instant, drained to the last ballot, and ``closed`` ends the ballots of the log."""

from __future__ import annotations

from ..activity import journal
from ..ballots.attest import judge
from ..ballots.ballot_box import BoxUnavailable
from ..campaigns.models import CLOSED, OPEN
from ..campaigns.queries import campaign_by_slug
from ..clock import from_ms, rfc3339, rfc3339_ms
from ..ledger import RecorderPosition
from ..text import _
from ..transparency import entries, log
from ..transparency.models import Log
from .drain import BooksDisagree, Stores, drain_once, publish, rebuild_remedy


def seal_early(stores: Stores, slug: str, *, actor: str) -> None:
    """End the voting now, for good: the instant is kept in SQL too, so that a lost Redis cannot unseal the box.
    Raises BoxUnavailable where the box is not the ledger's."""
    with stores.database.read() as session:
        campaign_id = campaign_by_slug(session, slug).id
    _position, _state, wrong = judge(stores.database, stores.box, campaign_id, slug)
    if wrong is not None:
        raise BoxUnavailable(wrong.sentence, rebuild_remedy(slug))
    sealed = stores.box.seal(slug, early=True)
    with stores.database.write() as session:
        campaign = campaign_by_slug(session, slug, lock=True)
        if sealed is not None and campaign.sealed_at is None:
            campaign.sealed_at = from_ms(sealed[0])
            journal(session, at=stores.clock.now(), actor=actor, act="seal", subject=slug)


def finish_closing(
    stores: Stores, campaign_id: int, slug: str, sealed: tuple[int, int], *, actor: str
) -> None:
    """Drain what the sealed box still holds and write ``closed``. Safe to repeat after a crash at any point."""
    while drain_once(stores, campaign_id, slug):
        pass
    sealed_ms, ballots = sealed
    at = stores.clock.now()
    with stores.database.write() as session:
        campaign = campaign_by_slug(session, slug, lock=True)
        if campaign.phase != OPEN:
            return  # another recorder was quicker
        position = session.get_one(RecorderPosition, campaign_id)
        if position.seq != ballots:
            raise BooksDisagree(
                _("%(slug)s：票箱共投出 %(box)s 张选票，台账只有 %(ledger)s 张，不能结束。",
                  slug=slug, box=ballots, ledger=position.seq),
                _("请运行 voting-service reconcile 查看差异。"),
            )  # fmt: skip
        public_log = session.get_one(Log, campaign_id, with_for_update=True)
        closed = {"type": "closed", "at": rfc3339(at), "sealed_at": rfc3339_ms(sealed_ms), "ballots": ballots}
        log.append(session, public_log, [entries.encode(closed)])
        campaign.phase = CLOSED
        campaign.closed_at = from_ms(sealed_ms)
        campaign.version += 1
        # Voting is over: nothing that anyone learns now can sway it, so every entry is shown.
        public_log.shown_size = None
        journal(session, at=at, actor=actor, act="close", subject=slug, details={"ballots": ballots})
    publish(stores, campaign_id)
