"""WeChat's own browser, and a voter who reads on there without being logged in."""

from __future__ import annotations

from urllib.parse import quote

READING_ON = "reading_on"
"""A cookie: a login has just failed, and pages are to show themselves rather than send the browser off again."""
READING_ON_S = 120


def inside_wechat(user_agent: str) -> bool:
    """Whether an official account can log a voter in there. 企业微信 says MicroMessenger too, and cannot."""
    return "MicroMessenger" in user_agent and "wxwork" not in user_agent


def reads_on(cookie_header: str) -> bool:
    """Whether the browser is to be left alone."""
    return f"{READING_ON}=1" in cookie_header


def login_address(next_path: str) -> str:
    """The path that logs in and then goes on to ``next_path``."""
    return "/wechat/login?next=" + quote(next_path, safe="/")
