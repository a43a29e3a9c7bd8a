"""Which file of a campaign folder is what: the declaration, the table, the photos; and what is missing or misnamed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import Problem
from ..text import Text, _

CAMPAIGN = "campaign.toml"
TABLES = ("candidates.csv", "candidates.xlsx")

_PHOTO = re.compile(r"(?:0*(?P<number>[1-9]\d{0,5})(?:-0*(?P<position>[1-9]\d?))?|cover)\.(?:jpe?g|png|webp)")
_IMAGES = ("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif", "avif", "svg")
_OTHER_TABLES = ("xls", "xlsm", "xlsb", "et", "numbers", "ods", "csv", "xlsx", "tsv")
_NOTES = ("md", "txt", "rst")


@dataclass(frozen=True)
class PhotoFile:
    """One photo by its name: whose it is and at which place. ``number`` None is the campaign's cover."""

    path: str
    number: int | None
    position: int = 1


@dataclass(frozen=True)
class Layout:
    """What the folder holds. ``campaign`` and ``table`` are None where a problem says that they are missing."""

    campaign: str | None
    table: str | None
    photos: tuple[PhotoFile, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def layout_of(names: Sequence[str]) -> Layout:
    """Sort a folder's file names. Upper and lower case are the same, since they are on Windows and macOS."""
    problems: list[Problem] = []
    photos = [name for name in names if name.lower().startswith("photos/")]
    others = [name for name in names if name not in photos]
    campaign = _only(others, (CAMPAIGN,), problems)
    table = _only(others, TABLES, problems)
    rest = [name for name in others if name.lower() not in (CAMPAIGN, *TABLES)]
    if campaign is None:
        problems.append(Problem(CAMPAIGN, _("文件夹里没有这个文件。"), _nearest(rest, ("toml",), CAMPAIGN)))
    if table is None:
        remedy = _nearest(rest, _OTHER_TABLES, TABLES[1]) or _("也可以用 candidates.xlsx。")
        problems.append(Problem(TABLES[0], _("文件夹里没有候选人表。"), remedy))
    files = _photo_files(photos, problems)
    warnings = _unused(rest, problems)
    return Layout(campaign, table, files, tuple(problems), warnings)


def _only(names: Sequence[str], wanted: Sequence[str], problems: list[Problem]) -> str | None:
    found = [name for name in names if name.lower() in wanted]
    if len(found) > 1:
        where = "、".join(found)
        problems.append(Problem(where, _("只能有其中一个，否则不知道以哪个为准。"), _("请删去其余的。")))
    return found[0] if found else None


def _nearest(names: Sequence[str], endings: Sequence[str], wanted: str) -> Text | None:
    """A file that was probably meant: of the right kind, under another name or in another place."""
    for name in names:
        if _ending(name) in endings:
            if _ending(name) in ("csv", "xlsx", "toml"):
                right = f"{wanted.rpartition('.')[0]}.{_ending(name)}"
                return _("找到了 %(name)s，请改名为 %(right)s，放在最外层。", name=name, right=right)
            return _("找到了 %(name)s，请用 Excel 或 WPS 另存为 %(wanted)s。", name=name, wanted=wanted)
    return None


def _photo_files(names: Sequence[str], problems: list[Problem]) -> tuple[PhotoFile, ...]:
    files: dict[tuple[int, int], PhotoFile] = {}
    for name in names:
        match = _PHOTO.fullmatch(unicodedata.normalize("NFKC", name.partition("/")[2]).lower())
        if match is None:
            problems.append(_misnamed(name))
            continue
        number, position = int(match["number"] or 0), int(match["position"] or 1)
        first = files.setdefault((number, position), PhotoFile(name, number or None, position))
        if first.path != name:
            problems.append(
                Problem(name, _("和 %(other)s 是同一个位置的照片。", other=first.path), _("请留一张。"))
            )
    return tuple(file for _place, file in sorted(files.items()))


def _misnamed(name: str) -> Problem:
    if _ending(name) in _IMAGES and _ending(name) not in ("jpg", "jpeg", "png", "webp"):
        return Problem(name, _("照片要用 JPEG、PNG 或 WebP 格式。"), _("请在看图软件里另存为 JPEG。"))
    return Problem(
        name,
        _("看不出是谁的照片。"),
        _("请用候选人编号命名：photos/7.jpg，第二张 photos/7-2.jpg，活动封面 photos/cover.jpg。"),
    )


def _unused(names: Sequence[str], problems: list[Problem]) -> tuple[Problem, ...]:
    """Files that nothing reads: a warning, but for pictures, which somebody expects to see."""
    warnings: list[Problem] = []
    for name in names:
        if _ending(name) in _IMAGES:
            problems.append(Problem(name, _("图片没有放在 photos 文件夹里。"), _("请移到 photos/ 下面。")))
        elif _ending(name) not in _NOTES and name.upper() != "LICENSE":
            warnings.append(Problem(name, _("没有用到这个文件。")))
    return tuple(warnings)


def _ending(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[2].lower()
