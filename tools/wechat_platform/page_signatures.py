"""The check of a page's signature."""

from __future__ import annotations

from hashlib import sha1
from typing import Any
from urllib.parse import urlsplit

from .platform import Platform


def verify(platform: Platform, app_id: str, given: dict[str, str]) -> dict[str, Any]:
    """``{"ok", "error"}`` for url, noncestr, timestamp and signature, against the tickets that are good now."""
    app = platform.accounts.apps.get(app_id)
    if app is None:
        return {"ok": False, "error": "invalid appid"}
    url = given.get("url", "").partition("#")[0]
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    if not app.may_run_scripts_on(host):
        return {"ok": False, "error": "invalid url domain"}
    for ticket in platform.base_tokens.tickets(app, platform.clock.now()):
        if given.get("signature") == sign(ticket, given.get("noncestr", ""), given.get("timestamp", ""), url):
            return {"ok": True, "error": ""}
    return {"ok": False, "error": "invalid signature"}


def sign(ticket: str, noncestr: str, timestamp: str, url: str) -> str:
    """SHA-1 of the four, in the order of their names."""
    text = f"jsapi_ticket={ticket}&noncestr={noncestr}&timestamp={timestamp}&url={url}"
    return sha1(text.encode(), usedforsecurity=False).hexdigest()
