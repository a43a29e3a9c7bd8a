"""The sealed print sheet: the one place where codes stand in the clear, a file written once, mode 600, never overwritten.

A page of its own for A4 paper: four cards a page, in type that old eyes can read. On each, the upper strip says whose
card it is; the code lies below it; the lowest part is folded up over the code and sealed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Self

from ..campaigns.models import Campaign
from ..clock import spoken_in_full
from ..errors import Problem, ProblemsFound
from ..qr import qr_svg
from ..sheets import csv_lines
from ..text import _
from .batches import Batch, Card
from .code_text import grouped

A_PAGE = 4
CSV_HEADINGS = ("单位", "批次", "序号", "会员编号", "投票码", "网址")

_STYLE = """
@page{size:A4;margin:9mm 8mm}
*{box-sizing:border-box;margin:0;padding:0}
body{font:10.5pt/1.45 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",sans-serif;color:#000;background:#fff}
.note{max-width:194mm;margin:6mm auto;padding:4mm;border:1px solid #000;font-size:12pt}
.page{width:194mm;height:278mm;margin:0 auto;display:grid;overflow:hidden;
grid-template:repeat(2,1fr)/repeat(2,1fr);page-break-after:always;break-after:page}
.card{display:flex;flex-direction:column;border:1px dotted #777;padding:0 4mm;overflow:hidden}
.whose{height:31mm;padding-top:3mm;overflow:hidden}
.whose h2{font-size:14pt;line-height:1.3;max-height:2.6em;overflow:hidden}
.whose p{font-size:11pt;line-height:1.35}
.secret{height:52mm;border-top:1px solid #000;display:flex;flex-direction:column;justify-content:center;text-align:center}
.secret p{font-size:14pt}
.secret b{display:block;font:700 27pt/1.6 "DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:nowrap}
.how{height:55mm;border-top:1.5px dashed #000;display:flex;padding-top:2mm;font-size:10.5pt;line-height:1.38}
.how svg{flex:none;width:27mm;height:27mm;margin-right:2mm}
.how ol{padding-left:1.2em}
.how p{font-size:9.5pt;overflow-wrap:anywhere}
@media print{.note{display:none}}
"""


@dataclass(frozen=True)
class SheetFacts:
    """What every card of a campaign says."""

    title: str
    address: str
    """Where codes are entered: no code in it."""
    until: str
    contact: str

    @classmethod
    def of(cls, campaign: Campaign, base_url: str) -> Self:
        """From a campaign; ``base_url`` is the service's public address."""
        given = campaign.plan.get("publicity", {}).get("contact", {})
        known = [str(given[key]) for key in ("department", "phone") if given.get(key)]
        rules = campaign.rules
        return cls(
            title=campaign.title,
            address=f"{base_url}/c/{campaign.slug}/code",
            until=str(spoken_in_full(rules.closes_at.astimezone(rules.zone))),
            contact=" ".join(known) or campaign.organiser,
        )


def sheet_html(facts: SheetFacts, batch: Batch) -> Iterator[str]:
    """The sheet as a page that needs nothing else, in pieces."""
    title = escape(str(_("投票码打印页：%(unit)s，第 %(number)s 批", unit=batch.unit, number=batch.number)))
    # The code is drawn once and referred to from every card.
    code = qr_svg(facts.address).replace("<svg ", '<svg id="qr" ', 1)
    hidden = f'<div style="position:absolute;width:0;height:0;overflow:hidden">{code}</div>'
    note = escape(
        str(
            _(
                "共 %(count)s 张。打印时选 A4、缩放 100%%、单面。沿点线裁开，把最下面一截沿虚线向上折，盖住投票码，封口后发放。"
                "打印后请删除本文件：投票码没有别处可查，也不应再有别处可查。",
                count=len(batch.cards),
            )
        )
    )
    yield (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        f'<title>{title}</title><style>{_STYLE}</style></head><body>{hidden}<p class="note">{note}</p>'
    )
    box = code[code.index('viewBox="') :].split('"')[1]
    for start in range(0, len(batch.cards), A_PAGE):
        cards = (_card(facts, batch, card, box) for card in batch.cards[start : start + A_PAGE])
        yield f'<div class="page">{"".join(cards)}</div>\n'
    yield "</body></html>\n"


def _card(facts: SheetFacts, batch: Batch, card: Card, box: str) -> str:
    def say(sentence: object) -> str:
        return escape(str(sentence))

    whose = say(_("第 %(batch)s 批 %(serial)s 号", batch=batch.number, serial=card.serial))
    member = say(_("会员编号：%(number)s", number=card.member_number)) if card.member_number else ""
    enter = _("打开后填会员编号和投票码") if card.member_number else _("打开后填投票码")
    steps = (
        _("手机扫左边的二维码，或在任何浏览器打开下面的网址；不会用的，请咨询下面的电话。"),
        _("%(enter)s，按“进入投票”；选好人，按“投出选票”。", enter=enter),
        _("记下查验码，日后可查。截止：%(until)s。", until=facts.until),
    )
    # A member votes as often as the campaign's rules say, with whatever code.
    warning = say(_("本人使用，请勿外传") if card.member_number else _("一码一票，请勿外传"))
    heading = say(_("投票码"))
    contact = say(_("咨询：%(contact)s", contact=facts.contact))
    listed = "".join(f"<li>{say(step)}</li>" for step in steps)
    return (
        f'<div class="card"><div class="whose"><h2>{say(facts.title)}</h2><p>{say(batch.unit)}</p>'
        f"<p>{whose}</p><p>{member}</p></div>"
        f'<div class="secret"><p>{heading}</p><b>{grouped(card.code)}</b><p>{warning}</p></div>'
        f'<div class="how"><svg viewBox="{box}" aria-hidden="true"><use href="#qr"/></svg><div><ol>{listed}</ol>'
        f"<p>{say(facts.address)}</p><p>{contact}</p></div></div></div>"
    )


def sheet_csv(facts: SheetFacts, batches: Iterable[Batch]) -> Iterator[str]:
    """The same as a table, for a print shop."""
    yield "\ufeff"
    yield from csv_lines(
        CSV_HEADINGS,
        (
            (batch.unit, batch.number, card.serial, card.member_number, grouped(card.code), facts.address)
            for batch in batches
            for card in batch.cards
        ),
    )


class SealedFiles:
    """Files with codes in them, each written once."""

    def __init__(self) -> None:
        self._written: list[Path] = []

    def write(self, path: Path, pieces: Iterable[str]) -> None:
        """Write a file for its owner alone, down to the disk. Raises ProblemsFound where it exists, or cannot be."""
        try:
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._written.append(path)
            with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError as error:
            remedy = _("请换个文件名；旧文件若已打印，请删除。")
            raise ProblemsFound([Problem(str(path), _("文件已经存在，不会覆盖。"), remedy)]) from error
        except OSError as error:
            raise ProblemsFound([Problem(str(path), _("写不进去：%(why)s。", why=error.strerror))]) from error

    def remove(self) -> None:
        """Take them away again: their codes were not kept, so nobody could vote with them."""
        for path in self._written:
            path.unlink(missing_ok=True)


@contextmanager
def sealed_files() -> Iterator[SealedFiles]:
    """Around the transaction that keeps the codes: what it does not commit is not left on paper either."""
    files = SealedFiles()
    try:
        yield files
    except BaseException:
        files.remove()
        raise
