"""The addresses of the stand-in's pages. Each form posts, acts and leads back: no script is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from flask import Flask, Response, abort, g, redirect, render_template, request, send_from_directory

from .. import messages, pusher
from ..accounts import COOKIE, PEOPLE, User
from ..platform import Platform
from ..switches import Switch
from .faults import FAULTS

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Redirect

MOST_TEXT = 600
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data: http: https:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 132 132"><rect width="132" height="132" fill="#3f6f8f"/>
<circle cx="66" cy="50" r="24" fill="#fff"/><path d="M22 132c0-52 88-52 88 0z" fill="#fff"/></svg>"""


def make_console(platform: Platform) -> Flask:
    """The pages, for this platform."""
    app = Flask("tools.wechat_platform.console")
    app.before_request(_only_from_here)
    app.before_request(lambda: _choose(platform))
    app.after_request(_finish)
    app.add_url_rule("/", view_func=lambda: _home(platform), endpoint="home")
    app.add_url_rule("/user", view_func=lambda: _change_user(platform), endpoint="user", methods=["POST"])
    app.add_url_rule("/fault", view_func=lambda: _fault(platform), endpoint="fault", methods=["POST"])
    app.add_url_rule("/chat", view_func=lambda: _chat(platform), endpoint="chat")
    app.add_url_rule("/chat", view_func=lambda: _say(platform), endpoint="say", methods=["POST"])
    app.add_url_rule("/q/<code>", view_func=lambda code: _scan_page(platform, code), endpoint="scan_page")
    app.add_url_rule("/q/<code>", view_func=lambda code: _scan(platform), endpoint="scan", methods=["POST"])
    app.add_url_rule(
        "/console.css", view_func=lambda: send_from_directory(app.root_path, "console.css"), endpoint="css"
    )
    app.add_url_rule(
        "/head.svg/<size>", view_func=lambda size: Response(HEAD, mimetype="image/svg+xml"), endpoint="head"
    )
    return app


def start_address(start_url: str) -> str:
    """The service's login, which then leads to the campaign."""
    if not start_url:
        return ""
    parts = urlsplit(start_url)
    return f"{parts.scheme}://{parts.netloc}/wechat/login?{urlencode({'next': parts.path or '/'})}"


def _only_from_here() -> None:
    """A foreign page may not press our buttons."""
    if request.method == "POST":
        origin = request.headers.get("Origin")
        if origin not in (None, "null") and urlsplit(origin).netloc != request.host:
            abort(403)
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            abort(403)


def _choose(platform: Platform) -> None:
    """Whose telephone the console stands for; at first, the first person's."""
    name = unquote(request.cookies.get(COOKIE, "")) or next(iter(PEOPLE))
    try:
        g.user = platform.accounts.user(name)
    except ValueError:
        g.user = platform.accounts.user(next(iter(PEOPLE)))


def _finish(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer" if request.method == "GET" else "same-origin"
    if "user" in g and request.endpoint in ("home", "user", "chat", "scan_page"):
        response.set_cookie(COOKIE, quote(g.user.name), httponly=True, samesite="Lax")
    return response


def _home(platform: Platform) -> str:
    shown = [*PEOPLE, *([g.user.name] if g.user.name not in PEOPLE else [])]
    people = [platform.accounts.user(name) for name in shown]
    counted = platform.counters.document()
    return _page(
        "home.html", platform, people=people, faults=FAULTS, start=start_address(platform.start_url),
        start_url=platform.start_url, counters=_counted(counted), refused=counted["refused"],
        is_on=platform.switches.is_on,
    )  # fmt: skip


def _counted(counted: dict[str, Any]) -> list[tuple[str, int]]:
    calls, issued = counted["calls"], counted["issued"]
    return [
        ("登录（换取 openid）", issued.get("sns_token", 0)),
        ("发出的授权码", issued.get("code", 0)),
        ("新发的接口令牌", issued.get("stable_token", 0) + issued.get("token", 0)),
        ("请求接口令牌的次数", calls.get("/cgi-bin/stable_token", 0) + calls.get("/cgi-bin/token", 0)),
        ("新发的 jsapi_ticket", issued.get("jsapi_ticket", 0)),
        ("页面签名通过", issued.get("js_config_ok", 0)),
        ("页面签名不通过", issued.get("js_config_refused", 0)),
        ("推送消息的次数", calls.get("push attempt", 0)),
    ]


def _change_user(platform: Platform) -> Redirect:
    wanted = request.form.get("user", "")
    try:
        g.user = platform.accounts.user(wanted) if wanted else platform.accounts.newcomer()
    except ValueError:
        abort(400)
    return redirect("/", 303)


def _fault(platform: Platform) -> Redirect:
    fault = next((fault for fault in FAULTS if fault.name == request.form.get("name")), None)
    if fault is None:
        abort(400)
    on = request.form.get("on") == "1"
    platform.switches.set(Switch(fault.name, fault.value if on else None, paths=fault.paths))
    if on and fault.revokes_tokens:
        platform.base_tokens.forget()
    return redirect("/#faults", 303)


def _chat(platform: Platform) -> str:
    return _page("chat.html", platform, lines=platform.chats.of(g.user.name))


def _say(platform: Platform) -> Redirect:
    app, user = platform.accounts.first, g.user
    act = request.form.get("act", "")
    text = request.form.get("text", "").strip()[:MOST_TEXT]
    if act in ("subscribe", "unsubscribe"):
        said = "" if act == "unsubscribe" else "（关注公众号）"
        _deliver(platform, user, said, messages.event_message(platform, app, user, act))
    elif act == "check":
        passed, attempt = pusher.check_url(platform, app, platform.push_timeout_s)
        platform.chats.remark(
            user.name,
            "服务器地址校验通过"
            if passed
            else f"服务器地址校验不通过（状态 {attempt.status or '—'} {attempt.flag}）",
        )
    elif text:
        _deliver(platform, user, text, messages.text_message(platform, app, user, text))
    return redirect("/chat#end", 303)


def _scan_page(platform: Platform, code: str) -> str:
    return _page("scan.html", platform, ticket=request.args.get("ticket", ""), code=code)


def _scan(platform: Platform) -> Redirect:
    app, user = platform.accounts.first, g.user
    try:
        message = messages.scan_message(platform, app, user, request.form.get("ticket", ""))
    except ValueError:
        platform.chats.remark(user.name, "这个二维码无效或已过期")
    else:
        _deliver(platform, user, "（扫了带参数的二维码）", message)
    return redirect("/chat#end", 303)


def _deliver(platform: Platform, user: User, said: str, message: dict[str, str]) -> None:
    app = platform.accounts.first
    delivery = pusher.push(platform, app, message, mode=app.mode, timeout_s=platform.push_timeout_s)
    platform.chats.add(user.name, said, delivery)


def _page(template: str, platform: Platform, **values: Any) -> str:
    app = platform.accounts.first
    return render_template(template, me=g.user, account=app, follows=app.app_id in g.user.following, **values)
