"""Which guilty cells are one hand? Cells that hold the same ballots become one cluster; each ballot is in one only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from anti_fraud.scan.cells import Cell, rows_of
from anti_fraud.scan.columns import Flags, Ints
from anti_fraud.scan.rule import TWO_SIGNS, Finding

CONTAINED = 0.8  # a cluster lies within a wider cell if so much of it does
SMALL = 50  # below, clusters of one network or user agent are gathered whatever they chose
COMPANY = frozenset({"remainder", "companions"})  # reasons that name no sign of the ballots themselves
ONE_CANDIDATE = 1  # ``Cell.narrow`` up to which a cell may bind large clusters


@dataclass
class Group:
    """Ballots that are taken together, and the cells that say why."""

    finding: Finding
    rows: list[Ints] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Ballots in it."""
        return sum(map(len, self.rows))


def grouped(cells: Iterable[Cell], total: int) -> list[Group]:
    """Groups of ballots, quarantine first; a ballot in both findings counts as quarantine."""
    cells = list(cells)
    hard = _grouped(
        [cell for cell in cells if cell.finding == "quarantine"], np.zeros(total, bool), "quarantine"
    )
    taken = rows_of(cells, total, "quarantine")
    review = [cell for cell in cells if cell.finding == "review"]
    signed = [cell for cell in review if cell.reason not in COMPANY]
    # What speaks only by the company it keeps is told by itself: figures of signs would not be true of it.
    beside = [cell for cell in review if cell.reason in COMPANY]
    return (
        hard + _grouped(signed, taken, "review") + _grouped(beside, taken | rows_of(signed, total), "review")
    )


def _grouped(cells: list[Cell], taken: Flags, finding: Finding) -> list[Group]:
    owner = np.full(len(taken), -1, np.int64)
    groups: dict[int, Group] = {}
    for number, cell in enumerate(sorted(cells, key=_narrow_and_large_first)):
        rows = cell.rows[~taken[cell.rows]]
        if len(rows):
            _add(cell, rows, number, owner, groups, finding)
    return [group for group in groups.values() if group.size]


def _narrow_and_large_first(cell: Cell) -> tuple[int, int, str, int, int]:
    return (cell.narrow, -cell.observed, cell.key, cell.pattern, int(cell.rows[0]) if len(cell.rows) else -1)


def _add(
    cell: Cell, rows: Ints, number: int, owner: Ints, groups: dict[int, Group], finding: Finding
) -> None:
    """Put a cell where its ballots are: into the cluster that holds them, or as the bond between several."""
    owners, held = np.unique(owner[rows], return_counts=True)
    fresh = rows[owner[rows] < 0]
    within = [
        int(o)
        for o, n in zip(owners, held, strict=True)
        if o >= 0 and n >= CONTAINED * groups[int(o)].size and _may_bind(cell, groups[int(o)])
    ]
    if not within and not len(fresh):
        groups[int(owners[held.argmax()])].cells.append(cell)
        return
    home = within[0] if within else _home_for(cell, owners, held, rows)
    group = groups.setdefault(number if home is None else home, Group(finding))
    name = number if home is None else home
    for other in within[1:]:
        absorbed = groups.pop(other)
        group.rows += absorbed.rows
        group.cells += absorbed.cells
        for part in absorbed.rows:
            owner[part] = name
    group.rows.append(fresh)
    group.cells.append(cell)
    owner[fresh] = name


def _may_bind(cell: Cell, group: Group) -> bool:
    return cell.narrow <= ONE_CANDIDATE or group.size < SMALL


def _home_for(cell: Cell, owners: Ints, held: Ints, rows: Ints) -> int | None:
    """The cluster that already has at least half of a narrow cell, or most of one with few others; None: a new one."""
    best = int(np.where(owners >= 0, held, 0).argmax())
    few = len(rows) - held[owners >= 0].sum() < TWO_SIGNS
    if owners[best] >= 0 and (few or (cell.narrow <= ONE_CANDIDATE and held[best] * 2 >= len(rows))):
        return int(owners[best])
    return None
