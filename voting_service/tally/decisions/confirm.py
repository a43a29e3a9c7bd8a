"""Confirming: the second person. Log entries, standings and the decision itself are one SQL transaction.

That transaction is the commit point. A crash before it leaves a proposal; a crash after it leaves a box that lacks the
decision (``follow`` applies it at the recorder's next turn) and a checkpoint that does not cover it yet (likewise).
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from ...activity import journal
from ...ballots.ballot_box import BoxUnavailable
from ...campaigns.models import CLOSED, Campaign
from ...campaigns.queries import campaign_by_slug
from ...clock import rfc3339
from ...errors import Problem, ProblemsFound
from ...ledger import LedgerEntry
from ...names import person_key
from ...recorder.drain import Stores, publish
from ...text import _
from ...transparency import entries, log
from ...transparency.models import Log
from ..certification.queries import certified_problems
from ..count import AFTER
from .blind_first import let_go, problems_of_confirmer
from .follow import follow
from .models import CONFIRMED, PROPOSED, Decision
from .queries import changes_of, decision_by_number, last_sequence
from .rules import (
    Change,
    count_change,
    effect_sha256,
    name_problems,
    portions,
    shown_number,
)


def carry_out(stores: Stores, slug: str, number: int, *, actor: str, seen: str | None = None) -> bool:
    """Confirm, then sign the log and let the box follow. ``seen``: the digest of what the confirmer looked at. Gives False
    where the box is away: the recorder will see to it. Raises ProblemsFound, NotFound."""
    with stores.database.write() as session:
        decision = confirm(session, slug, number, at=stores.clock.now(), actor=actor, seen=seen)
        campaign_id = decision.campaign_id
    publish(stores, campaign_id)
    try:
        follow(stores, campaign_id, slug)
    except BoxUnavailable:
        return False
    return True


def confirm(
    session: Session, slug: str, number: int, *, at: datetime, actor: str, seen: str | None = None
) -> Decision:
    """Put a proposal into effect. ``seen``: the digest of what the confirmer looked at, where a page showed it. Raises
    ProblemsFound, NotFound. The caller commits, then signs the log."""
    # Locked in the order of everybody else: campaign, log. No ballot is decided upon without the first of them.
    campaign = campaign_by_slug(session, slug, lock=True)
    decision = decision_by_number(session, campaign.id, number)
    changes = changes_of(session, decision)
    found = [*certified_problems(session, campaign.id), *problems_of_confirmer(session, decision, actor)]
    _require_confirmable(decision, changes, actor, seen, found)
    public_log = session.get_one(Log, campaign.id, with_for_update=True)
    first_leaf = _write(session, public_log, decision, changes, at)
    decision.sequence = last_sequence(session, campaign.id) + 1
    decision.state, decision.first_leaf = CONFIRMED, first_leaf
    decision.confirmed_by, decision.confirmed_by_key, decision.confirmed_at = (
        actor.strip(), person_key(actor), at,
    )  # fmt: skip
    decision.votes_json = json.dumps(count_change(changes).to_json())
    let_go(session, decision)
    _renew_what_is_published(campaign)
    journal(session, at=at, actor=actor, act="confirm_decision", subject=slug,
            details={"decision": shown_number(number), "kind": decision.kind, "ballots": len(changes)})  # fmt: skip
    return decision


def _require_confirmable(
    decision: Decision, changes: list[Change], actor: str, seen: str | None, found: list[Problem]
) -> None:
    shown = shown_number(decision.number)
    problems = [*found, *name_problems(actor)]
    if decision.state != PROPOSED:
        problems.append(Problem(shown, _("已经生效或已撤回。")))
    elif effect_sha256(decision.reason, changes) != decision.effect_sha256:
        problems.append(
            Problem(shown, _("提出之后，其中有的选票另有决定，预览已不成立。"), _("请撤回它并重新提出。"))
        )
    elif seen is not None and seen != decision.effect_sha256:
        problems.append(Problem(shown, _("与您刚才看到的不同，请重新核对。")))
    if person_key(actor) == decision.proposed_by_key:
        problems.append(
            Problem(
                "--by", _("提出和确认必须是两个人；这项决定由 %(name)s 提出。", name=decision.proposed_by)
            )
        )
    if problems:
        raise ProblemsFound(problems)


def _write(session: Session, public_log: Log, decision: Decision, changes: list[Change], at: datetime) -> int:
    """Append the entries and set the standings; gives the first entry's leaf."""
    parts = portions(changes)
    first = log.append(
        session, public_log, [_entry(decision, kind, same, at) for kind, same in parts]
    )  # fmt: skip
    for leaf, (kind, same) in enumerate(parts, start=first):
        session.execute(
            update(LedgerEntry)
            .where(
                LedgerEntry.campaign_id == decision.campaign_id,
                LedgerEntry.seq.in_([change.seq for change in same]),
            )
            .values(standing=AFTER[kind], decided_leaf=leaf)
            .execution_options(synchronize_session=False)
        )
    return first


def _entry(decision: Decision, kind: str, changes: list[Change], at: datetime) -> bytes:
    return entries.encode(
        {
            "type": kind,
            "at": rfc3339(at),
            "ballots": [change.ballot_id for change in changes],
            "reason": decision.reason,
            "decision": shown_number(decision.number),
        }
    )


def _renew_what_is_published(campaign: Campaign) -> None:
    """After the close, the final count and the archive are made anew by ``publication``; until then none is shown."""
    if campaign.phase == CLOSED:
        campaign.counts_json = None
        campaign.version += 1
