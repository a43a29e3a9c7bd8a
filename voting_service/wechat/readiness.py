"""How the account is: in short for ``/readyz``, and every credential by name for ``voting-service doctor``.

Nothing here is an error for ``/readyz``: voters who are logged in go on voting, and so does everything else.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from ..clock import spoken_in_full
from ..errors import Unavailable
from ..findings import Finding
from ..settings import Settings
from ..text import Text, _
from .client import Client, Issued
from .errcodes import Explained, explain, explain_silence
from .errors import WeChatError, WeChatRefused, WeChatUnreachable
from .reach import Reachability
from .tokens import FETCHES_A_DAY, LOGIN, TICKET, TOKEN, Fetched, SharedTokens, Trouble

PROBED_AGAIN = timedelta(seconds=5)
CLOCKS_AGREE_S = 60
"""So much apart, our clock and the platform's count as the same: what we sign and expire is far coarser."""

_WHAT: dict[str, Text] = {
    TOKEN: _("向微信取接口凭据失败"),
    TICKET: _("向微信取页面签名凭据失败"),
    LOGIN: _("微信登录失败"),
}
_HARM: dict[str, Text] = {
    TOKEN: _("分享卡片可能不完整，登录和投票不受影响。"),
    TICKET: _("分享卡片可能不完整，登录和投票不受影响。"),
    LOGIN: _("新来的人暂时不能用微信登录，已登录的人照常投票。"),
}


def probe_wechat(tokens: SharedTokens, reach: Reachability) -> Iterator[Finding]:
    """At most one short request, and none where logins or a look of the last seconds have told."""
    well = reach.reachable(PROBED_AGAIN)
    if not well:
        sentence, remedy = explain_silence(reach.why)
        yield Finding(
            "warning",
            "wechat_unreachable",
            _("%(why)s新来的人暂时不能用微信登录，已登录的人照常投票。", why=sentence),
            remedy,
        )
    try:
        trouble, fetched = tokens.trouble(), tokens.fetched_today()
    except Unavailable:
        return  # Redis's own probe has said so
    if trouble is not None and (well or trouble.errcode is not None):
        # Anyone may read this: which address we go out by is for doctor to say.
        yield _trouble(trouble if trouble.errcode is None else trouble._replace(errmsg=""))
    elif well:
        yield _ready(fetched)


def _ready(fetched: Fetched) -> Finding:
    return Finding(
        "ok",
        "wechat_ready",
        _("微信公众平台有应答，凭据没有问题；今天取过 %(tokens)s 次接口凭据、%(tickets)s 次页面签名凭据（每天各最多 %(most)s 次）。",
          tokens=fetched.tokens, tickets=fetched.tickets, most=FETCHES_A_DAY),
    )  # fmt: skip


def _trouble(trouble: Trouble) -> Finding:
    sentence, remedy = trouble.explained
    return Finding(
        "warning",
        "wechat_trouble",
        _("%(what)s：%(why)s%(harm)s", what=_WHAT.get(trouble.what, _WHAT[TOKEN]),
          why=_coded(sentence, trouble.errcode), harm=_HARM.get(trouble.what, _HARM[TOKEN])),
        remedy,
    )  # fmt: skip


def _coded(sentence: Text, errcode: int | None) -> Text:
    """With the platform's number, which the operator can look up and quote."""
    return sentence if errcode is None else _("［%(code)s］%(sentence)s", code=errcode, sentence=sentence)


def no_account() -> Finding:
    """What there is to say where the settings name none: it is a way to run the service, and no fault."""
    return Finding("ok", "wechat_off", _("没有设置微信公众号，不提供微信登录。"))


def examine_account(settings: Settings, client: Client, tokens: SharedTokens) -> list[Finding]:
    """Every credential, one after another, the live ones asked of the platform now. Changes nothing that is shared."""
    return [
        _app_id(client.app_id),
        *_domain(settings.base_url),
        *_live(client),
        *_earlier(settings, tokens),
        _clocks(client),
        _messages(settings),
        _verify_file(settings),
    ]


def _app_id(app_id: str) -> Finding:
    if re.fullmatch(r"wx[0-9a-f]{16}", app_id):
        return Finding("ok", "wechat_app_id", _("AppID %(id)s 的格式正确。", id=app_id))
    return Finding(
        "warning",
        "wechat_app_id",
        _("AppID %(id)s 不像真实的：应为 wx 加 16 位小写十六进制字符。", id=app_id),
        _("请在公众平台“设置与开发—基本配置”中抄录；接本地模拟平台时可以不理会。"),
    )


def _domain(base_url: str) -> Iterator[Finding]:
    """The platform's lists of domains take bare host names; pages are signed and called back under them."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    wrong: list[Text] = []
    if parts.scheme != "https":
        wrong.append(_("VOTING_BASE_URL 不是 https，微信中的页面应当加密。"))
    if _is_address(host) or "." not in host:
        wrong.append(_("VOTING_BASE_URL 里的 %(host)s 不是域名，微信的域名列表不收。", host=host))
    if parts.port is not None:
        wrong.append(_("VOTING_BASE_URL 带有端口，微信的域名列表只收不带端口的域名。"))
    remedy = _("请设为 https:// 加已备案的域名；接本地模拟平台时可以不理会。")
    for sentence in wrong:
        yield Finding("warning", "wechat_domain", sentence, remedy)
    if not wrong:
        yield Finding(
            "ok",
            "wechat_domain",
            _("网址可用；请确认 %(host)s 已填入“网页授权域名”和“JS接口安全域名”。", host=host),
        )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _live(client: Client) -> Iterator[Finding]:
    """Token and ticket, asked for now. A stable token is the one that the service is using: asking spoils nothing."""
    token = _asked(client, None)
    if isinstance(token, WeChatError):
        yield _not_given("wechat_app_secret", _("AppSecret 没有通过微信的检验"), token)
        return
    yield Finding("ok", "wechat_app_secret", _("AppID 和 AppSecret 有效，取到了接口凭据。"))
    ticket = _asked(client, token.value)
    if isinstance(ticket, WeChatError):
        yield _not_given("wechat_ticket", _("没有取到页面签名凭据"), ticket)
        return
    yield Finding("ok", "wechat_ticket", _("取到了页面签名凭据（JS-SDK）。"))


def _asked(client: Client, token: str | None) -> Issued | WeChatError:
    try:
        return client.stable_token() if token is None else client.jsapi_ticket(token)
    except WeChatError as error:
        return error


def _not_given(code: str, what: Text, error: WeChatError) -> Finding:
    """A refusal is the account's fault and stays until somebody mends it; silence may pass by itself."""
    refused = isinstance(error, WeChatRefused)
    explained = _explained(error)
    sentence = _coded(explained.sentence, error.errcode if isinstance(error, WeChatRefused) else None)
    if not refused:
        what = _("没有检验")
    return Finding(
        "error" if refused else "warning",
        code if refused else "wechat_unreachable",
        _("%(what)s：%(why)s", what=what, why=sentence),
        explained.remedy,
    )


def _explained(error: WeChatError) -> Explained:
    if isinstance(error, WeChatRefused):
        return explain(error.errcode, error.errmsg)
    return explain_silence(error.why if isinstance(error, WeChatUnreachable) else "odd_answer")


def _earlier(settings: Settings, tokens: SharedTokens) -> Iterator[Finding]:
    """What the running service met, where it has not gone well since."""
    try:
        trouble = tokens.trouble()
    except Unavailable:
        return
    if trouble is None:
        return
    found = _trouble(trouble)
    at = spoken_in_full(trouble.at.astimezone(settings.zone))
    yield Finding(found.level, found.code, _("%(at)s，%(found)s", at=at, found=found.sentence), found.remedy)


def _clocks(client: Client) -> Finding:
    offset = client.clock_offset_s
    if offset is None:
        return Finding("ok", "wechat_clock", _("微信没有给出时间，未与本机的时钟比较。"))
    if abs(offset) <= CLOCKS_AGREE_S:
        return Finding("ok", "wechat_clock", _("本机的时钟与微信一致，相差不到一分钟。"))
    return Finding(
        "warning",
        "wechat_clock",
        _("本机的时钟与微信相差 %(n)s 秒。", n=abs(round(offset))),
        _("请启用时间同步（chrony 或 systemd-timesyncd）。"),
    )


def _messages(settings: Settings) -> Finding:
    if settings.wechat_token is None:
        return Finding("ok", "wechat_messages", _("消息入口没有开启（未设 VOTING_WECHAT_TOKEN）。"))
    if settings.wechat_aes_key is None:
        return Finding(
            "warning",
            "wechat_messages",
            _("消息入口开着，但收的是明文消息。"),
            _("请在公众平台“服务器配置”中选安全模式，并设置 VOTING_WECHAT_AES_KEY。"),
        )
    # Whether the key is the console's own, only a message of the platform's shows: it checks the address in the clear.
    return Finding(
        "ok",
        "wechat_messages",
        _("消息入口开着，收的是加密消息；给公众号发“投票”有回复，说明 EncodingAESKey 与公众平台的一致。"),
    )


def _verify_file(settings: Settings) -> Finding:
    if settings.wechat_verify_file:
        return Finding("ok", "wechat_verify_file", _("域名校验文件（MP_verify）已设置。"))
    return Finding(
        "warning",
        "wechat_verify_file",
        _("没有设置域名校验文件。"),
        _("在公众平台添加域名时会给出 MP_verify_….txt，请把文件名写入 VOTING_WECHAT_VERIFY_FILE。"),
    )
