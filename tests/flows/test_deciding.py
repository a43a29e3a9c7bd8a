"""Officials decide on ballots at the command line, and voters, readers and programs see what came of it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, event

from tests.committee import CONFIRMER, PROPOSER, REASON, cast_ballots, decide, recorded, standings, undo
from tests.live import PATIENCE_S
from tests.oracle import check_books
from tests.stage import Stage
from voting_service.ballots import set_aside
from voting_service.ballots.ballot_id import tracking_code
from voting_service.commands import make_cli


def run(stage: Stage, *arguments: str) -> Result:
    return CliRunner().invoke(make_cli(lambda: stage.service), list(arguments), catch_exceptions=False)


def counts(stage: Stage) -> dict[str, Any]:
    """As a process sees them that has not looked before."""
    found: dict[str, Any] = Stage(stage.service).client().get("/api/v1/campaigns/test/counts").get_json()
    return found


# ---- what voters and readers see


def test_a_receipt_tells_why_its_ballot_is_not_counted(stage_on: Stage) -> None:
    stage_on.campaign()
    voter = stage_on.voter()
    code = voter.vote([1]).get_json()["receipt"]["tracking_code"]
    ballot = code.replace("-", "")
    stage_on.record()

    def told() -> tuple[str, str | None, str | None]:
        state = voter.receipt(code)
        return state["standing"], state["reason"], state["decision"]

    assert told() == ("counted", None, None)
    decide(stage_on, "voided", [ballot])
    assert told() == ("voided", REASON, "D-0001")
    page = voter.get(f"/r/{code}").text
    assert "这张选票已作废" in page
    assert REASON in page
    assert "决定 D-0001" in page
    undo(stage_on, 1)
    assert told() == ("counted", None, None)
    assert REASON not in voter.get(f"/r/{code}").text
    decide(stage_on, "held", [ballot])
    assert told() == ("held", REASON, "D-0003")


def test_a_ballot_that_only_the_gate_holds_has_a_standing_sentence(stage: Stage) -> None:
    stage.campaign()
    code = tracking_code(cast_ballots(stage, 1, held=True)[0])
    for stage_of_ballot in ("cast", "published"):
        state = stage.voter().receipt(code)
        assert (state["stage"], state["standing"], state["decision"]) == (stage_of_ballot, "held", None)
        assert "评审委员会复核" in state["reason"]
        assert "评审委员会复核" in stage.client().get(f"/r/{code}").text
        stage.record()


def test_ranking_and_api_show_held_and_voided_beside_the_counts(stage_on: Stage) -> None:
    stage_on.campaign(candidates=3)
    bought = recorded(stage_on, 3, (1, 2))
    recorded(stage_on, 2, (2,), held=True)
    decide(stage_on, "voided", bought[:2])
    found = counts(stage_on)
    assert (found["counts"], found["ballots"]) == ({"1": 1, "2": 1, "3": 0}, 1)
    assert (found["held"], found["voided"]) == ({"1": 0, "2": 2, "3": 0}, {"1": 2, "2": 2, "3": 0})
    assert (found["ballots_held"], found["ballots_voided"]) == (2, 2)
    page = stage_on.client().get("/c/test/ranking").text
    assert page.count("rank__aside") == 2
    assert "待核 2 · 作废 2" in page
    assert "票作废，不罚人" in page
    assert "待核 2 张，作废 2 张" in page


def test_a_warm_page_asks_no_sql_and_a_decision_is_seen_at_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Never too old by the clock, however slow the machine: the decision itself must renew the figures.
    monkeypatch.setattr(set_aside, "FRESH_S", 3600.0)
    stage.campaign()
    ballots = recorded(stage, 4)
    client, statements = stage.client(), list[str]()

    def note(_c: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if "ledger_entries" in statement:
            statements.append(statement)

    assert "作废 0 张" in client.get("/c/test/ranking").text
    event.listen(stage.service.database.engine, "before_cursor_execute", note)
    try:
        time.sleep(1.1)  # past the second for which live counts are kept: the box is asked, the ledger is not
        assert client.get("/c/test/ranking").status_code == 200
        assert statements == []
    finally:
        event.remove(stage.service.database.engine, "before_cursor_execute", note)
    decide(stage, "voided", ballots[:3])
    deadline = time.monotonic() + PATIENCE_S
    while "作废 3 张" not in client.get("/c/test/ranking").text:
        assert time.monotonic() < deadline
        time.sleep(0.1)


# ---- what officials type


def ballots_file(tmp_path: Path, ballots: list[str]) -> str:
    file = tmp_path / "ballots.txt"
    file.write_text("ballot_id\n" + "\n".join(ballots) + "\n\n", encoding="utf-8")
    return str(file)


def test_propose_preview_confirm_undo_at_the_command_line(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(candidates=3)
    bought = recorded(stage, 3, (2,))
    recorded(stage, 2, (3,))
    proposed = run(
        stage, "decisions", "propose", "test", "--void", "--ballots", ballots_file(tmp_path, bought),
        "--reason", REASON, "--by", PROPOSER,
    )  # fmt: skip
    assert (proposed.exit_code, proposed.stdout) == (0, "D-0001\n")
    assert "decisions confirm test D-0001" in proposed.stderr

    blind = run(stage, "decisions", "preview", "test", "D-0001")
    assert blind.exit_code == 0
    assert "候选人2" not in blind.stdout, "the candidate's name is hidden"
    assert "\t3\t0\t1\t2" in blind.stdout
    assert blind.stdout.splitlines()[1].startswith("候选人")
    row = json.loads(run(stage, "decisions", "preview", "test", "1", "--json").stdout)["candidates"][0]
    assert set(row) == {"candidate", "count_before", "count_after", "rank_before", "rank_after"}
    shown = run(stage, "decisions", "preview", "test", "1", "--show-candidates")
    assert "2 候选人2\t3\t0\t1\t2" in shown.stdout
    assert "计入：5 → 2 张" in shown.stderr

    own = run(stage, "decisions", "confirm", "test", "1", "--by", f" {PROPOSER} ")
    assert (own.exit_code, own.stdout) == (1, "")
    assert "两个人" in own.stderr
    assert run(stage, "decisions", "confirm", "test", "1", "--by", CONFIRMER).exit_code == 0
    assert sum(standing == "voided" for standing in standings(stage).values()) == 3
    again = run(stage, "decisions", "undo", "test", "1", "--by", PROPOSER, "--reason", "复核有误")
    assert again.stdout == "D-0002\n"
    assert run(stage, "decisions", "withdraw", "test", "2", "--by", CONFIRMER).exit_code == 0
    listed = json.loads(run(stage, "decisions", "list", "test", "--json").stdout)
    assert [(d["decision"], d["state"], d["ballots"], d["undoes"]) for d in listed] == [
        ("D-0001", "confirmed", 3, None), ("D-0002", "withdrawn", 3, "D-0001"),
    ]  # fmt: skip
    assert "已生效" in run(stage, "decisions", "list", "test").stdout
    check_books(stage)


def test_a_cluster_of_the_scan_is_proposed_by_its_id(stage: Stage, tmp_path: Path) -> None:
    stage.campaign()
    ballots = recorded(stage, 3)
    clusters = tmp_path / "clusters.json"
    found = [
        {"id": "C1", "ballots": ballots[:1], "finding": "review", "paragraph": "…"},
        {"id": "C2", "ballots": ballots[1:], "finding": "quarantine", "paragraph": "…"},
    ]
    clusters.write_text(json.dumps({"clusters": found}), encoding="utf-8")

    def propose(cluster: str) -> Result:
        return run(
            stage, "decisions", "propose", "test", "--hold", "--cluster", cluster,
            "--reason", REASON, "--by", PROPOSER,
        )  # fmt: skip

    assert propose(f"{clusters}:C2").exit_code == 0
    (listed,) = json.loads(run(stage, "decisions", "list", "test", "--json").stdout)
    assert (listed["kind"], listed["ballots"], listed["origin"]) == ("held", 2, "cluster C2")
    missing = propose(f"{clusters}:C9")
    assert (missing.exit_code, "C1、C2" in missing.stderr) == (1, True)
    assert propose("C2").exit_code == 1
    clusters.write_text("[]", encoding="utf-8")
    assert propose(f"{clusters}:C2").exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["propose", "test", "--reason", "x", "--by", "y", "--ballots", __file__],
        ["propose", "test", "--void", "--reason", "x", "--by", "y"],
        ["propose", "test", "--void", "--by", "y", "--ballots", __file__],
        ["confirm", "test", "1"],
        ["confirm", "test", "one", "--by", "y"],
    ],
)
def test_what_is_typed_wrong_is_a_usage_error(stage: Stage, arguments: list[str]) -> None:
    outcome = run(stage, "decisions", *arguments)
    assert (outcome.exit_code, outcome.stdout) == (2, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["confirm", "test", "7", "--by", "y"],
        ["preview", "test", "7"],
        ["withdraw", "test", "7", "--by", "y"],
        ["undo", "test", "7", "--by", "y", "--reason", "x"],
        ["list", "none"],
    ],
)
def test_what_does_not_exist_is_a_sentence_and_status_1(stage: Stage, arguments: list[str]) -> None:
    stage.campaign()
    outcome = run(stage, "decisions", *arguments)
    assert (outcome.exit_code, outcome.stdout) == (1, "")
    assert "没有" in outcome.stderr


def test_a_file_of_verdicts_is_not_taken_for_a_list_of_ballots(stage: Stage, tmp_path: Path) -> None:
    stage.campaign()
    ballots = recorded(stage, 2)
    file = ballots_file(tmp_path, [f"{ballot},clean" for ballot in ballots])
    outcome = run(
        stage, "decisions", "propose", "test", "--void", "--ballots", file, "--reason", "x", "--by", "y"
    )
    assert outcome.exit_code == 1
    assert outcome.stderr.count("不是选票编号") == 2
