"""Work of which one at a time is enough: whoever asks while it is being done is told so, in whichever process they ask.

A lock on a file, which the kernel lets go with the process that holds it: a crash leaves nobody locked out. Hosts that share
the directory, on a volume that has file locks, share the turns.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import Unavailable
from .text import Text, _


class OneAtATime:
    """Turns, each by a name that can be a file's. The files stay: to remove one would let two hold it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @contextmanager
    def turn(self, name: str, busy: Text) -> Iterator[None]:
        """Hold it meanwhile. Raises Unavailable with the sentence ``busy`` while another does; nobody waits here, since each
        who waits would hold a thread that serves voters."""
        self._directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._directory / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as held:
                raise Unavailable(busy, _("请等它完成再试。")) from held
            yield
        finally:
            # Closed, not unlocked: a flock belongs to the open file, which is ours alone.
            os.close(descriptor)
