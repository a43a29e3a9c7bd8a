"""After closing: a seed that is public, a draw that a stranger repeats, a worksheet, an outcome that the log vouches for."""

from __future__ import annotations

import csv
import io
import json
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from tests.committee import CONFIRMER, PROPOSER, decide, recorded
from tests.flows.test_deciding import run
from tests.oracle import check_books
from tests.stage import Stage
from voting_service.tally.publication import publish_due
from voting_service.tally.sample.models import SampleAudit
from voting_service.transparency import entries
from voting_service.transparency.merkle import leaf_hash, root_hash

SIZE = 20


def close(stage: Stage) -> None:
    stage.service.box.seal("test", early=True)
    stage.record()


def public_entries(stage: Stage) -> list[bytes]:
    """The log as a stranger reads it."""
    client = stage.client()
    size = int(client.get("/log/test/checkpoint").text.split("\n")[1])
    bundle = client.get(f"/log/test/tile/entries/000.p/{size}")
    assert bundle.status_code == 200
    return entries.unbundle(bundle.data)


def a_strangers_draw(log: list[bytes], size: int, dice: str = "") -> list[str]:
    """The draw of docs/sample-audit.md, by nothing but the log."""
    parsed = [json.loads(entry) for entry in log]
    closing = next(i for i, entry in enumerate(parsed) if entry["type"] == "closed")
    seed = root_hash([leaf_hash(entry) for entry in log[: closing + 1]]).hex() + (f"-{dice}" if dice else "")
    ballots = [entry["ballot"] for entry in parsed if entry["type"] == "ballot"]
    return sorted(ballots, key=lambda ballot: sha256(f"{seed}:{ballot}".encode()).hexdigest())[:size]


def fill(sheet: bytes, verdicts: list[str], examiner: str = "赵敏") -> bytes:
    """The worksheet as the committee fills it."""
    rows = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    for row, verdict in zip(rows, verdicts, strict=True):
        writer.writerow(row | {"verdict": verdict, "examiner": examiner, "note": "=1+1"})
    return out.getvalue().encode()


def test_from_seed_to_outcome(stage_on: Stage, tmp_path: Path) -> None:
    stage_on.campaign()
    ballots = recorded(stage_on, 60, (1, 2))
    assert run(stage_on, "fraud", "sample", "seed", "test").exit_code == 1, (
        "before the close there is no seed"
    )
    too_soon = run(stage_on, "fraud", "sample", "draw", "test", "--size", "5", "--by", PROPOSER)
    assert (too_soon.exit_code, "还没有结束" in too_soon.stderr) == (1, True)
    decide(stage_on, "voided", ballots[:5])
    close(stage_on)
    seed = run(stage_on, "fraud", "sample", "seed", "test").stdout.strip()
    page = Stage(stage_on.service).client().get("/c/test/verify").text
    assert seed in page, "the seed is public before the draw"
    decide(stage_on, "voided", ballots[5:10])
    assert run(stage_on, "fraud", "sample", "seed", "test").stdout.strip() == seed, (
        "nothing that follows changes it"
    )

    drawn = run(
        stage_on,
        "fraud",
        "sample",
        "draw",
        "test",
        "--size",
        str(SIZE),
        "--dice",
        "3 5 1",
        "--by",
        PROPOSER,
        "--json",
    )
    assert drawn.exit_code == 0, drawn.stderr
    sample = json.loads(drawn.stdout)
    assert (sample["seed"], sample["audit"]) == (f"{seed}-351", 1)
    assert sample["ballots"] == a_strangers_draw(public_entries(stage_on), SIZE, "351")

    file = tmp_path / "sheet.csv"
    assert run(stage_on, "fraud", "sample", "worksheet", "test", "--out", str(file)).exit_code == 0
    unfilled = run(stage_on, "fraud", "sample", "record", "test", str(file), "--by", PROPOSER)
    assert (unfilled.exit_code, unfilled.stderr.count("sheet.csv 第 ")) == (1, 2 * SIZE)
    too_early = run(stage_on, "fraud", "sample", "confirm", "test", "--by", CONFIRMER)
    assert (too_early.exit_code, "还没有登记" in too_early.stderr) == (1, True)
    file.write_bytes(fill(file.read_bytes(), ["bad", "doubtful"] + ["ok"] * (SIZE - 2)))
    recorded_now = run(stage_on, "fraud", "sample", "record", "test", str(file), "--by", PROPOSER, "--json")
    assert recorded_now.exit_code == 0, recorded_now.stderr
    assert stage_on.client().get("/log/test/sample-audit-1.json").status_code == 404, "not public yet"
    own = run(stage_on, "fraud", "sample", "confirm", "test", "--by", f"{PROPOSER} ")
    assert (own.exit_code, "两个人" in own.stderr) == (1, True)
    confirmed = run(stage_on, "fraud", "sample", "confirm", "test", "--by", CONFIRMER)
    assert confirmed.exit_code == 0, confirmed.stderr

    published = stage_on.client().get("/log/test/sample-audit-1.json")
    outcome = json.loads(published.data)
    assert entries.canonical_json(outcome) == published.data
    assert outcome["found"] == {"bad": 1, "doubtful": 1, "ok": SIZE - 2}
    assert outcome["bad_share"] == {
        "bad": 1, "of": SIZE, "lower": "0.001265", "upper": "0.248733", "confidence": "0.95",
    }  # fmt: skip
    assert [one["ballot"] for one in outcome["sample"]] == sample["ballots"]
    assert outcome["closed_size"] == 63
    for name in (PROPOSER, CONFIRMER, "赵敏"):
        assert name not in published.text
    last = json.loads(public_entries(stage_on)[-1])
    assert (last["type"], last["id"]) == ("notice", "sample-audit-1")
    assert last["sha256"] == sha256(published.data).hexdigest()
    page = Stage(stage_on.service).client().get("/c/test/verify").text
    assert 'href="/log/test/sample-audit-1.json"' in page
    check_books(stage_on)
    for again in (
        ["record", "test", str(file), "--by", PROPOSER],
        ["confirm", "test", "--by", CONFIRMER],
    ):
        refused = run(stage_on, "fraud", "sample", *again)
        assert (refused.exit_code, "不能再改" in refused.stderr) == (1, True)


def test_a_log_with_an_outcome_recounts(stage: Stage, tmp_path: Path) -> None:
    from tests.contract.test_decisions import recount

    stage.campaign()
    recorded(stage, 12)
    close(stage)
    archives = stage.service.settings.data_dir / "archives"
    publish_due(stage.service.recorder_stores, archives)
    before = recount(archives / "test.zip")["size"]
    run(stage, "fraud", "sample", "draw", "test", "--size", "3", "--by", PROPOSER)
    sheet = run(stage, "fraud", "sample", "worksheet", "test").stdout_bytes
    file = tmp_path / "sheet.csv"
    file.write_bytes(fill(sheet, ["ok"] * 3))
    assert run(stage, "fraud", "sample", "record", "test", str(file), "--by", PROPOSER).exit_code == 0
    assert run(stage, "fraud", "sample", "confirm", "test", "--by", CONFIRMER).exit_code == 0
    publish_due(stage.service.recorder_stores, archives)
    assert recount(archives / "test.zip")["size"] == before + 2, "the archive has both notices"


def test_a_draw_stands_in_the_log_before_anything_is_found(stage: Stage) -> None:
    """Whoever draws until they like what they see leaves every draw behind."""
    stage.campaign()
    recorded(stage, 5)
    close(stage)
    for dice in ("1", "2"):
        run(stage, "fraud", "sample", "draw", "test", "--size", "2", "--dice", dice, "--by", PROPOSER)
    notices = [entry for raw in public_entries(stage) if (entry := json.loads(raw))["type"] == "notice"]
    assert [notice["id"] for notice in notices] == ["sample-draw-1", "sample-draw-2"]
    for notice in notices:
        document = stage.client().get(f"/log/test/{notice['id']}.json")
        assert sha256(document.data).hexdigest() == notice["sha256"]
        drawn = json.loads(document.data)
        assert drawn["size"] == 2
        assert drawn["seed"].endswith(f"-{drawn['dice']}")
    assert stage.client().get("/log/test/sample-draw-3.json").status_code == 404


def test_a_draw_is_numbered_and_too_many_ballots_are_refused(stage: Stage) -> None:
    stage.campaign()
    recorded(stage, 5)
    close(stage)
    assert run(stage, "fraud", "sample", "worksheet", "test").exit_code == 1, "nothing drawn yet"
    wrong = run(stage, "fraud", "sample", "draw", "test", "--size", "6", "--dice", "x", "--by", " ")
    assert wrong.exit_code == 1
    for where in ("--by", "--dice", "--size：抽取张数应在 1 到 5 之间"):
        assert where in wrong.stderr
    for number in (1, 2):
        outcome = run(stage, "fraud", "sample", "draw", "test", "--size", "2", "--by", PROPOSER, "--json")
        assert json.loads(outcome.stdout)["audit"] == number
    assert run(stage, "fraud", "sample", "worksheet", "test", "--audit", "3").exit_code == 1


def test_the_database_itself_wants_two_people_and_a_whole_outcome(stage_on: Stage) -> None:
    stage_on.campaign()
    recorded(stage_on, 2)
    close(stage_on)
    run(stage_on, "fraud", "sample", "draw", "test", "--size", "1", "--by", PROPOSER)
    now = stage_on.service.clock.now()
    whole = {
        "document": b"{}", "document_sha256": "0", "recorded_by": "a", "recorded_by_key": "a", "recorded_at": now,
        "confirmed_by": "b", "confirmed_by_key": "b", "confirmed_at": now,
    }  # fmt: skip
    for wrong in (
        {"confirmed_by_key": "a"}, {"document": None}, {"recorded_by": None}, {"confirmed_by": None}, {"sample_size": 0},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
            session.execute(update(SampleAudit).values(**(whole | wrong)))
