"""Reading a docket. Whoever handles it reads everything, and every reading is journaled, in a transaction that is committed
before anything is given out. Whoever assigns or supervises sees what ``Summary`` has, and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting_service.accounts.models import Official
from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.attachments.models import Attachment
from voting_service.candidates.models import Candidate
from voting_service.database import Database
from voting_service.encryption import Keyring
from voting_service.errors import NotFound
from voting_service.text import _

from ..docket.models import PENDING, DocketAttachment, DocketEntry, Objection, Ruling
from ..docket.queries import news_of
from ..docket.sealing import (
    Identity,
    Matter,
    RulingText,
    open_body,
    open_heading,
    open_identity,
    open_matter,
    open_ruling,
)
from .admission import Case, case_of
from .handlers import Assigned, assignments_of


@dataclass(frozen=True)
class Step:
    """One entry of the docket without what it says."""

    seq: int
    at: datetime
    act: str
    by: str
    """The official's name; empty: the objector."""
    whom: str = ""
    """Whose assignment it was that began or ended."""


@dataclass(frozen=True)
class Summary:
    """What assigners and supervisors see of a docket."""

    number: str
    slug: str
    campaign_title: str
    organiser: str
    notice_number: int
    notice_title: str
    kind: str
    worth: str
    came_by: str
    postmarked_on: date | None
    candidate: int
    candidate_name: str
    """Empty where the roster has none of this number."""
    ground: str
    received_at: datetime
    state: str
    decide_by: date
    reply_by: date
    taken_up_at: datetime | None
    decline_class: str | None
    ruled_at: datetime | None
    withdrawn_at: datetime | None
    steps: tuple[Step, ...]
    assigned: tuple[Assigned, ...]
    proposed_by: int | None
    """Who proposed the ruling that waits for a second person."""
    news: str
    """What the objector has sent since an official last acted: a key of ``words.NEWS_WORDS``."""

    @property
    def author_handles(self) -> bool:
        """Whether whoever proposed it handles the docket still: otherwise it can only be sent back."""
        return any(one.handles for one in self.assigned if one.official_id == self.proposed_by)

    @property
    def last_seq(self) -> int:
        """The last entry that is shown."""
        return self.steps[-1].seq if self.steps else 0


@dataclass(frozen=True)
class File:
    """A file that came with an entry."""

    id: str
    kind: str
    """``picture``, ``pdf`` or ``sound``."""
    media_type: str
    size: int
    """Bytes."""
    name: str


@dataclass(frozen=True)
class Said:
    """What one entry says."""

    body: str
    files: tuple[File, ...]


@dataclass(frozen=True)
class RulingRead:
    """One proposal with its text."""

    number: int
    outcome: str
    state: str
    proposed_by: int
    proposer: str
    proposed_at: datetime
    text: RulingText


@dataclass(frozen=True)
class Contents:
    """What handlers of this docket read, and nobody else."""

    matter: Matter
    identity: Identity | None
    same_phone: int
    """Other objections from the same telephone number."""
    said: dict[int, Said]
    """By the entry's number."""
    rulings: tuple[RulingRead, ...]

    @property
    def proposal(self) -> RulingRead | None:
        """The one that waits for the second person."""
        return next((one for one in self.rulings if one.state == "proposed"), None)

    @property
    def confirmed(self) -> RulingRead | None:
        """The one that was ruled by."""
        return next((one for one in self.rulings if one.state == "confirmed"), None)


class Files(Protocol):
    """Where attachments are kept: ``attachments.store.AttachmentStore``."""

    def read(self, row: Attachment) -> bytes:
        """The file's bytes. Raises SealBroken."""
        ...

    def name_of(self, row: Attachment) -> str:
        """What the file was called. Raises SealBroken."""
        ...


@dataclass(frozen=True)
class Stores:
    """What reading needs."""

    database: Database
    keyring: Keyring
    attachments: Files


def look(
    stores: Stores, official: ActingOfficial, number: str, *, at: datetime
) -> tuple[Summary, Contents | None]:
    """A docket as this official may see it. Raises NotFound, SealBroken."""
    with stores.database.read() as session:
        case = case_of(session, official, number)
        summary = _summary(session, stores.keyring, case)
    if not case.readable:
        return summary, None
    with stores.database.write() as session:
        case = _admit(session, official, number)
        journal(session, at=at, actor=official.name, act="read_docket", subject=number)
        summary = _summary(session, stores.keyring, case)
        sealed = _fetch(session, case.objection)
    return summary, _opened(stores, sealed)


def read_file(
    stores: Stores, official: ActingOfficial, number: str, file_id: str, *, at: datetime
) -> tuple[File, bytes]:
    """A file of a docket and its bytes. Raises NotFound, also for whoever may know of the docket and not read it; SealBroken."""
    with stores.database.write() as session:
        case = _admit(session, official, number)
        row = session.scalar(
            select(Attachment)
            .join(DocketAttachment, DocketAttachment.attachment_id == Attachment.id)
            .where(Attachment.id == file_id, DocketAttachment.objection_id == case.objection.id)
        )
        if row is None:
            raise NotFound(_("案卷里没有这份材料。"))
        journal(session, at=at, actor=official.name, act="read_attachment", subject=number,
                details={"attachment": file_id})  # fmt: skip
    return _file(stores, row), stores.attachments.read(row)


def _admit(session: Session, official: ActingOfficial, number: str) -> Case:
    case = case_of(session, official, number)
    if not case.readable:
        raise NotFound(_("没有这个受理编号的案卷。"))
    return case


def _summary(session: Session, keyring: Keyring, case: Case) -> Summary:
    objection = case.objection
    notice, campaign = objection.notice, objection.notice.campaign
    heading = open_heading(keyring, objection)
    named = session.scalar(
        select(Candidate.name).where(
            Candidate.campaign_id == campaign.id, Candidate.number == heading.candidate
        )
    )
    proposed_by = session.scalar(
        select(Ruling.proposed_by).where(Ruling.objection_id == objection.id, Ruling.state == "proposed")
    )
    return Summary(
        number=objection.docket_number, slug=campaign.slug, campaign_title=campaign.title,
        organiser=campaign.organiser, notice_number=notice.number, notice_title=notice.title, kind=objection.kind,
        worth=objection.worth, came_by=objection.came_by, postmarked_on=objection.postmarked_on,
        candidate=heading.candidate, candidate_name=named or "", ground=heading.ground,
        received_at=objection.received_at, state=objection.state, decide_by=objection.decide_by,
        reply_by=objection.reply_by, taken_up_at=objection.taken_up_at, decline_class=objection.decline_class,
        ruled_at=objection.ruled_at, withdrawn_at=objection.withdrawn_at, steps=_steps(session, keyring, objection),
        assigned=tuple(assignments_of(session, [objection.id]).get(objection.id, ())), proposed_by=proposed_by,
        news=news_of(session, [objection.id]).get(objection.id, "") if objection.state in PENDING else "",
    )  # fmt: skip


_ABOUT_OFFICIALS = ("assigned", "released")
"""Entries that name an official and nobody else: whoever may know of the docket may know whom."""


def _steps(session: Session, keyring: Keyring, objection: Objection) -> tuple[Step, ...]:
    rows = session.execute(
        select(DocketEntry, Official.name)
        .outerjoin(Official, DocketEntry.official_id == Official.id)
        .where(DocketEntry.objection_id == objection.id)
        .order_by(DocketEntry.seq)
    )
    number = objection.docket_number
    return tuple(
        Step(entry.seq, entry.at, entry.act, name or "",
             open_body(keyring, number, entry) if entry.act in _ABOUT_OFFICIALS else "")
        for entry, name in rows
    )  # fmt: skip


@dataclass(frozen=True)
class _Sealed:
    """The rows of one docket, fetched and not opened."""

    objection: Objection
    entries: Sequence[DocketEntry]
    files: Sequence[tuple[int, Attachment]]
    rulings: Sequence[tuple[Ruling, str]]
    same_phone: int


def _fetch(session: Session, objection: Objection) -> _Sealed:
    files = session.execute(
        select(DocketAttachment.seq, Attachment)
        .join(Attachment, DocketAttachment.attachment_id == Attachment.id)
        .where(DocketAttachment.objection_id == objection.id)
    )
    rulings = session.execute(
        select(Ruling, Official.name)
        .join(Official, Ruling.proposed_by == Official.id)
        .where(Ruling.objection_id == objection.id)
        .order_by(Ruling.number)
    )
    same = select(func.count()).where(
        Objection.phone_index == objection.phone_index, Objection.id != objection.id
    )
    return _Sealed(
        objection,
        list(objection.entries),
        [(seq, row) for seq, row in files],
        [(row, name) for row, name in rulings],
        (session.scalar(same) or 0) if objection.phone_index is not None else 0,
    )


def _opened(stores: Stores, sealed: _Sealed) -> Contents:
    keyring, objection = stores.keyring, sealed.objection
    number = objection.docket_number
    return Contents(
        matter=open_matter(keyring, objection),
        identity=open_identity(keyring, objection),
        same_phone=sealed.same_phone,
        said={
            entry.seq: Said(
                open_body(keyring, number, entry),
                tuple(
                    sorted(
                        (_file(stores, row) for seq, row in sealed.files if seq == entry.seq),
                        key=lambda file: file.name,
                    )
                ),
            )
            for entry in sealed.entries
        },
        rulings=tuple(
            RulingRead(row.number, row.outcome, row.state, row.proposed_by, name, row.proposed_at,
                       open_ruling(keyring, number, row))
            for row, name in sealed.rulings
        ),
    )  # fmt: skip


def _file(stores: Stores, row: Attachment) -> File:
    return File(row.id, row.kind, row.media_type, row.size, stores.attachments.name_of(row))
