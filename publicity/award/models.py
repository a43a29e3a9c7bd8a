"""Award lists, the texts that go with them, and certificates, as rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from voting_service.assessment.final_list.models import FinalList
from voting_service.campaigns.models import Campaign
from voting_service.database import Base

from ..notices.models import Notice

PROPOSED, CONFIRMED, DROPPED = "proposed", "confirmed", "dropped"


class AwardList(Base):
    """Who is honoured, after the notice: proposed by one, confirmed by another, or let go before that."""

    __tablename__ = "award_lists"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        Index("uq_award_lists_notice_id_in_force", "notice_id", unique=True,
              sqlite_where=text("state <> 'dropped'"), postgresql_where=text("state <> 'dropped'")),
        CheckConstraint("number >= 1", name="number_begins_at_one"),
        CheckConstraint("state IN ('proposed', 'confirmed', 'dropped')", name="state_is_known"),
        CheckConstraint("length(document_sha256) = 64", name="has_a_hash"),
        CheckConstraint("confirmed_by <> proposed_by", name="confirmed_by_another_person"),
        CheckConstraint("(state = 'confirmed') = (confirmed_by IS NOT NULL)", name="confirmed_by_someone"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_at_some_time"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int]
    """1, 2, 3 … in the campaign; shown as ``W-0001``."""
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    """The first notice of the family that it follows."""
    final_list_id: Mapped[int | None] = mapped_column(ForeignKey("final_lists.id"))
    """The final list from which that notice was drafted; None where it was drafted by hand."""
    document: Mapped[bytes] = mapped_column(LargeBinary)
    """Canonical JSON: people in order, changes since the final list, the certificate's wording."""
    document_sha256: Mapped[str]
    state: Mapped[str] = mapped_column(default=PROPOSED)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    confirmed_at: Mapped[datetime | None]

    campaign: Mapped[Campaign] = relationship()
    notice: Mapped[Notice] = relationship()
    final_list: Mapped[FinalList | None] = relationship()

    @property
    def name(self) -> str:
        """``W-0001``."""
        return f"W-{self.number:04d}"


class AwardText(Base):
    """A text that goes with the award, where somebody has edited the usual one."""

    __tablename__ = "award_texts"
    __table_args__ = (CheckConstraint("kind IN ('decision', 'thanks')", name="kind_is_known"),)

    award_list_id: Mapped[int] = mapped_column(ForeignKey("award_lists.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    text_json: Mapped[str]
    """``texts.LetterText``: title, paragraphs, signature, date."""
    changed_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    changed_at: Mapped[datetime]


class Certificate(Base):
    """One person's certificate. Issued with the award list; revoked by two, and then it says so for ever."""

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        UniqueConstraint("award_list_id", "candidate"),
        UniqueConstraint("code"),
        CheckConstraint("serial >= 1", name="serial_begins_at_one"),
        CheckConstraint("length(code) >= 20", name="code_is_long"),
        CheckConstraint("(revocation_reason IS NULL) = (revocation_asked_by IS NULL)", name="revoked_for_a_reason"),
        CheckConstraint("(revocation_asked_at IS NULL) = (revocation_asked_by IS NULL)", name="asked_at_some_time"),
        CheckConstraint("revoked_by <> revocation_asked_by", name="revoked_by_another_person"),
        CheckConstraint("revoked_by IS NULL OR revocation_asked_by IS NOT NULL", name="revoked_by_two"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_at_some_time"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    award_list_id: Mapped[int] = mapped_column(ForeignKey("award_lists.id"))
    candidate: Mapped[int]
    """The candidate's number."""
    number: Mapped[str]
    """``2026-001``: the year and the place in the campaign's series."""
    serial: Mapped[int]
    code: Mapped[str]
    """128 random bits in its verification address; the number does not tell it."""
    document: Mapped[bytes] = mapped_column(LargeBinary)
    """Canonical JSON of all that is printed."""
    issued_at: Mapped[datetime]
    revocation_reason: Mapped[str | None]
    """Public from the second person on."""
    revocation_asked_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    revocation_asked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    revoked_at: Mapped[datetime | None]

    award_list: Mapped[AwardList] = relationship()
