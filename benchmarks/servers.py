"""Starts what is measured: gunicorn with as many workers and threads as the service has by default."""

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

from voting_service.database import Database
from voting_service.settings import Settings

from . import machine
from .comparisons import DATABASE, PAGE_BYTES, prepare_usual
from .stand import Stand

ROOT = Path(__file__).parents[1]
WORKERS = int(Settings.model_fields["workers"].default)
THREADS = int(Settings.model_fields["threads"].default)
_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Server:
    """The measured processes."""

    host: str
    port: int
    workers: tuple[int, ...]
    """Their process ids."""

    def cpu_s(self) -> float:
        """Processor time that the workers have used; 0 where the system does not tell."""
        return sum(machine.cpu_s(worker) for worker in self.workers)


@contextmanager
def serving(stand: Stand, page: bytes = b"", workers: int = WORKERS) -> Iterator[Server]:
    """The service and its comparisons, from workers that share a core of their own."""
    page_file = stand.directory / "page.html"
    page_file.write_bytes(page)
    usual = f"sqlite:///{stand.directory / 'usual.sqlite3'}"
    database = Database(usual)
    prepare_usual(database)
    database.dispose()
    environ = stand.environ | {PAGE_BYTES: str(page_file), DATABASE: usual}
    host, port = "127.0.0.1", _free_port()
    process = _start(host, port, workers, environ)
    try:
        _wait(process, host, port)
        yield Server(host, port, tuple(machine.children(process.pid)))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _start(host: str, port: int, workers: int, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with machine.running_on(machine.MEASURED):
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "benchmarks.comparisons:app",
             "--config", str(ROOT / "deploy" / "gunicorn.conf.py"),
             "--bind", f"{host}:{port}", "--workers", str(workers), "--threads", str(THREADS)],
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
