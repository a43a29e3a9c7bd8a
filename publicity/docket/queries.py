"""Reads of the docket that several rooms use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting_service.errors import NotFound
from voting_service.read_ahead import ReadOf, grouped
from voting_service.text import _

from .models import ACCEPTED, DISMISSED, RECEIVED, UPHELD, WITHDRAWN, DocketEntry, Objection


@dataclass(frozen=True)
class Statistics:
    """What became of the objections to one notice: numbers, never names."""

    received: int
    """All that came in, whatever became of them."""
    waiting: int
    """Neither taken up nor declined yet."""
    accepted: int
    """Taken up, ruled upon or not."""
    under_way: int
    """Taken up, not ruled upon yet."""
    declined: dict[str, int]
    """By class of reason."""
    upheld: int
    dismissed: int
    withdrawn: int
    came_by: dict[str, int]
    """How they came, by ``Objection.came_by``: only ways that some came by."""

    @property
    def pending(self) -> int:
        """Those that keep the notice from being closed."""
        return self.waiting + self.under_way


def _statistics(session: Session, notice_ids: Collection[int]) -> Mapping[int, Statistics]:
    rows = session.execute(
        select(Objection.notice_id, Objection.state, Objection.decline_class, Objection.came_by, func.count())
        .where(Objection.notice_id.in_(notice_ids))
        .group_by(Objection.notice_id, Objection.state, Objection.decline_class, Objection.came_by)
    )
    by_notice = grouped(notice_ids, rows, lambda row: row.notice_id)
    return {notice_id: _summed(row[1:] for row in found) for notice_id, found in by_notice.items()}


statistics = ReadOf(_statistics)
"""Of one notice."""


def _summed(rows: Iterable[Sequence[Any]]) -> Statistics:
    by_state: dict[str, int] = {}
    declined: dict[str, int] = {}
    came_by: dict[str, int] = {}
    for state, decline_class, way, count in rows:
        by_state[state] = by_state.get(state, 0) + count
        if decline_class is not None:
            declined[decline_class] = declined.get(decline_class, 0) + count
        came_by[way] = came_by.get(way, 0) + count
    of = by_state.get
    upheld, dismissed, under_way = of(UPHELD, 0), of(DISMISSED, 0), of(ACCEPTED, 0)
    return Statistics(
        received=sum(by_state.values()),
        waiting=of(RECEIVED, 0),
        accepted=under_way + upheld + dismissed,
        under_way=under_way,
        declined=declined,
        upheld=upheld,
        dismissed=dismissed,
        withdrawn=of(WITHDRAWN, 0),
        came_by=came_by,
    )


def news_of(session: Session, objection_ids: Collection[int]) -> dict[int, str]:
    """By objection, where something has come from the objector that no official has acted upon: ``answered`` or, where
    it ends with additions alone, ``added``."""
    last = (
        select(DocketEntry.objection_id, func.max(DocketEntry.seq).label("seq"))
        .where(
            DocketEntry.objection_id.in_(objection_ids),
            DocketEntry.party == "official",
            # Who is to handle it says nothing of what has come in.
            DocketEntry.act.not_in(("assigned", "released", "recused")),
        )
        .group_by(DocketEntry.objection_id)
        .subquery()
    )
    since = session.execute(
        select(DocketEntry.objection_id, DocketEntry.act)
        .outerjoin(last, last.c.objection_id == DocketEntry.objection_id)
        .where(
            DocketEntry.objection_id.in_(objection_ids),
            DocketEntry.act.in_(("answered", "added")),
            DocketEntry.seq > func.coalesce(last.c.seq, 0),
        )
    )
    found: dict[int, str] = {}
    for objection_id, act in since:
        if found.get(objection_id) != "answered":
            found[objection_id] = act
    return found


def objection_by_number(session: Session, docket_number: str, *, lock: bool = False) -> Objection:
    """By its exact docket number. Raises NotFound. For officials: an objector comes by ``objections.coming_back``."""
    query = select(Objection).where(Objection.docket_number == docket_number)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(_("没有这个受理编号的案卷。"))
    return found
