"""Runs the ballot box's own server: starts it, watches it, restarts it on the same data, ends it cleanly.

Two locks carry the promises. `supervisor.lock` is held by the one process that watches; `server.lock` by the
server process itself (see `process`). A supervisor that is killed leaves its server running on purpose (no
PDEATHSIG): every acknowledged ballot is on disk already, voters go on voting, and the next supervisor
adopts it. Whoever is attached to another's server waits for its supervisor to end, and is that next one: a
service must not be left without its ballot box because a short command, which came first, is done.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import redis

from ..text import Text, _
from . import CorruptDataError, CrashLoopError, OwnedElsewhereError, RedisServerError, StartFailedError
from .answers import Answer, client_at
from .complaints import see_log, unexpected_end
from .configuration import conf_quote, configuration
from .discover import Server, read_record
from .files import make_private, socket_place
from .locks import FileLock
from .process import PAUSE, ServerProcess
from .restarts import Deaths, RestartPolicy

__all__ = ["Answer", "EmbeddedRedis", "FileLock", "RestartPolicy", "State",
           "conf_quote", "configuration", "make_private", "socket_place"]  # fmt: skip

# Between an owner's end and the next one's start casting is refused; this is most of that gap.
ATTACHED_PAUSE = 0.5

logger = logging.getLogger(__name__)


class State(StrEnum):
    """`FAILED` is final until `stop()`: the server died too often, or its data cannot be read."""

    STOPPED = "stopped"
    RUNNING = "running"
    RESTARTING = "restarting"
    ATTACHED = "attached"
    FAILED = "failed"


class EmbeddedRedis:
    """One server on `<data_dir>/redis`, with one supervisor at a time among all processes that ask.

    `start` and `stop` belong to one thread. After `start` an acknowledged write is on disk. A process that
    forks passes neither ownership nor locks to its children; one that ends without `stop` leaves its server
    to the next, and an attached one becomes the owner as soon as there is none. `on_restart` runs in the
    watching thread, once a server which that thread launched is ready. `patience` is how many seconds a
    silent server is waited for; one that loads its data is waited for as long as it takes.
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
        self._on_restart = on_restart
        self._patience = patience
        self._state = State.STOPPED
        self._failure: RedisServerError | None = None
        self._stopping = threading.Event()
        self._process = ServerProcess(self.data_dir, explicit_server, patience, self._stopping)
        self._supervision = FileLock(self.directory / "supervisor.lock")
        self._watcher: threading.Thread | None = None
        self._deaths = Deaths(policy or RestartPolicy())

    @property
    def url(self) -> str:
        """For `redis.from_url`. Read it after `start`: an attached or adopted server keeps its own socket."""
        return "unix://" + quote(str(self._process.socket))

    @property
    def owned(self) -> bool:
        """Whether this process supervises the server, and `stop` therefore ends it."""
        return self._supervision.held

    @property
    def state(self) -> State:
        return self._state

    @property
    def failure(self) -> RedisServerError | None:
        """Why the state is `FAILED`, and what to do; None otherwise."""
        return self._failure

    @property
    def pid(self) -> int | None:
        """The server's process id, None while there is none."""
        if self._state is not State.ATTACHED:
            return self._process.pid
        # Asked anew each time: its owner may have restarted it, and notes it a moment after it answers.
        with contextlib.suppress(redis.RedisError), client_at(self._process.socket) as client:
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
                _(
                    "服务器无法在 %(directory)s 启动（%(error)s）。",
                    directory=str(self.directory),
                    error=str(error),
                ),
                _("请确认磁盘未满、不是只读，并且该目录属于运行本服务的用户。"),
            ) from error

    def stop(self) -> None:
        """End the server cleanly if it is ours, else let go of it. Safe to call twice."""
        self._end_watch()
        if self.owned:  # Asked only now: until its end the watch may have become the owner.
            try:
                self._process.end()
            finally:
                self._release()
        self._deaths.forget()
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

    def _begin(self) -> None:
        make_private(self.directory)
        if self._claim():
            self._begin_owned()
        else:
            self._state = State.ATTACHED
        self._watcher = threading.Thread(target=self._watch, name="redis-watcher", daemon=True)
        self._watcher.start()

    def _begin_owned(self) -> None:
        try:
            self._process.begin()
        except BaseException:
            # Ctrl-C while loading included: whoever tries next must not meet our locks.
            self._release()
            raise
        self._state = State.RUNNING

    def _claim(self) -> bool:
        """True with the supervisor's lock, False when another supervisor's server answers."""
        process = self._process
        deadline = time.monotonic() + self._patience
        while not self._supervision.take():
            answer = process.ask_noted()
            if answer is Answer.READY:
                return False
            if answer is Answer.LOADING:
                deadline = time.monotonic() + self._patience
            if time.monotonic() > deadline:
                sentence = _(
                    "另一个进程正在管理 %(directory)s，但 %(socket)s 上没有服务器应答。",
                    directory=str(self.directory),
                    socket=str(process.socket),
                )
                log = str(process.files.log)
                raise OwnedElsewhereError(
                    sentence, _("请在 %(log)s 中查看原因，结束那个进程，再重新启动。", log=log)
                )
            time.sleep(PAUSE)
        return True

    def _release(self) -> None:
        self._process.let_go()
        self._supervision.drop()

    # Watching.

    def _end_watch(self) -> None:
        watcher, self._watcher = self._watcher, None
        watched = watcher is not None and watcher.is_alive()
        # Not in a forked child: the event's lock may have been copied at an instant when it was held.
        if self.owned or watched:
            self._stopping.set()
        if watcher is not None and watched and watcher is not threading.current_thread():
            watcher.join()

    def _watch(self) -> None:
        if not self.owned and not (self._outlive_the_owner() and self._take_over()):
            return
        while not self._stopping.wait(PAUSE):
            if not self._process.alive() and not self._revive():
                return

    def _outlive_the_owner(self) -> bool:
        """True with the supervisor's lock, which the kernel frees however its holder ends; False if stopping."""
        complained = False
        while not self._stopping.wait(ATTACHED_PAUSE):
            try:
                if self._supervision.take():
                    return True
            except OSError as error:  # No descriptors left, say: a watch that dies would do so silently.
                if not complained:
                    logger.warning("cannot tell whether the Redis server is still watched: %s", error)
                complained = True
        return False

    def _take_over(self) -> bool:
        """Adopt the server that the last owner left, or start one; True when it is ready."""
        logger.warning("the process that watched the Redis server has ended, this one takes over")
        if self._process.ask_noted() is Answer.NONE:
            self._state = State.RESTARTING
        problem = self._try()
        return self._ready() if problem is None else self._retry(problem)

    def _revive(self) -> bool:
        return self._retry(unexpected_end(self._process.files, self._process.pid))

    def _retry(self, problem: RedisServerError) -> bool:
        """Until it is ready again (True), or stopping, or a crash loop (False)."""
        self._state = State.RESTARTING
        while not isinstance(problem, CorruptDataError):
            if not self._another_try(problem):
                return False
            now = self._try()
            if now is None:
                return self._ready()
            problem = now
        return self._give_up(problem)

    def _try(self) -> RedisServerError | None:
        """Adopt or launch a server where our clients look for it; what went wrong, if anything."""
        try:
            self._process.begin(self._process.socket)
        except RedisServerError as error:
            return error
        except Exception as error:  # A watcher that dies would do so silently; the bound ends it aloud.
            return StartFailedError(Text(str(error)), see_log(self._process.files))
        return None

    def _ready(self) -> bool:
        if self._stopping.is_set():
            return False
        self._state = State.RUNNING
        if self._process.launched:
            logger.warning("the Redis server was restarted with process id %s", self._process.pid)
            self._tell()
        return True

    def _another_try(self, last: RedisServerError) -> bool:
        """Count one death, pause, and say whether to go on."""
        self._process.pid = None
        pause = self._deaths.count()
        if pause is None:
            sentence = _(
                "服务器在 %(seconds)s 秒内停止了 %(count)s 次。最后一次：%(reason)s",
                seconds=round(self._deaths.policy.window),
                count=len(self._deaths),
                reason=last.sentence,
            )
            return self._give_up(CrashLoopError(sentence, last.remedy))
        logger.warning("the Redis server is down and will be restarted: %s", last)
        return not self._stopping.wait(pause)

    def _give_up(self, failure: RedisServerError) -> bool:
        if not self._stopping.is_set():
            self._failure = failure
            self._state = State.FAILED
            logger.error("the Redis server is given up: %s", failure)
        return False

    def _tell(self) -> None:
        if self._on_restart is None:
            return
        try:
            self._on_restart()
        except Exception:  # The caller's mistake must not end the watch over the ballots.
            logger.exception("on_restart failed")
