"""Rebuilding the box from the ledger after Redis was lost or came back older: casting is refused until this is done.

The new box is one epoch further, so that the old one, should it turn up again, is refused too. Ballots that still wait
in the old box and are not in the ledger are never dropped silently: they are listed, and rebuilding stops.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..activity import journal
from ..ballots.attest import discrepancy
from ..ballots.ballot_box import OPEN as OPEN_BOX
from ..ballots.ballot_box import PREPARED, BallotBox
from ..ballots.box_builder import BoxBuilder
from ..ballots.box_contents import BoxState
from ..campaigns.gate_policies import current_policy
from ..campaigns.models import OPEN, Campaign
from ..campaigns.queries import campaign_by_slug
from ..candidates.departures import departures_of
from ..candidates.queries import categories_by_number, roster
from ..clock import Clock, to_ms
from ..database import Database
from ..errors import Problem, ProblemsFound
from ..ledger import COUNTED, LedgerEntry, RecorderPosition
from ..text import _
from .decisions.queries import last_sequence
from .ledger_reads import Progress, ledger_rows, no_progress
from .voter_states import CastBallot, voter_states

CHUNK = 5_000
LONGEST_FORM_S = 86_400
"""What the settings allow at most for a form's life."""

T = TypeVar("T")


@dataclass(frozen=True)
class Rebuilt:
    """What came of it. ``epoch`` is None where the box was in order and was left alone."""

    epoch: int | None
    ballots: int
    voters: int


@dataclass
class _Contents:
    """What a box holds, computed from the ledger."""

    states: dict[str, str]
    counts: Counter[int]
    ballots: int
    counted: int
    held: int
    recent: list[tuple[str, str]]
    """Ballots whose forms may still be posted again, with the value that cast.lua keeps of each."""


def rebuild_box(
    database: Database, box: BallotBox, clock: Clock, slug: str, *, keep_s: int, actor: str,
    progress: Progress = no_progress,
) -> Rebuilt:  # fmt: skip
    """Rebuild from the ledger and take ballots again. Raises ProblemsFound where ballots would be lost."""
    with database.write() as session:
        campaign = campaign_by_slug(session, slug, lock=True)
        if campaign.phase != OPEN:
            raise ProblemsFound([Problem(slug, _("活动不在投票阶段，不需要票箱。"))])
        position = session.get_one(RecorderPosition, campaign.id, with_for_update=True)
        policy, _policy = current_policy(session, campaign.id)
        departed = departures_of(session, campaign.id)
        state = box.state(slug)
        if discrepancy(slug, state, position) is None:
            # Should we have crashed, the last time, between the commit and this.
            _take_ballots(box, slug, policy, departed)
            return Rebuilt(None, position.seq, 0)
        if state is not None and _fits_after_all(slug, box, state, position):
            box.adopt_policy(slug, policy)
            box.depart(slug, departed)
            box.reinstate(slug, state)
            return Rebuilt(None, position.seq, 0)
        if state is not None:
            box.refuse(slug, state.epoch)
        _require_nothing_unrecorded(session, box, slug)
        # A form lives a day at most, whatever the setting is today.
        keep_s = max(keep_s, LONGEST_FORM_S)
        contents = _contents(session, campaign, clock, keep_s, progress)
        # Prepared, not open: until the ledger has committed the new epoch, this box takes nothing.
        sealed_ms = state.sealed_ms if state else None
        if campaign.sealed_at is not None:
            sealed_ms = to_ms(campaign.sealed_at)
        _install(session, box, campaign, position.box_epoch + 1, contents, keep_s, sealed_ms)
        position.box_epoch += 1
        position.stream_id = "0-0"
        journal(session, at=clock.now(), actor=actor, act="rebuild_box", subject=slug,
                details={"epoch": position.box_epoch, "ballots": contents.ballots})  # fmt: skip
    _take_ballots(box, slug, policy, departed)
    return Rebuilt(position.box_epoch, contents.ballots, len(contents.states))


def _take_ballots(box: BallotBox, slug: str, policy: int, departed: Collection[int]) -> None:
    # The policy first: a web process that read it before its last change would otherwise find the new box agreeing.
    box.adopt_policy(slug, policy)
    box.depart(slug, departed)
    box.open(slug)


def _fits_after_all(slug: str, box: BallotBox, state: BoxState, position: RecorderPosition) -> bool:
    """Whether a refused box is the ledger's own and complete: an older ledger may have stood beside it for a while. To
    rebuild it then would lose the ballots that wait in it, and to leave it would keep them from ever being recorded."""
    if discrepancy(slug, replace(state, state=OPEN_BOX), position) is not None:
        return False
    first = box.waiting(slug, after=position.stream_id, count=1)
    return (first[0].seq if first else state.seq + 1) == position.seq + 1


def _require_nothing_unrecorded(session: Session, box: BallotBox, slug: str) -> None:
    lost: list[str] = []
    after = "0-0"
    while waiting := box.waiting(slug, after=after, count=500):
        after = waiting[-1].stream_id
        ids = [ballot.ballot_id for ballot in waiting]
        known = set(session.scalars(select(LedgerEntry.ballot_id).where(LedgerEntry.ballot_id.in_(ids))))
        lost += [ballot_id for ballot_id in ids if ballot_id not in known]
    if lost:
        remedy = _("这些选票有回执而不在台账中。请保留 Redis 数据目录，核实后再决定如何处理。")
        raise ProblemsFound(
            [Problem(ballot_id, _("在旧票箱中等待入账，台账中没有。"), remedy) for ballot_id in lost[:100]],
            _("重建会丢失 %(n)s 张选票，已停止。", n=len(lost)),
        )


def _contents(
    session: Session, campaign: Campaign, clock: Clock, keep_s: int, progress: Progress
) -> _Contents:
    contents = _Contents({}, Counter(), 0, 0, 0, [])
    oldest_ms = to_ms(clock.now()) - keep_s * 1000

    def ballots() -> Iterator[CastBallot]:
        for row in ledger_rows(session, campaign.id, progress):
            choices = row.choices
            contents.ballots += 1
            if row.standing == COUNTED:
                contents.counted += 1
                contents.counts.update(choices)
            contents.held += row.held
            if to_ms(row.cast_at) >= oldest_ms:
                numbers = ",".join(map(str, choices))
                contents.recent.append(
                    (row.ballot_id, f"{to_ms(row.cast_at)}:{int(row.held)}:{row.voter_tag}:{numbers}")
                )
            yield CastBallot(row.voter_tag, row.cast_at, choices)

    contents.states = voter_states(ballots(), campaign.rules.zone)
    return contents


def _install(
    session: Session, box: BallotBox, campaign: Campaign, epoch: int, contents: _Contents, keep_s: int,
    sealed_ms: int | None,
) -> None:  # fmt: skip
    people = categories_by_number(roster(session, campaign.id))
    with BoxBuilder(box, campaign.slug) as builder:
        for chunk in _chunks(contents.states.items(), CHUNK):
            builder.add_voters(chunk)
        builder.add_counts(contents.counts)
        for recent in _chunks(contents.recent, CHUNK):
            builder.remember_ballots(recent, keep_s)
        builder.install(
            epoch,
            campaign.rules,
            people,
            departures_of(session, campaign.id),
            seq=contents.ballots,
            counted=contents.counted,
            held=contents.held,
            state=PREPARED,
            sealed_ms=sealed_ms,
            decisions=last_sequence(session, campaign.id),
        )


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
