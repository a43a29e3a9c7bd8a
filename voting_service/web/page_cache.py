"""Whole pages, rendered once and filled in for each voter.

A page is the same for everyone but for a few slots (nonce, ballot form, server time, the order of candidates). It is
kept as byte segments between slots, so that a warm page costs a join and no template, no SQL and no Redis.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple

_MARKER = re.compile("\ufdd0([a-z_]+)\ufdd1")


class CachedPage(NamedTuple):
    """Segments and slot names in turn: text, slot, text, slot, …, text."""

    segments: tuple[bytes, ...]
    slots: tuple[str, ...]

    @classmethod
    def cut(cls, html: str) -> CachedPage:
        """Cut a rendered page at its slots (``language.Slot``)."""
        pieces = _MARKER.split(html)
        return cls(tuple(piece.encode() for piece in pieces[::2]), tuple(pieces[1::2]))

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """The page with its slots filled; every slot must have a value."""
        parts = [self.segments[0]]
        for slot, segment in zip(self.slots, self.segments[1:], strict=True):
            parts += (values[slot], segment)
        return b"".join(parts)


class PageCache:
    """The most recently used pages of this process. A key holds everything that the page depends on."""

    def __init__(self, size: int = 512) -> None:
        self._size = size
        self._pages: OrderedDict[Hashable, CachedPage] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, key: Hashable) -> CachedPage | None:
        """The page of this key, if it has been rendered."""
        return self._pages.get(key)

    def page(self, key: Hashable, render: Callable[[], str]) -> CachedPage:
        """The page of this key, rendered now if it is not there."""
        page = self._pages.get(key)
        return page or self._render(key, render)

    def _render(self, key: Hashable, render: Callable[[], str]) -> CachedPage:
        # Live counts change a page every second: without turns, every thread would then render the same one.
        with self._lock:
            page = self._pages.get(key)
            if page is None:
                page = self._pages[key] = CachedPage.cut(render())
                while len(self._pages) > self._size:
                    self._pages.popitem(last=False)
            return page
