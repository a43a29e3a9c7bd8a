"""How often, and after which pause, a server that died is started again."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """More than `limit` deaths in `window` seconds: a crash loop. Pauses double from `pause` to `longest`."""

    limit: int = 5
    window: float = 120.0
    pause: float = 0.1
    longest: float = 5.0


class Deaths:
    """The deaths within the policy's window, failed restarts among them."""

    def __init__(self, policy: RestartPolicy) -> None:
        self.policy = policy
        self._times: deque[float] = deque()

    def __len__(self) -> int:
        return len(self._times)

    def count(self) -> float | None:
        """Count one more. The seconds to wait before the next start; None in a crash loop."""
        now = time.monotonic()
        self._times.append(now)
        while self._times[0] < now - self.policy.window:
            self._times.popleft()
        if len(self) > self.policy.limit:
            return None
        return min(self.policy.pause * 2.0 ** (len(self) - 1), self.policy.longest)

    def forget(self) -> None:
        self._times.clear()
