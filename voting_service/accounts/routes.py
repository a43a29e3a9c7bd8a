"""The desk's door and its first page: signing in by passphrase and code, and out, taking up an invitation, what waits.

The session's cookie is HttpOnly and Secure under https. It is SameSite=Lax and not Strict: with Strict, whoever opens a
link to a docket from a mail or a chat would stand before the sign-in though they are signed in; what changes anything is a
POST with the desk's own ``csrf`` all the same. Its Path is /desk, so that it is sent to nothing that voters open. That rules
out the name prefix ``__Host-``, which demands Path=/.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from ..database import Database
from ..errors import NotFound, Problem
from ..text import Text, _
from ..web import access, at_hand
from ..web.entry_tokens import LIFETIME_S as MARK_LIFETIME_S
from ..web.entry_tokens import EntryTokens
from ..web.headers import keep_out_of_sight
from ..web.limits import costly
from . import half_way
from .desk_home import what_waits
from .invitations import invited
from .return_path import HOME, return_path
from .sessions import COOKIE, end_session, official_of
from .signed_in import SIGN_IN, acting_official, put_cookie, put_session, whence
from .signing_in import Entry, HalfWay, NotSignedIn, Reception, SignedIn

CODE = f"{SIGN_IN}/code"
MARK_COOKIE = "desk-entry"
STATUS = {"slip": 422, "wrong": 422, "problems": 422, "late": 422, "too_many_attempts": 429}

pages = Blueprint("accounts", __name__)


@pages.get("/desk")
@access.official()
def home() -> Response:
    """What waits for whoever is signed in."""
    database: Database = current_app.extensions["database"]
    with database.read() as session:
        sections = what_waits(
            current_app.extensions["desk_sections"], session, acting_official(), at_hand.now()
        )
    alarms = current_app.extensions["desk_alarms"]()
    return make_response(render_template("accounts/home.html", sections=sections, alarms=alarms))


@pages.get(SIGN_IN)
@access.public
@costly
def sign_in_form() -> BaseResponse:
    """The form; whoever is signed in already goes on."""
    database: Database = current_app.extensions["database"]
    with database.read() as session:
        known = official_of(session, request.cookies.get(COOKIE, ""), now=at_hand.now())
    return redirect(return_path(request.args.get("next")), 303) if known else _sign_in_page()


@pages.post(SIGN_IN)
@access.public
@costly
def sign_in() -> BaseResponse:
    """Let in whoever has the passphrase."""
    if not _form_is_ours("sign-in"):
        return _sign_in_page(400, [Problem("name", _late())])
    outcome = _reception().sign_in(
        Entry(
            name=request.form.get("name", ""),
            passphrase=request.form.get("passphrase", ""),
            address=whence().address,
            known_browser=whence().known_browser,
            session=request.cookies.get(COOKIE, ""),
            user_agent=whence().user_agent,
        )
    )
    if not isinstance(outcome, NotSignedIn):
        return _let_in(outcome, return_path(request.form.get("next")))
    return _with_retry(_sign_in_page(STATUS[outcome.code], list(outcome.problems)), outcome)


@pages.get(CODE)
@access.public
@costly
def code_form() -> BaseResponse:
    """The second step's form, for whoever is half way in."""
    name = _reception().half_way(request.cookies.get(half_way.COOKIE, ""))
    return redirect(SIGN_IN, 303) if name is None else _code_page(name)


@pages.post(CODE)
@access.public
@costly
def confirm_code() -> BaseResponse:
    """Let in whoever has the passphrase and the phone."""
    cookie = request.cookies.get(half_way.COOKIE, "")
    name = _reception().half_way(cookie)
    if name is not None and not _form_is_ours("code"):
        return _code_page(name, 400, [Problem("code", _late())])
    before = request.cookies.get(COOKIE, "")
    outcome = _reception().confirm_code(cookie, request.form.get("code", ""), whence(), before)
    if isinstance(outcome, SignedIn):
        return _let_in(outcome, return_path(request.form.get("next")))
    found, status = list(outcome.problems), STATUS[outcome.code]
    if name is None or outcome.code == "late":
        return _sign_in_page(status, found)
    return _with_retry(_code_page(name, status, found), outcome)


@pages.post("/desk/sign-out")
@access.official()
def sign_out() -> BaseResponse:
    """End this session; the browser stays known as one that this official has used."""
    database: Database = current_app.extensions["database"]
    with database.write() as session:
        end_session(session, request.cookies[COOKIE], at=at_hand.now())
    response = redirect(f"{SIGN_IN}?out=1", 303)
    put_cookie(response, COOKIE, "", timedelta(0))
    return response


@pages.get("/desk/invitation/<secret>")
@access.public
@costly
def invitation(secret: str) -> Response:
    """Whom the link invites, and the form on which they set a passphrase."""
    return _invitation_page(secret)


@pages.post("/desk/invitation/<secret>")
@access.public
@costly
def accept_invitation(secret: str) -> BaseResponse:
    """Set the passphrase and sign in."""
    if not _form_is_ours("invitation"):
        return _invitation_page(secret, 400, [Problem("passphrase", _late())])
    sent, before = request.form.get, request.cookies.get(COOKIE, "")
    outcome = _reception().accept_invitation(
        secret, sent("passphrase", ""), sent("again", ""), before, whence().user_agent
    )
    if isinstance(outcome, NotSignedIn):
        return _invitation_page(secret, STATUS[outcome.code], list(outcome.problems))
    return _let_in(outcome, HOME)


@pages.after_request
def keep_secret(response: Response) -> Response:
    """The address of an invitation is its secret: it must not travel on as a referrer."""
    return keep_out_of_sight(
        response, "no-referrer" if request.endpoint in _SECRET_ADDRESSES else "same-origin"
    )


_SECRET_ADDRESSES = ("accounts.invitation", "accounts.accept_invitation")


def _sign_in_page(status: int = 200, found: list[Problem] | None = None) -> Response:
    page = {
        "found": found or [],
        "name": request.form.get("name", "")[:80],
        "next": return_path(request.values.get("next")),
        "signed_out": "out" in request.args,
    }
    return _page_with_mark("accounts/sign_in.html", "sign-in", status, page)


def _code_page(name: str, status: int = 200, found: list[Problem] | None = None) -> Response:
    page: dict[str, object] = {
        "name": name,
        "found": found or [],
        "next": return_path(request.values.get("next")),
    }
    return _page_with_mark("accounts/code.html", "code", status, page)


def _with_retry(response: Response, outcome: NotSignedIn) -> Response:
    if outcome.retry_after_s:
        response.headers["Retry-After"] = str(outcome.retry_after_s)
    return response


def _invitation_page(secret: str, status: int = 200, found: list[Problem] | None = None) -> Response:
    database: Database = current_app.extensions["database"]
    try:
        with database.read() as session:
            name = invited(session, secret, now=at_hand.now()).name
    except NotFound as error:
        return make_response(render_template("accounts/no_invitation.html", error=error), 404)
    return _page_with_mark(
        "accounts/invitation.html", "invitation", status, {"name": name, "found": found or []}
    )


def _page_with_mark(template: str, place: str, status: int, values: dict[str, object]) -> Response:
    mark = EntryTokens.mark(request.cookies.get(MARK_COOKIE))
    response = make_response(render_template(template, token=_tokens().token(place, mark), **values), status)
    put_cookie(response, MARK_COOKIE, mark, timedelta(seconds=MARK_LIFETIME_S))
    return response


def _let_in(outcome: SignedIn | HalfWay, path: str) -> BaseResponse:
    if isinstance(outcome, HalfWay):
        response = redirect(CODE if path == HOME else f"{CODE}?next={quote(path, safe='/')}", 303)
        put_cookie(response, half_way.COOKIE, outcome.cookie, half_way.LIFETIME)
        return response
    response = put_session(redirect(path, 303), outcome)
    put_cookie(response, MARK_COOKIE, "", timedelta(0))
    if half_way.COOKIE in request.cookies:
        put_cookie(response, half_way.COOKIE, "", timedelta(0))
    return response


def _form_is_ours(place: str) -> bool:
    return _tokens().good(place, request.cookies.get(MARK_COOKIE), request.form.get("token", ""))


def _late() -> Text:
    return _("页面放得太久，或浏览器没有保存 cookie，请再填一次。")


def _reception() -> Reception:
    reception: Reception = current_app.extensions["reception"]
    return reception


def _tokens() -> EntryTokens:
    tokens: EntryTokens = current_app.extensions["desk_tokens"]
    return tokens
