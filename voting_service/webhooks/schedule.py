"""When a message that did not get through is tried again. Pure."""

from __future__ import annotations

from datetime import timedelta

DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After the first try, the second … as Standard Webhooks recommends: three days in all, over a weekend."""
MOST_TRIES = len(DELAYS) + 1
JITTER = 0.2


def delay_after(tries: int, chance: float) -> timedelta | None:
    """How long to wait after so many tries; None: no more. ``chance``: 0 to 1, so that many messages which failed together do
    not come back together."""
    return DELAYS[tries - 1] * (1 + JITTER * chance) if 1 <= tries < MOST_TRIES else None
