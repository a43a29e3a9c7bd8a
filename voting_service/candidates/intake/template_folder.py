"""A folder to fill in: the example's ``campaign.toml`` with its notes, and a table that has its headings and nothing else."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

from ...sheets import Sheet, to_xlsx
from ...text import _
from ..layout import CAMPAIGN
from ..roster_table import HEADINGS, LONGEST

NAME = "活动文件夹"
_ONE_LINE = r"(?m)^{key} = .*$"
_BLOCK = re.compile(r'(?ms)^description = """\n.*?^"""$')


def template_zip(example: Path, now: datetime) -> bytes:
    """``example``: the example campaign's folder. ``now``, local: voting is proposed for ten days from the next month on."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        declaration = (example / CAMPAIGN).read_text(encoding="utf-8")
        archive.writestr(f"{NAME}/{CAMPAIGN}", template_declaration(declaration, now))
        archive.writestr(f"{NAME}/candidates.xlsx", template_table())
        archive.writestr(f"{NAME}/photos/", b"")
        archive.writestr(f"{NAME}/说明.txt", str(NOTE))
    return packed.getvalue()


def template_declaration(example: str, now: datetime) -> str:
    """The example's rules, with what is the example's own to be replaced."""
    first = (now.replace(day=1, hour=9, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(
        day=1
    )
    last = first.replace(hour=18) + timedelta(days=9)
    lines = {
        "slug": f'slug = "huo-dong-{first:%Y}"',
        "title": 'title = "（请填写活动名称）"',
        "organiser": 'organiser = "（请填写主办单位）"',
        "opens_at": f"opens_at = {first.isoformat()}",
        "closes_at": f"closes_at = {last.isoformat()}",
        "as_of": f"as_of = {first.date().isoformat()}",
    }
    text = _BLOCK.sub('description = """\n（请填写活动介绍）\n"""', example)
    for key, line in lines.items():
        text = re.sub(_ONE_LINE.format(key=key), line, text)
    # What is said of the example is not true of what is made of it.
    head = "# 评选规则：以 # 开头的行是说明，不影响规则。填好以后，把整个文件夹压缩成 zip，在工作台上传。\n\n"
    return head + text[text.index("# 网址里的名字") :]


def template_table() -> bytes:
    """One sheet of headings, wide enough to write in."""
    fields = list(HEADINGS)
    widths = [max(8, min(40, LONGEST.get(field, 24) // 2)) for field in fields]
    return to_xlsx([Sheet("候选人", [HEADINGS[field][0] for field in fields], [], widths)])


NOTE = _(
    "1. campaign.toml 用记事本打开，按里面的说明改好，保存为 UTF-8。\n"
    "2. candidates.xlsx 一行一名候选人；编号、姓名、单位必填。不写身份证号、电话、住址。\n"
    "3. 照片放在 photos 文件夹，用编号命名：7.jpg；第二张 7-2.jpg；活动封面 cover.jpg。\n"
    "4. 把整个文件夹压缩成 zip，在工作台上传。有问题会一次全部列出，不会改动任何东西。\n"
)
