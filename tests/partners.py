"""Media partners, in tests."""

from __future__ import annotations

from tests.desk import Desk
from tests.stage import Stage
from voting_service.media.partners.keeping import (
    WantedPartner,
    WantedTerms,
    change_terms,
    make_partner,
    revoke_partner,
)
from voting_service.media.partners.models import MediaPartner

NEWS = "https://www.news.example"


def partner(
    stage: Stage, desk: Desk, name: str = "工人报", *origins: str, slug: str = "test"
) -> MediaPartner:
    """A partner with these sites."""
    wanted = WantedPartner(name, "\n".join(origins or (NEWS,)))
    with stage.service.database.write() as session:
        return make_partner(session, slug, wanted, at=stage.service.clock.now(), official=desk.official)


def revoked(stage: Stage, desk: Desk, one: MediaPartner, slug: str = "test") -> None:
    """Its key is good no more."""
    with stage.service.database.write() as session:
        revoke_partner(session, slug, one.id, at=stage.service.clock.now(), official=desk.official)


def terms(
    stage: Stage, desk: Desk, *, only_partners: bool = False, kit_public: bool = False, credit: str = "",
    slug: str = "test",
) -> None:  # fmt: skip
    """The campaign's terms."""
    wanted = WantedTerms(only_partners, kit_public, credit)
    with stage.service.database.write() as session:
        change_terms(session, slug, wanted, at=stage.service.clock.now(), official=desk.official)
