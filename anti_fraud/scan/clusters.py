"""A cluster as it is handed to people: its ballots, the figures, comparisons, a sample, the effect, a paragraph."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from anti_fraud.scan.cells import Cell
from anti_fraud.scan.columns import Ballots, Floats, Ints
from anti_fraud.scan.comparison import Comparison, Comparisons
from anti_fraud.scan.effect import Counts, Effect
from anti_fraud.scan.families import HOSTING, UNSIGNED, Shown, letters
from anti_fraud.scan.grouping import Group
from anti_fraud.scan.paragraph import Paragraphs, paragraphs_of
from anti_fraud.scan.profile import Profile, profile_of
from anti_fraud.scan.rule import Finding, signs_in

SAMPLE = 20
CELLS_SHOWN = 12
TESTED = ("excess", "inherent", "hand", "companions")  # reasons that come of a test


@dataclass(frozen=True)
class Figures:
    """The arithmetic: ballots observed, those that people explain (expected, upper bound), and the chance of it."""

    observed: int
    expected: float
    expected_upper: float
    p: float  # of the cell with the most ballots; 1 where nothing was tested (what stands beside a guilty cell)


@dataclass(frozen=True)
class Cluster:
    """Ballots that look like one hand, with the evidence for it."""

    id: str  # ten hexadecimal digits of the SHA-256 of its ballot ids: the same ballots have the same name
    finding: Finding
    families: str  # letters of the families that speak: N, D, M, T, P
    rows: Ints
    ballot_ids: tuple[str, ...]
    figures: Figures
    from_: float
    to: float
    profile: Profile
    comparisons: tuple[Comparison, ...]
    sample: tuple[dict[str, Any], ...]
    effects: tuple[Effect, ...]
    cells: tuple[Cell, ...]
    paragraphs: Paragraphs

    def as_dict(self) -> dict[str, Any]:
        """The cluster in ``clusters.json``."""
        return {
            "id": self.id,
            "finding": self.finding,
            "families": list(self.families),
            "size": len(self.ballot_ids),
            "window": {"from": _rfc3339(self.from_), "to": _rfc3339(self.to)},
            "figures": {
                "observed": self.figures.observed,
                "expected": round(self.figures.expected, 3),
                "expected_upper": round(self.figures.expected_upper, 3),
                "p": self.figures.p,
            },
            "profile": self.profile.as_dict(),
            "comparison": [comparison.as_dict() for comparison in self.comparisons],
            "effect": [effect.as_dict() for effect in self.effects],
            "paragraph": self.paragraphs.as_dict(),
            "cells": [_cell_as_dict(cell) for cell in self.cells[:CELLS_SHOWN]],
            "sample": list(self.sample),
            "ballots": list(self.ballot_ids),
        }


class Clerk:
    """Writes up groups of ballots as clusters."""

    def __init__(
        self, ballots: Ballots, shown: Shown, cells: Sequence[Cell], comparisons: Comparisons
    ) -> None:
        self._ballots, self._shown, self._comparisons = ballots, shown, comparisons
        self._counts = Counts(ballots)
        self._expected, self._upper = _explained_share(cells, len(ballots))

    def write_up(self, group: Group) -> Cluster:
        """The whole account of one group."""
        rows = np.sort(np.concatenate(group.rows))
        rows = rows[np.argsort(self._ballots.cast_at[rows], kind="stable")]
        ids = tuple(self._ballots.ballot_id[rows].tolist())
        name = hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:10]
        cells = tuple(
            sorted(group.cells, key=lambda cell: (-cell.observed, cell.narrow, cell.key, cell.pattern))
        )
        times = self._ballots.cast_at[rows]
        figures = self._figures(rows, cells)
        profile = profile_of(rows, self._ballots, self._shown)
        comparisons = self._comparisons.beside(rows)
        effects = self._counts.without(rows)
        window = float(times.min()), float(times.max())
        return Cluster(
            id=name,
            finding=group.finding,
            families=self._families(cells),
            rows=rows,
            ballot_ids=ids,
            figures=figures,
            from_=window[0],
            to=window[1],
            profile=profile,
            comparisons=tuple(comparisons),
            sample=tuple(self._sample(name, rows)),
            effects=tuple(effects),
            cells=cells,
            paragraphs=paragraphs_of(
                group.finding,
                {cell.reason for cell in cells},
                figures.expected_upper,
                window,
                profile,
                comparisons,
                effects,
            ),
        )

    def _figures(self, rows: Ints, cells: Sequence[Cell]) -> Figures:
        p = next((cell.p for cell in cells if cell.reason in TESTED), 1.0)
        expected, upper = float(self._expected[rows].sum()), float(self._upper[rows].sum())
        return Figures(len(rows), expected, min(upper, float(len(rows))), p)

    def _families(self, cells: Iterable[Cell]) -> str:
        pattern, context = 0, 0
        for cell in cells:
            pattern |= cell.pattern
            context |= cell.context
        return letters(signs_in(pattern), bool(context & HOSTING), bool(context & UNSIGNED))

    def _sample(self, name: str, rows: Ints) -> list[dict[str, Any]]:
        """Twenty rows, drawn by the cluster's name: nobody chose them. Addresses are cut to their block."""
        draw = np.random.default_rng(int(name, 16))
        chosen = np.sort(draw.choice(len(rows), min(SAMPLE, len(rows)), replace=False))
        return [self._sample_row(int(row)) for row in rows[chosen]]

    def _sample_row(self, row: int) -> dict[str, Any]:
        ballots = self._ballots
        texts = (
            "choices",
            "channel",
            "network_type",
            "province",
            "os",
            "wechat_version",
            "user_agent",
            "entry",
        )
        numbers = ("dwell_s", "touches", "challenge_ms", "cookie_age_s")
        return {
            "ballot_id": str(ballots.ballot_id[row]),
            "cast_at": _rfc3339(float(ballots.cast_at[row])),
            "block": self._shown.places.prefixes[ballots.ip.codes[row]],
            **{name: getattr(ballots, name).names[getattr(ballots, name).codes[row]] for name in texts},
            **{name: _or_none(float(getattr(ballots, name)[row])) for name in numbers},
        }


def _explained_share(cells: Iterable[Cell], total: int) -> tuple[Floats, Floats]:
    """For each ballot the share that people explain of its best cell: expected and upper bound; 0 outside."""
    expected, upper = np.full(total, np.inf), np.full(total, np.inf)
    for cell in cells:
        better = cell.rows[cell.upper / cell.observed < upper[cell.rows]]
        upper[better] = cell.upper / cell.observed
        expected[better] = cell.expected / cell.observed
    upper[np.isinf(upper)] = 0
    expected[np.isinf(expected)] = 0
    return expected, upper


def _cell_as_dict(cell: Cell) -> dict[str, Any]:
    return {
        "reason": cell.reason,
        "key": cell.key,
        "families": list(
            letters(signs_in(cell.pattern), bool(cell.context & HOSTING), bool(cell.context & UNSIGNED))
        ),
        "observed": cell.observed,
        "expected": round(cell.expected, 3),
        "expected_upper": round(cell.upper, 3),
        "p": cell.p,
    }


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)


def _rfc3339(seconds: float) -> str:
    return (
        datetime.fromtimestamp(round(seconds, 3), UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z")
    )
