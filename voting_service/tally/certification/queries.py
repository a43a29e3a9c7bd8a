"""What is certified, for whoever builds upon it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ...errors import NotFound, Problem
from ...read_ahead import ReadOf
from ...text import _
from ..count import Tally
from .models import CERTIFIED, PROPOSED, Certification, CertificationMember, CertificationSignature


@dataclass(frozen=True)
class CertifiedTally:
    """A tally that the committee has made official; ``tally.counted()`` is what the log's ``certified`` says."""

    number: int
    """Shown as ``C-0001``."""
    tally: Tally
    log_size: int
    """The size of the log that was counted; ``certified`` comes after it."""
    leaf_index: int
    """The entry ``certified`` in the log."""
    sha256: str
    """Of the tally's canonical JSON."""
    certified_at: datetime


def certified_tally(session: Session, campaign_id: int) -> CertifiedTally | None:
    """The certified tally; None as long as there is none."""
    row = certification_of(session, campaign_id)
    if row is None or row.leaf_index is None or row.certified_at is None:
        return None
    return CertifiedTally(
        row.number, tally_of(row.document), row.log_size, row.leaf_index, row.sha256, row.certified_at
    )


def certified_among(session: Session, campaign_ids: Collection[int]) -> Collection[int]:
    """Of these campaigns, those whose tally is certified."""
    query = select(Certification.campaign_id).where(
        Certification.campaign_id.in_(campaign_ids), Certification.state == CERTIFIED
    )
    return session.scalars(query).all()


def certified_problems(session: Session, campaign_id: int) -> list[Problem]:
    """Why nothing may be decided on ballots any more; empty as long as it may. Ask with the campaign locked."""
    row = certification_of(session, campaign_id)
    if row is None:
        return []
    return [
        Problem(
            shown_number(row.number),
            _("计票结果已经评审委员会认定并写入透明日志，不能再对选票作出决定。"),
            _("认定以后发现的问题，按公示异议和名单变动处理。"),
        )
    ]


def _in_state(state: str) -> ReadOf[int, Certification | None]:
    """There is one at most of those proposed and of those certified."""

    def read(session: Session, campaign_ids: Collection[int]) -> Mapping[int, Certification | None]:
        rows = session.scalars(
            select(Certification).where(
                Certification.campaign_id.in_(campaign_ids), Certification.state == state
            )
        )
        return dict.fromkeys(campaign_ids) | {row.campaign_id: row for row in rows}

    return ReadOf(read)


proposed = _in_state(PROPOSED)
"""The proposal of a campaign that is before the members now, stale or not."""
certification_of = _in_state(CERTIFIED)
"""The certification of a campaign's tally."""


def certification_by_number(session: Session, campaign_id: int, number: int) -> Certification:
    """One of a campaign. Raises NotFound."""
    found = session.get(Certification, (campaign_id, number))
    if found is None:
        raise NotFound(_("没有编号为 %(number)s 的认定。", number=shown_number(number)))
    return found


def certifications_of(session: Session, campaign_id: int) -> list[Certification]:
    """All of a campaign, the latest first."""
    query = (
        select(Certification)
        .where(Certification.campaign_id == campaign_id)
        .order_by(Certification.number.desc())
    )
    return list(session.scalars(query))


def members_of(session: Session, certification: Certification) -> dict[int, str]:
    """Official → name, of the members that it was put to, in the order of the register."""
    query = (
        select(CertificationMember.official_id, CertificationMember.name)
        .where(CertificationMember.campaign_id == certification.campaign_id)
        .where(CertificationMember.number == certification.number)
        .order_by(CertificationMember.official_id)
    )
    return dict(session.execute(query).all())


def awaiting_signature(session: Session, official_id: int) -> set[tuple[int, int]]:
    """Campaign and number of every certification that was put to somebody and that they have not signed."""
    signed = exists().where(
        CertificationSignature.campaign_id == CertificationMember.campaign_id,
        CertificationSignature.number == CertificationMember.number,
        CertificationSignature.official_id == official_id,
    )
    query = select(CertificationMember.campaign_id, CertificationMember.number).where(
        CertificationMember.official_id == official_id, ~signed
    )
    return {(campaign_id, number) for campaign_id, number in session.execute(query)}


def signatures_of(session: Session, certification: Certification) -> dict[int, datetime]:
    """Official → when they signed, in that order."""
    query = (
        select(CertificationSignature.official_id, CertificationSignature.at)
        .where(CertificationSignature.campaign_id == certification.campaign_id)
        .where(CertificationSignature.number == certification.number)
        .order_by(CertificationSignature.at, CertificationSignature.official_id)
    )
    return dict(session.execute(query).all())


def shown_number(number: int) -> str:
    """A certification's number as people and the log say it: ``C-0001``."""
    return f"C-{number:04}"


def tally_of(document: bytes) -> Tally:
    """The tally from its canonical JSON."""
    return Tally.from_json(json.loads(document))
