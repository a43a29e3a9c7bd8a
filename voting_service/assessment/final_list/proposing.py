"""Proposing a final list: exactly the seats, in the order of the ranking, with a public reason wherever it is not the ranking's
own. Nothing is applied by itself: the smallest change that was computed is one list among those that may be proposed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.composition import CompositionRule
from ...campaigns.queries import campaign_by_slug
from ...errors import Problem, ProblemsFound
from ...text import _
from ..selection import Contender, Selection, edge_of
from ..selection import select as select_list
from ..two_people import reason_problems
from .basis import Basis, basis_of
from .document import digest, encoded, final_list_document, needs_reason
from .models import FinalList
from .queries import list_in_force

LONGEST_REASON = 500
CHANGED_SINCE = Problem("", _("在您查看之后情况有了变化。"), _("请再核对一遍。"))


class Draft(NamedTuple):
    """A list as somebody wants it."""

    numbers: frozenset[int]
    reason: str


class Prepared(NamedTuple):
    """What proposing it would come to."""

    document: dict[str, Any]
    seen: str
    """Of the document: what is confirmed is what was seen."""


def found_for(basis: Basis) -> Selection:
    """The smallest change of the ranking that keeps the rules."""
    return _found(basis.contenders, basis.seats, basis.rules)


@lru_cache(maxsize=8)
def _found(contenders: tuple[Contender, ...], seats: int, rules: tuple[CompositionRule, ...]) -> Selection:
    """Each process searches once: the page is asked for again with every tick, and a hard case takes some tenths of a second."""
    return select_list(contenders, seats, rules)


def draft_problems(basis: Basis, found: Selection, draft: Draft) -> list[Problem]:
    """All that keeps this list from being proposed."""
    problems = [*basis.problems, *_people_problems(basis, draft.numbers)]
    if problems:
        return problems
    if needs_reason(basis, found, sorted(draft.numbers)) or draft.reason.strip():
        empty = _("这份名单不是照名次排下来的，请写明理由；理由会公开。")
        problems += reason_problems("reason", draft.reason, empty, LONGEST_REASON)
    return problems


def prepare(session: Session, slug: str, draft: Draft, *, at: datetime) -> Prepared:
    """The document as it would be. Raises ProblemsFound with every problem, NotFound."""
    campaign = campaign_by_slug(session, slug)
    basis = basis_of(session, campaign, at=at)
    problems = _standing_problems(session, campaign.id)
    found = found_for(basis) if not basis.problems else None
    problems += draft_problems(basis, found, draft) if found else basis.problems
    if problems or found is None:
        raise ProblemsFound(problems)
    document = final_list_document(basis, found, draft.numbers, draft.reason.strip())
    return Prepared(document, digest(document))


def propose_list(
    session: Session, slug: str, draft: Draft, *, seen: str, at: datetime, official: ActingOfficial
) -> FinalList:
    """Propose it. ``seen``: the digest of what was looked at. Raises ProblemsFound with every problem, NotFound. The caller
    commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    prepared = prepare(session, slug, draft, at=at)
    if prepared.seen != seen:
        raise ProblemsFound([CHANGED_SINCE])
    last = session.scalar(select(func.max(FinalList.number)).where(FinalList.campaign_id == campaign.id))
    number = (last or 0) + 1
    data, sha256 = encoded(prepared.document, number, at)
    row = FinalList(
        campaign_id=campaign.id, number=number, document=data, document_sha256=sha256,
        proposed_by=official.id, proposed_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    journal(session, at=at, actor=official.name, act="propose_list", subject=f"{slug}/{row.name}",
            details={"sha256": sha256, "way": prepared.document["way"]})  # fmt: skip
    return row


def first_pick(basis: Basis) -> tuple[int, ...]:
    """Whom the ranking alone would seat; at a tied edge only those who are sure, so that nobody is decided upon silently."""
    edge = edge_of(basis.contenders, basis.seats)
    seated = basis.contenders[: basis.seats]
    return tuple(one.number for one in seated if edge is None or one.place != edge.place)


def _standing_problems(session: Session, campaign_id: int) -> list[Problem]:
    standing = list_in_force(session, campaign_id)
    if standing is None:
        return []
    return [Problem("", _("已经有名单 %(name)s。", name=standing.name), _("要另行拟定，请先撤回那一份。"))]


def _people_problems(basis: Basis, numbers: Collection[int]) -> list[Problem]:
    ranked = {one.number for one in basis.contenders}
    unknown: Sequence[int] = sorted(set(numbers) - ranked)
    problems = [
        Problem("pick", _("%(number)s 号不在测算表的名次里，或者已经不是候选人。", number=number))
        for number in unknown
    ]
    known = len(set(numbers) & ranked)
    if not basis.problems and known != basis.seats:
        problems.append(
            Problem("pick", _("名额是 %(seats)s 人，现在选了 %(n)s 人。", seats=basis.seats, n=known))
        )
    return problems
