"""The officials' page: who works here and as what. Administrators change it, within their campaigns; supervisors look."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, cast

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from ..errors import NotFound, Problem, ProblemsFound
from ..qr import qr_svg
from ..text import _
from ..web import access, at_hand
from ..web.headers import keep_out_of_sight
from ..web.language import say
from . import managing, second_factor
from .api_tokens.models import ApiToken
from .api_tokens.standing import stopping_with
from .invitations import LIFETIME
from .models import Official
from .officials import BY_UNIT, EVERYWHERE, ROLE_DUTIES, ROLE_NAMES, ROLES, ActingOfficial, Role, RoleAt
from .places import Place
from .register import list_officials
from .scope import Act, may_give, may_manage, may_see, sees
from .signed_in import acting_official

OFFICIALS = "/desk/officials"
pages = Blueprint("officials", __name__, url_prefix=OFFICIALS)


@pages.get("")
@access.official("admin", "supervisor")
def listing() -> Response:
    """Everyone with a role in what this official administers or supervises."""
    official = acting_official()
    with at_hand.database().read() as session:
        coming = managing.proposed_roles(session)
        everyone = [
            one
            for one in list_officials(session, now=at_hand.now())
            if sees(official, [*one.roles, *coming.get(one.number, ())])
        ]
        titles = _titles(session)
        proposals = _spoken(session, managing.proposals_for(session, official), titles)
        factors = second_factor.all_on(session)
    rows = [
        (one, [(role, titles.get(role.slug, role.slug)) for role in one.roles if may_see(official, role)])
        for one in everyone
    ]
    return _page(
        "officials", working=[row for row in rows if row[0].ended_at is None], factors=factors,
        ended=[row for row in rows if row[0].ended_at is not None], proposals=proposals,
        may_add=official.has("admin"),
    )  # fmt: skip


@pages.get("/new")
@access.official("admin")
def new() -> Response:
    """Who, and what as."""
    return _new_page()


@pages.post("/new")
@access.official("admin")
def add() -> BaseResponse:
    """Add them, and show their link, this once."""
    try:
        with at_hand.database().write() as session:
            role = _role_sent(session)
            added = managing.add(
                session, request.form.get("name", ""), role, at=at_hand.now(), official=acting_official()
            )
    except ProblemsFound as found:
        return _new_page(_by_field(found.problems), 422)
    return _link_page(added.number, added.name, added.link, waiting=bool(added.waiting))


@pages.get("/<int:number>")
@access.official("admin", "supervisor")
def one(number: int) -> Response:
    """One official: roles, account, and what may be done."""
    return _one_page(number)


@pages.post("/<int:number>/roles")
@access.official("admin")
def give(number: int) -> BaseResponse:
    """Give a role."""
    return _acted(number, "give")


@pages.post("/<int:number>/roles/take")
@access.official("admin")
def take(number: int) -> BaseResponse:
    """Take a role; with a last look where API tokens would stop with it."""
    try:
        with at_hand.database().read() as session:
            role = _role_sent(session, exists=False)
            stopping = stopping_with(session, "take", number, role, at_hand.now())
    except ProblemsFound as found:
        return _one_page(number, _by_field(found.problems), 422)
    return _acted_with_a_look(number, "take", role) if stopping else _acted(number, "take")


@pages.post("/<int:number>/invite")
@access.official("admin")
def invite_again(number: int) -> BaseResponse:
    """A new link, shown this once; earlier ones are over."""
    return _acted(number, "invite")


@pages.post("/<int:number>/sessions")
@access.official("admin")
def end_sessions(number: int) -> BaseResponse:
    """Sign them out everywhere."""
    with at_hand.database().write() as session:
        managing.sign_out_everywhere(session, number, at=at_hand.now(), official=acting_official())
    return redirect(f"{OFFICIALS}/{number}?done=sessions", 303)


@pages.get("/<int:number>/end")
@access.official("admin")
def ask_to_end(number: int) -> Response:
    """The last look before somebody works here no more."""
    return _last_look(number, "end")


@pages.post("/<int:number>/end")
@access.official("admin")
def end(number: int) -> BaseResponse:
    """They work here no more."""
    return _acted_with_a_look(number, "end")


@pages.get("/<int:number>/second-factor")
@access.official("admin")
def ask_to_reset(number: int) -> Response:
    """The last look before somebody's second factor is taken away."""
    return _last_look(number, "reset")


@pages.post("/<int:number>/second-factor")
@access.official("admin")
def reset(number: int) -> BaseResponse:
    """Take their second factor away; they are told."""
    return _acted_with_a_look(number, "reset")


# ---- what two administrators do


@pages.get("/proposals/<int:number>")
@access.official("admin")
def proposal(number: int) -> Response:
    """What another has proposed, and what will come of it."""
    return _proposal_page(number)


@pages.post("/proposals/<int:number>/confirm")
@access.official("admin")
def confirm(number: int) -> BaseResponse:
    """Agree: it is done."""
    if request.form.get("confirmed") != "yes":
        return _proposal_page(number, [_not_confirmed()], 422)
    try:
        with at_hand.database().write() as session:
            waiting = managing.open_proposal(session, number, acting_official())
            whom = waiting.official_id
            stopping = managing.stopping_with_it(session, waiting, at_hand.now())
            if request.form.get("seen", "") != _names_of(stopping):
                changed = _("您看过以后，要停用的令牌有变化，请重新核对。")
                raise ProblemsFound([Problem("confirmed", changed)])
            outcome = managing.confirm(session, number, at=at_hand.now(), official=acting_official())
            name = session.get_one(Official, whom).name
    except ProblemsFound as found:
        return _proposal_page(number, list(found.problems), 422)
    if outcome.link:
        return _link_page(whom, name, outcome.link)
    return redirect(f"{OFFICIALS}?done=confirmed", 303)


@pages.post("/proposals/<int:number>/drop")
@access.official("admin")
def drop(number: int) -> BaseResponse:
    """Take it back, or refuse it."""
    with at_hand.database().write() as session:
        managing.drop(session, number, at=at_hand.now(), official=acting_official())
    return redirect(f"{OFFICIALS}?done=dropped", 303)


@pages.after_request
def keep_secret(response: Response) -> Response:
    """A link may stand on these pages."""
    return keep_out_of_sight(response, "same-origin")


def _acted(number: int, kind: Act) -> BaseResponse:
    try:
        with at_hand.database().write() as session:
            role = _role_sent(session, exists=kind == "give") if kind in ("give", "take") else None
            outcome = managing.act(session, kind, number, role, at=at_hand.now(), official=acting_official())
            name = session.get_one(Official, number).name
    except ProblemsFound as found:
        return _one_page(number, _by_field(found.problems), 422)
    if outcome.link:
        return _link_page(number, name, outcome.link)
    return redirect(f"{OFFICIALS}/{number}?done={kind if outcome.done else 'proposed'}", 303)


def _acted_with_a_look(number: int, kind: Act, role: RoleAt | None = None) -> BaseResponse:
    if request.form.get("confirmed") != "yes":
        # A role's own button has nothing to tick yet.
        asked = [] if kind == "take" and "seen" not in request.form else [_not_confirmed()]
        return _last_look(number, kind, asked, 422 if asked else 200, role=role)
    try:
        with at_hand.database().write() as session:
            whom, held = managing.visible_official(session, number, acting_official())
            stopping = stopping_with(session, kind, number, role, at_hand.now())
            if request.form.get("seen") != _seen(whom, held, stopping):
                changed = _("您看过以后，这个人的角色或令牌有变化，请重新核对。")
                raise ProblemsFound([Problem("confirmed", changed)])
            outcome = managing.act(session, kind, number, role, at=at_hand.now(), official=acting_official())
    except ProblemsFound as found:
        return _last_look(number, kind, list(found.problems), 422, role=role)
    return redirect(f"{OFFICIALS}/{number}?done={kind if outcome.done else 'proposed'}", 303)


def _role_sent(session: Session, *, exists: bool = True) -> RoleAt:
    """The role that a form asks for. What no form of ours offers is not there (NotFound), what was left out is said."""
    role, where = request.form.get("role", ""), request.form.get("slug", "")
    unit = request.form.get("unit", "").strip()
    found = []
    if role not in ROLES:
        found.append(Problem("role", _("请选择角色。")))
    if not where:
        found.append(Problem("slug", _("请选择评选活动。")))
    if found:
        raise ProblemsFound(found)
    wanted = RoleAt(cast(Role, role), EVERYWHERE if where == "*" else where, unit)
    places = {place.slug: place for place in _places(session)}
    if not may_give(acting_official(), wanted) or (exists and wanted.slug and wanted.slug not in places):
        raise NotFound(_("没有这个页面，或者您没有权限查看。"))
    if exists and unit and wanted.slug and unit not in places[wanted.slug].units:
        sentence = _("这个活动的候选名单里没有这个单位。")
        raise ProblemsFound([Problem("unit", sentence, _("单位要与候选名单里写的完全一样。"))])
    return wanted


def _by_field(problems: Sequence[Problem]) -> list[Problem]:
    """A role's own problems stand at the role, a name's at the name."""
    known = ("name", "role", "slug", "unit")
    otherwise = "name" if "name" in request.form else ""
    return [
        one
        if one.where in known
        else Problem("role" if "@" in one.where else otherwise, one.sentence, one.remedy)
        for one in problems
    ]


def _new_page(found: list[Problem] | None = None, status: int = 200) -> Response:
    with at_hand.database().read() as session:
        form = _role_form(session)
    return _page("official_new", status, found=found or [], form=form, sent=request.form)


def _one_page(number: int, found: list[Problem] | None = None, status: int = 200) -> Response:
    official = acting_official()
    with at_hand.database().read() as session:
        whom, held = managing.visible_official(session, number, official)
        titles = _titles(session)
        line = next(one for one in list_officials(session, now=at_hand.now()) if one.number == number)
        waiting = [one for one in managing.proposals_for(session, official) if one.official_id == number]
        proposals = _spoken(session, waiting, titles)
        factor = second_factor.state_of(session, number)
        form = _role_form(session)
        stopping = {one: stopping_with(session, "take", number, one, at_hand.now()) for one in held}
    working = whom.ended_at is None
    return _page(
        "official", status, found=found or [], line=line, factor=factor, form=form, sent=request.form,
        roles=[(one, titles.get(one.slug, one.slug), working and may_give(official, one))
               for one in held if may_see(official, one)],
        proposals=proposals, may_give=working and official.has("admin"),
        may_manage=working and may_manage(official, held) and number != official.id, is_self=number == official.id,
        done=request.args.get("done", ""), stopping=stopping,
    )  # fmt: skip


def _last_look(
    number: int,
    kind: Act,
    found: list[Problem] | None = None,
    status: int = 200,
    *,
    role: RoleAt | None = None,
) -> Response:
    official = acting_official()
    with at_hand.database().read() as session:
        whom, held = managing.visible_official(session, number, official)
        theirs = may_give(official, role) if role else may_manage(official, held)
        if not theirs or whom.ended_at is not None:
            raise NotFound(_("没有这个页面，或者您没有权限查看。"))
        titles = _titles(session)
        stopping = stopping_with(session, kind, number, role, at_hand.now())
    return _page(
        "official_last_look", status, kind=kind, whom=whom, found=found or [], seen=_seen(whom, held, stopping),
        roles=[(one, titles.get(one.slug, one.slug)) for one in held], role=role, titles=titles, stopping=stopping,
    )  # fmt: skip


def _proposal_page(number: int, found: list[Problem] | None = None, status: int = 200) -> Response:
    official = acting_official()
    with at_hand.database().read() as session:
        waiting = managing.open_proposal(session, number, official)
        titles = _titles(session)
        (spoken,) = _spoken(session, [waiting], titles)
        stopping = managing.stopping_with_it(session, waiting, at_hand.now())
    return _page(
        "official_proposal", status, one=spoken, found=found or [], titles=titles, stopping=stopping,
        seen=_names_of(stopping),
    )  # fmt: skip


def _link_page(number: int, name: str, secret: str, *, waiting: bool = False) -> Response:
    url = f"{current_app.config['BASE_URL']}/desk/invitation/{secret}"
    drawn = Markup(qr_svg(url, title=say(_("二维码：打开邀请链接"))))  # noqa: S704 - our own drawing
    return _page(
        "official_link",
        number=number,
        who=name,
        url=url,
        qr=drawn,
        until=at_hand.now() + LIFETIME,
        waiting=waiting,
    )


def _role_form(session: Session) -> dict[str, Any]:
    """What the form for a role offers to this administrator."""
    official = acting_official()
    everywhere = [("*", _("所有评选活动"))] if official.may(EVERYWHERE, "admin") else []
    places = [one for one in _places(session) if official.may(one.slug, "admin")]
    units = dict.fromkeys(unit for place in places for unit in place.units)
    return {
        "roles": [(role, ROLE_NAMES[role]) for role in ROLES],
        "duties": [(ROLE_NAMES[role], ROLE_DUTIES[role]) for role in ROLES],
        "places": [*everywhere, *((one.slug, one.title) for one in places)],
        "units": list(units),
        "by_unit": [ROLE_NAMES[role] for role in BY_UNIT],
    }


def _spoken(session: Session, proposals: Sequence[Any], titles: dict[str, str]) -> list[dict[str, Any]]:
    """Proposals as pages show them."""
    official: ActingOfficial = acting_official()
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "act": managing.ACTS[one.kind],
            "whom": session.get_one(Official, one.official_id).name,
            "role": managing.role_in(one),
            "where": titles.get(one.campaign_slug, one.campaign_slug),
            "by": session.get_one(Official, one.proposed_by).name,
            "at": one.proposed_at,
            "is_own": one.proposed_by == official.id,
        }
        for one in proposals
    ]


def _seen(whom: Official, held: Sequence[RoleAt], stopping: Sequence[ApiToken]) -> str:
    lines = [whom.name, *(one.spelled for one in held), _names_of(stopping)]
    return sha256("\n".join(lines).encode()).hexdigest()


def _names_of(stopping: Sequence[ApiToken]) -> str:
    return " ".join(str(kept.id) for kept in stopping)


def _titles(session: Session) -> dict[str, str]:
    return {place.slug: place.title for place in _places(session)}


def _places(session: Session) -> list[Place]:
    made: list[Place] = current_app.extensions["desk_places"](session)
    return made


def _not_confirmed() -> Problem:
    return Problem("confirmed", _("请先核对内容，并勾选确认。"))


def _page(name: str, status: int = 200, **values: Any) -> Response:
    return make_response(render_template(f"accounts/{name}.html", **values), status)
