"""The tally for programs and on the desk, and whatever can be taken away: one document, bound to a checkpoint."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from tests.committee import decide, recorded
from tests.desk import Desk
from tests.programs import Program
from tests.stage import Stage
from voting_service.activity import JournalEntry
from voting_service.candidates.models import Candidate
from voting_service.commands import make_cli
from voting_service.tally import desk_routes
from voting_service.transparency.checkpoint import Checkpoint
from voting_service.transparency.models import Log
from voting_service.transparency.notes import VerifierKey

AT = "/api/v1/campaigns/test/tally"
DESK = "/desk/campaigns/test"


@pytest.fixture
def voted(stage: Stage) -> Stage:
    """Six candidates; four ballots for 1 and 2 of which one is voided, and two for 2 that the gate held."""
    stage.campaign()
    bought = recorded(stage, 4, (1, 2))
    recorded(stage, 2, (2,), held=True)
    decide(stage, "voided", bought[:1])
    stage.prepare()
    return stage


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_program_reads_the_tally_with_the_checkpoint_it_is_of(voted: Stage) -> None:
    answer = Program(voted).get(AT)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    told = answer.get_json()
    assert told["ballots"] == {"counted": 3, "held": 2, "voided": 1}
    assert told["by_candidate"]["1"] == {"counted": 3, "held": 0, "voided": 1}
    assert told["by_candidate"]["2"] == {"counted": 3, "held": 2, "voided": 1}
    assert told["by_candidate"]["6"] == {"counted": 0, "held": 0, "voided": 0}
    assert told["by_channel"] == {"browser": told["ballots"]}
    assert [sum(by[one] for by in told["by_day"].values()) for one in ("counted", "held", "voided")] == [
        3,
        2,
        1,
    ]
    assert told["certification"] is None
    with voted.service.database.read() as session:
        public_log = session.scalars(select(Log)).one()
    # The note is signed by the log's own key, and says what stands beside it.
    signed = Checkpoint.parse(VerifierKey.parse(told["log"]["verifier_key"]).verify(told["checkpoint"]))
    assert (signed.origin, signed.size, signed.root_hash.hex()) == (
        told["log"]["origin"], told["log"]["size"], told["log"]["root_hash"],
    )  # fmt: skip
    assert signed.size == public_log.signed_size
    assert "voter" not in answer.text


def test_it_is_not_sent_twice(voted: Stage) -> None:
    program = Program(voted)
    tags = set()
    for kind in ("json", "csv", "xlsx"):
        answer = program.get(f"{AT}?format={kind}")
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Accept"} <= set(answer.vary)
        tags.add(answer.headers["ETag"])
        again = program.get(f"{AT}?format={kind}", If_None_Match=answer.headers["ETag"])
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])
    assert len(tags) == 3
    old = program.get(AT).headers["ETag"]
    recorded(voted, 1)
    voted.prepare()
    assert program.get(AT, If_None_Match=old).status_code == 200


@pytest.mark.parametrize(
    ("query", "accept", "status", "kind"),
    [
        ("", "*/*", 200, "application/json"),
        ("", "text/csv", 200, "text/csv"),
        ("", "text/csv;q=0.5, application/json;q=0.4", 200, "text/csv"),
        ("?format=csv", "application/json", 200, "text/csv"),
        ("", "image/png", 406, "application/problem+json"),
        ("?format=pdf", "*/*", 400, "application/problem+json"),
        ("?format=", "*/*", 400, "application/problem+json"),
        ("?format=JSON", "*/*", 400, "application/problem+json"),
    ],
)
def test_formats(voted: Stage, query: str, accept: str, status: int, kind: str) -> None:
    answer = Program(voted).get(AT + query, Accept=accept)
    assert (answer.status_code, answer.mimetype) == (status, kind)


def test_csv_and_book_say_the_same(voted: Stage) -> None:
    program = Program(voted)
    told = program.get(AT).get_json()
    rows = table(program.get(f"{AT}?format=csv").data)
    by_key = {row["key"]: row for row in rows if row["by"] == "candidate"}
    assert (by_key["2"]["name"], by_key["2"]["counted"], by_key["2"]["held"]) == ("候选人2", "3", "2")
    assert {row["key"]: row["name"] for row in rows if row["by"] == "log"} == {
        name: str(value) for name, value in told["log"].items()
    }
    assert {row["by"] for row in rows} == {"ballots", "candidate", "day", "channel", "log"}
    book = openpyxl.load_workbook(io.BytesIO(program.get(f"{AT}?format=xlsx").data))
    assert book.sheetnames == ["说明", "按候选人", "按日期", "按渠道"]
    sheet = [[cell.value for cell in row] for row in book["按候选人"]]
    assert sheet[1][:2] + sheet[1][5:] == [1, "候选人1", 3, 0, 1]
    assert dict(row[:2] for row in book["说明"].values)["检查点"] == told["checkpoint"]


def test_before_figures_are_ready_it_says_so(stage: Stage) -> None:
    stage.draft()
    answer = Program(stage).get(AT)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert Program(stage, "no-such").get("/api/v1/campaigns/no-such/tally").status_code == 404


def test_nobody_reads_it_without_a_token_for_it(voted: Stage) -> None:
    assert voted.client().get(AT).status_code == 401
    assert Program(voted, "other").get(AT).status_code == 403
    assert Desk(voted, "李伟", "committee").get(AT).status_code == 401


def test_api_desk_and_command_give_the_same_document(voted: Stage, tmp_path: Path) -> None:
    told = Program(voted).get(AT).get_json()
    on_desk = Desk(voted, "李伟", "committee").get(f"{DESK}/tally.json").get_json()
    book = tmp_path / "tally.xlsx"

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(
            make_cli(lambda: voted.service), ["tally", "test", *arguments], catch_exceptions=False
        )
        assert done.exit_code == 0
        return done.stdout

    counted = json.loads(run("--json", "--xlsx", str(book)))
    assert on_desk == told
    assert {**counted, "computed_at": ""} == {**told, "computed_at": ""}
    assert openpyxl.load_workbook(book).sheetnames[1] == "按候选人"
    assert table(run("--csv").encode()) == table(Program(voted).get(f"{AT}?format=csv").data)


def test_the_desks_page_shows_it_and_how_to_recount(voted: Stage) -> None:
    for role in ("operator", "committee", "supervisor"):
        page = Desk(voted, f"某{role}", role).get(f"{DESK}/tally")
        assert "tools/recount.py" in page.text
        assert "未认定" in page.text
        assert 'href="/desk/campaigns/test/tally.xlsx"' in page.text
    assert Desk(voted, "handler", "handler").get(f"{DESK}/tally").status_code == 403
    assert Desk(voted, "elsewhere", "committee", slug="other").get(f"{DESK}/tally.csv").status_code == 403
    assert Desk(voted, "third", "committee").get(f"{DESK}/tally.pdf").status_code == 404


def test_the_desks_page_before_there_is_anything(stage: Stage) -> None:
    stage.draft()
    desk = Desk(stage, "李伟", "committee")
    assert "投票还没有开始" in desk.text(f"{DESK}/tally")
    assert "候选名单" in desk.text(f"{DESK}/exports")


# ---- exports


def test_evidence_is_taken_by_the_committee_alone_and_journaled(voted: Stage) -> None:
    voted.voter().vote([3])
    voted.record()
    desk, operator = Desk(voted, "李伟", "committee"), Desk(voted, "王芳", "operator")
    page = desk.text(f"{DESK}/exports")
    assert "网络地址" in page
    assert "证据文件" not in operator.text(f"{DESK}/exports")
    assert (
        operator.post(f"{DESK}/exports/evidence", file="ballots.csv.gz", confirmed="yes").status_code == 403
    )
    assert desk.get(f"{DESK}/exports/evidence").status_code == 405
    assert desk.post(f"{DESK}/exports/evidence", file="ballots.csv.gz").status_code == 422
    assert desk.post(f"{DESK}/exports/evidence", file="../secret", confirmed="yes").status_code == 422
    for name, columns in (("ballots.csv.gz", "ballot_id,cast_at"), ("views.csv.gz", "viewed_at,channel")):
        answer = desk.post(f"{DESK}/exports/evidence", file=name, confirmed="yes")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="test-{name}"'
        assert answer.headers["Cache-Control"] == "no-store"
        assert gzip.decompress(answer.data).decode().startswith(columns)
        answer.close()
    with voted.service.database.read() as session:
        found = session.execute(
            select(JournalEntry.actor, JournalEntry.details).where(JournalEntry.act == "export_evidence")
        ).all()
    assert [(actor, json.loads(details)["file"]) for actor, details in found] == [
        ("李伟", "ballots.csv.gz"),
        ("李伟", "views.csv.gz"),
    ]


def test_one_evidence_file_at_a_time_and_the_next_after_it(voted: Stage) -> None:
    desk = Desk(voted, "李伟", "committee")
    asked: Any = {"file": "ballots.csv.gz", "confirmed": "yes"}
    with desk_routes._exporting:
        assert desk.post(f"{DESK}/exports/evidence", **asked).status_code == 503
    for _time in range(2):
        answer = desk.post(f"{DESK}/exports/evidence", **asked)
        assert answer.status_code == 200
        answer.close()
    assert desk.post(f"{DESK}/exports/evidence", file="none", confirmed="yes").status_code == 422
    assert not desk_routes._exporting.locked()


def test_candidates_and_decisions_are_tables(voted: Stage) -> None:
    desk = Desk(voted, "钱进", "supervisor")
    with voted.service.database.write() as session:
        person = session.scalars(select(Candidate).where(Candidate.number == 1)).one()
        person.birth_date, person.gender = "1988-02-03", "女"
    candidates = desk.get(f"{DESK}/exports/candidates.csv").data.decode("utf-8-sig")
    assert "候选人1" in candidates
    assert "1988" not in candidates
    (decision,) = table(desk.get(f"{DESK}/exports/decisions.csv").data)
    assert (decision["编号"], decision["选票"], decision["提出人"], decision["确认人"]) == (
        "D-0001", "1", "王芳", "李伟",
    )  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(desk.get(f"{DESK}/exports/decisions.xlsx").data))
    assert book.active["A2"].value == "D-0001"
    for name in ("decisions.pdf", "secrets.csv", "candidates.json"):
        assert desk.get(f"{DESK}/exports/{name}").status_code == 404
