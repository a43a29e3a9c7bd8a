"""Would a voter whom we send to the platform come back with a code that we can exchange? Asked before each is sent.

Logins tell by themselves; only where there were none lately is the platform asked, by one thread for all.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import NamedTuple

from ..clock import Clock
from .client import Client
from .errors import WeChatUnreachable

SUCCESS_COUNTS = timedelta(seconds=3)
"""No longer: until it is asked again, voters are sent to a platform that may be gone."""
FAILURE_COUNTS = timedelta(seconds=3)
PATIENCE_S = 2.0


class _Last(NamedTuple):
    """How it went the last time."""

    well: bool
    at: datetime
    why: str = ""


class Reachability:
    """Of one process; safe to use from many threads. Nobody waits longer than two seconds, whatever the network does."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._client, self._clock = client, clock
        self._lock = threading.Lock()
        self._last: _Last | None = None
        self._looking: threading.Event | None = None
        self._doubted = ""

    def reachable(self, failure_counts: timedelta = FAILURE_COUNTS) -> bool:
        """Whether the platform's API answers: known for 3 s after it did, and for a while after it did not."""
        with self._lock:
            known = self._known(failure_counts)
            if known is not None:
                return known
            looking = self._looking
            if looking is None:
                looking = self._begin_to_look()
            elif self._last is not None and not self._last.well:
                return False  # someone is looking again: until then it is as it was, and nobody's thread is held up
        if not looking.wait(PATIENCE_S):
            self.note_failure("timeout")
        last = self._last
        return last is not None and last.well

    @property
    def why(self) -> str:
        """Why not, as ``WeChatUnreachable.why``; empty where it answered last."""
        last = self._last
        return last.why if last is not None else self._doubted

    def note_success(self) -> None:
        """It answered somebody just now."""
        self._last = _Last(True, self._clock.now())
        self._doubted = ""

    def note_failure(self, why: str = "timeout") -> None:
        """It did not."""
        self._last = _Last(False, self._clock.now(), why)

    def doubt(self, why: str) -> None:
        """It did not answer somebody just now. One stumble sends nobody away: whoever comes next looks first."""
        self._last = None
        self._doubted = why

    def _known(self, failure_counts: timedelta) -> bool | None:
        if self._last is None:
            return None
        age = self._clock.now() - self._last.at
        fresh = timedelta() <= age < (SUCCESS_COUNTS if self._last.well else failure_counts)
        return self._last.well if fresh else None

    def _begin_to_look(self) -> threading.Event:
        # In a thread of its own: a name server that does not answer heeds no timeout of ours.
        looking = self._looking = threading.Event()
        threading.Thread(target=self._look, args=(looking,), name="wechat-reach", daemon=True).start()
        return looking

    def _look(self, looking: threading.Event) -> None:
        try:
            self._client.reach()
            self.note_success()
        except WeChatUnreachable as error:
            self.note_failure(error.why)
        finally:
            with self._lock:
                self._looking = None
            looking.set()
