"""Exactly once, wherever the recorder dies and however many of them there are. The parts are called in their order and
stopped in between, as a crash would stop them; what the database refuses, it refuses itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select, text, update

from tests.oracle import check_books
from tests.stage import ClockInHand, Stage, environment, make_service
from voting_service.ballots.ballot_box import BallotBox, keys_of
from voting_service.ballots.box_contents import WaitingBallot
from voting_service.campaigns.models import Campaign
from voting_service.clock import Clock
from voting_service.commands.supervisor import ROOT
from voting_service.ledger import LedgerEntry, RecorderPosition
from voting_service.recorder.drain import BooksDisagree, LostRace, Stores, drain_once, publish, record
from voting_service.recorder.recorder import LEASE
from voting_service.transparency import log, tiles
from voting_service.transparency.checkpoint import Checkpoint
from voting_service.transparency.merkle import verify_consistency
from voting_service.transparency.models import Log
from voting_service.transparency.notes import VerifierKey
from wsgi import Service

KEYS = keys_of("test")


class Desk:
    """The recorder's parts on one open campaign."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.stores: Stores = stage.service.recorder_stores
        with stage.service.database.read() as session:
            self.campaign_id = session.scalars(select(Campaign.id)).one()

    @property
    def box(self) -> BallotBox:
        return self.stores.box

    @property
    def position(self) -> RecorderPosition:
        with self.stores.database.read() as session:
            return session.get_one(RecorderPosition, self.campaign_id)

    @property
    def log(self) -> Log:
        with self.stores.database.read() as session:
            return session.get_one(Log, self.campaign_id)

    @property
    def checkpoint(self) -> Checkpoint:
        """The signed one, its signature verified."""
        public_log = self.log
        return Checkpoint.parse(
            VerifierKey.parse(public_log.verifier_key).verify(public_log.checkpoint or "")
        )

    def ids(self) -> list[str]:
        with self.stores.database.read() as session:
            return list(session.scalars(select(LedgerEntry.ballot_id).order_by(LedgerEntry.seq)))

    def waiting(self) -> list[WaitingBallot]:
        """What lies in the stream, recorded or not."""
        return self.box.waiting("test", "0-0", 10_000)

    def ttl(self, ballot_id: str) -> int:
        """Seconds that the box goes on remembering this ballot; -1 for as long as it takes."""
        return int(self.box.client.ttl(KEYS.ballot + ballot_id))

    def drain(self, batch: int = 2000) -> int:
        return drain_once(self.stores, self.campaign_id, "test", batch)


def cast(stage: Stage, count: int) -> list[str]:
    """So many ballots, each of a voter of its own; gives their ids."""
    answers = [stage.voter().vote([1 + n % 6]) for n in range(count)]
    assert {answer.status_code for answer in answers} == {201}
    return [answer.get_json()["receipt"]["ballot_id"] for answer in answers]


@pytest.fixture
def desk(stage_on: Stage) -> Desk:
    stage_on.campaign()
    return Desk(stage_on)


# ---- crash points


def test_a_crash_before_the_commit_leaves_everything_to_be_recorded(desk: Desk) -> None:
    ids = cast(desk.stage, 3)
    engine = desk.stores.database.engine

    def power_cut(_connection: Connection) -> None:
        raise OSError("power cut")

    event.listen(engine, "commit", power_cut)
    with pytest.raises(OSError, match="power cut"):
        desk.drain()
    event.remove(engine, "commit", power_cut)
    assert (desk.ids(), desk.position.seq, desk.log.size) == ([], 0, 1)
    assert [ballot.ballot_id for ballot in desk.waiting()] == ids
    assert desk.drain() == 3
    assert desk.ids() == ids
    assert check_books(desk.stage).log == 4


def test_a_crash_after_the_commit_and_before_the_signature(desk: Desk) -> None:
    ids = cast(desk.stage, 3)
    before = desk.checkpoint
    record(desk.stores.database, desk.campaign_id, desk.position, desk.waiting())
    assert desk.ids() == ids
    assert (desk.log.size, desk.log.signed_size, desk.checkpoint) == (4, 1, before), "nothing is signed yet"
    receipt = desk.stage.voter().receipt(ids[0])
    assert (receipt["stage"], receipt["inclusion_proof"]) == ("recorded", None)
    assert desk.drain() == 0, "nothing is recorded twice"
    assert (desk.log.signed_size, desk.checkpoint.size) == (4, 4)
    assert desk.stage.voter().receipt(ids[0])["stage"] == "published"
    assert desk.ids() == ids
    check_books(desk.stage)


def test_a_crash_after_the_signature_and_before_the_stream_is_trimmed(desk: Desk) -> None:
    ids = cast(desk.stage, 3)
    record(desk.stores.database, desk.campaign_id, desk.position, desk.waiting())
    assert publish(desk.stores, desk.campaign_id)
    assert not publish(desk.stores, desk.campaign_id), "what is signed is not signed again"
    assert [ballot.ballot_id for ballot in desk.waiting()] == ids, "still in the stream"
    later = cast(desk.stage, 2)
    assert desk.drain() == 2
    assert desk.ids() == ids + later
    assert [ballot.ballot_id for ballot in desk.waiting()] == later, (
        "trimmed behind the committed position alone"
    )
    assert desk.drain() == 0
    assert desk.waiting() == []
    assert check_books(desk.stage).ledger == 5


def test_a_crash_in_the_middle_of_trimming(desk: Desk) -> None:
    ids = cast(desk.stage, 3)
    record(desk.stores.database, desk.campaign_id, desk.position, desk.waiting())
    desk.box.client.expire(
        KEYS.ballot + ids[0], 100
    )  # the first of settle's commands, and then the power went
    assert desk.drain() == 0
    assert desk.waiting() == []
    assert all(0 < desk.ttl(ballot_id) <= desk.stores.keep_s for ballot_id in ids)
    check_books(desk.stage)


def test_a_recorder_killed_inside_its_transaction_leaves_nothing_of_it(
    tmp_path: Path, redis_url: str, database_url: str
) -> None:
    """A process that is killed with its rows written and not committed."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, database_url=database_url))
    stage.campaign()
    desk = Desk(stage)
    ids = cast(stage, 3)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VOTING_")}
    environ = kept | environment(tmp_path / "data", redis_url, database_url) | {"PYTHONPATH": str(ROOT)}
    died = subprocess.run(
        [sys.executable, "-c", _DIES_AT_COMMIT], env=environ, cwd=tmp_path, capture_output=True, check=False
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    assert died.stdout == b"3 rows\n"
    assert (desk.ids(), desk.position.seq, desk.log.size) == ([], 0, 1)
    assert desk.drain() == 3
    assert desk.ids() == ids
    check_books(stage)
    stage.strike()


_DIES_AT_COMMIT = """
import os, signal
from sqlalchemy import event, text
from voting_service.clock import SystemClock
from voting_service.recorder.drain import drain_once
from voting_service.settings import read_settings
from wsgi import Service

service = Service(read_settings(), SystemClock())

def die(connection):
    print(connection.execute(text("SELECT count(*) FROM ledger_entries")).scalar(), "rows", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

event.listen(service.database.engine, "commit", die)
drain_once(service.recorder_stores, 1, "test")
"""


# ---- several recorders


def race(desk: Desk, recorders: int, batch: int) -> list[BaseException]:
    """Recorders without leases drain at once until nothing waits; gives what went wrong, lost races aside."""
    troubles: list[BaseException] = []
    start = threading.Barrier(recorders)

    def go_on(stores: Stores) -> None:
        start.wait(60)
        idle = 0
        while idle < 3:
            try:
                idle = 0 if drain_once(stores, desk.campaign_id, "test", batch) else idle + 1
            except LostRace:
                idle = 0
            except BaseException as trouble:
                troubles.append(trouble)
                return

    services = [another_service(desk.stage) for _ in range(recorders)]
    threads = [threading.Thread(target=go_on, args=(s.recorder_stores,), daemon=True) for s in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    for service in services:
        service.database.dispose()
    return troubles


def another_service(stage: Stage, clock: Clock | None = None) -> Service:
    """The same service as another process has it: on its own connections."""
    given = stage.service.settings
    return make_service(
        given.data_dir, redis_url=given.redis_url, database_url=given.database_url, clock=clock
    )


@pytest.mark.parametrize(("recorders", "batch"), [(2, 1), (2, 2000), (4, 3)])
def test_recorders_that_race_record_each_ballot_once(desk: Desk, recorders: int, batch: int) -> None:
    ids = cast(desk.stage, 24)
    assert race(desk, recorders, batch) == []
    assert desk.ids() == ids
    assert [ballot.ballot_id for ballot in desk.waiting()] == []
    assert check_books(desk.stage).ledger == 24


def test_of_two_recorders_with_the_same_batch_one_wins_and_the_other_changes_nothing(desk: Desk) -> None:
    ids = cast(desk.stage, 3)
    seen, ballots = desk.position, desk.waiting()
    record(desk.stores.database, desk.campaign_id, seen, ballots)
    with pytest.raises(LostRace):
        record(desk.stores.database, desk.campaign_id, seen, ballots)
    with pytest.raises(LostRace):
        record(desk.stores.database, desk.campaign_id, seen, ballots[:1])
    assert desk.ids() == ids
    assert desk.drain() == 0
    check_books(desk.stage)


def test_a_lease_lets_one_recorder_work_and_passes_on_when_it_dies(desk: Desk) -> None:
    clock = ClockInHand()
    first, second = (another_service(desk.stage, clock).recorder() for _ in range(2))
    cast(desk.stage, 1)
    assert (first.turn(), desk.position.holder) == (1, first.name)
    cast(desk.stage, 2)
    assert second.turn() == 0, "the first one's lease still runs"
    clock.tick(LEASE - timedelta(seconds=1))
    assert second.turn() == 0
    clock.tick(timedelta(seconds=2))  # the first one has not been heard of since
    assert (second.turn(), desk.position.holder) == (2, second.name)
    assert first.turn() == 0, "it comes back and finds its lease gone"
    clock.tick(LEASE + timedelta(seconds=1))
    cast(desk.stage, 1)
    assert (first.turn(), desk.position.holder) == (1, first.name)
    assert check_books(desk.stage).ledger == 4


def test_a_recorder_at_work_renews_its_lease(desk: Desk) -> None:
    clock = ClockInHand()
    first, second = (another_service(desk.stage, clock).recorder() for _ in range(2))
    for _ in range(8):
        first.turn()
        cast(desk.stage, 1)
        assert second.turn() == 0
        clock.tick(LEASE * 0.4)
    assert desk.position.holder == first.name
    assert desk.drain() == 1
    check_books(desk.stage)


def test_a_recorder_that_lost_its_lease_unawares_does_no_harm(desk: Desk) -> None:
    """It was stopped (SIGSTOP, a frozen machine) with its batch read, and goes on after another has taken over."""
    clock = ClockInHand()
    ids = cast(desk.stage, 2)
    seen, ballots = desk.position, desk.waiting()
    other = another_service(desk.stage, clock).recorder()
    assert other.turn() == 2
    ids += cast(desk.stage, 2)
    assert other.turn() == 2
    other.turn()  # by now the stream is trimmed
    with pytest.raises(LostRace):
        record(desk.stores.database, desk.campaign_id, seen, ballots)
    assert desk.box.settle("test", seen.stream_id, desk.stores.keep_s) == 0
    assert desk.ids() == ids
    check_books(desk.stage)


# ---- batches, checkpoints, expiry


@pytest.mark.parametrize("batch", [1, 7, 2000])
def test_the_size_of_batches_changes_nothing(desk: Desk, batch: int) -> None:
    ids = cast(desk.stage, 20)
    batches = []
    while recorded := desk.drain(batch):
        batches.append(recorded)
        assert desk.log.signed_size == desk.log.size == sum(batches) + 1, (
            "each batch is published with its turn"
        )
    assert batches == [batch] * (20 // batch) + ([20 % batch] if 20 % batch else [])
    assert desk.ids() == ids
    assert check_books(desk.stage).ledger == 20


def test_each_checkpoint_continues_the_one_before(desk: Desk) -> None:
    checkpoints = [desk.checkpoint]
    for count in (1, 2, 5, 3, 9):
        cast(desk.stage, count)
        while desk.drain(batch=4):
            checkpoints.append(desk.checkpoint)
    assert [checkpoint.size for checkpoint in checkpoints] == [1, 2, 4, 8, 9, 12, 16, 20, 21]
    with desk.stores.database.read() as session:
        read_tile = log.tile_reader(session, desk.campaign_id)
        for number, old in enumerate(checkpoints):
            for new in checkpoints[number:]:
                proof = tiles.consistency_proof(old.size, new.size, read_tile)
                verify_consistency(old.size, old.root_hash, new.size, new.root_hash, proof)


def test_the_checkpoint_covers_whatever_is_called_published(desk: Desk) -> None:
    ids = cast(desk.stage, 4)
    record(desk.stores.database, desk.campaign_id, desk.position, desk.waiting()[:2])
    publish(desk.stores, desk.campaign_id)
    record(desk.stores.database, desk.campaign_id, desk.position, desk.waiting()[2:3])
    states = [desk.stage.voter().receipt(ballot_id) for ballot_id in ids]
    assert [state["stage"] for state in states] == ["published", "published", "recorded", "cast"]
    for state in states:
        covered = state["leaf_index"] is not None and state["leaf_index"] < desk.checkpoint.size
        assert covered == (state["stage"] == "published") == bool(state["inclusion_proof"])
    width = desk.log.size
    assert desk.stage.client().get(f"/log/test/tile/entries/000.p/{width}").status_code == 404, (
        "not signed yet"
    )
    assert desk.stage.client().get(f"/log/test/tile/entries/000.p/{width - 1}").status_code == 200


def test_a_ballot_is_forgotten_only_after_it_is_recorded(desk: Desk) -> None:
    ids = cast(desk.stage, 2)
    assert [desk.ttl(ballot_id) for ballot_id in ids] == [-1, -1]
    record(desk.stores.database, desk.campaign_id, desk.position, desk.waiting()[:1])
    assert [desk.ttl(ballot_id) for ballot_id in ids] == [-1, -1], "committed, not settled"
    desk.box.settle("test", desk.position.stream_id, desk.stores.keep_s)
    first, second = (desk.ttl(ballot_id) for ballot_id in ids)
    assert desk.stage.service.settings.form_lifetime_s < first <= desk.stores.keep_s, (
        "longer than any form lives"
    )
    assert second == -1
    desk.drain()
    assert desk.ttl(ids[1]) == -1, "settled by the turn after the commit"
    desk.drain()
    assert 0 < desk.ttl(ids[1]) <= desk.stores.keep_s


# ---- what must not be there


def by_hand(desk: Desk, ballot: WaitingBallot, *, ballot_id: str, seq: int) -> None:
    """Put a ballot into the stream past the script, as nobody should."""
    desk.box.client.xadd(
        KEYS.stream,
        {
            "b": ballot_id, "n": seq, "t": ballot.cast_ms, "v": ballot.voter_tag,
            "c": ",".join(map(str, ballot.choices)), "w": ballot.channel, "h": "0",
        },
    )  # fmt: skip
    desk.box.client.hset(KEYS.meta, "seq", seq)


@pytest.mark.parametrize("recorded_before", [True, False], ids=["recorded before", "in one batch"])
def test_a_ballot_twice_in_the_stream_stops_the_recorder_and_changes_nothing(
    desk: Desk, recorded_before: bool
) -> None:
    (ballot_id,) = cast(desk.stage, 1)
    ballot = desk.waiting()[0]
    if recorded_before:
        desk.drain()
    by_hand(desk, ballot, ballot_id=ballot_id, seq=2)
    ids, size, checkpoint = desk.ids(), desk.log.size, desk.checkpoint
    for _attempt in range(2):
        with pytest.raises(BooksDisagree, match="同一张选票不能记两次") as stopped:
            desk.drain()
        assert "reconcile" in str(stopped.value.remedy)
    assert (desk.ids(), desk.log.size, desk.checkpoint) == (ids, size, checkpoint)
    assert desk.position.seq == len(ids)
    assert desk.waiting()[-1].ballot_id == ballot_id, "it is kept for whoever has to look at it"
    assert desk.stage.record() == 0, "and the recorder lives on"


@pytest.mark.parametrize("seq", [1, 3], ids=["a number twice", "a number left out"])
def test_a_gap_or_a_repeat_in_the_numbers_stops_the_recorder(desk: Desk, seq: int) -> None:
    cast(desk.stage, 1)
    ballot = desk.waiting()[0]
    by_hand(desk, ballot, ballot_id="0123456789ABCDEF", seq=seq)
    with pytest.raises(BooksDisagree, match="中间的选票不在台账中"):
        desk.drain()
    assert (desk.ids(), desk.log.size) == ([], 1)


def test_the_database_itself_refuses_what_would_count_twice(desk: Desk) -> None:
    cast(desk.stage, 2)
    desk.drain()
    with desk.stores.database.read() as session:
        one, other = session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)).all()
    for column, value in (("ballot_id", one.ballot_id), ("seq", one.seq), ("leaf_index", one.leaf_index)):
        with pytest.raises(Exception, match=r"(?i)unique"), desk.stores.database.write() as session:
            session.execute(update(LedgerEntry).where(LedgerEntry.seq == other.seq).values({column: value}))
    with pytest.raises(Exception, match=r"(?i)seq_begins_at_one"), desk.stores.database.write() as session:
        session.execute(text("UPDATE ledger_entries SET seq = 0 WHERE seq = 1"))
    assert check_books(desk.stage).ledger == 2
