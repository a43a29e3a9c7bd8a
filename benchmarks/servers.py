"""Starts the measured process: one gunicorn worker with threads, configured as in production."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import machine
from .comparisons import DATABASE, PAGE_BYTES
from .stand import Stand

ROOT = Path(__file__).parents[1]
THREADS = 16
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Server:
    """The measured process."""

    host: str
    port: int
    worker: int
    """Its process id."""

    def cpu_s(self) -> float | None:
        """Processor time that the worker has used; None where the system does not tell."""
        return machine.cpu_s(self.worker)


@contextmanager
def serving(stand: Stand, page: bytes = b"") -> Iterator[Server]:
    """The service and its comparisons, from one worker on a core of its own."""
    page_file = stand.directory / "page.html"
    page_file.write_bytes(page)
    environ = stand.environ | {
        PAGE_BYTES: str(page_file),
        DATABASE: f"sqlite:///{stand.directory / 'usual.sqlite3'}",
    }
    host, port = "127.0.0.1", _free_port()
    process = _start(host, port, environ)
    try:
        _wait(process, host, port)
        yield Server(host, port, machine.children(process.pid)[0])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _start(host: str, port: int, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with machine.running_on(machine.MEASURED):
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "benchmarks.comparisons:app",
             "--config", str(ROOT / "deploy" / "gunicorn.conf.py"),
             "--bind", f"{host}:{port}", "--workers", "1", "--threads", str(THREADS)],
            cwd=ROOT, env=dict(environ),
        )  # fmt: skip


def _wait(process: subprocess.Popen[bytes], host: str, port: int) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    raise RuntimeError("gunicorn did not start; what it says is above")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
