"""A check of the books on both databases: asked for at the desk, made by the watch, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.committee import campaign_of, decide, recorded
from tests.stage import Stage
from tests.voting_committee import Committee, books_checked
from voting_service.errors import ProblemsFound, Unavailable
from voting_service.ledger import LedgerEntry
from voting_service.recorder.closing import seal_early
from voting_service.tally.certification import certify, checker
from voting_service.tally.certification.asking import (
    GOOD_FOR,
    QUIET,
    ask_for_check,
    books_check,
    found_good,
    is_quiet,
)
from voting_service.tally.certification.checker import OneBar
from voting_service.tally.certification.checking import WALKS, check
from voting_service.tally.certification.models import BooksCheck
from voting_service.text import _


class Scene:
    """Voting has ended; five members."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.service = stage, stage.service
        stage.campaign()
        self.ids = recorded(stage, 3, (1, 2))
        self.first = Committee(stage).officials[0]
        seal_early(self.service.recorder_stores, "test", actor="test")
        stage.record()

    def ask(self) -> None:
        """A member asks."""
        with self.service.database.write() as session:
            ask_for_check(session, "test", at=self.service.clock.now(), official=self.first)

    def row(self) -> BooksCheck:
        """The latest check."""
        with self.service.database.read() as session:
            found = books_check(session, campaign_of(self.stage).id)
        assert found is not None
        return found

    def good(self, after: timedelta = timedelta()) -> Any:
        """What would be put to the members, so long after the check."""
        with self.service.database.read() as session:
            campaign = campaign_of(self.stage)
            latest = books_check(session, campaign.id)
            ended = latest.ended_at if latest and latest.ended_at else self.service.clock.now()
            return found_good(session, campaign, ended + after)

    def propose(self, seen: str) -> int:
        """Put it to them."""
        return certify.carry_out_proposal(
            self.service.recorder_stores, "test", seen=seen, held_acknowledged=False, official=self.first
        )


@pytest.fixture
def scene(stage_on: Stage) -> Scene:
    """On each database."""
    return Scene(stage_on)


def said(act: Any) -> list[str]:
    """The sentences of a refusal."""
    with pytest.raises(ProblemsFound) as found:
        act()
    return [str(one.sentence) for one in found.value.problems]


def test_what_was_checked_is_what_a_check_finds(scene: Scene) -> None:
    assert said(scene.good) == ["还没有核对账目。"]
    sha256 = books_checked(scene.stage, scene.first)
    now = check(scene.service.recorder_stores, "test")
    assert (sha256, scene.good()) == (now.sha256, now)
    assert (scene.row().percent, scene.row().ended_at is not None) == (100, True)
    # Nothing waits any more.
    ended = scene.row().ended_at
    scene.service.books_checker().turn()
    assert scene.row().ended_at == ended


def test_what_does_not_agree_is_kept_until_the_next_check(scene: Scene) -> None:
    with scene.service.database.write() as session:
        session.execute(update(LedgerEntry).where(LedgerEntry.seq == 2).values(choices="3"))
    scene.ask()
    scene.service.books_checker().turn()
    told = said(scene.good)
    assert "台账与日志第 2 条的内容不同。" in told
    assert told[-1] == "票箱、台账、日志对不上，不能提请认定。"
    with scene.service.database.write() as session:
        session.execute(update(LedgerEntry).where(LedgerEntry.seq == 2).values(choices="1;2"))
    assert said(scene.good) == told
    assert books_checked(scene.stage, scene.first)
    assert scene.row().number == 2


def test_a_check_is_good_for_these_ballots_and_for_a_day(scene: Scene) -> None:
    seen = books_checked(scene.stage, scene.first)
    assert scene.good(GOOD_FOR)
    assert said(lambda: scene.good(GOOD_FOR + timedelta(seconds=1))) == ["上次核对已经超过一天。"]
    decide(scene.stage, "voided", scene.ids[:1])
    assert said(lambda: scene.propose(seen)) == ["核对以后对选票又有决定。"]


def test_a_row_that_is_changed_after_the_check_is_no_more_proposed(scene: Scene) -> None:
    seen = books_checked(scene.stage, scene.first)
    with scene.service.database.write() as session:
        session.execute(update(LedgerEntry).where(LedgerEntry.seq == 2).values(choices="3"))
    assert said(lambda: scene.propose(seen)) == ["独立计票的结果不同，不能认定。"]


def test_whoever_asks_during_a_check_gets_that_one(scene: Scene) -> None:
    scene.ask()
    scene.ask()
    assert (scene.row().number, scene.row().ended_at) == (1, None)
    assert said(scene.good) == ["账目正在核对，还没有结果。"]


def test_one_process_at_a_time(scene: Scene) -> None:
    scene.ask()
    with scene.service.one_at_a_time.turn("test.certification-check", _("核对。")):
        scene.service.books_checker().turn()
        assert scene.row().ended_at is None
    scene.service.books_checker().turn()
    assert scene.row().ended_at is not None


class Killed(BaseException):
    """As when the process ends."""


def test_a_check_that_was_broken_off_is_made_by_the_next(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker, "SIGN_OF_LIFE_S", 0.0)
    scene.ask()
    told: list[int] = []

    def dies(self: OneBar, done: int, total: int) -> None:
        self.tell(40)
        told.append(done)
        if len(told) == 2:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(OneBar, "__call__", dies)
        with pytest.raises(Killed):
            scene.service.books_checker().turn()
    row = scene.row()
    assert (row.percent, row.ended_at, row.seen_at is not None) == (40, None, True)
    now = scene.service.clock.now()
    assert not is_quiet(row, now)
    assert is_quiet(row, now + QUIET + timedelta(seconds=5))
    scene.service.books_checker().turn()
    assert scene.good()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Unavailable(_("票箱暂时不可用。")), "票箱暂时不可用。"),
        (ZeroDivisionError(), "核对中断：程序出错，已记入运行日志。"),
    ],
)
def test_a_check_that_fails_says_so_and_is_not_tried_for_ever(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def fails(*_: object) -> None:
        raise error

    scene.ask()
    with monkeypatch.context() as patched:
        patched.setattr(checker, "check", fails)
        scene.service.books_checker().turn()
    assert said(scene.good) == [sentence, "账目没有核对完。"]
    assert books_checked(scene.stage, scene.first)


def test_the_bar_runs_once_from_end_to_end(scene: Scene) -> None:
    told: list[int] = []
    check(scene.service.recorder_stores, "test", OneBar(WALKS, told.append))
    assert told == sorted(told)
    assert told[-1] == 99
    bar = OneBar(2, told.append)
    for done, total in ((1, 2), (2, 2), (0, 3), (3, 3)):
        bar(done, total)
    assert told[-4:] == [25, 50, 50, 99]
