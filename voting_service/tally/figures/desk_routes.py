"""The board and the screen in the hall: two pages, and the data that keeps each of them live."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, current_app, make_response, render_template, request

from ...accounts.officials import Role
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...ledger import RecorderPosition
from ...recorder.drain import Stores
from ...transparency.models import Log
from ...web import access
from ...web.language import say
from .board import board_figures, day_hours
from .machinery import machinery_of
from .screen import screen_figures

LOOKERS: tuple[Role, ...] = ("operator", "committee", "supervisor", "admin")

pages = Blueprint("desk_board", __name__, url_prefix="/desk/campaigns/<slug>")


@pages.get("/board")
@access.official(*LOOKERS)
def board(slug: str) -> Response:
    """Figures as the ledger has them, whatever the public may see."""
    campaign, figures = _board(slug)
    hours = day_hours(figures["series"]["day"]) if figures else []
    return make_response(
        render_template("figures/board.html", campaign=campaign, figures=figures, hours=hours)
    )


@pages.get("/figures.json")
@access.official(*LOOKERS)
def board_data(slug: str) -> Response:
    """The board's figures; 304 while nothing has changed."""
    return _data(_board(slug)[1])


@pages.get("/screen")
@access.official(*LOOKERS)
def screen(slug: str) -> Response:
    """For the hall: nothing that the public may not see."""
    campaign, figures = _screen(slug)
    return make_response(render_template("figures/screen.html", campaign=campaign, figures=figures))


@pages.get("/screen.json")
@access.official(*LOOKERS)
def screen_data(slug: str) -> Response:
    """The screen's figures; 304 while nothing has changed."""
    return _data(_screen(slug)[1])


def _board(slug: str) -> tuple[Campaign, dict[str, Any] | None]:
    stores = _stores()
    with stores.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        position, public_log = session.get(RecorderPosition, campaign.id), session.get(Log, campaign.id)
        if position is None or public_log is None:
            return campaign, None
        machinery = machinery_of(stores, campaign, position, public_log)
        return campaign, board_figures(session, campaign, machinery, stores.clock.now())


def _screen(slug: str) -> tuple[Campaign, dict[str, Any] | None]:
    stores = _stores()
    with stores.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        return campaign, screen_figures(session, campaign, stores.clock.now())


def _data(figures: dict[str, Any] | None) -> Response:
    response = make_response(json.dumps(figures, ensure_ascii=False, separators=(",", ":"), default=say))
    response.mimetype = "application/json"
    response.add_etag()
    response.make_conditional(request)
    return response


def _stores() -> Stores:
    stores: Stores = current_app.extensions["recorder_stores"]
    return stores
