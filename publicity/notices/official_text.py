"""A published notice as an official text: what PDF and Word are made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from voting_service.clock import spoken_day
from voting_service.documents.official_text import Block, Heading, OfficialText, Paragraph, Table
from voting_service.text import Text, _

from .words import LEFT_WORDS

_ORDINALS = "一二三四五六七八九十"


def official_text(
    document: Mapping[str, Any], *, zone: ZoneInfo, sentences: Sequence[str], address: str, sha256: str,
    remark: str = "",
) -> OfficialText:  # fmt: skip
    """Of a notice's document, with the dates as they stand now. ``address``: the notice's page; ``sha256``: of the document,
    as the log has it; ``remark``: what has become of the list since, for its end."""
    parts: list[tuple[Text, list[Block]]] = [
        (_("名单变动"), _changes(document)),
        (_("公示名单"), [_people(document["people"])] if document["people"] else []),
        (_("公示时间"), [Paragraph(sentence) for sentence in sentences]),
        (_("受理部门"), [Paragraph(office_line(office)) for office in document["offices"]]),
        (_("异议的提出和处理"), [
            *(Paragraph(paragraph) for paragraph in document["closing"]),
            *(Paragraph(sentence) for sentence in document["objections"]["sentences"]),
        ]),
    ]  # fmt: skip
    headed: list[Block] = [Paragraph(paragraph) for paragraph in document["text"]]
    shown = [(title, blocks) for title, blocks in parts if blocks]
    for ordinal, (title, blocks) in zip(_ORDINALS, shown, strict=False):
        headed += [Heading(f"{ordinal}、{title}"), *blocks]
    published = datetime.fromisoformat(document["published_at"]).astimezone(zone)
    checked = _("核对地址：%(address)s\n公告的 SHA-256：%(sha256)s", address=address, sha256=sha256)
    return OfficialText(
        title=document["title"],
        blocks=tuple(headed),
        signed=document["organiser"],
        dated=str(spoken_day(published)),
        footnote="\n".join(filter(None, (remark, str(checked)))),
    )


def office_line(office: Mapping[str, str]) -> str:
    """An office in one line: ``宣传教育部（受理事迹方面的异议）：李工，电话 …，地址 …``."""
    accepts = f"（{office['accepts']}）" if office.get("accepts") else ""
    given = {key: office.get(key, "") for key in ("name", "phone", "email", "address", "postcode")}
    words = {
        "name": _("联系人 %(what)s", what=given["name"]),
        "phone": _("电话 %(what)s", what=given["phone"]),
        "email": _("电子邮箱 %(what)s", what=given["email"]),
        "address": _("地址 %(what)s", what=given["address"]),
        "postcode": _("邮编 %(what)s", what=given["postcode"]),
    }
    said = [str(words[key]) for key, what in given.items() if what]
    return f"{office['department']}{accepts}：{'，'.join(said)}。"


def change_line(change: Mapping[str, Any], people: Iterable[Mapping[str, Any]]) -> Text:
    """A change in one sentence: ``3 号 石望川已被取消资格（…），由 7 号 江晚舟递补。``"""
    name = {person["number"]: person["name"] for person in people}.get(change["successor"])
    who = _("%(number)s 号 %(name)s%(left)s（%(reason)s）", number=change["number"], name=change["name"],
            left=LEFT_WORDS[change["cause"]], reason=change["reason"].rstrip("。．.；; "))  # fmt: skip
    if name is None:
        return _("%(who)s，名额空缺。", who=who)
    return _("%(who)s，由 %(number)s 号 %(name)s递补。", who=who, number=change["successor"], name=name)


def _changes(document: Mapping[str, Any]) -> list[Block]:
    supplements = document["supplements"] or {"changes": ()}
    return [Paragraph(str(change_line(change, document["people"]))) for change in supplements["changes"]]


def _people(people: Sequence[Mapping[str, Any]]) -> Table:
    """Of at least one person. The column for posts and the one for deeds are left out where nobody has any."""
    columns = [
        (str(_("编号")), [str(one["number"]) for one in people], 1.1),
        (str(_("姓名")), [one["name"] for one in people], 1.8),
        (str(_("单位")), [one["organisation"] for one in people], 3.2),
        (str(_("职务")), [one["title"] for one in people], 2.2),
        (str(_("简要事迹")), [one["deeds"] for one in people], 5.0),
    ]
    kept = [column for column in columns if any(column[1])]
    rows = tuple(zip(*(cells for _head, cells, _width in kept), strict=True))
    return Table(tuple(head for head, _cells, _width in kept), rows, tuple(width for _h, _c, width in kept))
