"""Attacks that once worked: each is tried again, and must find the door shut."""

from __future__ import annotations

import json
import re
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from dotenv import dotenv_values
from sqlalchemy import update

from tests.actors import IPHONE
from tests.oracle import check_books
from tests.stage import Stage, make_service
from voting_service.ballots.ballot_box import SEALED, BoxUnavailable, keys_of
from voting_service.commands.demo import _example_open
from voting_service.commands.secrets_file import write_env_file
from voting_service.errors import ProblemsFound
from voting_service.ledger import RecorderPosition
from voting_service.recorder.closing import seal_early
from voting_service.recorder.recorder import run
from voting_service.tally.archive import archive_path, write_archive
from voting_service.tally.publication import publish_due
from voting_service.tally.rebuild import rebuild_box
from voting_service.tally.reconcile import reconcile
from voting_service.transparency.models import Log


def test_opening_beside_a_full_box_empties_nothing(tmp_path: Path, redis_url: str) -> None:
    """A lost database, or a second installation on one Redis: the ballots in the box are somebody's."""
    first = Stage(make_service(tmp_path / "first", redis_url=redis_url))
    first.campaign()
    first.voter().vote([1])
    second = Stage(make_service(tmp_path / "second", redis_url=redis_url))
    second.draft()
    with pytest.raises(ProblemsFound, match="同名票箱"):
        second.open()
    first.record()
    assert check_books(first).ledger == 1


def test_a_box_sealed_by_hand_stays_sealed_when_it_is_lost(stage: Stage) -> None:
    stage.campaign()
    stage.voter().vote([1])
    stage.record()
    late = stage.voter()
    form = late.form()["form"]
    stores = stage.service.recorder_stores
    seal_early(stores, "test", actor="test")
    stage.service.redis_client.flushall()
    rebuild_box(stores.database, stores.box, stores.clock, "test", keep_s=stores.keep_s, actor="test")
    state = stores.box.state("test")
    assert state is not None
    assert state.state == SEALED
    assert late.post(form, [2]).get_json()["code"] == "not_open"
    stage.record()
    assert check_books(stage).ledger == 1


def test_closing_on_a_box_found_wanting_says_so_at_once(stage: Stage) -> None:
    stage.campaign()
    stage.voter().vote([1])
    stage.record()
    stage.service.redis_client.hset(keys_of("test").meta, "seq", 0)
    with pytest.raises(BoxUnavailable, match="较旧"):
        seal_early(stage.service.recorder_stores, "test", actor="test")


def test_a_form_that_outlives_the_setting_is_still_one_ballot(tmp_path: Path, redis_url: str) -> None:
    """The setting was lowered from a day to a minute while forms of a day were about."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, form_lifetime_s=86_400))
    stage.campaign()
    receipt = stage.voter().vote([1]).get_json()["receipt"]
    lowered = Stage(make_service(tmp_path / "data", redis_url=redis_url, form_lifetime_s=60))
    lowered.record()
    assert lowered.service.redis_client.ttl(keys_of("test").ballot + receipt["ballot_id"]) > 86_000


def test_one_campaigns_bad_entry_leaves_the_others_recorded(stage: Stage) -> None:
    stage.campaign("bad")
    stage.campaign("good")
    stage.service.redis_client.xadd(keys_of("bad").stream, {"x": "y"})
    stage.voter("good").vote([1])
    assert stage.record() == 1
    assert check_books(stage, "good").ledger == 1


def test_a_job_that_fails_does_not_end_the_recorder(stage: Stage) -> None:
    stage.campaign()
    turns: list[float] = []

    def fail() -> None:
        raise OSError("no space left")

    def wait(seconds: float) -> bool:
        turns.append(seconds)
        return len(turns) == 3

    run(stage.service.recorder(), wait, 0.0, [fail])
    assert len(turns) == 3


def test_two_recorders_publish_one_archive(stage: Stage, tmp_path: Path) -> None:
    stage.campaign()
    stage.voter().vote([1])
    stores = stage.service.recorder_stores
    seal_early(stores, "test", actor="test")
    stage.record()
    start = threading.Barrier(4)

    def publish() -> None:
        start.wait()
        publish_due(stores, tmp_path)

    threads = [threading.Thread(target=publish) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.name for path in tmp_path.glob("*test*")] == [archive_path(tmp_path, "test").name]
    assert list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*.part")) == []


def test_an_archive_directory_that_cannot_be_written_is_told(stage: Stage, tmp_path: Path) -> None:
    stage.campaign()
    stores = stage.service.recorder_stores
    seal_early(stores, "test", actor="test")
    stage.record()
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    publish_due(stores, tmp_path / "file")
    publish_due(stores, tmp_path / "archives")
    assert archive_path(tmp_path / "archives", "test").is_file()


def test_reconciling_while_people_vote_finds_no_differences(stage_on: Stage) -> None:
    stage_on.campaign(ballots_per_day=None)
    voter = stage_on.voter()
    done = threading.Event()

    def vote_and_record() -> None:
        recorder = stage_on.service.recorder()
        while not done.is_set():
            for _ in range(5):
                voter.vote([1, 2])
            recorder.turn()

    thread = threading.Thread(target=vote_and_record)
    thread.start()
    try:
        for _ in range(10):
            outcome = reconcile(stage_on.service.database, stage_on.service.box, "test")
            assert [str(problem) for problem in outcome.differences] == []
    finally:
        done.set()
        thread.join()


def test_a_lease_from_a_clock_that_was_ahead_stops_nobody(stage: Stage) -> None:
    stage.campaign()
    stage.voter().vote([1])
    ahead = stage.service.clock.now() + timedelta(hours=8)
    with stage.service.database.write() as session:
        session.execute(update(RecorderPosition).values(holder="another", lease_until=ahead))
    assert stage.record() == 1


def test_an_archive_says_what_its_own_log_says(stage: Stage, tmp_path: Path) -> None:
    """Recorded and not yet signed: the archive is of the signed part, tally and all."""
    stage.campaign()
    stage.voter().vote([1])
    stage.record()
    with stage.service.database.write() as session:
        public_log = session.get_one(Log, 1)
        public_log.size, public_log.signed_size = 2, 1
    with zipfile.ZipFile(write_archive(stage.service.database, "test", tmp_path)) as archive:
        assert json.loads(archive.read("result.json"))["ballots"] == 0


def test_the_demo_leaves_other_campaigns_alone(stage: Stage) -> None:
    stage.draft("my-own-draft")
    assert _example_open(stage.service) == "zui-mei-chan-ye-gong-ren"
    assert stage.client().get("/c/my-own-draft").status_code == 404


def test_a_secret_never_joins_the_line_before_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("VOTING_SITE_NAME=市总工会", encoding="utf-8")
    assert len(write_env_file(file)) == 2
    assert dotenv_values(file)["VOTING_SITE_NAME"] == "市总工会"


def test_addresses_that_no_store_can_hold_are_not_found(stage_on: Stage) -> None:
    for path in ("/log/%00/checkpoint", "/log/%00/key", "/log/te%00st/tile/0/000.p/1", "/c/%00"):
        assert stage_on.client().get(path).status_code == 404, path


def test_no_redirect_names_the_askers_host(stage: Stage) -> None:
    stage.campaign()
    answer = stage.client().get("//c//test", headers={"Host": "evil.example"})
    assert answer.status_code == 404


def test_redis_keeps_no_digest_of_an_address(stage: Stage) -> None:
    stage.campaign()
    stage.voter().vote([1])
    names = [name for name in stage.service.redis_client.keys("*") if ":try:address:" in name]
    assert names
    assert all(len(name.rsplit(":", 1)[1]) == 3 for name in names)


def test_nor_do_the_limits_on_pages(stage: Stage) -> None:
    """A ballot posted without scripts is counted by the page's limit a moment before the box takes it."""
    stage.campaign()
    voter = stage.voter()
    fields = {"form": voter.form()["form"], "choices": "1", "action": "cast"}
    page = voter.client.post("/c/test", data=fields, headers={"User-Agent": IPHONE})
    assert page.status_code == 303
    names = [str(name) for name in stage.service.redis_client.keys("*limit:*")]
    addresses = [found[1] for name in names if (found := re.search(r"\ba:([^/]*)", name))]
    assert addresses
    assert {len(one) for one in addresses} == {2}, names
