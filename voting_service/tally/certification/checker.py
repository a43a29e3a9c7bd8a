"""Makes the checks of the books that the desk asks for, one after another, in the watch's process."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from ...campaigns.models import Campaign
from ...errors import Problem, ProblemsFound, Unavailable, VotingError
from ...one_at_a_time import OneAtATime
from ...recorder.drain import Stores
from ...text import _
from .asking import written_problems
from .checking import WALKS, Checked, check
from .models import BooksCheck

SIGN_OF_LIFE_S = 1.0
_NEARLY = 99
"""In percent: comparing voters and adding up come after the last walk."""

log = structlog.get_logger("books")


class _Asked(NamedTuple):
    campaign_id: int
    slug: str
    number: int


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
            self.turn()

    def turn(self) -> None:
        """Make what was asked for. A database that is away is asked again at the next turn."""
        try:
            for asked in self._waiting():
                self._make(asked)
        except (VotingError, SQLAlchemyError) as error:
            log.error("books_check_failed", error=type(error).__name__)

    def _waiting(self) -> list[_Asked]:
        query = (
            select(BooksCheck.campaign_id, Campaign.slug, BooksCheck.number)
            .join(Campaign, Campaign.id == BooksCheck.campaign_id)
            .where(BooksCheck.ended_at.is_(None))
            .order_by(BooksCheck.asked_at)
        )
        with self.stores.database.read() as session:
            return [_Asked(*row) for row in session.execute(query)]

    def _make(self, asked: _Asked) -> None:
        try:
            with self.turns.turn(f"{asked.slug}.certification-check", _("这次评选的账目正在核对。")):
                found = self._found(asked)
                self._end(asked, found)
        except Unavailable:
            # Another process is at it, or the database is away: either way it is looked at again.
            return

    def _found(self, asked: _Asked) -> Checked | list[Problem]:
        try:
            return check(self.stores, asked.slug, OneBar(WALKS, self._sign_of_life(asked)))
        except ProblemsFound as found:
            return list(found.problems)
        except VotingError as error:
            return [Problem("", error.sentence, error.remedy), _again()]
        except Exception as error:  # unforeseen: said, and not tried for ever
            log.error("unforeseen_error", campaign=asked.slug, error=repr(type(error)))
            return [Problem("", _("核对中断：程序出错，已记入运行日志。")), _again()]

    def _sign_of_life(self, asked: _Asked) -> Callable[[int], None]:
        """Writes how much is done, and when; no more than once a second."""
        last = time.monotonic() - SIGN_OF_LIFE_S

        def tell(percent: int) -> None:
            nonlocal last
            if time.monotonic() - last < SIGN_OF_LIFE_S:
                return
            last = time.monotonic()
            # A database that is busy with others' writing must not end a check of minutes for the sake of its progress bar.
            with suppress(Unavailable), self.stores.database.write() as session:
                row = session.get(BooksCheck, asked.campaign_id)
                if row is not None and row.number == asked.number:
                    row.percent, row.seen_at = percent, self.stores.clock.now()

        return tell

    def _end(self, asked: _Asked, found: Checked | list[Problem]) -> None:
        with self.stores.database.write() as session:
            row = session.get(BooksCheck, asked.campaign_id)
            if row is None or row.number != asked.number or row.ended_at is not None:
                return
            row.ended_at = row.seen_at = self.stores.clock.now()
            if isinstance(found, Checked):
                row.percent, row.document, row.sha256 = 100, found.document, found.sha256
                row.log_size, row.checkpoint, row.decisions = (
                    found.log_size,
                    found.checkpoint,
                    found.decisions,
                )
            else:
                row.problems = written_problems(found)
        log.info("books_checked", campaign=asked.slug, agree=isinstance(found, Checked))


def _again() -> Problem:
    return Problem("", _("账目没有核对完。"), _("请稍后重新核对。"))
