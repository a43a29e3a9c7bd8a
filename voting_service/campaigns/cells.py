"""A table that people wrote, ``.csv`` or ``.xlsx`` → rows of text, whatever program wrote it; what the words mean is not
known here."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import openpyxl

from ..errors import Problem
from ..text import Text, _

MOST_BYTES = 30 * 1024**2
MOST_ROWS = 10_000
MOST_COLUMNS = 60
_MOST_UNPACKED = 200 * 1024**2
# Formatting alone makes a sheet a million rows long; what follows so many empty ones is not a candidate.
_BLANK_ROWS = 1_000
_ESCAPED = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")
"""ECMA-376 part 1, 22.9.2.19; openpyxl leaves it to whoever reads. Half a surrogate pair is no character."""
# Marks of order and width that editors leave behind, and two that no XML may hold.
_UNSEEN = dict.fromkeys((0xFEFF, 0x200B, 0xFFFE, 0xFFFF))


@dataclass(frozen=True)
class Row:
    """One row of a sheet; ``number`` is what Excel shows at its left, beginning with 1."""

    number: int
    cells: tuple[str, ...]


class TableBroken(Exception):
    """The table cannot be read from here on."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_cells(name: str, data: bytes, most_rows: int = MOST_ROWS) -> tuple[list[Row], list[Problem], bool]:
    """The rows that are not blank, what is wrong, and whether the table was read to its end. Line ends inside a
    cell are ``\\n``; outer blanks are gone."""
    problems: list[Problem] = []
    rows: list[Row] = []
    try:
        for row in _rows(name, data, problems):
            rows.append(row)
            if len(rows) > most_rows or len(row.cells) > MOST_COLUMNS:
                most = _("表格太大，最多 %(rows)s 行、%(columns)s 列。", rows=most_rows, columns=MOST_COLUMNS)
                raise TableBroken(Problem(f"{name} 第 {row.number} 行", most))
        if not rows:
            raise TableBroken(Problem(name, _("表格是空的。")))
    except TableBroken as broken:
        return rows, [*problems, broken.problem], False
    return rows, problems, True


def _rows(name: str, data: bytes, problems: list[Problem]) -> Iterator[Row]:
    read = _xlsx_rows if name.lower().endswith(".xlsx") else _csv_rows
    return (row for row in read(name, data, problems) if any(row.cells))


def _csv_rows(name: str, data: bytes, _problems: list[Problem]) -> Iterator[Row]:
    text = _decoded(data)
    if text is None:
        raise _unreadable(name, _("看不出是什么编码。"), _("请用 Excel 另存为 xlsx 文件再试。"))
    first_line = text.partition("\n")[0]
    # Excel writes the separator of the system's region; the headings tell which.
    separator = max(",\t;", key=first_line.count)
    # A story may be longer than the module's default for one cell; it is set once, for the whole process.
    csv.field_size_limit(MOST_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield Row(number, tuple(clean(cell) for cell in cells))
    except csv.Error as error:
        remedy = _("请检查引号是否成对；或用 Excel 另存为 xlsx 文件。")
        where = f"{name} 第 {number + 1} 行"
        raise _unreadable(where, _("不合 CSV 格式：%(reason)s。", reason=str(error)), remedy) from error


def _decoded(data: bytes) -> str | None:
    """UTF-8, or what Excel writes in China. In this order: hardly any GB18030 text happens to be valid UTF-8,
    while every UTF-8 text could be read as some GB18030."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if "\x00" not in text else None
    return None


def _xlsx_rows(name: str, data: bytes, problems: list[Problem]) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
        if unpacked > _MOST_UNPACKED:
            raise _unreadable(name, _("解开后太大，不像一张名单。"))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except TableBroken:
        raise
    # openpyxl meets whatever people call .xlsx and raises KeyError, ValueError, zip and XML errors alike.
    except Exception as error:
        remedy = _("请用 Excel 或 WPS 另存为 xlsx。")
        raise _unreadable(name, _("打不开，不是完整的 xlsx 文件。"), remedy) from error
    try:
        yield from _sheet_rows(name, book.worksheets[0], problems)
    except Exception as error:
        raise _unreadable(name, _("工作表已经损坏，读不下去。"), _("请用 Excel 或 WPS 另存一份。")) from error
    finally:
        book.close()


def _sheet_rows(name: str, sheet: Any, problems: list[Problem]) -> Iterator[Row]:
    # Some programs write a wrong extent, and read-only mode would believe it.
    sheet.reset_dimensions()
    blank = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells: list[str] = []
        for position, cell in enumerate(row, 1):
            if cell.data_type == "e":
                where = f"{name} 第 {number} 行 第 {position} 列"
                problems.append(Problem(where, _("公式出错（%(value)s）。", value=cell.value)))
            cells.append(clean(_worded(cell)))
        while cells and not cells[-1]:
            cells.pop()
        blank = 0 if cells else blank + 1
        if blank > _BLANK_ROWS:
            return
        yield Row(number, tuple(cells))


def _worded(cell: Any) -> str:
    """A cell as people see it, save that dates become ``YYYY-MM-DD``, or ``YYYY-MM`` where no day is shown."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, datetime | date):
        shows_day = "d" in str(cell.number_format).lower().replace("[red]", "")
        return value.strftime("%Y-%m-%d" if shows_day else "%Y-%m")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    # How OOXML keeps what XML cannot, a pasted carriage return among it, and an underscore that would look like it.
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))


def clean(text: str) -> str:
    """A text as every table's cell is kept: in one normal form, with one kind of line end, without outer blanks."""
    # NFC, because a name typed on a Mac and on Windows is one name; line ends are one kind.
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(_UNSEEN).strip()


def _unreadable(where: str, sentence: Text, remedy: Text | None = None) -> TableBroken:
    return TableBroken(Problem(where, sentence, remedy))
