"""A campaign's folder in a form at the desk: hundreds of photos, so it goes to a file as it arrives and never into memory.

What citizens hand in goes another way (``uploads``), with limits of its own. A view that takes folders is entered by
officials alone: the desk's guard asks who it is before a byte of the body is read.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar

from flask import Flask, Request, current_app, request

from ..errors import Unavailable, VotingError
from ..text import _
from .uploads import InMemoryRequest, Places

MOST_BYTES = 200 * 1024**2
"""Of all files of one form together."""
MOST_PARTS = 1000
ROUND_IT = 1024**2
"""The form around the files."""
AT_ONCE = 3
READ_WITHIN_S = 1800
"""An office's line may be slow; nginx in front sends in an instant what it has collected."""
KEEP_FREE = 500 * 1024**2
"""Bytes of the disk that stay free for ballots."""

View = TypeVar("View")


class FolderTooLarge(VotingError):
    """More than is taken."""

    code = "payload_too_large"


class NoRoom(Unavailable):
    """The disk is nearly full."""


@dataclass(frozen=True)
class StagedPart:
    """One file of the form, on the disk. Whoever does not move it away loses it when the request ends."""

    name: str
    """As its sender calls it: not to be believed."""
    path: Path


@dataclass
class _Intake:
    """What has come of one request so far."""

    directory: Path
    most: int
    size: int = 0
    files: list[_File] = field(default_factory=list)

    def file(self) -> _File:
        """The next one."""
        self.files.append(_File(self))
        return self.files[-1]

    def clear(self) -> None:
        """Leave nothing behind."""
        for one in self.files:
            one.close()
            one.path.unlink(missing_ok=True)


class _File:
    """A file as it arrives. It is closed when it has come: a form may have more of them than a process may have open."""

    def __init__(self, intake: _Intake) -> None:
        self._intake = intake
        self.path = intake.directory / f".{secrets.token_hex(16)}.part"
        self._open: IO[bytes] | None = None

    def write(self, data: Any) -> int:
        """Keep it. Raises FolderTooLarge."""
        self._intake.size += len(data)
        if self._intake.size > self._intake.most:
            raise _too_large(self._intake.most)
        if data and self._open is None:
            self._open = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        return self._open.write(data) if self._open else 0

    def seek(self, *_where: int) -> int:
        """The parser's way to say that it is all there."""
        self.close()
        return 0

    def close(self) -> None:
        """May be called again."""
        if self._open is not None:
            self._open.close()
            self._open = None


@dataclass(frozen=True)
class _Room:
    directory: Path
    most: int
    places: Places


def install(app: Flask, directory: Path, most: int = MOST_BYTES) -> None:
    """Attach to the app: before whoever reads a form in ``before_request``."""
    app.extensions["staged_uploads"] = _Room(directory, most, Places(AT_ONCE, AT_ONCE))
    app.before_request(_expect_folder)
    app.teardown_request(_clear)


def takes_folder(view: View) -> View:
    """For an official's view that ``staged_parts`` is called in."""
    view.takes_folder = True  # type: ignore[attr-defined]
    return view


def staged_parts(request: Request) -> list[StagedPart]:
    """The files of this request's form that hold something, in the order in which they were chosen. Raises BadUpload,
    FolderTooLarge, NoRoom and UploadsBusy."""
    files = request.files
    if isinstance(request, InMemoryRequest) and request.place is not None:
        request.place.is_read()
    return [
        StagedPart(part.filename or "", part.stream.path)  # type: ignore[attr-defined]
        for _field, part in files.items(multi=True)
        if part.stream.path.is_file()  # type: ignore[attr-defined]
    ]


def _expect_folder() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or not getattr(view, "takes_folder", False):
        return
    room: _Room = current_app.extensions["staged_uploads"]
    ours: Any = request
    if (request.content_length or 0) > room.most + ROUND_IT:
        raise _too_large(room.most)
    ours.max_content_length = room.most + ROUND_IT
    ours.max_form_parts = MOST_PARTS
    intake = _Intake(room.directory, room.most)
    ours.folder_intake = intake

    def sink() -> _File:
        if not intake.files:
            _begin(ours, room)
        return intake.file()

    ours.sink = sink


def _begin(ours: InMemoryRequest, room: _Room) -> None:
    room.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(room.directory).free < KEEP_FREE + (ours.content_length or room.most):
        raise NoRoom(_("服务器磁盘快满了，现在收不下活动文件夹。"), _("请联系管理员清理磁盘。"))
    ours.place = room.places.take(ours.remote_addr or "")
    environ: Mapping[str, Any] = ours.environ
    ours.place.read_within(READ_WITHIN_S, environ.get("gunicorn.socket"))


def _clear(_error: BaseException | None) -> None:
    intake: _Intake | None = getattr(request, "folder_intake", None)
    if intake is not None:
        with contextlib.suppress(OSError):
            intake.clear()


def _too_large(most: int) -> FolderTooLarge:
    return FolderTooLarge(
        _("活动文件夹太大，最多 %(most)s MB。", most=most // 1024**2),
        _("请把照片缩小到每张 2 MB 以内（长边 2000 像素已经足够），再压缩上传。"),
    )
