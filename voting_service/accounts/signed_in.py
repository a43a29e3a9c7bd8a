"""Who is signed in, for the routes of the desk: asked before a view is entered, and refused there.

A page that is asked for without a session leads to sign-in and back; anything else is answered in place. Roles that an
address needs are refused with 403, since such addresses are the same everywhere; things that an official may not see are
404 (``require``), as if they were not there.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from ..clock import Clock
from ..database import Database
from ..errors import NotFound
from ..text import _
from ..web import access, errors
from ..web.headers import keep_out_of_sight
from .desk_home import DeskRoom, rooms_of
from .holding_off import Whence
from .officials import EVERYWHERE, ROLE_NAMES, ActingOfficial, Role
from .return_path import HOME, is_ours
from .second_factor import is_on, is_required
from .sessions import COOKIE, csrf_of, find_session, is_stale, touch_session
from .signing_in import SignedIn

SIGN_IN = "/desk/sign-in"
SECOND_FACTOR = "/desk/account/second-factor"
KNOWN_COOKIE = "desk-known"
KNOWN_FOR = timedelta(days=180)
_READING = ("GET", "HEAD", "OPTIONS")


def acting_official() -> ActingOfficial:
    """Whoever acts in this request. Only in views that are declared ``access.official``."""
    official: ActingOfficial = g.official
    return official


def require(slug: str, *roles: Role) -> ActingOfficial:
    """Whoever acts, if they have one of these roles in the campaign; for routes whose address does not name it. Raises
    NotFound, as for a thing that is not there."""
    official = acting_official()
    if not official.may(slug, *roles):
        raise NotFound(_("没有这个页面，或者您没有权限查看。"))
    return official


def whence() -> Whence:
    """Where this request's entries come from, as wrong ones are counted."""
    return Whence(
        request.remote_addr or "",
        request.cookies.get(KNOWN_COOKIE, ""),
        request.headers.get("User-Agent", "")[:400],
    )


def put_session(response: BaseResponse, signed_in: SignedIn) -> BaseResponse:
    """The cookies of a new session, in place of whatever the browser had."""
    put_cookie(response, COOKIE, signed_in.session)
    put_cookie(response, KNOWN_COOKIE, signed_in.known_browser, KNOWN_FOR)
    return response


def put_cookie(response: BaseResponse, name: str, value: str, lifetime: timedelta | None = None) -> None:
    """A cookie of the desk. Without a lifetime it is gone when the browser is closed."""
    secure: bool = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        name, value, max_age=lifetime, path=HOME, secure=secure, httponly=True, samesite="Lax"
    )


def install(app: Flask) -> None:
    """Attach to the app: every view that is declared ``official`` is guarded."""
    app.before_request(_guard)
    app.after_request(_keep_desk_private)
    app.context_processor(_context)
    app.jinja_env.filters["role_name"] = ROLE_NAMES.__getitem__


def _guard() -> BaseResponse | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or access.declared(view) != "official":
        return None
    secret = request.cookies.get(COOKIE, "")
    official = _who(secret)
    if official is None:
        return _not_signed_in()
    g.official, g.desk_csrf = official, csrf_of(secret)
    if g.lacks_second_factor and not _leads_to_second_factor():
        return _second_factor_first()
    if not _has_role(view, official):
        return errors.answer(
            "forbidden", _("您的角色不能使用这个页面。"), _("如工作需要，请联系管理员调整角色。")
        )
    if request.method not in _READING and not _ours(secret):
        return errors.answer(
            "forbidden",
            _("这次提交不是从您当前登录的页面发出的，没有收下。"),
            _("请返回上一页，复制尚未保存的文字，刷新页面后再提交。"),
        )
    return None


def _who(secret: str) -> ActingOfficial | None:
    clock: Clock = current_app.extensions["clock"]
    database: Database = current_app.extensions["database"]
    now = clock.now()
    with database.read() as session:
        found = find_session(session, secret, now=now)
        # Asked for each page and only where it is demanded: who turns it off, or whose it was reset, is led back at once.
        required = found is not None and is_required(current_app.extensions["second_factor"], found.official)
        g.lacks_second_factor = bool(found and required and not is_on(session, found.official.id))
    if found is None:
        return None
    if is_stale(found.seen_at, now):
        with database.write() as session:
            touch_session(session, secret, at=now)
    return found.official


def _not_signed_in() -> BaseResponse:
    if request.method in _READING and not errors.wants_json():
        return redirect(_sign_in_and_back(), 303)
    return errors.answer(
        "unauthorised",
        _("您还没有登录，或者登录已经过期，这次提交没有收下。"),
        _("请在新的标签页登录，再回到刚才的页面复制文字、刷新后重新提交。"),
    )


def _leads_to_second_factor() -> bool:
    return request.path.startswith(SECOND_FACTOR) or request.endpoint == "accounts.sign_out"


def _second_factor_first() -> BaseResponse:
    if request.method in _READING and not errors.wants_json():
        return redirect(SECOND_FACTOR, 303)
    return errors.answer(
        "forbidden", _("这里要求使用两步验证，您还没有开启，这次提交没有收下。"), _("请先开启两步验证。")
    )


def _sign_in_and_back() -> str:
    # As it was sent, so that nothing in it changes its meaning on the way.
    asked = quote(request.path, safe="/") + ("?" + request.query_string.decode("latin-1")).rstrip("?")
    return f"{SIGN_IN}?next={quote(asked, safe='/')}" if asked != HOME and is_ours(asked) else SIGN_IN


def _has_role(view: Callable[..., Any], official: ActingOfficial) -> bool:
    roles = access.roles_of(view)
    if not roles:
        return True
    slug = (request.view_args or {}).get("slug")
    if access.is_everywhere(view):
        return official.may(EVERYWHERE, *roles)  # type: ignore[arg-type]  # declared by name
    if slug is None:
        if access.is_by_unit(view):
            return official.has(*roles)  # type: ignore[arg-type]  # declared by name
        return any(role in roles for role, _where in official.roles)
    if official.may(slug, *roles):  # type: ignore[arg-type]
        return True
    return access.is_by_unit(view) and bool(official.units(slug, *roles))  # type: ignore[arg-type]


def _ours(secret: str) -> bool:
    sent = request.form.get("csrf", "") or request.headers.get("X-CSRF", "")
    return hmac.compare_digest(sent.encode(), csrf_of(secret).encode())


def _keep_desk_private(response: Response) -> Response:
    if request.path == HOME or request.path.startswith(f"{HOME}/"):
        # A view whose address is itself a secret has asked for more.
        return keep_out_of_sight(response, response.headers.get("Referrer-Policy", "same-origin"))
    return response


def _context() -> dict[str, Any]:
    official: ActingOfficial | None = g.get("official")
    if official is None:
        return {"official": None, "csrf": ""}
    rooms: Sequence[DeskRoom] = current_app.extensions["desk_rooms"]
    # Nothing leads anywhere before the second factor is on.
    shown = [] if g.lacks_second_factor else rooms_of(rooms, official)
    here = max((room.url for room in shown if _is_in(room)), key=len, default="")
    return {
        "official": official,
        "csrf": g.desk_csrf,
        "desk_roles": official.role_names,
        "desk_rooms": [{"title": room.title, "url": room.url, "here": room.url == here} for room in shown],
    }


def _is_in(room: DeskRoom) -> bool:
    return request.path == room.url or (room.url != HOME and request.path.startswith(f"{room.url}/"))
