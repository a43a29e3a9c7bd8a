"""The scan: ballots in, a verdict on each and the clusters that say why. Pure: no files, no clock, no chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anti_fraud.scan import families, hands, rates, rule, significance
from anti_fraud.scan.cells import Cell, guilty_cells, rows_of
from anti_fraud.scan.clusters import Clerk, Cluster
from anti_fraud.scan.columns import Ballots, Flags, Views
from anti_fraud.scan.comparison import Comparisons
from anti_fraud.scan.families import Families, Shown
from anti_fraud.scan.grouping import grouped
from anti_fraud.scan.inherent import decisive_signs, softened
from anti_fraud.scan.keys import keys_of
from anti_fraud.scan.merging import merged
from anti_fraud.scan.surroundings import closed_links, remainders

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all

VERDICTS = ("clean", "review", "quarantine")
STEPS = ("families", "cells", "cells again", "surroundings", "clusters")

PARAMETERS: dict[str, Any] = {
    "haste_s": families.HASTE_S,
    "work_z": families.WORK_Z,
    "allowance": rule.ALLOWANCE,
    "genuine_at_most": rule.GENUINE_AT_MOST,
    "false_discoveries": significance.FALSE_DISCOVERIES,
    "dispersion_shape": significance.SHAPE,
    "smallest_cell": {"two_signs": rule.TWO_SIGNS, "one_sign": rule.ONE_SIGN, "clock": rule.ONE_CLOCK},
    "device_models": rule.MODELS,
    "network_blocks": rule.BLOCKS,
    "rate_floor": rates.RATE_FLOOR,
    "rest_of_a_hand": {"found": hands.HELD, "smallest": hands.REST, "genuine_at_most": hands.REST_GENUINE},
}


@dataclass(frozen=True)
class Outcome:
    """What a scan found. ``verdicts[i]`` is the place in ``VERDICTS`` of row ``i``; clusters: quarantine first."""

    ballot_ids: NDArray[np.str_]
    verdicts: NDArray[np.int8]
    clusters: tuple[Cluster, ...]
    silent: tuple[str, ...]  # questions that had no column to ask
    parameters: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The whole of ``clusters.json``."""
        return {
            "format": "clusters/1",
            "parameters": self.parameters,
            "totals": {
                "ballots": len(self.verdicts),
                **{
                    name: int(np.count_nonzero(self.verdicts == place)) for place, name in enumerate(VERDICTS)
                },
                "clusters": len(self.clusters),
            },
            "silent": list(self.silent),
            "clusters": [cluster.as_dict() for cluster in self.clusters],
        }


def scan(ballots: Ballots, views: Views, progress: Progress | None = None) -> Outcome:
    """Look for clusters in these ballots. The same columns give the same outcome, whatever was scanned before."""
    verdicts = np.zeros(len(ballots), np.int8)
    silent = silent_questions(ballots, views)
    if not len(ballots):
        return Outcome(ballots.ballot_id, verdicts, (), silent, PARAMETERS)
    shown, cells = _find(ballots, views, progress or _quiet)
    suspected = rows_of(cells, len(ballots))
    verdicts[suspected] = VERDICTS.index("review")
    verdicts[rows_of(cells, len(ballots), "quarantine")] = VERDICTS.index("quarantine")
    clerk = Clerk(ballots, shown, cells, Comparisons(ballots, shown, suspected))
    groups = merged(grouped(cells, len(ballots)), ballots, shown.contexts & families.HOSTING > 0)
    clusters = [clerk.write_up(group) for group in groups]
    clusters.sort(key=lambda cluster: (cluster.finding != "quarantine", -len(cluster.rows), cluster.id))
    (progress or _quiet)(STEPS[-1], len(STEPS), len(STEPS))
    return Outcome(ballots.ballot_id, verdicts, tuple(clusters), silent, PARAMETERS)


def _find(ballots: Ballots, views: Views, progress: Progress) -> tuple[Shown, list[Cell]]:
    """Guilty cells, found twice: the second time, what was found does not teach what people do."""
    progress(STEPS[0], 0, len(STEPS))
    questions = Families(ballots)
    shown = questions.answer()
    progress(STEPS[1], 1, len(STEPS))
    keys = list(keys_of(ballots, shown))
    cells = guilty_cells(ballots, shown, keys)
    progress(STEPS[2], 2, len(STEPS))
    if cells:
        shown = questions.answer(spared=rows_of(cells, len(ballots)))
        cells = guilty_cells(ballots, shown, keys)
    cells = softened(cells, decisive_signs(ballots, shown), shown)
    progress(STEPS[3], 3, len(STEPS))
    hard, suspected = rows_of(cells, len(ballots), "quarantine"), rows_of(cells, len(ballots))
    cells += remainders(ballots, shown, hard, suspected)
    cells += hands.Hands(ballots, shown).rests(_of_hands(cells, len(ballots)))
    cells += closed_links(ballots, views, rows_of(cells, len(ballots)))
    progress(STEPS[4], 4, len(STEPS))
    return shown, [cell for cell in cells if len(cell.rows)]


def _of_hands(cells: Sequence[Cell], total: int) -> Flags:
    """Found ballots that may be a hand's: not those of a group that are explained by what all of it shares."""
    return rows_of([cell for cell in cells if cell.reason != "inherent"], total)


def silent_questions(ballots: Ballots, views: Views) -> tuple[str, ...]:
    """Which columns were empty, so that the question that needs them was not asked."""
    texts: Sequence[str] = ("ip", "user_agent", "entry", "share_token", "province", "os")
    numbers: Sequence[str] = ("dwell_s", "touches", "challenge_ms")
    empty = [name for name in texts if getattr(ballots, name).is_empty]
    empty += [name for name in numbers if not np.isfinite(getattr(ballots, name)).any()]
    if ballots.network_type.is_empty and ballots.asn.is_empty:
        empty.append("network_type")
    return (*empty, *(() if len(views) else ("views",)))


def _quiet(step: str, done: int, total: int) -> None:
    """Nobody watches."""
