"""Past campaigns by the year in which their voting ended. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from ...ballots.campaign_view import CampaignView


def by_year(views: Iterable[CampaignView]) -> list[tuple[int, list[CampaignView]]]:
    """Only those that have ended; the latest year first, and in it the latest campaign."""
    ended = sorted(
        (view for view in views if view.show.closed),
        key=lambda view: (view.closes_at, view.slug),
        reverse=True,
    )
    return [
        (year, list(group))
        for year, group in groupby(ended, key=lambda view: view.closes_at.astimezone(view.rules.zone).year)
    ]
