"""Makes the checks of the books that the desk asks for, one after another, in the watch's process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ...activity import journal
from ...campaigns.models import Campaign
from ...errors import Problem, ProblemsFound, Unavailable, VotingError
from ...one_at_a_time import OneAtATime
from ...recorder.drain import Stores
from ...text import _
from .asking import written_problems
from .checking import WALKS, Checked, check
from .models import BooksCheck

ACTOR = "schedule"
SIGN_OF_LIFE_S = 1.0
MOST_ATTEMPTS = 3
WRITTEN_AGAIN_S = (1.0, 5.0, 25.0)
"""After so long what was found is written once more, where the database did not take it: it took minutes to find."""
_NEARLY = 99
"""In percent: comparing voters and adding up in SQL tell nothing of how far they are."""

log = structlog.get_logger("books")


class _Asked(NamedTuple):
    campaign_id: int
    slug: str
    number: int


class _ToldToStop(Exception):
    """The process is to end."""


@dataclass
class OneBar:
    """Several walks of about the same length, each of which counts from its own beginning, as one progress."""

    walks: int
    tell: Callable[[int], None]
    """Takes percent."""
    _walk: int = 0

    def __call__(self, done: int, total: int) -> None:
        share = (self._walk + (done / total if total else 1)) / self.walks
        self.tell(min(_NEARLY, int(100 * share)))
        if done >= total:
            self._walk += 1


@dataclass(frozen=True)
class BooksChecker:
    """A check that is broken off, with the process that made it, is begun anew by the next."""

    stores: Stores
    turns: OneAtATime

    def run(self, wait: Callable[[float], bool], pause_s: float = 1.0) -> None:
        """Turn after turn until ``wait`` says stop."""
        while not wait(pause_s):
            self.turn(stopped=lambda: wait(0.0))

    def turn(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Make what was asked for. Whatever goes wrong with one campaign keeps no other waiting, and is tried again."""
        for asked in self._waiting():
            try:
                self._make(asked, stopped)
            except _ToldToStop:
                return
            except Exception as error:
                log.error("books_check_failed", campaign=asked.slug, error=type(error).__name__)

    def _waiting(self) -> list[_Asked]:
        query = (
            select(BooksCheck.campaign_id, Campaign.slug, BooksCheck.number)
            .join(Campaign, Campaign.id == BooksCheck.campaign_id)
            .where(BooksCheck.ended_at.is_(None))
            .order_by(BooksCheck.asked_at)
        )
        try:
            with self.stores.database.read() as session:
                return [_Asked(*row) for row in session.execute(query)]
        except Exception as error:
            log.error("books_check_failed", error=type(error).__name__)
            return []

    def _make(self, asked: _Asked, stopped: Callable[[], bool]) -> None:
        # Unavailable where another process is at it.
        with (
            suppress(Unavailable),
            self.turns.turn(f"{asked.slug}.certification-check", _("这次评选的账目正在核对。")),
        ):
            if self._begin(asked):
                self._keep(asked, self._found(asked, stopped))

    def _begin(self, asked: _Asked) -> bool:
        """A second look, now that nobody else can be at it: somebody may just have ended it."""
        with self.stores.database.write() as session:
            row = _open_row(session, asked)
            if row is None:
                return False
            if row.attempts >= MOST_ATTEMPTS:
                self._end(session, row, asked, [_broken_off()])
                return False
            row.attempts, row.seen_at = row.attempts + 1, self.stores.clock.now()
            return True

    def _found(self, asked: _Asked, stopped: Callable[[], bool]) -> Checked | Sequence[Problem]:
        try:
            return check(self.stores, asked.slug, OneBar(WALKS, self._sign_of_life(asked, stopped)))
        except ProblemsFound as found:
            return found.problems
        except VotingError as error:
            return [Problem("", error.sentence, error.remedy), _not_to_the_end()]
        except _ToldToStop:
            raise
        except Exception as error:  # unforeseen: said, and not tried for ever
            kind = type(error).__name__
            log.error("unforeseen_error", campaign=asked.slug, error=kind)
            return [Problem("", _("核对时程序出错（%(kind)s）。", kind=kind), _("请把它告诉运维人员。")), _not_to_the_end()]  # fmt: skip

    def _sign_of_life(self, asked: _Asked, stopped: Callable[[], bool]) -> Callable[[int], None]:
        """Writes how much is done, and when; no more than once a second."""
        last = time.monotonic() - SIGN_OF_LIFE_S

        def tell(percent: int) -> None:
            nonlocal last
            if stopped():
                self._put_back(asked)
                raise _ToldToStop
            if time.monotonic() - last < SIGN_OF_LIFE_S:
                return
            last = time.monotonic()
            # A database that is busy with others' writing must not end a check of minutes for the sake of its progress bar.
            with suppress(Unavailable), self.stores.database.write() as session:
                if row := _open_row(session, asked):
                    row.percent, row.seen_at = percent, self.stores.clock.now()

        return tell

    def _put_back(self, asked: _Asked) -> None:
        """Being told to stop is nobody's fault."""
        with suppress(Unavailable), self.stores.database.write() as session:
            if row := _open_row(session, asked):
                row.attempts -= 1

    def _keep(self, asked: _Asked, found: Checked | Sequence[Problem]) -> None:
        for pause_s in (*WRITTEN_AGAIN_S, None):
            try:
                with self.stores.database.write() as session:
                    if row := _open_row(session, asked):
                        self._end(session, row, asked, found)
                return
            except Unavailable as error:
                log.error("books_check_not_written", campaign=asked.slug, error=type(error).__name__)
                if pause_s is None:
                    raise
                time.sleep(pause_s)

    def _end(
        self, session: Session, row: BooksCheck, asked: _Asked, found: Checked | Sequence[Problem]
    ) -> None:
        row.ended_at = row.seen_at = at = self.stores.clock.now()
        details: dict[str, object] = {"number": asked.number}
        if isinstance(found, Checked):
            row.percent, row.document, row.sha256 = 100, found.document, found.sha256
            row.log_size, row.checkpoint, row.decisions = found.log_size, found.checkpoint, found.decisions
            details |= {"sha256": found.sha256, "log_size": found.log_size}
        else:
            row.problems = written_problems(found)
            details["problems"] = [str(problem) for problem in found]
        act = "books_agree" if isinstance(found, Checked) else "books_differ"
        journal(session, at=at, actor=ACTOR, act=act, subject=asked.slug, details=details)
        log.info("books_checked", campaign=asked.slug, agree=isinstance(found, Checked))


def _open_row(session: Session, asked: _Asked) -> BooksCheck | None:
    """The check, locked, if it is still this one that is asked for."""
    row = session.get(BooksCheck, asked.campaign_id, with_for_update=True)
    return row if row is not None and row.number == asked.number and row.ended_at is None else None


def _broken_off() -> Problem:
    return Problem(
        "", _("核对 %(n)s 次都没有做完，程序每次都中断。", n=MOST_ATTEMPTS), _("请运维人员查看运行日志，内存是否不足。")
    )  # fmt: skip


def _not_to_the_end() -> Problem:
    return Problem("", _("账目没有核对完。"), _("请稍后重新核对。"))
