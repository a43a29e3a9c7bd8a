"""``/_fake/…``: what tests and the curious ask of the stand-in itself. JSON in, JSON out; described in BEHAVIOUR.md.

It never tells a secret. Bodies must be called JSON, which a foreign web page cannot do unasked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from . import messages, page_signatures, pusher
from .accounts import KINDS, MODES, App
from .platform import Platform
from .switches import MEANINGS, Switch
from .user_agents import PRESETS
from .wire import Answer, Call

Document = dict[str, Any]
LISTS = ("oauth_hosts", "js_domains", "ip_whitelist")
FLAGS = ("bound", "banned", "secret_frozen")
SECRETS = ("secret", "token", "aes_key")
MOST_JS_DOMAINS = 5


class NotUnderstood(ValueError):
    """A wish that makes no sense; says why."""


def answer(platform: Platform, call: Call) -> Answer:
    """Any of them."""
    known = ROUTES.get((call.method, call.path.removeprefix("/_fake/")))
    if known is None:
        return _json({"error": "no such address or method"}, 404)
    try:
        return _json(known(platform, _body(call)))
    except (ValueError, KeyError, TypeError) as wrong:
        return _json({"error": str(wrong) or repr(wrong)}, 400)


def _body(call: Call) -> Document:
    if call.method == "GET":
        return dict(call.query)
    if not call.is_json:
        raise NotUnderstood("Content-Type must be application/json")
    given = json.loads(call.body or b"{}")
    if not isinstance(given, dict):
        raise NotUnderstood("an object, please")
    return given


def _json(document: Any, status: int = 200) -> Answer:
    body = json.dumps(document, ensure_ascii=False).encode()
    return Answer(status, [("Content-Type", "application/json")], body)


def _app(platform: Platform, given: Document) -> App:
    app_id = given.get("app_id") or platform.accounts.first.app_id
    if app_id not in platform.accounts.apps:
        raise NotUnderstood(f"no account {app_id}")
    return platform.accounts.apps[app_id]


def health(_platform: Platform, _given: Document) -> Document:
    """It lives."""
    return {"ok": True}


def apps(platform: Platform, _given: Document) -> Any:
    """All accounts."""
    return [app.document() for app in platform.accounts.apps.values()]


def change_app(platform: Platform, given: Document) -> Document:
    """A new account, or other settings for one."""
    app_id = given.get("app_id") or platform.accounts.first.app_id
    app = platform.accounts.apps.get(app_id) or App(app_id, secret=str(given["secret"]))
    wrong = set(given) - {"app_id", "kind", "mode", "messages_url", *LISTS, *FLAGS, *SECRETS}
    if wrong:
        raise NotUnderstood(f"not known: {', '.join(sorted(wrong))}")
    if given.get("kind", app.kind) not in KINDS or given.get("mode", app.mode) not in MODES:
        raise NotUnderstood(f"kind is one of {KINDS}, mode one of {MODES}")
    if len(given.get("js_domains", ())) > MOST_JS_DOMAINS:
        raise NotUnderstood(f"at most {MOST_JS_DOMAINS} js_domains")
    if any(":" in d or "/" in d for name in LISTS[:2] for d in given.get(name, ())):
        raise NotUnderstood("hosts are bare: no scheme, no port, no path")
    for name, value in given.items():
        setattr(app, name, tuple(value) if name in LISTS else value)
    platform.accounts.apps[app_id] = app
    return app.document()


def users(platform: Platform, given: Document) -> Any:
    """Everybody, or with ``?name=`` one, with their openid."""
    app = _app(platform, given)
    chosen = [platform.accounts.user(given["name"])] if "name" in given else platform.accounts.users.values()
    return [
        {
            "name": user.name, "nickname": user.nickname, "openid": platform.accounts.openid(app, user),
            "follows": app.app_id in user.following,
        }
        for user in list(chosen)
    ]  # fmt: skip


def change_user(platform: Platform, given: Document) -> Document:
    """Makes a user, lets them follow or leave without telling the account's server, forgets a consent."""
    app, user = _app(platform, given), platform.accounts.user(str(given["name"]))
    user.nickname = str(given.get("nickname", user.nickname))
    if given.get("follows") is True:
        messages.follow(platform, app, user)
    elif given.get("follows") is False:
        user.following.pop(app.app_id, None)
    if given.get("consents") is False:
        user.consents.pop(app.app_id, None)
    return dict(users(platform, {"app_id": app.app_id, "name": user.name})[0])


def switches(platform: Platform, _given: Document) -> Document:
    """What there is and what is on."""
    return {"known": MEANINGS, "on": platform.switches.document()}


def change_switch(platform: Platform, given: Document) -> Document:
    """One on or off."""
    paths = given.get("paths", ())
    platform.switches.set(
        Switch(
            name=given["name"],
            value=given.get("value", True),
            times=given.get("times"),
            app_id=given.get("app_id"),
            paths=[paths] if isinstance(paths, str) else list(paths),
        )
    )
    return switches(platform, {})


def counters(platform: Platform, _given: Document) -> Document:
    """Since the start or the last reset."""
    return platform.counters.document()


def clock(platform: Platform, given: Document) -> Document:
    """``forward`` so many seconds; without it, only tells."""
    platform.clock.forward(float(given.get("forward", 0)))
    return {"now": platform.clock.now(), "offset_s": platform.clock.offset_s}


def quotas(platform: Platform, given: Document) -> Document:
    """Another limit for an address."""
    platform.quotas.limit(str(given["name"]), day=given.get("day"), minute=given.get("minute"))
    return {
        name: {"day": limit.day, "minute": limit.minute} for name, limit in platform.quotas.limits.items()
    }


def verify_signature(platform: Platform, given: Document) -> Document:
    """A page's signature."""
    return page_signatures.verify(platform, _app(platform, given).app_id, given)


def push(platform: Platform, given: Document) -> Document:
    """A text, an event or a scan; what a person would see of the reply."""
    app, user = _app(platform, given), platform.accounts.user(str(given["user"]))
    if given.get("mode", app.mode) not in MODES:
        raise NotUnderstood(f"mode is one of {MODES}")
    if "scan" in given:
        message = messages.scan_message(platform, app, user, str(given["scan"]))
    elif "event" in given:
        key, ticket = str(given.get("event_key", "")), str(given.get("ticket", ""))
        message = messages.event_message(platform, app, user, given["event"], key, ticket)
    else:
        message = messages.text_message(platform, app, user, str(given["text"]))
    return pusher.push(
        platform,
        app,
        message | {name: str(value) for name, value in given.get("fields", {}).items()},
        mode=given.get("mode", app.mode),
        timeout_s=float(given.get("timeout_s", platform.push_timeout_s)),
        deliver=given.get("deliver", True) is not False,
    ).document()


def verify_url(platform: Platform, given: Document) -> Document:
    """What saving the server's address does."""
    passed, attempt = pusher.check_url(platform, _app(platform, given), platform.push_timeout_s)
    return {"ok": passed, "attempt": attempt.document()}


def revoke_tokens(platform: Platform, _given: Document) -> Document:
    """Every token and ticket that clients hold is stale from now on."""
    platform.base_tokens.forget()
    return {"ok": True}


def user_agents(_platform: Platform, _given: Document) -> Document:
    """WeChat's own."""
    return dict(PRESETS)


def reset(platform: Platform, _given: Document) -> Document:
    """As just started."""
    platform.forget()
    return {"ok": True}


ROUTES: dict[tuple[str, str], Callable[[Platform, Document], Any]] = {
    ("GET", "health"): health,
    ("GET", "apps"): apps,
    ("POST", "apps"): change_app,
    ("GET", "users"): users,
    ("POST", "users"): change_user,
    ("GET", "switches"): switches,
    ("POST", "switches"): change_switch,
    ("GET", "counters"): counters,
    ("GET", "clock"): clock,
    ("POST", "clock"): clock,
    ("POST", "quotas"): quotas,
    ("GET", "verify-signature"): verify_signature,
    ("POST", "push"): push,
    ("POST", "verify-url"): verify_url,
    ("POST", "revoke-tokens"): revoke_tokens,
    ("GET", "user-agents"): user_agents,
    ("POST", "reset"): reset,
}
