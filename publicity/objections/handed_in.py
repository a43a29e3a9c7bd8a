"""Files that come with a form: paid for, counted, told by their content. Each bad one gets its sentence beside its field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voting_service.attachments.examine import BadFile, Examined, examine, glance, work_in
from voting_service.errors import Problem
from voting_service.text import _

from .room import Room


@dataclass(frozen=True, repr=False)
class HandedIn:
    """One file as it was sent."""

    field: str
    name: str
    data: bytes | BadFile
    """Or why it was dropped while it came."""

    @property
    def size(self) -> int:
        """Bytes that came and were kept."""
        return len(self.data) if isinstance(self.data, bytes) else 0


def examined(
    room: Room, address: str, files: Sequence[HandedIn], field: str
) -> tuple[list[Examined], list[Problem]]:
    """Those that may be kept, in their order, and what is wrong with the others. ``field``: where to say what concerns all.
    Raises Unavailable."""
    if not files:
        return [], []
    if not _are_taken(room, address, files):
        return [], [_nothing_taken(files, field)]
    kept, problems = [], []
    for one in files:
        try:
            kept.append(examine(one.name, _came(one)))
        except BadFile as bad:
            problems.append(_wrong_with(one, bad))
    return kept, problems


def glanced(files: Sequence[HandedIn]) -> list[Problem]:
    """What is plainly wrong with files of a form that is refused for its text: they are looked at as far as that costs
    nothing, since whoever sends them pays nothing."""
    problems = []
    for one in files:
        try:
            glance(_came(one))
        except BadFile as bad:
            problems.append(_wrong_with(one, bad))
    return problems


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


def _came(one: HandedIn) -> bytes:
    if isinstance(one.data, BadFile):
        raise one.data
    return one.data


def _wrong_with(one: HandedIn, bad: BadFile) -> Problem:
    sentence = _("“%(name)s”%(sentence)s", name=one.name[-60:], sentence=bad.sentence)
    return Problem(one.field, sentence, bad.remedy)
