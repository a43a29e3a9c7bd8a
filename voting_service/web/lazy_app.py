"""A WSGI application that is put together when it is first needed: importing it does no I/O."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

WSGIApp = Callable[..., Iterable[bytes]]


class LazyApp:
    """The application, put together once, when it is loaded or first called."""

    def __init__(self, make: Callable[[], WSGIApp]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._app: WSGIApp | None = None

    def load(self) -> WSGIApp:
        """Put the application together. Raises what making it raises: ProblemsFound for wrong settings."""
        with self._lock:
            if self._app is None:
                self._app = self._make()
        return self._app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve one request."""
        return (self._app or self.load())(environ, start_response)
