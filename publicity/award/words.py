"""What certificates and letters say: texts with a few blanks, filled in for each person. Plain values in and out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from voting_service.candidates.personal_data import personal_data_in
from voting_service.errors import Problem
from voting_service.legible import is_legible
from voting_service.names import in_quotes, in_title_marks
from voting_service.text import _

BLANKS = ("姓名", "单位", "称号", "活动", "主办")
"""``{姓名}`` in a text is filled in with the person's name, and so on."""
LONGEST_HONOUR = 40
LONGEST_CITATION = 300
LONGEST_LETTER = 4000

CITATION = "{姓名}同志：\n　　在{活动}中被授予“{称号}”称号。特发此证，以资鼓励。"
DECISION = (
    "{主办}组织开展了{活动}。经推荐、网络投票、综合评定和公示，决定授予下列同志“{称号}”称号。\n"
    "希望受到表彰的同志珍惜荣誉、再接再厉。号召广大职工向他们学习。"
)
THANKS = (
    "{活动}已经结束。每一位候选人的故事都让我们感动，感谢您和您的单位参与、支持这次评选。\n"
    "评选有名额，奋斗没有名次。祝您工作顺利，阖家幸福。"
)
# The example in `title` is "云川市“…”最美产业工人评选": what follows the honour goes.
_TAIL = re.compile(r"(评选表彰|评选|选树|推选)?(活动)?\Z")
_INSIDE: dict[str, Callable[[str], str]] = {"“”": in_quotes, "《》": in_title_marks}
_BLANK = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Texts:
    """What an official writes for an award."""

    honour: str
    citation: str
    """On each certificate."""
    decision: str
    """The result text (表彰决定); the list of names follows it."""
    thanks: str
    """To every candidate."""
    dated: date


def first_texts(title: str, dated: date) -> Texts:
    """What the form begins with."""
    return Texts(_TAIL.sub("", title)[-LONGEST_HONOUR:], CITATION, DECISION, THANKS, dated)


def filled(text: str, blanks: Mapping[str, str]) -> str:
    """A text with its blanks filled in, inside marks as it is written there; what no value is given for stays as it is."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in blanks:
            return found[0]
        around = text[found.start() - 1 : found.start()] + text[found.end() : found.end() + 1]
        return _INSIDE.get(around, str)(blanks[found[1]])

    return _BLANK.sub(value, text)


def text_problems(texts: Texts) -> list[Problem]:
    """Everything that is wrong with the texts, by the form's fields."""
    found = []
    for field, text, most in (
        ("honour", texts.honour, LONGEST_HONOUR),
        ("citation", texts.citation, LONGEST_CITATION),
        ("decision", texts.decision, LONGEST_LETTER),
        ("thanks", texts.thanks, LONGEST_LETTER),
    ):
        found += _problems(field, text, most)
    if "{姓名}" not in texts.citation:
        found.append(Problem("citation", _("证书上没有姓名。"), _("请在正文里写上 {姓名}。")))
    return found


def _problems(field: str, text: str, most: int) -> list[Problem]:
    if not text.strip():
        return [Problem(field, _("不能为空。"))]
    found = []
    if len(text) > most:
        found.append(Problem(field, _("有 %(n)s 个字，最多 %(most)s 个字。", n=len(text), most=most)))
    if not is_legible(text, "\n"):
        found.append(Problem(field, _("含有不可见的控制字符。")))
    if field == "honour" and "\n" in text:
        found.append(Problem(field, _("称号只能是一行。")))
    for name in dict.fromkeys(_BLANK.findall(text)):
        if name not in BLANKS or (name == "称号" and field == "honour"):
            found.append(
                Problem(
                    field,
                    _("不认识的填空：%(name)s。", name="{" + name + "}"),
                    _("可以用 {姓名}、{单位}、{称号}、{活动}、{主办}。"),
                )
            )
        elif name in ("姓名", "单位") and field in ("decision", "honour"):
            found.append(Problem(field, _("%(name)s 因人而异，这里不能用。", name="{" + name + "}")))
    if personal := personal_data_in(text):
        found.append(Problem(field, personal))
    return found
