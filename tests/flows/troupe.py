"""The troupe of the play in which everything dies: real processes that are killed and come back, and voters who do not
give up. The play goes by the number of receipts and never by the clock; the clock only ends a play that hangs."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.actors import IPHONE
from voting_service.commands.supervisor import ROOT, Child

PAUSE_S = 0.02
RETRY_S = 0.05
LOG_TAIL = 4000


class Deadline:
    """When the play has to be over. What is being waited for is named when it passes."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        """Seconds left, never less than none."""
        return max(self._end - time.monotonic(), 0.0)

    def check(self, what: str) -> None:
        """Fail if it has passed."""
        assert self.left_s > 0, f"the play was to take at most {self._seconds:.0f} s; it still waits: {what}"

    def wait_until(self, true: Callable[[], bool], what: str) -> None:
        """Ask again and again."""
        while not true():
            self.check(what)
            time.sleep(PAUSE_S)


def quiet_port() -> int:
    """A free port that no outgoing connection is given: while the website is dead, a voter who knocks again and again
    could otherwise be given the website's own port, and the website could not come back."""
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10_240, first)  # tests of two sessions must not meet on one port
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def process_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """These settings and no others. (A developer's own .env is kept out by working in another directory.)"""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VOTING_")}
    return kept | dict(settings) | {"PYTHONPATH": str(ROOT)}


class Player:
    """A process of the service, in a group of its own. Only what was started here is ever killed."""

    def __init__(self, child: Child, environ: Mapping[str, str], directory: Path) -> None:
        directory.mkdir(exist_ok=True)
        self.name = child.name
        self.deaths = 0
        self._child = child
        self._environ = process_environment(environ)
        self._directory = directory
        self._log = directory / f"{child.name}.log"
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it may take its time to be ready."""
        with self._log.open("ab") as log:
            self._popen = subprocess.Popen(
                self._child.command, cwd=self._directory, env=self._environ, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """End it and its children at once, in the middle of whatever they do."""
        assert self._popen is not None
        assert self._popen.poll() is None, f"{self.name} ended by itself:\n{self.last_words()}"
        os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        self.deaths += 1

    def kill_child(self) -> bool:
        """End one child of the process and leave the process; False where it has none just now."""
        assert self._popen is not None
        children = Path(f"/proc/{self._popen.pid}/task/{self._popen.pid}/children").read_text().split()
        if not children:
            return False
        os.kill(int(children[0]), signal.SIGKILL)
        self.deaths += 1
        return True

    def end(self) -> None:
        """End it for good, as an operator does."""
        if self._popen is not None and self._popen.poll() is None:
            self._popen.terminate()
            try:
                self._popen.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self._popen.pid, signal.SIGKILL)
                self._popen.wait()

    def last_words(self) -> str:
        """The end of its log."""
        return self._log.read_text("utf-8", "replace")[-LOG_TAIL:] if self._log.exists() else ""


@dataclass
class Book:
    """What the voters have in hand: every receipt and every refusal. It also gives out leave to vote, so that a play
    has a known length however fast the machine is."""

    deadline: Deadline
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    retries: int = 0
    troubles: list[BaseException] = field(default_factory=list)
    _allowed: float = 0
    _change: threading.Condition = field(default_factory=threading.Condition)

    def allow(self, receipts: float) -> None:
        """Let voters vote until there are so many receipts."""
        with self._change:
            self._allowed = receipts
            self._change.notify_all()

    def ask_leave(self) -> None:
        """Wait for one's turn."""
        with self._change:
            while len(self.receipts) >= self._allowed:
                self._wait("leave to vote")

    def wait_for(self, receipts: int) -> None:
        """Wait for so many receipts."""
        with self._change:
            while len(self.receipts) < receipts:
                self._wait(f"receipt {receipts}, has {len(self.receipts)}")

    def keep(self, receipt: dict[str, Any]) -> None:
        """A receipt came. The same ballot has one receipt, however often it is posted."""
        with self._change:
            known = self.receipts.setdefault(receipt["ballot_id"], receipt)
            assert known == receipt, "one ballot, two receipts"
            self._change.notify_all()

    def _wait(self, what: str) -> None:
        if self.troubles:
            raise AssertionError(f"a voter gave up: {self.troubles[0]!r}") from self.troubles[0]
        self.deadline.check(what)
        self._change.wait(0.5)


class Patient:
    """A voter with a phone on a bad line: asks until there is an answer, always with the same form."""

    def __init__(self, port: int, slug: str, book: Book) -> None:
        self._port = port
        self._path = f"/api/v1/campaigns/{slug}"
        self._book = book
        self._cookie = ""

    def form(self) -> str:
        """A ballot form. An answer that is lost costs nothing: the next form is as good."""
        status, body = self._until_answered("GET", "/ballot-form", None)
        assert status == 200, body
        return str(body["form"])

    def cast(self, form: str, choices: list[int]) -> str | None:
        """Post this form until there is a receipt (None) or a refusal (its code)."""
        body = json.dumps({"form": form, "choices": choices}).encode()
        status, answer = self._until_answered("POST", "/ballots", body)
        if status in (200, 201):
            self._book.keep(answer["receipt"])
            return None
        return str(answer["code"])

    def _until_answered(self, method: str, path: str, body: bytes | None) -> tuple[int, dict[str, Any]]:
        while True:
            self._book.deadline.check(f"an answer to {method} {path}")
            try:
                status, answer = self._ask(method, path, body)
            except (OSError, http.client.HTTPException, ValueError):
                status, answer = 0, {}
            if status and status < 500:
                return status, answer
            self._book.retries += 1
            time.sleep(RETRY_S)

    def _ask(self, method: str, path: str, body: bytes | None) -> tuple[int, dict[str, Any]]:
        # A new connection each time: two of the same voter's posts may be under way at once.
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            headers = {"User-Agent": IPHONE, "Content-Type": "application/json", "Cookie": self._cookie}
            connection.request(method, self._path + path, body, headers)
            response = connection.getresponse()
            read = json.loads(response.read())
            if cookie := response.getheader("Set-Cookie"):
                self._cookie = cookie.partition(";")[0]
            return response.status, read
        finally:
            connection.close()


@contextmanager
def threads(count: int, act: Callable[[int], None], book: Book) -> Iterator[None]:
    """Run ``act`` in so many threads; what goes wrong in one of them is told in the book."""

    def guarded(number: int) -> None:
        try:
            act(number)
        except BaseException as trouble:
            book.troubles.append(trouble)

    running = [threading.Thread(target=guarded, args=(number,), daemon=True) for number in range(count)]
    for thread in running:
        thread.start()
    yield
    for thread in running:
        thread.join(book.deadline.left_s + 30)
    assert not any(thread.is_alive() for thread in running), "voters are still voting"
    assert book.troubles == []
