"""Leaving outside of a notice, at the desk: proposed with a last look, confirmed by another, or dropped."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ...accounts.models import Official
from ...accounts.signed_in import acting_official
from ...campaigns.models import DRAFT
from ...campaigns.queries import campaign_by_slug
from ...campaigns.rule_texts import ballots_of_disqualified
from ...candidates.departures import CAUSE_WORDS, DECEASED, DISQUALIFIED, WITHDRAWN, departures_of
from ...candidates.queries import candidate_by_number
from ...errors import Problem, ProblemsFound
from ...text import Text, _
from ...web import access, at_hand
from ..polling_place import polling_place
from .leaving import Leave, LeavesFrom, carry_out, check_leave, drop_leave, pending_leave, propose_leave

CAUSES: dict[str, Text] = {
    WITHDRAWN: _("本人或单位要求退出"),
    DECEASED: _("去世"),
    DISQUALIFIED: _("取消资格"),
}
"""As the form asks for them."""

pages = Blueprint("desk_leaving", __name__, url_prefix="/desk/campaigns/<slug>/candidates/<int:number>/leave")


@pages.get("")
@access.official("operator", "committee")
def leave(slug: str, number: int) -> BaseResponse:
    """The form; or the proposal that waits; or the way to the room where it is seen to."""
    return _leave_page(slug, number)


@pages.post("")
@access.official("operator", "committee")
def propose(slug: str, number: int) -> BaseResponse:
    """First what would come of it, then, confirmed, the proposal."""
    wanted = Leave(request.form.get("cause", ""), request.form.get("reason", ""))
    if request.form.get("step") == "edit":
        return _leave_page(slug, number, wanted)
    confirmed = request.form.get("confirmed") == "yes"
    try:
        if confirmed:
            with at_hand.database().write() as session:
                propose_leave(
                    session,
                    slug,
                    number,
                    wanted,
                    _leaves_from(),
                    at=at_hand.now(),
                    official=acting_official(),
                )
        else:
            with at_hand.database().read() as session:
                campaign = campaign_by_slug(session, slug)
                candidate = candidate_by_number(session, campaign.id, number)
                check_leave(session, campaign, candidate, wanted, _leaves_from())
    except ProblemsFound as refused:
        return _leave_page(slug, number, wanted, list(refused.problems), 422)
    if not confirmed:
        return _leave_page(slug, number, wanted, looking=True)
    return redirect(f"/desk/campaigns/{slug}/candidates/{number}/leave?done=proposed", 303)


@pages.post("/confirm")
@access.official("committee")
def confirm(slug: str, number: int) -> BaseResponse:
    """The second person."""
    if request.form.get("confirmed") != "yes":
        return _leave_page(
            slug, number, found=[Problem("confirmed", _("请先核对内容，并勾选确认。"))], status=422
        )
    typed = request.form.get("seen", "")
    seen = int(typed) if typed.isdecimal() and len(typed) < 10 else -1
    box = polling_place().station.box
    try:
        told = carry_out(
            at_hand.database(),
            box,
            at_hand.clock(),
            slug,
            number,
            seen,
            _leaves_from(),
            official=acting_official(),
        )
    except ProblemsFound as refused:
        return _leave_page(slug, number, found=list(refused.problems), status=422)
    done = "left" if told else "left-untold"
    return redirect(f"/desk/campaigns/{slug}/candidates/{number}/leave?done={done}", 303)


@pages.post("/drop")
@access.official("operator", "committee")
def drop(slug: str, number: int) -> BaseResponse:
    """Let it go."""
    with at_hand.database().write() as session:
        drop_leave(session, slug, number, at=at_hand.now(), official=acting_official())
    return redirect(f"/desk/campaigns/{slug}/candidates/{number}/leave?done=dropped", 303)


def _leave_page(
    slug: str, number: int, wanted: Leave | None = None, found: list[Problem] | None = None, status: int = 200,
    looking: bool = False,
) -> Response:  # fmt: skip
    official = acting_official()
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        candidate = candidate_by_number(session, campaign.id, number)
        pending = pending_leave(session, campaign.id, number)
        by = session.get_one(Official, pending.proposed_by).name if pending else ""
        cause = departures_of(session, campaign.id).get(number)
        elsewhere = _leaves_from()(session, campaign, number)
    voids = ballots_of_disqualified(campaign.plan) == "void"
    return _page(
        "desk_leave", status, campaign=campaign, candidate=candidate, pending=pending, by=by, found=found or [],
        gone=CAUSE_WORDS[cause] if cause else None, elsewhere=None if cause else elsewhere, wanted=wanted or Leave("", ""),
        causes=[*CAUSES.items()], cause_words=CAUSES, page_words=CAUSE_WORDS, looking=looking, voids=voids,
        before=not campaign.frozen, draft=campaign.phase == DRAFT,
        is_own=pending is not None and pending.proposed_by == official.id,
        decides=official.may(slug, "committee"), done=request.args.get("done", ""),
    )  # fmt: skip


def _leaves_from() -> LeavesFrom:
    found: LeavesFrom = current_app.extensions["desk_leaves_from"]
    return found


def _page(name: str, status: int, **values: Any) -> Response:
    return make_response(render_template(f"ballots/{name}.html", **values), status)
