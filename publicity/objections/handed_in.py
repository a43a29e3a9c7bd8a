"""Files that come from a citizen: paid for and counted before anyone looks into them."""

from __future__ import annotations

from collections.abc import Sequence

from voting_service.attachments.examine import Examined, work_in
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
    if not _are_taken(room, address, files):
        return [], [_nothing_taken(files, field)]
    return look_through(files)


def stamp_may_follow(room: Room, address: str) -> bool:
    """Whether a unit may object without its stamp, since even that would not be taken now. Raises Unavailable."""
    return not room.store.has_room() or not room.toll.would_take_stamp(address)


def _are_taken(room: Room, address: str, files: Sequence[HandedIn]) -> bool:
    if not room.store.has_room():
        return False
    size, work = sum(one.size for one in files), sum(work_in(_content(one)) for one in files)
    if room.toll.takes_files(address, size, work):
        return True
    return [one.field for one in files] == ["stamp"] and room.toll.takes_stamp(address)


def _nothing_taken(files: Sequence[HandedIn], field: str) -> Problem:
    why = _("现在收不下文件（同一网络一小时内上传过多，或存储已满）。")
    if all(one.field == "stamp" for one in files):
        remedy = _("请去掉公章材料再提交，之后凭受理编号和查询码补交。")
    elif any(one.field == "stamp" for one in files):
        remedy = _("请先只带一份公章材料提交，其余的之后凭受理编号和查询码补充。")
    else:
        remedy = _("可以先不带文件提交，之后凭受理编号和查询码补充。")
    return Problem("stamp" if all(one.field == "stamp" for one in files) else field, why, remedy)


def _content(one: HandedIn) -> bytes:
    return one.data if isinstance(one.data, bytes) else b""
