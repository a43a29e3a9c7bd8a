"""Campaigns on the desk: the list, and one campaign's page, from which every room of it is reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, make_response, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..accounts.desk_home import DeskLine, what_waits
from ..accounts.officials import ROLES, ActingOfficial
from ..accounts.signed_in import acting_official
from ..clock import Clock
from ..web import access, at_hand
from .creating import may_create
from .desk_links import CampaignFact, CampaignLink, MakeFacts, grouped, links_for, room_at
from .models import Campaign
from .queries import campaign_by_slug
from .standing import Standing, standings_of

pages = Blueprint("desk_campaigns", __name__, url_prefix="/desk/campaigns")


class Place(NamedTuple):
    """Where a page stands: its campaign, and the room of which it is a part."""

    slug: str
    title: str
    room: CampaignLink | None
    """None on the room's own page, or where this official may not go there."""


@pages.app_context_processor
def _where() -> dict[str, Any]:
    """``desk_place()`` for the desk's frame; asked only by pages that show it."""
    return {"desk_place": _place}


def _place() -> Place | None:
    slug = (request.view_args or {}).get("slug", "")
    if not slug or request.path == f"{pages.url_prefix}/{slug}":
        return None
    with at_hand.database().read() as session:
        title = session.scalar(select(Campaign.title).where(Campaign.slug == slug))
    if title is None:
        return None
    room, official = (
        room_at(current_app.extensions["desk_campaign_links"], slug, request.path),
        acting_official(),
    )
    theirs = room is not None and (
        official.may(slug, *room.roles) or (room.by_unit and bool(official.units(slug, *room.roles)))
    )
    is_part = room is not None and room.url(slug) != request.path
    return Place(slug, title, room if theirs and is_part else None)


@pages.get("")
@access.official()
def listing() -> Response:
    """Every campaign in which this official has a role, the latest first."""
    official = acting_official()
    with at_hand.database().read() as session:
        rows = session.scalars(select(Campaign).order_by(Campaign.id.desc())).all()
        shown = [row for row in rows if _has_part(official, row.slug)]
        lines = _waiting(session, official) if shown else []
        facts = _facts(session, shown)
        cards = [
            {"standing": standing, "waits": len(_of(row.slug, lines)), "facts": facts[row.id]}
            for row, standing in zip(shown, _standings(session, shown), strict=True)
        ]
    return make_response(
        render_template("campaigns/desk_list.html", cards=cards, may_create=may_create(official))
    )


@pages.get("/<slug>")
@access.official(*ROLES, by_unit=True)
def one(slug: str) -> Response:
    """One campaign: where it stands, what waits, and its rooms."""
    official = acting_official()
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        (standing,) = _standings(session, [campaign])
        links = links_for(current_app.extensions["desk_campaign_links"], campaign, official)
        page: dict[str, Any] = {
            "standing": standing,
            "next_room": next((link for link in links if link.path == standing.next_path), None),
            "facts": _facts(session, [campaign])[campaign.id],
            "waits": sorted(_of(slug, _waiting(session, official)), key=lambda line: not line.urgent),
            "groups": grouped(links),
            "rules": campaign.rules,
        }
    return make_response(render_template("campaigns/desk_one.html", **page))


def _standings(session: Session, campaigns: Sequence[Campaign]) -> list[Standing]:
    clock: Clock = current_app.extensions["clock"]
    return standings_of(session, campaigns, current_app.extensions["desk_campaign_stages"], clock.now())


def _facts(session: Session, campaigns: Sequence[Campaign]) -> dict[int, list[CampaignFact]]:
    makers: Sequence[MakeFacts] = current_app.extensions["desk_campaign_facts"]
    ids = [campaign.id for campaign in campaigns]
    made = [make(session, ids) for make in makers]
    return {one: [fact for facts in made for fact in facts.get(one, ())] for one in ids}


def _waiting(session: Session, official: ActingOfficial) -> list[DeskLine]:
    """What waits for this official anywhere, as the desk's first page says it."""
    clock: Clock = current_app.extensions["clock"]
    sections = what_waits(current_app.extensions["desk_sections"], session, official, clock.now())
    return [line for section in sections for line in section.lines]


def _of(slug: str, lines: Sequence[DeskLine]) -> list[DeskLine]:
    """Those that lead into one campaign: its address says so."""
    return [line for line in lines if line.url.split("/")[3:4] == [slug]]


def _has_part(official: ActingOfficial, slug: str) -> bool:
    return official.may(slug, *ROLES) or bool(official.units(slug, *ROLES))
