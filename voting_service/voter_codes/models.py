"""Batches of codes, codes and members, as rows. No code and no member number stands in any of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base


class CodeBatch(Base):
    """Codes made at one time for one unit, on one print sheet."""

    __tablename__ = "code_batches"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("identity IN ('code', 'member')", name="identity_is_known"),
        CheckConstraint("size > 0", name="holds_a_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int]
    """1, 2, 3 … within the campaign, as on the sheet."""
    identity: Mapped[str]
    """Which identity its codes are of."""
    unit: Mapped[str]
    size: Mapped[int]
    made_at: Mapped[datetime]


class Member(Base):
    """One member on a campaign's roll. Who it is, only the union knows."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("campaign_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    unit: Mapped[str]


class VoterCode(Base):
    """One code."""

    __tablename__ = "voter_codes"
    __table_args__ = (UniqueConstraint("campaign_id", "digest"),)

    batch_id: Mapped[int] = mapped_column(ForeignKey("code_batches.id"), primary_key=True)
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 … within the batch, as on the card: for revoking it and for the journal."""
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    """Whose it is; None for one that is good for whoever holds it."""
    revoked_at: Mapped[datetime | None]
