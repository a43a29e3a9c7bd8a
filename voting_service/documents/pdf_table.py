"""A table in a PDF: columns as wide as their texts need, the head on every page."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable, TableStyle
from reportlab.platypus import Table as PdfTable

from .official_text import Table
from .pdf_fonts import Fonts
from .prose import Prose, Style

CELL = Style(12, 18, "left")
HEAD = Style(12, 18, "center", bold=True)
_PADDING = 4.0
_NARROWEST = 3 * CELL.size + 2 * _PADDING
"""A column holds three characters at least."""
_TALLEST = 20
"""Lines of a cell that are kept on one page."""


def lay_table(table: Table, width: float, fonts: Fonts) -> Flowable:
    """The table, ``width`` points wide."""
    widths = column_widths(table, width, fonts)

    def laid(cells: Sequence[str], style: Style) -> list[Prose]:
        inner = [column - 2 * _PADDING for column in widths]
        return [Prose.of(cell, room, style, fonts) for cell, room in zip(cells, inner, strict=True)]

    rows = [laid(row, CELL) for row in table.rows]
    # A row that no page could hold is split between its lines; any other stays whole.
    tall = any(cell.height > _TALLEST * CELL.leading for row in rows for cell in row)
    made = PdfTable([laid(table.head, HEAD), *rows], colWidths=widths, repeatRows=1, splitInRow=int(tall))
    made.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.5, HexColor("#000000")),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
                ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
                ("TOPPADDING", (0, 0), (-1, -1), _PADDING),
                ("BOTTOMPADDING", (0, 0), (-1, -1), _PADDING),
            ]
        )
    )
    return made


def column_widths(table: Table, width: float, fonts: Fonts) -> list[float]:
    """In points, together ``width``."""
    if table.widths is not None:
        return [width * share / sum(table.widths) for share in table.widths]
    needed = [
        max(
            _NARROWEST, 2 * _PADDING + 1 + max(fonts.width(fonts.setting(cell), CELL.size) for cell in column)
        )
        for column in zip(table.head, *table.rows, strict=True)
    ]
    if sum(needed) <= width:
        return [need * width / sum(needed) for need in needed]
    # Those that need no more than their share get what they need; the others share the rest.
    left, open_columns, given = width, set(range(len(needed))), [0.0] * len(needed)
    while open_columns:
        share = left / len(open_columns)
        modest = {column for column in open_columns if needed[column] <= share}
        for column in modest or open_columns:
            given[column] = needed[column] if modest else share
        if not modest:
            break
        left -= sum(given[column] for column in modest)
        open_columns -= modest
    return given
