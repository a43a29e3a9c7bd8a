"""Many posters in one file: made one after the other while they are sent, so that no more than one is ever in memory."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ...candidates.showcase import CampaignOnShow
from ...errors import Problem, ProblemsFound
from ...sheets import to_csv
from ...text import _
from ..press import Press, PressBusy
from .asked import Asked
from .compose import compose
from .rendering import make_file
from .sites import Site
from .subject import Say, Subject, subject_of

MOST_FILES = 400
NOWHERE = Site("", "")
"""A poster whose code says nothing of where it hangs."""


@dataclass(frozen=True)
class Batch:
    """What is wanted: whose posters, for which sites, on what, as which kind of file."""

    show: CampaignOnShow
    numbers: tuple[int | None, ...]
    """Candidates; None for the campaign's own."""
    sites: tuple[Site, ...]
    asked: Asked
    kind: str
    at: datetime
    base_url: str
    say: Say

    def subject(self, number: int | None, site: Site) -> Subject:
        """Of one poster."""
        return subject_of(
            self.show, number, self.at, self.base_url, self.say, site=site.code, site_name=site.name
        )

    def file_name(self, number: int | None, site: Site) -> str:
        """``东门食堂/12-石望川-a4.pdf``; no name that somebody typed leads out of the archive."""
        who = f"{number:03d}-{self.show.by_number[number].name}" if number else "000-" + self.say(_("活动"))
        folder = f"{_plain(site.name)}-{site.code}/" if site.code else ""
        return f"{folder}{_plain(who)}-{self.asked.paper.key}.{self.kind}"


def problems_of(batch: Batch, photos: Path) -> list[Problem]:
    """Why it cannot be made; asked before the first byte is sent, since nothing can be said after it."""
    problems: list[Problem] = []
    files = len(batch.numbers) * len(batch.sites)
    if not files:
        problems.append(Problem("who", _("没有选中任何海报。")))
    if files > MOST_FILES:
        sentence = _("一共 %(n)s 份，一次最多 %(most)s 份。", n=files, most=MOST_FILES)
        problems.append(Problem("who", sentence, _("请分几次，每次少选几个候选人或投放点。")))
    if problems:
        return problems
    subjects = [batch.subject(number, NOWHERE) for number in batch.numbers]
    for subject in subjects:
        people = [subject.person] if subject.person else subject.people
        pictures = [person.photo for person in people if person.photo] + [p for p in (subject.cover,) if p]
        missing = [
            one.alt
            for one in pictures
            if not all((photos / f"{one.name}-{w}.jpg").is_file() for w in one.widths)
        ]
        problems += [Problem("who", _("%(who)s的照片文件不在照片目录里。", who=alt)) for alt in missing]
    problems += _unreadable(batch)
    return problems[:20]


def _unreadable(batch: Batch) -> list[Problem]:
    """The longest address makes the finest code: where that one can be read, all can."""
    number = max(batch.numbers, key=lambda one: (one is not None, one or 0))
    site = max(batch.sites, key=lambda one: len(one.code))
    try:
        compose(batch.subject(number, site), batch.asked.paper, logo=batch.asked.logo)
    except ProblemsFound as found:
        return list(found.problems)
    return []


class BatchTurn:
    """One batch at a time in a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def take(self) -> Turn:
        """Raises PressBusy where another is being made."""
        if not self._lock.acquire(blocking=False):
            raise PressBusy
        return Turn(self._lock)


class Turn:
    """One batch's. Given back once, however often that is asked: at the archive's end, and when its reader goes away."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock: threading.Lock | None = lock

    def give_back(self) -> None:
        """For the next one."""
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.release()


def sent(batch: Batch, press: Press, photos: Path, turn: Turn) -> Iterator[bytes]:
    """The archive in pieces, while it is this batch's turn."""
    try:
        yield from zipped(batch, press, photos)
    finally:
        turn.give_back()


def zipped(batch: Batch, press: Press, photos: Path) -> Iterator[bytes]:
    """The archive in pieces. PDF and PNG are small already and are stored as they are."""
    pipe = _Pipe()
    stamp = time.gmtime(batch.at.timestamp())[:6]
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:

        def add(name: str, data: bytes) -> bytes:
            info = zipfile.ZipInfo(name, stamp)
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
            return pipe.taken()

        if batch.sites != (NOWHERE,):
            yield add(batch.say(_("投放点")) + ".csv", _table(batch))
        for site in batch.sites:
            for number in batch.numbers:
                subject = batch.subject(number, site)
                data = press.for_a_batch(lambda one=subject: make_file(one, batch.asked, batch.kind, photos))  # type: ignore[misc]
                yield add(batch.file_name(number, site), data)
    yield pipe.taken()


def _table(batch: Batch) -> bytes:
    head = [batch.say(_("投放点")), batch.say(_("代号")), batch.say(_("活动页网址"))]
    rows: Sequence[tuple[str, str, str]] = [
        (site.name, site.code, f"{batch.base_url}{batch.show.url}" + (f"?q={site.code}" if site.code else ""))
        for site in batch.sites
    ]
    return to_csv(head, rows)


def _plain(name: str) -> str:
    """For a file's name on any system."""
    kept = "".join("-" if sign in '/\\:*?"<>|' or not sign.isprintable() else sign for sign in name)
    return kept.strip(". ")[:60] or "-"


class _Pipe(io.RawIOBase):
    """Takes what the archive writes, and gives it away."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # zipfile writes bytes
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """Everything that was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
