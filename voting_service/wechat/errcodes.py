"""What the platform's error codes mean for those who run this service, and what to do: the one table of them."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from ..text import Text, _

CODE_SPENT = frozenset({40029, 40163, 41008, 42003})
"""A login's code is wrong, used, missing or expired: a new one may do, and nothing is wrong with the account."""


class Explained(NamedTuple):
    """A sentence and a remedy that somebody at a union's office can act on."""

    sentence: Text
    remedy: Text


_SECRET_ANEW = _(
    "请在公众平台“设置与开发—基本配置”中核对或重置 AppSecret，写入 VOTING_WECHAT_APP_SECRET 后重启服务。"
)
_LATER = _("一般会自行恢复；如果持续出现，请到公众平台“接口权限”页查看用量。")
_LISTED = _(
    "请在公众平台“设置与开发—基本配置—IP白名单”中加入本服务的出口地址（voting-service doctor 会说出它），几分钟后自动恢复。"
)
_AGREE = _("请等过这段时间，并请管理员在下一次确认时同意；同时把本服务的出口地址加入 IP 白名单。")
_OURS = _("请把这个错误码和时间告诉维护人员。")

_REFUSED: dict[int, tuple[Text, Text]] = {
    40001: (_("AppSecret 不对，或者凭据已被别的程序换掉。"), _SECRET_ANEW),
    40002: (_("凭据类型不对。"), _OURS),
    40013: (
        _("AppID 不对。"),
        _("请核对 VOTING_WECHAT_APP_ID，它以 wx 开头，在公众平台“设置与开发—基本配置”中。"),
    ),
    40014: (_("凭据无效。"), _("服务会自动换新；如果持续出现，请核对 AppID 和 AppSecret 是不是同一个公众号的。")),
    40125: (_("AppSecret 不对。"), _SECRET_ANEW),
    40164: (_("本服务的出口地址不在公众号的 IP 白名单中。"), _LISTED),
    40243: (_("AppSecret 已被冻结。"), _("请由公众号管理员在公众平台“设置与开发—基本配置”中解冻或重置 AppSecret。")),
    41002: (_("请求中缺少 AppID。"), _OURS),
    41004: (_("请求中缺少 AppSecret。"), _OURS),
    42001: (_("凭据已过期。"), _("服务会自动换新；如果持续出现，请检查服务器的时间是否准确。")),
    43002: (_("请求方式不对。"), _OURS),
    45009: (
        _("公众号今天的调用次数已用完。"),
        _("请检查是否有别的程序在用同一个公众号；可在公众平台“接口权限”页清零（每月 10 次），否则次日恢复。"),
    ),
    45011: (_("调用过于频繁，被微信限制。"), _LATER),
    48001: (
        _("公众号没有这项接口权限。"),
        _("网页授权需要已认证的服务号，请在公众平台“接口权限”页查看。"),
    ),
    50002: (
        _("帐号受限，可能已被冻结或注销。"),
        _("登录时遇到，说的是投票人的微信号；否则请公众号管理员登录公众平台查看通知。"),
    ),
    89503: (_("这次调用需要公众号管理员确认。"), _("请管理员在手机微信上确认，再等几分钟。")),
    89506: (_("管理员拒绝了本服务地址的调用，24 小时内不能再用。"), _AGREE),
    89507: (_("管理员拒绝了本服务地址的调用，1 小时内不能再用。"), _AGREE),
}  # fmt: skip

_NETWORK = _("请检查服务器能否访问 api.weixin.qq.com（DNS、防火墙、代理）。")
WHY: dict[str, tuple[Text, Text]] = {
    "no_connection": (_("连不上微信的服务器。"), _NETWORK),
    "timeout": (_("微信没有及时应答。"), _NETWORK),
    "reset": (_("与微信的连接中途断开。"), _NETWORK),
    "proxy": (_("代理服务器连不上或拒绝转发。"), _("请检查环境变量 HTTPS_PROXY、NO_PROXY 和代理服务器。")),
    "tls": (_("与微信的加密连接没有建立。"), _("请检查服务器的时间和根证书，以及网络是否被改动。")),
    "busy": (_("微信说系统繁忙。"), _("一般会自行恢复。")),
    "odd_answer": (_("微信的应答读不懂，可能被代理或防火墙换成了别的页面。"), _NETWORK),
    "waiting": (_("另一个进程正在向微信取凭据，还没有取到。"), _("一般会自行恢复。")),
    "daily_bound": (
        _("今天向微信取凭据的次数多得不正常，服务已停止再取。"),
        _("明天自动恢复；请检查是否有别的程序在用同一个公众号并换掉凭据。"),
    ),
}
"""Explains ``WeChatUnreachable.why``."""


def explain(errcode: int, errmsg: str = "") -> Explained:
    """What a refusal means. ``errmsg``: 40164 names the address that has to be admitted."""
    if errcode == 40164 and (address := address_named(errmsg)):
        return Explained(
            _("本服务的出口地址 %(address)s 不在公众号的 IP 白名单中。", address=address),
            _(
                "请在公众平台“设置与开发—基本配置—IP白名单”中加入 %(address)s，几分钟后自动恢复。",
                address=address,
            ),
        )
    known = _REFUSED.get(errcode)
    if known is not None:
        return Explained(*known)
    return Explained(
        _("微信返回错误码 %(code)s。", code=errcode),
        _("请在微信官方文档“全局返回码”中查这个错误码。"),
    )


def explain_silence(why: str) -> Explained:
    """What it means that there was no answer that could be used."""
    known = WHY.get(why)
    if known is not None:
        return Explained(*known)
    return Explained(_("微信的应答无法读懂（%(why)s）。", why=why), _NETWORK)


def address_named(errmsg: str) -> str | None:
    """The address in ``invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist``."""
    found = re.search(r"invalid ip ([0-9A-Fa-f.:]{2,45})", errmsg)
    if not found:
        return None
    try:
        address = ipaddress.ip_address(found[1].rstrip("."))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
