"""Ballots as people name them: typed or pasted, a code a line, or a table with a column of them."""

from __future__ import annotations

import re

from ...campaigns.cells import read_cells
from ...errors import Problem, ProblemsFound
from ...text import _

MOST = 100_000
HEADS = ("ballot_id", "tracking_code", "选票编号", "查验码")
_BETWEEN = re.compile(r"[\n\r,;，；、]+")


def typed_ballots(text: str) -> list[str]:
    """What stands between line ends, commas and semicolons; blanks inside a code are the code's own."""
    return [one for part in _BETWEEN.split(text) if (one := part.strip()) and one.casefold() not in HEADS]


def ballots_in_file(name: str, data: bytes) -> list[str]:
    """The column headed so, or else the first; ``.xlsx``, or text in whatever encoding Excel wrote it. Raises ProblemsFound."""
    is_book = name.casefold().endswith(".xlsx")
    # For the reader every text is a CSV; the name that its sender gave it is not for a page.
    rows, problems, _whole = read_cells("list.xlsx" if is_book else "list.csv", data, most_rows=MOST)
    if problems:
        raise ProblemsFound([Problem("file", one.sentence, one.remedy) for one in problems])
    head = [cell.strip().casefold() for cell in rows[0].cells]
    column = next((place for place, cell in enumerate(head) if cell in HEADS), None)
    listed = rows if column is None else rows[1:]
    cells = [row.cells[column or 0].strip() for row in listed if len(row.cells) > (column or 0)]
    if not (found := [cell for cell in cells if cell]):
        raise ProblemsFound([Problem("file", _("文件里没有查验码。"))])
    return found
