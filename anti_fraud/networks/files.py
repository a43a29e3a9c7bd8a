"""Opens what an operator brings: a plain file, .gz, .zip (or wheel), .tgz (npm or PyPI package). Nothing is unpacked to disk."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NamedTuple

# What a damaged or missing file makes the openers raise.
UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, zlib.error)


class SourceText(NamedTuple):
    """One text within a source. ``name`` is what problems are reported under."""

    name: str
    lines: IO[str]
    is_archived: bool


def texts(path: Path) -> Iterator[SourceText]:
    """Every text of the file that can hold ranges, opened one after the other. ``UNREADABLE`` for a damaged file."""
    name = path.name.lower()
    if name.endswith((".tgz", ".tar.gz", ".tar")):
        yield from _of_tar(path)
    elif name.endswith((".zip", ".whl")):
        yield from _of_zip(path)
    else:
        with gzip.open(path, "rb") if name.endswith(".gz") else path.open("rb") as stream:
            yield SourceText(path.name, _text(stream), False)


def described(path: Path) -> str:
    """The source's name, its date or package version, and 12 digits of its SHA-256."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()[:12]
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    return f"{_package(path) or f'{path.name} {day}'} sha256:{digest}"


def _package(path: Path) -> str:
    """Name and version as an npm package states them; '' for anything else."""
    if not path.name.lower().endswith(".tgz"):
        return ""
    try:
        with (
            tarfile.open(path) as archive,
            closing(archive.extractfile("package/package.json") or io.BytesIO()) as file,
        ):
            stated = json.load(file)
        return f"{stated['name']} {stated['version']}"
    except (KeyError, ValueError, TypeError):
        return ""


def _of_tar(path: Path) -> Iterator[SourceText]:
    with tarfile.open(path) as archive:
        for member in archive:
            stream = (
                archive.extractfile(member) if member.isfile() and _may_hold_ranges(member.name) else None
            )
            if stream:
                yield SourceText(f"{path.name}:{member.name}", _text(stream), True)


def _of_zip(path: Path) -> Iterator[SourceText]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if _may_hold_ranges(member):
                with archive.open(member) as stream:
                    yield SourceText(f"{path.name}:{member}", _text(stream), True)


def _may_hold_ranges(member: str) -> bool:
    # The numeric twins (-num) of ip-location-db say the same again.
    return member.lower().endswith((".csv", ".txt")) and not member.lower().endswith("-num.csv")


def _text(stream: IO[bytes] | gzip.GzipFile) -> IO[str]:
    return io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
