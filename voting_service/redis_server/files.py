"""The files that lie beside the data, and the private directories they lie in."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from pathlib import Path

from ..text import _
from . import DirectoryRefusedError

# sun_path has 108 bytes on Linux and 104 on macOS and the BSDs, a closing NUL included.
SOCKET_PATH_LIMIT = 103
LOG_LIMIT = 1024 * 1024
LOG_TAIL = 4096


class ServerFiles:
    """What is kept in a server's directory besides its data."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.log = directory / "server.log"
        self.conf = directory / "redis.conf"
        self.note = directory / "running.json"

    def note_running(self, pid: int, socket: Path) -> None:
        facts = {"pid": pid, "socket": str(socket), "directory": str(self.directory)}
        write_private(self.note, json.dumps(facts) + "\n")

    def noted(self) -> tuple[int | None, Path | None]:
        """Process id and socket of the last server; noted because TMPDIR may differ between processes."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            fields = json.loads(self.note.read_text("utf-8"))
            # In a copy of a data directory the note speaks of the original's server.
            if fields["directory"] == str(self.directory):
                return int(fields["pid"]), Path(fields["socket"])
        return None, None

    def turn_log(self) -> int:
        """Keep at most one full log besides the current; the size at which the new run begins."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_name("server.log.1"))
        self.log.touch(mode=0o600)
        return self.log.stat().st_size

    def log_tail(self, start: int) -> str:
        """The last lines of the log, none from before the byte `start`."""
        with contextlib.suppress(OSError), self.log.open("rb") as log:
            log.seek(max(start, self.log.stat().st_size - LOG_TAIL))
            return log.read().decode("utf-8", "replace").strip()
        return ""


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
            _("无法使用目录 %(directory)s（%(error)s）。", directory=str(directory), error=error.strerror),
            _("请让编号为 %(uid)s 的系统用户能够写入它，或另选 VOTING_DATA_DIR。", uid=os.getuid()),
        ) from error
    raise DirectoryRefusedError(
        _(
            "%(directory)s 不是属于编号为 %(uid)s 的系统用户的目录。",
            directory=str(directory),
            uid=os.getuid(),
        ),
        _("请以其所有者的身份运行本服务；如果没有人需要它，也可以把它删除。"),
    )


def write_private(file: Path, text: str) -> None:
    """Replace `file` atomically, mode 600."""
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
