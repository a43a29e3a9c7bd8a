"""Lodging (提出异议): the one verb by which an objection comes in, whole or not at all.

Whether the notice still takes objections is decided by the server's clock, read while the notice's row is locked: closing
waits for it or comes before it. The commit is the caller's; before it nothing is visible, after it the acknowledgement is
good, and the same form posted again gives the same one.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting_service.activity import journal
from voting_service.attachments.examine import Examined
from voting_service.attachments.store import Keeping
from voting_service.campaigns.models import Campaign
from voting_service.clock import Clock
from voting_service.encryption import Keyring
from voting_service.workdays import Calendar

from ..docket.models import DocketAttachment, Objection
from ..docket.numbers import DocketDigests, new_docket_number
from ..docket.record import append_entry
from ..docket.sealing import (
    objection_place,
    open_heading,
    open_identity,
    open_matter,
    seal_value,
)
from ..notices.models import Notice
from ..notices.rules import acceptance
from .form import Claim
from .offers import on_offer

OBJECTOR = "objector"
"""The actor in the journal: whoever it was."""


@dataclass(frozen=True)
class Books:
    """What lodging works with."""

    keyring: Keyring
    calendar: Calendar
    zone: ZoneInfo
    clock: Clock


@dataclass(frozen=True)
class Lodged:
    """An acknowledgement."""

    docket_number: str
    passcode: str
    """Twelve signs without dashes. Kept nowhere."""
    received_at: datetime
    reply_by: date
    provisional: bool
    """Whether ``reply_by`` may still move, since a year's arrangement is missing."""
    files: int
    """How many came with it."""
    new: bool = True
    """False where this form had been received before."""
    same: bool = True
    """False where what was received before said something else: the first is what counts, more can be added."""


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
    notice = _locked(session, campaign, claim.notice)
    now = books.clock.now()
    if acceptance(notice, now) != "open":
        return NotTaken(now)
    for _attempt in range(8):
        try:
            with session.begin_nested():
                objection = _row(books, digests, notice, claim, now)
                session.add(objection)
            break
        except IntegrityError:
            # The same form twice at once: the other was first. Or else a number that is taken already.
            if repeated := lodged_before(session, books, digests, claim.submission, claim, len(files)):
                return repeated
    else:
        raise RuntimeError("no docket number is free")
    attachments = [keeping.put(session, one, now).id for one in files]
    append_entry(session, books.keyring, objection, "lodged", at=now, shown=True, attachments=attachments)
    journal(session, at=now, actor=OBJECTOR, act="lodge_objection", subject=objection.docket_number,
            details={"campaign": campaign.slug, "notice": notice.number, "kind": claim.kind})  # fmt: skip
    passcode = digests.new_passcode(claim.submission)
    return Lodged(objection.docket_number, passcode, now, objection.reply_by,
                  is_provisional(books, now, objection.reply_by), len(files))  # fmt: skip


def lodged_before(
    session: Session, books: Books, digests: DocketDigests, submission: str, claim: Claim | None = None,
    files: int | None = None,
) -> Lodged | None:  # fmt: skip
    """The acknowledgement of a form that was received before; None where it was not. ``claim`` and ``files``: what it says
    this time, to be compared."""
    query = select(Objection).where(Objection.submission_digest == digests.submission(submission))
    found = session.scalar(query)
    if found is None:
        return None
    kept_files = session.scalar(
        select(func.count()).where(DocketAttachment.objection_id == found.id, DocketAttachment.seq == 1)
    )
    same = claim is None or (
        _says(books.keyring, found) == (claim.heading, claim.matter, claim.identity)
        and files in (None, kept_files)
    )
    return Lodged(found.docket_number, digests.new_passcode(submission), found.received_at, found.reply_by,
                  is_provisional(books, found.received_at, found.reply_by), kept_files or 0, False, same)  # fmt: skip


def is_provisional(books: Books, since: datetime, until: date) -> bool:
    """Whether a day between was only taken to be worked, or not to be, by its day of the week."""
    first = since.astimezone(books.zone).date()
    days = (date.fromordinal(n) for n in range(first.toordinal() + 1, until.toordinal() + 1))
    return not all(books.calendar.day(day).known for day in days)


def _locked(session: Session, campaign: Campaign, number: int) -> Notice:
    """The notice as it stands, kept from being closed or extended until we are done; others may lodge meanwhile."""
    return session.scalars(
        select(Notice)
        .where(Notice.campaign_id == campaign.id, Notice.number == number)
        .with_for_update(read=True, of=Notice)
        .execution_options(populate_existing=True)
    ).one()


def _row(books: Books, digests: DocketDigests, notice: Notice, claim: Claim, now: datetime) -> Objection:
    local = now.astimezone(books.zone)
    number, passcode = new_docket_number(local.year), digests.new_passcode(claim.submission)
    terms, today = on_offer(notice), local.date()

    def sealed(column: str, value: object) -> bytes:
        return seal_value(books.keyring, value, objection_place(column, number))  # type: ignore[arg-type]

    return Objection(
        docket_number=number,
        notice_id=notice.id,
        submission_digest=digests.submission(claim.submission),
        passcode_digest=digests.passcode(number, passcode),
        received_at=now,
        kind=claim.kind,
        worth=claim.worth,
        heading_sealed=sealed("heading_sealed", claim.heading),
        matter_sealed=sealed("matter_sealed", claim.matter),
        identity_sealed=sealed("identity_sealed", claim.identity) if claim.identity else None,
        phone_index=digests.phone(claim.identity.phone) if claim.identity else None,
        decide_by=books.calendar.add(today, terms.decide_within_workdays).last,
        reply_by=books.calendar.add(today, terms.reply_within_workdays).last,
    )


def _says(keyring: Keyring, kept: Objection) -> tuple[object, object, object]:
    return open_heading(keyring, kept), open_matter(keyring, kept), open_identity(keyring, kept)


def new_submission() -> str:
    """The random id of a fresh form: 128 bits."""
    return secrets.token_urlsafe(16)
