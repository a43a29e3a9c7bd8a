"""API tokens on the desk: the list, making one (shown once), revoking one after a last look."""

from __future__ import annotations

from datetime import datetime
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
    LOOKERS,
    MANAGERS,
    WantedToken,
    list_tokens,
    make_token,
    may_look,
    may_manage,
    revoke_token,
    scopes_of,
    token_by_id,
)
from .models import ApiToken
from .scopes import SCOPE_WORDS

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
    rows = [(kept, standing(kept, now), may_manage(official, kept.campaign_slug)) for kept in tokens]
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
            made = make_token(session, wanted, at=at_hand.now(), actor=official.name, found=found)
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


def standing(kept: ApiToken, now: datetime) -> str:
    """``good``, ``over`` or ``revoked``."""
    if kept.revoked_at is not None:
        return "revoked"
    return "over" if now >= kept.expires_at else "good"


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
