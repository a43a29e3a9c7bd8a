"""Tables for other people's programs: CSV and XLSX in which no cell is ever taken for a formula.

Excel, WPS and LibreOffice run what begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return (OWASP, "CSV
Injection"). In CSV such a text gets an apostrophe before it; in XLSX a text is a text by its type, whatever it begins with.
Numbers stay numbers. A formula of our own is a ``Formula``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

_RUN_BY_PROGRAMS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


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
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_harmless(one) for one in head])
    writer.writerows([_harmless(one) for one in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(sheets: Iterable[Sheet]) -> bytes:
    """A book. Times become text in RFC 3339: a spreadsheet's own have no zone."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:31])
        page.freeze_panes = "A2"
        for number, width in enumerate(sheet.widths, 1):
            page.column_dimensions[get_column_letter(number)].width = width
        page.append([_cell(page, one, bold=True) for one in sheet.head])
        for row in sheet.rows:
            page.append([_cell(page, one) for one in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _harmless(value: Cell) -> object:
    if isinstance(value, Formula):
        raise TypeError("CSV has no formulas")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_RUN_BY_PROGRAMS):
        return f"'{value}"
    return value


def _cell(page: Any, value: Cell, *, bold: bool = False) -> Any:
    if isinstance(value, datetime):
        value = value.isoformat()
    if isinstance(value, Formula):
        return WriteOnlyCell(page, f"={value.text}")
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell = WriteOnlyCell(page, value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_RUN_BY_PROGRAMS)
        cell.alignment = Alignment(vertical="top", wrap_text=len(value) > 20)
    if bold:
        cell.font = Font(bold=True)
    return cell
