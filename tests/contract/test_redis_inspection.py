"""What an operator is told about the Redis that holds the ballot box: real servers, set up well and badly."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from voting_service.findings import Finding
from voting_service.redis_server import discover, inspect_server
from voting_service.redis_server.inspect_server import inspect

GOOD = {
    "appendonly": "yes",
    "appendfsync": "always",
    "maxmemory-policy": "noeviction",
    "save": "",
}
ALL_WELL = [
    "redis_reachable",
    "redis_version_ok",
    "redis_role_primary",
    "redis_loaded",
    "redis_aof_on",
    "redis_fsync_always",
    "redis_fsync_on_rewrite",
    "redis_no_eviction",
    "redis_aof_writes_ok",
    "redis_snapshot_ok",
]


def require_server(name: str) -> Path:
    """The server of that name, or a skip; where everything is required (CI), a failure."""
    path = shutil.which(name) if name == "redis-server" else discover.bundled_path()
    if path is None or not Path(path).is_file():
        (pytest.fail if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip)(f"{name} is not installed")
    return Path(path)


def wait_for(condition: Callable[[], object], what: str, patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)


def answers(client: redis.Redis) -> bool:
    try:
        client.info("server")
    except redis.AuthenticationError:
        return True
    except (redis.ConnectionError, redis.TimeoutError):
        return False
    return True


def fill(client: redis.Redis) -> None:
    for number in range(1000):
        client.set(f"ballot{number}", "x" * 1000)


class Servers:
    """Starts servers as an operator would, with settings as arguments; ends them all."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, changed: dict[str, str] | None = None, **options: object) -> redis.Redis:
        settings = GOOD | {"port": "0", "unixsocket": str(self.folder / "s"), "dir": str(self.folder)}
        words = [[f"--{name}", *value.split(" ")] for name, value in (settings | (changed or {})).items()]
        self.running.append(
            subprocess.Popen(
                [self.program, *(word for line in words for word in line)],
                stdout=subprocess.DEVNULL,
                cwd=self.folder,
                **options,  # type: ignore[call-overload]
            )
        )
        client = self.client()
        wait_for(lambda: answers(client), "an answer")
        return client

    def client(self, socket: str = "s", **options: object) -> redis.Redis:
        path, no_retry = str(self.folder / socket), Retry(NoBackoff(), 0)
        return redis.Redis(unix_socket_path=path, retry=no_retry, **options)  # type: ignore[arg-type]

    def end(self) -> None:
        for server in self.running:
            server.kill()
            server.wait()
        self.running.clear()


@pytest.fixture(params=["bundled", "redis-server"])
def servers(request: pytest.FixtureRequest) -> Iterator[Servers]:
    with tempfile.TemporaryDirectory(prefix="ri") as folder:
        started = Servers(require_server(request.param), Path(folder))
        yield started
        started.end()


def not_ok(findings: list[Finding]) -> list[tuple[str, str]]:
    """Level and code of all that is not well; on the way, that each of these says what to do."""
    assert all(bool(finding.remedy) is (finding.level != "ok") for finding in findings)
    return [(finding.level, finding.code) for finding in findings if finding.level != "ok"]


def test_a_good_server_is_found_good_in_every_point(servers):
    findings = inspect(servers.start())
    assert [finding.code for finding in findings] == ALL_WELL
    assert not_ok(findings) == []
    server = discover.probe(servers.program)
    name = f"{server.kind.capitalize()} {discover.dotted(server.version)}"
    assert findings[1].sentence.values == {"name": name}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"appendonly": "no"}, [("error", "redis_aof_off")]),
        ({"appendfsync": "everysec"}, [("warning", "redis_fsync_everysec")]),
        ({"appendfsync": "no"}, [("error", "redis_fsync_never")]),
        ({"no-appendfsync-on-rewrite": "yes"}, [("warning", "redis_no_fsync_on_rewrite")]),
        ({"maxmemory-policy": "allkeys-lru"}, [("error", "redis_evicts")]),
        ({"replicaof": "127.0.0.1 1"}, [("error", "redis_role_replica")]),
    ],
)
def test_a_setting_that_could_lose_ballots_is_named(servers, changed, expected):
    assert not_ok(inspect(servers.start(changed))) == expected


def test_all_that_is_wrong_is_told_at_once(servers):
    client = servers.start({"appendonly": "no", "appendfsync": "no", "maxmemory-policy": "volatile-ttl"})
    assert not_ok(inspect(client)) == [
        ("error", "redis_aof_off"),
        ("error", "redis_fsync_never"),
        ("error", "redis_evicts"),
    ]


def test_where_config_is_forbidden_the_unknown_is_a_warning_and_the_rest_is_examined(servers):
    expected = [("warning", "redis_fsync_unknown"), ("warning", "redis_fsync_on_rewrite_unknown")]
    client = servers.start()
    client.acl_setuser("box", enabled=True, nopass=True, keys=["*"], commands=["+info", "+ping"])
    guest = servers.client(username="box", password="any")
    assert not_ok(inspect(guest)) == expected
    guest.close()
    servers.end()
    shutil.rmtree(servers.folder / "appendonlydir")
    hidden = servers.start({"rename-command": "CONFIG hidden", "maxmemory-policy": "allkeys-lru"})
    assert not_ok(inspect(hidden)) == [*expected, ("error", "redis_evicts")]


def test_text_and_byte_clients_see_the_same(servers):
    client = servers.start({"appendfsync": "everysec"})
    text = servers.client(decode_responses=True)
    old_protocol = servers.client(protocol=2)
    assert inspect(client) == inspect(text) == inspect(old_protocol)


def test_a_server_that_refuses_us_or_is_not_there_is_one_finding(servers):
    nobody = servers.client("nothing")
    assert not_ok(inspect(nobody)) == [("error", "redis_unreachable")]
    client = servers.start({"requirepass": "secret"})
    assert not_ok(inspect(client)) == [("error", "redis_refused")]
    wrong = servers.client(password="wrong")
    assert not_ok(inspect(wrong)) == [("error", "redis_refused")]


def test_a_loading_server_is_not_ready(servers):
    client = servers.start()
    with client.pipeline(transaction=False) as many:
        for number in range(100_000):
            many.set(f"ballot{number}", 1)
        many.execute()
    servers.end()
    # Microseconds for each ballot: a minute in all, and an answer after every thousandth.
    client = servers.start({"key-load-delay": "500"})
    assert not_ok(inspect(client)) == [("error", "redis_loading")]


def test_a_failed_write_to_the_append_only_file_is_an_error(servers):
    """A full disk, played by a limit on the size of files."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))

    # Python ignores the signal that goes with the limit; unrestored, the server does so too and sees the error.
    client = servers.start({"appendfsync": "everysec"}, preexec_fn=limit, restore_signals=False)
    with pytest.raises(redis.ResponseError, match="MISCONF"):
        fill(client)
    assert not_ok(inspect(client)) == [
        ("warning", "redis_fsync_everysec"),
        ("error", "redis_aof_write_failed"),
    ]


def test_a_failed_rewrite_and_a_failed_snapshot_are_told(servers):
    client = servers.start()
    client.set("ballot", 1)
    (servers.folder / "dump.rdb").mkdir()
    client.bgsave()
    wait_for(lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err", "the snapshot to fail")
    assert not_ok(inspect(client)) == [("error", "redis_snapshot_failed")]
    # A folder stands where the rewritten file shall go.
    (servers.folder / "appendonlydir" / "appendonly.aof.2.base.rdb").mkdir()
    client.bgrewriteaof()
    wait_for(lambda: client.info("persistence")["aof_last_bgrewrite_status"] == "err", "the rewrite to fail")
    assert not_ok(inspect(client)) == [
        ("warning", "redis_aof_rewrite_failed"),
        ("error", "redis_snapshot_failed"),
    ]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("6.2.14", "redis_version_too_old"),
        ("7.0.0", "redis_version_ok"),
        ("10.1.0", "redis_version_ok"),
        ("", "redis_version_unknown"),
        ("unstable", "redis_version_unknown"),
    ],
)
def test_a_version_before_7_0_is_too_old(said, code):
    """Judged on what INFO would say: no server so old is worth installing for this."""
    (finding,) = [
        finding
        for finding in (check({"redis_version": said}, {}) for check in inspect_server.CHECKS)
        if finding.code.startswith("redis_version")
    ]
    assert finding.code == code
