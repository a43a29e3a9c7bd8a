"""What a person does in the account's chat, as the message that the account's server will get."""

from __future__ import annotations

import itertools
import secrets

from .accounts import App, Following, User
from .platform import Platform

EVENTS = ("subscribe", "unsubscribe", "SCAN", "CLICK", "VIEW")
_msg_ids = itertools.count(23_000_000_000_000_000 + secrets.randbelow(10**15))


def text_message(platform: Platform, app: App, user: User, text: str) -> dict[str, str]:
    """Somebody wrote."""
    return _head(platform, app, user, "text") | {"Content": text, "MsgId": str(next(_msg_ids))}


def event_message(
    platform: Platform, app: App, user: User, event: str, key: str = "", ticket: str = ""
) -> dict[str, str]:
    """Something happened; events have no MsgId. Following and leaving are noted. Raises ValueError."""
    if event not in EVENTS:
        raise ValueError(f"no event {event}; there are {', '.join(EVENTS)}")
    if event == "subscribe":
        scene = platform.scene_codes.scene_of(app, ticket, platform.clock.now())
        follow(platform, app, user, scene or key.removeprefix("qrscene_"))
    elif event == "unsubscribe":
        user.following.pop(app.app_id, None)
    message = _head(platform, app, user, "event") | {"Event": event, "EventKey": key}
    return message | ({"Ticket": ticket} if ticket else {})


def scan_message(platform: Platform, app: App, user: User, ticket: str) -> dict[str, str]:
    """Somebody scanned a code: who follows sends SCAN, who does not follows with it. Raises ValueError."""
    scene = platform.scene_codes.scene_of(app, ticket, platform.clock.now())
    if not scene:
        raise ValueError("this ticket does not work")
    if app.app_id in user.following:
        return event_message(platform, app, user, "SCAN", scene, ticket)
    return event_message(platform, app, user, "subscribe", "qrscene_" + scene, ticket)


def follow(platform: Platform, app: App, user: User, qr_scene: str = "") -> None:
    """Now follows the account."""
    scene = "ADD_SCENE_QR_CODE" if qr_scene else "ADD_SCENE_SEARCH"
    user.following[app.app_id] = Following(int(platform.clock.now()), scene, qr_scene)


def _head(platform: Platform, app: App, user: User, kind: str) -> dict[str, str]:
    return {
        "ToUserName": app.gh_id,
        "FromUserName": platform.accounts.openid(app, user),
        "CreateTime": str(int(platform.clock.now())),
        "MsgType": kind,
    }
