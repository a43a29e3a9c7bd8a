"""Correcting a profile that voting has frozen: one official proposes the texts with a public reason, another confirms, and
it becomes the next version. The old one stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.officials import ActingOfficial
from ...activity import journal
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...errors import NotFound, Problem, ProblemsFound
from ...text import _
from ...two_people import CONFIRMED, DROPPED, PROPOSED
from ..models import Candidate
from ..personal_data import contact_data_in
from ..queries import candidate_by_number
from .document import Profile, as_profile, changed_fields, profile_of, text_problems
from .models import ProfileCorrection, ProfileVersion
from .versions import add_version

LONGEST_REASON = 200


def check_correction(
    session: Session, campaign: Campaign, candidate: Candidate, texts: Mapping[str, str], reason: str
) -> Profile:
    """The profile as it would say. Raises ProblemsFound with everything that keeps it from being proposed."""
    before, after = profile_of(candidate), profile_of(candidate, texts)
    problems = text_problems(texts)
    if not campaign.frozen:
        problems.append(Problem("", _("投票还没有开始，请直接修改候选人表后重新导入。")))
    if before == after:
        problems.append(Problem("", _("没有改动。")))
    if pending_correction(session, candidate) is not None:
        problems.append(Problem("", _("已有一项更正等待确认，请先确认或作罢。")))
    problems += _reason_problems(reason)
    if problems:
        raise ProblemsFound(problems)
    return after


def propose_correction(
    session: Session, slug: str, number: int, texts: Mapping[str, str], reason: str, *, at: datetime,
    official: ActingOfficial,
) -> ProfileCorrection:  # fmt: skip
    """Nothing changes until another official confirms it. Raises ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    candidate = candidate_by_number(session, campaign.id, number)
    after = check_correction(session, campaign, candidate, texts, reason)
    before = profile_of(candidate)
    correction = ProfileCorrection(
        candidate_id=candidate.id, replaces=before.sha256, document=after.document, sha256=after.sha256,
        reason=reason.strip(), state=PROPOSED, proposed_by=official.id, proposed_at=at,
    )  # fmt: skip
    session.add(correction)
    session.flush()
    journal(session, at=at, actor=official.name, act="propose_correction", subject=f"{slug}/{number}",
            details={"correction": correction.id, "fields": list(changed_fields(before, after)),
                     "sha256": after.sha256, "reason": correction.reason})  # fmt: skip
    return correction


def confirm_correction(
    session: Session, slug: str, number: int, seen: str, *, at: datetime, official: ActingOfficial
) -> ProfileVersion:
    """The second person. ``seen``: SHA-256 of the text that they have read. Raises ProblemsFound, NotFound. The caller
    commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    candidate = candidate_by_number(session, campaign.id, number)
    correction = _pending(session, candidate)
    problems = []
    if correction.proposed_by == official.id:
        problems.append(Problem("", _("提出和确认必须是两个人；这项是您提出的。")))
    if correction.sha256 != seen or correction.replaces != profile_of(candidate).sha256:
        problems.append(Problem("", _("这项更正在您查看之后有了变化，请重新核对。")))
    if problems:
        raise ProblemsFound(problems)
    correction.state, correction.confirmed_by, correction.confirmed_at = CONFIRMED, official.id, at
    made = add_version(
        session, campaign, candidate, as_profile(correction.document), at=at, by=official.name, reason=correction.reason
    )  # fmt: skip
    journal(session, at=at, actor=official.name, act="confirm_correction", subject=f"{slug}/{number}",
            details={"correction": correction.id, "version": made.version, "sha256": made.sha256})  # fmt: skip
    return made


def drop_correction(
    session: Session, slug: str, number: int, *, at: datetime, official: ActingOfficial
) -> None:
    """Let a proposal go. Raises NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    correction = _pending(session, candidate_by_number(session, campaign.id, number))
    correction.state = DROPPED
    journal(session, at=at, actor=official.name, act="drop_correction", subject=f"{slug}/{number}",
            details={"correction": correction.id})  # fmt: skip


def pending_correction(session: Session, candidate: Candidate) -> ProfileCorrection | None:
    """The one that waits for a second person."""
    return session.scalar(
        select(ProfileCorrection).where(
            ProfileCorrection.candidate_id == candidate.id, ProfileCorrection.state == PROPOSED
        )
    )


def _pending(session: Session, candidate: Candidate) -> ProfileCorrection:
    correction = pending_correction(session, candidate)
    if correction is None:
        raise NotFound(_("没有等待确认的更正，可能已经办好或作罢。"))
    return correction


def _reason_problems(reason: str) -> list[Problem]:
    reason = reason.strip()
    if not reason:
        return [Problem("reason", _("请写明更正的原因，它会公布在候选人主页上。"))]
    problems = []
    if len(reason) > LONGEST_REASON:
        most = LONGEST_REASON
        problems.append(Problem("reason", _("有 %(n)s 个字，最多 %(most)s 个字。", n=len(reason), most=most)))
    if found := contact_data_in(reason):
        problems.append(Problem("reason", found, _("原因会公开，请删去。")))
    return problems
