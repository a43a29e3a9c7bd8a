"""Final lists as rows: what was proposed never changes; who confirmed it, or withdrew it, is filled in once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...campaigns.models import Campaign
from ...database import Base
from ...two_people import TwoPeople

PROPOSED, FINAL, WITHDRAWN = "proposed", "final", "withdrawn"


class FinalList(TwoPeople, Base):
    """One list. Proposed → final; or withdrawn, by one person before it was final, by two afterwards."""

    __tablename__ = "final_lists"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        Index("uq_final_lists_campaign_id_in_force", "campaign_id", unique=True,
              sqlite_where=text("state <> 'withdrawn'"), postgresql_where=text("state <> 'withdrawn'")),
        CheckConstraint("number >= 1", name="number_begins_at_one"),
        CheckConstraint("state IN ('proposed', 'final', 'withdrawn')", name="state_is_known"),
        CheckConstraint("length(document_sha256) = 64", name="has_a_hash"),
        CheckConstraint("confirmed_by <> proposed_by", name="confirmed_by_another_person"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_someone"),
        CheckConstraint("state <> 'proposed' OR confirmed_at IS NULL", name="not_confirmed_while_proposed"),
        CheckConstraint("state <> 'final' OR confirmed_at IS NOT NULL", name="confirmed_if_final"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_by IS NOT NULL)", name="withdrawn_by_someone"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_at_some_time"),
        CheckConstraint("withdrawn_by IS NULL OR length(withdrawal_reason) > 0", name="withdrawn_for_a_reason"),
        CheckConstraint("(withdrawal_asked_by IS NULL) = (withdrawal_asked_at IS NULL)", name="asked_at_some_time"),
        CheckConstraint("(withdrawal_asked_by IS NULL) = (withdrawal_reason IS NULL)", name="asked_for_a_reason"),
        CheckConstraint("withdrawn_by IS NULL OR confirmed_at IS NULL OR withdrawn_by <> withdrawal_asked_by",
                        name="final_withdrawn_by_two"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int]
    """1, 2, 3 … in the campaign; shown as ``L-0001``."""
    document: Mapped[bytes] = mapped_column(LargeBinary)
    """Canonical JSON, as ``document.final_list_document`` makes it."""
    document_sha256: Mapped[str]
    motion: Mapped[int | None]
    """The number of the committee's ballot that it was confirmed upon; None where there was nobody to vote."""
    withdrawal_reason: Mapped[str | None]
    withdrawal_asked_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    withdrawal_asked_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    withdrawn_at: Mapped[datetime | None]

    campaign: Mapped[Campaign] = relationship()

    @property
    def name(self) -> str:
        """``L-0001``."""
        return f"L-{self.number:04d}"

    @property
    def subject(self) -> str:
        """What the committee's ballot on it is about."""
        return f"final-list-{self.number}"
