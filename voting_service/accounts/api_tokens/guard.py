"""Before every view that is declared ``access.machine``: a good token with the scope, in the campaign at hand, or no entry.

As RFC 6750 has it: 401 with ``WWW-Authenticate: Bearer`` for no token or one that is good for nothing, 403 for one that is
good for something else. Cookies are not looked at, and nothing but the header is taken for a token: an address ends up in
logs and histories.
"""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request

from ...text import _
from ...web import access, errors
from .door import NoEntry, TokenDoor
from .scopes import SCOPES, Machine

_REMEDY = _("请在请求头中带上 Authorization: Bearer 和工作台签发的令牌；令牌不能写在网址里。")


def acting_machine() -> Machine:
    """Whose token opened this request. Only in views that are declared ``access.machine``."""
    machine: Machine = g.machine
    return machine


def install(app: Flask) -> None:
    """Attach to the app: every view that is declared ``machine`` is guarded. Raises UndeclaredAccess."""
    require_known_scopes(app)
    app.before_request(_guard)
    app.after_request(_keep_to_the_asker)


def require_known_scopes(app: Flask) -> None:
    """Refuse a route for programs whose scope no token can have, or whose address answers with pages. Raises
    UndeclaredAccess."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if access.declared(view) == "machine" and not (
            access.scope_of(view) in SCOPES and rule.rule.startswith("/api/")
        ):
            raise access.UndeclaredAccess(f"no such scope, or not below /api: {rule.endpoint}")


def _guard() -> Response | None:
    scope = _scope_at_hand()
    if scope is None:
        return None
    sent = request.authorization
    if sent is None or sent.type != "bearer" or not sent.token:
        return _challenge(errors.answer("unauthorised", _("这个接口需要令牌。"), _REMEDY))
    door: TokenDoor = current_app.extensions["token_door"]
    found = door.check(sent.token, request.remote_addr or "")
    if isinstance(found, NoEntry):
        return _refuse(found)
    if not found.may((request.view_args or {}).get("slug"), scope):
        sentence = _("这个令牌不能用于这里：活动或权限范围不符。")
        answer = errors.answer("forbidden", sentence, _("请在工作台查看令牌的活动和权限范围。"))
        return _challenge(answer, f'error="insufficient_scope", scope="{scope}"')
    g.machine = found
    return None


def _refuse(found: NoEntry) -> Response:
    if found.code == "too_many_attempts":
        answer = errors.answer("too_many_attempts", _("这一小时里用错令牌的次数太多，请稍后再试。"))
        answer.headers["Retry-After"] = str(found.retry_after_s)
        return answer
    return _challenge(
        errors.answer(
            "unauthorised", _("令牌无效：可能抄错、已过期、已撤销，或者负责人已无此权限。"), _REMEDY
        ),
        'error="invalid_token"',
    )


def _challenge(answer: Response, more: str = "") -> Response:
    answer.headers["WWW-Authenticate"] = 'Bearer realm="voting-service"' + (f", {more}" if more else "")
    return answer


def _scope_at_hand() -> str | None:
    view = current_app.view_functions.get(request.endpoint or "")
    return access.scope_of(view) if view is not None and access.declared(view) == "machine" else None


def _keep_to_the_asker(response: Response) -> Response:
    """No cache between gives one program's answer to another."""
    if _scope_at_hand() is not None:
        response.vary.add("Authorization")
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-cache"
    return response
