"""Rate limits for the public endpoints that cost something: Flask-Limiter over Redis, one narrow limit for a device and
one wide limit for an address, so that a factory behind one address is not shut out.

Casting is not limited here but in the box's own round trip. Cached pages are not limited: they cost less than asking.
Where Redis is away, these limits go on in this process's memory: they guard reading, and reading must go on.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from .sessions import COOKIE

P = ParamSpec("P")
R = TypeVar("R")

limiter = Limiter(
    key_func=get_remote_address,  # every limit below brings its own
    strategy="fixed-window",
    # Names the strategy: another one on the same Redis would meet keys of the wrong type.
    key_prefix="limit:fixed-window",
    headers_enabled=False,
    in_memory_fallback_enabled=True,
)


def install(app: Flask, *, storage_url: str, key: bytes, device: str, address: str) -> None:
    """Attach to the app. ``key`` hides addresses and cookies from Redis."""
    app.config.update(
        RATELIMIT_STORAGE_URI=_limits_url(storage_url),
        # Without a ceiling a Redis that is away would keep every reader waiting.
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 2, "socket_timeout": 2},
        LIMIT_KEY=key,
        LIMIT_DEVICE=device,
        LIMIT_ADDRESS=address,
    )
    limiter.init_app(app)


def _limits_url(url: str) -> str:
    return "redis+" + url if url.startswith("unix://") else url


def _digest(text: str) -> str:
    mac = hmac.digest(current_app.config["LIMIT_KEY"], text.encode(), "sha256")[:12]
    return base64.urlsafe_b64encode(mac).decode()


def _address_key() -> str:
    # 12 bits, as the box's counters have (docs/decisions/0007): in Redis's file it stands close to the ballot that follows.
    return "a:" + _digest(request.remote_addr or "")[:2]


def _device_key() -> str:
    cookie = request.cookies.get(COOKIE)
    return "d:" + _digest(cookie) if cookie else _address_key()


def _device_limit() -> str:
    # A client without a cookie is known by its address alone, and has that wide limit.
    name = "LIMIT_DEVICE" if COOKIE in request.cookies else "LIMIT_ADDRESS"
    limit: str = current_app.config[name]
    return limit


def _address_limit() -> str:
    limit: str = current_app.config["LIMIT_ADDRESS"]
    return limit


def costly(view: Callable[P, R]) -> Callable[P, R]:
    """For views that ask SQL or Redis each time: both limits, counted over all such views together."""
    by_address = limiter.shared_limit(_address_limit, scope="costly", key_func=_address_key)
    by_device = limiter.shared_limit(_device_limit, scope="costly-device", key_func=_device_key)
    return by_address(by_device(view))
