"""Web authorization, the part that a browser sees: from the service's redirect to a code at its callback."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

from . import names
from .accounts import COOKIE, SANDBOX, SUBSCRIPTION, App, User
from .codes import BASE, USERINFO, Grant
from .platform import Platform
from .wire import Answer, Call, html_answer, redirect

PATH = "/connect/oauth2/authorize"
ORDER = ("appid", "redirect_uri", "response_type", "scope", "state")
STATE = re.compile(r"[a-zA-Z0-9]{1,128}").fullmatch
PAGE_ERRORS = {
    10003: "redirect_uri域名与后台配置不一致",
    10004: "此公众号被封禁",
    10005: "此公众号并没有这些scope的权限",
    10006: "必须关注此测试号",
    10009: "操作太频繁了，请稍后再试",
    10010: "scope不能为空",
    10011: "redirect_uri不能为空",
    10012: "appid不能为空",
    10013: "state不能为空",
    10015: "公众号未授权第三方平台，请检查授权状态",
    10016: "不支持微信开放平台的Appid，请使用公众号Appid",
}
EMPTY = {"appid": 10012, "redirect_uri": 10011, "scope": 10010, "state": 10013}
_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">{head}
</head><body><main><h1>{title}</h1>{main}</main></body></html>"""


class PageError(Exception):
    """Shown to the person in front of the page, never sent to the callback."""

    def __init__(self, number: int | None, sentence: str = "") -> None:
        super().__init__(number, sentence)
        self.number = number
        self.sentence = sentence or PAGE_ERRORS.get(number or 0, "")

    def answer(self) -> Answer:
        """The page."""
        told = f"{self.sentence}，错误码：{self.number}" if self.number else self.sentence
        return html_answer(_PAGE.format(title="提示", head="", main=f"<p>{html.escape(told)}</p>"))


def authorize(platform: Platform, call: Call) -> Answer:
    """``GET`` the address; ``POST`` to it is the answer to the consent page."""
    try:
        return _authorize(platform, call)
    except PageError as wrong:
        return wrong.answer()


def _authorize(platform: Platform, call: Call) -> Answer:
    query = call.query
    if not platform.any_browser and "MicroMessenger/" not in call.header("User-Agent"):
        raise PageError(None, "请在微信客户端打开链接")
    app, host = _checked(platform, call)
    wanted = platform.switches.take("page_error", app.app_id, PATH)
    if wanted:
        raise PageError(int(wanted))
    user, is_new = _who(platform, call)
    _may(app, user, query["scope"], host)
    answer = _consented(platform, call, app, user)
    if is_new:
        answer.headers.append(("Set-Cookie", f"{COOKIE}={quote(user.name)}; Path=/; HttpOnly; SameSite=Lax"))
    return answer


def _checked(platform: Platform, call: Call) -> tuple[App, str]:
    query = call.query
    for name in ORDER:
        if not query.get(name) and (name in query or name != "state"):
            raise PageError(EMPTY.get(name), "" if name in EMPTY else f"{name}参数错误")
    if [name for name, _value in call.pairs if name in ORDER] != [name for name in ORDER if name in query]:
        raise PageError(None, "链接参数的顺序或个数不对，请按 " + "、".join(ORDER) + " 的顺序各写一次")
    if query["response_type"] != "code":
        raise PageError(None, "response_type参数错误")
    if query["scope"] not in (BASE, USERINFO):
        raise PageError(None, "scope参数错误")
    if "state" in query and not STATE(query["state"]):
        raise PageError(None, "state参数只能是 a-zA-Z0-9，最多128字节")
    app = platform.accounts.apps.get(query["appid"])
    if app is None:
        raise PageError(None, "AppID参数错误")
    return app, _host(query["redirect_uri"])


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        host = None
    # What cannot stand in a header is no address.
    if not host or parts.scheme not in ("http", "https") or not (address.isascii() and address.isprintable()):
        raise PageError(10003)
    return host


def _may(app: App, user: User, scope: str, host: str) -> None:
    if app.banned:
        raise PageError(10004)
    if app.kind == SUBSCRIPTION:
        raise PageError(10005)
    if not app.may_return_to(host):
        raise PageError(10003)
    if app.kind == SANDBOX and app.app_id not in user.following:
        raise PageError(10006)


def _who(platform: Platform, call: Call) -> tuple[User, bool]:
    """Whose telephone it is: a driver says so, the console's cookie does, or it is somebody new."""
    named = call.header("X-Fake-User") or call.query.get("fake_user") or call.cookie(COOKIE)
    if not named:
        return platform.accounts.newcomer(), True
    try:
        return platform.accounts.user(unquote(named)), False
    except ValueError as wrong:
        raise PageError(None, str(wrong)) from None


def _consented(platform: Platform, call: Call, app: App, user: User) -> Answer:
    query, now = call.query, platform.clock.now()
    if platform.switches.take("refuse", app.app_id, PATH):
        return redirect(_callback(query, None))
    if query["scope"] == USERINFO and not user.is_silent(app.app_id, now):
        if call.method != "POST":
            return _consent_page(call, user)
        if parse_qs(call.body.decode("utf-8", "replace")).get("answer") != ["allow"]:
            return redirect(_callback(query, None))
        user.consents[app.app_id] = now
    callback = _callback(query, platform.codes.issue(_grant(platform, app, user, query["scope"])))
    platform.counters.issued("code")
    if platform.switches.take("double_callback", app.app_id, PATH):
        return _twice(callback)
    return redirect(callback)


def _grant(platform: Platform, app: App, user: User, scope: str) -> Grant:
    now, switches = platform.clock.now(), platform.switches
    marked = bool(switches.take("snapshot", app.app_id, PATH))
    if marked or switches.take("snapshot_unmarked", app.app_id, PATH):
        virtual = names.virtual_openid(app.app_id)
        return Grant(app.app_id, user.name, virtual, scope, now, snapshot=True, marked=marked)
    return Grant(app.app_id, user.name, platform.accounts.openid(app, user), scope, now)


def _callback(query: dict[str, str], code: str | None) -> str:
    address = query["redirect_uri"].partition("#")[0]
    added = [] if code is None else [f"code={code}"]
    if "state" in query:
        added.append(f"state={query['state']}")
    return address + ("&" if "?" in address else "?") + "&".join(added) if added else address


def _consent_page(call: Call, user: User) -> Answer:
    action = html.escape(f"{PATH}?{call.query_string}")
    main = f"""<p>{html.escape(user.nickname)}，网页想获取你的昵称和头像（模拟）。</p><form method="post" action="{action}">
<button name="answer" value="refuse">拒绝</button> <button name="answer" value="allow">允许</button></form>"""
    return html_answer(_PAGE.format(title="申请授权", head="", main=main))


def _twice(callback: str) -> Answer:
    """The browser asks for the callback in a frame, and then again as itself: as a WebView that loads twice."""
    address = html.escape(callback)
    main = f"""<p>正在把同一个回调地址请求两次……</p><iframe src="{address}" width="1" height="1" title="第一次"></iframe>
<p><a href="{address}" data-callback>继续</a></p>"""
    again = (
        f'<meta http-equiv="refresh" content="1;url={address}"><meta name="referrer" content="no-referrer">'
    )
    return html_answer(_PAGE.format(title="重复回调", head=again, main=main))
