"""Where a folder waits between its upload and the official's word: private files under the data directory, each one's
official's own, gone after a day. An official has a few at most, so that nobody's forgotten uploads fill the disk.

Several hosts share the directory, as they share the photos.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import unicodedata
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

from ...clock import from_ms, to_ms
from ...errors import NotFound, Problem, ProblemsFound
from ...text import _

KEPT_FOR = timedelta(hours=24)
MOST_FOLDERS = 3
MOST_BYTES = 400 * 1024**2
"""Of one official's, together."""
_TOKEN = re.compile(r"[0-9a-f]{32}")
_PICTURES = (
    ".jpg",
    ".jpeg",
    ".png",
    ".webp",
    ".gif",
    ".bmp",
    ".tif",
    ".tiff",
    ".heic",
    ".heif",
    ".avif",
    ".svg",
)


class Part(Protocol):
    """A file that was uploaded."""

    @property
    def name(self) -> str: ...
    @property
    def path(self) -> Path: ...


class Staged(NamedTuple):
    """A folder that waits."""

    token: str
    path: Path
    """A .zip."""
    name: str
    """What to call it on a page."""


class Waiting(NamedTuple):
    """A folder that waits, in a list."""

    token: str
    name: str
    where: str
    """The campaign that it was uploaded for; empty for a new one."""
    at: datetime
    size: int
    """Bytes."""


class _Label(NamedTuple):
    official: int
    name: str
    at_ms: int
    where: str = ""


class Staging:
    """The directory. A folder is there whole or not at all."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def keep(self, parts: Sequence[Part], *, official_id: int, at: datetime, where: str = "") -> Staged:
        """Take what was uploaded: one .zip as it is, or single files as one. ``where``: the campaign that it is for. Raises
        ProblemsFound where this official has too much waiting already; then nothing is kept."""
        token = secrets.token_hex(16)
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole = self._path(token)
        if len(parts) == 1 and parts[0].name.lower().endswith(".zip"):
            name = _base_name(parts[0].name)
            parts[0].path.replace(whole)
        else:
            name = str(_("%(n)s 个文件", n=len(parts)))
            _zip(parts, whole)
        label = _Label(official_id, name, to_ms(at), where)
        self._write_label(token, json.dumps(label._asdict(), ensure_ascii=False))
        # Looked at with this one in it: of several that come at once none slips by.
        if problem := _too_much(self.waiting(official_id, now=at), token):
            self.remove(token)
            raise ProblemsFound([problem])
        return Staged(token, whole, name)

    def waiting(self, official_id: int, *, now: datetime) -> list[Waiting]:
        """This official's, the oldest first."""
        found = []
        for path in self.directory.glob("*.json"):
            token = path.stem
            label = self._label(token) if _TOKEN.fullmatch(token) else None
            if label is None or label.official != official_id or now - from_ms(label.at_ms) > KEPT_FOR:
                continue
            with suppress(FileNotFoundError):  # used or removed meanwhile
                size = self._path(token).stat().st_size
                found.append(Waiting(token, label.name, label.where, from_ms(label.at_ms), size))
        return sorted(found, key=lambda one: (one.at, one.token))

    def find(self, token: str, official_id: int, *, now: datetime) -> Staged:
        """One that waits for this official. Raises NotFound for anybody else's, and for one that has waited too long."""
        label = self._label(token) if _TOKEN.fullmatch(token) else None
        if label is None or label.official != official_id or now - from_ms(label.at_ms) > KEPT_FOR:
            raise NotFound(_("上传的文件夹已经用过、取消或者过期了。"), _("请重新上传。"))
        return Staged(token, self._path(token), label.name)

    def remove(self, token: str) -> None:
        """It has been used, or nobody wants it. Safe to repeat."""
        self._label_path(token).unlink(missing_ok=True)
        self._path(token).unlink(missing_ok=True)

    def sweep(self, now: datetime) -> int:
        """Remove what has waited too long, and what a broken upload left; gives how many files."""
        removed = 0
        if not self.directory.is_dir():
            return 0
        for path in self.directory.iterdir():
            try:
                old = now.timestamp() - path.stat().st_mtime > KEPT_FOR.total_seconds()
                if old and path.is_file():
                    path.unlink()
                    removed += 1
            except FileNotFoundError:
                continue  # another host was quicker
        return removed

    def _path(self, token: str) -> Path:
        return self.directory / f"{token}.zip"

    def _label_path(self, token: str) -> Path:
        return self.directory / f"{token}.json"

    def _write_label(self, token: str, text: str) -> None:
        part = self.directory / f".{token}.part"
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
        part.replace(self._label_path(token))

    def _label(self, token: str) -> _Label | None:
        try:
            found = _Label(**json.loads(self._label_path(token).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return found if self._path(token).is_file() else None


def _too_much(waiting: Sequence[Waiting], token: str) -> Problem | None:
    """Why this one is not kept beside the others."""
    others = [one for one in waiting if one.token != token]
    if not others or (len(waiting) <= MOST_FOLDERS and sum(one.size for one in waiting) <= MOST_BYTES):
        return None
    return Problem(
        "folder",
        _(
            "您已有 %(n)s 个上传的文件夹等待核对，最早的是 %(name)s，每人最多 %(most)s 个、合计 %(size)s MB。",
            n=len(others), name=others[0].name, most=MOST_FOLDERS, size=MOST_BYTES // 1024**2,
        ),
        _("请先核对或者删除一个，再上传。"),
    )  # fmt: skip


def member_name(name: str) -> str:
    """Where a single file belongs in the folder: pictures below ``photos/``, all else on top; a path that a browser or
    somebody else has put before it does not count."""
    base = _base_name(name)
    return f"photos/{base}" if base.lower().endswith(_PICTURES) else base


def _base_name(name: str) -> str:
    base = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    clean = "".join(sign for sign in base if sign.isprintable()).strip().lstrip(".")[:120]
    return clean or "file"


def _zip(parts: Sequence[Part], whole: Path) -> None:
    # Photos hardly shrink, and what is read again in a moment need not.
    with (
        os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,
    ):
        for part in parts:
            archive.write(part.path, member_name(part.name))
