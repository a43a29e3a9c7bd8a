"""The result text (表彰决定) and the thank-you letter as official texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from voting_service.documents.official_text import Block, OfficialText, Paragraph, Table
from voting_service.names import in_quotes
from voting_service.text import _

from .awarding import blanks_of
from .words import filled


def decision_letter(document: Mapping[str, Any]) -> OfficialText:
    """Who is awarded, in the organiser's words, with everybody's name."""
    honour, organiser = document["honour"], document["organiser"]
    people = document["people"]
    head = (str(_("序号")), str(_("姓名")), str(_("单位")), str(_("职务（工种）")))
    rows = tuple(
        (str(place), one["name"], one["organisation"], one["title"]) for place, one in enumerate(people, 1)
    )
    table = Table(head, rows, widths=(1, 2, 4, 3))
    return OfficialText(
        title=str(
            _("%(organiser)s关于授予“%(honour)s”称号的决定", organiser=organiser, honour=in_quotes(honour))
        ),
        blocks=_around(_paragraphs(filled(document["decision"], blanks_of(document))), table),
        signed=organiser,
        dated=spoken(document["dated"]),
    )


def thanks_letter(document: Mapping[str, Any]) -> OfficialText:
    """To every candidate: the names are filled in by hand or by mail merge, so that nobody's list is in it."""
    blanks = {**blanks_of(document), "姓名": "＿＿＿＿", "单位": "＿＿＿＿＿＿"}
    salutation = Paragraph(str(_("尊敬的候选人：")), indent=False)
    return OfficialText(
        title=str(_("致全体候选人的感谢信")),
        blocks=(salutation, *_paragraphs(filled(document["thanks"], blanks))),
        signed=document["organiser"],
        dated=spoken(document["dated"]),
    )


def _around(paragraphs: tuple[Block, ...], table: Table) -> tuple[Block, ...]:
    """The names follow the paragraph that announces them."""
    return (*paragraphs[:1], table, *paragraphs[1:])


def _paragraphs(text: str) -> tuple[Block, ...]:
    return tuple(Paragraph(line.strip()) for line in text.split("\n") if line.strip())


def spoken(day: str) -> str:
    """A day as a letter is dated: ``2026年5月8日``."""
    one = date.fromisoformat(day)
    return str(_("%(year)s年%(month)s月%(day)s日", year=one.year, month=one.month, day=one.day))
