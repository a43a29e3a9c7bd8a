"""What a user agent says of itself, and whether that can be true.

WeChat writes its version twice: ``MicroMessenger/8.0.42.2460(0x28002A58)``. The hexadecimal form is 0xPMmmppbb: platform
(1 iOS and older Macs, 2 Android, 6 Windows and Mac), major, minor, patch, build. Derived from real strings, all of
which keep it; one that lacks the hexadecimal form is not judged, since some real ones lack it. The gate and the scan
both judge by this page.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Implausible = Literal["none", "program", "headless", "wechat_hex", "wechat_platform"]

_WECHAT = re.compile(r"MicroMessenger/(\d+)\.(\d+)\.(\d+)[\d.]*\(0x([0-9A-Fa-f]{8})\)")
# Found anywhere, in lower case: a word in a list is found sooner than by a pattern.
_PROGRAMS = (
    "python", "aiohttp", "httpx", "scrapy", "curl/", "wget/", "httpie", "go-http-client", "okhttp", "java/", "libwww",
    "apache-httpclient", "node-fetch", "axios", "postman", "jmeter", "locust",
)  # fmt: skip
# Not Electron: chat programs on desks (DingTalk, Feishu) show pages with it.
_DRIVEN = ("headless", "phantomjs", "selenium", "webdriver", "puppeteer", "playwright")


@lru_cache(maxsize=65_536)
def implausible(user_agent: str) -> Implausible | None:
    """Which way a user agent cannot be a voter's browser; None where nothing speaks against it."""
    if not user_agent.strip():
        return "none"
    lowered = user_agent.lower()
    if any(word in lowered for word in _DRIVEN):
        return "headless"
    if any(word in lowered for word in _PROGRAMS):
        return "program"
    wechat = _WECHAT.search(user_agent)
    return _wechat(user_agent, wechat) if wechat else None


def _wechat(user_agent: str, wechat: re.Match[str]) -> Implausible | None:
    major, minor, patch = (int(wechat[n]) for n in (1, 2, 3))
    code = int(wechat[4], 16)
    if (code >> 24 & 15, code >> 16 & 255, code >> 8 & 255) != (major, minor, patch):
        return "wechat_hex"
    platform = code >> 28
    # WeChat for the Mac writes 1 too, up to 3.8: MicroMessenger/6.8.0(0x16080000).
    claims = {1: ("iPhone", "iPad", "iPod", "Macintosh"), 2: ("Android",)}.get(platform)
    # Newer computers' WeChat writes 6, its tablets and HarmonyOS others still: only what is known is compared.
    if claims and not any(word in user_agent for word in (*claims, "OpenHarmony")):
        return "wechat_platform"
    return None


@lru_cache(maxsize=65_536)
def operating_system(user_agent: str) -> str:
    """android, ios, harmony or desktop; empty where it does not say."""
    for name, words in (
        ("harmony", ("OpenHarmony", "HarmonyOS")),
        ("ios", ("iPhone", "iPad", "iPod")),
        ("android", ("Android",)),
        ("desktop", ("Windows NT", "Macintosh", "X11; ")),
    ):
        if any(word in user_agent for word in words):
            return name
    return ""


@lru_cache(maxsize=65_536)
def wechat_version(user_agent: str) -> str:
    """``8.0.42.2460`` as it stands in the user agent; empty outside WeChat."""
    found = re.search(r"MicroMessenger/([\d.]+)", user_agent)
    return found[1].rstrip(".") if found else ""
