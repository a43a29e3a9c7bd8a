"""The platform's time: this machine's, until a test moves it."""

from __future__ import annotations

import time


class MovableClock:
    """Seconds since 1970, and a step that a test may add."""

    def __init__(self) -> None:
        self.offset_s = 0.0

    def now(self) -> float:
        """What the platform believes it is."""
        return time.time() + self.offset_s

    def forward(self, seconds: float) -> None:
        """Let time pass. Negative sets it back."""
        self.offset_s += seconds
