"""What rooms do with a campaign, as its page on the desk shows it. Registered in ``wsgi.py``: this room knows none of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..accounts.officials import ActingOfficial, Role
from ..text import Text
from .models import CLOSED, DRAFT, OPEN, SCHEDULED, Campaign

PHASES = (DRAFT, SCHEDULED, OPEN, CLOSED)


class CampaignLink(NamedTuple):
    """A room of one campaign."""

    label: Text
    path: str
    """Below the campaign's own: ``board`` leads to ``/desk/campaigns/<slug>/board``; with a slash in front, anywhere."""
    roles: tuple[Role, ...]
    about: Text
    """What one does there, in a few words."""
    phases: tuple[str, ...] = PHASES
    by_unit: bool = False
    """Whether roles for one unit's candidates lead there too."""

    def url(self, slug: str) -> str:
        """Where it leads."""
        return self.path if self.path.startswith("/") else f"/desk/campaigns/{slug}/{self.path}"


def links_for(
    links: Iterable[CampaignLink], campaign: Campaign, official: ActingOfficial
) -> list[CampaignLink]:
    """Those that an official may follow in this phase, in the rooms' order."""
    slug = campaign.slug
    return [
        link
        for link in links
        if campaign.phase in link.phases
        and (official.may(slug, *link.roles) or (link.by_unit and official.units(slug, *link.roles)))
    ]
