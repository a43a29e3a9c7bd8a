"""The account's own tokens and tickets."""

from __future__ import annotations

import json
from typing import Any

from . import callers
from .accounts import App
from .errors import Refused
from .platform import Platform
from .quotas import FORCED
from .wire import Answer, Call, json_answer


def token(platform: Platform, call: Call) -> Answer:
    """The old way: every call ends the token before, five minutes later."""
    if call.method != "GET":
        raise Refused(43001)
    app, now = _asked_by(platform, call, call.query)
    platform.quotas.spend(app.app_id, call.path, now)
    issued = platform.base_tokens.classic(app, now)
    platform.counters.issued("token")
    return json_answer({"access_token": issued.text, "expires_in": issued.left_s(now)})


def stable_token(platform: Platform, call: Call) -> Answer:
    """The way for several processes: all get the same."""
    if call.method != "POST":
        raise Refused(43002)
    try:
        given = json.loads(call.body)
    except ValueError:
        raise Refused(47001) from None
    if not isinstance(given, dict):
        raise Refused(47001)
    app, now = _asked_by(platform, call, given)
    platform.quotas.spend(app.app_id, call.path, now)
    if given.get("force_refresh") is True:
        platform.quotas.spend(app.app_id, FORCED, now)
        issued, is_new = platform.base_tokens.forced(app, now)
    else:
        issued, is_new = platform.base_tokens.stable(app, now)
    if is_new:
        platform.counters.issued("stable_token")
    return json_answer({"access_token": issued.text, "expires_in": issued.left_s(now)})


def getticket(platform: Platform, call: Call) -> Answer:
    """The ticket with which pages are signed."""
    app = callers.by_token(platform, call)
    if call.query.get("type") != "jsapi":
        raise Refused(40097)
    now = platform.clock.now()
    issued, is_new = platform.base_tokens.ticket(app, now)
    if is_new:
        platform.counters.issued("jsapi_ticket")
    return json_answer(
        {"errcode": 0, "errmsg": "ok", "ticket": issued.text, "expires_in": issued.left_s(now)}
    )


def _asked_by(platform: Platform, call: Call, given: dict[str, Any]) -> tuple[App, float]:
    for name, errcode in (("appid", 41002), ("secret", 41004)):
        if not isinstance(given.get(name), str) or not given[name]:
            raise Refused(errcode)
    if given.get("grant_type") != "client_credential":
        raise Refused(40002)
    app = callers.by_secret(platform, given["appid"], given["secret"])
    foreign = bool(app.ip_whitelist) and call.address not in app.ip_whitelist
    if foreign or platform.switches.take("wrong_ip", app.app_id, call.path):
        raise Refused(40164)
    return app, platform.clock.now()
