"""Locks that say who watches a server and whether a server has its data open, whatever pid files say."""

from __future__ import annotations

import fcntl
import os
import weakref
from pathlib import Path
from typing import ClassVar


class FileLock:
    """A flock on a file, released by the kernel with the last process that holds it."""

    _all: ClassVar[weakref.WeakSet[FileLock]] = weakref.WeakSet()

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor: int | None = None
        FileLock._all.add(self)

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    @property
    def descriptor(self) -> int:
        if self._descriptor is None:
            raise RuntimeError(f"{self._file} is not locked")
        return self._descriptor

    def take(self) -> bool:
        """Without waiting; True also when held already."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def drop(self) -> None:
        # Closed, not unlocked: LOCK_UN would take the lock from every process that shares the descriptor.
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    @classmethod
    def drop_all(cls) -> None:
        for lock in list(cls._all):
            lock.drop()


# A forked worker would otherwise keep a dead supervisor's lock alive, and could stop a server not its own.
os.register_at_fork(after_in_child=FileLock.drop_all)
