"""Who sits on a campaign's committee at this moment. Motions and certifications keep the list that they began with."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..accounts.models import Official, OfficialRole
from ..accounts.officials import EVERYWHERE
from ..accounts.register import acting


class Member(NamedTuple):
    """A member of the committee."""

    official_id: int
    name: str


def committee_members(session: Session, slug: str) -> list[Member]:
    """Officials who have not ended and sit on the committee of this campaign or of all, in the order of the register.
    Whoever supervises the campaign does not, whatever else was given to them."""
    ids = session.scalars(
        select(OfficialRole.official_id)
        .join(Official, Official.id == OfficialRole.official_id)
        .where(OfficialRole.role == "committee", OfficialRole.unit == "", Official.ended_at.is_(None))
        .where(OfficialRole.campaign_slug.in_((slug, EVERYWHERE)))
        .distinct()
    )
    found = [acting(session, official_id) for official_id in sorted(ids)]
    return [Member(one.id, one.name) for one in found if one is not None and one.may(slug, "committee")]
