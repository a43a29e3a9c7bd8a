"""What a token stands on: an official who may make it today. Who has lost the role, or works here no more, leaves tokens
behind that open nothing; whoever may make them can take one over.

A token that was made at the command line stands on nobody's role: whoever has the server has it still.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..models import Official
from ..officials import ActingOfficial, Role, RoleAt
from ..register import acting, roles_of
from ..scope import Act
from .models import ApiToken

MANAGERS: tuple[Role, ...] = ("admin", "operator")
LOOKERS: tuple[Role, ...] = (*MANAGERS, "supervisor")

Standing = Literal["good", "stopped", "over", "revoked"]
"""``stopped``: nobody who may make it stands behind it any more."""


class Voucher(NamedTuple):
    """On whom a token stands."""

    name: str
    took_over: bool
    """Not its maker: they took it over."""


def may_manage(official: ActingOfficial, slug: str) -> bool:
    """Whether they make, take over and revoke tokens of this campaign; those of all campaigns need a role in all."""
    return official.may(slug, *MANAGERS)


def may_look(official: ActingOfficial, slug: str) -> bool:
    """Whether they see that there is such a token."""
    return official.may(slug, *LOOKERS)


def standing_of(session: Session, kept: ApiToken, now: datetime) -> Standing:
    """Whether a token is good at this moment. Asked at each request, so that a role that was taken stops it at once."""
    if kept.revoked_at is not None:
        return "revoked"
    if now >= kept.expires_at:
        return "over"
    return "good" if _stands(session, kept) else "stopped"


def voucher_of(session: Session, kept: ApiToken) -> Voucher | None:
    """On whom it stands; None for one that was made at the command line."""
    if kept.vouched_by is None:
        return None
    return Voucher(session.get_one(Official, kept.vouched_by).name, kept.vouched_at is not None)


def stops_with(
    session: Session, official_id: int, leaving: Iterable[RoleAt] | None, now: datetime
) -> list[ApiToken]:
    """The tokens that are good and would not be once this official has ended (``None``), or has lost these roles."""
    before, gone = acting(session, official_id), None if leaving is None else set(leaving)
    after = None if gone is None else _as_if(before, set(roles_of(session, official_id)) - gone)
    rows = session.scalars(
        select(ApiToken)
        .where(ApiToken.vouched_by == official_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
        .order_by(ApiToken.id)
    )
    return [
        kept for kept in rows
        if _may(before, kept.campaign_slug) and not _may(after, kept.campaign_slug)
    ]  # fmt: skip


def stopping_with(
    session: Session, act: Act, official_id: int, role: RoleAt | None, now: datetime
) -> list[ApiToken]:
    """The tokens that an act upon an official stops: ending them, or taking a role."""
    if act not in ("end", "take"):
        return []
    return stops_with(session, official_id, None if act == "end" or role is None else [role], now)


def _stands(session: Session, kept: ApiToken) -> bool:
    return kept.vouched_by is None or _may(acting(session, kept.vouched_by), kept.campaign_slug)


def _may(official: ActingOfficial | None, slug: str) -> bool:
    return official is not None and may_manage(official, slug)


def _as_if(official: ActingOfficial | None, held: Collection[RoleAt]) -> ActingOfficial | None:
    """The same official with other roles. Roles for one unit's candidates make no tokens."""
    whole = frozenset((role, where) for role, where, unit in held if not unit)
    return ActingOfficial(official.id, official.name, whole) if official else None
