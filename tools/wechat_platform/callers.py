"""Which account asks: by its secret or by its token."""

from __future__ import annotations

from .accounts import App
from .errors import Refused
from .platform import Platform
from .wire import Call


def by_secret(platform: Platform, app_id: str, secret: str) -> App:
    """The account with this secret. Raises 40013, 40243 or 40125."""
    app = platform.accounts.apps.get(app_id)
    if app is None:
        raise Refused(40013)
    if app.secret_frozen:
        raise Refused(40243)
    if secret != app.secret:
        raise Refused(40125)
    return app


def by_token(platform: Platform, call: Call) -> App:
    """The account whose token the call carries."""
    given = call.query.get("access_token", "")
    return platform.base_tokens.app_of(given, platform.accounts.apps, platform.clock.now())
