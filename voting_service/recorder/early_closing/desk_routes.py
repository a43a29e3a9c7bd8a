"""Ending the voting early, at the desk: proposed by one, confirmed by another, each with a last look."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.models import Official
from ...accounts.signed_in import acting_official
from ...campaigns.queries import campaign_by_slug
from ...campaigns.standing import by_the_clock
from ...errors import Problem, ProblemsFound
from ...text import _
from ...two_people import CONFIRMED, PROPOSED
from ...web import access
from ..drain import Stores
from .deciding import carry_out, closing_problems, drop_closing, propose_closing, standing_closing

pages = Blueprint("desk_early_closing", __name__, url_prefix="/desk/campaigns/<slug>/close")


@pages.get("")
@access.official("operator", "committee", "supervisor")
def closing(slug: str) -> Response:
    """Where it stands."""
    return _closing_page(slug)


@pages.post("")
@access.official("operator", "committee")
def propose(slug: str) -> BaseResponse:
    """Propose it."""
    reason = request.form.get("reason", "")
    if request.form.get("confirmed") != "yes":
        return _closing_page(slug, [_not_confirmed()], 422, reason)
    stores = _stores()
    try:
        with stores.database.write() as session:
            propose_closing(session, slug, reason, at=stores.clock.now(), official=acting_official())
    except ProblemsFound as refused:
        return _closing_page(slug, list(refused.problems), 422, reason)
    return redirect(f"/desk/campaigns/{slug}/close?done=proposed", 303)


@pages.post("/confirm")
@access.official("committee")
def confirm(slug: str) -> BaseResponse:
    """The second person; the box is sealed."""
    if request.form.get("confirmed") != "yes":
        return _closing_page(slug, [_not_confirmed()], 422)
    typed = request.form.get("seen", "")
    seen = int(typed) if typed.isdecimal() and len(typed) < 10 else -1
    try:
        sealed = carry_out(_stores(), slug, seen, official=acting_official())
    except ProblemsFound as refused:
        return _closing_page(slug, list(refused.problems), 422)
    return redirect(f"/desk/campaigns/{slug}/close?done={'sealed' if sealed else 'confirmed'}", 303)


@pages.post("/drop")
@access.official("operator", "committee")
def drop(slug: str) -> BaseResponse:
    """Let it go."""
    stores = _stores()
    with stores.database.write() as session:
        drop_closing(session, slug, at=stores.clock.now(), official=acting_official())
    return redirect(f"/desk/campaigns/{slug}/close?done=dropped", 303)


def _closing_page(
    slug: str, found: list[Problem] | None = None, status: int = 200, reason: str = ""
) -> Response:
    official, stores = acting_official(), _stores()
    now = stores.clock.now()
    with stores.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        standing = standing_closing(session, campaign.id)
        by = session.get_one(Official, standing.proposed_by).name if standing else ""
        confirmed_by = (
            session.get(Official, standing.confirmed_by) if standing and standing.confirmed_by else None
        )
    values: dict[str, Any] = {
        "campaign": campaign, "closing": standing, "by": by, "confirmed_by": confirmed_by.name if confirmed_by else None,
        "found": found or [], "reason": reason, "clock": by_the_clock(campaign, now),
        "impossible": closing_problems(campaign, now), "pending": standing is not None and standing.state == PROPOSED,
        "confirmed": standing is not None and standing.state == CONFIRMED,
        "is_own": standing is not None and standing.proposed_by == official.id,
        "may_propose": official.may(slug, "operator", "committee"), "decides": official.may(slug, "committee"),
        "done": request.args.get("done", ""),
    }  # fmt: skip
    return make_response(render_template("recorder/desk_close.html", **values), status)


def _not_confirmed() -> Problem:
    return Problem("confirmed", _("请先核对内容，并勾选确认。"))


def _stores() -> Stores:
    stores: Stores = current_app.extensions["recorder_stores"]
    return stores
