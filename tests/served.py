"""A stage behind a real port, from a thread of this process: for programs and browsers that only read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import make_server

from tests.stage import Stage


@contextmanager
def served(stage: Stage) -> Iterator[str]:
    """Gives the address, which is the stage's own."""
    host, port = stage.service.settings.origin.split(":")
    server = make_server(host, int(port), stage.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield stage.service.settings.base_url
    finally:
        server.shutdown()
        thread.join()
