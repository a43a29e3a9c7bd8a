"""What other systems can be told of, and its words. Plain values."""

from __future__ import annotations

from typing import Literal

from ..text import Text, _

Kind = Literal["tally.certified", "notice.published", "objection.lodged", "list.final"]
KINDS: tuple[Kind, ...] = ("tally.certified", "notice.published", "objection.lodged", "list.final")
TEST = "webhook.test"
"""Sent by the button on the desk, to one endpoint, whatever it listens to."""

KIND_WORDS: dict[str, Text] = {
    "tally.certified": _("计票结果已认定"),
    "notice.published": _("公告已发布"),
    "objection.lodged": _("收到异议"),
    "list.final": _("最终名单已确定"),
    TEST: _("测试消息"),
}

STATE_WORDS: dict[str, Text] = {
    "waiting": _("待推送"),
    "delivered": _("已送达"),
    "given_up": _("已放弃"),
}
STATE_TONES = {"waiting": "wait", "delivered": "good", "given_up": "bad"}

FAULT_WORDS: dict[str, Text] = {
    "bad_answer": _("对方没有以 2xx 应答"),
    "redirected": _("对方要求转到别的网址，没有跟随"),
    "refused_address": _("网址指向内部网络，没有连接"),
    "no_such_host": _("找不到这个主机名"),
    "unreachable": _("连接不上"),
    "tls": _("对方的证书没有通过验证"),
    "too_slow": _("对方超过时限没有应答"),
    "gone": _("对方表示不再接收（410），已暂停"),
    "ended": _("推送已停用"),
    "no_key": _("签名密钥解不开，请检查 VOTING_ENCRYPTION_KEYS"),
    "unforeseen": _("推送时出错，请查看运行日志"),
}
"""Why a delivery did not succeed."""
