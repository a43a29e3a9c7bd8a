"""How fast the recorder drains the box into ledger and log, with a signed checkpoint after every batch."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from tests.actors import IPHONE
from tests.postgres import PostgresCluster
from voting_service.ballots.ballot_box import CAST_SCRIPT, BallotToCast, cast_arguments
from voting_service.ballots.ballot_id import new_ballot_id
from voting_service.clock import to_ms
from voting_service.evidence.record import Evidence, seal

from .paired import spread
from .run import Progress, Run
from .stand import Stand, stand
from .table import Row, not_measured

LEAST = 5_000
WHAT = "记录器入账，{database}  recorder to {database}, with checkpoints"
TURNS = 3
_CHUNK = 1_000


def measure(run: Run) -> list[Row]:
    """SQLite, and PostgreSQL where the machine has it."""
    sqlite = WHAT.format(database="SQLite")
    rows = [_row(sqlite, _rates(run, "sqlite", None), LEAST, "synchronous=FULL, WAL")]
    with _postgres() as url:
        what = WHAT.format(database="PostgreSQL")
        if url is None:
            return [*rows, not_measured(what, "PostgreSQL's server is not on this machine")]
        return [*rows, _row(what, _rates(run, "postgresql", url), None, "fsync off, as in the tests")]


def _rates(run: Run, name: str, database_url: str | None) -> list[float]:
    with stand(run.directory / name, database_url) as place:
        place.stage.campaign()
        _fill(place, "test", 10)
        place.stage.record()  # the first turn takes the lease and loads code
        progress = run.progress(f"记录器 recorder {name}")
        return [_rate(place, run.sizes.recorder_ballots, turn, progress) for turn in range(1, TURNS + 1)]


def _rate(place: Stand, ballots: int, turn: int, progress: Progress) -> float:
    _fill(place, "test", ballots)
    before = time.perf_counter()
    recorded = place.stage.record()
    took = time.perf_counter() - before
    progress(turn, TURNS)
    if recorded != ballots:
        raise RuntimeError(f"{ballots} ballots were cast, {recorded} were recorded")
    return recorded / took


def _fill(place: Stand, slug: str, count: int) -> None:
    """Cast ballots by the box's own script, a thousand to a round trip."""
    client: Any = place.service.redis_client
    script = client.script_load(CAST_SCRIPT)
    policy, _policy = place.place.station.policy_of(slug)
    expires_ms = to_ms(place.service.clock.now()) + 3_600_000
    ids = iter([new_ballot_id() for _ in range(count)])
    while chunk := list(islice(ids, _CHUNK)):
        with client.pipeline(transaction=False) as pipe:
            for ballot_id in chunk:
                sealed = seal(place.service.keyring, slug, ballot_id, Evidence(user_agent=IPHONE))
                ballot = BallotToCast(
                    ballot_id,
                    secrets.token_urlsafe(16),
                    (2, 5),
                    "browser",
                    False,
                    expires_ms,
                    28_800,
                    sealed,
                    policy,
                )
                pipe.evalsha(script, 7, *cast_arguments(slug, ballot))
            outcomes = {answer[0] for answer in pipe.execute()}
        if outcomes != {"cast"}:
            raise RuntimeError(f"the box answered {outcomes}")


@contextmanager
def _postgres() -> Iterator[str | None]:
    programs = PostgresCluster.find_programs()
    if programs is None:
        yield None
        return
    directory = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    cluster = PostgresCluster(programs, directory)
    try:
        cluster.start()
        with cluster.fresh_database() as url:
            yield url
    finally:
        cluster.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _row(what: str, rates: list[float], least: int | None, note: str) -> Row:
    rate = spread(rates)
    figure = f"{rate.median:,.0f} ballots/s ({rate.low:,.0f}–{rate.high:,.0f})"
    if least is None:
        return Row(what, figure, note=note)
    return Row(what, figure, f"≥ {least:,}/s", rate.median >= least, note)
