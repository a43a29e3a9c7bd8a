"""How an objection comes into the docket: its rows, made once and whole, whether it came online or was entered at the desk.

The same form posted again, after an answer was lost, is the same objection and gives the same acknowledgement.
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

from voting_service.attachments.examine import Examined
from voting_service.attachments.store import Keeping
from voting_service.campaigns.models import Campaign
from voting_service.clock import Clock
from voting_service.encryption import Keyring
from voting_service.webhooks.outbox import announce
from voting_service.workdays import Calendar

from ..notices.models import Notice
from .form import Claim
from .models import ONLINE, DocketAttachment, Objection
from .numbers import DocketDigests, new_docket_number
from .offers import on_offer
from .record import append_entry
from .sealing import objection_place, open_heading, open_identity, open_matter, seal_value


@dataclass(frozen=True)
class Books:
    """What lodging works with."""

    keyring: Keyring
    calendar: Calendar
    zone: ZoneInfo
    clock: Clock


@dataclass(frozen=True)
class Arrival:
    """How and when an objection came."""

    received_at: datetime
    """The moment where it is known; local midnight where only the day is."""
    entered_at: datetime
    """When it was written into the docket; online the same moment."""
    came_by: str = ONLINE
    postmarked_on: date | None = None
    official_id: int | None = None
    """Who entered it; None: the objector."""


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
    came_by: str = ONLINE


def write_objection(
    session: Session, books: Books, digests: DocketDigests, notice: Notice, claim: Claim, arrival: Arrival,
    keeping: Keeping, files: Sequence[Examined],
) -> Lodged:  # fmt: skip
    """Its row, its first entry, its files. Whether the notice takes it was decided by the caller, who has locked the notice,
    writes the journal and commits, inside of ``keeping``."""
    for _attempt in range(8):
        try:
            with session.begin_nested():
                objection = _row(books, digests, notice, claim, arrival)
                session.add(objection)
            break
        except IntegrityError:
            # The same form twice at once: the other was first. Or else a number that is taken already.
            if repeated := lodged_before(session, books, digests, claim.submission, claim, len(files)):
                return repeated
    else:
        raise RuntimeError("no docket number is free")
    at = arrival.entered_at
    attachments = [keeping.put(session, one, at).id for one in files]
    append_entry(session, books.keyring, objection, "lodged", at=at, official_id=arrival.official_id, shown=True,
                 attachments=attachments)  # fmt: skip
    # Nothing of who or what: not even the docket number, by which the objector comes back.
    announce(session, "objection.lodged", notice.campaign.slug, {"notice": notice.number}, at=at)
    passcode = digests.new_passcode(claim.submission)
    return Lodged(
        objection.docket_number, passcode, objection.received_at, objection.reply_by,
        is_provisional(books, objection.received_at, objection.reply_by), len(files), came_by=objection.came_by,
    )  # fmt: skip


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
    return Lodged(
        found.docket_number, digests.new_passcode(submission), found.received_at, found.reply_by,
        is_provisional(books, found.received_at, found.reply_by), kept_files or 0, False, same, found.came_by,
    )  # fmt: skip


def is_provisional(books: Books, since: datetime, until: date) -> bool:
    """Whether a day between was only taken to be worked, or not to be, by its day of the week."""
    first = since.astimezone(books.zone).date()
    days = (date.fromordinal(n) for n in range(first.toordinal() + 1, until.toordinal() + 1))
    return not all(books.calendar.day(day).known for day in days)


def locked_notice(session: Session, campaign: Campaign, number: int) -> Notice:
    """The notice as it stands, kept from being closed or extended until we are done; others may lodge meanwhile."""
    return session.scalars(
        select(Notice)
        .where(Notice.campaign_id == campaign.id, Notice.number == number)
        .with_for_update(read=True, of=Notice)
        .execution_options(populate_existing=True)
    ).one()


def new_submission() -> str:
    """The random id of a fresh form: 128 bits."""
    return secrets.token_urlsafe(16)


def _row(books: Books, digests: DocketDigests, notice: Notice, claim: Claim, arrival: Arrival) -> Objection:
    received = arrival.received_at.astimezone(books.zone).date()
    number, passcode = (
        new_docket_number(arrival.entered_at.astimezone(books.zone).year),
        digests.new_passcode(claim.submission),
    )
    terms = on_offer(notice)

    def sealed(column: str, value: object) -> bytes:
        return seal_value(books.keyring, value, objection_place(column, number))  # type: ignore[arg-type]

    return Objection(
        docket_number=number,
        notice_id=notice.id,
        submission_digest=digests.submission(claim.submission),
        passcode_digest=digests.passcode(number, passcode),
        received_at=arrival.received_at,
        came_by=arrival.came_by,
        postmarked_on=arrival.postmarked_on,
        kind=claim.kind,
        worth=claim.worth,
        heading_sealed=sealed("heading_sealed", claim.heading),
        matter_sealed=sealed("matter_sealed", claim.matter),
        identity_sealed=sealed("identity_sealed", claim.identity) if claim.identity else None,
        phone_index=digests.phone(claim.identity.phone) if claim.identity else None,
        decide_by=books.calendar.add(received, terms.decide_within_workdays).last,
        reply_by=books.calendar.add(received, terms.reply_within_workdays).last,
    )


def _says(keyring: Keyring, kept: Objection) -> tuple[object, object, object]:
    return open_heading(keyring, kept), open_matter(keyring, kept), open_identity(keyring, kept)
