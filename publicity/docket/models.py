"""Objections and the record of handling them, as rows.

Whatever tells who wrote, whom it is about or what was said is sealed: a stolen database without the keys yields numbers,
times and outcomes. The docket is append-only; the database itself refuses to change or delete an entry, but for sealing it
anew under another key.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from voting_service.database import Base

from ..notices.models import APPEND_ONLY, Notice

RECEIVED, ACCEPTED, DECLINED = "received", "accepted", "declined"
UPHELD, DISMISSED, WITHDRAWN = "upheld", "dismissed", "withdrawn"
PENDING = (RECEIVED, ACCEPTED)

ONLINE = "online"
AT_THE_DESK = ("letter", "call", "visit", "referred")
"""How an objection comes that an official enters: 来信, 来电, 来访, 转办."""

KINDS = ("named", "unit", "anonymous")
DECLINE_CLASSES = (
    "no_clue",
    "not_about_a_candidate",
    "outside_the_window",
    "already_handled",
    "not_ours",
    "abusive",
)


class Objection(Base):
    """One objection. Its state only moves on: received → accepted → upheld or dismissed; or declined, or withdrawn."""

    __tablename__ = "objections"
    __table_args__ = (
        CheckConstraint("kind IN ('named', 'unit', 'anonymous')", name="kind_is_known"),
        CheckConstraint("came_by IN ('online', 'letter', 'call', 'visit', 'referred')", name="came_by_is_known"),
        CheckConstraint("(came_by = 'letter') = (postmarked_on IS NOT NULL)", name="letters_have_a_postmark"),
        CheckConstraint("worth IN ('answered', 'examined')", name="worth_is_known"),
        CheckConstraint(
            "state IN ('received', 'accepted', 'declined', 'upheld', 'dismissed', 'withdrawn')",
            name="state_is_known",
        ),
        CheckConstraint("kind <> 'anonymous' OR identity_sealed IS NULL", name="nobody_known_if_anonymous"),
        CheckConstraint("kind = 'anonymous' OR identity_sealed IS NOT NULL", name="somebody_known_if_not"),
        CheckConstraint("(state = 'declined') = (decline_class IS NOT NULL)", name="declined_for_a_reason"),
        CheckConstraint("state <> 'received' OR taken_up_at IS NULL", name="not_taken_up_if_received"),
        CheckConstraint("state NOT IN ('accepted', 'declined', 'upheld', 'dismissed') OR taken_up_at IS NOT NULL",
                        name="looked_at_before_it_is_handled"),
        CheckConstraint("(state IN ('upheld', 'dismissed')) = (ruled_at IS NOT NULL)", name="ruled_if_ruled_upon"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at_some_time"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    docket_number: Mapped[str] = mapped_column(unique=True)
    """``GS-2026-7K3M9Q``: not in order, so that one number leads to no other."""
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    submission_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """Keyed digest of the random id that the form carries: the same form posted again is the same objection."""
    passcode_digest: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    """Where an official entered it, local midnight of the day on which it came in: nobody knows the minute."""
    came_by: Mapped[str] = mapped_column(default=ONLINE)
    postmarked_on: Mapped[date | None]
    kind: Mapped[str]
    worth: Mapped[str]
    """What the campaign promised to this kind when it was lodged: answered in writing, or examined where there is a clue."""
    heading_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """``sealing.Heading``: about whom, on which ground. Those who assign and supervise see it."""
    matter_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """``sealing.Matter``: statement and clue. Handlers of this docket alone."""
    identity_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """``sealing.Identity``. Handlers of this docket alone."""
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    """Blind index: tells a handler how many objections came from the same telephone number, and nobody else anything."""
    state: Mapped[str] = mapped_column(default=RECEIVED)
    decide_by: Mapped[date]
    """By when it is to be accepted or declined."""
    reply_by: Mapped[date]
    """By when it is to be ruled upon and answered."""
    taken_up_at: Mapped[datetime | None]
    """When it was accepted or declined."""
    decline_class: Mapped[str | None]
    ruled_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    notice: Mapped[Notice] = relationship()
    entries: Mapped[list[DocketEntry]] = relationship(
        order_by="DocketEntry.seq", back_populates="objection", cascade="save-update, merge"
    )


class DocketEntry(Base):
    """One step of handling an objection. Never changed, never deleted."""

    __tablename__ = "docket_entries"
    __table_args__ = (
        CheckConstraint("seq >= 1", name="seq_begins_at_one"),
        CheckConstraint("party IN ('objector', 'official')", name="party_is_known"),
        CheckConstraint("(party = 'official') = (official_id IS NOT NULL)", name="officials_give_their_name"),
        CheckConstraint(
            "act IN ('lodged', 'added', 'answered', 'withdrawn', 'accepted', 'declined', 'assigned', 'released', 'recused', "
            "'asked', 'found', 'proposed', 'returned', 'ruled', 'replied')",
            name="act_is_known",
        ),
        APPEND_ONLY,
    )

    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    party: Mapped[str]
    official_id: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    act: Mapped[str]
    shown_to_objector: Mapped[bool]
    body_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What was said; None where the act says it all."""
    form_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    """Keyed digest of the form by which the objector added or answered: the same form posted again is the same entry."""

    objection: Mapped[Objection] = relationship(back_populates="entries")


class DocketAttachment(Base):
    """A file that came with an entry."""

    __tablename__ = "docket_attachments"
    __table_args__ = (
        ForeignKeyConstraint(["objection_id", "seq"], ["docket_entries.objection_id", "docket_entries.seq"]),
        APPEND_ONLY,
    )

    attachment_id: Mapped[str] = mapped_column(ForeignKey("attachments.id"), primary_key=True)
    objection_id: Mapped[int]
    seq: Mapped[int]


class Assignment(Base):
    """An official and a docket: a handler of it, or one who stands aside. Whoever stands aside can never be assigned."""

    __tablename__ = "assignments"
    __table_args__ = (CheckConstraint("NOT (recused AND ended_at IS NULL)", name="ended_if_recused"),)

    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), primary_key=True)
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"), primary_key=True)
    assigned_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    assigned_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    recused: Mapped[bool] = mapped_column(default=False)


class Ruling(Base):
    """A proposal to uphold or dismiss: by one handler, confirmed or returned by another official."""

    __tablename__ = "rulings"
    __table_args__ = (
        CheckConstraint("outcome IN ('upheld', 'dismissed')", name="outcome_is_known"),
        CheckConstraint("state IN ('proposed', 'confirmed', 'returned')", name="state_is_known"),
        CheckConstraint("decided_by <> proposed_by", name="decided_by_another_person"),
        CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name="decided_by_someone"),
        CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided_at_some_time"),
    )

    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 …: returned ones stay."""
    outcome: Mapped[str]
    reasons_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """``sealing.RulingText``: the reasons, and the reply to the objector."""
    state: Mapped[str] = mapped_column(default="proposed")
    proposed_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    decided_at: Mapped[datetime | None]
