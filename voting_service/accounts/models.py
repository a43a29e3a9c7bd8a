"""Officials, their roles, invitations, sessions and second factors, as rows. No passphrase and no token is kept, only what
checks one; the secret of a second factor, which must be kept, is sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .officials import ROLES

_QUOTED = ", ".join(f"'{role}'" for role in ROLES)
ACTS = ("give", "take", "end", "invite", "reset")
"""What may be proposed: a role given or taken, the official ended, invited again, their second factor reset."""
_KINDS = ", ".join(f"'{act}'" for act in ACTS)


class Official(Base):
    """A person who works on the desk. Never deleted: what they did keeps their name."""

    __tablename__ = "officials"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="has_a_name"),
        CheckConstraint("(factor_reset_at IS NULL) = (factor_reset_by IS NULL)", name="reset_by_if_reset"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    """The name as ``names.person_key`` compares it: two officials cannot be taken for one another."""
    passphrase_hash: Mapped[str | None]
    """scrypt, with its salt and cost; None until the invitation is accepted."""
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    factor_reset_at: Mapped[datetime | None]
    """When somebody else took away their second factor; None once they have seen it."""
    factor_reset_by: Mapped[str | None]


class OfficialRole(Base):
    """One role of one official, in one campaign or in all, for one unit's candidates or for all."""

    __tablename__ = "official_roles"
    __table_args__ = (CheckConstraint(f"role IN ({_QUOTED})", name="role_is_known"),)

    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    campaign_slug: Mapped[str] = mapped_column(primary_key=True)
    """Empty: in every campaign."""
    unit: Mapped[str] = mapped_column(primary_key=True, default="")
    """The organisation of the candidates that it holds for, as the roster spells it; empty: all."""


class Invitation(Base):
    """A link by which an official sets their passphrase, once."""

    __tablename__ = "invitations"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the link's secret."""
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[str | None]
    """Who had it made, and could have used it themselves: whoever it invites is told. None where nobody knows any more."""
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OfficialSession(Base):
    """One signed-in browser."""

    __tablename__ = "official_sessions"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the cookie's secret."""
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    born_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    label: Mapped[str] = mapped_column(default="")
    """Kind of browser and system, as ``browsers.label_of`` says it; never an address."""


class SecondFactor(Base):
    """An authenticator app. Proved by a code before it counts."""

    __tablename__ = "second_factors"

    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"), primary_key=True)
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    on_since: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)
    """The last step of 30 seconds whose code was accepted: none is accepted twice."""


class RecoveryCode(Base):
    """One of ten words that stand in for the app, once."""

    __tablename__ = "recovery_codes"

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"), index=True)
    used_at: Mapped[datetime | None]


class OfficialProposal(Base):
    """An act upon an administrator or supervisor, which a second administrator confirms."""

    __tablename__ = "official_proposals"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_KINDS})", name="kind_is_known"),
        CheckConstraint(f"role = '' OR role IN ({_QUOTED})", name="role_is_known"),
        CheckConstraint("(kind IN ('give', 'take')) = (role <> '')", name="role_if_given_or_taken"),
        CheckConstraint("outcome IN ('confirmed', 'dropped')", name="outcome_is_known"),
        CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided_whole",
        ),
        # IS NOT TRUE has no like in SQLite; a proposal that is open has no outcome, and passes.
        CheckConstraint("outcome <> 'confirmed' OR decided_by <> proposed_by", name="two_people_confirm"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str]
    official_id: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    role: Mapped[str] = mapped_column(default="")
    campaign_slug: Mapped[str] = mapped_column(default="")
    unit: Mapped[str] = mapped_column(default="")
    proposed_by: Mapped[int] = mapped_column(ForeignKey("officials.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("officials.id"))
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
