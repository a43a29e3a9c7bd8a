"""Faults that somebody asked for, for an account or for all, for the next requests or until switched off."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

MEANINGS = {
    "refuse": "the user refuses: back to the callback with state alone",
    "snapshot": "a snapshot page: the code gives a virtual openid and is_snapshotuser 1",
    "snapshot_unmarked": "a snapshot page whose answer lacks is_snapshotuser",
    "double_callback": "the browser asks for the callback address twice",
    "page_error": "the authorization page shows this error, e.g. 10009",
    "latency_ms": "every answer comes so many milliseconds late",
    "busy": "the API answers -1",
    "errcode": "the API answers this errcode",
    "down": '"503": an error page; "close": the connection is closed without an answer',
    "wrong_ip": "tokens are refused with 40164",
}


@dataclass
class Switch:
    """One fault that is on."""

    name: str
    value: Any = True
    times: int | None = None
    """For how many more requests; None until it is switched off."""
    app_id: str | None = None
    paths: Sequence[str] = ()
    """Beginnings of the addresses that it concerns; none means all that it can concern."""

    def concerns(self, app_id: str, path: str) -> bool:
        """Is it about this request?"""
        return self.app_id in (None, app_id) and (not self.paths or path.startswith(tuple(self.paths)))


class Switches:
    """All that are on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._on: list[Switch] = []

    def set(self, switch: Switch) -> None:
        """On, in place of one of the same name and account; off where its value says nothing."""
        if switch.name not in MEANINGS:
            raise ValueError(f"no switch {switch.name}; there are {', '.join(MEANINGS)}")
        with self._lock:
            others = [s for s in self._on if (s.name, s.app_id) != (switch.name, switch.app_id)]
            on = switch.value not in (None, False, 0, "") and switch.times != 0
            self._on = [*others, switch] if on else others

    def take(self, name: str, app_id: str, path: str) -> Any:
        """The value of a switch for this request, which uses it up by one; None where it is off."""
        if not self._on:  # the hot path never waits for the lock
            return None
        with self._lock:
            for switch in self._on:
                if switch.name == name and switch.concerns(app_id, path):
                    if switch.times is not None:
                        switch.times -= 1
                        if switch.times <= 0:
                            self._on = [s for s in self._on if s is not switch]
                    return switch.value
        return None

    def is_on(self, name: str) -> bool:
        """For the console, which uses nothing up."""
        return any(switch.name == name for switch in self._on)

    def document(self) -> list[dict[str, Any]]:
        """Those that are on."""
        with self._lock:
            return [asdict(switch) for switch in self._on]
