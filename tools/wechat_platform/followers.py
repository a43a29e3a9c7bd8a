"""Who follows the account, and the codes that lead people to its chat."""

from __future__ import annotations

import json
import struct
import threading
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import qrcode

from . import names
from .accounts import App
from .base import app_with
from .errors import Refused
from .wire import Answer, Call, html_answer, json_answer

if TYPE_CHECKING:
    from .app import Platform

DEFAULT_EXPIRE_S, MOST_EXPIRE_S, MOST_PERMANENT = 60, 2_592_000, 100_000
TEMPORARY = {"QR_SCENE": "scene_id", "QR_STR_SCENE": "scene_str"}
PERMANENT = {"QR_LIMIT_SCENE": "scene_id", "QR_LIMIT_STR_SCENE": "scene_str"}
MOST_SCENE = {"QR_SCENE": 2**32 - 1, "QR_LIMIT_SCENE": 100_000}


@dataclass(frozen=True)
class SceneCode:
    """One code that was made."""

    app_id: str
    scene: str
    url: str
    expires_at: float | None


class SceneCodes:
    """By ticket."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[str, SceneCode] = {}

    def add(self, code: SceneCode) -> str:
        """Its ticket. Raises 45029 when the account has too many that never expire."""
        with self._lock:
            mine = [c for c in self._made.values() if c.app_id == code.app_id and c.expires_at is None]
            if code.expires_at is None and len(mine) >= MOST_PERMANENT:
                raise Refused(45029)
            ticket = "gQ" + names.random_letters(90) + "=="
            self._made[ticket] = code
        return ticket

    def find(self, ticket: str, now: float) -> SceneCode | None:
        """Of a ticket that still works."""
        found = self._made.get(ticket)
        return found if found and (found.expires_at is None or found.expires_at > now) else None


def user_info(platform: Platform, call: Call) -> Answer:
    """Does somebody follow? Nicknames are no longer told."""
    app = app_with(platform, call)
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
    app, now = app_with(platform, call), platform.clock.now()
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


def scene_of(platform: Platform, app: App, ticket: str) -> str:
    """The scene of a code that somebody scans; empty where the ticket says nothing."""
    found = platform.scene_codes.find(ticket, platform.clock.now())
    return found.scene if found and found.app_id == app.app_id else ""


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


def png(matrix: list[list[bool]], scale: int = 8) -> bytes:
    """Black and white squares as a picture."""
    side = len(matrix) * scale
    lines = []
    for row in matrix:
        line = b"\0" + b"".join((b"\0" if dark else b"\xff") * scale for dark in row)
        lines += [line] * scale
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(lines))),
        (b"IEND", b""),
    ]
    chunks = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
