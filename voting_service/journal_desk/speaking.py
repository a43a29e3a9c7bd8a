"""Entries in words: what an act was about, and its details. What rooms above call their things comes with ``Names``.

An entry keeps what it was written with; here it is only read out. What has no word is shown as it is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..accounts.officials import ROLE_NAMES
from ..activity.chain import Link
from ..activity.words import ACT_GROUPS, DETAIL_WORDS, act_words, grouped_acts
from ..clock import spoken_in_full
from ..text import Text, _, enumerated

Word = Text | str
ValueWords = Mapping[str, Mapping[str, Text]]
"""Name of a detail → its codes in words."""

ACTORS: dict[str, Text] = {
    "schedule": _("系统定时"),
    "operator": _("命令行"),
    "command line": _("命令行"),
    "demo": _("演示"),
    "objector": _("异议人"),
}
"""Whom the journal names where nobody at the desk acted."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_CHANGES = ("change_gate_policy",)
"""Acts whose details are what was changed: a setting's name, with before and after."""
_CHANGED: dict[str, Text] = {"actions": _("检查项的处置")}
"""Settings are called as they are set, but for tables of them."""
_ROLES = ("role", "roles", "given", "taken")
_NUMBERED: tuple[tuple[re.Pattern[str], Callable[[str], Text]], ...] = (
    (re.compile(r"(\d+)"), lambda n: _("%(n)s 号候选人", n=n)),
    (re.compile(r"notice-(\d+)"), lambda n: _("第 %(n)s 号公告", n=n)),
    (re.compile(r"api-token-(\d+)"), lambda n: _("第 %(n)s 号接口令牌", n=n)),
    (re.compile(r"webhook-(\d+)"), lambda n: _("第 %(n)s 号推送", n=n)),
    (re.compile(r"award-(\d+)"), lambda n: _("第 %(n)s 次表彰", n=n)),
    (re.compile(r"certificate-(.+)"), lambda n: _("证书 %(n)s", n=n)),
    (re.compile(r"(L-\d+)"), lambda n: _("最终名单 %(n)s", n=n)),
    (re.compile(r"(A-\d+)"), lambda n: _("测算表 %(n)s", n=n)),
)
_THINGS: dict[str, Text] = {
    "journal": _("工作日志"),
    "attachments": _("附件"),
    "encryption keys": _("加密密钥"),
}
_GROUPS = {f"@{key}": word for key, word, _first in ACT_GROUPS}
_ABOUT_PEOPLE = frozenset(next(acts for key, _word, acts in grouped_acts() if key == ACT_GROUPS[0][0]))
"""Acts whose subject is an official's name, whatever it looks like."""


@dataclass(frozen=True)
class Names:
    """What entries are read out with."""

    zone: ZoneInfo
    titles: Mapping[str, str]
    """Campaign slug → title."""
    values: ValueWords
    officials: Mapping[int, str]
    criteria: Mapping[str, Mapping[str, str]]
    """Campaign slug → key of a criterion → its name."""


def spoken_actor(actor: str) -> Word:
    """Who acted."""
    return ACTORS.get(actor, actor)


def actors_called(typed: str) -> list[str]:
    """Whom the journal names so: the name itself, or who is shown by this word."""
    return [typed, *(actor for actor, word in ACTORS.items() if str(word) == typed)]


def spoken_subject(link: Link, names: Names) -> Word:
    """What was acted on."""
    if link.act in _ABOUT_PEOPLE:
        return link.subject
    slug, slash, thing = link.subject.partition("/")
    if slug not in names.titles:
        return _thing(link.subject)
    if not slash:
        return names.titles[slug]
    return _("%(title)s：%(thing)s", title=names.titles[slug], thing=_thing(thing))


def details_of(link: Link) -> dict[str, Any]:
    """An entry's details as they were written; what holds nothing is left out."""
    found: dict[str, Any] = json.loads(link.details)
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def spoken_details(link: Link, names: Names) -> list[tuple[Word, Word]]:
    """An entry's details as pairs of name and value."""
    slug = link.subject.partition("/")[0]
    return [
        (DETAIL_WORDS.get(name, name), _spoken(name, value, slug, names))
        if link.act not in _CHANGES or name in ("version", "reason")
        else (_CHANGED.get(name, name), _changed(name, value, names))
        for name, value in details_of(link).items()
    ]


def _thing(written: str) -> Word:
    for pattern, word in _NUMBERED:
        if found := pattern.fullmatch(written):
            return word(found[1])
    return _THINGS.get(written, written)


def _spoken(name: str, value: Any, slug: str, names: Names) -> Word:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return _listed(_spoken(name, one, slug, names) for one in value)
    if name == "judge" and isinstance(value, int):
        return names.officials.get(value, str(value))
    if not isinstance(value, str):
        return _plain(value)
    return _code(name, value, slug, names)


def _changed(name: str, value: Any, names: Names) -> Word:
    """``[before, after]``; of two tables, only what differs."""
    if not (isinstance(value, list) and len(value) == 2):
        return _plain(value)
    before, after = value
    if isinstance(before, dict) and isinstance(after, dict):
        return _listed(
            _(
                "%(name)s %(change)s",
                name=key,
                change=_changed(name, [before.get(key), after.get(key)], names),
            )
            for key in sorted({*before, *after})
            if before.get(key) != after.get(key)
        )
    old, new = (names.values.get(name, {}).get(str(one), _plain(one)) for one in (before, after))
    return _("由 %(before)s 改为 %(after)s", before=old, after=new)


def _code(name: str, value: str, slug: str, names: Names) -> Word:
    if name in _ROLES:
        return _role(value, names)
    if name == "campaign":
        return _("所有评选活动") if value == "*" else names.titles.get(value, value)
    if name == "criterion":
        return names.criteria.get(slug, {}).get(value, value)
    if _MOMENT.fullmatch(value):
        return spoken_in_full(datetime.fromisoformat(value).astimezone(names.zone))
    # An act of the journal's own, where what was looked for is told, has its word here.
    otherwise = (_GROUPS.get(value) or act_words(value)) if name == "act" else value
    return names.values.get(name, {}).get(value, otherwise)


def _role(spelled: str, names: Names) -> Word:
    """``judge@slug/unit`` with the role in words; everywhere goes without saying."""
    role, _at, where = spelled.partition("@")
    named: Word = next((words for known, words in ROLE_NAMES.items() if known == role), role)
    if where in ("", "*"):
        return named
    slug, _slash, unit = where.partition("/")
    title = names.titles.get(slug, slug)
    if unit:
        return _("%(role)s（%(where)s，%(unit)s）", role=named, where=title, unit=unit)
    return _("%(role)s（%(where)s）", role=named, where=title)


def _listed(words: Iterable[Word]) -> Word:
    return enumerated(one if isinstance(one, Text) else Text("%(one)s", {"one": one}) for one in words) or ""


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
