"""Who follows the account, and the codes that lead people to its chat."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import qrcode

from . import callers, names
from .errors import Refused
from .pictures import png
from .platform import Platform
from .scene_codes import SceneCode
from .wire import Answer, Call, html_answer, json_answer

DEFAULT_EXPIRE_S, MOST_EXPIRE_S = 60, 2_592_000
TEMPORARY = {"QR_SCENE": "scene_id", "QR_STR_SCENE": "scene_str"}
PERMANENT = {"QR_LIMIT_SCENE": "scene_id", "QR_LIMIT_STR_SCENE": "scene_str"}
MOST_SCENE = {"QR_SCENE": 2**32 - 1, "QR_LIMIT_SCENE": 100_000}


def user_info(platform: Platform, call: Call) -> Answer:
    """Does somebody follow? Nicknames are no longer told."""
    app = callers.by_token(platform, call)
    platform.quotas.spend(app.app_id, call.path, platform.clock.now())
    openid = call.query.get("openid", "")
    if not openid:
        raise Refused(41009)
    user = platform.accounts.by_openid(app, openid)
    if user is None:
        raise Refused(40003)
    since = user.following.get(app.app_id)
    if since is None:
        return json_answer({"subscribe": 0, "openid": openid, "tagid_list": []})
    document: dict[str, Any] = {
        "subscribe": 1, "openid": openid, "nickname": "", "sex": 0, "language": "zh_CN", "city": "", "province": "",
        "country": "", "headimgurl": "", "subscribe_time": since.since, "remark": "", "groupid": 0, "tagid_list": [],
        "subscribe_scene": since.scene, "qr_scene": 0, "qr_scene_str": since.qr_scene,
    }  # fmt: skip
    if app.bound:
        document["unionid"] = names.unionid(user.name)
    return json_answer(document)


def create_qrcode(platform: Platform, call: Call) -> Answer:
    """A code that opens the account's chat."""
    if call.method != "POST":
        raise Refused(43002)
    app, now = callers.by_token(platform, call), platform.clock.now()
    platform.quotas.spend(app.app_id, call.path, now)
    try:
        given = json.loads(call.body)
        action, scene = given["action_name"], given["action_info"]["scene"]
    except (ValueError, KeyError, TypeError):
        raise Refused(47001) from None
    text = _scene(action, scene)
    expires_s = _expires_s(given) if action in TEMPORARY else None
    url = f"{platform.url}/q/{names.random_letters(16)}"
    ticket = platform.scene_codes.add(
        SceneCode(app.app_id, text, url, None if expires_s is None else now + expires_s)
    )
    document = {"ticket": ticket, "expire_seconds": expires_s, "url": f"{url}?ticket={quote(ticket)}"}
    return json_answer({name: value for name, value in document.items() if value is not None})


def show_qrcode(platform: Platform, call: Call) -> Answer:
    """The picture; it needs no login."""
    ticket = call.query.get("ticket", "")
    found = platform.scene_codes.find(ticket, platform.clock.now())
    if found is None:
        return html_answer("<!doctype html><title>404</title><p>ticket 无效或已过期</p>", 404)
    code = qrcode.QRCode(border=4)
    code.add_data(f"{found.url}?ticket={quote(ticket)}")
    code.make(fit=True)
    return Answer(200, [("Content-Type", "image/png")], png(code.get_matrix()))


def _scene(action: object, scene: object) -> str:
    kind = (TEMPORARY | PERMANENT).get(action) if isinstance(action, str) else None
    if kind is None:
        raise Refused(40052)
    value = scene.get(kind) if isinstance(scene, dict) else None
    if kind == "scene_id":
        if type(value) is not int or not 0 < value <= MOST_SCENE[str(action)]:
            raise Refused(40053)
    elif not isinstance(value, str) or not 0 < len(value) <= 64:
        raise Refused(40053)
    return str(value)


def _expires_s(given: dict[str, Any]) -> int:
    wanted = given.get("expire_seconds", DEFAULT_EXPIRE_S)
    if type(wanted) is not int or not 0 < wanted <= MOST_EXPIRE_S:
        raise Refused(40053)
    return wanted
