"""Officials, their roles, invitations and sessions, as rows. No password and no token is kept, only what checks one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base
from .officials import ROLES

_QUOTED = ", ".join(f"'{role}'" for role in ROLES)


class Official(Base):
    """A person who works on the desk. Never deleted: what they did keeps their name."""

    __tablename__ = "officials"
    __table_args__ = (CheckConstraint("length(name) > 0", name="has_a_name"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    """The name as ``names.person_key`` compares it: two officials cannot be taken for one another."""
    passphrase_hash: Mapped[str | None]
    """scrypt, with its salt and cost; None until the invitation is accepted."""
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


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
