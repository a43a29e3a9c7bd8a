"""What a measurement found, and the one table that is printed of all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

HOLDS = {True: "是 yes", False: "否 no", None: "–"}


@dataclass(frozen=True)
class Row:
    """One line of the table. ``holds`` is None where a figure has no target or could not be taken."""

    what: str
    """Chinese and English, one after the other."""
    figure: str
    target: str = "–"
    holds: bool | None = None
    note: str = ""


def not_measured(what: str, reason: str) -> Row:
    """A figure that this machine cannot give."""
    return Row(what, "未测 not measured", note=reason)


def print_table(facts: Mapping[str, str], rows: Sequence[Row]) -> None:
    """Machine facts, then one line for each figure; as wide as it needs to be, so that a pipe loses nothing."""
    console = Console(width=200, highlight=False)
    for name, value in facts.items():
        console.print(f"{name}: {value}", markup=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("项目 what", "数值 figure", "目标 target", "达到 holds", "说明 note"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(row.what, row.figure, row.target, HOLDS[row.holds], row.note)
    console.print(table)


def as_json(facts: Mapping[str, str], rows: Sequence[Row]) -> str:
    """The same for programs."""
    return json.dumps(
        {"machine": dict(facts), "rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=1
    )
