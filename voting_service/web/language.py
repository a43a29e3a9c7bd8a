"""Which language a page speaks, and how moments are written in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, get_locale, gettext
from markupsafe import Markup

from ..clock import rfc3339
from ..names import in_quotes, in_title_marks
from ..text import Text, _

LANGUAGES = ("zh", "en")
CHINESE = "zh-CN"
"""<html lang> of a page that nobody asked for in English."""


def say(text: Text) -> str:
    """A sentence in the reader's language; the Chinese source outside a request."""
    return text.translated(gettext) if has_request_context() else str(text)


def chosen_language() -> str:
    """Chinese unless the reader asks for English by ``?lang=en``: a phone set to English still reads Chinese names."""
    return "en" if has_request_context() and request.args.get("lang") == "en" else "zh"


def place(where: str) -> str:
    """Where a problem is, for the reader. ``Problem.where`` is a plain string, which commands print and tables of problems
    compare, so its words for a line, a column and a candidate are put into the reader's language here."""
    for pattern, words in _PLACES:
        where = pattern.sub(lambda found, words=words: say(words(found[1])), where)  # type: ignore[misc]
    return where


_PLACES: tuple[tuple[re.Pattern[str], Callable[[str], Text]], ...] = (
    (re.compile(r"第 ([0-9]+) 行"), lambda n: _("第 %(n)s 行", n=n)),
    (re.compile(r"第 ([0-9]+) 列"), lambda n: _("第 %(n)s 列", n=n)),
    (re.compile(r"(?<!\S)([0-9]+) 号(?!\S)"), lambda n: _("%(number)s 号", number=n)),
)


def html_language() -> str:
    """The value of <html lang>."""
    return "en" if str(get_locale()) == "en" else CHINESE


class Slot:
    """Stands in a cached page for what differs from voter to voter; filters hand it through."""

    def __init__(self, name: str) -> None:
        self.marker = f"\ufdd0{name}\ufdd1"  # noncharacters: no page and no candidate can contain them

    def __html__(self) -> Markup:
        return Markup(self.marker)  # noqa: S704 - our own marker

    def __str__(self) -> str:
        return self.marker


def install(app: Flask, zone: ZoneInfo) -> None:
    """Attach translation and the date filters."""
    Babel(
        app,
        default_locale="zh",
        locale_selector=chosen_language,
        default_translation_directories=_catalogue(app),
    )
    app.config["ZONE"] = zone
    app.jinja_env.filters.update(
        moment=moment, day=day, clock=clock_time, iso=iso, unbroken=unbroken, place=place
    )
    app.jinja_env.filters["in_quotes"] = in_quotes
    app.jinja_env.filters["in_title_marks"] = in_title_marks
    app.jinja_env.filters["say"] = lambda value: say(value) if isinstance(value, Text) else value


def _catalogue(app: Flask) -> str:
    return str(Path(app.root_path) / "translations")


def _local(value: datetime) -> datetime:
    return value.astimezone(current_app.config["ZONE"])


def moment(value: Any) -> Any:
    """``4月16日 18:00``, with the year where it is not this year's."""
    if not isinstance(value, datetime):
        return value
    local = _local(value)
    this_year = local.year == datetime.now(local.tzinfo).year
    if html_language() == "en":
        return f"{local:%d %b %H:%M}" if this_year else f"{local:%d %b %Y %H:%M}"
    year = "" if this_year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def day(value: Any) -> Any:
    """The same without the hour: ``4月16日``."""
    if not isinstance(value, datetime):
        return value
    return str(moment(value)).rsplit(" ", 1)[0]


def clock_time(value: Any) -> Any:
    """``18:00``."""
    return f"{_local(value):%H:%M}" if isinstance(value, datetime) else value


def unbroken(title: str) -> str:
    """A title that no line begins with a middle dot of: to browsers that sign is Latin, and may begin one."""
    return title.replace("·", "\u2060·")


def iso(value: Any) -> Any:
    """RFC 3339, for <time datetime> and scripts."""
    return rfc3339(value) if isinstance(value, datetime) else value
