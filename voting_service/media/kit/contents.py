"""What is in a media kit: file names and their bytes, made one after the other, so that only one is ever in memory.

Who has left is not in it, nor what was never public (birth dates, gender).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from ...candidates import stories
from ...candidates.models import Candidate
from ...candidates.photos import PhotoStore, Picture
from ...candidates.showcase import CampaignOnShow
from ...clock import spoken_day
from ...documents.official_text import Block, Heading, OfficialText, Paragraph
from ...documents.word import to_docx
from ...errors import Problem, ProblemsFound
from ...qr import qr_png, qr_svg
from ...text import _
from ..embeds.code import frame_code, script_code

MOST_BYTES = 400 * 1024**2
"""Of all photos together; beyond it smaller ones are taken."""
USUAL_CREDIT = "照片由主办单位提供，仅限报道本次评选时使用，请注明来源。"

File = tuple[str, bytes]


class KitSubject(NamedTuple):
    """Whose kit it is, and what it is made of."""

    show: CampaignOnShow
    description: str
    """The campaign's own words, Markdown."""
    people: Sequence[Candidate]
    """Those who may be chosen, by number."""
    photos: PhotoStore
    base_url: str
    credit: str
    """Empty for the usual line."""
    only_partners: bool
    at: datetime


KitPart = Callable[[KitSubject], Iterable[File]]
"""What a room adds to every kit: file names below the kit's folder, and what is in them."""


def kit_files(subject: KitSubject, parts: Iterable[KitPart] = ()) -> Iterator[File]:
    """Everything, in the order in which it is read. Raises ProblemsFound where the photos are too many."""
    yield "说明.txt", _plain(_guide(subject))
    yield "文字/活动介绍.txt", _plain(_about(subject))
    yield "文字/候选人事迹.txt", _plain(_stories(subject))
    yield "文字/候选人事迹.docx", to_docx(_document(subject))
    yield "嵌入代码.txt", _plain(_codes(subject))
    yield "二维码/活动.svg", qr_svg(subject.base_url + subject.show.url).encode()
    yield "二维码/活动.png", qr_png(subject.base_url + subject.show.url)
    yield from _photos(subject)
    for part in parts:
        yield from part(subject)


def file_name(text: str) -> str:
    """A name that every system can have as a file: what somebody is called, and no path."""
    plain = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]', "_", text).strip(
        " ."
    )
    return plain[:60] or "_"


def _plain(text: str) -> bytes:
    # Windows' Notepad of old knows UTF-8 by its mark alone, and these line ends.
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()


def _guide(subject: KitSubject) -> str:
    show = subject.show
    return f"""{show.title}　媒体素材包

主办单位：{show.organiser}
活动页面：{subject.base_url}{show.url}
生成时间：{subject.at.astimezone(show.rules.zone):%Y-%m-%d %H:%M}

照片署名和使用许可
{subject.credit or USUAL_CREDIT}
照片逐张的说明见“照片/照片说明.txt”。

文字
“文字”里是活动介绍和候选人事迹，引用请与公布的内容一致，不要改动姓名、单位和编号的写法。
票数请引用活动页面上的数字，并写明截至时间；认定以前的票数仅供参考，不能写作评选结果。

标志和二维码
1. 二维码不要改色、裁切、加框压字，四周至少留出相当于四个小格的空白；印在纸上边长不小于 2 厘米。
2. 使用主办单位的会徽、标志，按主办单位的规定办理，本素材包不含会徽。
3. 不得把候选人的姓名、照片、二维码用于商业广告，不得与抽奖、红包、礼品等放在一起，不得暗示主办单位为商品或服务背书。
4. 不得以任何方式出售、代办投票。

嵌入
把“嵌入代码.txt”里的代码放进网页即可。投票只在活动页面上进行。
"""


def _about(subject: KitSubject) -> str:
    show = subject.show
    opens, closes = (
        show.rules.opens_at.astimezone(show.rules.zone),
        show.rules.closes_at.astimezone(show.rules.zone),
    )
    return "\n".join(
        [
            show.title,
            "",
            f"主办单位：{show.organiser}",
            f"投票时间：{opens:%Y-%m-%d %H:%M} 至 {closes:%Y-%m-%d %H:%M}",
            f"投票规则：{show.rules.sentence()}",
            "",
            *_paragraphs(subject.description),
            "",
        ]
    )


def _paragraphs(markdown: str) -> list[str]:
    pieces = (stories.plain_text(piece, 20_000) for piece in re.split(r"\n\s*\n", markdown))
    return [piece for piece in pieces if piece]


def _facts(person: Candidate) -> str:
    category = person.category.name if person.category else ""
    return "　".join(filter(None, (person.organisation, person.title, category)))


def _stories(subject: KitSubject) -> str:
    lines = [subject.show.title, ""]
    for person in subject.people:
        lines += [f"{person.number} 号　{person.name}", _facts(person)]
        lines += [text for text in (person.slogan, person.summary) if text]
        lines += [
            *_paragraphs(person.story),
            f"主页：{subject.base_url}{subject.show.url}/candidates/{person.number}",
            "",
        ]
    return "\n".join(lines)


def _document(subject: KitSubject) -> OfficialText:
    blocks: list[Block] = []
    for person in subject.people:
        blocks += [Heading(f"{person.number} 号　{person.name}"), Paragraph(_facts(person))]
        blocks += [Paragraph(text) for text in (person.summary, *_paragraphs(person.story)) if text]
    show = subject.show
    return OfficialText(f"{show.title}　候选人事迹", tuple(blocks), show.organiser,
                        str(spoken_day(subject.at.astimezone(show.rules.zone))))  # fmt: skip


def _codes(subject: KitSubject) -> str:
    show, base = subject.show, subject.base_url
    lines = [
        f"{show.title}　嵌入代码",
        "",
        "每段第一行是脚本（推荐，高度自动适应），第二行是不用脚本的框架，任选一行放进网页。",
    ]
    if subject.only_partners:
        lines += ["本活动只限合作媒体的网站嵌入，请先请主办单位登记您的网站。"]
    wanted: list[tuple[str, int | None]] = [("整个活动", None)]
    wanted += [(f"{person.number} 号　{person.name}", person.number) for person in subject.people]
    for called, number in wanted:
        title = show.title if number is None else called
        lines += ["", called, script_code(base, show.slug, number, title=title),
                  frame_code(base, show.slug, number, title=title)]  # fmt: skip
    return "\n".join([*lines, ""])


def _photos(subject: KitSubject) -> Iterator[File]:
    shots = [
        (person, nth, Picture.from_json(photo.picture_json))
        for person in subject.people
        for nth, photo in enumerate(person.photos, start=1)
    ]
    width = _widest(subject.photos, [picture for _person, _nth, picture in shots])
    told = [f"{subject.credit or USUAL_CREDIT}", ""]
    for person, nth, picture in shots:
        path = subject.photos.path(picture.src("jpg", "", width))
        if path is None:
            continue  # doctor tells of it; a kit without one photo is better than none
        name = f"{person.number:03d}-{file_name(person.name)}" + (f"-{nth}" if nth > 1 else "") + ".jpg"
        told.append(f"{name}　{person.number} 号 {person.name}　{person.organisation}")
        yield f"照片/{name}", path.read_bytes()
    if len(told) > 2:
        yield "照片/照片说明.txt", _plain("\n".join([*told, ""]))


def _widest(store: PhotoStore, pictures: Sequence[Picture]) -> int | None:
    """The largest width at which all of them keep within bounds; None for whatever is there."""
    for width in (None, 640, 320):
        paths = (store.path(picture.src("jpg", "", width)) for picture in pictures)
        if sum(path.stat().st_size for path in paths if path) <= MOST_BYTES:
            return width
    raise ProblemsFound([Problem("", _("照片太多，不能放进一个素材包。"))])
