"""Who is signed in, for the routes of the desk: asked before a view is entered, and refused there."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, abort, current_app, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from ..clock import Clock
from ..database import Database
from ..errors import NotFound
from ..text import _
from ..web import access, errors
from ..web.headers import keep_out_of_sight
from .officials import ActingOfficial
from .sessions import COOKIE, csrf_of, official_of

SIGN_IN = "/desk/sign-in"


def acting_official() -> ActingOfficial:
    """Whoever acts in this request. Only in views that are declared ``access.official``."""
    official: ActingOfficial = g.official
    return official


def require(slug: str, *roles: Any) -> ActingOfficial:
    """Whoever acts, if they have one of these roles in the campaign; for routes whose address does not name it. Raises
    NotFound, as for a thing that is not there."""
    official = acting_official()
    if not official.may(slug, *roles):
        raise NotFound(_("没有这个页面，或者您没有权限查看。"))
    return official


def install(app: Flask) -> None:
    """Attach to the app: every view that is declared ``official`` is guarded."""
    app.before_request(_guard)
    app.after_request(_keep_desk_private)
    app.context_processor(_context)


def _guard() -> BaseResponse | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or access.declared(view) != "official":
        return None
    secret = request.cookies.get(COOKIE, "")
    clock: Clock = current_app.extensions["clock"]
    database: Database = current_app.extensions["database"]
    with database.read() as session:
        official = official_of(session, secret, now=clock.now())
    if official is None:
        if request.method == "GET":
            return redirect(SIGN_IN, 303)
        return errors.answer("forbidden", _("您还没有登录，或者登录已经过期。"), _("请重新登录后再试。"))
    g.official, g.desk_csrf = official, csrf_of(secret)
    if not _has_role(view, official):
        abort(403)
    if request.method not in ("GET", "HEAD") and not _ours(secret):
        return errors.answer(
            "forbidden", _("这次提交不是从工作台的页面发出的，没有收下。"), _("请刷新页面后再试。")
        )
    return None


def _has_role(view: Callable[..., Any], official: ActingOfficial) -> bool:
    roles = access.roles_of(view)
    if not roles:
        return True
    slug = (request.view_args or {}).get("slug")
    if slug is not None:
        return official.may(slug, *roles)  # type: ignore[arg-type]  # declared by name
    return any(role in roles for role, _where in official.roles)


def _ours(secret: str) -> bool:
    sent = request.form.get("csrf", "") or request.headers.get("X-CSRF", "")
    return hmac.compare_digest(sent.encode(), csrf_of(secret).encode())


def _keep_desk_private(response: Response) -> Response:
    return keep_out_of_sight(response, "same-origin") if request.path.startswith("/desk") else response


def _context() -> dict[str, Any]:
    return {"official": g.get("official"), "csrf": g.get("desk_csrf", "")}
