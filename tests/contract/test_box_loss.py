"""A box that is lost, older than the ledger, or not the ledger's own takes no ballots: it is found out by whoever looks
first, and rebuilt from the ledger without anybody getting a second vote."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select, update

from tests.oracle import check_books
from tests.stage import ClockInHand, Stage, make_service
from voting_service.ballots.ballot_box import PREPARED, REFUSED, BoxUnavailable, keys_of
from voting_service.campaigns.models import Campaign
from voting_service.errors import ProblemsFound
from voting_service.ledger import LedgerEntry, RecorderPosition
from voting_service.recorder.drain import BooksDisagree, drain_once
from voting_service.redis_server.embedded import EmbeddedRedis
from voting_service.tally.rebuild import LONGEST_FORM_S, Rebuilt, rebuild_box
from voting_service.tally.reconcile import reconcile

KEYS = keys_of("test")


def campaign_id(stage: Stage) -> int:
    with stage.service.database.read() as session:
        return session.scalars(select(Campaign.id)).one()


def position(stage: Stage) -> RecorderPosition:
    with stage.service.database.read() as session:
        return session.scalars(select(RecorderPosition)).one()


def ledger_ids(stage: Stage) -> list[str]:
    with stage.service.database.read() as session:
        return list(session.scalars(select(LedgerEntry.ballot_id).order_by(LedgerEntry.seq)))


def drain(stage: Stage) -> int:
    return drain_once(stage.service.recorder_stores, campaign_id(stage), "test")


def rebuild(stage: Stage) -> Rebuilt:
    service = stage.service
    return rebuild_box(
        service.database,
        service.box,
        service.clock,
        "test",
        keep_s=service.recorder_stores.keep_s,
        actor="test",
    )


def state(stage: Stage) -> str | None:
    found = stage.service.box.state("test")
    return found.state if found else None


def casting_is_refused(stage: Stage) -> None:
    answer = stage.voter().vote([1])
    assert (answer.status_code, answer.get_json()["code"]) == (503, "box_unavailable")
    assert answer.headers["Retry-After"]


def readiness_says_so(stage: Stage) -> None:
    answer = stage.client().get("/readyz")
    assert answer.status_code == 503
    assert [f["code"] for f in answer.get_json()["findings"] if f["level"] == "error"] == ["box_refused"]
    assert "rebuild-box test" in answer.get_json()["findings"][-1]["remedy"]


def the_recorder_says_so(stage: Stage) -> None:
    before = ledger_ids(stage)
    with pytest.raises(BoxUnavailable, match=r"票箱|Redis") as refused:
        drain(stage)
    assert "rebuild-box test" in str(refused.value.remedy)
    assert ledger_ids(stage) == before


EVERYONE = (casting_is_refused, readiness_says_so, the_recorder_says_so)


class ServerOfOurOwn:
    """A Redis whose data directory can be kept and put back, and a stage on it."""

    def __init__(self, directory: Path) -> None:
        self.server = EmbeddedRedis(directory / "data")
        self.server.start()
        self.stage = Stage(make_service(directory / "data", redis_url=self.server.url))
        self._kept = directory / "kept"

    def keep(self) -> None:
        """Copy the data directory, as a backup does."""
        self.server.stop()
        shutil.copytree(self.server.directory, self._kept)
        self.server.start()

    def put_back(self) -> None:
        """Restore that copy."""
        self.server.stop()
        shutil.rmtree(self.server.directory)
        self._kept.rename(self.server.directory)
        self.server.start()

    def empty(self) -> None:
        """Start with nothing, as on a new disk."""
        self.server.stop()
        shutil.rmtree(self.server.directory)
        self.server.start()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ServerOfOurOwn]:
    ours = ServerOfOurOwn(tmp_path)
    try:
        yield ours
    finally:
        ours.stage.strike()
        ours.server.stop()


@pytest.mark.parametrize("first", EVERYONE)
def test_an_old_redis_directory_beside_a_newer_ledger_is_refused_by_whoever_looks_first(
    own: ServerOfOurOwn, first: Callable[[Stage], None]
) -> None:
    stage = own.stage
    stage.campaign()
    early, late = stage.voter(), stage.voter()
    assert early.vote([1]).status_code == 201
    stage.record()
    own.keep()
    form = late.form()["form"]
    receipt = late.post(form, [2]).get_json()["receipt"]
    stage.record()
    own.put_back()
    first(stage)
    for look in EVERYONE:
        look(stage)
    assert late.vote([3]).status_code == 503, "the old box does not know that this voter has voted"
    assert rebuild(stage) == Rebuilt(epoch=2, ballots=2, voters=2)
    again = late.post(form, [3])
    assert (again.status_code, again.get_json()["receipt"]) == (200, receipt), (
        "the ballot is the one that was cast"
    )
    assert [voter.vote([3]).status_code for voter in (early, late)] == [409, 409], "nobody votes twice"
    assert stage.voter().vote([3]).status_code == 201
    assert stage.record() == 1
    assert check_books(stage).ledger == 3
    assert stage.client().get("/readyz").status_code == 200


def test_an_empty_redis_is_refused_and_rebuilt(own: ServerOfOurOwn) -> None:
    own.stage.campaign()
    voter = own.stage.voter()
    form = voter.form()["form"]
    receipt = voter.post(form, [1]).get_json()["receipt"]
    own.stage.record()
    own.empty()
    for look in EVERYONE:
        look(own.stage)
    assert rebuild(own.stage).ballots == 1
    assert voter.post(form, [2]).get_json()["receipt"] == receipt
    assert voter.vote([2]).status_code == 409
    assert check_books(own.stage).voters_compared


def test_a_server_killed_and_back_on_its_own_data_goes_on(own: ServerOfOurOwn) -> None:
    own.stage.campaign()
    assert own.stage.voter().vote([1]).status_code == 201
    own.server.stop()
    own.server.start()
    assert own.stage.voter().vote([1]).status_code == 201, "looked at, found to be the ledger's own, and used"
    own.stage.record()
    assert check_books(own.stage).ledger == 2


def flush(stage: Stage) -> None:
    """Redis keeps its scripts: no NOSCRIPT tells of the loss."""
    stage.service.redis_client.flushall()


def flush_and_forget(stage: Stage) -> None:
    stage.service.redis_client.flushall()
    stage.service.redis_client.script_flush()


def another_epoch(stage: Stage) -> None:
    stage.service.redis_client.hincrby(KEYS.meta, "epoch", 1)
    stage.service.redis_client.script_flush()


def fewer_ballots(stage: Stage) -> None:
    stage.service.redis_client.hincrby(KEYS.meta, "seq", -1)
    stage.service.redis_client.script_flush()


@pytest.mark.parametrize("lose", [flush, flush_and_forget, another_epoch, fewer_ballots])
def test_whatever_is_lost_comes_back_from_the_ledger(stage_on: Stage, lose: Callable[[Stage], None]) -> None:
    stage_on.campaign(ballots_per_day=2)
    voters = [stage_on.voter() for _ in range(3)]
    forms = [voter.form()["form"] for voter in voters]
    for number, (voter, form) in enumerate(zip(voters, forms, strict=True), start=1):
        assert voter.post(form, [number, 6]).status_code == 201
    stage_on.record()
    counts = stage_on.service.box.provisional_counts("test")
    lose(stage_on)
    for look in EVERYONE:
        look(stage_on)
    assert rebuild(stage_on) == Rebuilt(epoch=2, ballots=3, voters=3)
    assert stage_on.service.box.provisional_counts("test") == counts == {1: 1, 2: 1, 3: 1, 6: 3}
    assert [voter.post(form, [5]).status_code for voter, form in zip(voters, forms, strict=True)] == [200] * 3
    assert [voter.vote([5]).get_json()["remaining"]["today"] for voter in voters] == [0] * 3
    assert [voter.vote([5]).status_code for voter in voters] == [409] * 3
    assert stage_on.record() == 3
    books = check_books(stage_on)
    assert (books.box, books.ledger, books.voters_compared) == (6, 6, True)


def test_a_rebuilt_box_forgets_its_ballots_in_time(stage: Stage) -> None:
    stage.campaign()
    receipt = stage.voter().vote([1]).get_json()["receipt"]
    stage.record()
    flush(stage)
    rebuild(stage)
    ttl = stage.service.redis_client.ttl(KEYS.ballot + receipt["ballot_id"])
    assert 0 < ttl <= LONGEST_FORM_S


def test_rebuilding_refuses_where_ballots_with_a_receipt_would_be_lost(stage_on: Stage) -> None:
    stage_on.campaign()
    assert stage_on.voter().vote([1]).status_code == 201
    stage_on.record()
    waiting = [stage_on.voter().vote([2]).get_json()["receipt"]["ballot_id"] for _ in range(2)]
    another_epoch(stage_on)
    for _attempt in range(2):
        with pytest.raises(ProblemsFound, match="丢失 2 张") as refused:
            rebuild(stage_on)
        assert [problem.where for problem in refused.value.problems] == waiting
        assert [ballot.ballot_id for ballot in stage_on.service.box.waiting("test", "0-0", 9)][-2:] == waiting
    assert state(stage_on) == REFUSED
    assert position(stage_on).box_epoch == 1
    casting_is_refused(stage_on)


@pytest.mark.parametrize("early", [False, True], ids=["open", "sealed"])
def test_a_box_refused_beside_the_wrong_ledger_goes_on_once_the_right_one_is_back(
    stage_on: Stage, early: bool
) -> None:
    stage_on.campaign()
    assert stage_on.voter().vote([1]).status_code == 201
    stage_on.record()
    waiting = stage_on.voter().vote([2]).get_json()["receipt"]["ballot_id"]
    if early:
        stage_on.service.box.seal("test", early=True)

    def ledger_of_epoch(epoch: int) -> None:
        with stage_on.service.database.write() as session:
            session.execute(update(RecorderPosition).values(box_epoch=epoch))

    ledger_of_epoch(2)
    for look in (the_recorder_says_so, casting_is_refused, readiness_says_so):
        look(stage_on)
    ledger_of_epoch(1)
    the_recorder_says_so(stage_on)
    assert rebuild(stage_on) == Rebuilt(epoch=None, ballots=1, voters=0)
    assert state(stage_on) == ("sealed" if early else "open")
    assert stage_on.voter().vote([3]).status_code == (403 if early else 201)
    stage_on.record()
    assert waiting in ledger_ids(stage_on), "the ballot that waited is recorded, not rebuilt away"
    assert check_books(stage_on).ledger == (2 if early else 3)


def test_rebuilding_a_healthy_box_changes_nothing(stage: Stage) -> None:
    stage.campaign()
    for _ in range(3):
        assert stage.voter().vote([1]).status_code == 201
    stage.record()
    assert stage.voter().vote([2]).status_code == 201, "one more waits to be recorded"
    redis = stage.service.redis_client

    read = {"hash": redis.hgetall, "string": redis.get, "stream": redis.xrange}

    def everything() -> dict[str, object]:
        return {key: (read[redis.type(key)](key), redis.ttl(key) > 0) for key in redis.scan_iter("box:*")}

    before, ledger = everything(), position(stage)
    assert rebuild(stage) == Rebuilt(epoch=None, ballots=3, voters=0)
    assert everything() == before
    assert position(stage).box_epoch == ledger.box_epoch == 1
    assert stage.record() == 1
    assert check_books(stage).ledger == 4


def test_a_crash_between_commit_and_opening_leaves_a_box_that_the_recorder_opens(stage_on: Stage) -> None:
    stage_on.campaign()
    voter = stage_on.voter()
    assert voter.vote([1]).status_code == 201
    stage_on.record()
    flush(stage_on)
    rebuild(stage_on)
    stage_on.service.redis_client.hset(
        KEYS.meta, "state", PREPARED
    )  # as it lies there when opening it never came
    casting_is_refused(stage_on)
    stage_on.record()
    assert voter.vote([1]).status_code == 409
    assert stage_on.voter().vote([2]).status_code == 201
    stage_on.record()
    assert check_books(stage_on).ledger == 2


def test_a_crash_between_commit_and_opening_is_made_good_by_rebuilding_again(stage: Stage) -> None:
    stage.campaign()
    stage.service.redis_client.hset(KEYS.meta, "state", PREPARED)
    assert rebuild(stage) == Rebuilt(epoch=None, ballots=0, voters=0)
    assert stage.voter().vote([1]).status_code == 201


def test_a_crash_before_the_ledgers_commit_leaves_a_box_that_takes_nothing(stage_on: Stage) -> None:
    stage_on.campaign()
    assert stage_on.voter().vote([1]).status_code == 201
    stage_on.record()
    flush(stage_on)
    engine = stage_on.service.database.engine

    def disk_full(_connection: Connection) -> None:
        raise OSError("no space left on device")

    event.listen(engine, "commit", disk_full)
    with pytest.raises(OSError, match="no space"):
        rebuild(stage_on)
    event.remove(engine, "commit", disk_full)
    assert (state(stage_on), position(stage_on).box_epoch) == (PREPARED, 1)
    casting_is_refused(stage_on)
    assert stage_on.record() == 0
    casting_is_refused(stage_on)
    assert rebuild(stage_on).epoch == 2
    assert stage_on.voter().vote([2]).status_code == 201
    stage_on.record()
    assert check_books(stage_on).ledger == 2


def test_a_recorder_at_work_during_a_rebuild_does_not_condemn_the_new_box(stage_on: Stage) -> None:
    stage_on.campaign()
    assert stage_on.voter().vote([1]).status_code == 201
    recorder = stage_on.service.recorder()
    # A lease that ran out meanwhile would be renewed in the row that the rebuild has locked, by this same thread.
    recorder.stores = replace(recorder.stores, clock=ClockInHand(stage_on.service.clock.now()))
    recorder.turn()
    flush(stage_on)
    engine = stage_on.service.database.engine
    turns: list[int] = []

    def meanwhile(_connection: Connection) -> None:
        """The box is in its place, and the ledger does not know it yet."""
        if not turns:
            turns.append(recorder.turn())

    event.listen(engine, "commit", meanwhile)
    try:
        assert rebuild(stage_on).epoch == 2
    finally:
        event.remove(engine, "commit", meanwhile)
    assert turns == [0]
    assert stage_on.voter().vote([2]).status_code == 201, "what was rebuilt takes ballots"
    assert recorder.turn() == 1
    assert check_books(stage_on).ledger == 2


@pytest.mark.parametrize("waits", [True, False], ids=["a ballot waits", "nothing waits"])
def test_a_ledger_restored_from_an_older_backup_is_found_out_and_nothing_is_recorded(
    stage: Stage, tmp_path: Path, waits: bool
) -> None:
    stage.campaign()
    file, backup = tmp_path / "data" / "voting.sqlite3", tmp_path / "backup.sqlite3"
    stage.voter().vote([1])
    stage.record()
    with sqlite3.connect(file) as source, sqlite3.connect(backup) as target:
        source.backup(target)
    for _ in range(3):
        stage.voter().vote([2])
    stage.record()
    if waits:
        stage.voter().vote([3])
    stage.service.database.dispose()
    for old in tmp_path.glob("data/voting.sqlite3*"):
        old.unlink()
    shutil.copy(backup, file)
    for _attempt in range(2):
        with pytest.raises(BooksDisagree, match="不在台账中"):
            drain(stage)
    assert stage.record() == 0
    assert len(ledger_ids(stage)) == 1
    assert position(stage).seq == 1
    assert reconcile(stage.service.database, stage.service.box, "test").differences
    findings = stage.client().get("/readyz")
    assert findings.status_code == 503
    assert "books_disagree" in [f["code"] for f in findings.get_json()["findings"] if f["level"] == "error"]


def test_a_server_that_restarts_while_the_ledger_is_away_takes_no_ballots(
    stage: Stage, tmp_path: Path
) -> None:
    stage.campaign()
    voter = stage.voter()
    assert voter.vote([1]).status_code == 201
    other = stage.voter()
    form = other.form()["form"]
    stage.service.redis_client.script_flush()  # what a restart does
    stage.service.database.dispose()
    away, file = tmp_path / "away", tmp_path / "data" / "voting.sqlite3"
    file.rename(away)
    file.mkdir()
    answer = other.post(form, [2])
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert stage.service.box.waiting("test", "0-0", 9)[1:] == []
    file.rmdir()
    away.rename(file)
    assert other.post(form, [2]).status_code == 201
    stage.record()
    assert check_books(stage).ledger == 2
