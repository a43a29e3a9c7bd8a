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
from werkzeug.test import TestResponse

from anti_fraud.scan import scan_files, write_ballots
from tests.committee import decide, found_cluster, recorded, standings
from tests.desk import Desk
from tests.handmade import people, script
from tests.stage import ClockInHand, Stage, make_service
from voting_service.activity import JournalEntry
from voting_service.ballots.ballot_id import tracking_code
from voting_service.candidates.models import Candidate
from voting_service.evidence.models import EvidenceDeletion
from voting_service.scanning.live import last_run
from voting_service.scanning.models import ScanRequest, ScanRun
from voting_service.scanning.watch import EVERY
from voting_service.tally.blind.reviewing import reveal
from voting_service.tally.decisions.models import Decision

AT = "/desk/campaigns/test/clusters"
DECISIONS = "/desk/campaigns/test/decisions"
NAME = "0123456789"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A cluster as a scan describes it."""
    folder = tmp_path_factory.mktemp("scan")
    write_ballots(folder / "ballots.csv", people(2000) + script(113))
    (cluster,) = scan_files(folder / "ballots.csv", None, folder / "out").as_dict()["clusters"]
    return cluster


@pytest.fixture
def stage(tmp_path: Path, redis_url: str) -> Any:
    """A stage whose clock is in hand."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand()))
    stage.campaign(candidates=9)
    yield stage
    stage.strike()


def keep(stage: Stage, found: dict[str, Any], ballots: list[str], others: int = 0) -> None:
    """As the latest scan of this campaign: the same cluster, of ballots that are here."""
    sample = [{**row, "ballot_id": ballots[0]} for row in found["sample"]]
    found_cluster(stage, {**found, "id": NAME, "ballots": ballots, "sample": sample}, others)


@pytest.fixture
def scanned(stage: Stage, found: dict[str, Any]) -> Stage:
    keep(stage, found, recorded(stage, 3, (1,)))
    return stage


def propose(desk: Desk, **fields: str) -> TestResponse:
    given = {"cluster": NAME, "kind": "voided", "reason": "同一机房的脚本投出"} | fields
    return desk.post("/desk/campaigns/test/decisions/new", **given)


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
    for told in ("先盲评", "不到 10 张", "共用地址最多的一处", "自称自相矛盾", "95% 以上"):
        assert told in page, told
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
    # Nobody follows another, and there is no way to the whole sheet but one's own judgement.
    assert "李伟" not in second.text(f"{AT}/{NAME}")
    assert second.post(f"{AT}/{NAME}/reveal").status_code == 404
    second.post(f"{AT}/{NAME}/judge", word="unsure", note="")
    assert "李伟" in second.text(f"{AT}/{NAME}")
    assert acts(scanned) == [
        ("judge_blind", "李伟", {"about": f"cluster {NAME}", "word": "one_hand"}),
        ("judge_blind", "赵敏", {"about": f"cluster {NAME}", "word": "unsure"}),
    ]


def test_who_looked_before_has_not_judged_blind(scanned: Stage) -> None:
    """Before there was this rule, one could look first; that stays on record, and is no blind judgement."""
    desk = Desk(scanned, "李伟", "committee")
    with scanned.service.database.write() as session:
        reveal(session, "test", f"cluster {NAME}", at=scanned.service.clock.now(), official=desk.official)
    assert " 号" in desk.text(f"{AT}/{NAME}")
    desk.post(f"{AT}/{NAME}/judge", word="one_hand")
    assert "看过候选人之后" in desk.text(f"{AT}/{NAME}")
    assert propose(desk).status_code == 422


# ---- what somebody sees who knows every candidate's count at every minute


def put_whole(stage: Stage, found: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The cluster as it was found, with as many ballots as it was found with."""
    ballots = recorded(stage, len(found["ballots"]), (1,))
    keep(stage, found, ballots, others=2000)
    return found, ballots


def test_the_blind_page_holds_no_figure_that_live_counts_have(stage: Stage, found: dict[str, Any]) -> None:
    whole, ballots = put_whole(stage, found)
    first, second = Desk(stage, "李伟", "committee"), Desk(stage, "赵敏", "committee")
    exact = {len(ballots), whole["figures"]["observed"], *_counts(whole)}
    minutes = {row["cast_at"][11:16] for row in whole["sample"]}
    pages = [first.get(AT).text, first.get(f"{AT}/{NAME}").text]
    for page in map(words_of, pages):
        assert exact & numbers_in(page) == set()
        assert not any(minute in page for minute in minutes)
    # By the public log a tracking code says whom its ballot chose; the board and the ranking say who rose when.
    assert not re.search(r"\d\d:\d\d", words_of(pages[1]))
    main = pages[1][pages[1].index("<main") : pages[1].index("</main>")]
    assert tracking_code(ballots[0]) not in main
    assert ballots[0] not in main
    assert not re.search(r"/(board|ranking|counts|tally|log|decisions|r|verify)\b", main)
    first.post(f"{AT}/{NAME}/judge", word="one_hand")
    assert propose(first).status_code == 303
    # Nor does a proposal say it to whoever has yet to judge: its page, the list, the codes of its ballots.
    at = "/desk/campaigns/test/decisions"
    for page in (second.text(at), second.text(f"{at}/D-0001")):
        assert exact & numbers_in(page) == set()
    assert "先盲评，再看影响" in second.text(f"{at}/D-0001")
    assert tracking_code(ballots[0]) not in second.text(f"{at}/D-0001")
    assert second.get(f"{at}/D-0001/ballots.csv").status_code == 422
    assert "D-0001" not in looked_up(second, ballots[0])
    assert "D-0001" in looked_up(first, ballots[0])
    assert first.get(f"{at}/D-0001/ballots.csv").status_code == 200


def looked_up(desk: Desk, ballot: str) -> str:
    """What the desk says of one ballot, above the list of decisions."""
    page = words_of(desk.post(f"{DECISIONS}/ballot", code=ballot).text)
    return page[page.index(tracking_code(ballot)) : page.index("办到哪一步")]


def numbers_in(page: str) -> set[int]:
    """Whole numbers; a measured ``0.325`` is no count."""
    return {int(number.replace(",", "")) for number in re.findall(r"(?<![\d.])\d[\d,]*(?![\d.])", page)}


def _counts(cluster: dict[str, Any]) -> set[int]:
    """Every candidate's count in it, and without and with it."""
    names = ("in_cluster", "count_before", "count_after")
    return {row[name] for row in cluster["effect"] for name in names} - set(range(10))


# ---- deciding


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
    for path in (f"{NAME}/judge", "scan"):
        assert desk.post(f"{AT}/{path}").status_code == 403
    for role in ("handler", "judge", "admin", "reviewer"):
        assert Desk(scanned, role, role).get(AT).status_code == 403
    assert Desk(scanned, "孙立", "committee", slug="other").get(f"{AT}/{NAME}").status_code == 403


def test_a_decision_is_proposed_from_a_cluster(scanned: Stage) -> None:
    desk = Desk(scanned, "王芳", "operator")
    before = desk.text(f"/desk/campaigns/test/decisions/new?cluster={NAME}")
    assert "先去盲评" in before
    assert "3 张" not in before
    refused = propose(desk)
    assert refused.status_code == 422
    assert "您还没有盲评" in refused.text
    desk.post(f"{AT}/{NAME}/judge", word="one_hand")
    assert "3 张" in desk.text(f"/desk/campaigns/test/decisions/new?cluster={NAME}")
    assert propose(desk).status_code == 303
    assert f"来自异常票群 {NAME}" in desk.text("/desk/campaigns/test/decisions/D-0001")
    assert "D-0001" in desk.text(AT)
    assert "由它提出的决定 D-0001" in desk.text(f"{AT}/{NAME}")
    gone = desk.post("/desk/campaigns/test/decisions/new", cluster="none", kind="voided", reason="x")
    assert gone.status_code == 404
    assert desk.get(f"{AT}/none").status_code == 404
    assert desk.post(f"{AT}/none/judge", word="people").status_code == 404


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


# ---- two who have judged


def seen_on(desk: Desk) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', desk.get(f"{DECISIONS}/D-0001").text)
    return found[1] if found else ""


def confirm(desk: Desk, seen: str) -> TestResponse:
    return desk.post(f"{DECISIONS}/D-0001/confirm", seen=seen, confirmed="yes")


def test_who_confirms_has_judged_the_same_cluster_blind(scanned: Stage) -> None:
    first, second = Desk(scanned, "李伟", "committee"), Desk(scanned, "赵敏", "committee")
    first.post(f"{AT}/{NAME}/judge", word="one_hand")
    assert propose(first).status_code == 303
    with scanned.service.database.read() as session:
        digest = session.scalars(select(Decision.effect_sha256)).one()
    assert seen_on(second) == ""
    refused = confirm(second, digest)
    assert refused.status_code == 422
    assert f"您还没有盲评异常票群 {NAME}" in refused.text
    assert set(standings(scanned).values()) == {"counted"}
    second.post(f"{AT}/{NAME}/judge", word="unsure")
    assert confirm(second, seen_on(second)).status_code == 303
    assert set(standings(scanned).values()) == {"voided"}


def test_a_list_of_codes_is_no_way_around(scanned: Stage) -> None:
    desk = Desk(scanned, "李伟", "committee")
    (inside, *_rest), (outside,) = list(standings(scanned)), recorded(scanned, 1, (2,))
    refused = propose(desk, cluster="", ballots=f"{outside}\n{inside}")
    assert refused.status_code == 422
    assert "属于您还没有盲评的异常票群" in refused.text
    # Which cluster a ballot lies in would say, by the public log, whom that cluster helped.
    assert NAME not in refused.text
    assert propose(desk, cluster="", ballots=outside).status_code == 303


def test_what_a_proposal_waits_on_outlives_later_scans(scanned: Stage) -> None:
    first, second = Desk(scanned, "李伟", "committee"), Desk(scanned, "赵敏", "committee")
    first.post(f"{AT}/{NAME}/judge", word="one_hand")
    propose(first)
    live = scanned.service.live_scan
    live.scan("test")
    assert NAME not in second.text(AT)  # the latest scan found nothing
    second.post(f"{AT}/{NAME}/judge", word="one_hand")
    live.scan("test")
    assert confirm(second, seen_on(second)).status_code == 303
    assert second.get(f"{AT}/{NAME}").status_code == 200
    live.scan("test")
    assert second.get(f"{AT}/{NAME}").status_code == 404


def test_a_withdrawn_proposal_keeps_no_cluster(scanned: Stage) -> None:
    desk = Desk(scanned, "李伟", "committee")
    desk.post(f"{AT}/{NAME}/judge", word="one_hand")
    propose(desk)
    assert desk.post(f"{DECISIONS}/D-0001/withdraw").status_code == 303
    scanned.service.live_scan.scan("test")
    assert desk.get(f"{AT}/{NAME}").status_code == 404
