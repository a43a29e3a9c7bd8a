"""Invitations: a link by which an official sets their passphrase, once. Nobody is ever told a passphrase by somebody else."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from ..activity import journal
from ..errors import NotFound
from ..text import _
from .models import Invitation, Official
from .register import actor_problems, find_official
from .sessions import end_sessions_of

LIFETIME = timedelta(days=7)


class TakenUp(NamedTuple):
    """A link that was used."""

    made_by: str | None
    made_at: datetime
    used_at: datetime


def invite(session: Session, name: str, *, at: datetime, actor: str) -> str:
    """A new link's secret for an official; earlier ones that were not used are over. Whoever is signed in stays so until it
    is used. Raises ProblemsFound. The caller commits."""
    official = find_official(session, name, also=actor_problems(actor))
    end_invitations_of(session, official.id, at=at)
    secret = secrets.token_urlsafe(32)
    session.add(
        Invitation(
            digest=_digest(secret),
            official_id=official.id,
            made_at=at,
            made_by=actor.strip(),
            expires_at=at + LIFETIME,
        )
    )
    session.flush()
    journal(session, at=at, actor=actor, act="invite_official", subject=official.name)
    return secret


def end_invitations_of(session: Session, official_id: int, *, at: datetime) -> None:
    """Links that were not used are good no more. The caller commits."""
    session.execute(
        update(Invitation)
        .where(
            Invitation.official_id == official_id,
            Invitation.used_at.is_(None),
            Invitation.expires_at > at,
        )
        .values(expires_at=at)
    )


def invited(session: Session, secret: str, *, now: datetime) -> Official:
    """Whom a link invites. Raises NotFound for one that is unknown, used or over, with one sentence for all."""
    invitation = session.get(Invitation, _digest(secret))
    if invitation is None or invitation.used_at is not None or now >= invitation.expires_at:
        raise _no_invitation()
    official = session.get_one(Official, invitation.official_id)
    if official.ended_at is not None:
        raise _no_invitation()
    return official


def accept(session: Session, secret: str, passphrase_hash: str, *, at: datetime) -> Official:
    """Set the passphrase and end every session of the official; gives whose it is now. Two at once: one of them. Raises
    NotFound. The caller commits."""
    official = invited(session, secret, now=at)
    used = session.execute(
        update(Invitation)
        .where(Invitation.digest == _digest(secret), Invitation.used_at.is_(None))
        .values(used_at=at)
    )
    if cast("CursorResult[Any]", used).rowcount != 1:
        raise _no_invitation()
    official.passphrase_hash = passphrase_hash
    end_sessions_of(session, official.id, at=at)
    journal(session, at=at, actor=official.name, act="accept_invitation", subject=official.name)
    return official


def taken_up(session: Session, official_id: int) -> list[TakenUp]:
    """The links by which somebody set this account's passphrase, in order; the first of them was its first sign-in."""
    rows = session.execute(
        select(Invitation.made_by, Invitation.made_at, Invitation.used_at)
        .where(Invitation.official_id == official_id, Invitation.used_at.is_not(None))
        .order_by(Invitation.used_at)
    )
    return [TakenUp(row.made_by, row.made_at, row.used_at) for row in rows if row.used_at is not None]


def _no_invitation() -> NotFound:
    return NotFound(
        _("这个邀请链接无效：可能已经用过、超过 7 天，或者后来又发过新的。"), _("请联系管理员重新邀请。")
    )


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
