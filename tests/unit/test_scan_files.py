"""Evidence files: read whole or refused with every problem; written so that they read back the same."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from anti_fraud.scan import EvidenceRefused, scan_files, write_ballots, write_views
from anti_fraud.scan.files import BALLOT_COLUMNS
from anti_fraud.scan.problems import Problem
from anti_fraud.scan.reading import MOST_PROBLEMS, read_ballots, read_views
from tests.handmade import people, script

HEADER = ",".join(BALLOT_COLUMNS)
GOOD = (
    "7QK2M3XD9ABCDEFG,2026-05-01T08:00:00.123+08:00,3;7,tag,wechat,203.0.113.7,4134,mobile,内蒙古,鄂尔多斯,"
    "UA,android,8.0.49,12.5,8.25,4,950,share,tok,,1,0,1,"
)


def written(folder: Path, text: str, name: str = "ballots.csv") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def problems_in(folder: Path, text: str) -> list[tuple[int | None, str, str]]:
    reading = read_ballots(written(folder, text))
    assert (reading.table is None) == bool(reading.problems)
    return [(problem.row, problem.column, problem.code) for problem in reading.problems]


@pytest.mark.parametrize("name", ["ballots.csv", "ballots.csv.gz"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_a_row_is_read_as_it_stands(tmp_path: Path, name: str, start: str) -> None:
    reading = read_ballots(written(tmp_path, f"{start}{HEADER}\n{GOOD}\n", name))
    assert (reading.problems, reading.warnings) == ((), ())
    table = reading.table
    assert table is not None
    assert table.ballot_id.tolist() == ["7QK2M3XD9ABCDEFG"]
    assert table.cast_at[0] == pytest.approx(
        datetime.fromisoformat("2026-05-01T00:00:00.123Z").timestamp(), abs=1e-6
    )
    assert table.choices.take(np.array([0])) == ["3;7"]
    assert (table.dwell_s[0], table.touches[0], table.challenge_ms[0]) == (8.25, 4, 950)
    assert (int(table.reshared[0]), int(table.returning[0])) == (0, 1)
    assert table.kiosk.is_empty


def test_columns_may_be_missing_and_in_any_order_and_are_named(tmp_path: Path) -> None:
    reading = read_ballots(
        written(tmp_path, "Choices, cast_at ,ballot_id,colour\n1,2026-05-01T00:00:00Z,a,red\n")
    )
    assert reading.table is not None
    assert np.isnan(reading.table.dwell_s).all()
    assert {warning.column for warning in reading.warnings} >= {"ip", "asn", "touches", "kiosk"}
    assert all(warning.code == "not_asked" for warning in reading.warnings)


def test_empty_cells_are_unknown_and_not_zero(tmp_path: Path) -> None:
    reading = read_ballots(
        written(tmp_path, "ballot_id,cast_at,choices,touches,reshared\na,2026-05-01T00:00:00Z,1,,\n")
    )
    assert reading.table is not None
    assert np.isnan(reading.table.touches[0])
    assert reading.table.reshared[0] == -1


def test_every_problem_is_named_at_once_by_row_and_column(tmp_path: Path) -> None:
    rows = [
        "ballot_id,cast_at,choices,dwell_s,reshared",
        "a,2026-05-01T00:00:00Z,1,2.5,0",
        "a,2026-05-01T00:00:00Z,1,2.5,0",
        "b,2026-05-01 00:00:00,1,2.5,0",
        "c,yesterday,,fast,maybe",
        "d,2026-05-01T00:00:00Z,1,inf,0",
        ",2026-05-01T00:00:00Z,1,2.5,0",
        "e,2026-05-01T00:00:00Z,1",
        "f,2026-05-01T00:00:00Z,1,2.5,1",
    ]
    assert sorted(problems_in(tmp_path, "\n".join(rows)), key=str) == sorted(
        [
            (3, "ballot_id", "duplicate"),
            (4, "cast_at", "not_a_time"),
            (5, "cast_at", "not_a_time"),
            (5, "choices", "empty"),
            (5, "dwell_s", "not_a_number"),
            (5, "reshared", "not_yes_or_no"),
            (6, "dwell_s", "not_a_number"),
            (7, "ballot_id", "empty"),
            (8, "", "wrong_length"),
        ],
        key=str,
    )


def test_a_missing_column_that_is_needed_is_a_problem(tmp_path: Path) -> None:
    assert problems_in(tmp_path, "ballot_id,dwell_s\na,1\n") == [
        (1, "cast_at", "missing_column"),
        (1, "choices", "missing_column"),
    ]


def test_a_column_twice_is_a_problem(tmp_path: Path) -> None:
    assert problems_in(tmp_path, "ballot_id,cast_at,choices,ip,ip\n") == [(1, "ip", "column_twice")]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("ballots.csv", b"", "no_header"),
        ("ballots.csv", "ballot_id,cast_at,choices\n编号".encode("gb18030"), "not_utf8"),
        ("ballots.csv.gz", b"ballot_id", "not_gzip"),
        ("ballots.csv.gz", gzip.compress(b"ballot_id,cast_at,choices\n" * 99, mtime=0)[:-20], "not_gzip"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert [problem.code for problem in read_ballots(tmp_path / name).problems] == [code]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert [problem.code for problem in read_views(tmp_path / "views.csv").problems] == ["no_file"]


def test_problems_are_capped(tmp_path: Path) -> None:
    rows = "".join(f"{n},never,1\n" for n in range(5000))
    problems = read_ballots(written(tmp_path, "ballot_id,cast_at,choices\n" + rows)).problems
    assert len(problems) == MOST_PROBLEMS + 1
    assert problems[-1].code == "more"


def test_a_header_alone_is_no_ballots(tmp_path: Path) -> None:
    reading = read_ballots(written(tmp_path, HEADER + "\n"))
    assert reading.table is not None
    assert len(reading.table) == 0


def test_a_problem_is_told_in_both_languages() -> None:
    problem = Problem("ballots.csv", 5, "dwell_s", "not_a_number", "fast")
    assert str(problem) == "ballots.csv 第 5 行 dwell_s：不是数字（fast）"
    assert problem.told("en") == "ballots.csv row 5 dwell_s: not a number (fast)"


@pytest.mark.parametrize("name", ["ballots.csv", "ballots.csv.gz"])
def test_what_is_written_reads_back_the_same(tmp_path: Path, name: str) -> None:
    rows = [row | {"voter_tag": "tag", "city": None} for row in people(200)]
    write_ballots(tmp_path / name, rows)
    table = read_ballots(tmp_path / name).table
    assert table is not None
    assert table.ballot_id.tolist() == [row["ballot_id"] for row in rows]
    assert table.cast_at == pytest.approx([row["cast_at"] for row in rows], abs=0.001)
    assert table.user_agent.take(np.arange(200)) == [row["user_agent"] for row in rows]
    assert table.dwell_s.tolist() == [row["dwell_s"] for row in rows]
    assert table.reshared.tolist() == [row["reshared"] for row in rows]


FORMULAS = ["=cmd|' /C calc'!A1", "+1+1", "-2+3", "@SUM(1)", " =1", "＝1", "'=1", "''-1", "'plain", "\t=1"]


def test_no_cell_is_run_by_a_spreadsheet_and_all_read_back_the_same(tmp_path: Path) -> None:
    rows = [row | {"user_agent": text, "kiosk": text, "ballot_id": f"{text}{n}"}
            for n, (row, text) in enumerate(zip(people(10), FORMULAS, strict=True))]  # fmt: skip
    write_ballots(tmp_path / "ballots.csv", rows)
    with (tmp_path / "ballots.csv").open(encoding="utf-8", newline="") as file:
        cells = [row[name] for row in csv.DictReader(file) for name in ("user_agent", "kiosk", "ballot_id")]
    assert {cell[0] for cell in cells} == {"'"}
    table = read_ballots(tmp_path / "ballots.csv").table
    assert table is not None
    for column in (table.user_agent, table.kiosk):
        assert column.take(np.arange(10)) == FORMULAS
    assert table.ballot_id.tolist() == [row["ballot_id"] for row in rows]
    scan_files(tmp_path / "ballots.csv", None, tmp_path / "out")
    with (tmp_path / "out" / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        assert {row["ballot_id"][0] for row in csv.DictReader(file)} == {"'"}


def test_a_column_that_the_format_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="openid"):
        write_ballots(tmp_path / "ballots.csv", [{"ballot_id": "a", "openid": "secret"}])
    assert list(tmp_path.iterdir()) == []


def test_a_scan_of_files_writes_a_verdict_on_every_ballot_and_the_clusters(tmp_path: Path) -> None:
    write_ballots(tmp_path / "ballots.csv.gz", people(2000) + script(100))
    write_views(tmp_path / "views.csv", [{"viewed_at": 1e9, "channel": "wechat", "share_token": "a"}])
    outcome = scan_files(tmp_path / "ballots.csv.gz", tmp_path / "views.csv", tmp_path / "out")
    with (tmp_path / "out" / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["ballot_id"] for row in rows] == outcome.ballot_ids.tolist()
    assert sum(row["verdict"] == "quarantine" for row in rows) == 100
    told = json.loads((tmp_path / "out" / "clusters.json").read_text(encoding="utf-8"))
    assert told["totals"] == {"ballots": 2100, "clean": 2000, "review": 0, "quarantine": 100, "clusters": 1}
    (cluster,) = told["clusters"]
    assert set(cluster["ballots"]) == {row["ballot_id"] for row in rows if row["verdict"] == "quarantine"}
    assert cluster["paragraph"]["blinded"].keys() == cluster["paragraph"]["named"].keys() == {"zh", "en"}


def test_problems_of_both_files_stop_the_scan_together(tmp_path: Path) -> None:
    ballots = written(tmp_path, "ballot_id,cast_at,choices\na,never,1\n")
    views = written(tmp_path, "viewed_at\nnever\n", "views.csv")
    with pytest.raises(EvidenceRefused) as refused:
        scan_files(ballots, views, tmp_path / "out")
    assert [(problem.file, problem.row) for problem in refused.value.problems] == [
        ("ballots.csv", 2),
        ("views.csv", 2),
    ]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59Z", "1999-12-31T23:59:59Z"]
)
def test_a_time_far_from_every_selection_is_a_problem(tmp_path: Path, moment: str) -> None:
    rows = f"ballot_id,cast_at,choices\na,{moment},1\nb,never,1\nc,2026-05-01T00:00:00Z,1\n"
    assert problems_in(tmp_path, rows) == [(2, "cast_at", "far_time"), (3, "cast_at", "not_a_time")]
    views = read_views(written(tmp_path, f"viewed_at\n{moment}\n", "views.csv"))
    assert [problem.code for problem in views.problems] == ["far_time"]


def test_words_are_read_whatever_their_case_and_blanks(tmp_path: Path) -> None:
    rows = (
        "ballot_id,cast_at,choices,network_type,os,entry,channel\n"
        "a,2026-05-01T00:00:00Z,1, Hosting,iOS,QR ,WeChat\nb,2026-05-01T00:00:00Z,1,, ,,\n"
    )
    table = read_ballots(written(tmp_path, rows)).table
    assert table is not None
    both = np.array([0, 1])
    assert table.network_type.take(both) == ["hosting", ""]
    assert (table.os.take(both), table.entry.take(both)) == (["ios", ""], ["qr", ""])
    assert table.channel.where("wechat").tolist() == [True, False]


def test_other_words_choices_and_numbers_are_problems_all_at_once(tmp_path: Path) -> None:
    rows = [
        "ballot_id,cast_at,choices,network_type,dwell_s",
        "a,2026-05-01T00:00:00Z,3;7,hosting,2",
        "b,2026-05-01T00:00:00Z,3;;7,idc,-1",
        "c,2026-05-01T00:00:00Z,0,cloud,x",
        "d,2026-05-01T00:00:00Z,3;x,idc,0",
    ]
    assert sorted(problems_in(tmp_path, "\n".join(rows))) == [
        (3, "choices", "not_choices"),
        (3, "dwell_s", "negative"),
        (3, "network_type", "not_a_word"),
        (4, "choices", "not_choices"),
        (4, "dwell_s", "not_a_number"),
        (4, "network_type", "not_a_word"),
        (5, "choices", "not_choices"),
        (5, "network_type", "not_a_word"),
    ]
    told = {problem.told("en") for problem in read_ballots(tmp_path / "ballots.csv").problems}
    assert (
        "ballots.csv row 4 network_type: must be mobile, broadband, office, hosting, overseas or empty (cloud)"
        in told
    )
