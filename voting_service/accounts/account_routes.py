"""One's own account on the desk: where one is signed in, the passphrase, the second factor, what one may do.

Whatever makes the door wider or narrower asks for the passphrase again: a browser that was left open must not be enough.
"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from ..encryption import Keyring
from ..errors import Problem, ProblemsFound
from ..qr import qr_svg
from ..text import _
from ..web import access, at_hand
from ..web.language import say
from . import second_factor, totp
from .browsers import spoken_label
from .invitations import taken_up
from .models import Official
from .register import roles_of
from .sessions import (
    COOKIE,
    end_other_sessions,
    end_session_named,
    sessions_of,
)
from .signed_in import SECOND_FACTOR, acting_official, put_session, whence
from .signing_in import NotSignedIn, Reception

ACCOUNT = "/desk/account"
_STATUS = {"slip": 422, "wrong": 422, "problems": 422, "late": 422, "too_many_attempts": 429}

pages = Blueprint("account", __name__, url_prefix=ACCOUNT)


@pages.get("")
@access.official()
def account() -> Response:
    """Sessions, passphrase, second factor and roles on one page."""
    return _account_page()


@pages.post("/sessions/end")
@access.official()
def end_one() -> BaseResponse:
    """End one session of one's own; this one by signing out."""
    with at_hand.database().write() as session:
        ended = end_session_named(
            session, acting_official().id, request.form.get("session", ""), at=at_hand.now()
        )
    return redirect(f"{ACCOUNT}?done={'ended' if ended else 'gone'}", 303)


@pages.post("/sessions/end-others")
@access.official()
def end_others() -> BaseResponse:
    """End every session of one's own but this one."""
    with at_hand.database().write() as session:
        end_other_sessions(session, acting_official().id, request.cookies[COOKIE], at=at_hand.now())
    return redirect(f"{ACCOUNT}?done=others", 303)


@pages.post("/passphrase")
@access.official()
def change_passphrase() -> BaseResponse:
    """A new passphrase; every other browser has to sign in again."""
    sent = request.form
    outcome = _reception().change_passphrase(
        acting_official().id, sent.get("old", ""), sent.get("new", ""), sent.get("again", ""), whence()
    )
    if isinstance(outcome, NotSignedIn):
        renamed = [
            Problem("new" if one.where == "passphrase" else one.where, one.sentence, one.remedy)
            for one in outcome.problems
        ]
        return _with_retry(_account_page(_STATUS[outcome.code], renamed), outcome)
    return put_session(redirect(f"{ACCOUNT}?done=passphrase", 303), outcome)


@pages.post("/noted")
@access.official()
def noted() -> BaseResponse:
    """They have read that somebody reset their second factor."""
    with at_hand.database().write() as session:
        second_factor.note_seen(session, acting_official().id)
    return redirect(ACCOUNT, 303)


# ---- the second factor


@pages.get("/second-factor")
@access.official()
def factor() -> Response:
    """Whether it is on, and what may be done."""
    return _factor_page()


@pages.post("/second-factor")
@access.official()
def begin_factor() -> BaseResponse:
    """A fresh key to scan, for whoever knows the passphrase."""
    refused = _reception().prove(acting_official().id, request.form.get("passphrase", ""), whence())
    if refused is not None:
        return _with_retry(_factor_page(_STATUS[refused.code], list(refused.problems)), refused)
    try:
        with at_hand.database().write() as session:
            second_factor.begin(session, _keyring(), acting_official().id, at=at_hand.now())
    except ProblemsFound as found:
        return _factor_page(422, list(found.problems))
    return redirect(f"{SECOND_FACTOR}/prove", 303)


@pages.get("/second-factor/prove")
@access.official()
def proving() -> BaseResponse:
    """The key as a QR code and to type, and the field for the first code."""
    return _prove_page()


@pages.post("/second-factor/prove")
@access.official()
def prove() -> BaseResponse:
    """The first code is right: it is on, and the recovery codes are shown, this once."""
    official = acting_official()
    try:
        with at_hand.database().write() as session:
            codes = second_factor.prove(
                session, _keyring(), official, request.form.get("code", ""), at=at_hand.now()
            )
            # Whoever else is signed in came by the passphrase alone.
            end_other_sessions(session, official.id, request.cookies[COOKIE], at=at_hand.now())
    except ProblemsFound as found:
        return _prove_page(422, list(found.problems))
    return _codes_page(codes, fresh=True)


@pages.post("/second-factor/codes")
@access.official()
def renew_codes() -> BaseResponse:
    """Ten new recovery codes, shown this once."""
    if (refused := _prove_both("renew")) is not None:
        return refused
    with at_hand.database().write() as session:
        codes = second_factor.renew_codes(session, acting_official(), at=at_hand.now())
    return _codes_page(codes, fresh=False)


@pages.post("/second-factor/off")
@access.official()
def turn_off() -> BaseResponse:
    """Sign in by the passphrase alone from now on."""
    if (refused := _prove_both("off")) is not None:
        return refused
    with at_hand.database().write() as session:
        second_factor.turn_off(session, acting_official(), at=at_hand.now())
    return redirect(f"{SECOND_FACTOR}?done=off", 303)


def _prove_both(form: str) -> BaseResponse | None:
    """Passphrase and code, or the page that says what was wrong. Two forms stand on it: each names its fields."""
    sent = request.form
    refused = _reception().prove(
        acting_official().id,
        sent.get(f"{form}_passphrase", ""),
        whence(),
        code=sent.get(f"{form}_code", ""),
    )
    if refused is None:
        return None
    found = [
        Problem(f"{form}_{one.where}" if one.where else "", one.sentence, one.remedy)
        for one in refused.problems
    ]
    return _with_retry(_factor_page(_STATUS[refused.code], found), refused)


def _account_page(status: int = 200, found: list[Problem] | None = None) -> Response:
    official, secret = acting_official(), request.cookies.get(COOKIE, "")
    with at_hand.database().read() as session:
        lines = sessions_of(session, official.id, secret, now=at_hand.now())
        roles = roles_of(session, official.id)
        state = second_factor.state_of(session, official.id)
        row = session.get_one(Official, official.id)
        invitations = taken_up(session, official.id)
        titles = {place.slug: place.title for place in current_app.extensions["desk_places"](session)}
    page = render_template(
        "accounts/account.html",
        lines=[(line, spoken_label(line.label)) for line in lines],
        roles=[(one, titles.get(one.slug, one.slug)) for one in roles],
        state=state,
        invitations=invitations,
        reset=(row.factor_reset_by, row.factor_reset_at) if row.factor_reset_at else None,
        found=found or [],
        done=request.args.get("done", ""),
    )
    return make_response(page, status)


def _factor_page(status: int = 200, found: list[Problem] | None = None) -> Response:
    official = acting_official()
    with at_hand.database().read() as session:
        state = second_factor.state_of(session, official.id)
        row = session.get_one(Official, official.id)
    page = render_template(
        "accounts/second_factor.html",
        state=state,
        required=second_factor.is_required(current_app.extensions["second_factor"], official),
        reset=(row.factor_reset_by, row.factor_reset_at) if row.factor_reset_at else None,
        found=found or [],
        done=request.args.get("done", ""),
    )
    return make_response(page, status)


def _prove_page(status: int = 200, found: list[Problem] | None = None) -> BaseResponse:
    official = acting_official()
    with at_hand.database().read() as session:
        secret = second_factor.waiting_secret(session, _keyring(), official.id, now=at_hand.now())
    if secret is None:
        return redirect(SECOND_FACTOR, 303)
    site: str = current_app.extensions["site_name"]
    address = totp.app_url(secret, site=site, name=official.name)
    page = render_template(
        "accounts/prove.html",
        # Our own drawing; the address in it is escaped where it is the drawing's title, and the title is not the secret.
        qr=Markup(qr_svg(address, title=say(_("二维码：用手机应用扫描")))),  # noqa: S704
        key=totp.typed_key(secret),
        app_url=address,
        found=found or [],
    )
    return make_response(page, status)


def _codes_page(codes: list[str], *, fresh: bool) -> Response:
    page = render_template("accounts/recovery_codes.html", codes=codes, fresh=fresh, made_at=at_hand.now())
    return make_response(page)


def _with_retry(response: Response, outcome: NotSignedIn) -> Response:
    if outcome.retry_after_s:
        response.headers["Retry-After"] = str(outcome.retry_after_s)
    return response


def _reception() -> Reception:
    reception: Reception = current_app.extensions["reception"]
    return reception


def _keyring() -> Keyring:
    keyring: Keyring = current_app.extensions["keyring"]
    return keyring
