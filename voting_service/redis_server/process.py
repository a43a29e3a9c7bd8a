"""The one server process on a data directory: launched or adopted, and ended, by the supervisor alone.

`server.lock` is inherited by the server process itself, so whoever can take it knows that no server has the
data open, whatever pid files say.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import threading
import time
from pathlib import Path

import redis

from ..text import _
from . import ForeignServerError, OwnedElsewhereError, StartFailedError, StopFailedError
from .answers import Answer, ask, client_at
from .complaints import start_failure
from .configuration import configuration
from .discover import Server, find_server, write_record
from .files import ServerFiles, make_private, socket_place, write_private
from .inspect_server import read_settings
from .locks import FileLock

PAUSE = 0.05
STOP_PATIENCE = 120.0

logger = logging.getLogger(__name__)


class ServerProcess:
    """Whoever calls `begin` or `end` holds the supervisor's lock. `stopping` breaks off every wait in `begin`."""

    def __init__(
        self, data_dir: Path, explicit: Path | None, patience: float, stopping: threading.Event
    ) -> None:
        self.data_dir = data_dir
        self.directory = data_dir / "redis"
        self.files = ServerFiles(self.directory)
        self.socket = socket_place(self.directory)
        self.pid: int | None = None
        self._explicit = explicit
        self._patience = patience
        self._stopping = stopping
        self._data = FileLock(self.directory / "server.lock")
        self._child: subprocess.Popen[bytes] | None = None

    def ask_noted(self) -> Answer:
        """What another supervisor's server answers; it may have another socket than ours would have."""
        self.socket = self.files.noted()[1] or self.socket
        return ask(self.socket)

    @property
    def launched(self) -> bool:
        """Whether the server is of our own launching, not one that was found running."""
        return self._child is not None

    def begin(self, known: Path | None = None) -> None:
        """The first start, the one after a supervisor's crash, the restart after a server's: all are this.

        A server launched in another's stead gets the socket `known` to the clients of that one: our own
        place for it may differ from theirs, as TMPDIR does.
        """
        place = known or socket_place(self.directory)
        self.socket = self.files.noted()[1] or place
        deadline = time.monotonic() + self._patience
        while True:
            # The socket first: where a file system does not carry locks into children, it is what tells.
            if ask(self.socket) is not Answer.NONE:
                # It may end, or be busy with a script, just as we ask who it is.
                with contextlib.suppress(redis.RedisError, StartFailedError):
                    return self._adopt()
            elif self._data.take():
                return self._launch(place)
            # Somebody has the data open and is silent: a server about to end, or its rewrite soon after.
            if time.monotonic() > deadline:
                raise self._held_by_a_silent_one()
            self._unless_stopping()
            time.sleep(PAUSE)

    def alive(self) -> bool:
        if self._child is not None:
            return self._child.poll() is None
        # An adopted server is no child of ours; its lock cannot be confused by a process id used again. The
        # socket has the last word for file systems that do not carry locks into children (NFS).
        return not self._data.take() or ask(self.socket) is not Answer.NONE

    def end(self) -> None:
        """Ask, wait long, and only then kill; all acknowledged writes are on disk in either case."""
        child, self._child = self._child, None
        if child is not None:
            child.terminate()
            try:
                child.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        elif self.pid is not None:
            self._shut_adopted()
        else:
            return
        self.pid = None
        self.files.note.unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)
        if self.socket.parent != self.directory:
            with contextlib.suppress(OSError):
                self.socket.parent.rmdir()

    def let_go(self) -> None:
        """Forget the server, running or not, and the lock on its data."""
        self._child = None
        self.pid = None
        self._data.drop()

    # Beginning.

    def _adopt(self) -> None:
        self._child = None
        self._await_ready(None, 0)
        with client_at(self.socket) as client:
            facts = client.info("server")
            folder = read_settings(client, "dir").get("dir")
        if folder != str(self.directory):
            raise ForeignServerError(
                _(
                    "%(socket)s 上的服务器把数据放在 %(folder)s，而不是 %(directory)s。",
                    socket=str(self.socket),
                    folder=folder or _("未知的目录"),
                    directory=str(self.directory),
                ),
                _("请结束那个服务器；如果它就是要用的票箱，请把 VOTING_REDIS_URL 指向它。"),
            )
        self.pid = int(facts["process_id"])
        self.files.note_running(self.pid, self.socket)
        logger.info("adopted the Redis server with process id %s", self.pid)

    def _launch(self, place: Path) -> None:
        """Start a server; the data lock is ours on entry and the server's own afterwards."""
        try:
            server = find_server(self.data_dir, self._explicit)
            self.socket = place
            make_private(self.socket.parent)
            # Nobody has the data open, so nobody listens here: what lies there is left from a crash.
            self.socket.unlink(missing_ok=True)
            log_start = self.files.turn_log()
            write_private(self.files.conf, configuration(self.directory, self.socket, self.files.log))
            child = self._child = self._spawn(server)
        finally:
            # The server holds the lock through its own copy of the descriptor; ours would outlive it.
            self._data.drop()
        self.pid = child.pid
        try:
            self.files.note_running(child.pid, self.socket)
            self._await_ready(server, log_start)
            write_record(self.data_dir, server)
        except BaseException:
            self.end()
            raise

    def _spawn(self, server: Server) -> subprocess.Popen[bytes]:
        # By standard input: the server takes a file's name for a pattern, and where a "?" in the path makes
        # it match nothing, it starts without a word on its defaults, an open port included.
        with self.files.conf.open("rb") as conf, self.files.log.open("ab") as log:
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
        while (answer := ask(self.socket)) is not Answer.READY:
            self._unless_stopping()
            if not self.alive():
                raise start_failure(self.files, server, log_start, _("在启动途中退出"))
            if answer is Answer.LOADING:
                deadline = time.monotonic() + self._patience
            if time.monotonic() > deadline:
                silent = _("在 %(seconds)s 秒内没有应答", seconds=round(self._patience))
                raise start_failure(self.files, server, log_start, silent)
            time.sleep(PAUSE)

    def _unless_stopping(self) -> None:
        if self._stopping.is_set():
            raise StartFailedError(_("服务器在启动途中被要求停止。"), _("请重新启动。"))

    def _held_by_a_silent_one(self) -> OwnedElsewhereError:
        return OwnedElsewhereError(
            _(
                "%(directory)s 中的数据已被一个服务器打开，但它在 %(socket)s 上没有应答；"
                "记下的进程号：%(pid)s。",
                directory=str(self.directory),
                socket=str(self.socket),
                pid=self.files.noted()[0] or _("无"),
            ),
            _("请用普通的 kill 命令结束该进程，等它退出后再重新启动。"),
        )

    # Ending.

    def _shut_adopted(self) -> None:
        """By socket and lock alone: its process id may mean another process in our process namespace."""
        with contextlib.suppress(redis.RedisError), client_at(self.socket) as client:
            client.execute_command("SHUTDOWN")
        deadline = time.monotonic() + STOP_PATIENCE
        while not self._data.take():
            if time.monotonic() > deadline:
                raise StopFailedError(
                    _("接管的服务器（进程号 %(pid)s）没有按要求停止。", pid=self.pid),
                    _(
                        "请在 %(log)s 中查看原因，再执行 kill -TERM %(pid)s。",
                        log=str(self.files.log),
                        pid=self.pid,
                    ),
                )
            time.sleep(PAUSE)
