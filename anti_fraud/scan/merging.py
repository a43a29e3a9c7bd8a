"""Clusters that are plainly one attack are told in one paragraph: same finding, kind of evidence, network and candidate,
in the same hours. Only the telling changes: no ballot enters or leaves a finding here.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from anti_fraud.scan.columns import Ballots, Flags
from anti_fraud.scan.comparison import marks_of
from anti_fraud.scan.grouping import COMPANY, SMALL, Group

SAME_HOURS_S = 6 * 3600.0  # pauses of an attack are shorter
FROM, TO = 10, 90  # percentiles between which most of a cluster was cast
MAIN = 0.5  # share of a cluster that chose its main candidate

_Kind = tuple[str, str, bool, int]  # finding, evidence, from data centres?, main candidate (-1: none)


def merged(groups: Iterable[Group], ballots: Ballots, hosting: Flags) -> list[Group]:
    """The groups, neighbours of one kind as one."""
    marks = marks_of(ballots.choices.names)
    neighbours: dict[_Kind, list[tuple[float, float, Group]]] = {}
    alone: list[Group] = []
    for group in groups:
        rows = np.concatenate(group.rows)
        chosen = marks[ballots.choices.codes[rows]].sum(axis=0)
        main = int(chosen.argmax()) if chosen.max(initial=0) >= MAIN * len(rows) else -1
        if main < 0 and len(rows) >= SMALL:
            alone.append(group)
            continue
        kind = group.finding, _evidence(group), bool(hosting[rows].mean() >= MAIN), main
        from_, to = np.percentile(ballots.cast_at[rows], [FROM, TO])
        neighbours.setdefault(kind, []).append((float(from_), float(to), group))
    return alone + [group for of_kind in neighbours.values() for group in _joined(of_kind)]


def _evidence(group: Group) -> str:
    """Signs of its own (or of its whole group), rests of a hand with signs, or nothing but the company it keeps."""
    reasons = {cell.reason for cell in group.cells}
    if "excess" in reasons:
        return "signs"
    if "inherent" in reasons:
        return "inherent"
    if reasons == {"closed_link"}:
        return "link"
    return "company" if reasons <= COMPANY else "hand"


def _joined(spans: list[tuple[float, float, Group]]) -> list[Group]:
    joined: list[Group] = []
    end = -np.inf
    for from_, to, group in sorted(spans, key=lambda span: (span[0], -span[1], -span[2].size)):
        if joined and from_ <= end + SAME_HOURS_S:
            joined[-1].rows += group.rows
            joined[-1].cells += group.cells
        else:
            joined.append(Group(group.finding, list(group.rows), list(group.cells)))
            end = -np.inf
        end = max(end, to)
    return joined
