"""Tables for other people's programs: CSV and XLSX in which nothing that somebody typed is ever taken for a formula.

Excel, WPS and LibreOffice run what begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end (OWASP, "CSV Injection"), DDE
among it; a Chinese Excel takes the full-width signs for the plain ones. Such a text gets an apostrophe before it, here and in
XLSX alike: there a text is a text by its type, but whoever saves that sheet as CSV and opens it again has none any more.
Numbers stay numbers. A formula of our own is a ``Formula``.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

_RUN_BY_PROGRAMS = frozenset("=+-@")
_MOST_IN_A_CELL = 32_767
"""Characters that Excel takes; it calls a book with more of them broken."""
_LONG = 20
_WRAPPED, _BOLD = Alignment(vertical="top", wrap_text=True), Font(bold=True)
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""OOXML reads ``_x003D_`` as ``=`` (ECMA-376 part 1, 22.9.2.19); ``_x005F_`` is the underscore itself."""
_SURROGATES = re.compile("[\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Formula:
    """A formula of ours, without its ``=``; never made of what somebody typed."""

    text: str


Cell = str | int | float | bool | datetime | Formula | None


@dataclass(frozen=True)
class Sheet:
    """One sheet of a book."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int] = field(default=())
    """In characters, by column; the last ones may be left out."""


def to_csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a mark, which Excel needs to read Chinese; lines end as RFC 4180 has it."""
    return "".join(csv_lines(head, rows)).encode("utf-8-sig")


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The same line by line, without the mark: for what is too long to be held at once."""
    yield _line(head)
    for row in rows:
        yield _line(row)


def harmless(text: str) -> str:
    """The text with an apostrophe before it, where a spreadsheet would run it. A sign behind blanks, or behind characters that
    nobody sees, counts as the first: some programs trim before they look."""
    for sign in text:
        if sign in "\t\r\n":
            return f"'{text}"
        if unicodedata.category(sign)[0] in "ZC":
            continue
        # ＝, ﹦ and the like become the plain sign, as an input method or a later step may make of them.
        first = unicodedata.normalize("NFKC", sign)[:1]
        return f"'{text}" if first in _RUN_BY_PROGRAMS else text
    return text


def guarded(text: str) -> str:
    """As ``harmless``, for a table that is read again: ``unguarded`` gives back exactly what there was, of every text."""
    # An apostrophe that was typed before a sign must not be taken for ours.
    core = text.lstrip("'")
    return f"'{text}" if harmless(core) != core else text


def unguarded(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from running it."""
    core = text.lstrip("'")
    return text[1:] if text.startswith("'") and harmless(core) != core else text


def to_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """A book. Times become text in RFC 3339: a spreadsheet's own have no zone."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(_NOT_IN_TITLES.sub(" ", sheet.title)[:31].strip("' ") or None)
        page.freeze_panes = "A2"
        for number, width in enumerate(sheet.widths, 1):
            page.column_dimensions[get_column_letter(number)].width = width
        page.append([_cell(page, one, bold=True) for one in sheet.head])
        for row in sheet.rows:
            page.append([_cell(page, one) for one in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _line(row: Sequence[Cell]) -> str:
    out = io.StringIO()
    # Texts in quotes, numbers without: where a semicolon or a tab parts columns, a text must not fall apart into two.
    csv.writer(out, quoting=csv.QUOTE_NONNUMERIC).writerow([_value(one) for one in row])
    return out.getvalue()


def _value(value: Cell) -> object:
    if isinstance(value, Formula):
        raise TypeError("CSV has no formulas")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return harmless(_SURROGATES.sub("", value.replace("\0", "")))
    return value


def _cell(page: Any, value: Cell, *, bold: bool = False) -> Any:
    if isinstance(value, datetime):
        value = value.isoformat()
    if isinstance(value, Formula):
        return WriteOnlyCell(page, f"={value.text}")
    if isinstance(value, str):
        return _text_cell(page, value, bold=bold)
    cell = WriteOnlyCell(page, value)
    if bold:
        cell.font = _BOLD
    return cell


def _text_cell(page: Any, text: str, *, bold: bool) -> Any:
    plain = _SURROGATES.sub("", ILLEGAL_CHARACTERS_RE.sub("", text))
    guarded = harmless(plain)
    cell = WriteOnlyCell(page, _ESCAPE.sub("_x005F_", guarded)[:_MOST_IN_A_CELL])
    # By its type and not by its looks: openpyxl would make a formula of a text that begins with "=".
    cell.data_type = "s"
    if guarded != plain:
        cell.quotePrefix = True
    if len(text) > _LONG:
        cell.alignment = _WRAPPED
    if bold:
        cell.font = _BOLD
    return cell
