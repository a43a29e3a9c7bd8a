"""Watching the service's own processes: started together, restarted when one dies, ended in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from .stop_sign import StopSign

ROOT = Path(__file__).resolve().parents[2]
GRACE_S = 30
MOST_PAUSE_S = 10.0

log = structlog.get_logger("supervisor")


@dataclass(frozen=True)
class Child:
    """A process to keep running."""

    name: str
    command: Sequence[str]


def listening_at(host: str, port: int) -> str:
    """Host and port as one text, for an address or a bind: an IPv6 address is put in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def web_child(host: str, port: int, workers: int, threads: int) -> Child:
    """The website: gunicorn with threads."""
    config = ROOT / "deploy" / "gunicorn.conf.py"
    options = ["--bind", listening_at(host, port), "--workers", str(workers), "--threads", str(threads)]
    return Child("web", [sys.executable, "-m", "gunicorn", "wsgi:app", "--config", str(config), *options])


def recorder_child() -> Child:
    """The recorder."""
    return Child("recorder", [sys.executable, "-c", "from wsgi import cli; cli()", "recorder"])


def watch_child() -> Child:
    """The watch against fraud."""
    return Child("watch", [sys.executable, "-c", "from wsgi import cli; cli()", "fraud", "watch"])


def stand_in_child(host: str, port: int, *, url: str, service_url: str, start_url: str) -> Child:
    """The stand-in for WeChat's platform; ``url`` is how browsers reach it. Its secrets are in the environment."""
    options = ["--host", host, "--port", str(port), "--public-url", url]
    options += ["--service-url", service_url, "--start-url", start_url]
    return Child("wechat-stand-in", [sys.executable, "-m", "tools.wechat_platform", *options])


class Supervisor:
    """Keeps children running until this process is told to stop (SIGTERM, Ctrl-C)."""

    def __init__(self, children: Sequence[Child], environ: Mapping[str, str] | None = None) -> None:
        self._children = children
        self._environ = dict(os.environ if environ is None else environ)
        self._stop = StopSign()
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def run(self) -> None:
        """Start all, restart whichever dies, end all in the order of their starting."""
        self._stop.listen()
        pauses = dict.fromkeys((child.name for child in self._children), 0.5)
        try:
            for child in self._children:
                self._start(child)
            while not self._stop.wait(0.2):
                for child in self._children:
                    if self._running[child.name].poll() is not None:
                        self._restart(child, pauses)
        finally:
            self._end_all()

    def _start(self, child: Child) -> None:
        # A group of its own: Ctrl-C is ours to pass on, so that the website ends before the recorder does.
        self._running[child.name] = subprocess.Popen(  # noqa: S603 - our own command lines
            child.command, cwd=ROOT, env=self._environ, start_new_session=True
        )

    def _restart(self, child: Child, pauses: dict[str, float]) -> None:
        log.error("child_died", child=child.name, status=self._running[child.name].returncode)
        if self._stop.wait(pauses[child.name]):
            return
        pauses[child.name] = min(pauses[child.name] * 2, MOST_PAUSE_S)
        self._start(child)

    def _end_all(self) -> None:
        for child in self._children:
            process = self._running.get(child.name)
            if process is not None and process.poll() is None:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
