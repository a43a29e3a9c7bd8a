"""The roster as the table that ``roster_table`` reads back exactly; in a spreadsheet, texts that would be run are guarded."""

from __future__ import annotations

from collections.abc import Iterable

from ..sheets import Sheet, guarded, to_xlsx
from .roster_table import FIELDS, HEADINGS, LONGEST, RosterRow

_WORDS = {True: "是", False: "否", None: ""}


def roster_sheet(rows: Iterable[RosterRow]) -> bytes:
    """``candidates.xlsx``. A book, because every cell of it is a text: a spreadsheet makes ``1981-03`` of a CSV into a day."""
    widths = [max(8, min(40, LONGEST.get(field, 24) // 2)) for field in FIELDS]
    head = [HEADINGS[field][0] for field in FIELDS]
    return to_xlsx([Sheet("候选人", head, [[_cell(row, field) for field in FIELDS] for row in rows], widths)])


def _cell(row: RosterRow, field: str) -> str | int:
    value = getattr(row, field)
    if field == "number":
        return int(value)
    return _WORDS[value] if value is None or isinstance(value, bool) else guarded(value)
