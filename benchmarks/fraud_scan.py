"""How good the scan is on traffic that it was not tuned on, and how long a million ballots take, from files to findings.

The simulator (``benchmarks/traffic``) and the detector (``anti_fraud/scan``) were written apart; the seeds here are used
nowhere else. What a simulator shows is feasibility: no figure below is of real people.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from anti_fraud.scan import scan_files

from .run import Run
from .table import Row
from .traffic import PRESETS, write
from .traffic.judge import Judgement
from .traffic.report import judge_files

UNSEEN = (90_001, 90_002, 90_003)
MUST_BE_FOUND = ("scripted", "headless", "night_burst", "camouflage")
MUST_BE_SPARED = ("factory", "cgnat", "night_shift", "instructed", "hall")


def measure(run: Run) -> list[Row]:
    """Attacked and clean campaigns by unseen seeds, then a million ballots."""
    progress = run.progress("排查 fraud scan")
    seeds = UNSEEN[: run.sizes.turns]
    attacked, clean = [], []
    for done, seed in enumerate(seeds, 1):
        attacked.append(_judged(run.directory / f"attacked-{seed}", "attacked", seed, run.sizes.traffic))
        clean.append(_judged(run.directory / f"clean-{seed}", "clean", seed, run.sizes.traffic))
        progress(done, len(seeds))
    return [*_found(attacked), *_spared(attacked, clean), *_ranks(attacked), _million(run)]


def _judged(directory: Path, preset: str, seed: int, organic: int) -> Judgement:
    write(PRESETS[preset].traffic(seed, organic), directory)
    scan_files(directory / "ballots.csv", directory / "views.csv", directory / "found")
    return judge_files(directory, directory / "found")


def _found(attacked: list[Judgement]) -> list[Row]:
    precision = min(one.precision or 0.0 for one in attacked)
    recall: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in attacked:
        for attack, shares in one.recall.items():
            recall[attack].append((shares.quarantine, shares.any))
    rows = [
        Row("建议隔离的准确率，各种子中最低  precision of quarantine, the worst seed", f"{precision:.4f}", "≥ 0.99", precision >= 0.99)
    ]  # fmt: skip
    for attack, values in sorted(recall.items()):
        lowest = min(found for _hard, found in values)
        listed = ", ".join(f"{hard:.2f}/{found:.2f}" for hard, found in values)
        must = attack in MUST_BE_FOUND
        rows.append(
            Row(f"召回：{attack}，隔离加复核，最低  recall, the worst seed", f"{lowest:.2f}",
                "≥ 0.9" if must else "–", lowest >= 0.9 if must else None, f"quarantine/any by seed: {listed}")
        )  # fmt: skip
    return rows


def _spared(attacked: list[Judgement], clean: list[Judgement]) -> list[Row]:
    rates: dict[str, list[float]] = defaultdict(list)
    for one in (*attacked, *clean):
        for stratum, shares in one.false_positives.items():
            rates[stratum].append(shares.quarantine)
    rows = []
    for stratum, values in sorted(rates.items()):
        worst, must = max(values), stratum in MUST_BE_SPARED
        rows.append(
            Row(f"误隔离率：{stratum}，最高  wrongly quarantined, the worst run", f"{worst:.5f}",
                "≤ 0.0005" if must else "–", worst <= 0.0005 if must else None)
        )  # fmt: skip
    over = sum(one.clusters.over_20 for one in clean)
    largest = max(one.clusters.largest for one in clean)
    rows.append(Row("无攻击时超过 20 张的票群  clusters over 20 in clean runs", str(over), "0", over == 0,
                    f"the largest has {largest}"))  # fmt: skip
    worst = max(max(one.collateral.values(), default=0.0) for one in attacked)
    rows.append(Row("候选人真实选票被隔离的比例，最高  collateral of any candidate", f"{worst:.5f}"))
    return rows


def _ranks(attacked: list[Judgement]) -> list[Row]:
    tau = [(one.before.kendall, one.after.kendall, one.after_review.kendall) for one in attacked]
    listed = ", ".join("/".join(f"{value:.3f}" for value in row) for row in tau)
    rows = [
        Row("名次与真实名次的一致性 τ  rank correlation: counted/without quarantine/without review", listed)
    ]
    framed = [one.framed for one in attacked if one.framed]
    if framed:
        kept = min(one.kept for one in framed)
        same = all(one.rank_after == one.rank_organic for one in framed)
        rows.append(Row("被栽赃者保留的真实选票，最低  a framed rival keeps", f"{kept:.4f}", "≥ 0.99 and the rank",
                        kept >= 0.99 and same, "place in truth/counted/after: " + ", ".join(
                            f"{one.rank_organic}/{one.rank_counted}/{one.rank_after}" for one in framed)))  # fmt: skip
    return rows


def _million(run: Run) -> Row:
    directory = run.directory / "million"
    write(PRESETS["attacked"].traffic(UNSEEN[0], run.sizes.scan_ballots * 100 // 113), directory)
    code = (
        "import sys; from pathlib import Path; from anti_fraud.scan import scan_files; d = Path(sys.argv[1]); "
        "print(len(scan_files(d / 'ballots.csv', d / 'views.csv', d / 'found').ballot_ids))"
    )
    before = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, str(directory)], cwd=Path(__file__).parents[1], capture_output=True, text=True, check=True
    )  # fmt: skip
    took = time.perf_counter() - before
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    holds = took < 60 and memory < 4
    return Row("从证据文件到结论  from evidence files to findings", f"{took:.1f} s, {memory:.1f} GiB at most",
               "< 60 s, < 4 GiB", holds, f"{int(done.stdout):,} ballots, one process")  # fmt: skip
