"""What posters are printed on. Pure; lengths in millimetres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ...text import Text, _

PaperKey = Literal["a4", "a3", "rollup", "cards"]
BLEED = 3.0
"""What print shops want around a page whose colours reach its edges, to be cut off."""


@dataclass(frozen=True)
class Paper:
    """One size of sheet."""

    key: PaperKey
    width: float
    height: float
    words: Text
    about: Text


PAPERS: Mapping[str, Paper] = {
    paper.key: paper
    for paper in (
        Paper("a4", 210, 297, _("A4 海报"), _("公告栏、食堂、车间，办公打印机就能印")),
        Paper("a3", 297, 420, _("A3 海报"), _("宣传栏，印刷店或彩色复印机")),
        Paper("rollup", 800, 2000, _("易拉宝"), _("80 × 200 厘米，大厅和活动现场")),
        Paper("cards", 210, 297, _("桌卡"), _("A4 一张 8 个，带裁切线，放餐桌和窗口")),
    )
}
"""By what ``?paper=`` says; the first is the one where it says nothing."""
