"""A cluster at the desk: the evidence first, a judgement, and only then whom it is about; and asking the watch for a scan."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from anti_fraud.scan import scan_files, write_ballots
from tests.committee import decide, recorded
from tests.desk import Desk
from tests.handmade import people, script
from tests.stage import ClockInHand, Stage, make_service
from voting_service.activity import JournalEntry
from voting_service.candidates.models import Candidate
from voting_service.evidence.models import EvidenceDeletion
from voting_service.ledger import LedgerEntry
from voting_service.scanning.live import last_run
from voting_service.scanning.models import ScanCluster, ScanRequest, ScanRun
from voting_service.scanning.watch import EVERY

AT = "/desk/campaigns/test/clusters"
NAME = "0123456789"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A cluster as a scan describes it."""
    folder = tmp_path_factory.mktemp("scan")
    write_ballots(folder / "ballots.csv", people(2000) + script(100))
    (cluster,) = scan_files(folder / "ballots.csv", None, folder / "out").as_dict()["clusters"]
    return cluster


@pytest.fixture
def stage(tmp_path: Path, redis_url: str) -> Any:
    """A stage whose clock is in hand."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand()))
    stage.campaign(candidates=9)
    yield stage
    stage.strike()


def keep(stage: Stage, found: dict[str, Any], ballots: list[str]) -> None:
    """As the latest scan of this campaign: the same cluster, of ballots that are here."""
    sample = [{**row, "ballot_id": ballots[0]} for row in found["sample"]]
    plain = {**found, "id": NAME, "ballots": ballots, "sample": sample}
    service = stage.service
    with service.database.write() as session:
        campaign_id = session.scalars(select(LedgerEntry.campaign_id)).first()
        run = ScanRun(
            campaign_id=campaign_id, at=service.clock.now(), up_to_seq=len(ballots), ballots=len(ballots), review=0,
            quarantine=len(ballots), clusters=1, silent="province views", parameters_json="{}", networks="",
        )  # fmt: skip
        session.add(run)
        session.flush()
        sealed = service.keyring.seal(json.dumps(plain).encode(), f"scan_clusters.sealed.test.{NAME}")
        session.add(
            ScanCluster(campaign_id=campaign_id, cluster=NAME, run_id=run.id, finding=found["finding"],
                        ballots=len(ballots), sealed=sealed)
        )  # fmt: skip


@pytest.fixture
def scanned(stage: Stage, found: dict[str, Any]) -> Stage:
    keep(stage, found, recorded(stage, 3, (1,)))
    return stage


def words_of(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page)


def acts(stage: Stage) -> list[tuple[str, str, dict[str, Any]]]:
    wanted = ("judge_blind", "reveal_candidates", "ask_for_scan")
    with stage.service.database.read() as session:
        rows = session.execute(
            select(JournalEntry.act, JournalEntry.actor, JournalEntry.details)
            .where(JournalEntry.act.in_(wanted))
            .order_by(JournalEntry.id)
        )
        return [(act, actor, json.loads(details)) for act, actor, details in rows]


def test_the_list_says_what_was_scanned_and_found(scanned: Stage) -> None:
    desk = Desk(scanned, "李伟", "committee")
    page = desk.text(AT)
    for told in (NAME, "建议隔离", "3 张", "省份、没有投票的浏览"):
        assert told in page
    assert "候选人1" not in page


def test_evidence_is_shown_first_and_nobody_it_helped(scanned: Stage, found: dict[str, Any]) -> None:
    desk = Desk(scanned, "李伟", "committee")
    answer = desk.get(f"{AT}/{NAME}").text
    page = words_of(answer)
    for told in (
        "候选人甲",
        "共用地址最多的一处",
        "从打开选票到投出" if "1.2" in str(found) else "选票",
        "自称自相矛盾",
    ):
        assert told in page
    assert not re.search(r"\d 号", page)
    assert "所选" not in page
    # Neither an address, nor its block, nor what the device says of itself.
    for row in found["sample"]:
        assert row["block"] not in answer
        assert row["user_agent"] not in answer
    assert not re.search(r"\d+\.\d+\.\d+\.\d+", answer)


def test_who_has_judged_sees_candidates_and_the_others_judgements(scanned: Stage) -> None:
    first, second = Desk(scanned, "李伟", "committee"), Desk(scanned, "赵敏", "operator")
    answer = first.post(f"{AT}/{NAME}/judge", word="one_hand", note=f"点按都是 0 {SCRIPT}")
    assert answer.headers["Location"] == f"{AT}/{NAME}?done=judged"
    page = first.get(f"{AT}/{NAME}").text
    assert " 号" in words_of(page)
    assert "看过候选人之后" not in page
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page
    # Nobody follows another.
    assert "李伟" not in second.text(f"{AT}/{NAME}")
    second.post(f"{AT}/{NAME}/reveal")
    assert "李伟" in second.text(f"{AT}/{NAME}")
    second.post(f"{AT}/{NAME}/judge", word="unsure", note="")
    assert "看过候选人之后" in first.text(f"{AT}/{NAME}")
    assert acts(scanned) == [
        ("judge_blind", "李伟", {"about": f"cluster {NAME}", "word": "one_hand"}),
        ("reveal_candidates", "赵敏", {"about": f"cluster {NAME}", "judged_before": False}),
        ("judge_blind", "赵敏", {"about": f"cluster {NAME}", "word": "unsure"}),
    ]


def test_a_judgement_is_one_and_stays(scanned: Stage) -> None:
    desk = Desk(scanned, "李伟", "committee")
    assert desk.post(f"{AT}/{NAME}/judge", word="guilty").status_code == 422
    assert desk.post(f"{AT}/{NAME}/judge", word="people", note="长" * 501).status_code == 422
    assert "不能更改" not in desk.text(f"{AT}/{NAME}").replace("判断不能更改", "")
    assert desk.post(f"{AT}/{NAME}/judge", word="people").status_code == 303
    again = desk.post(f"{AT}/{NAME}/judge", word="one_hand")
    assert again.status_code == 422
    assert "判断不能更改" in again.text
    with pytest.raises(DBAPIError, match="append-only"), scanned.service.database.write() as session:
        session.execute(text("UPDATE blind_reviews SET word = 'one_hand'"))


def test_a_supervisor_sees_all_and_changes_nothing(scanned: Stage) -> None:
    desk = Desk(scanned, "钱进", "supervisor")
    assert " 号" in desk.text(f"{AT}/{NAME}")
    for path in (f"{NAME}/judge", f"{NAME}/reveal", "scan"):
        assert desk.post(f"{AT}/{path}").status_code == 403
    for role in ("handler", "judge", "admin", "reviewer"):
        assert Desk(scanned, role, role).get(AT).status_code == 403
    assert Desk(scanned, "孙立", "committee", slug="other").get(f"{AT}/{NAME}").status_code == 403


def test_a_decision_is_proposed_from_a_cluster(scanned: Stage) -> None:
    desk = Desk(scanned, "王芳", "operator")
    assert "3 张" in desk.text(f"/desk/campaigns/test/decisions/new?cluster={NAME}")
    made = desk.post(
        "/desk/campaigns/test/decisions/new", cluster=NAME, kind="voided", reason="同一机房的脚本投出"
    )
    assert made.status_code == 303
    assert f"来自异常票群 {NAME}" in desk.text("/desk/campaigns/test/decisions/D-0001")
    assert "D-0001" in desk.text(AT)
    assert "由它提出的决定 D-0001" in desk.text(f"{AT}/{NAME}")
    gone = desk.post("/desk/campaigns/test/decisions/new", cluster="none", kind="voided", reason="x")
    assert gone.status_code == 404
    assert desk.get(f"{AT}/none").status_code == 404
    assert desk.post(f"{AT}/none/judge", word="people").status_code == 404
    assert desk.post(f"{AT}/none/reveal").status_code == 404


def test_names_of_candidates_are_text(scanned: Stage) -> None:
    with scanned.service.database.write() as session:
        session.execute(update(Candidate).values(name=SCRIPT))
    page = Desk(scanned, "钱进", "supervisor").get(f"{AT}/{NAME}").text
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


# ---- asking the watch


def test_before_there_is_a_ballot_there_is_nothing_to_scan(stage: Stage) -> None:
    desk = Desk(stage, "李伟", "committee")
    assert "还没有排查过" in desk.text(AT)
    assert "没有什么可以排查" in desk.post(f"{AT}/scan").text


def test_the_watch_scans_when_it_is_asked_to(stage: Stage) -> None:
    clock: Any = stage.service.clock
    ballots = recorded(stage, 3)
    desk, watch = Desk(stage, "李伟", "committee"), stage.service.watch()

    def runs() -> int:
        with stage.service.database.read() as session:
            return len(session.scalars(select(ScanRun.id)).all())

    watch.turn()
    assert runs() == 1
    assert "没有发现异常票群" in desk.text(AT)
    assert "一分钟内刚排查过" in desk.post(f"{AT}/scan").text
    clock.tick(timedelta(minutes=2))
    watch.turn()
    assert runs() == 1  # nothing new
    decide(stage, "voided", ballots[:1])
    assert desk.post(f"{AT}/scan").headers["Location"] == f"{AT}?done=asked"
    page = desk.text(AT)
    assert "李伟于" in page
    assert "现在排查" not in page
    desk.post(f"{AT}/scan")
    watch.turn()
    assert runs() == 2
    with stage.service.database.read() as session:
        run = last_run(session, "test")
        assert run is not None
        assert run.ballots == 2
        assert len(session.scalars(select(ScanRequest)).all()) == 1
    watch.turn()
    assert runs() == 2
    assert "现在排查" in desk.text(AT)
    assert [act for act, *_rest in acts(stage)] == ["ask_for_scan"]


def test_new_ballots_wait_ten_minutes_at_most(stage: Stage) -> None:
    clock: Any = stage.service.clock
    recorded(stage, 1)
    stage.service.watch().turn()
    recorded(stage, 1)
    clock.tick(timedelta(minutes=3))
    page = Desk(stage, "李伟", "committee").text(AT)
    with stage.service.database.read() as session:
        run = last_run(session, "test")
    assert run is not None
    due = (run.at + EVERY).astimezone(stage.service.settings.zone)
    assert f"下一次不晚于 {due.month}月{due.day}日 {due:%H:%M}" in page


def test_after_evidence_is_deleted_it_says_so(scanned: Stage) -> None:
    now = scanned.service.clock.now()
    with scanned.service.database.write() as session:
        campaign_id = session.scalars(select(ScanRun.campaign_id)).one()
        session.add(EvidenceDeletion(campaign_id=campaign_id, deleted_at=now, ballots=3, views=0))
        session.execute(text("DELETE FROM scan_clusters"))
    desk = Desk(scanned, "李伟", "committee")
    page = desk.text(AT)
    assert "证据已按期于" in page
    assert "现在排查" not in page
    clock: Any = scanned.service.clock
    clock.tick(timedelta(minutes=5))
    assert "不能再排查" in desk.post(f"{AT}/scan").text
    assert "证据已按期于" in desk.text("/desk/campaigns/test/exports")
    refused = desk.post("/desk/campaigns/test/exports/evidence", file="ballots.csv.gz", confirmed="yes")
    assert refused.status_code == 422
