"""What a folder to fill in leaves behind where somebody has not filled it in: titles in brackets, a telephone of noughts, an
address that says of itself that it is invented. Pure.

Some of it is certainly not meant, and keeps a campaign from opening; the rest is to be looked at once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import Problem
from ..text import Text, _
from .toml_table import FILE

SPECIMEN = re.compile("虚构|示例|样例|测试|待填|待定|暂无")
"""Words of somebody who will write the right ones later."""
EXAMPLE_SLUG, EXAMPLE_ORGANISER = "zui-mei-chan-ye-gong-ren", "云川市总工会"
"""The example itself is invented from end to end, says so to voters, and may be tried out."""

_BLANK = re.compile(r"（请填写.*?）")
# No mail reaches these: RFC 2606 and 6761 keep them for examples.
_NOWHERE = re.compile(
    r"@(?:[\w.-]+\.)?(?:example\.(?:com|net|org)|\w[\w-]*\.(?:example|invalid|test))$", re.IGNORECASE
)
_INVENTED = "（虚构地址）"


def is_all_zero(phone: str) -> bool:
    """Whether its last seven digits, the number within its area, are all nought."""
    return re.sub(r"\D", "", phone)[-7:].strip("0") == ""


def not_filled_in(
    slug: str, title: str, organiser: str, description: str, plan: Mapping[str, Any]
) -> list[Problem]:
    """What certainly is the folder's own and not the campaign's; nothing of the example itself."""
    texts = {"title": title, "organiser": organiser, "description": description}
    found = [
        Problem(f"{FILE} {key}", _("还没有填写：%(what)s。", what=blank[0]), _("请换成自己的。"))
        for key, text in texts.items()
        if (blank := _BLANK.search(text))
    ]
    if (slug, organiser) == (EXAMPLE_SLUG, EXAMPLE_ORGANISER):
        return found
    return found + [Problem(where, sentence, _ASK) for where, sentence, certain in _contacts(plan) if certain]


def looks_unfinished(slug: str, organiser: str, plan: Mapping[str, Any]) -> list[Problem]:
    """What had better be looked at once more; nothing of the example itself."""
    if (slug, organiser) == (EXAMPLE_SLUG, EXAMPLE_ORGANISER):
        return []
    found = [Problem(where, sentence, _ASK) for where, sentence, certain in _contacts(plan) if not certain]
    if not _offices(plan):
        where = f"{FILE} publicity.contact"
        found.append(
            Problem(where, _("没有写受理部门，公示时群众不知道向谁反映。"), _("投票开始以后也可以补上。"))
        )
    return found


_FIELD_WORDS: Mapping[str, Text] = {
    "department": _("名称"),
    "name": _("联系人"),
    "phone": _("电话"),
    "email": _("邮箱"),
    "address": _("地址"),
    "postcode": _("邮编"),
}
_ASK = _("请换成贵单位真实的联系方式。")


def _offices(plan: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Each contact with its place in the file."""
    publicity = plan.get("publicity", {})
    offices = [
        (f"{FILE} publicity.offices[{n}]", one) for n, one in enumerate(publicity.get("offices", ()), 1)
    ]
    contact = publicity.get("contact")
    # Where there are offices, nobody sees the contact.
    return offices or ([(f"{FILE} publicity.contact", contact)] if contact else [])


def _contacts(plan: Mapping[str, Any]) -> Iterator[tuple[str, Text, bool]]:
    """Where, what, and whether it is certain."""
    for where, office in _offices(plan):
        for key, word in _FIELD_WORDS.items():
            if not (text := str(office.get(key, ""))):
                continue
            if _is_the_folders(key, text):
                yield (
                    f"{where}.{key}",
                    _("受理部门的%(field)s还是示例里的：%(what)s。", field=word, what=text),
                    True,
                )
            elif SPECIMEN.search(text):
                yield (
                    f"{where}.{key}",
                    _("受理部门的%(field)s“%(what)s”像是没有填好。", field=word, what=text),
                    False,
                )


def _is_the_folders(key: str, text: str) -> bool:
    return (
        (key in ("phone", "postcode") and is_all_zero(text) and "0" in text)
        or (key == "email" and bool(_NOWHERE.search(text)))
        or (key == "address" and _INVENTED in text)
    )
