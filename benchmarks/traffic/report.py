"""``python -m benchmarks.traffic.report TRAFFIC SCAN``: a scan's ``verdicts.csv`` and ``clusters.json`` against the truth."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from .judge import Judgement, Label, Ranks, Shares, judge


def main(arguments: list[str] | None = None) -> int:
    """Read, judge, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.traffic.report", description=__doc__)
    parser.add_argument("traffic", type=Path, help="with ballots.csv and truth.csv")
    parser.add_argument("scan", type=Path, help="with verdicts.csv and, where there is one, clusters.json")
    options = parser.parse_args(arguments)
    print("\n".join(lines(judge_files(options.traffic, options.scan))))
    return 0


def judge_files(traffic: Path, scan: Path) -> Judgement:
    """The same as :func:`judge`, from files."""
    truth = {row["ballot_id"]: Label(row["stratum"], row["attack"], row["voter_kind"])
             for row in _rows(traffic / "truth.csv")}  # fmt: skip
    choices = {
        row["ballot_id"]: [int(c) for c in row["choices"].split(";")]
        for row in _rows(traffic / "ballots.csv")
    }
    verdicts = {row["ballot_id"]: row["verdict"] for row in _rows(scan / "verdicts.csv")}
    return judge(truth, choices, verdicts, _cluster_sizes(scan / "clusters.json"))


def lines(found: Judgement) -> Iterator[str]:
    """The figures for people to read."""
    yield f"precision: quarantine {_part(found.precision)}, with review {_part(found.any_precision)}"
    yield from _table("recall", found.recall)
    yield from _table("false positives", found.false_positives)
    worst = max(found.collateral, key=lambda c: found.collateral[c], default=0)
    if worst:
        yield f"collateral: at most {found.collateral[worst]:.5f} (candidate {worst})"
    yield f"ranks: counted {_ranks(found.before)}, without quarantine {_ranks(found.after)}, without review {_ranks(found.after_review)}"
    if found.framed:
        framed = found.framed
        yield (f"framed: candidate {framed.candidate} keeps {framed.kept:.5f} of organic ballots; place {framed.rank_organic} "
               f"in truth, {framed.rank_counted} as counted, {framed.rank_after} after")  # fmt: skip
    yield f"clusters: {found.clusters.found}, {found.clusters.over_20} over 20 ballots, largest {found.clusters.largest}"


def _table(title: str, groups: Mapping[str, Shares]) -> Iterator[str]:
    yield f"{title:24}{'ballots':>9}{'quarantine':>12}{'+ review':>10}"
    for name, shares in groups.items():
        yield f"  {name:22}{shares.ballots:9}{shares.quarantine:12.5f}{shares.any:10.5f}"


def _part(value: float | None) -> str:
    return "nothing found" if value is None else f"{value:.5f}"


def _ranks(ranks: Ranks) -> str:
    return f"{ranks.kendall:.3f}/{ranks.spearman:.3f}"


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _cluster_sizes(path: Path) -> list[int]:
    """A list of clusters, or an object that holds one as ``clusters``; each lists its ``ballots``."""
    if not path.exists():
        return []
    found = json.loads(path.read_text(encoding="utf-8"))
    return [len(cluster["ballots"]) for cluster in (found["clusters"] if isinstance(found, dict) else found)]


if __name__ == "__main__":
    sys.exit(main())
