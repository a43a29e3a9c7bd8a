"""How long the exact search for a list takes: 100 candidates, 10 seats, four rules that the top of the ranking hardly ever keeps."""

from __future__ import annotations

import statistics
import time
from random import Random

from tests.rankings import hard
from voting_service.assessment.selection import select

from .run import Run
from .table import Row

SEATS, PROMISE_S = 10, 1.0


def measure(run: Run) -> list[Row]:
    """Drawn cases, each searched once, by processor time: others on the machine do not make a search longer."""
    draw, cases = Random(20260407), run.sizes.list_cases
    progress, took, nodes = run.progress("名单搜索 searching lists"), [], []
    for done in range(1, cases + 1):
        people, rules = hard(draw)
        before = time.process_time()
        nodes.append(select(people, SEATS, rules).nodes)
        took.append(time.process_time() - before)
        progress(done, cases)
    slowest = max(took)
    return [
        Row(
            "名单最小调整的精确搜索，100 名候选人、10 个名额、4 条要求，最慢的一例  exact search of the smallest change, the slowest case",
            f"{slowest:.2f} s", f"< {PROMISE_S:g} s", slowest < PROMISE_S,
            f"{cases} hard cases; median {statistics.median(took):.2f} s; at most {max(nodes):,} ways looked at",
        )
    ]  # fmt: skip
