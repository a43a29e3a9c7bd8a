"""Ballots for a candidate who was disqualified, where the campaign's stated rule is to void them: proposed by one official
through the decisions on ballots, confirmed by another as any decision is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.campaigns.models import CLOSED, OPEN, Campaign
from voting_service.campaigns.rule_texts import ballots_of_disqualified
from voting_service.candidates.departures import DISQUALIFIED
from voting_service.errors import Problem, ProblemsFound
from voting_service.ledger import COUNTED, HELD, VOIDED, LedgerEntry
from voting_service.tally.certification.queries import certified_problems
from voting_service.tally.decisions.models import PROPOSED as DECISION_PROPOSED
from voting_service.tally.decisions.models import Decision
from voting_service.tally.decisions.propose import Proposal, propose
from voting_service.tally.decisions.rules import shown_number
from voting_service.tally.figures.prepared import ledger_now
from voting_service.text import _

from .models import PROPOSED, Substitution
from .standing import ListStanding, list_of, substitution_of
from .standing_aside import require_part


@dataclass(frozen=True)
class NamingBallots:
    """The recorded ballots that chose somebody, by how they stand."""

    counted: int
    held: int
    voided: int

    @property
    def all(self) -> int:
        """However they stand."""
        return self.counted + self.held + self.voided

    @property
    def to_void(self) -> int:
        """Those that a decision would void."""
        return self.counted + self.held


def ballots_naming(session: Session, campaign_id: int, number: int) -> NamingBallots:
    """As the ledger has them at this moment, from what is prepared of it."""
    by = ledger_now(session, campaign_id).by_candidate.get(number, Counter())
    return NamingBallots(by[COUNTED], by[HELD], by[VOIDED])


def is_voidable(session: Session, campaign: Campaign, substitution: Substitution) -> bool:
    """Whether the campaign's rule has the ballots of this leaver voided, and they have left before the tally was certified."""
    return (
        not certified_problems(session, campaign.id)
        and substitution.cause == DISQUALIFIED
        and substitution.state != PROPOSED
        and ballots_of_disqualified(campaign.plan) == "void"
        and campaign.phase in (OPEN, CLOSED)
    )


def waiting_decision(session: Session, campaign_id: int, substitution: Substitution) -> Decision | None:
    """The proposal to void them that waits for its second person."""
    return session.scalar(
        select(Decision).where(
            Decision.campaign_id == campaign_id,
            Decision.state == DECISION_PROPOSED,
            Decision.origin == _origin(substitution),
        )
    )


def propose_voiding(
    session: Session, slug: str, number: int, substitution_id: int, *, at: datetime, official: ActingOfficial
) -> Decision:
    """Propose to void every recorded ballot that chose the leaver and is counted or held. Ballots that are recorded later
    (cast before the box was told) are proposed by doing it again. Raises ProblemsFound, NotFound. The caller commits."""
    standing = list_of(session, slug, number, lock=True)
    substitution = substitution_of(standing, substitution_id)
    require_part(session, official, substitution)
    campaign = standing.first.campaign
    _require_voidable(session, standing, substitution)
    ballots = session.scalars(
        select(LedgerEntry.ballot_id)
        .where(
            LedgerEntry.campaign_id == campaign.id,
            LedgerEntry.standing.in_((COUNTED, HELD)),
            _names(substitution.leaver),
        )
        .order_by(LedgerEntry.seq)
    ).all()
    reason = _(
        "%(number)s 号候选人被取消资格，按评选规则，选了该候选人的选票作废。", number=substitution.leaver
    )
    proposal = Proposal("voided", ballots, str(reason), _origin(substitution))
    # Named by the campaign's rule, whoever they helped: there is no judgement of how they were cast to be made first.
    return propose(session, slug, proposal, at=at, actor=official.name, keyring=None)


def _require_voidable(session: Session, standing: ListStanding, substitution: Substitution) -> None:
    campaign = standing.first.campaign
    if found := certified_problems(session, campaign.id):
        raise ProblemsFound(found)
    if not is_voidable(session, campaign, substitution):
        raise ProblemsFound([Problem("", _("按本活动的规则，这些选票不作废。"))])
    waiting = waiting_decision(session, campaign.id, substitution)
    if waiting is not None:
        raise ProblemsFound(
            [
                Problem(
                    "", _("作废的提议 %(number)s 已在等待另一人确认。", number=shown_number(waiting.number))
                )
            ]
        )
    if not ballots_naming(session, campaign.id, substitution.leaver).to_void:
        raise ProblemsFound([Problem("", _("没有选了该候选人而仍计入或待核的选票。"))])


def _origin(substitution: Substitution) -> str:
    return f"substitution {substitution.id}"


def _names(number: int) -> ColumnElement[bool]:
    """Whether a ledger row (``3;7;12``) chose this number."""
    choices, one = LedgerEntry.choices, str(number)
    return or_(
        choices == one,
        choices.like(f"{one};%"),
        choices.like(f"%;{one}"),
        choices.like(f"%;{one};%"),
    )
