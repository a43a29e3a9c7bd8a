"""A service as an operator runs it: gunicorn and a recorder as processes of their own, for tests from outside.

The stage stays at hand on the same stores, so that a test may open campaigns and check the books while voters vote.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Self
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from sqlalchemy import update

from tests.stage import Stage, make_service
from voting_service.candidates.importing import import_campaign
from voting_service.commands.supervisor import ROOT, Child, recorder_child, web_child
from voting_service.ledger import RecorderPosition
from voting_service.settings import PREFIX, Settings

EXAMPLE_FOLDER = ROOT / "examples" / "zui-mei-chan-ye-gong-ren"
EXAMPLE = EXAMPLE_FOLDER.name
PATIENCE_S = 60.0
"""How long a slow machine is waited for; a quick one never waits."""


def free_port() -> int:
    """A port of this machine's own that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_pair() -> int:
    """The first of two neighbouring ports that nobody listens on, below those that the system gives to connections: one
    of these might be gone again by the time it is bound."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", port))
            second.bind(("127.0.0.1", port + 1))
            return port


def live_stage(data_dir: Path, redis_url: str, **settings: Any) -> Stage:
    """A stage whose settings are those of a service on a free port; the log's origin is that address too."""
    base_url = f"http://127.0.0.1:{free_port()}"
    values: dict[str, Any] = {"base_url": base_url, "timezone": quiet_zone()}
    return Stage(make_service(data_dir, redis_url=redis_url, **(values | settings)))


def quiet_zone() -> str:
    """A time zone in which no day ends while the tests run: "once a day" must not become twice."""
    hour = datetime.now(ZoneInfo("Asia/Shanghai")).hour
    return "Asia/Shanghai" if hour < 23 else "Asia/Dubai"


def import_example(stage: Stage) -> str:
    """The example campaign, photos and all, with dates around now; a draft yet. Gives its slug."""
    service, now = stage.service, stage.service.clock.now().replace(microsecond=0)
    with service.database.write() as session:
        import_campaign(
            session,
            EXAMPLE_FOLDER,
            at=now,
            actor="test",
            zone_name=service.settings.timezone,
            keyring=service.keyring,
            photos=service.photos,
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=5),
        )
    stage.calm(EXAMPLE)
    return EXAMPLE


def settings_as_environment(settings: Settings) -> dict[str, str]:
    """The settings that were given, as a process is told them."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    plain = {n: v.get_secret_value() if isinstance(v, SecretStr) else str(v) for n, v in given.items()}
    return {PREFIX + name.upper(): value for name, value in plain.items()}


def wait_until(true: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Ask again and again; fails by name when it does not come true."""
    deadline = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < deadline, f"waited {patience_s:.0f} s: {what}"
        time.sleep(0.02)


@dataclass
class LiveProcess:
    """One process of the service and what it has written."""

    name: str
    popen: subprocess.Popen[bytes]
    log: IO[bytes]

    def end(self) -> None:
        """End it as an operator does; by force, its children too, if it will not."""
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
            try:
                self.popen.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                os.killpg(self.popen.pid, signal.SIGKILL)
                self.popen.wait()
        self.log.close()


class LiveService:
    """Website and recorder on a stage's stores and port, each to be stopped and started apart."""

    def __init__(self, stage: Stage, *, workers: int = 1, threads: int = 8) -> None:
        self.stage = stage
        self.url = stage.service.settings.base_url
        host, port = stage.service.settings.origin.split(":")
        self._web = web_child(host, int(port), workers, threads)
        self._recorder = recorder_child()
        self._logs = stage.service.settings.data_dir / "process-logs"
        self._running: dict[str, LiveProcess] = {}

    def __enter__(self) -> Self:
        try:
            self.start_web()
            self.start_recorder()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start_web(self) -> None:
        """Start the website and wait until it is ready to take ballots."""
        web = self._start(self._web)
        wait_until(lambda: self._answers(web), f"{self.url}/readyz answers")

    def start_recorder(self) -> None:
        """Start the recorder."""
        self._start(self._recorder)

    def stop_web(self) -> None:
        """End the website; requests under way are answered first."""
        self._end(self._web.name)

    def stop_recorder(self) -> None:
        """End the recorder. Its leases are let go of, so that the next need not wait for them to run out."""
        self._end(self._recorder.name)
        with self.stage.service.database.write() as session:
            session.execute(update(RecorderPosition).values(holder=None, lease_until=None))

    def stop(self) -> None:
        """End both, the website first."""
        for child in (self._web, self._recorder):
            self._end(child.name)

    def _start(self, child: Child) -> LiveProcess:
        assert child.name not in self._running, f"{child.name} runs already"
        self._logs.mkdir(exist_ok=True)
        log = (self._logs / f"{child.name}.log").open("ab")
        # Outside the repository, so that a developer's own .env is not read.
        environ = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        environ |= settings_as_environment(self.stage.service.settings) | {"PYTHONPATH": str(ROOT)}
        popen = subprocess.Popen(
            child.command, cwd=self._logs, env=environ, stdout=log, stderr=log, start_new_session=True
        )
        self._running[child.name] = LiveProcess(child.name, popen, log)
        return self._running[child.name]

    def _end(self, name: str) -> None:
        process = self._running.pop(name, None)
        if process is not None:
            process.end()

    def _answers(self, web: LiveProcess) -> bool:
        assert web.popen.poll() is None, f"{web.name} ended:\n{self.log(web.name)}"
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def log(self, name: str) -> str:
        """What a process has written so far."""
        return (self._logs / f"{name}.log").read_text(encoding="utf-8")
