"""A campaign's life at its edges: what keeps it from opening, what a crash leaves half open or half closed, which ballot
is the last, and what the public may see when."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, event, select, update

from tests.oracle import check_books
from tests.stage import ClockInHand, Stage, category_rules, make_service, rules
from voting_service.ballots.ballot_box import OPEN as BOX_OPEN
from voting_service.ballots.ballot_box import PREPARED, SEALED, keys_of
from voting_service.ballots.opening import PhaseForbids, open_voting, schedule_voting
from voting_service.campaigns.models import CLOSED, DRAFT, OPEN, SCHEDULED, Campaign
from voting_service.candidates.models import Candidate
from voting_service.clock import from_ms, rfc3339, to_ms
from voting_service.commands import make_cli
from voting_service.commands.supervisor import ROOT
from voting_service.errors import ProblemsFound
from voting_service.ledger import RecorderPosition
from voting_service.recorder.closing import finish_closing
from voting_service.recorder.drain import BooksDisagree, drain_once
from voting_service.tally.ledger_reads import tally_ledger
from voting_service.tally.publication import publish_due
from voting_service.transparency import entries
from voting_service.transparency.checkpoint import Checkpoint
from voting_service.transparency.models import Log, LogLeaf
from voting_service.transparency.notes import VerifierKey

KEYS = keys_of("test")
HOUR = timedelta(hours=1)


def campaign_of(stage: Stage) -> Campaign:
    with stage.service.database.read() as session:
        return session.scalars(select(Campaign)).one()


def log_of(stage: Stage) -> Log | None:
    with stage.service.database.read() as session:
        return session.scalar(select(Log))


def log_entries(stage: Stage) -> list[dict[str, Any]]:
    with stage.service.database.read() as session:
        return [
            entries.decode(leaf)
            for leaf in session.scalars(select(LogLeaf.entry).order_by(LogLeaf.leaf_index))
        ]


def checkpoint_size(stage: Stage) -> int:
    """How much the public checkpoint covers, its signature verified."""
    key = VerifierKey.parse(stage.client().get("/log/test/key").text.strip())
    return Checkpoint.parse(key.verify(stage.client().get("/log/test/checkpoint").text)).size


def box_state(stage: Stage) -> str | None:
    state = stage.service.box.state("test")
    return state.state if state else None


def turn(stage: Stage) -> int:
    """One recorder's turn with all that belongs to it, as its process takes it."""
    recorded = stage.record()
    publish_due(stage.service.recorder_stores, archives(stage))
    return recorded


def archives(stage: Stage) -> Path:
    return stage.service.settings.data_dir / "archives"


def recount(archive: Path) -> subprocess.CompletedProcess[str]:
    """Anyone's recount, offline, by the program that shares no code with the service."""
    tool = ROOT / "tools" / "recount.py"
    return subprocess.run(
        [sys.executable, "-I", str(tool), str(archive)], capture_output=True, text=True, check=False
    )


@contextmanager
def crash_at_commit(stage: Stage, number: int) -> Iterator[None]:
    """The process dies at its n-th commit from here on: that transaction and whatever was to follow never happen."""
    engine, commits = stage.service.database.engine, 0

    def die(_connection: Connection) -> None:
        nonlocal commits
        commits += 1
        if commits == number:
            raise KeyboardInterrupt

    event.listen(engine, "commit", die)
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        event.remove(engine, "commit", die)


def move_the_close(stage: Stage, closes_at: datetime) -> None:
    """Redis's clock cannot be moved; so the campaign is."""
    with stage.service.database.write() as session:
        campaign = session.scalars(select(Campaign)).one()
        campaign.rules_json = json.dumps(campaign.rules.to_json() | {"closes_at": rfc3339(closes_at)})
    stage.service.redis_client.hset(KEYS.meta, "closes_ms", to_ms(closes_at))


def redis_now(stage: Stage) -> datetime:
    seconds, microseconds = stage.service.redis_client.time()
    return from_ms(seconds * 1000 + microseconds // 1000)


# ---- opening


def test_everything_that_keeps_a_campaign_from_opening_is_listed_at_once(stage_on: Stage) -> None:
    now = datetime.now(UTC)
    stage_on.draft(
        candidates=2,
        with_rules=rules(
            closes_at=now - HOUR,
            max_choices=5,
            identities=("wechat",),
            categories=category_rules("teams", "people", min_choices=2),
        ),
    )
    with stage_on.service.database.write() as session:
        session.execute(update(Candidate).where(Candidate.number == 2).values(summary="", story=""))
    with pytest.raises(ProblemsFound) as found:
        stage_on.open()
    assert sorted(problem.where for problem in found.value.problems) == sorted(
        [
            "voting.closes_at",
            "candidates",
            "category teams",
            "category people",
            "voting.identities",
            "2 号 候选人2",
        ]
    )
    assert all(problem.sentence and problem.remedy for problem in found.value.problems)
    [identity] = [problem for problem in found.value.problems if problem.where == "voting.identities"]
    assert "VOTING_WECHAT_APP_ID" in str(identity.remedy)
    assert "docs/wechat.zh-CN.md" in str(identity.remedy)
    with pytest.raises(ProblemsFound) as said, stage_on.service.database.write() as session:
        schedule_voting(session, "test", at=now, actor="test", identities=stage_on.service.opener.identities)
    assert list(map(str, said.value.problems)) == list(map(str, found.value.problems)), "the same list"
    assert (campaign_of(stage_on).phase, log_of(stage_on), box_state(stage_on)) == (DRAFT, None, None)


def test_opening_freezes_rules_and_roster_and_writes_them_into_the_log(stage_on: Stage) -> None:
    stage_on.draft()
    before = campaign_of(stage_on)
    assert stage_on.client().get("/log/test/checkpoint").status_code == 404
    stage_on.open()
    campaign = campaign_of(stage_on)
    assert (campaign.phase, campaign.frozen, campaign.version) == (OPEN, True, before.version + 1)
    (opened,) = log_entries(stage_on)
    assert opened["type"] == "opened"
    assert opened["at"] == rfc3339(campaign.opened_at)
    assert opened["rules"] == campaign.rules.to_log()
    assert [person["number"] for person in opened["candidates"]] == [1, 2, 3, 4, 5, 6]
    assert opened["rules_sha256"] == entries.rules_sha256(opened["rules"], opened["candidates"])
    assert checkpoint_size(stage_on) == 1
    assert box_state(stage_on) == BOX_OPEN
    check_books(stage_on)


def test_a_crash_before_opening_is_committed_leaves_a_draft_and_a_box_that_takes_nothing(
    stage_on: Stage,
) -> None:
    stage_on.draft()
    with crash_at_commit(stage_on, 1):
        stage_on.open()
    assert (campaign_of(stage_on).phase, log_of(stage_on), box_state(stage_on)) == (DRAFT, None, PREPARED)
    assert stage_on.record() == 0
    assert box_state(stage_on) == PREPARED, "no recorder opens what the ledger does not know"
    stage_on.open()
    assert stage_on.voter().vote([1]).status_code == 201
    assert turn(stage_on) == 1
    assert check_books(stage_on).log == 2


@pytest.mark.parametrize("signed", [False, True], ids=["before the signature", "after the signature"])
def test_a_crash_after_opening_is_committed_is_made_good_by_the_recorder(
    stage_on: Stage, signed: bool
) -> None:
    stage_on.draft()
    if signed:
        stage_on.open()
        stage_on.service.redis_client.hset(KEYS.meta, "state", PREPARED)  # as if it had died just before
    else:
        with crash_at_commit(stage_on, 2):
            stage_on.open()
    assert (campaign_of(stage_on).phase, box_state(stage_on)) == (OPEN, PREPARED)
    refused = stage_on.voter().vote([1])
    assert (refused.status_code, refused.get_json()["code"]) == (503, "box_unavailable")
    with pytest.raises(PhaseForbids):
        stage_on.open()
    stage_on.record()
    assert (box_state(stage_on), checkpoint_size(stage_on)) == (BOX_OPEN, 1)
    assert stage_on.voter().vote([1]).status_code == 201
    assert turn(stage_on) == 1
    assert [entry["type"] for entry in log_entries(stage_on)] == ["opened", "ballot"]
    check_books(stage_on)


def test_a_scheduled_campaign_is_opened_by_the_recorder_when_its_time_comes(
    tmp_path: Path, redis_url: str, database_url: str
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    clock = ClockInHand(now - 2 * HOUR)
    stage = Stage(
        make_service(tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=clock)
    )
    stage.draft(with_rules=rules(opens_at=now - HOUR))
    identities = stage.service.opener.identities
    with stage.service.database.write() as session:
        schedule_voting(session, "test", at=clock.now(), actor="test", identities=identities)
    clock.set(now - HOUR - timedelta(milliseconds=1))
    turn(stage)
    assert (campaign_of(stage).phase, log_of(stage)) == (SCHEDULED, None)
    refused = stage.voter().get("/api/v1/campaigns/test/ballot-form")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "not_open")
    clock.set(now - HOUR)
    turn(stage)
    assert (campaign_of(stage).phase, campaign_of(stage).opened_at) == (OPEN, now - HOUR)
    assert stage.voter().vote([1]).status_code == 201
    assert turn(stage) == 1
    check_books(stage)
    stage.strike()


def test_of_openings_at_once_one_opens_and_none_empties_the_box(stage_on: Stage) -> None:
    stage_on.draft()
    given = stage_on.service.settings
    services = [
        make_service(given.data_dir, redis_url=given.redis_url, database_url=given.database_url)
        for _ in range(4)
    ]
    start, outcomes = threading.Barrier(4), []

    def open_it(number: int) -> None:
        start.wait(60)
        try:
            open_voting(services[number].opener, "test", at=services[number].clock.now(), actor="test")
            outcomes.append("opened")
            assert stage_on.voter().vote([1]).status_code == 201
        except PhaseForbids:
            outcomes.append("refused")

    threads = [threading.Thread(target=open_it, args=(number,), daemon=True) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["opened", "refused", "refused", "refused"]
    with pytest.raises(PhaseForbids):
        stage_on.open()
    assert turn(stage_on) == 1, "the ballot that was cast meanwhile is still there"
    assert check_books(stage_on).log == 2
    for service in services:
        service.database.dispose()


# ---- closing


def test_the_box_is_sealed_at_its_closing_time_by_redis_clock_and_no_later(stage_on: Stage) -> None:
    stage_on.campaign()
    voter, late = stage_on.voter(), stage_on.voter()
    form, late_form = voter.form()["form"], late.form()["form"]
    receipt = voter.post(form, [1]).get_json()["receipt"]
    assert stage_on.service.recorder_stores.box.seal("test", early=False) is None, "not due yet"
    closes_at = redis_now(stage_on) - timedelta(milliseconds=1)
    move_the_close(stage_on, closes_at)
    refused = late.post(late_form, [2])
    assert (refused.status_code, refused.get_json()["code"]) == (403, "not_open")
    assert "next_at" not in refused.get_json()
    assert box_state(stage_on) == BOX_OPEN, "the time alone refuses, whether anyone has sealed the box or not"
    assert turn(stage_on) == 1
    campaign, closed = campaign_of(stage_on), log_entries(stage_on)[-1]
    assert (campaign.phase, campaign.closed_at, box_state(stage_on)) == (CLOSED, closes_at, SEALED)
    assert closed == {"type": "closed", "at": closed["at"], "sealed_at": rfc3339(closes_at), "ballots": 1}
    assert voter.post(form, [1]).get_json()["receipt"] == receipt, (
        "a receipt is given again, after the close too"
    )
    assert late.post(late_form, [2]).status_code == 403
    assert check_books(stage_on).ledger == 1


def test_a_recorder_whose_clock_is_fast_closes_nothing(tmp_path: Path, redis_url: str) -> None:
    clock = ClockInHand(datetime.now(UTC))
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=clock))
    stage.campaign()
    clock.set(datetime.now(UTC) + timedelta(days=30))
    turn(stage)
    assert (campaign_of(stage).phase, box_state(stage)) == (OPEN, BOX_OPEN)
    clock.set(datetime.now(UTC))
    assert stage.voter().vote([1]).status_code == 201
    stage.strike()


def test_an_early_close_by_command_records_every_ballot_and_takes_no_more(stage_on: Stage) -> None:
    stage_on.campaign()
    late = stage_on.voter()
    form = late.form()["form"]
    for number in (1, 2, 2):
        assert stage_on.voter().vote([number]).status_code == 201
    before = redis_now(stage_on)
    cli = make_cli(lambda: stage_on.service)
    done = CliRunner().invoke(cli, ["campaign", "close", "test", "--yes"])
    assert done.exit_code == 0, done.output
    campaign, closed = campaign_of(stage_on), log_entries(stage_on)[-1]
    assert campaign.phase == CLOSED
    assert campaign.closed_at is not None
    assert before <= campaign.closed_at <= redis_now(stage_on)
    assert (closed["sealed_at"], closed["ballots"]) == (rfc3339(campaign.closed_at), 3)
    assert late.post(form, [3]).get_json()["code"] == "not_open"
    again = CliRunner().invoke(cli, ["campaign", "close", "test", "--yes"])
    assert again.exit_code == 0
    assert [entry["type"] for entry in log_entries(stage_on)].count("closed") == 1
    assert check_books(stage_on).ledger == 3


def test_what_the_sealed_box_still_holds_is_recorded_before_closed_is_written(stage_on: Stage) -> None:
    stage_on.campaign()
    for _ in range(5):
        assert stage_on.voter().vote([1]).status_code == 201
    service = stage_on.service
    sealed = service.recorder_stores.box.seal("test", early=True)
    assert sealed is not None
    assert sealed[1] == 5
    assert service.recorder_stores.box.seal("test", early=True) == sealed, "sealed once"
    assert drain_once(service.recorder_stores, campaign_of(stage_on).id, "test", batch=2) == 2
    stage_on.record()
    assert [entry["type"] for entry in log_entries(stage_on)] == ["opened", *["ballot"] * 5, "closed"]
    assert checkpoint_size(stage_on) == 7
    assert check_books(stage_on).ledger == 5


def test_closed_is_written_once_however_many_finish(stage_on: Stage) -> None:
    stage_on.campaign()
    stage_on.voter().vote([1])
    stores = stage_on.service.recorder_stores
    sealed = stores.box.seal("test", early=True)
    assert sealed is not None
    given = stage_on.service.settings
    services = [
        make_service(given.data_dir, redis_url=given.redis_url, database_url=given.database_url)
        for _ in range(3)
    ]
    campaign_id = campaign_of(stage_on).id
    drain_once(stores, campaign_id, "test")
    troubles: list[BaseException] = []

    def finish(number: int) -> None:
        try:
            finish_closing(services[number].recorder_stores, campaign_id, "test", sealed, actor="test")
        except BaseException as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=finish, args=(number,), daemon=True) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert troubles == []
    assert [entry["type"] for entry in log_entries(stage_on)] == ["opened", "ballot", "closed"]
    assert checkpoint_size(stage_on) == 3
    check_books(stage_on)
    for service in services:
        service.database.dispose()


@pytest.mark.parametrize(
    ("commits", "left"),
    [
        (1, ["opened"]),  # the batch of the sealed box
        (2, ["opened", "ballot", "ballot"]),  # its signature
        (3, ["opened", "ballot", "ballot"]),  # ``closed``
        (4, ["opened", "ballot", "ballot", "closed"]),  # the last signature
    ],
    ids=["recording", "signing", "closing", "signing the close"],
)
def test_a_close_that_crashed_anywhere_is_finished_by_the_next_recorder(
    stage_on: Stage, commits: int, left: list[str]
) -> None:
    stage_on.campaign()
    for _ in range(2):
        assert stage_on.voter().vote([3]).status_code == 201
    stores, campaign_id = stage_on.service.recorder_stores, campaign_of(stage_on).id
    sealed = stores.box.seal("test", early=True)
    assert sealed is not None
    with crash_at_commit(stage_on, commits):
        finish_closing(stores, campaign_id, "test", sealed, actor="test")
    assert [entry["type"] for entry in log_entries(stage_on)] == left
    turn(stage_on)
    assert campaign_of(stage_on).phase == CLOSED
    assert [entry["type"] for entry in log_entries(stage_on)] == ["opened", "ballot", "ballot", "closed"]
    assert checkpoint_size(stage_on) == 4, "the close itself is signed"
    assert check_books(stage_on).ledger == 2
    told = recount(archives(stage_on) / "test.zip")
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_campaign_whose_ballots_are_not_all_recorded_does_not_close(stage_on: Stage) -> None:
    stage_on.campaign()
    stage_on.voter().vote([1])
    stores, campaign_id = stage_on.service.recorder_stores, campaign_of(stage_on).id
    sealed = stores.box.seal("test", early=True)
    assert sealed is not None
    with pytest.raises(BooksDisagree, match="不能结束"):
        finish_closing(stores, campaign_id, "test", (sealed[0], 2), actor="test")
    assert campaign_of(stage_on).phase == OPEN
    assert [entry["type"] for entry in log_entries(stage_on)] == ["opened", "ballot"]


# ---- what is shown when


def test_hidden_counts_stay_hidden_until_the_close_while_the_tree_is_public(stage_on: Stage) -> None:
    stage_on.campaign(counts="hidden")
    for _ in range(2):
        assert stage_on.voter().vote([4]).status_code == 201
    turn(stage_on)
    client = stage_on.client()
    assert checkpoint_size(stage_on) == 3
    assert len(client.get("/log/test/tile/0/000.p/3").data) == 3 * 32
    shown = client.get("/log/test/tile/entries/000.p/1")
    assert entries.decode(entries.unbundle(shown.data)[0])["type"] == "opened", "the rules are for everyone"
    for width in (2, 3):
        withheld = client.get(f"/log/test/tile/entries/000.p/{width}")
        assert (withheld.status_code, withheld.get_json()["code"]) == (403, "entries_withheld")
        assert withheld.get_json()["shown_size"] == 1
    counts = client.get("/api/v1/campaigns/test/counts").get_json()
    assert (counts["shown"], counts["counts"], counts["ballots"]) == (False, {}, None)
    stage_on.service.recorder_stores.box.seal("test", early=True)
    turn(stage_on)
    bundle = client.get("/log/test/tile/entries/000.p/4")
    assert [entries.decode(entry)["type"] for entry in entries.unbundle(bundle.data)] == [
        "opened", "ballot", "ballot", "closed",
    ]  # fmt: skip
    with stage_on.service.database.read() as session:
        final = json.loads(session.scalars(select(Campaign.counts_json)).one() or "{}")
    assert (final["final"], final["ballots"], final["counts"]["4"], final["counts"]["1"]) == (True, 2, 2, 0)


def test_counts_published_daily_are_those_of_that_very_moment(
    tmp_path: Path, redis_url: str, database_url: str
) -> None:
    now = datetime.now(UTC)
    moment = now.replace(second=0, microsecond=0) + timedelta(minutes=2)
    clock = ClockInHand(now)
    stage = Stage(
        make_service(tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=clock)
    )
    local = moment.astimezone(stage.service.settings.zone)
    stage.campaign(counts=f"daily {local:%H:%M}", opens_at=now - HOUR)
    assert stage.voter().vote([1]).status_code == 201
    assert turn(stage) == 1

    def cast_at(at: datetime, number: int) -> None:
        """A ballot that the box takes at this moment; Redis's clock cannot be set, so it is put there by hand."""
        redis = stage.service.redis_client
        seq = redis.hincrby(KEYS.meta, "seq", 1)
        redis.xadd(
            KEYS.stream,
            {"b": f"BY0HAND{seq:09}", "n": seq, "t": to_ms(at), "v": f"voter{seq}", "c": str(number), "w": "browser", "h": "0"},
        )  # fmt: skip

    def published() -> dict[str, Any] | None:
        found = campaign_of(stage).counts_json
        return json.loads(found) if found else None

    millisecond = timedelta(milliseconds=1)
    cast_at(moment - millisecond, 2)
    clock.set(moment - millisecond)
    publish_due(stage.service.recorder_stores, archives(stage))
    assert published() is None, "not yet"
    clock.set(moment + timedelta(seconds=1))
    cast_at(moment, 3)
    publish_due(stage.service.recorder_stores, archives(stage))
    assert published() is None, "a ballot cast before that moment is not in the ledger yet"
    assert turn(stage) == 2
    expected = {
        "as_of": rfc3339(moment), "final": False, "ballots": 2,
        "counts": {"1": 1, "2": 1, "3": 0, "4": 0, "5": 0, "6": 0},
        "set_aside": {"held": 0, "voided": 0}, "held": {}, "voided": {},
    }  # fmt: skip
    assert published() == expected
    cast_at(moment + timedelta(seconds=1), 4)
    assert turn(stage) == 1
    assert published() == expected
    public_log = log_of(stage)
    assert public_log is not None
    assert (public_log.shown_size, public_log.signed_size) == (3, 5), "the entries shown are those counted"
    client = stage.client()
    assert client.get("/log/test/tile/entries/000.p/3").status_code == 200
    assert client.get("/log/test/tile/entries/000.p/4").status_code == 403
    stage.strike()


def test_the_archive_of_a_closed_campaign_recounts_offline_to_the_same_tally(stage_on: Stage) -> None:
    stage_on.campaign(candidates=4, categories=category_rules("a", "b", max_choices=2), ballots_per_day=2)
    for first in (1, 2, 2, 3):
        voter = stage_on.voter()
        assert voter.vote([first]).status_code == 201
        assert voter.vote([first, 4]).status_code == 201
    assert CliRunner().invoke(
        make_cli(lambda: stage_on.service), ["campaign", "close", "test", "--yes"]
    ).exit_code == 0  # fmt: skip
    turn(stage_on)
    archive = archives(stage_on) / "test.zip"
    with zipfile.ZipFile(archive) as opened:
        result = json.loads(opened.read("result.json"))
    with stage_on.service.database.read() as session:
        campaign = campaign_of(stage_on)
        tally = tally_ledger(session, campaign.id, [1, 2, 3, 4], campaign.rules.zone)
        position = session.scalars(select(RecorderPosition.seq)).one()
    expected = {"1": 2, "2": 4, "3": 2, "4": 4}
    assert result["tally"] == {str(number): count for number, count in tally.counted().items()} == expected
    assert result["ballots"] == result["counted"] == position == 8
    told = recount(archive)
    assert told.returncode == 0, told.stdout + told.stderr
    before = archive.read_bytes()
    turn(stage_on)
    assert archive.read_bytes() == before, "written once, when the final count is"
