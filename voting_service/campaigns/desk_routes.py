"""Campaigns on the desk: the list, and one campaign's page, from which every room of it is reached."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, render_template
from sqlalchemy import select

from ..accounts.officials import ROLES, ActingOfficial
from ..accounts.signed_in import acting_official
from ..database import Database
from ..web import access
from .desk_links import links_for
from .models import Campaign
from .queries import campaign_by_slug

pages = Blueprint("desk_campaigns", __name__, url_prefix="/desk/campaigns")


@pages.get("")
@access.official()
def listing() -> Response:
    """Every campaign in which this official has a role, the latest first."""
    official = acting_official()
    with _database().read() as session:
        rows = session.scalars(select(Campaign).order_by(Campaign.id.desc())).all()
        shown = [row for row in rows if _has_part(official, row.slug)]
    return make_response(render_template("campaigns/desk_list.html", campaigns=shown))


@pages.get("/<slug>")
@access.official(*ROLES, by_unit=True)
def one(slug: str) -> Response:
    """One campaign: where it stands, and its rooms."""
    official = acting_official()
    with _database().read() as session:
        campaign = campaign_by_slug(session, slug)
        links = links_for(current_app.extensions["desk_campaign_links"], campaign, official)
    return make_response(render_template("campaigns/desk_one.html", campaign=campaign, links=links))


def _has_part(official: ActingOfficial, slug: str) -> bool:
    return official.may(slug, *ROLES) or bool(official.units(slug, *ROLES))


def _database() -> Database:
    database: Database = current_app.extensions["database"]
    return database
