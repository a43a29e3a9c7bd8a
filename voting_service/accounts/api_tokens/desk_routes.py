"""API tokens on the desk: the list, making one (shown once), taking one over and revoking one after a last look."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ...errors import NotFound, Problem, ProblemsFound
from ...text import _
from ...web import access, at_hand
from ..officials import EVERYWHERE
from ..signed_in import acting_official
from .issuing import (
    LONGEST_DAYS,
    WantedToken,
    list_tokens,
    make_token,
    revoke_token,
    scopes_of,
    take_over_problems,
    take_over_token,
    token_by_id,
)
from .models import ApiToken
from .scopes import SCOPE_WORDS
from .standing import LOOKERS, MANAGERS, may_look, may_manage, standing_of, voucher_of

pages = Blueprint("api_tokens", __name__, url_prefix="/desk/api-tokens")
ALL = "*"
"""How the form calls all campaigns: an empty choice is none."""


@pages.get("")
@access.official(*LOOKERS)
def listing() -> Response:
    """Tokens of the campaigns that are theirs."""
    official, now = acting_official(), at_hand.now()
    with at_hand.database().read() as session:
        tokens = [kept for kept in list_tokens(session) if may_look(official, kept.campaign_slug)]
        titles = dict(current_app.extensions["campaign_titles"](session))
        rows = [
            {
                "token": kept,
                "standing": standing_of(session, kept, now),
                "voucher": voucher_of(session, kept),
                "is_own": kept.vouched_by == official.id,
                "mine": may_manage(official, kept.campaign_slug),
            }
            for kept in tokens
        ]
    return _page(
        "list", rows=rows, titles=titles, scopes_of=scopes_of, words=SCOPE_WORDS, may_make=bool(_places()),
        done=request.args.get("done"),
    )  # fmt: skip


@pages.get("/new")
@access.official(*MANAGERS)
def new() -> Response:
    """The form."""
    return _form({"days": "90", "scopes": ["tally:read"], "campaign": request.args.get("campaign", "")})


@pages.post("/new")
@access.official(*MANAGERS)
def make() -> BaseResponse:
    """Make one and show it; no other page ever will."""
    official, sent = acting_official(), request.form
    slug, places = sent.get("campaign", ""), dict(_places())
    found = [] if slug in places else [Problem("campaign", _("请选择由您经办的评选活动。"))]
    days = sent.get("days", "").strip()
    wanted = WantedToken(
        sent.get("name", ""), "" if slug == ALL else slug, tuple(sent.getlist("scopes")),
        int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0,
    )  # fmt: skip
    try:
        with at_hand.database().write() as session:
            made = make_token(session, wanted, at=at_hand.now(), actor=official.name, official=official,
                              found=found)  # fmt: skip
    except ProblemsFound as refused:
        return _form({**sent.to_dict(), "scopes": sent.getlist("scopes")}, list(refused.problems), 422)
    return _page("made", made=made, called=wanted.name.strip())


@pages.get("/<int:number>/revoke")
@access.official(*MANAGERS)
def ask_to_revoke(number: int) -> Response:
    """The last look."""
    return _revoke_page(number)


@pages.post("/<int:number>/revoke")
@access.official(*MANAGERS)
def revoke(number: int) -> BaseResponse:
    """Revoke one."""
    if request.form.get("confirmed") != "yes":
        return _revoke_page(number, [Problem("confirmed", _("请先核对，再勾选确认。"))], 422)
    official = acting_official()
    with at_hand.database().write() as session:
        _require_theirs(token_by_id(session, number, lock=True))
        revoke_token(session, number, at=at_hand.now(), actor=official.name)
    return redirect("/desk/api-tokens?done=revoked", 303)


@pages.get("/<int:number>/take-over")
@access.official(*MANAGERS)
def ask_to_take_over(number: int) -> Response:
    """The last look before one's own role stands behind a token."""
    return _take_over_page(number)


@pages.post("/<int:number>/take-over")
@access.official(*MANAGERS)
def take_over(number: int) -> BaseResponse:
    """Stand behind one from now on."""
    if request.form.get("confirmed") != "yes":
        return _take_over_page(number, [Problem("confirmed", _("请先核对，再勾选确认。"))], 422)
    try:
        with at_hand.database().write() as session:
            if request.form.get("seen") != _seen(token_by_id(session, number, lock=True)):
                raise ProblemsFound([Problem("confirmed", _("您看过以后，别人接手了这个令牌，请重新核对。"))])
            take_over_token(session, number, at=at_hand.now(), official=acting_official())
    except ProblemsFound as refused:
        return _take_over_page(number, list(refused.problems), 422)
    return redirect("/desk/api-tokens?done=taken-over", 303)


def _form(values: dict[str, Any], found: list[Problem] | None = None, status: int = 200) -> Response:
    places = _places()
    if len(places) == 1:
        values = {**values, "campaign": places[0][0]}
    return _page(
        "new", status, values=values, places=places, scopes=SCOPE_WORDS.items(), found=found or [],
        longest=LONGEST_DAYS,
    )  # fmt: skip


def _revoke_page(number: int, found: list[Problem] | None = None, status: int = 200) -> Response:
    with at_hand.database().read() as session:
        kept = token_by_id(session, number)
        titles = dict(current_app.extensions["campaign_titles"](session))
    _require_theirs(kept)
    return _page(
        "revoke", status, token=kept, titles=titles, scopes_of=scopes_of, words=SCOPE_WORDS, found=found or []
    )


def _take_over_page(number: int, found: list[Problem] | None = None, status: int = 200) -> Response:
    official, now = acting_official(), at_hand.now()
    with at_hand.database().read() as session:
        kept = token_by_id(session, number)
        _require_theirs(kept)
        hindered = take_over_problems(session, kept, official, now)
        voucher, standing = voucher_of(session, kept), standing_of(session, kept, now)
        titles = dict(current_app.extensions["campaign_titles"](session))
    return _page(
        "take_over", status, token=kept, titles=titles, scopes_of=scopes_of, words=SCOPE_WORDS,
        found=found or hindered, may=not hindered, voucher=voucher, standing=standing, seen=_seen(kept),
    )  # fmt: skip


def _seen(kept: ApiToken) -> str:
    return f"{kept.vouched_by or 0}-{int(kept.vouched_at.timestamp()) if kept.vouched_at else 0}"


def _require_theirs(kept: ApiToken) -> None:
    if not may_manage(acting_official(), kept.campaign_slug):
        raise NotFound(_("没有这个令牌。"))


def _places() -> list[tuple[str, Any]]:
    """The campaigns that they may make tokens for; all of them where they have the role in all."""
    official = acting_official()
    with at_hand.database().read() as session:
        titles = current_app.extensions["campaign_titles"](session)
    every = [(ALL, _("所有评选活动"))] if may_manage(official, EVERYWHERE) else []
    return [*((slug, title) for slug, title in titles if may_manage(official, slug)), *every]


def _page(name: str, status: int = 200, **values: Any) -> Response:
    return make_response(render_template(f"api_tokens/{name}.html", **values), status)
