"""Candidates who leave, in tests: written down as a confirmed substitution does it, and told to the box or not."""

from __future__ import annotations

from tests.stage import Stage
from voting_service.ballots.attest import tell_departures
from voting_service.campaigns.models import Campaign
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.departures import depart


def leaves_in_sql(stage: Stage, number: int, cause: str = "withdrawn", slug: str = "test") -> Campaign:
    """As far as the commit point: whoever confirmed it dies before the box is told."""
    with stage.service.database.write() as session:
        campaign = campaign_by_slug(session, slug, lock=True)
        assert depart(session, campaign, number, cause, at=stage.service.clock.now())
        return campaign


def leaves(stage: Stage, number: int, cause: str = "withdrawn", slug: str = "test") -> None:
    """All of it."""
    campaign = leaves_in_sql(stage, number, cause, slug)
    service = stage.service
    assert tell_departures(service.database, service.box, campaign.id, slug) == campaign.frozen
