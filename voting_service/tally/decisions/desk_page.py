"""Decisions as the desk shows them: the list, one with its effect, one ballot looked up; and what waits for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ...accounts.desk_home import DeskLine, DeskSection
from ...accounts.officials import ActingOfficial
from ...ballots.ballot_id import parse_tracking_code, tracking_code
from ...campaigns.models import Campaign
from ...errors import Problem, ProblemsFound
from ...ledger import LedgerEntry
from ...names import person_key
from ...text import Text, _
from ..blind.coarse import about
from ..blind.reviewing import Review, clusters_open_to, of_decision, only_watches, review_of
from .effect import Effect, blind_names, effect_of, is_quick
from .models import CONFIRMED, PROPOSED, WITHDRAWN, Decision, DecisionBallot
from .queries import decided_since, decisions_of, sizes_of
from .rules import KIND_NAMES, STANDING_NAMES, STATE_NAMES, shown_number

TONES = {PROPOSED: "wait", CONFIRMED: "good", WITHDRAWN: "calm"}
FIRST_BALLOTS = 20


@dataclass(frozen=True)
class DecisionLine:
    """One decision in the list, and at the head of its page."""

    number: int
    shown: str
    kind: Text
    state: str
    word: Text
    tone: str
    ballots: int
    size: Text
    """How many ballots, in a step where this reader has yet to judge their cluster."""
    reason: str
    undoes: str | None
    proposed: tuple[str, datetime]
    confirmed: tuple[str, datetime] | None
    withdrawn: tuple[str, datetime] | None


def line_of(decision: Decision, ballots: int, *, blind: bool = False) -> DecisionLine:
    """A decision in words; ``blind``: its reader has yet to judge a cluster that it is about."""
    confirmed, withdrawn = None, None
    if decision.confirmed_by and decision.confirmed_at:
        confirmed = decision.confirmed_by, decision.confirmed_at
    if decision.withdrawn_by and decision.withdrawn_at:
        withdrawn = decision.withdrawn_by, decision.withdrawn_at
    return DecisionLine(
        number=decision.number,
        shown=shown_number(decision.number),
        kind=_("撤销") if decision.undoes else KIND_NAMES[decision.kind],
        state=decision.state,
        word=STATE_NAMES[decision.state],
        tone=TONES[decision.state],
        ballots=ballots,
        size=about(ballots) if blind else Text(f"{ballots:,}"),
        reason=decision.reason,
        undoes=shown_number(decision.undoes) if decision.undoes else None,
        proposed=(decision.proposed_by, decision.proposed_at),
        confirmed=confirmed,
        withdrawn=withdrawn,
    )


def decision_lines(session: Session, campaign: Campaign, official: ActingOfficial) -> list[DecisionLine]:
    """All of them, the latest first."""
    sizes = sizes_of(session, campaign.id)
    return [
        line_of(one, sizes.get(one.number, 0), blind=bool(to_judge_first(session, campaign, one, official)))
        for one in reversed(decisions_of(session, campaign.id))
    ]


def to_judge_first(
    session: Session, campaign: Campaign, decision: Decision, official: ActingOfficial
) -> list[str]:
    """The clusters of a proposal that this official has not judged: until then neither its ballots nor its effect are shown.
    Of a decision that is in the public log nothing is left to hide."""
    if decision.state != PROPOSED or only_watches(campaign.slug, official):
        return []
    seen = clusters_open_to(session, campaign.id, official)
    return [one for one in decision.blind_clusters if one not in seen]


@dataclass(frozen=True)
class EffectLine:
    """One candidate whose count or place changes."""

    who: Text | str
    count_before: int
    count_after: int
    rank_before: int
    rank_after: int


@dataclass(frozen=True)
class DecisionPage:
    """One decision with everything that its page says."""

    line: DecisionLine
    seen: str
    """The digest of what is shown and would be confirmed."""
    from_cluster: str | None
    origin: str | None
    judge_first: Sequence[str]
    """Clusters that this official is to judge before anything of the proposal shows."""
    effect: Effect | None
    """None while the figures are not ready, and where something is to be judged first."""
    effect_lines: Sequence[EffectLine]
    standings: Sequence[tuple[Text, int, int]]
    review: Review
    ballots: Sequence[str]
    """The first few, as tracking codes."""
    undone_by: Sequence[str]
    may_confirm: bool
    is_own: bool
    """Whether this official proposed it, and so cannot confirm it."""
    may_undo: bool
    decided_later: int
    """How many of its ballots a later decision has changed: then that one is to be undone first."""


def decision_page(
    session: Session, campaign: Campaign, decision: Decision, official: ActingOfficial
) -> DecisionPage:
    """As this official may see it."""
    review = review_of(session, campaign.id, campaign.slug, of_decision(decision.number), official)
    judge_first = to_judge_first(session, campaign, decision, official)
    effect = (
        effect_of(session, campaign, decision) if is_quick(session, campaign.id) and not judge_first else None
    )
    origin = decision.origin or ""
    own = person_key(official.name) == decision.proposed_by_key
    is_confirmed = decision.state == CONFIRMED
    later = decided_since(session, decision) if is_confirmed else 0
    ballots = effect.ballots if effect else sizes_of(session, campaign.id).get(decision.number, 0)
    return DecisionPage(
        line=line_of(decision, ballots, blind=bool(judge_first)),
        seen=decision.effect_sha256,
        from_cluster=origin.removeprefix("cluster ") if origin.startswith("cluster ") else None,
        origin=decision.origin,
        judge_first=judge_first,
        effect=effect,
        effect_lines=_effect_lines(effect, decision, shown=review.sees_candidates) if effect else (),
        standings=_standings(effect) if effect else (),
        review=review,
        ballots=() if judge_first else _first_ballots(session, decision),
        undone_by=[
            shown_number(one.number)
            for one in decisions_of(session, campaign.id)
            if one.undoes == decision.number and one.state != WITHDRAWN
        ],
        may_confirm=decision.state == PROPOSED
        and not own
        and effect is not None
        and effect.holds
        and official.may(campaign.slug, "committee"),
        is_own=own,
        may_undo=is_confirmed and not later and official.may(campaign.slug, "operator", "committee"),
        decided_later=later,
    )


def _effect_lines(effect: Effect, decision: Decision, *, shown: bool) -> list[EffectLine]:
    names: Mapping[int, Text | str] = (
        {
            row.number: _("%(number)s 号 %(name)s", number=row.number, name=row.name)
            for row in effect.candidates
        }
        if shown
        else blind_names(effect, decision.effect_sha256)
    )
    lines = [
        EffectLine(names[row.number], row.count_before, row.count_after, row.rank_before, row.rank_after)
        for row in effect.candidates
    ]
    # Not by number among equals, which would say who is who.
    return sorted(lines, key=lambda line: (-abs(line.count_after - line.count_before), str(line.who)))


def _standings(effect: Effect) -> list[tuple[Text, int, int]]:
    return [
        (word, effect.standings_before[standing], effect.standings_after[standing])
        for standing, word in STANDING_NAMES.items()
    ]


def _first_ballots(session: Session, decision: Decision) -> list[str]:
    query = ballot_ids_of(decision).limit(FIRST_BALLOTS)
    return [tracking_code(ballot_id) for ballot_id in session.scalars(query)]


def ballot_ids_of(decision: Decision) -> Select[str]:
    """Its ballots, in the ledger's order."""
    return (
        select(LedgerEntry.ballot_id)
        .join(
            DecisionBallot,
            (DecisionBallot.campaign_id == LedgerEntry.campaign_id) & (DecisionBallot.seq == LedgerEntry.seq),
        )
        .where(DecisionBallot.campaign_id == decision.campaign_id, DecisionBallot.number == decision.number)
        .order_by(DecisionBallot.seq)
    )


# ---- one ballot


@dataclass(frozen=True)
class BallotDecision:
    """What one decision did, or would do, to a ballot."""

    line: DecisionLine
    before: Text
    after: Text


@dataclass(frozen=True)
class BallotStanding:
    """How one ballot stands. Neither who cast it nor whom it chose."""

    code: str
    cast_at: datetime
    channel: str
    standing: Text
    held_by_gate: bool
    leaf_index: int
    decisions: Sequence[BallotDecision]


def ballot_standing(
    session: Session, campaign: Campaign, typed: str, official: ActingOfficial
) -> BallotStanding:
    """The ballot behind a tracking code. A proposal whose clusters this official has yet to judge is not told of: with codes
    from the public log one could ask whom it is about. Raises ProblemsFound."""
    ballot_id = parse_tracking_code(typed)
    if ballot_id is None:
        raise ProblemsFound([Problem("code", _("不是查验码，应有 16 个字母或数字。"))])
    row = session.scalar(
        select(LedgerEntry).where(LedgerEntry.ballot_id == ballot_id, LedgerEntry.campaign_id == campaign.id)
    )
    if row is None:
        raise ProblemsFound([Problem("code", _("本活动的台账中没有这张选票；刚投出的请稍等几秒。"))])
    query = (
        select(Decision, DecisionBallot.before, DecisionBallot.after)
        .join(
            DecisionBallot,
            (DecisionBallot.campaign_id == Decision.campaign_id) & (DecisionBallot.number == Decision.number),
        )
        .where(DecisionBallot.campaign_id == campaign.id, DecisionBallot.seq == row.seq)
        .order_by(Decision.number)
    )
    sizes = sizes_of(session, campaign.id)
    return BallotStanding(
        code=tracking_code(ballot_id),
        cast_at=row.cast_at,
        channel=row.channel,
        standing=STANDING_NAMES[row.standing],
        held_by_gate=row.held,
        leaf_index=row.leaf_index,
        decisions=[
            BallotDecision(
                line_of(decision, sizes.get(decision.number, 0)),
                STANDING_NAMES[before],
                STANDING_NAMES[after],
            )
            for decision, before, after in session.execute(query)
            if not to_judge_first(session, campaign, decision, official)
        ],
    )


# ---- what waits


def decisions_waiting(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """Proposals that this official may confirm: of others, in campaigns where they are of the committee."""
    if not official.has("committee"):
        return None
    query = (
        select(Decision, Campaign.slug, Campaign.title)
        .join(Campaign, Campaign.id == Decision.campaign_id)
        .where(Decision.state == PROPOSED, Decision.proposed_by_key != person_key(official.name))
        .order_by(Decision.proposed_at)
    )
    lines = tuple(
        DeskLine(
            _("%(number)s（%(kind)s）由 %(who)s 提出，等待您或另一名评委确认 · %(title)s",
              number=shown_number(decision.number), kind=KIND_NAMES[decision.kind], who=decision.proposed_by, title=title),
            f"/desk/campaigns/{slug}/decisions/{shown_number(decision.number)}",
        )
        for decision, slug, title in session.execute(query)
        if official.may(slug, "committee")
    )  # fmt: skip
    return DeskSection(_("对选票的决定"), lines) if lines else None
