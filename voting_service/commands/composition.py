"""What commands need of the composition root, as a promise: they never put parts together themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from ..attachments.store import AttachmentStore
from ..ballots.ballot_box import BallotBox
from ..ballots.kiosks import Kiosks
from ..ballots.opening import Opener
from ..candidates.intake.staging import Staging
from ..candidates.photos import PhotoStore
from ..clock import Clock
from ..database import Database
from ..encryption import Keyring
from ..evidence.networks import Networks
from ..findings import Finding
from ..one_at_a_time import OneAtATime
from ..recorder.drain import Stores
from ..recorder.recorder import Recorder
from ..redis_server.embedded import EmbeddedRedis
from ..scanning.live import LiveScan
from ..scanning.watch import Watch
from ..sealed import SealedColumn
from ..settings import Settings
from ..tally.certification.checker import BooksChecker
from ..web.health import Probe
from ..webhooks.sender import Sender
from ..workdays import Calendar


class Service(Protocol):
    """The parts, each made when it is first asked for."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def database(self) -> Database: ...
    @property
    def keyring(self) -> Keyring: ...
    @property
    def box(self) -> BallotBox: ...
    @property
    def photos(self) -> PhotoStore: ...
    @property
    def attachments(self) -> AttachmentStore: ...
    @property
    def staging(self) -> Staging: ...
    @property
    def one_at_a_time(self) -> OneAtATime: ...
    @property
    def sealed_columns(self) -> Sequence[SealedColumn]: ...
    @property
    def kiosks(self) -> Kiosks: ...
    @property
    def opener(self) -> Opener: ...
    @property
    def recorder_stores(self) -> Stores: ...
    @property
    def embedded_redis(self) -> EmbeddedRedis: ...
    @property
    def networks(self) -> Networks: ...
    @property
    def live_scan(self) -> LiveScan: ...
    def workdays(self) -> Calendar: ...
    def recorder(self) -> Recorder: ...
    def turns(self) -> list[Callable[[], None]]: ...
    def watch(self) -> Watch: ...
    def books_checker(self) -> BooksChecker: ...
    def sender(self) -> Sender: ...
    def probes(self) -> list[Probe]: ...
    def examined_account(self) -> list[Finding]: ...


MakeService = Callable[[], Service]


@contextmanager
def redis_running(service: Service) -> Iterator[None]:
    """Our own Redis for as long as the block runs; one that runs already is used and left running."""
    if service.settings.redis_url is not None:
        yield
        return
    with service.embedded_redis:
        yield
