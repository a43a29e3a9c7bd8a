"""An award and its certificates, as rows. What was confirmed stays; a certificate is revoked, never deleted."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from voting_service.campaigns.models import Campaign
from voting_service.database import Base

PROPOSED, CONFIRMED, WITHDRAWN = "proposed", "confirmed", "withdrawn"
ISSUED, REVOKING, REVOKED = "issued", "revoking", "revoked"


class Award(Base):
    """Who is awarded what, and in which words: proposed by one official, confirmed by another."""

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        # One that was withdrawn stays, and keeps nobody from proposing anew.
        Index("uq_awards_notice_id", "notice_id", unique=True,
              sqlite_where=text("state <> 'withdrawn'"), postgresql_where=text("state <> 'withdrawn'")),
        CheckConstraint("number >= 1", name="number_begins_at_one"),
        CheckConstraint("state IN ('proposed', 'confirmed', 'withdrawn')", name="state_is_known"),
        CheckConstraint("length(honour) > 0", name="has_an_honour"),
        CheckConstraint("length(document_sha256) = 64", name="has_a_hash"),
        CheckConstraint("(state = 'confirmed') = (confirmed_by IS NOT NULL)", name="confirmed_by_someone"),
        CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed_at_some_time"),
        CheckConstraint("confirmed_by <> proposed_by", name="confirmed_by_another_person"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int]
    """1, 2, 3 … within the campaign."""
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    """The first notice of the list that was made public."""
    state: Mapped[str] = mapped_column(default=PROPOSED)
    honour: Mapped[str]
    """称号: what they are from now on."""
    dated: Mapped[date]
    """The day that stands on certificates and letters."""
    document: Mapped[bytes] = mapped_column(LargeBinary)
    """Canonical JSON: everybody who is awarded, in order, and every text, as it was confirmed."""
    document_sha256: Mapped[str]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    confirmed_at: Mapped[datetime | None]

    campaign: Mapped[Campaign] = relationship()
    certificates: Mapped[list[Certificate]] = relationship(
        order_by="Certificate.ordinal", back_populates="award"
    )


class Certificate(Base):
    """One person's certificate. Issued → (revoking →) revoked, each of the two steps by another official."""

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("campaign_id", "ordinal"),
        CheckConstraint("state IN ('issued', 'revoking', 'revoked')", name="state_is_known"),
        CheckConstraint("(state = 'issued') = (revoke_reason IS NULL)", name="revoked_with_a_reason"),
        CheckConstraint("(state = 'issued') = (revoke_proposed_by IS NULL)", name="revocation_proposed_by_someone"),
        CheckConstraint("(state = 'revoked') = (revoked_by IS NOT NULL)", name="revoked_by_someone"),
        CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name="revoked_at_some_time"),
        CheckConstraint("revoked_by <> revoke_proposed_by", name="revoked_by_another_person"),
    )  # fmt: skip

    code: Mapped[str] = mapped_column(primary_key=True)
    """Random: by it the public verifies a certificate, and nobody finds another's."""
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    award_id: Mapped[int] = mapped_column(ForeignKey("awards.id"))
    ordinal: Mapped[int]
    """1, 2, 3 … within the campaign; with the year it is the certificate's number."""
    candidate_number: Mapped[int]
    name: Mapped[str]
    organisation: Mapped[str]
    state: Mapped[str] = mapped_column(default=ISSUED)
    revoke_reason: Mapped[str | None]
    """Public: it stands on the verification page."""
    revoke_proposed_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    revoked_at: Mapped[datetime | None]

    award: Mapped[Award] = relationship(back_populates="certificates")

    @property
    def number(self) -> str:
        """As it is printed: ``2026-001``."""
        return f"{self.award.dated.year}-{self.ordinal:03}"
