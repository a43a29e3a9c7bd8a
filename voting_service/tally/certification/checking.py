"""Before a tally is put to the committee: counted in several ways, and box, ledger and log compared.

It is counted from the ledger as the log stood at one size; the prepared figures, which followed the ledger by other code,
and the database, which adds up the rows by itself, must say the same; and reconciling compares every row with its entry in
the log. Anything that does not fit is said, and nothing can be proposed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...campaigns.models import CLOSED, Campaign
from ...campaigns.queries import campaign_by_slug
from ...candidates.departures import ballot_roster
from ...committee.members import Member, committee_members
from ...committee.quorum import QuorumRule, quorum_of
from ...errors import Problem, ProblemsFound
from ...ledger import COUNTED, HELD, LedgerEntry, choices_of
from ...recorder.drain import Stores, publish
from ...text import _
from ...transparency.entries import canonical_json
from ...transparency.models import Log
from ..count import STANDINGS, Tally
from ..decisions.models import PROPOSED, Decision
from ..decisions.queries import last_sequence
from ..figures.prepared import counts_now
from ..ledger_reads import Progress, no_progress, tally_ledger
from ..reconcile import reconcile
from .models import Certification
from .queries import certified_problems, proposed, shown_number

MOST_LISTED = 5
WALKS = 4
"""Log, ledger beside it, prepared figures, tally."""


@dataclass(frozen=True)
class Checked:
    """What would be put to the members, and to whom."""

    tally: Tally
    document: bytes
    sha256: str
    log_size: int
    checkpoint: str
    decisions: int
    members: tuple[Member, ...]
    rule: QuorumRule

    @property
    def held(self) -> int:
        """Ballots that nobody has decided upon."""
        return self.tally.ballots[HELD]

    @property
    def needed(self) -> int:
        """So many must sign."""
        return self.rule.present_needed(len(self.members))


def check(stores: Stores, slug: str, progress: Progress = no_progress) -> Checked:
    """Count and compare; takes as long as ``WALKS`` walks through ledger or log, each of which tells ``progress`` how far it
    is. Raises ProblemsFound, NotFound, BoxUnavailable."""
    with stores.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        if found := problems_before_proposing(session, campaign):
            raise ProblemsFound(found)
    # What was entered last may wait for its signature yet.
    publish(stores, campaign.id)
    compared = reconcile(stores.database, stores.box, slug, progress)
    if compared.differences:
        listed = list(compared.differences[:MOST_LISTED])
        raise ProblemsFound(
            [
                *listed,
                Problem("", _("票箱、台账、日志对不上，不能提请认定。"), _("请先运行 voting-service reconcile。")),
            ]
        )  # fmt: skip
    with stores.database.read() as session:
        return _count(session, campaign_by_slug(session, slug), progress)


def problems_before_proposing(session: Session, campaign: Campaign) -> list[Problem]:
    """What keeps a tally from being put to the committee, as far as it shows without counting."""
    found = certified_problems(session, campaign.id)
    if campaign.phase != CLOSED:
        found.append(Problem(campaign.slug, _("投票还没有结束。")))
    before = proposed(session, campaign.id)
    if before is not None and not is_stale(session, before):
        found.append(
            Problem(shown_number(before.number), _("已经提请认定，正在等待签认。"), _("要重新提请，请先撤回它。"))
        )  # fmt: skip
    found += pending_problems(session, campaign.id)
    members = committee_members(session, campaign.slug)
    if quorum_of(campaign.plan).present_needed(len(members)) > len(members):
        found.append(
            Problem("", _("评委只有 %(n)s 人，不能认定。", n=len(members)), _("请管理员先给评委设置角色。"))
        )
    return found


def pending_problems(session: Session, campaign_id: int) -> list[Problem]:
    """Decisions that are proposed and neither confirmed nor withdrawn: after certifying, nobody could confirm them."""
    waiting = session.scalar(
        select(func.count())
        .select_from(Decision)
        .where(Decision.campaign_id == campaign_id, Decision.state == PROPOSED)
    )
    if not waiting:
        return []
    return [
        Problem(
            "", _("还有 %(n)s 项对选票的处理已经提出、没有确认。", n=waiting), _("请先确认或者撤回它们。")
        )
    ]


def is_stale(session: Session, certification: Certification) -> bool:
    """Whether ballots have been decided upon since: then it is not this tally any more."""
    return last_sequence(session, certification.campaign_id) != certification.decisions


def recount_problems(session: Session, campaign: Campaign, tally: Tally) -> list[Problem]:
    """Where the prepared figures with all that has happened since, or the ledger as the database itself adds it up, say
    otherwise than a tally: the one would not see a row that was changed past us, the other shares no code with either."""
    for votes, standings in (counts_now(session, campaign.id), _added_up(session, campaign.id)):
        same_ballots = all(standings[standing] == tally.ballots[standing] for standing in STANDINGS)
        if not same_ballots or {n: votes[n] for n in tally.counted()} != tally.counted():
            return [
                Problem(
                    campaign.slug,
                    _("独立计票的结果不同，不能认定。"),
                    _("请运行 voting-service reconcile。"),
                )
            ]
    return []


def _added_up(session: Session, campaign_id: int) -> tuple[Counter[int], Counter[str]]:
    """Counted votes by candidate and ballots by standing, of every row: one walk."""
    query = (
        select(LedgerEntry.standing, LedgerEntry.choices, func.count())
        .where(LedgerEntry.campaign_id == campaign_id)
        .group_by(LedgerEntry.standing, LedgerEntry.choices)
    )
    votes, standings = Counter[int](), Counter[str]()
    for standing, choices, count in session.execute(query):
        standings[standing] += count
        if standing == COUNTED:
            for number in choices_of(choices):
                votes[number] += count
    return votes, standings


def _count(session: Session, campaign: Campaign, progress: Progress) -> Checked:
    public_log = session.get_one(Log, campaign.id)
    size, checkpoint = public_log.signed_size, public_log.checkpoint or ""
    numbers = [candidate.number for candidate in ballot_roster(session, campaign.id)]
    tally = tally_ledger(session, campaign.id, numbers, campaign.rules.zone, progress, leaves=size)
    if found := recount_problems(session, campaign, tally):
        raise ProblemsFound(found)
    return checked_of(session, campaign, tally, size, checkpoint)


def checked_of(session: Session, campaign: Campaign, tally: Tally, log_size: int, checkpoint: str) -> Checked:
    """A tally of this size of the log, for the members of today."""
    document = canonical_json(tally.to_json())
    members: Sequence[Member] = committee_members(session, campaign.slug)
    return Checked(
        tally, document, sha256(document).hexdigest(), log_size, checkpoint,
        last_sequence(session, campaign.id), tuple(members), quorum_of(campaign.plan),
    )  # fmt: skip
