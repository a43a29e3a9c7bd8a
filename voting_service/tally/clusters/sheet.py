"""One cluster as an open sheet, for the terminal: figures, three comparison groups of equal size, a sample, the effect. How it
stands before it is judged is ``blind_sheet``'s."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...text import Text, _

Cluster = Mapping[str, Any]

FINDINGS: dict[str, Text] = {"quarantine": _("建议隔离"), "review": _("待人工复核")}
GROUPS: dict[str, Text] = {
    "largest_shared_address": _("共用地址最多的一处"),
    "same_candidates": _("选了相同候选人的"),
    "same_hours": _("同一时段的"),
}
PROFILE: dict[str, Text] = {
    "ballots": _("选票"),
    "addresses": _("网络地址"),
    "blocks": _("网段"),
    "from_hosting": _("来自机房"),
    "untouched": _("没有点按"),
    "under_1_2_s": _("不到 1.2 秒"),
    "median_dwell_s": _("用时中位数（秒）"),
    "median_challenge_ms": _("验证用时中位数（毫秒）"),
    "impossible_agent": _("自称自相矛盾"),
    "too_fast_work": _("验证快于手机"),
    "like_a_clock": _("像时钟一样规则"),
    "without_signed_link": _("没有签名的来路"),
    "median_cookie_age_s": _("cookie 年龄中位数（秒）"),
    "returning": _("以前来过"),
    "device_models": _("机型（有效数）"),
}
SILENT: dict[str, Text] = {
    "ip": _("网络地址"),
    "user_agent": _("浏览器自称"),
    "entry": _("来路"),
    "share_token": _("分享链接"),
    "province": _("省份"),
    "os": _("手机系统"),
    "dwell_s": _("用时"),
    "touches": _("点按次数"),
    "challenge_ms": _("验证用时"),
    "network_type": _("网络类型"),
    "views": _("没有投票的浏览"),
}
"""Columns that a scan may find empty, and then asks nothing of."""
SHARES = frozenset(
    {"from_hosting", "untouched", "under_1_2_s", "impossible_agent", "too_fast_work", "like_a_clock",
     "without_signed_link", "returning"}
)  # fmt: skip


def sheet(cluster: Cluster) -> Iterator[str]:
    """Lines of cells, separated by tabs."""
    figures = cluster["figures"]
    yield str(_("观察到 %(o)s 张，正常情况下预计 %(e)s 张，至多 %(u)s 张，p = %(p)s",
                o=figures["observed"], e=figures["expected"], u=figures["expected_upper"], p=f"{figures['p']:.2g}"))  # fmt: skip
    yield ""
    groups = [cluster["profile"], *cluster["comparison"]]
    yield "\t".join(
        ["", str(_("本票群")), *(str(GROUPS.get(one["name"], one["name"])) for one in groups[1:])]
    )
    for name, label in PROFILE.items():
        yield "\t".join([str(label), *(figure(name, group.get(name)) for group in groups)])
    yield ""
    yield from _effect(cluster)
    yield ""
    yield from _sample(cluster)


def figure(name: str, value: Any) -> str:
    """A figure of a profile as people read it."""
    if value is None:
        return "—"
    return f"{100 * value:.1f}%" if name in SHARES else f"{round(value, 2):g}"


def _effect(cluster: Cluster) -> Iterator[str]:
    yield "\t".join(map(str, (_("如果作废"), _("票数"), _("处理后"), _("名次"), _("处理后"))))
    for row in cluster["effect"]:
        name = _("%(number)s 号", number=row["candidate"])
        figures = (row["count_before"], row["count_after"], row["rank_before"], row["rank_after"])
        yield "\t".join([str(name), *map(str, figures)])


def _sample(cluster: Cluster) -> Iterator[str]:
    rows = cluster["sample"]
    if rows:
        yield "\t".join(rows[0])
    for row in rows:
        yield "\t".join("" if cell is None else str(cell) for cell in row.values())
