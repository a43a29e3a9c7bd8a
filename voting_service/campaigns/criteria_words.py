"""What the criteria of an assessment are called, for every room that shows them: before voting as after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ..text import Text, _

Source = Literal["judges", "votes", "figure"]
Normalisation = Literal["share_of_top", "rank_points", "capped_log"]

HIGHEST = 100
"""The most points a judge gives, where the campaign does not say."""

SOURCE_WORDS: Mapping[str, Text] = {
    "judges": _("评委打分"),
    "votes": _("网络投票"),
    "figure": _("录入的数据"),
}

SHORTHAND: Mapping[str, tuple[Text, Source]] = {
    "deeds": (_("事迹"), "judges"),
    "social_response": (_("社会反响"), "judges"),
    "online_votes": (_("网络投票"), "votes"),
}
"""What ``[assessment.weights]`` names: what it is called, and where its points come from."""

NORMALISATION_WORDS: Mapping[Normalisation, tuple[Text, Text]] = {
    "share_of_top": (
        _("占最高票比例"),
        _("最多的一位得 100 分，其余按占最多者的比例得分；大家都是 0 的，都得 0 分。"),
    ),
    "rank_points": (
        _("名次分"),
        _("按从多到少的名次给分：第 1 名得 100 分，以后每低一名减去“100 ÷ 人数”分；并列的同分，数为 0 的得 0 分。"),
    ),
    "capped_log": (
        _("封顶对数"),
        _("数越多，再多一份增加的分越少；达到封顶数即得 100 分，超过的部分不再加分。对数先四舍六入五取偶到 6 位小数。"),
    ),
}  # fmt: skip
"""Name, and one sentence."""
