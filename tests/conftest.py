"""What all tests share: a real Redis, real databases, a service put together as in production.

Nothing here stands in for a part of ours. What a machine lacks (PostgreSQL, Chromium) skips by name, or fails where
``REQUIRE_ALL=1`` is set, as CI does.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from hypothesis import HealthCheck, settings

from tests.postgres import PostgresCluster
from tests.stage import Stage, make_service
from tests.wechat_platform import FakePlatform
from voting_service.redis_server.embedded import EmbeddedRedis

# No test depends on how fast the machine is, nor on how fast its examples are made.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def missing(what: str) -> None:
    """Skip, or fail where everything is required."""
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"{what} is required here (REQUIRE_ALL=1)")
    pytest.skip(f"{what} is not on this machine")


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    """One embedded Redis for the session; a test that kills servers starts its own."""
    with EmbeddedRedis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis) -> str:
    """The session's Redis, emptied and forgetful of scripts, as after a first start."""
    client = redis.Redis.from_url(redis_server.url)
    client.flushall()
    client.script_flush()
    client.close()
    return redis_server.url


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A PostgreSQL cluster of our own for the session."""
    programs = PostgresCluster.find_programs()
    if programs is None:
        missing("PostgreSQL's server")
    directory = Path(tempfile.mkdtemp(prefix="voting-pg-"))
    cluster = PostgresCluster(programs, directory)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database for ``make_service``; a test that asks for it runs on both."""
    with _database(request, tmp_path) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same without any schema, for who tests the migrations."""
    with _database(request, tmp_path, empty=True) as url:
        yield url


@contextmanager
def _database(request: pytest.FixtureRequest, directory: Path, *, empty: bool = False) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{directory}/voting.sqlite3"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    with cluster.fresh_database(empty=empty) as url:
        yield url


@pytest.fixture
def stage(tmp_path: Path, redis_url: str) -> Iterator[Stage]:
    """A service on SQLite and the session's Redis, with nothing in it yet."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url))
    yield stage
    stage.strike()


@pytest.fixture
def stage_on(tmp_path: Path, redis_url: str, database_url: str) -> Iterator[Stage]:
    """The same on each database."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, database_url=database_url))
    yield stage
    stage.strike()


@pytest.fixture(scope="session")
def wechat_process() -> Iterator[FakePlatform]:
    """One stand-in for WeChat for the session; a test that kills it starts its own."""
    with FakePlatform.start() as process:
        yield process


@pytest.fixture
def platform(wechat_process: FakePlatform) -> FakePlatform:
    """The session's stand-in for WeChat, as just started."""
    wechat_process.reset()
    return wechat_process
