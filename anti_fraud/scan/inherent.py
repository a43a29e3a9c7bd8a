"""Which signs of a ballot are its group's own, and so no evidence against it: one address, or one model of phone there.

A company's phones may all solve work quickly and its app report no touch. Two properties of one kind of phone look like
two families of evidence; so they are first held against the ballots of the same group that show nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from anti_fraud.scan.cells import Cell
from anti_fraud.scan.columns import Ballots, Flags, Ints
from anti_fraud.scan.families import HASTE, HASTE_S, HOSTING, PATTERNS, TOUCH, UNSIGNED, WORK, Shown
from anti_fraud.scan.rule import GENUINE_AT_MOST, QUICK_TAIL, TWO_SIGNS, machine_families, two_measures
from anti_fraud.scan.surroundings import CROWD

MOST = 0.5  # a sign that more of the group's other ballots show than not is the group's


def decisive_signs(ballots: Ballots, shown: Shown) -> Ints:
    """The signs of each ballot that may justify quarantine: all but those of its address, or of its model there.

    Data centres and kiosks are left as they are: there is no crowd whose property a sign could be.
    """
    left = shown.patterns.copy()
    address = ballots.ip.codes.astype(np.int64)
    rows = np.flatnonzero((address > 0) & (shown.contexts & HOSTING == 0))
    models = int(shown.models.max(initial=0)) + 1
    for groups in (address[rows], address[rows] * models + shown.models[rows]):
        left[rows] &= ~_Group(groups, rows, ballots, shown).own_signs()
    return left


def softened(cells: Iterable[Cell], decisive: Ints, shown: Shown) -> list[Cell]:
    """The cells; ballots in quarantine that their decisive signs do not keep there are for review instead."""
    enough = np.array([_is_enough(pattern, False) for pattern in range(PATTERNS)])
    enough_unsigned = np.array([_is_enough(pattern, True) for pattern in range(PATTERNS)])
    at_issue = decisive != shown.patterns
    kept = ~at_issue | np.where(shown.contexts & UNSIGNED > 0, enough_unsigned[decisive], enough[decisive])
    return [part for cell in cells for part in _parted(cell, kept[cell.rows])]


def _is_enough(pattern: int, unsigned: bool) -> bool:
    return machine_families(pattern) >= 2 or (unsigned and two_measures(pattern))


def _parted(cell: Cell, kept: Flags) -> list[Cell]:
    if cell.finding != "quarantine" or kept.all():
        return [cell]
    left = int(np.count_nonzero(kept))
    if left < TWO_SIGNS or cell.upper > GENUINE_AT_MOST * left:
        return [_for_review(cell, cell.rows)]
    return [replace(cell, rows=cell.rows[kept], observed=left), _for_review(cell, cell.rows[~kept])]


def _for_review(cell: Cell, rows: Ints) -> Cell:
    """The group's own properties explain these ballots: all of them may be genuine, and the figures say so."""
    genuine = float(len(rows))
    return replace(
        cell,
        reason="inherent",
        finding="review",
        rows=rows,
        observed=len(rows),
        expected=genuine,
        upper=genuine,
    )


class _Group:
    """Ballots of non-hosting addresses, each in one group."""

    def __init__(self, groups: Ints, rows: Ints, ballots: Ballots, shown: Shown) -> None:
        self._number = np.unique(groups, return_inverse=True)[1]
        self._patterns = shown.patterns[rows]
        self._dwell = ballots.dwell_s[rows]

    def own_signs(self) -> Ints:
        """For each ballot, the signs that are its group's own; 0 in groups that are no crowd."""
        own = np.zeros(len(self._number), np.int64)
        unchecked = np.ones(len(self._number), bool)
        for sign in (WORK, TOUCH):
            usual, is_checked = self._usual(sign)
            own |= np.where(usual, sign, 0)
            unchecked &= ~is_checked
        own |= np.where(self._quick_people(), HASTE, 0)
        # Nobody here shows fewer signs, so nothing tells two families from two properties of one kind of phone.
        twins = unchecked & (self._patterns & ~own == WORK | TOUCH)
        own |= np.where(twins, WORK | TOUCH, 0)
        crowd = np.bincount(self._number)[self._number] >= CROWD if len(own) else unchecked
        return np.where(crowd, own, 0)

    def _usual(self, sign: int) -> tuple[Flags, Flags]:
        """Do most ballots with no other sign show this one, and are there enough of them to say so?"""
        alone = self._patterns & ~sign == 0
        seen = self._count(alone)
        is_checked = seen >= CROWD
        return is_checked & (self._count(alone & (self._patterns == sign)) > MOST * seen), is_checked

    def _quick_people(self) -> Flags:
        """Is the group's haste no more than the quick tail of quick people?"""
        dwell = self._dwell
        tail = QUICK_TAIL * self._count((dwell >= HASTE_S) & (dwell < 2 * HASTE_S))
        hasty: Flags = self._count(self._patterns & HASTE > 0) <= tail
        return hasty

    def _count(self, flags: Flags) -> Ints:
        """Of each ballot's group."""
        return np.bincount(self._number, flags)[self._number] if len(flags) else np.zeros(0, np.int64)
