"""Setting a campaign up at the desk: what is left to do before voting, a last look, and opening, scheduling, taking back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ..accounts.signed_in import acting_official
from ..campaigns.creating import LOOKERS, TAKERS, WRITERS
from ..campaigns.gate_policies import current_policy
from ..campaigns.models import DRAFT, SCHEDULED
from ..campaigns.queries import campaign_by_slug
from ..campaigns.standing import by_the_clock
from ..candidates.departures import standing_roster
from ..errors import Problem, ProblemsFound, Unavailable
from ..text import Text, _
from ..web import access, at_hand
from ..web.headers import may_frame_our_own
from .last_look import last_look as texts_of
from .opening import Opener, PhaseForbids, open_voting, schedule_voting, unschedule_voting
from .setup import readiness

pages = Blueprint("desk_setup", __name__, url_prefix="/desk/campaigns/<slug>/setup")

DONE: dict[str, Text] = {
    "created": _("活动已经建立。"),
    "imported": _("活动已经更新。"),
    "saved": _("已经保存。"),
    "scheduled": _("已经排期，到时自动开始投票。"),
    "unscheduled": _("已经撤回排期，活动不再公开。"),
    "opened": _("投票已经开始，规则和候选名单已经冻结。"),
}


@pages.get("")
@access.official(*LOOKERS)
def setup(slug: str) -> Response:
    """What is left to do, and the draft as voters will see it."""
    return _setup_page(slug)


@pages.get("/open")
@access.official(*WRITERS)
def last_look(slug: str) -> BaseResponse:
    """What opening freezes; or that it cannot be."""
    return _last_look(slug)


@pages.post("/open")
@access.official(*WRITERS)
def begin(slug: str) -> BaseResponse:
    """Open now, or schedule; bound to what was looked at."""
    if request.form.get("confirmed") != "yes":
        return _last_look(slug, [Problem("confirmed", _("请先核对内容，并勾选确认。"))], 422)
    seen, now, actor = request.form.get("seen", ""), at_hand.now(), acting_official().name
    opener: Opener = current_app.extensions["opener"]
    how = "scheduled" if request.form.get("how") == "schedule" else "opened"
    try:
        if how == "scheduled":
            with at_hand.database().write() as session:
                schedule_voting(session, slug, at=now, actor=actor, identities=opener.identities, seen=seen)
        else:
            open_voting(opener, slug, at=now, actor=actor, seen=seen)
    except ProblemsFound as refused:
        return _last_look(slug, list(refused.problems), 422)
    except (PhaseForbids, Unavailable) as refused:
        return _last_look(slug, [Problem("", refused.sentence, refused.remedy)], 409)
    return redirect(f"/desk/campaigns/{slug}/setup?done={how}", 303)


@pages.post("/unschedule")
@access.official(*WRITERS)
def unschedule(slug: str) -> BaseResponse:
    """Back to a draft."""
    try:
        with at_hand.database().write() as session:
            unschedule_voting(session, slug, at=at_hand.now(), actor=acting_official().name)
    except PhaseForbids as refused:
        return _setup_page(slug, [Problem("", refused.sentence)], 409)
    return redirect(f"/desk/campaigns/{slug}/setup?done=unscheduled", 303)


def _setup_page(slug: str, found: list[Problem] | None = None, status: int = 200) -> Response:
    opener: Opener = current_app.extensions["opener"]
    now = at_hand.now()
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        ready = None if campaign.frozen else readiness(session, campaign, now, opener.identities)
        people = [] if campaign.frozen else standing_roster(session, campaign.id)
    response = _page(
        "desk_setup", status, campaign=campaign, ready=ready, found=found or [], people=people[:60],
        may_write=acting_official().may(slug, *WRITERS), may_take=acting_official().may(slug, *TAKERS),
        done=DONE.get(request.args.get("done", "")),
        clock=by_the_clock(campaign, now), draft=campaign.phase == DRAFT, scheduled=campaign.phase == SCHEDULED,
        address=f"{current_app.config['BASE_URL']}/c/{slug}",
    )  # fmt: skip
    return may_frame_our_own(response)


def _last_look(slug: str, found: list[Problem] | None = None, status: int = 200) -> BaseResponse:
    opener: Opener = current_app.extensions["opener"]
    now = at_hand.now()
    with at_hand.database().read() as session:
        campaign = campaign_by_slug(session, slug)
        if campaign.frozen:
            return redirect(f"/desk/campaigns/{slug}/setup", 303)
        ready = readiness(session, campaign, now, opener.identities)
        _version, policy = current_policy(session, campaign.id)
        look = texts_of(campaign, standing_roster(session, campaign.id), policy, now)
    return _page(
        "desk_open", status, campaign=campaign, rules=campaign.rules, ready=ready, look=look, found=found or [],
        ahead=campaign.rules.opens_at > now, scheduled=campaign.phase == SCHEDULED,
    )  # fmt: skip


def _page(name: str, status: int, **values: Any) -> Response:
    return make_response(render_template(f"ballots/{name}.html", **values), status)
