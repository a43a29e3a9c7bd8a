"""Answers that take reading, kept in each process and made anew after a moment: asking for one again costs no SQL.

A database that is away leaves the last known ones standing.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import structlog

from ...errors import Unavailable

V = TypeVar("V")
log = structlog.get_logger("descriptions")


class Kept(Generic[V]):
    """The most recently used answers by their key."""

    def __init__(self, fresh_s: float, most: int = 200) -> None:
        self._fresh_s = fresh_s
        self._most = most
        self._known: OrderedDict[Hashable, tuple[float, V]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """The answer of this key, no older than a moment where it can be made. Raises what ``make`` raises, but for
        Unavailable where there is a former answer."""
        known = self._known.get(key)
        if known and time.monotonic() - known[0] < self._fresh_s:
            return known[1]
        # One thread makes it while the others go on with what they have.
        if not self._lock.acquire(blocking=known is None):
            assert known is not None
            return known[1]
        try:
            return self._made(key, make)
        finally:
            self._lock.release()

    def _made(self, key: Hashable, make: Callable[[], V]) -> V:
        known = self._known.get(key)
        if known and time.monotonic() - known[0] < self._fresh_s:
            return known[1]
        try:
            value = make()
        except Unavailable as error:
            log.error(error.code)
            if known is None:
                raise
            value = known[1]
        self._known[key] = (time.monotonic(), value)
        self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return value
