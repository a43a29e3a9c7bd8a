"""Proposing: name the ballots and the reason, and learn of every problem at once. Nothing changes yet."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from ...activity import journal
from ...ballots.ballot_id import parse_tracking_code
from ...campaigns.models import CLOSED, OPEN, Campaign
from ...campaigns.queries import campaign_by_slug
from ...encryption import Keyring
from ...errors import Problem, ProblemsFound
from ...ledger import LedgerEntry, choices_of
from ...names import person_key
from ...text import _
from ..certification.queries import certified_problems
from ..count import AFTER
from .blind_first import as_column, clusters_touched, keep_for_judging, problems_of_proposer
from .models import CONFIRMED, Decision, DecisionBallot
from .queries import changes_back, decided_since, decision_by_number
from .rules import (
    Change,
    count_change,
    effect_sha256,
    kind_of_undo,
    name_problems,
    reason_problems,
    shown_number,
    transition_problem,
)

MOST_LISTED = 100
CHUNK = 5000
_COLUMNS = (
    LedgerEntry.campaign_id,
    LedgerEntry.seq,
    LedgerEntry.ballot_id,
    LedgerEntry.choices,
    LedgerEntry.standing,
    LedgerEntry.decided_leaf,
)


@dataclass(frozen=True)
class Proposal:
    """What somebody wants decided, as given."""

    kind: str
    """held, voided or restored."""
    ballots: Sequence[str]
    """Ballot ids or tracking codes, as typed."""
    reason: str
    origin: str | None = None


def propose(
    session: Session, slug: str, proposal: Proposal, *, at: datetime, actor: str, keyring: Keyring | None,
    waits: Callable[[str], bool] = lambda _ballot_id: False, found: Sequence[Problem] = (),
) -> Decision:  # fmt: skip
    """Propose to hold, void or restore ballots. Raises ProblemsFound, NotFound. The caller commits. Where some of them are
    in a cluster of the latest scan, the proposer has judged that cluster blind. ``keyring`` opens the clusters; None where
    the ballots are named by a rule of the campaign and not by how they were cast.

    ``waits`` tells of a ballot id that the ledger does not know whether it is in the box and will be recorded; ``found``:
    what the caller knows to be wrong.
    """
    campaign = campaign_by_slug(session, slug, lock=True)
    problems = [*found, *certified_problems(session, campaign.id)]
    problems += _problems_of_form(campaign, actor, proposal.reason)
    ids, wrong = _ballot_ids(proposal.ballots)
    problems += wrong
    changes: list[Change] = []
    unknown = dict.fromkeys(ids)
    for row in _rows(session, ids):
        unknown.pop(row.ballot_id)
        change = Change(
            row.seq,
            row.ballot_id,
            choices_of(row.choices),
            row.standing,
            AFTER[proposal.kind],
            row.decided_leaf,
        )
        if row.campaign_id != campaign.id:
            problems.append(Problem(row.ballot_id, _("是另一个评选活动的选票。")))
        elif sentence := transition_problem(change.before, change.after):
            problems.append(Problem(row.ballot_id, sentence))
        changes.append(change)
    problems += _problems_of_unknown(unknown, waits)
    clusters = clusters_touched(session, slug, keyring, ids) if keyring else []
    problems += problems_of_proposer(session, campaign.id, clusters, actor, proposal.origin)
    _require_none(problems)
    keep_for_judging(session, campaign.id, clusters)
    decision = Decision(
        kind=proposal.kind,
        reason=proposal.reason.strip(),
        origin=proposal.origin,
        clusters_json=as_column(clusters),
    )
    return _add(session, campaign, decision, changes, at, actor)


def propose_undo(
    session: Session, slug: str, number: int, *, reason: str, at: datetime, actor: str
) -> Decision:
    """Propose to take a decision back: each of its ballots is to stand as it stood before. Raises ProblemsFound,
    NotFound. Where that is counted for some and held for others, the log gets entries of two kinds, one number. It asks for
    no new judgement: what was found is in the public log by now, and the evidence may be gone."""
    campaign = campaign_by_slug(session, slug, lock=True)
    undone = decision_by_number(session, campaign.id, number)
    problems = [*certified_problems(session, campaign.id), *_problems_of_form(campaign, actor, reason)]
    if undone.state != CONFIRMED:
        problems.append(Problem(shown_number(number), _("还没有生效，不需要撤销。")))
    elif later := decided_since(session, undone):
        problems.append(
            Problem(shown_number(number), _("其中 %(n)s 张选票此后另有决定，请先撤销后来的决定。", n=later))
        )
    _require_none(problems)
    changes = changes_back(session, undone)
    decision = Decision(kind=kind_of_undo(changes), reason=reason.strip(), undoes=number)
    return _add(session, campaign, decision, changes, at, actor)


def _problems_of_form(campaign: Campaign, actor: str, reason: str) -> list[Problem]:
    problems = [*name_problems(actor), *reason_problems(reason)]
    if campaign.phase not in (OPEN, CLOSED):
        problems.insert(0, Problem(campaign.slug, _("还没有开始投票，没有选票可以处理。")))
    return problems


def _ballot_ids(typed: Iterable[str]) -> tuple[list[str], list[Problem]]:
    """The ballot ids, each once, and what is none."""
    ids: dict[str, None] = {}
    problems = []
    for text in typed:
        ballot_id = parse_tracking_code(text)
        if ballot_id is None:
            problems.append(Problem(text[:40], _("不是选票编号或查验码。")))
        else:
            ids[ballot_id] = None
    if not ids and not problems:
        problems.append(Problem("--ballots", _("没有选票。")))
    return list(ids), problems


def _rows(session: Session, ids: list[str]) -> Iterator[Row[*tuple[Any, ...]]]:
    for start in range(0, len(ids), CHUNK):
        yield from session.execute(
            select(*_COLUMNS).where(LedgerEntry.ballot_id.in_(ids[start : start + CHUNK]))
        )


def _problems_of_unknown(ids: Iterable[str], waits: Callable[[str], bool]) -> list[Problem]:
    problems = []
    for asked, ballot_id in enumerate(ids):
        # Beyond what is listed nobody reads which of the two it is, and each question is a round trip.
        if asked < MOST_LISTED and waits(ballot_id):
            problems.append(Problem(ballot_id, _("已投出，还没有入账，请稍后再试。")))
        else:
            problems.append(Problem(ballot_id, _("台账中没有这张选票。")))
    return problems


def _require_none(problems: list[Problem]) -> None:
    listed = problems[:MOST_LISTED]
    if rest := len(problems) - len(listed):
        listed.append(Problem("…", _("另有 %(n)s 处问题未列出。", n=rest)))
    if problems:
        raise ProblemsFound(listed, _("发现 %(count)s 处问题，什么都没有改动。", count=len(problems)))


def _add(
    session: Session, campaign: Campaign, decision: Decision, changes: list[Change], at: datetime, actor: str
) -> Decision:
    # The campaign is locked: no other proposal can take the same number.
    last = session.scalar(select(func.max(Decision.number)).where(Decision.campaign_id == campaign.id))
    decision.campaign_id, decision.number = campaign.id, (last or 0) + 1
    decision.effect_sha256 = effect_sha256(decision.reason, changes)
    moves = Counter((change.before, change.after) for change in changes)
    decision.change_json = json.dumps(
        {"moves": [[*move, n] for move, n in sorted(moves.items())], **count_change(changes).to_json()}
    )
    decision.proposed_by, decision.proposed_by_key, decision.proposed_at = (
        actor.strip(),
        person_key(actor),
        at,
    )
    session.add(decision)
    session.flush()
    session.execute(
        insert(DecisionBallot),
        [
            {"campaign_id": campaign.id, "number": decision.number, "seq": change.seq,
             "before": change.before, "after": change.after}
            for change in changes
        ],
    )  # fmt: skip
    journal(session, at=at, actor=actor, act="propose_decision", subject=campaign.slug,
            details={"decision": shown_number(decision.number), "kind": decision.kind, "ballots": len(changes),
                     "reason": decision.reason, "origin": decision.origin, "undoes": decision.undoes})  # fmt: skip
    return decision
