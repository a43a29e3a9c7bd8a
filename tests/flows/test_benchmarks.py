"""The benchmarks run, and one thing that they count is a promise: casting is one round trip to Redis."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import MEASUREMENTS, main

ROOT = Path(__file__).resolve().parents[2]


def _rows(output: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(output)["rows"]
    return rows


@pytest.mark.parametrize("name", [name for name in MEASUREMENTS if name not in ("trips", "desk")])
def test_every_benchmark_runs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", name, "--quick", "--json"]) == 0
    rows = _rows(capsys.readouterr().out)
    assert rows
    assert all(row["what"] and row["figure"] for row in rows)


def test_every_address_of_the_desk_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    """It ends with an error where nothing is known to stand under an address: who adds one gives it something to show."""
    assert main(["--only", "desk", "--quick", "--json"]) == 0
    rows = _rows(capsys.readouterr().out)
    assert "all of them reached" in str(rows[0]["note"])
    measured = {str(row["what"]).removeprefix("文件 file: ") for row in rows}
    assert {
        "/desk/campaigns/<slug>/motions/<int:number>",
        "/desk/campaigns/<slug>/certification/<int:number>",
        "/desk/dockets/<number>",
        "/desk/sign-in/code",
    } <= measured


def test_a_cast_is_one_round_trip_to_redis(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "trips", "--quick", "--json"]) == 0
    row = _rows(capsys.readouterr().out)[0]
    assert (row["figure"], row["holds"]) == ("1", True)
    assert str(row["note"]).startswith("1 EVALSHA per cast")


def test_the_table_is_printed_with_the_machine_and_its_targets() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--only", "trips"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "appendfsync always" in done.stdout
    assert "目标 target" in done.stdout
    assert "Redis round trips per cast" in done.stdout
