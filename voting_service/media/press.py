"""Renderings that cost a second of work: made one at a time in a process, and the latest kept.

Anybody may ask for a poster, and voters' pages come from the same processes. So one is made at a time, few may wait for
their turn, and whoever comes then is told to come back: a flood of posters takes one thread of many.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..errors import Unavailable
from ..text import _

MOST_WAITING = 2
PATIENCE_S = 4.0


class PressBusy(Unavailable):
    """Too many want a rendering now."""

    def __init__(self) -> None:
        super().__init__(_("正在为别人制作海报，请稍后再试。"))


@dataclass(frozen=True)
class Rendering:
    """A finished file, and the name that it alone has."""

    data: bytes
    etag: str


class Press:
    """The renderings of one process; ``most_bytes`` of them are kept."""

    def __init__(
        self, most_bytes: int = 24 * 1024**2, most_waiting: int = MOST_WAITING, patience_s: float = PATIENCE_S
    ) -> None:
        self._most_bytes, self._most_waiting, self._patience_s = most_bytes, most_waiting, patience_s
        self._kept: OrderedDict[Hashable, Rendering] = OrderedDict()
        self._bytes = 0
        self._books = threading.Lock()
        self._turn = threading.Lock()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many wait for their turn now."""
        return self._waiting

    @property
    def kept_bytes(self) -> int:
        """How much is kept."""
        return self._bytes

    def known(self, key: Hashable) -> Rendering | None:
        """What was made for this key, if it is kept."""
        with self._books:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def rendering(self, key: Hashable, make: Callable[[], bytes]) -> Rendering:
        """The same, made now where it is not kept. ``key`` holds everything that it depends on. Raises PressBusy."""
        found = self.known(key)
        if found is not None:
            return found
        with self._in_turn():
            # Whoever waited may have waited for just this one.
            return self.known(key) or self._keep(key, make())

    def for_a_batch(self, make: Callable[[], bytes]) -> bytes:
        """One rendering of many for an official: in turn too, however long it takes, and not kept."""
        with self._turn:
            return make()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        with self._books:
            if self._waiting >= self._most_waiting and self._turn.locked():
                raise PressBusy
            self._waiting += 1
        try:
            got = self._turn.acquire(timeout=self._patience_s)
        finally:
            with self._books:
                self._waiting -= 1
        if not got:
            raise PressBusy
        try:
            yield
        finally:
            self._turn.release()

    def _keep(self, key: Hashable, data: bytes) -> Rendering:
        made = Rendering(data, hashlib.sha256(data).hexdigest()[:32])
        if len(data) > self._most_bytes // 4:
            return made  # one roll-up must not push out everything else
        with self._books:
            self._kept[key] = made
            self._bytes += len(data)
            while self._bytes > self._most_bytes:
                _key, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest.data)
        return made
