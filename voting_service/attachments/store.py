"""Where attachments are kept: sealed files under the data directory, one for each row, named by its id.

A file is written before the transaction that makes its row commits, and the commit is the commit point. Until then the
file is held by a lock, which a killed process lets go of: so a sweep can tell an upload under way from what nobody will
ever ask for.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..database import Database, DatabaseUnavailable
from ..encryption import Keyring
from ..errors import Unavailable, VotingError
from ..text import _
from .examine import Examined
from .models import Attachment

LEAST_FREE = 500 * 1024**2
_LEAST_FREE_SHARE = 0.05
_MOST_KEPT_FREE = 5 * 1024**3
"""Five in a hundred of a large disk are more than we shall ever need."""


MOST_SWEPT = 20
"""Whole files without a row at once: more than interrupted uploads leave."""
ASIDE_DAYS = 30


@dataclass(frozen=True)
class Swept:
    """What a sweep did."""

    set_aside: list[str]
    """Names of files without a row, drafts among them."""
    put_back: list[str]
    """Ids of files that had been set aside and have their row again."""
    removed: int
    """How many had been set aside for longer than ``ASIDE_DAYS``."""


class SweepRefused(VotingError):
    """So much without a row looks like another database."""

    code = "sweep_refused"


class AttachmentMissing(VotingError):
    """There is a row, and its file is gone."""

    code = "attachment_missing"


class StoreFull(Unavailable):
    """The disk took no more."""


def content_place(attachment_id: str) -> str:
    """What a file is sealed for."""
    return f"attachments.{attachment_id}"


def name_place(attachment_id: str) -> str:
    """What the name of a file is sealed for."""
    return f"attachments.name_sealed.{attachment_id}"


class AttachmentStore:
    """A directory of sealed files. Safe to use from several threads and processes at once, sweeping included."""

    def __init__(self, directory: Path, keyring: Keyring, least_free: int = LEAST_FREE) -> None:
        self.directory = directory
        self.keyring = keyring
        self._least_free = least_free

    def has_room(self) -> bool:
        """Whether files may still be taken: the database, on the same disk, must never be the one that finds it full."""
        place = next(path for path in (self.directory, *self.directory.parents) if path.is_dir())
        usage = shutil.disk_usage(place)
        return usage.free >= max(self._least_free, min(usage.total * _LEAST_FREE_SHARE, _MOST_KEPT_FREE))

    @contextlib.contextmanager
    def keeping(self) -> Iterator[Keeping]:
        """Goes around the SQL transaction. When the block ends, what was put is kept as its rows are; when it ends by an
        exception, the files are removed."""
        keeping = Keeping(self)
        try:
            yield keeping
        except DatabaseUnavailable:
            # The answer to a commit may be what was lost: the rows may be there. ``doctor --fix`` finds out.
            raise
        except Exception:
            keeping.take_back()
            raise
        finally:
            keeping.let_go()

    def read(self, row: Attachment) -> bytes:
        """The content. Raises AttachmentMissing, and SealBroken."""
        return self.keyring.open(self.sealed_bytes(row.id), content_place(row.id))

    def name_of(self, row: Attachment) -> str:
        """What its owner called it. Raises SealBroken."""
        return self.keyring.open(row.name_sealed, name_place(row.id)).decode()

    def sealed_bytes(self, attachment_id: str, most: int = -1) -> bytes:
        """The file as it lies there, or its first bytes. Raises AttachmentMissing."""
        try:
            with (self.directory / attachment_id).open("rb") as file:
                return file.read(most)
        except FileNotFoundError as error:
            raise AttachmentMissing(
                _("附件 %(id)s 的文件不见了。", id=attachment_id),
                _("请从备份恢复数据目录下的 attachments/。"),
            ) from error

    def write(self, attachment_id: str, sealed: bytes) -> int:
        """Put a file into its place, whole or not at all; on the disk when this returns. Gives its descriptor, locked: whoever
        wrote it closes it. Raises StoreFull."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft, descriptor = self._locked_draft(attachment_id)
        try:
            with os.fdopen(os.dup(descriptor), "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(descriptor)
            draft.replace(self.directory / attachment_id)
            self._sync_directory()
        except BaseException as error:
            draft.unlink(missing_ok=True)
            os.close(descriptor)
            if isinstance(error, OSError):
                raise StoreFull(_("附件没有存下：%(why)s。", why=error.strerror)) from error
            raise
        return descriptor

    def _locked_draft(self, attachment_id: str) -> tuple[Path, int]:
        while True:
            draft = self.directory / f".{attachment_id}.{secrets.token_hex(8)}"
            descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # A sweep may have come between these two lines and removed it; then it is nobody's file.
            if os.fstat(descriptor).st_nlink:
                return draft, descriptor
            os.close(descriptor)

    def _sync_directory(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    # ---- what no row asks for, and what is not there

    def orphans(self, database: Database) -> list[str]:
        """Names of files that belong to no row and to no upload under way."""
        return [name for name, _descriptor in self._held_orphans(database)]

    def sweep(self, database: Database, at: datetime, *, even_so: bool = False) -> Swept:
        """Put back what was set aside and has a row after all, set aside what has none, and remove what has lain there for
        ``ASIDE_DAYS``; drafts of interrupted uploads go at once. ``even_so``: also where it looks as if the database were
        the wrong one. Raises SweepRefused, with nothing done."""
        if not even_so:
            self._refuse_a_wrong_database(database)
        back = self._put_back(database)
        set_aside = []
        for name, _descriptor in self._held_orphans(database):
            set_aside.append(name)
            if name.startswith("."):
                # Half written, so no row can ever ask for it. It must not live on under another name either: whoever makes
                # a draft tells by its links whether it was swept at its birth.
                (self.directory / name).unlink(missing_ok=True)
            else:
                self._aside.mkdir(exist_ok=True, mode=0o700)
                (self.directory / name).replace(self._aside / f"{at:%Y-%m-%d}.{name}")
        return Swept(set_aside, back, self._remove_old(at))

    def _refuse_a_wrong_database(self, database: Database) -> None:
        names = [name for name in self._names() if not name.startswith(".")]
        whole = [name for name in self.orphans(database) if not name.startswith(".")]
        kept = len(names) - len(_without_rows(database, names))
        if whole and (not kept or len(whole) > MOST_SWEPT):
            raise SweepRefused(
                _("有 %(count)s 个附件文件没有记录，有记录的 %(kept)s 个；可能连的不是原来的数据库，或数据库是较旧的备份，没有清除。",
                  count=len(whole), kept=kept),
                _("请先核对数据库。确认无误的，运行 voting-service doctor --fix --even-so。"),
            )  # fmt: skip

    def _put_back(self, database: Database) -> list[str]:
        aside = {name.partition(".")[2]: name for name in self._names(self._aside)}
        homeless = set(_without_rows(database, aside))
        back = [one for one in aside if one not in homeless and not (self.directory / one).exists()]
        for one in back:
            (self._aside / aside[one]).replace(self.directory / one)
        return back

    def _remove_old(self, at: datetime) -> int:
        last = f"{at - timedelta(days=ASIDE_DAYS):%Y-%m-%d}"
        old = [name for name in self._names(self._aside) if name.partition(".")[0] < last]
        for name in old:
            (self._aside / name).unlink(missing_ok=True)
        return len(old)

    @property
    def _aside(self) -> Path:
        # Inside of the store: so it is on the same disk, and travels with its backups.
        return self.directory / ".set-aside"

    def _names(self, directory: Path | None = None) -> list[str]:
        """Of files alone: ``lost+found`` is none of ours."""
        place = directory or self.directory
        if not place.is_dir():
            return []
        with os.scandir(place) as entries:
            return sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))

    def missing(self, session: Session) -> list[str]:
        """Ids of rows whose file is gone."""
        return [one for one in session.scalars(select(Attachment.id)) if not (self.directory / one).is_file()]

    def _held_orphans(self, database: Database) -> Iterator[tuple[str, int]]:
        """Each with its lock held for as long as the caller looks at it."""
        for name in _without_rows(database, self._names()):
            with contextlib.suppress(FileNotFoundError, BlockingIOError):
                descriptor = os.open(self.directory / name, os.O_RDONLY | os.O_CLOEXEC)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    # Its row may have been committed since we looked; it cannot any more.
                    if os.fstat(descriptor).st_nlink and _without_rows(database, [name]):
                        yield name, descriptor
                finally:
                    os.close(descriptor)


class Keeping:
    """The files of one transaction."""

    def __init__(self, store: AttachmentStore) -> None:
        self._store = store
        self._written: dict[str, int] = {}

    def put(self, session: Session, examined: Examined, at: datetime) -> Attachment:
        """Write the file, and add its row to the session. Raises StoreFull."""
        keyring = self._store.keyring
        attachment_id = secrets.token_urlsafe(16)
        sealed = keyring.seal(examined.data, content_place(attachment_id))
        self._written[attachment_id] = self._store.write(attachment_id, sealed)
        row = Attachment(
            id=attachment_id,
            kind=examined.kind,
            media_type=examined.media_type,
            size=len(examined.data),
            name_sealed=keyring.seal(examined.name.encode(), name_place(attachment_id)),
            stored_at=at,
        )
        session.add(row)
        return row

    def take_back(self) -> None:
        """Remove what was written."""
        for attachment_id in self._written:
            (self._store.directory / attachment_id).unlink(missing_ok=True)

    def let_go(self) -> None:
        """Give up the locks."""
        for descriptor in self._written.values():
            os.close(descriptor)
        self._written.clear()


def _without_rows(database: Database, names: Iterable[str]) -> list[str]:
    with database.read() as session:
        have = set(session.scalars(select(Attachment.id)))
    return [name for name in names if name not in have]
