"""Who may use a route. Every view declares it, or the app does not start.

``public``: anyone. ``voter``: anyone with a voter's session; the view itself answers one who has none. ``internal``:
from this machine itself or with the token (metrics). ``official``: signed-in officials with one of the roles; whether they
have it in the campaign at hand is asked before the view is entered (``accounts.signed_in``). ``machine``: programs with a
token that has the scope, in the campaign at hand (``accounts.api_tokens``).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request
from pydantic import SecretStr

View = TypeVar("View", bound=Callable[..., Any])

_ATTRIBUTE = "access"
_ROLES = "roles"
_BY_UNIT = "by_unit"
_EVERYWHERE = "everywhere"
_SCOPE = "scope"
_LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")
_PASSED_ON = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


class UndeclaredAccess(RuntimeError):
    """A route does not say who may use it."""


def public(view: View) -> View:
    """Anyone may use it."""
    return _declare(view, "public")


def voter(view: View) -> View:
    """For voters: the view reads the voter's session."""
    return _declare(view, "voter")


def internal(view: View) -> View:
    """Only from this machine itself, not through a proxy on it; from elsewhere with ``INTERNAL_TOKEN`` as Bearer."""
    return _declare(view, "internal")


def official(*roles: str, by_unit: bool = False, everywhere: bool = False) -> Callable[[View], View]:
    """For officials with one of these roles, in the campaign named by the route's ``slug`` where it has one; without roles,
    for every official who is signed in. A POST must carry the desk's ``csrf`` field. ``by_unit``: whoever has a role for
    one unit's candidates alone may enter too, and the view itself asks whose candidate it is. ``everywhere``: only whoever
    has the role in all campaigns."""

    def declare(view: View) -> View:
        setattr(view, _ROLES, roles)
        setattr(view, _BY_UNIT, by_unit)
        setattr(view, _EVERYWHERE, everywhere)
        return _declare(view, "official")

    return declare


def machine(scope: str) -> Callable[[View], View]:
    """For programs: ``Authorization: Bearer`` with a token that has this scope in the campaign named by ``slug``."""

    def declare(view: View) -> View:
        setattr(view, _SCOPE, scope)
        return _declare(view, "machine")

    return declare


def scope_of(view: Callable[..., Any]) -> str:
    """The scope that ``machine`` was given."""
    scope: str = getattr(view, _SCOPE, "")
    return scope


def is_by_unit(view: Callable[..., Any]) -> bool:
    """Whether roles for one unit's candidates let in."""
    return bool(getattr(view, _BY_UNIT, False))


def roles_of(view: Callable[..., Any]) -> tuple[str, ...]:
    """The roles that ``official`` was given."""
    roles: tuple[str, ...] = getattr(view, _ROLES, ())
    return roles


def is_everywhere(view: Callable[..., Any]) -> bool:
    """Whether only roles that hold in all campaigns let in."""
    return bool(getattr(view, _EVERYWHERE, False))


def _declare(view: View, access: str) -> View:
    setattr(view, _ATTRIBUTE, access)
    return view


def declared(view: Callable[..., Any]) -> str | None:
    """What a view declares; None where it does not."""
    return getattr(view, _ATTRIBUTE, None)


def require_declarations(app: Flask) -> None:
    """Refuse to start with a route that anyone might use by oversight. Raises UndeclaredAccess."""
    silent = sorted(name for name, view in app.view_functions.items() if declared(view) is None)
    if silent:
        raise UndeclaredAccess("no access declared: " + ", ".join(silent))
    app.before_request(_keep_internal_inside)


def _keep_internal_inside() -> None:
    view = request.endpoint and _view(request.endpoint)
    # 404, so that a stranger does not even learn that there is something to guess at.
    if view and declared(view) == "internal" and not (_from_this_machine() or _has_token()):
        abort(404)


def _from_this_machine() -> bool:
    """A proxy beside us comes from loopback too. It gives itself away by these headers, whether we trust it or not,
    and nobody gains by sending them."""
    return request.remote_addr in _LOOPBACK and not any(name in request.headers for name in _PASSED_ON)


def _has_token() -> bool:
    token: SecretStr | None = current_app.config.get("INTERNAL_TOKEN")
    sent = request.authorization
    if token is None or sent is None or sent.type != "bearer" or sent.token is None:
        return False
    return hmac.compare_digest(sent.token.encode(), token.get_secret_value().encode())


def _view(endpoint: str) -> Callable[..., Any] | None:
    return current_app.view_functions.get(endpoint)
