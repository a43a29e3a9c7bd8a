"""A draft as its pages would show it, below an address of the desk's, so that no link of it leads to a page that is not
there yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from sqlalchemy.orm import Session

from ...campaigns.models import Campaign
from ...candidates.showcase import CampaignOnShow, CandidateView, on_show


def preview_url(slug: str) -> str:
    """Where a draft is looked at."""
    return f"/desk/campaigns/{slug}/preview"


@dataclass(frozen=True)
class DraftOnShow(CampaignOnShow):
    """The same, elsewhere."""

    @property
    def url(self) -> str:
        """The preview's own path."""
        return preview_url(self.slug)


def draft_on_show(
    session: Session, campaign: Campaign, may_see: Callable[[CandidateView], bool]
) -> DraftOnShow:
    """``may_see``: whose profiles this official may look at."""
    show = on_show(session, campaign)
    at = preview_url(campaign.slug)
    people = tuple(
        replace(
            one,
            url=f"{at}/candidates/{one.number}",
            qr_svg_url=f"{at}/qr.svg",
            qr_png_url=f"{at}/qr.svg",
        )
        for one in show.candidates
        if may_see(one)
    )
    values = {field.name: getattr(show, field.name) for field in fields(show)}
    values |= {"candidates": people, "by_number": MappingProxyType({one.number: one for one in people})}
    return DraftOnShow(**values)
