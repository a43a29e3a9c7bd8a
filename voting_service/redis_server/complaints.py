"""Turns what a server wrote into its log before it ended into an error with a remedy."""

from __future__ import annotations

import re
import shlex

from ..text import Text, _
from . import CorruptDataError, StartFailedError
from .discover import Server
from .files import ServerFiles

# What Redis 7 to 8 and Valkey 7.2 to 9 log before they refuse an append-only file or its manifest.
CORRUPT_LOG = re.compile(
    r"Bad file format reading the append only file|Unknown command .* reading the append only file|"
    r"Unexpected end of file reading the append only file|Unrecoverable error reading the append only file|"
    r"AOF manifest|The AOF file .* doesn't exist|Wrong signature trying to load DB",
    re.IGNORECASE,
)
NAMED_AOF = re.compile(r"[\w.-]+\.(?:incr|base)\.(?:aof|rdb)|[\w.-]+\.manifest")


def start_failure(files: ServerFiles, server: Server | None, log_start: int, what: Text) -> StartFailedError:
    """Why a start came to nothing; `server` is None for one that was found running."""
    tail = files.log_tail(log_start)
    corrupt = CORRUPT_LOG.search(tail)
    if server is not None and corrupt is not None:
        return _corrupt(files, server, tail[corrupt.start() :])
    name = _("已在运行") if server is None else str(server)
    return StartFailedError(
        _("服务器（%(server)s）%(what)s。其日志末尾为：\n%(tail)s\n", server=name, what=what, tail=tail),
        see_log(files),
    )


def unexpected_end(files: ServerFiles, pid: int | None) -> StartFailedError:
    """A server that ran has ended, and nobody asked it to."""
    return StartFailedError(
        _("服务器进程 %(pid)s 意外退出。其日志末尾为：\n%(tail)s\n", pid=pid, tail=files.log_tail(0)),
        see_log(files),
    )


def see_log(files: ServerFiles) -> Text:
    """The remedy where only the server itself knows the reason."""
    return _("完整日志在 %(log)s。请排除其中指出的原因，再重新启动。", log=str(files.log))


def _corrupt(files: ServerFiles, server: Server, complaint: str) -> CorruptDataError:
    folder = files.directory / "appendonlydir"
    manifest = folder / "appendonly.aof.manifest"
    named = NAMED_AOF.search(complaint)
    file = folder / named[0] if named else manifest
    # The server program is its own check tool when called by that name, so it need not be installed.
    check = f"(exec -a {server.kind}-check-aof {shlex.quote(str(server.path))} {shlex.quote(str(manifest))})"
    return CorruptDataError(
        _(
            "数据文件 %(file)s 已损坏，服务器拒绝启动。服务器的说明：\n%(complaint)s\n",
            file=str(file),
            complaint=complaint,
        ),
        _(
            "请先把目录 %(directory)s 复制到安全的地方。在 bash 中执行 %(check)s 可以看到损坏从哪里开始；"
            "在文件名前加上 --fix 再执行，会删去从那里起的全部内容。之后请将票箱与选票台账对账。",
            directory=str(files.directory),
            check=check,
        ),
    )
