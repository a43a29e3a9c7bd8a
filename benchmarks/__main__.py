"""``python -m benchmarks``: every measurement in one run, one table at its end. ``make bench`` calls it."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from . import (
    behind_nginx,
    campaign_page,
    cast_rate,
    cast_stages,
    desk_pages,
    earlier_voters,
    fraud_scan,
    gate_cost,
    list_search,
    machine,
    recorder_rate,
    recount_time,
    redis_trips,
)
from .run import FULL, QUICK, Measurement, Run
from .table import Row, as_json, print_table

MEASUREMENTS: dict[str, Measurement] = {
    "cast": cast_rate.measure,
    "stages": cast_stages.measure,
    "gate": gate_cost.measure,
    "trips": redis_trips.measure,
    "page": campaign_page.measure,
    "voters": earlier_voters.measure,
    "recorder": recorder_rate.measure,
    "recount": recount_time.measure,
    "fraud": fraud_scan.measure,
    "desk": desk_pages.measure,
    "list": list_search.measure,
    "nginx": behind_nginx.measure,
}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="性能测量 Benchmarks")
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, metavar="NAME",
                        help="只测这一项，可多次给出 this one alone, may be repeated: " + ", ".join(MEASUREMENTS))  # fmt: skip
    parser.add_argument(
        "--quick", action="store_true", help="只看能否运行，数值无意义 only shows that it runs"
    )
    parser.add_argument("--json", action="store_true", help="输出 JSON  print JSON instead of a table")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as directory:
        rows: list[Row] = []
        for name in options.only or MEASUREMENTS:
            rows += MEASUREMENTS[name](Run(Path(directory) / name, QUICK if options.quick else FULL))
        facts = machine.facts(Path(directory))
    if options.json:
        print(as_json(facts, rows))
    else:
        print_table(facts, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
