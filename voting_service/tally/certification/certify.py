"""Proposing a tally, signing it, and certifying: with the signature that makes the quorum, ``certified`` is in the log.

That signature's transaction is the commit point: signature, log entry, state and minutes. A crash before it leaves a
proposal that lacks one signature; a crash after it leaves a checkpoint that does not cover the entry yet, which the
recorder's next turn mends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...clock import rfc3339
from ...committee.drafting import line_problems
from ...committee.minutes import freeze_minutes
from ...committee.models import CERTIFICATION
from ...committee.rules import LONGEST_REASON
from ...errors import Problem, ProblemsFound
from ...recorder.drain import Stores, publish
from ...text import _
from ...transparency import entries, log
from ...transparency.models import Log
from ...webhooks.outbox import announce
from ..count import STANDINGS
from .asking import found_good
from .checking import (
    Checked,
    is_stale,
    pending_problems,
    problems_before_proposing,
    recount_problems,
)
from .minutes import certification_document
from .models import (
    CERTIFIED,
    PROPOSED,
    SUPERSEDED,
    WITHDRAWN,
    Certification,
    CertificationMember,
    CertificationSignature,
)
from .queries import (
    certification_by_number,
    members_of,
    proposed,
    shown_number,
    signatures_of,
    tally_of,
)


@dataclass(frozen=True)
class Proposing:
    """Who puts which tally to the members."""

    seen: str
    """The hash of the last look."""
    held_acknowledged: bool
    official: ActingOfficial


def carry_out_proposal(stores: Stores, slug: str, wanted: Proposing) -> int:
    """Put to the members what the latest check found, after adding up the ledger once more; gives the number. Pressed twice,
    it is done once. Raises ProblemsFound, NotFound."""
    at = stores.clock.now()
    with stores.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        if (number := _already_proposed(session, campaign, wanted)) is not None:
            return number
        checked = found_good(session, campaign, at)
        if found := _proposal_problems(session, campaign, checked, wanted):
            raise ProblemsFound(found)
        # A walk through every row: not in the transaction that writes, for which everybody else's recording would wait.
        if found := recount_problems(session, campaign, checked.tally):
            raise ProblemsFound(found)
    with stores.database.write() as session:
        campaign = campaign_by_slug(session, slug, lock=True)
        return propose(session, slug, found_good(session, campaign, at), wanted, at=at).number


def propose(
    session: Session, slug: str, checked: Checked, wanted: Proposing, *, at: datetime
) -> Certification:
    """Put a checked tally to the members; whoever proposes signs with it. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    if found := _proposal_problems(session, campaign, checked, wanted):
        raise ProblemsFound(found)
    before, official = proposed(session, campaign.id), wanted.official
    if before is not None:
        before.state, before.ended_at = SUPERSEDED, at
        session.flush()
    made = _add(session, campaign, checked, wanted, at=at)
    _sign(session, made, at, official)
    journal(session, at=at, actor=official.name, act="propose_certification", subject=slug,
            details={"certification": shown_number(made.number), "sha256": made.sha256, "log_size": made.log_size,
                     "held": made.held, "members": made.members, "needed": made.needed})  # fmt: skip
    return made


def _already_proposed(session: Session, campaign: Campaign, wanted: Proposing) -> int | None:
    open_one = proposed(session, campaign.id)
    same = open_one is not None and open_one.sha256 == wanted.seen and not is_stale(session, open_one)
    if open_one is None or not same or wanted.official.id not in signatures_of(session, open_one):
        return None
    return open_one.number


def _proposal_problems(
    session: Session, campaign: Campaign, checked: Checked, wanted: Proposing
) -> list[Problem]:
    found = problems_before_proposing(session, campaign)
    if wanted.official.id not in {member.official_id for member in checked.members}:
        found.append(Problem("", _("只有本评选的评委可以提请认定。")))
    if wanted.seen != checked.sha256:
        found.append(Problem("", _("计票结果与您刚才看到的不同，请重新核对。")))
    if checked.held and not wanted.held_acknowledged:
        found.append(
            Problem("held", _("还有 %(n)s 张待核选票，认定后不能再处理，也不计入。请勾选确认。", n=checked.held))
        )  # fmt: skip
    return found


def carry_out_signature(
    stores: Stores, slug: str, number: int, *, seen: str, official: ActingOfficial
) -> bool:
    """Sign, and where that makes the quorum, certify and publish; tells whether it did. Raises ProblemsFound, NotFound."""
    with stores.database.write() as session:
        signed = sign(session, slug, number, seen=seen, at=stores.clock.now(), official=official)
        certified, campaign_id = signed.state == CERTIFIED, signed.campaign_id
    if certified:
        publish(stores, campaign_id)
    return certified


def sign(
    session: Session, slug: str, number: int, *, seen: str, at: datetime, official: ActingOfficial
) -> Certification:
    """A member confirms the tally with the hash that they saw. Raises ProblemsFound, NotFound. The caller commits, then
    signs the log."""
    # The campaign is locked, as whoever decides on ballots locks it: neither can overtake the other.
    campaign = campaign_by_slug(session, slug, lock=True)
    certification = certification_by_number(session, campaign.id, number)
    if found := _signing_problems(session, campaign, certification, seen, official):
        raise ProblemsFound(found)
    _sign(session, certification, at, official)
    journal(session, at=at, actor=official.name, act="sign_certification", subject=slug,
            details={"certification": shown_number(number), "sha256": seen})  # fmt: skip
    if len(signatures_of(session, certification)) >= certification.needed:
        _certify(session, campaign, certification, at)
    return certification


def withdraw(
    session: Session, slug: str, number: int, reason: str, *, at: datetime, official: ActingOfficial
) -> None:
    """A member takes a proposal back, for a reason; it stays on record. Raises ProblemsFound, NotFound. The caller
    commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    certification = certification_by_number(session, campaign.id, number)
    found = line_problems("reason", reason, LONGEST_REASON, _("请写明为什么撤回。"))
    if certification.state != PROPOSED:
        found.append(Problem(shown_number(number), _("已经认定或已撤回。")))
    if official.id not in members_of(session, certification):
        found.append(Problem("", _("您不在这次认定的评委名单上。")))
    if found:
        raise ProblemsFound(found)
    certification.state, certification.ended_at = WITHDRAWN, at
    certification.ended_by, certification.end_reason = official.id, reason.strip()
    journal(session, at=at, actor=official.name, act="withdraw_certification", subject=slug,
            details={"certification": shown_number(number), "reason": certification.end_reason})  # fmt: skip


def _signing_problems(
    session: Session, campaign: Campaign, certification: Certification, seen: str, official: ActingOfficial
) -> list[Problem]:
    shown = shown_number(certification.number)
    if certification.state != PROPOSED:
        return [Problem(shown, _("已经认定或已撤回，不能再签认。"))]
    if is_stale(session, certification):
        return [Problem(shown, _("提请以后对选票又有决定，这次提请已经失效。"), _("请重新核对并提请认定。"))]
    found = pending_problems(session, campaign.id)
    if official.id not in members_of(session, certification):
        found.append(Problem("", _("您不在这次认定的评委名单上。"), _("名单在提请时确定，之后加入的不计。")))
    elif official.id in signatures_of(session, certification):
        found.append(Problem("", _("您已经签认过。")))
    if seen != certification.sha256:
        found.append(Problem("", _("计票结果与您刚才看到的不同，请重新核对。")))
    return found


def _add(
    session: Session, campaign: Campaign, checked: Checked, wanted: Proposing, *, at: datetime
) -> Certification:
    # The campaign is locked: no other proposal can take the same number.
    last = session.scalar(
        select(func.max(Certification.number)).where(Certification.campaign_id == campaign.id)
    )
    made = Certification(
        campaign_id=campaign.id, number=(last or 0) + 1, state=PROPOSED, log_size=checked.log_size,
        checkpoint=checked.checkpoint, decisions=checked.decisions, document=checked.document, sha256=checked.sha256,
        held=checked.held, held_acknowledged=wanted.held_acknowledged, members=len(checked.members), needed=checked.needed,
        present_rule=str(checked.rule.present), proposed_by=wanted.official.id, proposed_at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.add_all(
        CertificationMember(campaign_id=campaign.id, number=made.number, official_id=one, name=name)
        for one, name in checked.members
    )
    session.flush()
    return made


def _sign(session: Session, certification: Certification, at: datetime, official: ActingOfficial) -> None:
    session.add(
        CertificationSignature(
            campaign_id=certification.campaign_id, number=certification.number, official_id=official.id, at=at,
            sha256=certification.sha256,
        )
    )  # fmt: skip
    session.flush()


def _certify(session: Session, campaign: Campaign, certification: Certification, at: datetime) -> None:
    tally, shown = tally_of(certification.document), shown_number(certification.number)
    if found := recount_problems(session, campaign, tally):
        raise ProblemsFound(found)
    signed = signatures_of(session, certification)
    counted = {str(number): count for number, count in tally.counted().items()}
    ballots = {standing: tally.ballots[standing] for standing in STANDINGS}
    entry = {
        "type": "certified", "at": rfc3339(at), "tally": counted, "certification": shown, "ballots": ballots,
        "members": certification.members, "signed": len(signed), "tally_sha256": certification.sha256,
        "log_size": certification.log_size,
    }  # fmt: skip
    public_log = session.get_one(Log, campaign.id, with_for_update=True)
    certification.leaf_index = log.append(session, public_log, [entries.encode(entry)])
    certification.state, certification.certified_at = CERTIFIED, at
    # The archive is to hold the entry too, and the pages its date; publication makes both anew.
    campaign.counts_json = None
    campaign.version += 1
    session.flush()
    names = members_of(session, certification)
    freeze_minutes(
        session, campaign.id, CERTIFICATION, certification.number,
        certification_document(session, campaign, certification, tally),
        signers={one: names[one] for one in signed}, needed=len(signed), at=at,
    )  # fmt: skip
    announce(session, "tally.certified", campaign.slug, entry, at=at)
    journal(session, at=at, actor="schedule", act="certify_tally", subject=campaign.slug,
            details={"certification": shown, "sha256": certification.sha256, "leaf_index": certification.leaf_index})  # fmt: skip
