"""The play in which everything dies: people vote while Redis, the recorder and the website are killed with SIGKILL, again
and again. Afterwards every receipt in a voter's hand is one row of the ledger and one leaf of the log, and nothing else
is there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.flows.troupe import Book, Deadline, Patient, Player, process_environment, quiet_port, threads
from tests.oracle import check_books
from tests.stage import Stage, environment, make_service
from voting_service.campaigns.models import Campaign
from voting_service.commands.supervisor import ROOT, recorder_child, web_child
from voting_service.ledger import LedgerEntry, RecorderPosition
from voting_service.redis_server.embedded import EmbeddedRedis, RestartPolicy
from voting_service.transparency import entries
from voting_service.transparency.checkpoint import Checkpoint
from voting_service.transparency.merkle import leaf_hash, verify_inclusion
from voting_service.transparency.models import LogLeaf
from voting_service.transparency.notes import VerifierKey

SLUG = "test"
VOTERS_AT_ONCE = 8
ACTS = ("redis", "recorder", "web", "redis", "recorder", "web worker") * 3
"""Who dies, in this order: 18 deaths on each database."""
RECEIPTS_AN_ACT = 12
LONGEST_S = 300.0
"""Ends a play that hangs; a good one takes a fraction of it."""
BALLOTS_PER_DAY, BALLOTS_TOTAL = 3, 4
TOOL = ROOT / "tools" / "recount.py"


class Theatre:
    """One service on its own Redis and database, and everyone in it."""

    def __init__(self, redis: EmbeddedRedis, directory: Path, database_url: str) -> None:
        self.redis = redis
        self.deadline = Deadline(LONGEST_S)
        self.book = Book(self.deadline)
        self.port = quiet_port()
        base_url = f"http://127.0.0.1:{self.port}"
        self.environ = environment(directory / "data", redis.url, database_url) | {
            "VOTING_BASE_URL": base_url,
            "VOTING_LIMIT_DEVICE": "100000/minute",
            "VOTING_LIMIT_CAST_DEVICE": "100000/minute",
            "VOTING_LIMIT_ADDRESS": "1000000/minute",
            "VOTING_LIMIT_CAST_ADDRESS": "1000000/minute",
        }
        self.stage = Stage(
            make_service(
                directory / "data", redis_url=redis.url, database_url=database_url, base_url=base_url
            )
        )
        self.logs = directory / "logs"
        self.web = Player(web_child("127.0.0.1", self.port, 2, 8), self.environ, self.logs)
        self.recorder = Player(recorder_child(), self.environ, self.logs)
        self.redis_deaths = 0
        self._recorded_before = 0

    def __enter__(self) -> Theatre:
        self.stage.campaign(SLUG, ballots_per_day=BALLOTS_PER_DAY, ballots_total=BALLOTS_TOTAL)
        self.web.start()
        self.recorder.start()
        return self

    def __exit__(self, *_: object) -> None:
        for player in (self.web, self.recorder):
            player.end()
        self.stage.strike()

    # ---- those who die

    def kill(self, who: str) -> None:
        """Kill it in the middle of its work and have it come back."""
        match who:
            case "redis":
                self._kill_redis()
            case "recorder":
                self._kill_recorder()
            case "web worker" if self.web.kill_child():
                pass  # gunicorn replaces it
            case _:
                self.web.kill()
                self.web.start()

    def _kill_redis(self) -> None:
        self.deadline.wait_until(lambda: self.redis.pid is not None, "Redis has come back")
        pid = self.redis.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        self.redis_deaths += 1
        self.deadline.wait_until(lambda: self.redis.pid not in (None, pid), "Redis comes back")

    def _kill_recorder(self) -> None:
        # One that is killed before it has recorded anything would prove nothing.
        self.deadline.wait_until(lambda: self.recorded() > self._recorded_before, "the recorder records")
        self.recorder.kill()
        self._recorded_before = self.recorded()
        # The dead one's lease is left as it is: the next waits for its end, as in production.
        self.recorder.start()

    def recorded(self) -> int:
        """How many ballots the ledger has."""
        with self.stage.service.database.read() as session:
            return session.scalars(select(RecorderPosition.seq)).one()

    @property
    def deaths(self) -> dict[str, int]:
        """Who died how often."""
        return {"redis": self.redis_deaths, "recorder": self.recorder.deaths, "web": self.web.deaths}

    # ---- those who vote

    def vote_on_and_on(self, number: int, curtain: threading.Event) -> None:
        """One voter after another, until the curtain falls; each goes on until the box says: enough."""
        serial = 0
        while not curtain.is_set():
            voter = Patient(self.port, SLUG, self.book)
            refusal = None
            while refusal is None:
                self.book.ask_leave()
                serial += 1
                refusal = self._cast(voter, number + serial, twice=serial % 3 == 0)
            self.book.refusals.append(refusal)

    def _cast(self, voter: Patient, luck: int, *, twice: bool) -> str | None:
        form = voter.form()
        choices = sorted({1 + luck % 6, 1 + luck // 6 % 6})
        if not twice:
            return voter.cast(form, choices)
        # A double tap: both posts are under way at once, and there is one ballot.
        answers: list[str | None] = []
        second = threading.Thread(target=lambda: answers.append(voter.cast(form, choices)))
        second.start()
        answers.append(voter.cast(form, choices))
        second.join()
        assert len(answers) == 2, "the second tap failed"
        assert answers[0] == answers[1], f"one form was taken and refused: {answers}"
        return answers[0]

    # ---- afterwards

    def close(self) -> None:
        """Close it as an operator does, and wait until the recorder has published."""
        done = subprocess.run(
            [sys.executable, "-c", "from wsgi import cli; cli()", "campaign", "close", SLUG, "--yes"],
            env=process_environment(self.environ), cwd=self.logs, timeout=self.deadline.left_s + 1,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        self.deadline.wait_until(self._counted, "the final counts")

    def _counted(self) -> bool:
        with self.stage.service.database.read() as session:
            counts = session.scalars(select(Campaign.counts_json)).one()
        return bool(counts) and json.loads(counts)["final"]

    def get(self, path: str) -> str:
        """What the public sees."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return str(answer.read().decode())


@pytest.fixture
def theatre(tmp_path: Path, database_url: str) -> Iterator[Theatre]:
    """Open for one play."""
    # Redis dies more often here than a broken server would be put up with.
    policy = RestartPolicy(limit=100, pause=0.05, longest=0.2)
    with (
        EmbeddedRedis(tmp_path / "data", policy=policy) as redis,
        Theatre(redis, tmp_path, database_url) as house,
    ):
        yield house


def test_nothing_is_lost_and_nothing_doubled_while_everything_dies(theatre: Theatre) -> None:
    curtain = threading.Event()
    with threads(VOTERS_AT_ONCE, lambda number: theatre.vote_on_and_on(number, curtain), theatre.book):
        try:
            play(theatre)
        except BaseException as trouble:
            trouble.add_note(f"website:\n{theatre.web.last_words()}")
            trouble.add_note(f"recorder:\n{theatre.recorder.last_words()}")
            theatre.book.troubles.append(trouble)
            raise
        finally:
            curtain.set()
            theatre.book.allow(float("inf"))
    assert theatre.deaths == {"redis": 6, "recorder": 6, "web": 6}
    theatre.close()
    receipts = theatre.book.receipts
    assert len(receipts) >= len(ACTS) * RECEIPTS_AN_ACT
    assert set(theatre.book.refusals) == {"already_cast"}, "and everyone tried for more than their due"
    books = check_books(theatre.stage, SLUG)
    assert (books.box, books.waiting, books.ledger) == (len(receipts), 0, len(receipts))
    assert books.voters_compared
    rows, leaves = ledger_rows(theatre.stage), ballot_leaves(theatre.stage)
    assert {row.ballot_id for row in rows} == set(receipts)
    assert sorted(leaf["ballot"] for leaf in leaves) == sorted(receipts), "each once"
    check_limits(rows, voters=len(theatre.book.refusals))
    check_receipts(theatre)
    recount = subprocess.run(
        [sys.executable, str(TOOL), str(theatre.stage.service.settings.data_dir / "archives" / f"{SLUG}.zip")],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert recount.returncode == 0, recount.stdout + recount.stderr


def play(theatre: Theatre) -> None:
    """Act after act: so many receipts more, while voting goes on, and somebody dies."""
    for act, who in enumerate(ACTS, start=1):
        # More are allowed than are waited for, so that votes are under way at the moment of death.
        theatre.book.allow(act * RECEIPTS_AN_ACT + 2 * VOTERS_AT_ONCE)
        theatre.book.wait_for(act * RECEIPTS_AN_ACT)
        theatre.kill(who)


def ledger_rows(stage: Stage) -> list[LedgerEntry]:
    """The whole ledger."""
    with stage.service.database.read() as session:
        return list(session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)))


def ballot_leaves(stage: Stage) -> list[dict[str, Any]]:
    """The log's ballots."""
    with stage.service.database.read() as session:
        leaves = session.scalars(select(LogLeaf.entry).order_by(LogLeaf.leaf_index)).all()
    read = [entries.decode(leaf) for leaf in leaves]
    assert [read[0]["type"], read[-1]["type"]] == ["opened", "closed"]
    return [entry for entry in read if entry["type"] == "ballot"]


def check_limits(rows: list[LedgerEntry], voters: int) -> None:
    """Nobody has more than their due, and everybody has all of it."""
    zone = ZoneInfo("Asia/Shanghai")
    by_day = Counter((row.voter_tag, row.cast_at.astimezone(zone).date()) for row in rows)
    in_total = Counter(row.voter_tag for row in rows)
    assert len(in_total) == voters
    assert max(by_day.values()) == BALLOTS_PER_DAY
    assert min(in_total.values()) >= BALLOTS_PER_DAY
    assert max(in_total.values()) <= BALLOTS_TOTAL


def check_receipts(theatre: Theatre) -> None:
    """Every receipt is as it was given, its signature is the log's, and its proof leads to the checkpoint."""
    key = VerifierKey.parse(theatre.get(f"/log/{SLUG}/key").strip())
    checkpoint = Checkpoint.parse(key.verify(theatre.get(f"/log/{SLUG}/checkpoint")))
    assert checkpoint.size == len(theatre.book.receipts) + 2
    for receipt in theatre.book.receipts.values():
        state = json.loads(theatre.get(f"/api/v1/receipts/{receipt['tracking_code']}"))
        assert {name: state[name] for name in receipt} == receipt | {"stage": "published"}
        assert (state["standing"], state["verifier_key"]) == ("counted", str(key))
        key.verify_signature(state["statement"], receipt["signature"])
        proof = state["inclusion_proof"]
        entry = json.loads(proof["entry"])
        assert (entry["ballot"], entry["choices"]) == (receipt["ballot_id"], receipt["choices"])
        assert proof["log_size"] == checkpoint.size
        verify_inclusion(
            leaf_hash(proof["entry"].encode()), proof["leaf_index"], checkpoint.size,
            [bytes.fromhex(node) for node in proof["hashes"]], checkpoint.root_hash,
        )  # fmt: skip
