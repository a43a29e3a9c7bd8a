"""The faults that the console offers, and what each shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """A switch as a person sees it."""

    name: str
    title: str
    shows: str
    value: Any = True
    paths: tuple[str, ...] = ()
    revokes_tokens: bool = False


FAULTS = (
    Fault("snapshot", "快照页", "登录得到的是虚拟 openid，带 is_snapshotuser 标记：服务应拒绝，并说明怎样离开快照页。"),
    Fault("snapshot_unmarked", "快照页，不带标记", "同上，但平台漏了标记（社区有此报告）：服务无从分辨，会当作一个新的人。"),
    Fault("refuse", "用户拒绝授权", "回调只带 state、不带 code：服务应说明没有登录，可以重来。"),
    Fault("double_callback", "重复回调", "浏览器把回调地址请求两次，第二次的 code 已被用过：应当仍是已登录，不循环。"),
    Fault("page_error", "操作太频繁（10009）", "授权页停在微信自己的错误页，不会回到服务。", 10009),
    Fault("down", "平台接口中断（503）", "换取 openid 失败：新来的人看到说明；已登录的人照常投票。", "503", ("/sns/", "/cgi-bin/")),
    Fault("busy", "系统繁忙（-1）", "接口答 -1：与中断一样，请人稍后再试。"),
    Fault("latency_ms", "接口慢 3 秒", "每个接口晚 3 秒回答：页面应当等得起，也不拖垮别人。", 3_000, ("/sns/", "/cgi-bin/")),
    Fault("wrong_ip", "IP 不在白名单（40164）", "取不到接口令牌（现有的随之作废）：/readyz 说明原因，登录不受影响。", revokes_tokens=True),
)  # fmt: skip
