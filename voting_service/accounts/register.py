"""The register of officials: adding, ending, roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..activity import journal
from ..names import person_key
from .models import Official, OfficialRole
from .officials import ActingOfficial, Role


def add_official(
    session: Session, name: str, roles: Iterable[tuple[Role, str]], *, at: datetime, actor: str
) -> Official:
    """Add one with roles, each in a campaign or everywhere. The caller commits."""
    official = Official(name=name.strip(), name_key=person_key(name), added_at=at)
    session.add(official)
    session.flush()
    session.add_all(
        OfficialRole(official_id=official.id, role=role, campaign_slug=where) for role, where in set(roles)
    )
    session.flush()
    journal(session, at=at, actor=actor, act="add_official", subject=official.name,
            details={"roles": sorted(f"{role}@{where or '*'}" for role, where in set(roles))})  # fmt: skip
    return official


def acting(session: Session, official_id: int) -> ActingOfficial | None:
    """An official as verbs know them; None for one who has ended."""
    official = session.get(Official, official_id)
    if official is None or official.ended_at is not None:
        return None
    rows = session.execute(
        select(OfficialRole.role, OfficialRole.campaign_slug).where(OfficialRole.official_id == official_id)
    )
    return ActingOfficial(
        official.id, official.name, frozenset((cast(Role, role), where) for role, where in rows)
    )
