"""Candidates who leave before, during and after voting: the box refuses them, and box = ledger = log all the same."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.actors import Voter
from tests.committee import cast_ballots, decide, recorded, standings
from tests.departures import leaves, leaves_in_sql
from tests.oracle import check_books
from tests.stage import Stage, category_rules, make_service
from voting_service.ballots.attest import knows_departures, tell_departures
from voting_service.ballots.ballot_box import keys_of
from voting_service.ballots.opening import open_voting
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.departures import ballot_roster, depart, departures_of, standing_roster
from voting_service.commands.supervisor import ROOT
from voting_service.errors import NotFound, ProblemsFound
from voting_service.recorder.closing import seal_early
from voting_service.redis_server.embedded import EmbeddedRedis
from voting_service.tally.publication import publish_due
from voting_service.tally.rebuild import rebuild_box


def refusal(voter: Voter, choices: list[int]) -> str:
    answer = voter.vote(choices)
    assert answer.status_code == 422, answer.text
    assert answer.get_json()["code"] == "invalid_choices"
    return str(answer.get_json()["detail"])


def closed_archive(stage: Stage) -> dict[str, Any]:
    """Close, publish, and recount with the program that shares no code with us."""
    service = stage.service
    seal_early(service.recorder_stores, "test", actor="test")
    stage.record()
    archives = service.settings.data_dir / "archives"
    publish_due(service.recorder_stores, archives)
    return recount(archives / "test.zip")


def recount(archive: Path) -> dict[str, Any]:
    tool = ROOT / "tools" / "recount.py"
    done = subprocess.run(
        [sys.executable, "-I", str(tool), str(archive), "--json"], capture_output=True, text=True, check=False
    )
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 0, found
    return found


def counted(found: dict[str, Any]) -> dict[int, int]:
    return {row["number"]: row["counted"] for row in found["candidates"]}


def state_of(stage: Stage) -> Any:
    state = stage.service.box.state("test")
    assert state is not None
    return state


# ---- while people vote


def test_from_the_moment_it_is_told_the_box_takes_nobody_who_has_left(stage_on: Stage) -> None:
    stage_on.campaign()
    assert stage_on.voter().vote([2, 3]).status_code == 201
    leaves(stage_on, 3, "disqualified")
    assert refusal(stage_on.voter(), [2, 3]) == "3 号 候选人3已不是候选人，请改选其他候选人。"
    assert stage_on.voter().vote([2]).status_code == 201
    stage_on.record()
    assert check_books(stage_on).box == 2
    found = closed_archive(stage_on)
    # What was cast counts as it was cast, for whoever left too.
    assert counted(found) == {1: 0, 2: 2, 3: 1, 4: 0, 5: 0, 6: 0}
    check_books(stage_on)


def test_a_form_that_is_posted_again_gets_its_receipt_whoever_left_meanwhile(stage: Stage) -> None:
    stage.campaign()
    voter = stage.voter()
    form = voter.form()["form"]
    first = voter.post(form, [3])
    leaves(stage, 3)
    again = voter.post(form, [3])
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json()["receipt"] == again.get_json()["receipt"]


def test_a_refused_ballot_takes_nothing_from_the_voter(stage: Stage) -> None:
    stage.campaign()
    leaves(stage, 3)
    voter = stage.voter()
    refusal(voter, [3])
    assert voter.vote([4]).status_code == 201
    assert state_of(stage).seq == 1


def test_ballots_cast_while_a_candidate_leaves_are_in_whole_or_refused_whole(stage: Stage) -> None:
    stage.campaign()
    begun, stop = threading.Event(), threading.Event()
    answers: Counter[int] = Counter()

    def people() -> None:
        while not stop.is_set():
            answers[stage.voter().vote([2, 3]).status_code] += 1
            begun.set()

    crowd = [threading.Thread(target=people) for _ in range(4)]
    for one in crowd:
        one.start()
    begun.wait(30)
    leaves(stage, 3)
    before = state_of(stage).seq
    assert refusal(stage.voter(), [2, 3])
    stop.set()
    for one in crowd:
        one.join(30)
    assert set(answers) <= {201, 422}
    # Told is told: not one more came in after it.
    assert state_of(stage).seq == answers[201] == before
    stage.record()
    check_books(stage)


def test_decisions_on_ballots_for_one_who_left_are_followed_by_box_ledger_and_log(stage_on: Stage) -> None:
    stage_on.campaign()
    both, other = recorded(stage_on, 3, (2, 3)), recorded(stage_on, 2, (2,))
    leaves(stage_on, 3, "disqualified")
    decide(stage_on, "voided", both)
    assert Counter(standings(stage_on).values()) == {"voided": 3, "counted": 2}
    check_books(stage_on)
    assert counted(closed_archive(stage_on))[2] == len(other)
    check_books(stage_on)


# ---- a box that is away, lost, older


def test_a_box_that_could_not_be_told_is_told_by_the_recorder(stage: Stage) -> None:
    stage.campaign()
    recorder = stage.service.recorder()
    recorder.turn()
    campaign = leaves_in_sql(stage, 3)
    assert not knows_departures(stage.service.box.state("test"), 1)
    recorder.turn()
    assert knows_departures(stage.service.box.state("test"), 1)
    assert "已不是候选人" in refusal(stage.voter(), [3])
    # The next one likewise, although the recorder has told of one before.
    leaves_in_sql(stage, 4)
    recorder.turn()
    assert "已不是候选人" in refusal(stage.voter(), [4])
    assert "已不是候选人" in refusal(stage.voter(), [3])
    assert campaign.slug == "test"


def test_whoever_meets_a_restarted_redis_tells_it_before_it_takes_a_ballot(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "redis") as server:
        stage = Stage(make_service(tmp_path / "data", redis_url=server.url))
        stage.campaign()
        assert stage.voter().vote([3]).status_code == 201
        stage.record()
    # It comes back with what it had: nobody has told it, and the recorder does not run.
    leaves_in_sql(stage, 3)
    with EmbeddedRedis(tmp_path / "redis") as server:
        again = Stage(make_service(tmp_path / "data", redis_url=server.url))
        assert "已不是候选人" in refusal(again.voter(), [3])
        assert again.voter().vote([4]).status_code == 201
        again.record()
        check_books(again)
        again.strike()
    stage.strike()


def test_a_rebuilt_box_knows_it_too(stage_on: Stage) -> None:
    stage_on.campaign(categories=category_rules("a", "b"))
    assert stage_on.voter().vote([3, 4]).status_code == 201
    stage_on.record()
    leaves(stage_on, 3)
    stage_on.service.redis_client.flushall()
    stage_on.service.redis_client.script_flush()
    # Nobody tells the rebuilt one beside the rebuilding itself.
    leaves_in_sql(stage_on, 4)
    service = stage_on.service
    rebuild_box(service.database, service.box, service.clock, "test", keep_s=3600, actor="test")
    assert state_of(stage_on).departures == 2
    assert "3 号" in refusal(stage_on.voter(), [3])
    assert "4 号" in refusal(stage_on.voter(), [4])
    assert stage_on.voter().vote([5]).status_code == 201
    stage_on.record()
    check_books(stage_on)


def test_a_box_that_needed_no_rebuilding_is_told_all_the_same(stage: Stage) -> None:
    stage.campaign()
    leaves_in_sql(stage, 3)
    service = stage.service
    rebuilt = rebuild_box(service.database, service.box, service.clock, "test", keep_s=3600, actor="test")
    assert rebuilt.epoch is None
    leaves_in_sql(stage, 4)
    service.box.refuse("test", state_of(stage).epoch)
    rebuild_box(service.database, service.box, service.clock, "test", keep_s=3600, actor="test")
    assert [refusal(stage.voter(), [n])[0] for n in (3, 4)] == ["3", "4"]


def test_nobody_comes_back_by_late_news(stage: Stage) -> None:
    stage.campaign()
    box = stage.service.box
    box.depart("test", [2, 3])
    box.depart("test", [2])
    box.depart("test", [])
    assert state_of(stage).departures == 2
    assert "3 号" in refusal(stage.voter(), [3])


def test_where_there_is_no_box_none_is_made(stage: Stage) -> None:
    stage.service.box.depart("test", [3])
    assert not stage.service.redis_client.exists(*keys_of("test")[:2])
    assert not knows_departures(stage.service.box.state("test"), 0)


# ---- before and after


def test_whoever_left_before_voting_is_on_no_ballot_and_in_no_log(stage_on: Stage) -> None:
    stage_on.draft()
    leaves(stage_on, 3, "deceased")
    stage_on.open()
    assert refusal(stage_on.voter(), [3]) == "3 号 候选人3已不是候选人，请改选其他候选人。"
    assert stage_on.voter().vote([2]).status_code == 201
    stage_on.record()
    check_books(stage_on)
    leaves(stage_on, 4)
    with stage_on.service.database.read() as session:
        campaign = campaign_by_slug(session, "test")
        assert [one.number for one in standing_roster(session, campaign.id)] == [1, 2, 5, 6]
        assert [one.number for one in ballot_roster(session, campaign.id)] == [1, 2, 4, 5, 6]
        assert departures_of(session, campaign.id) == {3: "deceased", 4: "withdrawn"}
    assert counted(closed_archive(stage_on)) == {1: 0, 2: 1, 4: 0, 5: 0, 6: 0}


def test_too_few_who_are_left_do_not_open(stage: Stage) -> None:
    stage.draft(candidates=3)
    leaves(stage, 3)
    service = stage.service
    with pytest.raises(ProblemsFound, match="候选人只有 2 名"):
        open_voting(service.opener, "test", at=service.clock.now(), actor="test")


def test_leaving_after_the_close_changes_no_count(stage_on: Stage) -> None:
    stage_on.campaign()
    cast_ballots(stage_on, 3, (2, 3))
    stage_on.record()
    before = closed_archive(stage_on)
    leaves_in_sql(stage_on, 3, "disqualified")
    assert counted(recount(stage_on.service.settings.data_dir / "archives" / "test.zip")) == counted(before)
    check_books(stage_on)


def test_one_leaves_once_and_the_first_cause_stands(stage_on: Stage) -> None:
    stage_on.campaign()
    leaves(stage_on, 3)
    with stage_on.service.database.write() as session:
        campaign = campaign_by_slug(session, "test", lock=True)
        version = campaign.version
        assert not depart(session, campaign, 3, "deceased", at=stage_on.service.clock.now())
        assert campaign.version == version
        assert departures_of(session, campaign.id) == {3: "withdrawn"}
        with pytest.raises(NotFound):
            depart(session, campaign, 99, "deceased", at=stage_on.service.clock.now())


def test_telling_says_whether_the_box_knows(stage: Stage) -> None:
    stage.campaign()
    campaign = leaves_in_sql(stage, 3)
    service = stage.service
    assert tell_departures(service.database, service.box, campaign.id, "test")
    service.redis_client.flushall()
    assert not tell_departures(service.database, service.box, campaign.id, "test")
