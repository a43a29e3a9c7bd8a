"""Who may use a route. Every view declares it, or the app does not start.

``public``: anyone. ``voter``: anyone with a voter's session; the view itself answers one who has none. ``internal``:
loopback only (metrics). Officials join with the desk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request

View = TypeVar("View", bound=Callable[..., Any])

_ATTRIBUTE = "access"


class UndeclaredAccess(RuntimeError):
    """A route does not say who may use it."""


def public(view: View) -> View:
    """Anyone may use it."""
    return _declare(view, "public")


def voter(view: View) -> View:
    """For voters: the view reads the voter's session."""
    return _declare(view, "voter")


def internal(view: View) -> View:
    """Only from this machine itself: a proxy in front must not pass it on."""
    return _declare(view, "internal")


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
    if view and declared(view) == "internal" and request.remote_addr not in ("127.0.0.1", "::1"):
        abort(404)


def _view(endpoint: str) -> Callable[..., Any] | None:
    return current_app.view_functions.get(endpoint)
