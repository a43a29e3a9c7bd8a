"""Decisions on ballots: two people, nothing deleted, box = ledger = log at every moment, whatever crashes in between."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.committee import (
    CONFIRMER,
    PROPOSER,
    REASON,
    campaign_of,
    cast_ballots,
    confirm_it,
    decide,
    propose_on,
    recorded,
    standings,
    undo,
)  # fmt: skip
from tests.contract.test_opening_and_closing import ClockInHand
from tests.oracle import check_books
from tests.stage import Stage, make_service
from voting_service.activity import JournalEntry
from voting_service.ballots.ballot_box import keys_of
from voting_service.clock import to_ms
from voting_service.commands.supervisor import ROOT
from voting_service.errors import NotFound, ProblemsFound
from voting_service.ledger import LedgerEntry
from voting_service.redis_server.embedded import EmbeddedRedis
from voting_service.tally import publication
from voting_service.tally.archive import write_archive
from voting_service.tally.decisions.confirm import carry_out, confirm
from voting_service.tally.decisions.effect import effect_of
from voting_service.tally.decisions.follow import follow_due
from voting_service.tally.decisions.models import Decision, DecisionBallot
from voting_service.tally.decisions.propose import Proposal, propose, propose_undo
from voting_service.tally.decisions.queries import decision_by_number
from voting_service.tally.decisions.withdraw import withdraw
from voting_service.tally.publication import publish_due
from voting_service.tally.rebuild import rebuild_box
from voting_service.tally.reconcile import reconcile
from voting_service.transparency import entries
from voting_service.transparency.models import Log, LogLeaf


def log_entries(stage: Stage) -> list[dict[str, Any]]:
    with stage.service.database.read() as session:
        leaves = session.scalars(select(LogLeaf.entry).order_by(LogLeaf.leaf_index))
        return [entries.decode(leaf) for leaf in leaves]


def decisions_in_log(stage: Stage) -> list[tuple[str, str, set[str]]]:
    """Type, decision number and ballots of every decision's entry."""
    return [
        (entry["type"], entry["decision"], set(entry["ballots"]))
        for entry in log_entries(stage)
        if entry["type"] in ("held", "voided", "restored")
    ]


def confirm_in_sql_alone(stage: Stage, number: int) -> None:
    """As far as the commit point: the process dies before signature and box."""
    with stage.service.database.write() as session:
        confirm(session, "test", number, at=stage.service.clock.now(), actor=CONFIRMER)


def box_counts(stage: Stage) -> dict[int, int]:
    return {number: n for number, n in stage.service.box.provisional_counts("test").items() if n}


def problems_of(
    stage: Stage, kind: str, ballots: list[str], reason: str = REASON, by: str = PROPOSER
) -> dict:
    with pytest.raises(ProblemsFound) as refused:
        propose_on(stage, kind, ballots, by=by, reason=reason)
    return {problem.where: str(problem.sentence) for problem in refused.value.problems}


def lose_the_box(stage: Stage) -> None:
    stage.service.redis_client.flushall()
    stage.service.redis_client.script_flush()
    service = stage.service
    rebuild_box(service.database, service.box, service.clock, "test", keep_s=3600, actor="test")


def publish(stage: Stage) -> Path:
    archives = stage.service.settings.data_dir / "archives"
    publish_due(stage.service.recorder_stores, archives)
    return archives / "test.zip"


def recount(archive: Path) -> dict[str, Any]:
    """Anyone's recount, offline, by the program that shares no code with the service."""
    tool = ROOT / "tools" / "recount.py"
    done = subprocess.run(
        [sys.executable, "-I", str(tool), str(archive), "--json"], capture_output=True, text=True, check=False
    )
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 0, found
    return found


# ---- two people


@pytest.mark.parametrize("same", [PROPOSER, " 王芳 ", "王 芳", "王芳\u200b"])
def test_nobody_confirms_their_own_proposal(stage_on: Stage, same: str) -> None:
    stage_on.campaign()
    number = propose_on(stage_on, "voided", recorded(stage_on, 2))
    with pytest.raises(ProblemsFound, match="两个人"):
        confirm_it(stage_on, number, by=same)
    assert set(standings(stage_on).values()) == {"counted"}
    assert decisions_in_log(stage_on) == []
    confirm_it(stage_on, number)
    assert set(standings(stage_on).values()) == {"voided"}


def test_a_name_in_another_width_or_case_is_the_same_person(stage: Stage) -> None:
    stage.campaign()
    number = propose_on(stage, "voided", recorded(stage, 1), by="Ｚhang Min")
    with pytest.raises(ProblemsFound, match="两个人"):
        confirm_it(stage, number, by="ZHANG  min")


def test_the_database_itself_refuses_one_person_and_half_a_confirmation(stage_on: Stage) -> None:
    stage_on.campaign()
    propose_on(stage_on, "voided", recorded(stage_on, 1))
    whole = {
        "state": "confirmed", "confirmed_by": CONFIRMER, "confirmed_by_key": CONFIRMER, "sequence": 1,
        "confirmed_at": stage_on.service.clock.now(), "first_leaf": 2, "votes_json": "{}",
    }  # fmt: skip
    for wrong in (
        {"confirmed_by_key": PROPOSER}, {"confirmed_by": None}, {"sequence": None}, {"votes_json": None},
        {"state": "withdrawn"}, {"state": "gone"}, {"kind": "lost"}, {"undoes": 1},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
            session.execute(update(Decision).values(**(whole | wrong)))


def test_the_database_refuses_a_standing_that_nobody_decided(stage_on: Stage) -> None:
    stage_on.campaign()
    recorded(stage_on, 1)
    for standing in ("voided", "held"):
        with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
            session.execute(update(LedgerEntry).values(standing=standing))


def test_every_step_is_in_the_journal(stage: Stage) -> None:
    stage.campaign()
    ballots = recorded(stage, 2)
    decide(stage, "voided", ballots[:1])
    number = propose_on(stage, "voided", ballots[1:])
    with stage.service.database.write() as session:
        withdraw(session, "test", number, at=stage.service.clock.now(), actor=PROPOSER)
    with stage.service.database.read() as session:
        acts = session.execute(select(JournalEntry.act, JournalEntry.actor, JournalEntry.details)).all()
    told = [
        (act, actor, json.loads(details)["decision"]) for act, actor, details in acts if "decision" in act
    ]
    assert told == [
        ("propose_decision", PROPOSER, "D-0001"),
        ("confirm_decision", CONFIRMER, "D-0001"),
        ("propose_decision", PROPOSER, "D-0002"),
        ("withdraw_decision", PROPOSER, "D-0002"),
    ]


# ---- proposing


def test_every_problem_of_a_proposal_is_told_at_once(stage_on: Stage) -> None:
    stage_on.campaign()
    stage_on.campaign("other")
    counted, voided = recorded(stage_on, 2)
    decide(stage_on, "voided", [voided])
    elsewhere = cast_ballots(stage_on, 1, slug="other")[0]
    stage_on.record()
    asked = [counted, voided, elsewhere, "0" * 16, "no such code", counted.lower()]
    assert problems_of(stage_on, "voided", asked, reason=" ", by="  ") == {
        "--by": "请写明是谁。",
        "--reason": "没有写理由。",
        "no such code": "不是选票编号或查验码。",
        voided: "已经是作废，无需再次决定。",
        elsewhere: "是另一个评选活动的选票。",
        "0" * 16: "台账中没有这张选票。",
    }
    assert "不能直接改为待核" in problems_of(stage_on, "held", [voided])[voided]
    assert problems_of(stage_on, "voided", []) == {"--ballots": "没有选票。"}
    with stage_on.service.database.read() as session:
        assert len(session.scalars(select(Decision)).all()) == 1


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("电话 13812345678 的人投的", "手机号码"),
        ("身份证 11010519491231002X", "身份证"),
        ("一行\n两行", "一行文字"),
        ("长" * 301, "301 个字"),
    ],
)
def test_a_reason_is_fit_to_be_public(stage: Stage, reason: str, said: str) -> None:
    stage.campaign()
    assert said in problems_of(stage, "voided", recorded(stage, 1), reason=reason)["--reason"]


def test_a_ballot_that_is_not_recorded_yet_must_wait(stage: Stage) -> None:
    stage.campaign()
    waiting = cast_ballots(stage, 1)
    service = stage.service
    with pytest.raises(ProblemsFound, match="还没有入账"), service.database.write() as session:
        propose(
            session, "test", Proposal("voided", waiting, REASON), at=service.clock.now(), actor=PROPOSER,
            keyring=service.keyring, waits=lambda ballot_id: service.box.find("test", ballot_id) is not None,
        )  # fmt: skip


def test_a_campaign_that_never_opened_has_nothing_to_decide(stage: Stage) -> None:
    stage.draft()
    assert "还没有开始投票" in problems_of(stage, "voided", ["0" * 16])["test"]
    with pytest.raises(NotFound):
        confirm_in_sql_alone(stage, 1)


def test_many_problems_are_counted_not_listed(stage: Stage) -> None:
    stage.campaign()
    with pytest.raises(ProblemsFound, match="发现 500 处问题") as refused:
        propose_on(stage, "voided", [f"{n:016}" for n in range(500)])
    assert len(refused.value.problems) == 101


# ---- what a decision does


def test_a_void_and_its_undo(stage_on: Stage) -> None:
    stage_on.campaign()
    bought, honest = recorded(stage_on, 3, (1, 2)), recorded(stage_on, 2, (2, 3))
    assert decide(stage_on, "voided", bought) == 1
    assert Counter(standings(stage_on).values()) == {"voided": 3, "counted": 2}
    assert box_counts(stage_on) == {2: 2, 3: 2}
    check_books(stage_on)
    assert undo(stage_on, 1) == 2
    assert set(standings(stage_on).values()) == {"counted"}
    assert box_counts(stage_on) == {1: 3, 2: 5, 3: 2}
    assert check_books(stage_on).ledger == 5
    assert decisions_in_log(stage_on) == [
        ("voided", "D-0001", set(bought)), ("restored", "D-0002", set(bought)),
    ]  # fmt: skip
    assert {entry["ballot"] for entry in log_entries(stage_on) if entry["type"] == "ballot"} == {
        *bought, *honest,
    }, "the original entries stay"  # fmt: skip


def test_undoing_a_void_takes_each_ballot_back_to_where_it_was(stage_on: Stage) -> None:
    stage_on.campaign()
    held, counted = recorded(stage_on, 2, (1,), held=True), recorded(stage_on, 2, (2,))
    decide(stage_on, "voided", held + counted)
    undo(stage_on, 1)
    assert standings(stage_on) == dict.fromkeys(held, "held") | dict.fromkeys(counted, "counted")
    assert decisions_in_log(stage_on)[1:] == [
        ("held", "D-0002", set(held)), ("restored", "D-0002", set(counted)),
    ]  # fmt: skip
    check_books(stage_on)
    undo(stage_on, 2)
    assert set(standings(stage_on).values()) == {"voided"}, "an undo can be undone"
    check_books(stage_on)


def test_held_ballots_can_be_let_in_and_a_voided_one_restored(stage_on: Stage) -> None:
    stage_on.campaign()
    held = recorded(stage_on, 2, (4,), held=True)
    decide(stage_on, "restored", held[:1])
    decide(stage_on, "voided", held[1:])
    decide(stage_on, "restored", held[1:])
    assert set(standings(stage_on).values()) == {"counted"}
    assert box_counts(stage_on) == {4: 2}
    check_books(stage_on)


def test_only_the_latest_decision_on_a_ballot_can_be_undone(stage_on: Stage) -> None:
    stage_on.campaign()
    ballots = recorded(stage_on, 3)
    decide(stage_on, "held", ballots)
    decide(stage_on, "voided", ballots[:1])
    with pytest.raises(ProblemsFound, match="其中 1 张选票此后另有决定"):
        undo(stage_on, 1)
    undo(stage_on, 2)
    with pytest.raises(ProblemsFound, match="其中 1 张选票此后另有决定"):
        undo(stage_on, 2)


def test_a_proposal_whose_ballots_were_decided_on_meanwhile_is_not_confirmed(stage_on: Stage) -> None:
    stage_on.campaign()
    ballots = recorded(stage_on, 2)
    late = propose_on(stage_on, "voided", ballots)
    decide(stage_on, "held", ballots[:1])
    with pytest.raises(ProblemsFound, match="预览已不成立"):
        confirm_it(stage_on, late)
    check_books(stage_on)


def test_an_undo_does_not_undo_what_was_decided_anew(stage_on: Stage) -> None:
    stage_on.campaign()
    ballots = recorded(stage_on, 1)
    decide(stage_on, "voided", ballots)
    service = stage_on.service
    with service.database.write() as session:
        late = propose_undo(session, "test", 1, reason=REASON, at=service.clock.now(), actor=PROPOSER).number
    undo(stage_on, 1)
    decide(stage_on, "voided", ballots)
    with pytest.raises(ProblemsFound, match="预览已不成立"):
        confirm_it(stage_on, late)
    assert set(standings(stage_on).values()) == {"voided"}


def test_a_withdrawn_proposal_is_over_and_a_confirmed_one_is_not_withdrawn(stage_on: Stage) -> None:
    stage_on.campaign()
    service = stage_on.service

    def withdraw_it(number: int) -> None:
        with service.database.write() as session:
            withdraw(session, "test", number, at=service.clock.now(), actor="赵敏")

    number = propose_on(stage_on, "voided", recorded(stage_on, 1))
    withdraw_it(number)
    with pytest.raises(ProblemsFound, match="已撤回"):
        confirm_it(stage_on, number)
    done = decide(stage_on, "voided", list(standings(stage_on)))
    for again in (lambda: withdraw_it(done), lambda: confirm_it(stage_on, done), lambda: withdraw_it(number)):
        with pytest.raises(ProblemsFound):
            again()
    with pytest.raises(ProblemsFound, match="还没有生效"):
        undo(stage_on, number)
    check_books(stage_on)


def test_ten_thousand_ballots_in_one_decision(stage_on: Stage) -> None:
    stage_on.campaign()
    bought = recorded(stage_on, 10_000, (1, 3))
    keep = recorded(stage_on, 5, (1,))
    decide(stage_on, "voided", bought)
    found = decisions_in_log(stage_on)
    assert [(kind, number) for kind, number, _ballots in found] == [("voided", "D-0001")] * 4
    assert set().union(*(ballots for _kind, _number, ballots in found)) == set(bought)
    with stage_on.service.database.read() as session:
        assert max(len(entry) for entry in session.scalars(select(LogLeaf.entry))) <= entries.MAX_ENTRY_BYTES
    assert box_counts(stage_on) == {1: 5}
    assert check_books(stage_on).ledger == 10_005
    undo(stage_on, 1)
    assert box_counts(stage_on) == {1: 10_005, 3: 10_000}
    check_books(stage_on)
    assert len(keep) == 5


def test_the_preview_says_what_the_decision_then_does(stage_on: Stage) -> None:
    stage_on.campaign(candidates=4)
    bought = recorded(stage_on, 3, (1, 2))
    recorded(stage_on, 2, (3,))
    recorded(stage_on, 1, (2,))
    number = propose_on(stage_on, "voided", bought)

    def effect() -> dict[int, tuple[int, int, int, int]]:
        with stage_on.service.database.read() as session:
            found = effect_of(
                session, campaign_of(stage_on), decision_by_number(session, campaign_of(stage_on).id, number)
            )
        assert (found.ballots, found.holds) == (3, True)
        assert found.standings_before == {"counted": 6, "held": 0, "voided": 0}
        assert found.standings_after == {"counted": 3, "held": 0, "voided": 3}
        return {
            row.number: (row.count_before, row.count_after, row.rank_before, row.rank_after)
            for row in found.candidates
        }

    expected = {1: (3, 0, 2, 3), 2: (4, 1, 1, 2), 3: (2, 2, 3, 1), 4: (0, 0, 4, 3)}
    assert effect() == expected
    confirm_it(stage_on, number)
    assert effect() == expected, "of a confirmed decision: the counts without it and with it"
    assert box_counts(stage_on) == {2: 1, 3: 2}


# ---- the box follows, exactly once


def test_a_crash_between_commit_and_box_is_made_good_by_the_next_turn(stage_on: Stage) -> None:
    stage_on.campaign()
    ballots = recorded(stage_on, 4, (1, 2))
    confirm_in_sql_alone(stage_on, propose_on(stage_on, "voided", ballots[:2]))
    assert box_counts(stage_on) == {1: 4, 2: 4}
    check_books(stage_on)
    confirm_in_sql_alone(stage_on, propose_on(stage_on, "held", ballots[2:3]))
    cast_ballots(stage_on, 1, (5,))
    check_books(stage_on)
    follow_due(stage_on.service.recorder_stores)
    assert box_counts(stage_on) == {1: 1, 2: 1, 5: 1}
    check_books(stage_on)
    for _ in range(3):
        follow_due(stage_on.service.recorder_stores)
    assert box_counts(stage_on) == {1: 1, 2: 1, 5: 1}, "once is enough"
    stage_on.record()
    with stage_on.service.database.read() as session:
        public_log = session.scalars(select(Log)).one()
    assert public_log.signed_size == public_log.size, "what the crash left unsigned is signed"


def test_a_decision_is_applied_in_its_turn_and_to_its_own_box_alone(stage: Stage) -> None:
    stage.campaign()
    recorded(stage, 3)
    box = stage.service.box
    assert box.adjust("test", 1, 2, -1, {1: -1}) == "too_early"
    assert box.adjust("test", 7, 1, -1, {1: -1}) == "other_box"
    assert box.adjust("none", 1, 1, -1, {1: -1}) == "other_box"
    assert box_counts(stage) == {1: 3}
    assert box.adjust("test", 1, 1, -1, {1: -1}) == "adjusted"
    assert box.adjust("test", 1, 1, -1, {1: -1}) == "again"
    assert box_counts(stage) == {1: 2}
    found = box.state("test")
    assert found is not None
    assert (found.counted, found.decisions) == (2, 1)


def test_a_box_that_knows_more_decisions_than_the_ledger_is_a_finding(stage: Stage) -> None:
    stage.campaign()
    recorded(stage, 1)
    stage.service.box.adjust("test", 1, 1, 0, {})
    told = [
        str(problem) for problem in reconcile(stage.service.database, stage.service.box, "test").differences
    ]
    assert told == ["box：票箱已执行 1 项决定，台账只有 0 项。"]


def test_a_box_that_forgot_a_decision_is_told_again(stage: Stage) -> None:
    stage.campaign()
    ballots = recorded(stage, 2)
    client, keys = stage.service.redis_client, keys_of("test")
    before = client.hgetall(keys.meta), client.hgetall(keys.counts)
    decide(stage, "voided", ballots[:1])
    client.delete(keys.meta, keys.counts)
    client.hset(keys.meta, mapping=before[0])
    client.hset(keys.counts, mapping=before[1])
    check_books(stage)
    follow_due(stage.service.recorder_stores)
    assert box_counts(stage) == {1: 1}
    check_books(stage)


def test_a_box_that_is_lost_is_rebuilt_with_what_was_decided(stage_on: Stage) -> None:
    stage_on.campaign()
    ballots = recorded(stage_on, 5, (1, 2)) + recorded(stage_on, 1, (3,), held=True)
    decide(stage_on, "voided", ballots[:2])
    decide(stage_on, "restored", ballots[5:])
    confirm_in_sql_alone(stage_on, propose_on(stage_on, "held", ballots[2:3]))
    lose_the_box(stage_on)
    assert box_counts(stage_on) == {1: 2, 2: 2, 3: 1}
    follow_due(stage_on.service.recorder_stores)
    assert box_counts(stage_on) == {1: 2, 2: 2, 3: 1}, "the new box has them all"
    check_books(stage_on)
    decide(stage_on, "voided", ballots[3:4])
    assert box_counts(stage_on) == {1: 1, 2: 1, 3: 1}
    check_books(stage_on)


def test_redis_away_at_confirmation_keeps_nobody_from_deciding(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "redis") as server:
        stage = Stage(make_service(tmp_path / "data", redis_url=server.url))
        stage.campaign()
        number = propose_on(stage, "voided", recorded(stage, 2)[:1])
        server.stop()
        assert carry_out(stage.service.recorder_stores, "test", number, actor=CONFIRMER) is False
        follow_due(stage.service.recorder_stores)
        server.start()
        follow_due(stage.service.recorder_stores)
        assert box_counts(stage) == {1: 1}
        check_books(stage)
        stage.strike()


def test_the_books_agree_while_people_vote_and_officials_decide(stage_on: Stage) -> None:
    stage_on.campaign()
    ballots = recorded(stage_on, 60, (1, 2))
    done, wrong = threading.Event(), []

    def vote() -> None:
        try:
            while not done.is_set():
                cast_ballots(stage_on, 3, (2, 3))
        except Exception as error:
            wrong.append(error)

    def record() -> None:
        try:
            while not done.is_set():
                stage_on.record()
                follow_due(stage_on.service.recorder_stores)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=vote), threading.Thread(target=record)]
    for thread in threads:
        thread.start()
    try:
        for start in range(0, 60, 10):
            decide(stage_on, "voided", ballots[start : start + 10])
            check_books(stage_on)
            confirm_in_sql_alone(stage_on, propose_on(stage_on, "restored", ballots[start : start + 5]))
            check_books(stage_on)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    stage_on.record()
    follow_due(stage_on.service.recorder_stores)
    assert check_books(stage_on).voters_compared
    assert box_counts(stage_on)[1] == 30


def test_the_box_follows_in_the_order_of_confirming(stage_on: Stage) -> None:
    stage_on.campaign()
    ballots = recorded(stage_on, 2) + recorded(stage_on, 2, (2,))
    first, second = propose_on(stage_on, "voided", ballots[:2]), propose_on(stage_on, "held", ballots[2:3])
    confirm_in_sql_alone(stage_on, second)
    check_books(stage_on)
    confirm_in_sql_alone(stage_on, first)
    with stage_on.service.database.read() as session:
        order = session.execute(select(Decision.number, Decision.sequence).order_by(Decision.number)).all()
    assert order == [(1, 2), (2, 1)]
    follow_due(stage_on.service.recorder_stores)
    assert box_counts(stage_on) == {2: 1}
    check_books(stage_on)


def test_of_many_who_confirm_at_once_one_does(stage_on: Stage) -> None:
    stage_on.campaign()
    number = propose_on(stage_on, "voided", recorded(stage_on, 3)[:2])
    start, outcomes = threading.Barrier(4), list[bool]()

    def try_it(name: str) -> None:
        start.wait()
        try:
            outcomes.append(carry_out(stage_on.service.recorder_stores, "test", number, actor=name))
        except ProblemsFound:
            outcomes.append(False)

    threads = [threading.Thread(target=try_it, args=(f"委员{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, False, True]
    assert len(decisions_in_log(stage_on)) == 1
    assert box_counts(stage_on) == {1: 1}
    check_books(stage_on)


# ---- after the close, and for anyone to recount


def close(stage: Stage) -> None:
    stage.service.box.seal("test", early=True)
    stage.record()
    assert campaign_of(stage).phase == "closed"


def test_a_decision_after_the_close_renews_the_count_and_the_archive(stage_on: Stage) -> None:
    stage_on.campaign()
    bought, _honest = recorded(stage_on, 3, (1,)), recorded(stage_on, 2, (2,))
    decide(stage_on, "held", bought)
    close(stage_on)
    first = recount(publish(stage_on))
    assert (first["counted"], first["held"], first["voided"]) == (2, 3, 0)
    counts = stage_on.client().get("/api/v1/campaigns/test/counts").get_json()
    assert (counts["final"], counts["counts"]["1"], counts["held"]["1"], counts["ballots_held"]) == (
        True,
        0,
        3,
        3,
    )
    decide(stage_on, "voided", bought[:2])
    decide(stage_on, "restored", bought[2:])
    check_books(stage_on)
    assert campaign_of(stage_on).counts_json is None, "no count is shown that does not hold any more"
    second = recount(publish(stage_on))
    assert (second["counted"], second["held"], second["voided"]) == (3, 0, 2)
    published = json.loads(campaign_of(stage_on).counts_json or "")
    assert (published["final"], published["counts"]["1"], published["voided"]) == (True, 1, {"1": 2})


def test_a_count_that_a_decision_overtakes_is_not_published(stage_on: Stage) -> None:
    stage_on.campaign()
    ballots = recorded(stage_on, 2)
    close(stage_on)
    stores, closed = stage_on.service.recorder_stores, campaign_of(stage_on)
    size = publication._log_size(stores, closed.id)
    decide(stage_on, "voided", ballots[:1])
    assert closed.closed_at is not None
    publication._publish(stores, closed, None, closed.closed_at, size)
    assert campaign_of(stage_on).counts_json is None, "its archive was begun before that decision"
    assert recount(publish(stage_on))["voided"] == 1


def test_the_archive_tells_of_its_own_checkpoint_only(stage_on: Stage) -> None:
    stage_on.campaign()
    ballots = recorded(stage_on, 2)
    close(stage_on)
    confirm_in_sql_alone(stage_on, propose_on(stage_on, "voided", ballots[:1]))
    path = write_archive(stage_on.service.database, "test", stage_on.service.settings.data_dir / "archives")
    found = recount(path)
    assert (found["counted"], found["voided"]) == (2, 0), "as the ballots stood at the checkpoint"


def test_where_counts_are_hidden_decisions_are_withheld_like_ballots(stage_on: Stage) -> None:
    stage_on.campaign(counts="hidden")
    ballots = recorded(stage_on, 2)
    decide(stage_on, "voided", ballots[:1])
    client = stage_on.client()
    withheld = client.get("/log/test/tile/entries/000.p/4")
    assert (withheld.status_code, withheld.get_json()["shown_size"]) == (403, 1)
    assert len(client.get("/log/test/tile/0/000.p/4").data) == 4 * 32, "the tree is public"
    counts = client.get("/api/v1/campaigns/test/counts").get_json()
    assert (counts["held"], counts["voided"], counts["ballots_voided"]) == ({}, {}, None)
    assert "票作废" not in client.get("/c/test/ranking").text
    close(stage_on)
    publish(stage_on)
    assert client.get("/log/test/tile/entries/000.p/5").status_code == 200
    # A process that has not looked yet; this one may go on for a second with what it knows.
    afresh = Stage(stage_on.service).client()
    assert afresh.get("/api/v1/campaigns/test/counts").get_json()["voided"]["1"] == 1


def test_daily_counts_are_those_of_the_log_that_is_shown(
    tmp_path: Path, redis_url: str, database_url: str
) -> None:
    now = datetime.now(UTC)
    moment = now.replace(second=0, microsecond=0) + timedelta(minutes=2)
    clock = ClockInHand(now)
    stage = Stage(
        make_service(tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=clock)
    )
    local = moment.astimezone(stage.service.settings.zone)
    stage.campaign(counts=f"daily {local:%H:%M}", opens_at=now - timedelta(hours=1))
    ballots = recorded(stage, 3)
    decide(stage, "voided", ballots[:1])
    # A ballot of the next day; Redis's clock cannot be set, so it is put there by hand.
    redis, keys = stage.service.redis_client, keys_of("test")
    seq = redis.hincrby(keys.meta, "seq", 1)
    fields = {
        "b": "BY0HAND000000000",
        "n": seq,
        "t": to_ms(moment),
        "v": "v",
        "c": "2",
        "w": "browser",
        "h": "0",
    }
    redis.xadd(keys.stream, fields)
    assert stage.record() == 1
    decide(stage, "voided", ballots[1:2])
    clock.set(moment + timedelta(seconds=1))
    publish(stage)
    published = json.loads(campaign_of(stage).counts_json or "")
    assert (published["counts"]["1"], published["voided"]) == (2, {"1": 1}), (
        "the later decision is for tomorrow"
    )
    with stage.service.database.read() as session:
        public_log = session.scalars(select(Log)).one()
    assert (public_log.shown_size, public_log.size) == (5, 7), "opened, three ballots, the decision on one"
    afresh = stage.client().get("/api/v1/campaigns/test/counts").get_json()
    assert (afresh["shown"], afresh["voided"]["1"], afresh["ballots_voided"]) == (True, 1, 1)
    stage.strike()


# ---- schema


def test_a_ballot_of_a_decision_is_one_of_the_ledger(stage_on: Stage) -> None:
    stage_on.campaign()
    propose_on(stage_on, "voided", recorded(stage_on, 1))
    for seq, before, after in ((99, "counted", "held"), (1, "held", "held"), (1, "counted", "gone")):
        with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
            number = propose(
                session, "test", Proposal("held", list(standings(stage_on)), REASON),
                at=stage_on.service.clock.now(), actor=PROPOSER, keyring=stage_on.service.keyring,
            ).number  # fmt: skip
            session.execute(
                update(DecisionBallot)
                .where(DecisionBallot.number == number)
                .values(seq=seq, before=before, after=after)
            )
