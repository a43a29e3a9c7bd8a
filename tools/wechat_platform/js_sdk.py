"""The script that pages load, and the verdict on their signature that WeChat's own browser gives them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from .page_signatures import verify
from .platform import Platform
from .wire import Answer, Call

PATH = "/open/js/jweixin-1.6.0.js"
SOURCE = Path(__file__).with_name("jweixin.js")
CALL_ID = re.compile(r"[0-9]{1,6}").fullmatch
_SCRIPT = [("Content-Type", "text/javascript; charset=utf-8"), ("X-Content-Type-Options", "nosniff")]


def script(platform: Platform, _call: Call) -> Answer:
    """The stand-in for ``jweixin-1.6.0.js``; it runs outside WeChat only where every browser may stand for WeChat."""
    source = SOURCE.read_text(encoding="utf-8")
    source = source.replace("__PLATFORM__", json.dumps(platform.url))
    source = source.replace("__ANY_BROWSER__", json.dumps(platform.any_browser))
    return Answer(200, [*_SCRIPT, ("Cache-Control", "no-cache")], source.encode())


def checked(platform: Platform, call: Call) -> Answer:
    """The verdict on ``wx.config``, as a script: the page's policy admits those that its own script vouches for."""
    query = call.query
    number = query.get("call", "")
    if not CALL_ID(number):
        return Answer(404, _SCRIPT, b"")
    app_id = query.get("appid", "")
    app = platform.accounts.apps.get(app_id)
    verdict = verify(platform, app_id, query) | {"domains": list(app.js_domains) if app else []}
    platform.counters.issued("js_config_ok" if verdict["ok"] else "js_config_refused")
    return Answer(200, _SCRIPT, f"window.__wx.answer({number}, {json.dumps(verdict)});".encode())
