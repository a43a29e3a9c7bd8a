"""Being told to stop (SIGTERM, Ctrl-C), for loops that pause between turns."""

from __future__ import annotations

import signal
from queue import Empty, SimpleQueue


class StopSign:
    """Once told, it stays told.

    Not a ``threading.Event``: a signal's handler runs in the very thread that waits, and where it interrupts ``wait``
    with the event's lock held, ``set`` waits for that lock for ever. ``SimpleQueue.put`` is made for such places.
    """

    def __init__(self) -> None:
        self._told: SimpleQueue[None] = SimpleQueue()

    def listen(self) -> None:
        """From here on, signals are for us."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._told.put(None))

    def wait(self, seconds: float) -> bool:
        """Pause so long at most; True as soon as we are told to stop."""
        try:
            self._told.get(timeout=seconds)
        except Empty:
            return False
        self._told.put(None)  # for whoever asks next
        return True
