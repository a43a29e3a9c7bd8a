"""The scan of a live campaign: what the ledger and the evidence hold is what a scan sees, and evidence ends when its time does."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from anti_fraud.networks.build import TABLE_FILE, build
from anti_fraud.scan.files import scan_files
from benchmarks.traffic import scenario
from tests.committee import CONFIRMER, PROPOSER, decide
from tests.desk import Desk
from tests.oracle import check_books
from tests.stage import ClockInHand, Stage, make_service
from voting_service.activity import JournalEntry
from voting_service.ballots.ballot_box import BallotToCast
from voting_service.ballots.ballot_id import new_ballot_id
from voting_service.campaigns.models import Campaign
from voting_service.commands import make_cli
from voting_service.errors import ProblemsFound
from voting_service.evidence.models import BallotEvidence, EvidenceDeletion, ViewBatch
from voting_service.evidence.record import Evidence, seal
from voting_service.evidence.views import PageView
from voting_service.ledger import VOIDED, LedgerEntry
from voting_service.recorder.closing import seal_early
from voting_service.scanning.export import export_evidence
from voting_service.scanning.live import clusters_of, last_run
from voting_service.scanning.models import ScanCluster
from voting_service.scanning.retention import delete_evidence, due_for_deletion
from voting_service.scanning.watch import EVERY, Watch
from voting_service.tally.blind.reviewing import judge, of_cluster
from wsgi import make_polling_place

Row = dict[str, str]


def forged_among_honest(seed: int, honest: int) -> tuple[list[Row], set[str]]:
    """Rows of an evidence file, and the ids of those that a script cast."""
    traffic = scenario(seed, honest, {"scripted": (0.25, 0.1)})
    texts = traffic.ballot_texts()
    rows = [dict(zip(texts, cells, strict=True)) for cells in zip(*texts.values(), strict=True)]
    truth = traffic.truth_texts()
    forged = {one for one, attack in zip(truth["ballot_id"], truth["attack"], strict=True) if attack}
    return rows, forged


def command(stage: Stage, *arguments: str) -> Result:
    """``voting-service fraud …``."""
    return CliRunner().invoke(make_cli(lambda: stage.service), ["fraud", *arguments])


def put(stage: Stage, rows: list[Row]) -> dict[str, str]:
    """Cast these rows as they say that they came, and record them; gives our ballot ids by theirs."""
    names = {}
    for row in rows:
        names[row["ballot_id"]] = ballot_id = new_ballot_id()
        ballot = BallotToCast(
            ballot_id, row["voter_tag"], tuple(map(int, row["choices"].split(";"))), "browser", False,
            9_999_999_999_999, 8 * 3600,
            evidence=seal(stage.service.keyring, "test", ballot_id, _evidence(row)), policy=1,
        )  # fmt: skip
        assert stage.service.box.cast("test", ballot).outcome == "cast"
    stage.record()
    return names


def _evidence(row: Row) -> Evidence:
    def number(name: str, scale: int = 1) -> int | None:
        return round(float(row[name]) * scale) if row[name] else None

    return Evidence(
        address=row["ip"], user_agent=row["user_agent"], dwell_ms=number("dwell_s", 1000), touches=number("touches"),
        challenge_ms=number("challenge_ms"), entry=row["entry"], share_token=row["share_token"],
        share_parent=row["share_parent"], share_depth=number("share_depth") or 0,
        cookie_age_s=number("cookie_age_s"), kiosk=row["kiosk"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def traffic() -> tuple[list[Row], set[str]]:
    return forged_among_honest(11, 1200)


@pytest.fixture
def voted(stage: Stage, traffic: tuple[list[Row], set[str]]) -> tuple[Stage, dict[str, str], set[str]]:
    """A campaign in which a script took part, and a table that knows the networks of all addresses."""
    rows, forged = traffic
    known = stage.service.settings.data_dir / "own.csv"
    with known.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["network", "network_type", "asn", "province", "city"])
        writer.writerows(
            sorted({(r["ip"], r["network_type"], r["asn"], r["province"], r["city"]) for r in rows})
        )
    build([known], stage.service.settings.data_dir / TABLE_FILE)
    calm = {"ballots_per_day": None, "max_choices": 5}
    stage.campaign(candidates=60, **calm)
    stage.service.box.adopt_policy("test", 1)
    names = put(stage, rows)
    return stage, names, {names[one] for one in forged}


def test_a_script_is_found_in_a_live_campaign_and_the_honest_are_left_alone(voted: Any) -> None:
    stage, names, forged = voted
    outcome = stage.service.live_scan.scan("test")
    verdicts = dict(zip(map(str, outcome.ballot_ids), outcome.verdicts, strict=True))
    found = {one for one, verdict in verdicts.items() if verdict == 2}
    suspected = {one for one, verdict in verdicts.items() if verdict}
    assert verdicts.keys() == set(names.values())
    assert len(suspected & forged) >= 0.6 * len(forged)
    assert len(found & forged) >= 0.5 * len(forged)
    assert len(found - forged) <= 0.01 * len(found)
    with stage.service.database.read() as session:
        kept, run = clusters_of(session, "test", stage.service.keyring), last_run(session, "test")
    assert {one["id"] for one in kept} == {cluster.as_dict()["id"] for cluster in outcome.clusters}
    assert run is not None
    assert (run.ballots, run.quarantine, run.up_to_seq) == (len(names), len(found), len(names))
    assert "own.csv" in run.networks
    check_books(stage)


def test_a_cluster_is_shown_with_the_candidate_hidden_first(voted: Any) -> None:
    stage, _names, _forged = voted
    assert command(stage, "scan", "test").exit_code == 0
    (shown, *_rest) = json.loads(command(stage, "clusters", "test", "--json").stdout)
    (whole, *_others) = json.loads(command(stage, "clusters", "test", "--json", "--show-candidates").stdout)
    assert not {"effect", "paragraph", "ballots", "window", "figures"} & shown.keys()
    assert not {"choices", "ballot_id", "cast_at", "block"} & shown["sample"][0].keys()
    low, high = shown["size"]
    assert low <= whole["size"] <= high
    sheet = command(stage, "clusters", "test", "--cluster", shown["id"]).stdout
    assert " 号" not in sheet
    assert all(group in sheet for group in ("共用地址最多的一处", "选了相同候选人的", "同一时段的"))
    assert whole["sample"][0]["ballot_id"] not in sheet
    opened = command(stage, "clusters", "test", "--cluster", shown["id"], "--show-candidates").stdout
    assert " 号\t" in opened
    assert command(stage, "clusters", "test", "--cluster", "none").exit_code == 1
    assert command(stage, "scan", "test", "--views", __file__).exit_code == 2


def test_scanning_on_finds_what_scanning_anew_finds(stage: Stage, traffic: Any) -> None:
    rows, _forged = traffic
    stage.campaign(candidates=60, ballots_per_day=None, max_choices=5)
    stage.service.box.adopt_policy("test", 1)
    put(stage, rows[:900])
    stage.service.live_scan.scan("test")
    put(stage, rows[900:])
    going_on = stage.service.live_scan.scan("test")
    anew = make_service(stage.service.settings.data_dir, redis_url=stage.service.redis_url).live_scan.scan(
        "test"
    )
    assert going_on.as_dict() == anew.as_dict()
    assert going_on.verdicts.tolist() == anew.verdicts.tolist()


def test_what_is_exported_is_what_is_scanned(voted: Any, tmp_path: Path) -> None:
    stage, _names, _forged = voted
    service = stage.service
    ballots, views = export_evidence(
        service.database,
        service.keyring,
        service.networks.table,
        "test",
        tmp_path / "out",
        lambda _done, _all: None,
    )
    assert (ballots.stat().st_mode & 0o777, views.stat().st_mode & 0o777) == (0o600, 0o600)
    elsewhere = scan_files(ballots, views, tmp_path / "found")
    here = service.live_scan.scan("test")
    assert elsewhere.as_dict() == here.as_dict()


def judges_all(stage: Stage, desk: Desk) -> None:
    """Blind, as whoever decides on their ballots has to."""
    service = stage.service
    with service.database.write() as session:
        for one in clusters_of(session, "test", service.keyring):
            at = service.clock.now()
            judge(session, "test", of_cluster(one["id"]), "one_hand", "", at=at, official=desk.official)


def test_voided_ballots_are_not_found_again(voted: Any) -> None:
    stage, names, _forged = voted
    outcome = stage.service.live_scan.scan("test")
    found = [
        str(one) for one, verdict in zip(outcome.ballot_ids, outcome.verdicts, strict=True) if verdict == 2
    ]
    for name in (PROPOSER, CONFIRMER):
        judges_all(stage, Desk(stage, name, "committee"))
    decide(stage, VOIDED, found)
    again = stage.service.live_scan.scan("test")
    assert len(again.ballot_ids) == len(names) - len(found)
    assert not set(found) & set(map(str, again.ballot_ids))


def test_a_view_that_led_to_a_ballot_is_none_that_led_to_none(stage: Stage, tmp_path: Path) -> None:
    stage.campaign()
    place = make_polling_place(stage.service)

    def seen(voter_tag: str, token: str) -> PageView:
        return PageView(1_775_552_400_123, voter_tag, "browser", "192.0.2.7", "share", token, "")

    voter = stage.voter()
    voter.vote([1])
    stage.record()
    with stage.service.database.read() as session:
        tag = session.scalars(select(LedgerEntry.voter_tag)).one()
    for view in (seen(tag, "a" * 12), seen("someone else", "a" * 12), seen("someone else", "a" * 12)):
        place.views.note("test", lambda view=view: view)  # type: ignore[misc]
    assert place.views.flush() == 3
    service = stage.service
    _ballots, views = export_evidence(
        service.database,
        service.keyring,
        service.networks.table,
        "test",
        tmp_path / "out",
        lambda _done, _all: None,
    )
    with gzip.open(views, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["ip"] for row in rows} == {"192.0.2.7"}
    assert {(row["viewed_at"], row["entry"], row["share_token"]) for row in rows} == {
        ("2026-04-07T09:00:00.123Z", "share", "a" * 12)
    }
    place.views.close()


# ---- the end of evidence


def evidence_left(stage: Stage) -> int:
    with stage.service.database.read() as session:
        tables = (BallotEvidence, ViewBatch, ScanCluster)
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def closed(stage: Stage) -> None:
    stage.campaign()
    stage.voter().vote([1])
    stage.record()
    seal_early(stage.service.recorder_stores, "test", actor="test")
    stage.record()


def test_an_open_campaigns_evidence_is_not_deleted(stage_on: Stage) -> None:
    stage_on.campaign()
    stage_on.voter().vote([1])
    stage_on.record()
    with pytest.raises(ProblemsFound), stage_on.service.database.write() as session:
        delete_evidence(session, "test", at=stage_on.service.clock.now(), actor="test")
    assert evidence_left(stage_on) == 1


def test_evidence_goes_on_its_day_and_the_journal_says_so(stage_on: Stage) -> None:
    closed(stage_on)
    service = stage_on.service
    with service.database.read() as session:
        end = session.scalars(select(Campaign.closed_at)).one()
    assert end is not None
    clock = ClockInHand(end + timedelta(days=60) - timedelta(seconds=1))
    watch = Watch(service.database, service.box, clock, service.live_scan)
    watch.turn()
    with service.database.read() as session:
        assert due_for_deletion(session, clock.now()) == []
    assert evidence_left(stage_on) >= 1
    clock.tick(timedelta(seconds=1))
    watch.turn()
    watch.turn()
    assert evidence_left(stage_on) == 0
    with service.database.read() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "delete_evidence")).one()
        deletion = session.scalars(select(EvidenceDeletion)).one()
    assert (entry.actor, entry.subject, deletion.ballots) == ("schedule", "test", 1)
    assert check_books(stage_on).ledger == 1
    again = command(stage_on, "expire", "test", "--yes")
    assert (again.exit_code, "已于" in again.stderr) == (1, True)
    assert "已于" in command(stage_on, "scan", "test").stderr
    with service.database.read() as session:
        assert session.scalars(select(EvidenceDeletion)).one().ballots == 1
    assert service.live_scan.known == ()


def test_redis_forgets_what_was_deleted(stage: Stage) -> None:
    """Its file is written anew; the stream of a closed campaign was trimmed long before."""
    closed(stage)
    before = int(stage.service.redis_client.info("persistence")["aof_enabled"])
    assert before == 1
    assert stage.service.box.forget_history()


def test_the_watch_scans_at_once_and_then_every_ten_minutes(stage: Stage) -> None:
    stage.campaign()
    stage.voter().vote([1])
    stage.record()
    clock = ClockInHand()
    watch = Watch(stage.service.database, stage.service.box, clock, stage.service.live_scan)

    def runs() -> int:
        with stage.service.database.read() as session:
            run = last_run(session, "test")
        return run.up_to_seq if run else 0

    watch.turn()
    assert runs() == 1
    stage.voter().vote([2])
    stage.record()
    clock.tick(EVERY - timedelta(seconds=1))
    watch.turn()
    assert runs() == 1
    clock.tick(timedelta(seconds=1))
    watch.turn()
    assert runs() == 2
