"""The addresses that WeChat and its browser ask for: login, callback, page signature, domain file."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from werkzeug.wrappers import Response as BaseResponse

from ..clock import Clock
from ..errors import Unavailable
from ..text import Text, _
from ..web import access
from ..web.errors import answer
from ..web.headers import keep_out_of_sight
from ..web.identities import WECHAT
from ..web.inside_wechat import READING_ON, READING_ON_S, login_address
from ..web.language import say
from ..web.limits import costly
from ..web.sessions import COOKIE as VOTER_COOKIE
from ..web.sessions import LIFETIME_S, VoterSessions
from .errors import WeChatError
from .js_sdk import page_url, sign
from .login import Again, GoOn, LoggedIn, NotLoggedIn, WeChatLogin, Why
from .login_states import browser_mark, safe_next

BROWSER_COOKIE = "login"
BROWSER_LIFETIME_S = 3600
AFTER_LOGIN_S = 20

pages = Blueprint("wechat", __name__)


@dataclass(frozen=True)
class WeChatDoor:
    """What these routes need; in ``app.extensions["wechat"]`` where there is an account."""

    login: WeChatLogin
    sessions: VoterSessions
    clock: Clock
    hosts: tuple[str, ...]
    """Under which pages may be signed, with port where it is not the scheme's own."""
    secure: bool

    def keep(self, response: BaseResponse, name: str, value: str, lifetime_s: int, path: str = "/") -> None:
        """Have the browser keep a cookie; no lifetime takes it away."""
        response.set_cookie(
            name, value, max_age=lifetime_s, path=path, secure=self.secure, httponly=True, samesite="Lax"
        )


def _door() -> WeChatDoor:
    door: WeChatDoor | None = current_app.extensions.get("wechat")
    if door is None:
        abort(404)
    return door


@pages.after_request
def keep_to_itself(response: Response) -> Response:
    """Codes and states are in these addresses."""
    return keep_out_of_sight(response, "no-referrer")


@pages.get("/wechat/login")
@access.public
@costly
def login() -> BaseResponse:
    """Send the browser to WeChat, which sends it back to the callback without asking anything."""
    door, next_path = _door(), safe_next(request.args.get("next"))
    if _logged_in(door):
        return redirect(next_path)
    return _sent_away(door, next_path)


@pages.get("/wechat/callback")
@access.public
@costly
def callback() -> BaseResponse:
    """Where WeChat sends the browser, with a code."""
    door = _door()
    outcome: LoggedIn | GoOn | Again | NotLoggedIn
    try:
        outcome = door.login.finish(
            request.args.get("code", ""),
            request.args.get("state", ""),
            request.cookies.get(BROWSER_COOKIE, ""),
            logged_in=_logged_in(door),
        )
    except Unavailable:
        outcome = NotLoggedIn("unreachable")
    if isinstance(outcome, LoggedIn):
        response = redirect(outcome.next)
        # A new cookie at each login: whoever planted one before has nothing of what it becomes.
        before = door.sessions.from_header(request.headers.get("Cookie"))
        session = door.sessions.known_as(WECHAT, outcome.subject, before)
        door.keep(response, VOTER_COOKIE, door.sessions.to_cookie(session), LIFETIME_S)
        # Were the cookie not kept, the page would send the browser here again, and so on.
        door.keep(response, READING_ON, "1", AFTER_LOGIN_S)
        return response
    if isinstance(outcome, GoOn):
        return redirect(outcome.next)
    if isinstance(outcome, Again):
        return _sent_away(door, outcome.next, again=True)
    return _not_logged_in(door, outcome)


def _logged_in(door: WeChatDoor) -> bool:
    session = door.sessions.from_header(request.headers.get("Cookie"))
    return session is not None and session.identity == WECHAT


def _sent_away(door: WeChatDoor, next_path: str, *, again: bool = False) -> BaseResponse:
    browser = browser_mark(request.cookies.get(BROWSER_COOKIE))
    try:
        address = door.login.begin(next_path, browser, again=again)
    except (WeChatError, Unavailable):
        return _not_logged_in(door, NotLoggedIn("unreachable", next_path))
    response = redirect(address)
    door.keep(response, BROWSER_COOKIE, browser, BROWSER_LIFETIME_S, "/wechat/")
    return response


_PAGES: dict[Why, tuple[int, Text, Text]] = {
    "foreign": (
        403,
        _("这次登录不是在这里开始的"),
        _("登录要在同一台手机、同一个微信里完成，从别处转来的登录链接不能用。"
          "请重新登录；如果总是这样，请关掉页面，从公众号菜单或二维码重新进入（本站要用 Cookie 记住登录）。"),
    ),
    "expired": (403, _("登录等待太久，已经失效"), _("请重新登录，只需一两秒钟。")),
    "no_code": (403, _("没有完成登录"), _("微信没有返回登录结果。登录只用来认定一名投票人，不读取昵称、头像和好友。")),
    "snapshot": (
        403,
        _("当前是快照页，不能投票"),
        _("微信打开的是本页的快照，快照里没有您的投票身份。"),
    ),
    "spent": (403, _("登录没有成功"), _("微信给出的登录凭证已经用过或过期，重试了一次仍未成功。请稍后再试。")),
    "limited": (403, _("这个微信号登录不了"), _("微信说这个微信号受限，可能已被冻结。请先在微信里查看通知。")),
    "crowded": (503, _("现在登录的人太多"), _("微信限制了每分钟登录的人数，请过一两分钟再试，不会影响您投票的次数。")),
    "account": (503, _("微信登录暂时不能使用"), _("公众号的设置有问题，请告知主办单位，稍后再试。已经登录的人可以照常投票。")),
    "unreachable": (503, _("微信登录暂时不能使用"), _("暂时连不上微信。已经登录的人可以照常投票；请过几分钟再试。")),
}  # fmt: skip


def _not_logged_in(door: WeChatDoor, outcome: NotLoggedIn) -> Response:
    status, title, sentence = _PAGES[outcome.why]
    page = render_template(
        "wechat/not_logged_in.html",
        why=outcome.why,
        title=say(title),
        sentence=say(sentence),
        next_url=outcome.next,
        login_url=login_address(outcome.next),
    )
    response = make_response(page, status)
    if status == 503:
        response.headers["Retry-After"] = "60"
    # For a while pages show themselves without sending the browser off again.
    door.keep(response, READING_ON, "1", READING_ON_S)
    return response


@pages.get("/wechat/js-config")
@access.public
@costly
def js_config() -> Response:
    """What a page needs for ``wx.config``. It is signed for the address that the browser itself reports."""
    door = _door()
    url = page_url(request.args.get("url", ""), door.hosts)
    if url is None:
        return answer("bad_request", _("只能为本站的页面签名；url 应当是当前页面的完整网址。"))
    try:
        ticket = door.login.tokens.ticket()
    except (WeChatError, Unavailable):
        return answer("wechat_unavailable", _("暂时取不到微信的页面签名，分享卡片可能不完整，投票不受影响。"))
    nonce, timestamp = secrets.token_hex(8), int(door.clock.now().timestamp())
    return jsonify(
        appId=door.login.app_id,
        timestamp=timestamp,
        nonceStr=nonce,
        signature=sign(ticket, nonce, timestamp, url),
    )


@pages.get("/MP_verify_<code>.txt")
@access.public
def domain_file(code: str) -> Response:
    """The file by which the platform knows that this domain is the account's."""
    files: Collection[str] = current_app.config["WECHAT_VERIFY_FILES"]
    if code not in files:
        abort(404)
    response = make_response(code)
    response.content_type = "text/plain"
    return response
