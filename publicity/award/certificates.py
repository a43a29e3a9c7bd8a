"""Certificates: found by their code, revoked by two people with a reason that the public reads."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.personal_data import personal_data_in
from voting_service.errors import NotFound, Problem, ProblemsFound
from voting_service.text import _

from .models import ISSUED, REVOKED, REVOKING, Certificate

LONGEST_REASON = 200
_TYPED = re.compile(r"[\s\-]")


def code_typed(text: str) -> str:
    """A code however it was typed: without hyphens and blanks, in capitals."""
    return _TYPED.sub("", text).upper()[:40]


def shown_code(code: str) -> str:
    """As it is printed: ``ABCD-EFGH-JKMN``."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def certificate_by_code(session: Session, slug: str, code: str, *, lock: bool = False) -> Certificate:
    """The certificate of a campaign. Raises NotFound, with one sentence for whatever does not exist."""
    campaign = campaign_by_slug(session, slug)
    query = select(Certificate).where(
        Certificate.campaign_id == campaign.id, Certificate.code == code_typed(code)
    )
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(
            _("没有这个查验码的证书。"), _("请核对证书左下角的查验码；也可能是伪造的，请向主办单位核实。")
        )
    return found


def propose_revocation(
    session: Session, slug: str, code: str, reason: str, *, at: datetime, official: ActingOfficial
) -> Certificate:
    """Propose to revoke. Raises ProblemsFound, NotFound. The caller commits."""
    found = certificate_by_code(session, slug, code, lock=True)
    problems = [] if found.state == ISSUED else [Problem("reason", _("已经提出撤销，或者已经撤销。"))]
    plain = " ".join(reason.split())
    if not plain:
        problems.append(Problem("reason", _("请写明理由；它会显示在查验页上。")))
    if len(plain) > LONGEST_REASON:
        problems.append(
            Problem("reason", _("有 %(n)s 个字，最多 %(most)s 个字。", n=len(plain), most=LONGEST_REASON))
        )
    if personal := personal_data_in(plain):
        problems.append(Problem("reason", personal))
    if not official.may(slug, "operator", "committee"):
        problems.append(Problem("", _("撤销证书由经办人或评委提出。")))
    if problems:
        raise ProblemsFound(problems)
    found.state, found.revoke_reason, found.revoke_proposed_by = REVOKING, plain, official.id
    _note(session, slug, found, "propose_revocation", at, official)
    return found


def decide_revocation(
    session: Session, slug: str, code: str, *, revoke: bool, at: datetime, official: ActingOfficial
) -> Certificate:
    """Confirm that it is revoked, or leave it standing. Raises ProblemsFound, NotFound. The caller commits."""
    found = certificate_by_code(session, slug, code, lock=True)
    problems = [] if found.state == REVOKING else [Problem("", _("没有待确认的撤销。"))]
    if not official.may(slug, "committee"):
        problems.append(Problem("", _("撤销证书由评委确认。")))
    if revoke and official.id == found.revoke_proposed_by:
        problems.append(Problem("", _("提出和确认必须是两个人。"), _("请另一名评委确认。")))
    if problems:
        raise ProblemsFound(problems)
    if revoke:
        found.state, found.revoked_by, found.revoked_at = REVOKED, official.id, at
    else:
        found.state, found.revoke_reason, found.revoke_proposed_by = ISSUED, None, None
    _note(session, slug, found, "revoke_certificate" if revoke else "keep_certificate", at, official)
    return found


def _note(
    session: Session, slug: str, one: Certificate, act: str, at: datetime, official: ActingOfficial
) -> None:
    journal(session, at=at, actor=official.name, act=act, subject=f"{slug}/certificate-{one.number}",
            details={"reason": one.revoke_reason})  # fmt: skip
