"""Who sits on a campaign's committee at this moment. Motions and certifications keep the list that they began with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from ..accounts.register import acting_with
from ..read_ahead import ReadOf


class Member(NamedTuple):
    """A member of the committee."""

    official_id: int
    name: str


def _committees(session: Session, slugs: Collection[str]) -> Mapping[str, Sequence[Member]]:
    people = acting_with(session, "committee")
    return {
        slug: [Member(one.id, one.name) for one in people if one.may(slug, "committee")] for slug in slugs
    }


committee_members = ReadOf(_committees)
"""Officials who have not ended and sit on the committee of a campaign (its slug) or of all, in the order of the register.
Whoever supervises the campaign does not, whatever else was given to them."""
