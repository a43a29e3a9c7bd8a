"""A campaign's profiles as voting froze them and as they were corrected since: version 1 for everyone, written at opening."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...campaigns.models import Campaign
from ..models import Candidate
from .document import Profile, as_profile, changed_fields, profile_of
from .models import ProfileVersion

BEFORE_VERSIONS = "system"
"""By whom a first version is where voting had been opened before there were any."""


def freeze_profiles(session: Session, candidates: Iterable[Candidate], *, at: datetime, by: str) -> None:
    """Version 1 of each. A part of opening, in its transaction."""
    for candidate in candidates:
        _add(session, candidate, 1, profile_of(candidate), at, by, "")


def versions_of(session: Session, candidate: Candidate) -> Sequence[ProfileVersion]:
    """The first first; none before opening."""
    found = select(ProfileVersion).where(ProfileVersion.candidate_id == candidate.id)
    return session.scalars(found.order_by(ProfileVersion.version)).all()


def add_version(
    session: Session, campaign: Campaign, candidate: Candidate, profile: Profile, *, at: datetime, by: str, reason: str
) -> ProfileVersion:  # fmt: skip
    """The next version, and the candidate as it says. The campaign is locked by the caller, and shows it from then on."""
    known = versions_of(session, candidate)
    if not known:
        first = _add(
            session, candidate, 1, profile_of(candidate), campaign.opened_at or at, BEFORE_VERSIONS, ""
        )
        known = [first]
    before = as_profile(known[-1].document)
    for field in changed_fields(before, profile):
        setattr(candidate, field, profile.text(field))
    campaign.version += 1
    made = _add(session, candidate, known[-1].version + 1, profile, at, by, reason)
    session.flush()
    return made


def corrections_in(
    session: Session, campaign_id: int
) -> dict[int, list[tuple[datetime, tuple[str, ...], str]]]:
    """Candidate number → when which texts were corrected and why, the first first. Only those who were."""
    corrected = select(ProfileVersion.candidate_id).where(ProfileVersion.version > 1)
    query = (
        select(Candidate.number, ProfileVersion)
        .join(ProfileVersion, ProfileVersion.candidate_id == Candidate.id)
        .where(Candidate.campaign_id == campaign_id, Candidate.id.in_(corrected))
        .order_by(Candidate.number, ProfileVersion.version)
    )
    found: dict[int, list[tuple[datetime, tuple[str, ...], str]]] = {}
    before: dict[int, Profile] = {}
    for number, version in session.execute(query):
        profile = as_profile(version.document)
        if version.version > 1:
            fields = changed_fields(before[number], profile)
            found.setdefault(number, []).append((version.at, fields, version.reason))
        before[number] = profile
    return found


def _add(
    session: Session, candidate: Candidate, version: int, profile: Profile, at: datetime, by: str, reason: str
) -> ProfileVersion:
    row = ProfileVersion(
        candidate_id=candidate.id, version=version, document=profile.document, sha256=profile.sha256, at=at, by=by,
        reason=reason,
    )  # fmt: skip
    session.add(row)
    return row
