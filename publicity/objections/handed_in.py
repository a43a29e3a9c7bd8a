"""Files that come from a citizen: paid for and counted before anyone looks into them."""

from __future__ import annotations

from collections.abc import Sequence

from voting_service.attachments.examine import Examined
from voting_service.errors import Problem
from voting_service.text import _

from ..docket.handed_in import HandedIn, look_through
from .room import Room


def examined(
    room: Room, address: str, files: Sequence[HandedIn], field: str
) -> tuple[list[Examined], list[Problem]]:
    """Those that may be kept, in their order, and what is wrong with the others. ``field``: where to say what concerns all.
    Raises Unavailable."""
    if not files:
        return [], []
    if not room.store.has_room() or not room.toll.takes_bytes(address, sum(one.size for one in files)):
        return [], [Problem(field, _("现在收不下文件（同一网络一小时内上传过多，或存储已满）。"
                                     "可以先不带文件提交，之后凭受理编号和查询码补充。"))]  # fmt: skip
    return look_through(files)
