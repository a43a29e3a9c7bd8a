"""Lodging (提出异议): the one verb by which an objection comes in online, whole or not at all.

Whether the notice still takes objections is decided by the server's clock, read while the notice's row is locked: closing
waits for it or comes before it. The commit is the caller's; before it nothing is visible, after it the acknowledgement is
good, and the same form posted again gives the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from voting_service.activity import journal
from voting_service.attachments.examine import Examined
from voting_service.attachments.store import Keeping
from voting_service.campaigns.models import Campaign

from ..docket.form import Claim
from ..docket.lodging import Arrival, Books, Lodged, locked_notice, lodged_before, write_objection
from ..docket.numbers import DocketDigests
from ..notices.rules import acceptance

OBJECTOR = "objector"
"""The actor in the journal: whoever it was."""


@dataclass(frozen=True)
class NotTaken:
    """The notice took no objections any more at the moment when this one came."""

    at: datetime


def lodge(
    session: Session,
    books: Books,
    campaign: Campaign,
    claim: Claim,
    keeping: Keeping,
    files: Sequence[Examined],
) -> Lodged | NotTaken:
    """Take one objection. ``files``: the unit's stamp first where it needs one, then the evidence. The caller commits, inside
    of ``keeping``."""
    digests = DocketDigests.of(campaign, books.keyring)
    if repeated := lodged_before(session, books, digests, claim.submission, claim, len(files)):
        return repeated
    notice = locked_notice(session, campaign, claim.notice)
    now = books.clock.now()
    if acceptance(notice, now) != "open":
        return NotTaken(now)
    done = write_objection(session, books, digests, notice, claim, Arrival(now, now), keeping, files)
    if done.new:
        journal(session, at=now, actor=OBJECTOR, act="lodge_objection", subject=done.docket_number,
                details={"campaign": campaign.slug, "notice": notice.number, "kind": claim.kind})  # fmt: skip
    return done
