"""Reviewing profiles before voting: a reviewer passes one or returns it with remarks. A review is of the text that was read;
a change since leaves it one of another text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.models import Official, OfficialRole
from ...accounts.officials import EVERYWHERE, ActingOfficial
from ...activity import journal
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...errors import NotFound, Problem, ProblemsFound
from ...read_ahead import ReadOf
from ...text import Text, _
from ..models import Candidate
from ..queries import candidate_by_number
from .document import profile_of
from .models import ProfileReview

LONGEST_REMARKS = 500
ReviewState = Literal["unreviewed", "passed", "returned", "changed"]

STATE_WORDS: Mapping[ReviewState, Text] = {
    "unreviewed": _("待审核"),
    "passed": _("已通过"),
    "returned": _("已退回"),
    "changed": _("改后待审"),
}
STATE_TONES: Mapping[ReviewState, str] = {
    "unreviewed": "wait", "passed": "good", "returned": "bad", "changed": "wait",
}  # fmt: skip


class Review(NamedTuple):
    """Where a profile stands with its reviewers."""

    state: ReviewState
    remarks: str = ""
    """Of the latest review, where it returned the profile."""
    by: str = ""
    at: datetime | None = None


def review(
    session: Session, slug: str, number: int, *, seen: str, passed: bool, remarks: str, at: datetime,
    official: ActingOfficial,
) -> ProfileReview:  # fmt: skip
    """Take a review down. ``seen``: SHA-256 of the profile that was read. Raises ProblemsFound, and NotFound for a candidate
    of a unit that is not this reviewer's. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    candidate = candidate_by_number(session, campaign.id, number)
    if not may_review(official, slug, candidate):
        raise NotFound(_("没有这位候选人，或者不由您审核。"))
    problems = []
    if campaign.frozen:
        problems.append(Problem("", _("投票已经开始，主页已冻结，不再审核；有错请提出更正。")))
    elif profile_of(candidate).sha256 != seen:
        problems.append(Problem("", _("主页在您查看之后有了改动，请重新核对。")))
    if not passed and not remarks.strip():
        problems.append(Problem("remarks", _("退回时请写明要改什么。")))
    if len(remarks.strip()) > LONGEST_REMARKS:
        problems.append(Problem("remarks", _("最多 %(most)s 个字。", most=LONGEST_REMARKS)))
    if problems:
        raise ProblemsFound(problems)
    row = ProfileReview(campaign_id=campaign.id, number=number, sha256=seen, passed=passed, remarks=remarks.strip(),
                        at=at, official_id=official.id)  # fmt: skip
    session.add(row)
    session.flush()
    journal(session, at=at, actor=official.name, act="review_profile", subject=f"{slug}/{number}",
            details={"passed": passed, "sha256": seen})  # fmt: skip
    return row


def may_review(official: ActingOfficial, slug: str, candidate: Candidate) -> bool:
    """Whether this one's profile is theirs to review."""
    return official.may(slug, "reviewer", unit=candidate.organisation)


def _latest(
    session: Session, campaign_ids: Collection[int]
) -> Mapping[int, Mapping[int, tuple[ProfileReview, str]]]:
    rows = session.execute(
        select(ProfileReview, Official.name)
        .join(Official, Official.id == ProfileReview.official_id)
        .where(ProfileReview.campaign_id.in_(campaign_ids))
        .order_by(ProfileReview.id)
    )
    found: dict[int, dict[int, tuple[ProfileReview, str]]] = {one: {} for one in campaign_ids}
    for row, name in rows:
        found[row.campaign_id][row.number] = (row, name)
    return found


latest_reviews = ReadOf(_latest)
"""Candidate number → their latest review, and whose it was, of a campaign."""


def reviews_of(session: Session, campaign_id: int, candidates: Sequence[Candidate]) -> dict[int, Review]:
    """Candidate number → where their profile stands."""
    latest = latest_reviews(session, campaign_id)
    return {one.number: _standing(one, latest.get(one.number)) for one in candidates}


def _standing(candidate: Candidate, latest: tuple[ProfileReview, str] | None) -> Review:
    if latest is None:
        return Review("unreviewed")
    row, name = latest
    if row.sha256 != profile_of(candidate).sha256:
        return Review("changed", row.remarks, name, row.at)
    return Review("passed" if row.passed else "returned", row.remarks, name, row.at)


def _reviewed(session: Session, slugs: Collection[str]) -> Mapping[str, bool]:
    query = (
        select(OfficialRole.campaign_slug)
        .join(Official, Official.id == OfficialRole.official_id)
        .where(
            OfficialRole.role == "reviewer",
            OfficialRole.campaign_slug.in_((*slugs, EVERYWHERE)),
            Official.ended_at.is_(None),
        )
        .distinct()
    )
    found = set(session.scalars(query))
    return {slug: slug in found or EVERYWHERE in found for slug in slugs}


has_reviewers = ReadOf(_reviewed)
"""Whether anybody reviews profiles of a campaign, by its slug."""


def review_cautions(session: Session, campaign: Campaign, candidates: Sequence[Candidate]) -> list[Problem]:
    """Whose profile no reviewer has passed as it stands, where the campaign has reviewers: better known before opening, and
    no reason not to open."""
    if not has_reviewers(session, campaign.slug):
        return []
    found = reviews_of(session, campaign.id, candidates)
    return [
        Problem(
            f"{one.number} 号 {one.name}", _("主页%(state)s。", state=STATE_WORDS[found[one.number].state])
        )
        for one in candidates
        if found[one.number].state != "passed"
    ]
