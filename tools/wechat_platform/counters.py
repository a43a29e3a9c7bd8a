"""How often each address was asked and what came of it: tests ask whether a token was fetched twice."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any


class Counters:
    """Calls by address, refusals by address and number, and what was handed out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._refused: Counter[tuple[str, int]] = Counter()
        self._issued: Counter[str] = Counter()

    def call(self, path: str) -> None:
        """Somebody asked."""
        with self._lock:
            self._calls[path] += 1

    def refused(self, path: str, errcode: int) -> None:
        """And was told no."""
        with self._lock:
            self._refused[path, errcode] += 1

    def issued(self, what: str) -> None:
        """Something new left the house."""
        with self._lock:
            self._issued[what] += 1

    def document(self) -> dict[str, Any]:
        """``{"calls": {path: n}, "refused": {path: {"40029": n}}, "issued": {what: n}}``."""
        with self._lock:
            refused: dict[str, dict[str, int]] = {}
            for (path, errcode), times in self._refused.items():
                refused.setdefault(path, {})[str(errcode)] = times
            return {"calls": dict(self._calls), "refused": refused, "issued": dict(self._issued)}
