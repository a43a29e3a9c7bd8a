"""Runs the ballot box's own server: starts it, watches it, restarts it on the same data, ends it cleanly.

Two locks carry the promises. `supervisor.lock` is held by the one process that watches; `server.lock` is
inherited by the server process itself, so whoever can take it knows that no server has the data open,
whatever pid files say. A supervisor that is killed leaves its server running on purpose (no PDEATHSIG):
every acknowledged ballot is on disk already, voters go on voting, and the next supervisor adopts it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import re
import shlex
import stat
import subprocess
import tempfile
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from voting_service.redis_server import (
    CorruptDataError,
    DirectoryRefusedError,
    ForeignServerError,
    OwnedElsewhereError,
    StartFailedError,
    StopFailedError,
)
from voting_service.redis_server.discover import (
    Server,
    find_server,
    read_record,
    write_private,
    write_record,
)
from voting_service.redis_server.inspect_server import read_settings

# sun_path has 108 bytes on Linux and 104 on macOS and the BSDs, a closing NUL included.
SOCKET_PATH_LIMIT = 103
LOG_LIMIT = 1024 * 1024
LOG_TAIL = 4096
PAUSE = 0.05
STOP_PATIENCE = 120.0
# What Redis 7 to 8 and Valkey 7.2 to 9 log before they refuse an append-only file or its manifest.
CORRUPT_LOG = re.compile(
    r"Bad file format reading the append only file|Unknown command .* reading the append only file|"
    r"Unexpected end of file reading the append only file|Unrecoverable error reading the append only file|"
    r"AOF manifest|The AOF file .* doesn't exist|Wrong signature trying to load DB",
    re.IGNORECASE,
)
NAMED_AOF = re.compile(r"[\w.-]+\.(?:incr|base)\.(?:aof|rdb)|[\w.-]+\.manifest")

logger = logging.getLogger(__name__)


class State(StrEnum):
    """`FAILED` is final until `stop()`: the server died too often, or its data cannot be read."""

    STOPPED = "stopped"
    RUNNING = "running"
    RESTARTING = "restarting"
    ATTACHED = "attached"
    FAILED = "failed"


class Answer(StrEnum):
    """What the socket says."""

    READY = "ready"
    LOADING = "loading"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """More than `limit` deaths in `window` seconds: a crash loop. Pauses double from `pause` to `longest`."""

    limit: int = 5
    window: float = 120.0
    pause: float = 0.1
    longest: float = 5.0


class EmbeddedRedis:
    """One server on `<data_dir>/redis`, with one supervisor at a time among all processes that ask.

    `start` and `stop` belong to one thread. After `start` an acknowledged write is on disk. A process that
    forks passes neither ownership nor locks to its children; one that ends without `stop` leaves its server
    to the next. `on_restart` runs in the watching thread, once the server is ready again. `patience` is how
    many seconds a silent server is waited for; one that loads its data is waited for as long as it takes.
    """

    def __init__(
        self,
        data_dir: Path,
        explicit_server: Path | None = None,
        *,
        on_restart: Callable[[], None] | None = None,
        policy: RestartPolicy | None = None,
        patience: float = 60.0,
    ) -> None:
        # Resolved, so that every process derives the same socket and compares the same directory.
        self.data_dir = data_dir.resolve()
        self.directory = self.data_dir / "redis"
        self._explicit = explicit_server
        self._on_restart = on_restart
        self._policy = policy or RestartPolicy()
        self._patience = patience
        self._state = State.STOPPED
        self._failure: str | None = None
        self._socket = socket_place(self.directory)
        self._supervision = FileLock(self.directory / "supervisor.lock")
        self._data = FileLock(self.directory / "server.lock")
        self._child: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self._deaths: deque[float] = deque()

    @property
    def url(self) -> str:
        """For `redis.from_url`. Read it after `start`: an attached or adopted server keeps its own socket."""
        return "unix://" + quote(str(self._socket))

    @property
    def owned(self) -> bool:
        """Whether this process supervises the server, and `stop` therefore ends it."""
        return self._supervision.held

    @property
    def state(self) -> State:
        return self._state

    @property
    def failure(self) -> str | None:
        """Why the state is `FAILED`, for people; None otherwise."""
        return self._failure

    @property
    def pid(self) -> int | None:
        """The server's process id, None while there is none."""
        if self._state is not State.ATTACHED:
            return self._pid
        # Asked anew each time: its owner may have restarted it, and notes it a moment after it answers.
        with contextlib.suppress(redis.RedisError), self._client() as client:
            return int(client.info("server")["process_id"])
        return None

    @property
    def server(self) -> Server | None:
        """Which program ran last on this data, None before the first start."""
        return read_record(self.data_dir)

    def start(self) -> None:
        """Return when the server answers: ours, an adopted orphan, or another supervisor's (`owned` tells).

        Raises a RedisServerError with its remedy; nothing that we started is left running or locked then.
        """
        if self._state in (State.RUNNING, State.RESTARTING, State.ATTACHED):
            return
        self.stop()
        self._stopping.clear()
        try:
            self._begin()
        except OSError as error:
            raise StartFailedError(
                f"The server cannot be started on {self.directory} ({error}).",
                "Make sure that the disk is neither full nor read-only and that the directory is ours.",
            ) from error

    def _begin(self) -> None:
        make_private(self.directory)
        if not self._claim():
            self._state = State.ATTACHED
            return
        try:
            self._adopt_or_launch()
        except BaseException:
            # Ctrl-C while loading included: whoever tries next must not meet our locks.
            self._release()
            raise
        self._state = State.RUNNING
        self._watcher = threading.Thread(target=self._watch, name="redis-watcher", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """End the server cleanly if it is ours, else let go of it. Safe to call twice."""
        if self.owned:
            self._stopping.set()
            if self._watcher is not None and self._watcher is not threading.current_thread():
                self._watcher.join()
            try:
                self._end_server()
            finally:
                self._release()
        self._watcher = None
        self._deaths.clear()
        self._failure = None
        self._state = State.STOPPED

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # Becoming the owner, or finding one.

    def _claim(self) -> bool:
        """True with the supervisor's lock, False when another supervisor's server answers."""
        deadline = time.monotonic() + self._patience
        while not self._supervision.take():
            self._socket = self._running_note()[1] or self._socket
            answer = self._ask()
            if answer is Answer.READY:
                return False
            if answer is Answer.LOADING:
                deadline = time.monotonic() + self._patience
            if time.monotonic() > deadline:
                raise OwnedElsewhereError(
                    f"Another process supervises {self.directory}, but no server answers at {self._socket}.",
                    f"See {self._log} for the reason, end that process, and start again.",
                )
            time.sleep(PAUSE)
        return True

    def _adopt_or_launch(self) -> None:
        """The first start, the one after a supervisor's crash, the restart after a server's: all are this."""
        self._socket = self._running_note()[1] or socket_place(self.directory)
        deadline = time.monotonic() + self._patience
        while True:
            # The socket first: where a file system does not carry locks into children, it is what tells.
            if self._ask() is not Answer.NONE:
                # It may end, or be busy with a script, just as we ask who it is.
                with contextlib.suppress(redis.RedisError, StartFailedError):
                    return self._adopt()
            elif self._data.take():
                return self._launch()
            # Somebody has the data open and is silent: a server about to end, or its rewrite soon after.
            if time.monotonic() > deadline:
                raise OwnedElsewhereError(
                    f"A server has the data in {self.directory} open but does not answer at {self._socket}; "
                    f"its process id was {self._running_note()[0] or 'not noted'}.",
                    "End that process with an ordinary kill, wait until it is gone, and start again.",
                )
            self._unless_stopping()
            time.sleep(PAUSE)

    def _adopt(self) -> None:
        self._child = None
        self._await_ready(None, 0)
        with self._client() as client:
            facts = client.info("server")
            folder = read_settings(client, "dir").get("dir")
        if folder != str(self.directory):
            raise ForeignServerError(
                f"The server at {self._socket} keeps its data in {folder}, not in {self.directory}.",
                "End that server, or set VOTING_REDIS_URL to it if it is meant to be the ballot box.",
            )
        self._pid = int(facts["process_id"])
        self._note_running()
        logger.info("adopted the Redis server with process id %s", self._pid)

    def _launch(self) -> None:
        """Start a server; the data lock is ours on entry and the server's own afterwards."""
        try:
            server = find_server(self.data_dir, self._explicit)
            self._socket = socket_place(self.directory)
            make_private(self._socket.parent)
            # Nobody has the data open, so nobody listens here: what lies there is left from a crash.
            self._socket.unlink(missing_ok=True)
            log_start = self._turn_log()
            write_private(self._conf, configuration(self.directory, self._socket, self._log))
            child = self._child = self._spawn(server)
        finally:
            # The server holds the lock through its own copy of the descriptor; ours would outlive it.
            self._data.drop()
        self._pid = child.pid
        try:
            self._note_running()
            self._await_ready(server, log_start)
            write_record(self.data_dir, server)
        except BaseException:
            self._end_server()
            raise

    def _spawn(self, server: Server) -> subprocess.Popen[bytes]:
        # By standard input: the server takes a file's name for a pattern, and where a "?" in the path makes
        # it match nothing, it starts without a word on its defaults, an open port included.
        with self._conf.open("rb") as conf, self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - a probed server program, no shell
                [server.path, "-"],
                stdin=conf,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                pass_fds=(self._data.descriptor,),
                # Its own session, or the terminal's Ctrl-C would end it before the service is done with it.
                start_new_session=True,
                umask=0o077,
            )

    def _await_ready(self, server: Server | None, log_start: int) -> None:
        """Patience runs from the last sign of life: a large box may load for long, a silent one may not."""
        deadline = time.monotonic() + self._patience
        while (answer := self._ask()) is not Answer.READY:
            self._unless_stopping()
            if not self._alive():
                raise self._explain(server, log_start, "ended while starting")
            if answer is Answer.LOADING:
                deadline = time.monotonic() + self._patience
            if time.monotonic() > deadline:
                raise self._explain(server, log_start, f"gave no answer for {self._patience:.0f} seconds")
            time.sleep(PAUSE)

    # Watching.

    def _watch(self) -> None:
        while not self._stopping.wait(PAUSE):
            if not self._alive() and not self._revive():
                return

    def _revive(self) -> bool:
        """Until it is ready again (True), or stopping, or a crash loop (False)."""
        reason = f"the server process {self._pid} ended unexpectedly; the log ends with:\n{self._log_tail(0)}"
        self._state = State.RESTARTING
        while self._another_try(reason):
            try:
                self._adopt_or_launch()
            except CorruptDataError as error:
                return self._give_up(str(error))
            except Exception as error:  # A watcher that dies would do so silently; the bound ends it aloud.
                reason = str(error)
                continue
            if self._stopping.is_set():
                return False
            self._state = State.RUNNING
            logger.warning("the Redis server was restarted with process id %s", self._pid)
            self._tell()
            return True
        return False

    def _another_try(self, reason: str) -> bool:
        """Count one death, pause, and say whether to go on."""
        now = time.monotonic()
        self._pid = None
        self._deaths.append(now)
        while self._deaths[0] < now - self._policy.window:
            self._deaths.popleft()
        if len(self._deaths) > self._policy.limit:
            count, window = len(self._deaths), self._policy.window
            return self._give_up(f"The server died {count} times within {window:.0f} seconds. Last: {reason}")
        logger.warning("the Redis server is down and will be restarted: %s", reason)
        pause = min(self._policy.pause * 2 ** (len(self._deaths) - 1), self._policy.longest)
        return not self._stopping.wait(pause)

    def _give_up(self, reason: str) -> bool:
        if not self._stopping.is_set():
            self._failure = reason
            self._state = State.FAILED
            logger.error("the Redis server is given up: %s", reason)
        return False

    def _tell(self) -> None:
        if self._on_restart is None:
            return
        try:
            self._on_restart()
        except Exception:  # The caller's mistake must not end the watch over the ballots.
            logger.exception("on_restart failed")

    def _alive(self) -> bool:
        if self._child is not None:
            return self._child.poll() is None
        # An adopted server is no child of ours; its lock cannot be confused by a process id used again. The
        # socket has the last word for file systems that do not carry locks into children (NFS).
        return not self._data.take() or self._ask() is not Answer.NONE

    def _unless_stopping(self) -> None:
        if self._stopping.is_set():
            raise StartFailedError("The server was stopped while it started.", "Start it again.")

    # Ending.

    def _end_server(self) -> None:
        """Ask, wait long, and only then kill; all acknowledged writes are on disk in either case."""
        child, self._child = self._child, None
        if child is not None:
            child.terminate()
            try:
                child.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        elif self._pid is not None:
            self._shut_adopted()
        else:
            return
        self._pid = None
        self._note.unlink(missing_ok=True)
        self._socket.unlink(missing_ok=True)
        if self._socket.parent != self.directory:
            with contextlib.suppress(OSError):
                self._socket.parent.rmdir()

    def _shut_adopted(self) -> None:
        """By socket and lock alone: its process id may mean another process in our process namespace."""
        with contextlib.suppress(redis.RedisError), self._client() as client:
            client.execute_command("SHUTDOWN")
        deadline = time.monotonic() + STOP_PATIENCE
        while not self._data.take():
            if time.monotonic() > deadline:
                raise StopFailedError(
                    f"The adopted server with process id {self._pid} does not end.",
                    f"See {self._log} for the reason, then run kill -TERM {self._pid}.",
                )
            time.sleep(PAUSE)

    def _release(self) -> None:
        self._child = None
        self._pid = None
        self._data.drop()
        self._supervision.drop()

    # Files beside the data.

    @property
    def _log(self) -> Path:
        return self.directory / "server.log"

    @property
    def _conf(self) -> Path:
        return self.directory / "redis.conf"

    @property
    def _note(self) -> Path:
        return self.directory / "running.json"

    def _note_running(self) -> None:
        facts = {"pid": self._pid, "socket": str(self._socket), "directory": str(self.directory)}
        write_private(self._note, json.dumps(facts) + "\n")

    def _running_note(self) -> tuple[int | None, Path | None]:
        """Process id and socket of the last server; noted because TMPDIR may differ between processes."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            fields = json.loads(self._note.read_text("utf-8"))
            # In a copy of a data directory the note speaks of the original's server.
            if fields["directory"] == str(self.directory):
                return int(fields["pid"]), Path(fields["socket"])
        return None, None

    def _turn_log(self) -> int:
        """Keep at most one full log besides the current; the size at which the new run begins."""
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT:
            self._log.replace(self._log.with_name("server.log.1"))
        self._log.touch(mode=0o600)
        return self._log.stat().st_size

    def _log_tail(self, start: int) -> str:
        with contextlib.suppress(OSError), self._log.open("rb") as log:
            log.seek(max(start, self._log.stat().st_size - LOG_TAIL))
            return log.read().decode("utf-8", "replace").strip()
        return ""

    def _explain(self, server: Server | None, log_start: int, what: str) -> StartFailedError:
        tail = self._log_tail(log_start)
        corrupt = CORRUPT_LOG.search(tail)
        if server is not None and corrupt is not None:
            return self._corrupt(server, tail[corrupt.start() :])
        return StartFailedError(
            f"The server {server or 'found running'} {what}. Its log ends with:\n{tail}\n",
            f"The whole log is {self._log}. Remove the cause named there and start again.",
        )

    def _corrupt(self, server: Server, complaint: str) -> CorruptDataError:
        folder = self.directory / "appendonlydir"
        manifest = folder / "appendonly.aof.manifest"
        named = NAMED_AOF.search(complaint)
        file = folder / named[0] if named else manifest
        # The server program is its own check tool when called by that name, so it need not be installed.
        check = (
            f"(exec -a {server.kind}-check-aof {shlex.quote(str(server.path))} {shlex.quote(str(manifest))})"
        )
        return CorruptDataError(
            f"The data file {file} is damaged, so the server refused to start. It said:\n{complaint}\n",
            f"Copy the folder {self.directory} to a safe place first. In bash, {check} shows where the "
            "damage begins; the same with --fix before the file cuts off everything from there on. "
            "Then compare the ballot box with the ledger.",
        )

    # Talking to the server.

    def _client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self._socket), socket_timeout=10, retry=Retry(NoBackoff(), 0))

    def _ask(self) -> Answer:
        try:
            with self._client() as client:
                client.ping()
        except redis.BusyLoadingError:
            return Answer.LOADING
        except (redis.ConnectionError, redis.TimeoutError):
            return Answer.NONE
        except redis.ResponseError:
            # For example BUSY: it runs a script and is well.
            return Answer.READY
        return Answer.READY


class FileLock:
    """A flock on a file, released by the kernel with the last process that holds it."""

    _all: ClassVar[weakref.WeakSet[FileLock]] = weakref.WeakSet()

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor: int | None = None
        FileLock._all.add(self)

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    @property
    def descriptor(self) -> int:
        if self._descriptor is None:
            raise RuntimeError(f"{self._file} is not locked")
        return self._descriptor

    def take(self) -> bool:
        """Without waiting; True also when held already."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def drop(self) -> None:
        # Closed, not unlocked: LOCK_UN would take the lock from every process that shares the descriptor.
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    @classmethod
    def drop_all(cls) -> None:
        for lock in list(cls._all):
            lock.drop()


# A forked worker would otherwise keep a dead supervisor's lock alive, and could stop a server not its own.
os.register_at_fork(after_in_child=FileLock.drop_all)


def socket_place(directory: Path) -> Path:
    """Beside the data, or, where that path is too long for a socket, in a private directory under /tmp."""
    socket = directory / "redis.sock"
    if len(os.fsencode(socket)) <= SOCKET_PATH_LIMIT:
        return socket
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"voting-{os.getuid()}-{digest}" / "redis.sock"


def make_private(directory: Path) -> None:
    """Have `directory` as our own, mode 700, or raise DirectoryRefusedError: in /tmp anybody may be first."""
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            directory.mkdir(mode=0o700)
        facts = directory.lstat()
        if stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid():
            return directory.chmod(0o700)
    except OSError as error:
        raise DirectoryRefusedError(
            f"The directory {directory} cannot be used ({error.strerror}).",
            f"Make it writable for the user with id {os.getuid()}, or choose another VOTING_DATA_DIR.",
        ) from error
    raise DirectoryRefusedError(
        f"{directory} is not a directory that belongs to the user with id {os.getuid()}.",
        "Run the service as the user who owns it, or remove it if nobody needs it.",
    )


def configuration(directory: Path, socket: Path, log: Path) -> str:
    """The whole redis.conf: what a receipt promises is stated here even where it is the server's default."""
    return f"""\
# Written at every start; changes made here are lost.
port 0
unixsocket {conf_quote(socket)}
unixsocketperm 700
dir {conf_quote(directory)}
logfile {conf_quote(log)}
loglevel notice
daemonize no
supervised no
always-show-logo no
# A receipt means: on disk.
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-load-truncated yes
appendfilename "appendonly.aof"
appenddirname "appendonlydir"
# Plain commands, so that any server from 7.0 on, Redis or Valkey, can read the data.
aof-use-rdb-preamble no
save ""
# Ballots are refused when memory ends, never forgotten.
maxmemory 0
maxmemory-policy noeviction
"""


def conf_quote(path: Path) -> str:
    """A path as one argument in redis.conf, whatever characters it has."""
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(letter, letter) for letter in str(path)) + '"'
