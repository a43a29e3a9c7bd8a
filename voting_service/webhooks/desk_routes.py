"""Webhooks on the desk: who is told of what, how each message went, a test, once more, pausing and ending."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from ..accounts.officials import EVERYWHERE
from ..accounts.signed_in import acting_official
from ..errors import NotFound, Problem, ProblemsFound
from ..text import _
from ..web import access, at_hand
from . import endpoints
from .deliveries import latest_deliveries, latest_states
from .endpoints import LOOKERS, MANAGERS, WantedEndpoint, endpoint_by_id, may_look, may_manage
from .kinds import FAULT_WORDS, KIND_WORDS, KINDS, STATE_TONES, STATE_WORDS
from .models import WebhookEndpoint

pages = Blueprint("webhooks", __name__, url_prefix="/desk/webhooks")
ALL = "*"
"""How the form calls all campaigns: an empty choice is none."""
_DONE = {
    "tested": _("测试消息已放入待推送，几秒后刷新这一页查看结果。"),
    "again": _("已放入待推送，几秒后刷新这一页查看结果。"),
    "paused": _("已暂停。暂停期间发生的事件会等到恢复后再推送。"),
    "resumed": _("已恢复。"),
    "ended": _("已停用。"),
}


@pages.get("")
@access.official(*LOOKERS)
def listing() -> Response:
    """Endpoints of the campaigns that are theirs."""
    official = acting_official()
    with at_hand.database().read() as session:
        shown = [one for one in endpoints.list_endpoints(session) if may_look(official, one.campaign_slug)]
        latest = latest_states(session, [one.id for one in shown])
    return _page("list", shown=shown, latest=latest, may_make=bool(_places()))


@pages.get("/new")
@access.official(*MANAGERS)
def new() -> Response:
    """The form."""
    return _form({"kinds": list(KINDS), "campaign": request.args.get("campaign", "")})


@pages.post("/new")
@access.official(*MANAGERS)
def make() -> BaseResponse:
    """Make one and show its secret; no other page ever will."""
    sent, slug = request.form, request.form.get("campaign", "")
    known = slug in dict(_places())
    found = [] if known else [Problem("campaign", _("请选择由您经办的评选活动。"))]
    wanted = WantedEndpoint(
        sent.get("name", ""), sent.get("url", ""), "" if slug == ALL else slug, tuple(sent.getlist("kinds"))
    )
    try:
        with at_hand.database().write() as session:
            made = endpoints.make_endpoint(
                session, current_app.extensions["keyring"], wanted, inside=_inside(), at=at_hand.now(),
                official=acting_official(), found=found,
            )  # fmt: skip
    except ProblemsFound as refused:
        once = list({(one.where, str(one.sentence)): one for one in refused.problems}.values())
        return _form({**sent.to_dict(), "kinds": sent.getlist("kinds")}, once, 422)
    return _page("made", made=made, called=wanted.name.strip())


@pages.get("/<int:number>")
@access.official(*LOOKERS)
def one(number: int) -> Response:
    """One endpoint, and how its latest messages went."""
    return _one_page(number)


@pages.post("/<int:number>/test")
@access.official(*MANAGERS)
def test(number: int) -> BaseResponse:
    """Send it a test message."""
    return _act(number, endpoints.send_test, "tested")


@pages.post("/<int:number>/pause")
@access.official(*MANAGERS)
def pause(number: int) -> BaseResponse:
    """Keep what happens for later."""
    return _act(number, endpoints.pause_endpoint, "paused")


@pages.post("/<int:number>/resume")
@access.official(*MANAGERS)
def resume(number: int) -> BaseResponse:
    """Go on."""
    return _act(number, endpoints.resume_endpoint, "resumed")


@pages.post("/<int:number>/deliveries/<int:delivery>/again")
@access.official(*MANAGERS)
def again(number: int, delivery: int) -> BaseResponse:
    """Send one message once more."""

    def act(session: Session, endpoint: WebhookEndpoint, *, at: datetime, actor: str) -> None:
        endpoints.send_again(session, endpoints.delivery_of(session, endpoint, delivery), at=at, actor=actor)

    return _act(number, act, "again")


@pages.get("/<int:number>/end")
@access.official(*MANAGERS)
def ask_to_end(number: int) -> Response:
    """The last look."""
    return _end_page(number)


@pages.post("/<int:number>/end")
@access.official(*MANAGERS)
def end(number: int) -> BaseResponse:
    """Nothing more goes there."""
    if request.form.get("confirmed") != "yes":
        return _end_page(number, [Problem("confirmed", _("请先核对，再勾选确认。"))], 422)
    return _act(number, endpoints.end_endpoint, "ended")


def _act(number: int, act: Callable[..., None], done: str) -> BaseResponse:
    """One act on an endpoint that is theirs; where it is refused, its page says why."""
    try:
        with at_hand.database().write() as session:
            endpoint = _theirs(session, number, lock=True)
            act(session, endpoint, at=at_hand.now(), actor=acting_official().name)
    except ProblemsFound as refused:
        return _one_page(number, refused.problems, 422)
    return redirect(f"/desk/webhooks/{number}?done={done}", 303)


def _one_page(number: int, found: Sequence[Problem] = (), status: int = 200) -> Response:
    official = acting_official()
    with at_hand.database().read() as session:
        endpoint = endpoint_by_id(session, number)
        if not may_look(official, endpoint.campaign_slug):
            raise NotFound(_("没有这个推送。"))
        lines = latest_deliveries(session, endpoint)
        titles = dict(current_app.extensions["campaign_titles"](session))
    return _page(
        "one", status, endpoint=endpoint, lines=lines, titles=titles, found=found,
        may_act=may_manage(official, endpoint.campaign_slug), done=_DONE.get(request.args.get("done", "")),
    )  # fmt: skip


def _end_page(number: int, found: Sequence[Problem] = (), status: int = 200) -> Response:
    with at_hand.database().read() as session:
        endpoint = _theirs(session, number)
    return _page("end", status, endpoint=endpoint, found=found)


def _theirs(session: Session, number: int, *, lock: bool = False) -> WebhookEndpoint:
    endpoint = endpoint_by_id(session, number, lock=lock)
    if not may_manage(acting_official(), endpoint.campaign_slug):
        raise NotFound(_("没有这个推送。"))
    return endpoint


def _form(values: dict[str, Any], found: Sequence[Problem] = (), status: int = 200) -> Response:
    places = _places()
    if len(places) == 1:
        values = {**values, "campaign": places[0][0]}
    kinds = [(kind, KIND_WORDS[kind], kind) for kind in KINDS]
    return _page("new", status, values=values, places=places, kinds=kinds, found=found)


def _places() -> list[tuple[str, Any]]:
    """The campaigns that they may tell others of; all of them where they have the role in all."""
    official = acting_official()
    with at_hand.database().read() as session:
        titles = current_app.extensions["campaign_titles"](session)
    every = [(ALL, _("所有评选活动"))] if may_manage(official, EVERYWHERE) else []
    return [*((slug, title) for slug, title in titles if may_manage(official, slug)), *every]


def _page(name: str, status: int = 200, **values: Any) -> Response:
    words = {
        "kind_words": KIND_WORDS,
        "state_words": STATE_WORDS,
        "state_tones": STATE_TONES,
        "fault_words": FAULT_WORDS,
    }
    shown = {"shown_url": endpoints.shown_url, "kinds_of": endpoints.kinds_of}
    return make_response(render_template(f"webhooks/{name}.html", **words, **shown, **values), status)


def _inside() -> Sequence[str]:
    inside: Sequence[str] = current_app.extensions["inner_hosts"]
    return inside
