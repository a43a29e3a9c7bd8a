"""A check of the books on both databases: asked for at the desk, made by the watch, and what becomes of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.committee import campaign_of, decide, recorded
from tests.stage import ClockInHand, Stage
from tests.voting_committee import Committee, books_checked
from voting_service.activity import JournalEntry
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.errors import ProblemsFound, Unavailable
from voting_service.ledger import LedgerEntry
from voting_service.one_at_a_time import OneAtATime
from voting_service.recorder.closing import seal_early
from voting_service.tally.certification import certify, checker
from voting_service.tally.certification.asking import (
    GOOD_FOR,
    QUIET,
    ask_for_check,
    books_check,
    found_good,
    why_it_waits,
)
from voting_service.tally.certification.checker import BooksChecker, OneBar
from voting_service.tally.certification.checking import WALKS, check
from voting_service.tally.certification.models import BooksCheck
from voting_service.tally.certification.readiness import probe_books_checks
from voting_service.text import Text, _


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
        wanted = certify.Proposing(seen, held_acknowledged=False, official=self.first)
        return certify.carry_out_proposal(self.service.recorder_stores, "test", wanted)


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
    scene.service.books_checker().turn()
    assert scene.good()


def test_a_check_that_always_kills_its_process_is_given_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kills(*_: object) -> None:
        raise Killed

    scene.ask()
    monkeypatch.setattr(checker, "check", kills)
    for _turn in range(checker.MOST_ATTEMPTS):
        with pytest.raises(Killed):
            scene.service.books_checker().turn()
    scene.service.books_checker().turn()
    assert said(scene.good) == ["核对 3 次都没有做完，程序每次都中断。"]


def test_being_told_to_stop_is_no_attempt(scene: Scene) -> None:
    scene.ask()
    for _turn in range(5):
        scene.service.books_checker().turn(stopped=lambda: True)
    assert (scene.row().attempts, scene.row().ended_at) == (0, None)
    scene.service.books_checker().turn()
    assert scene.good()


def test_who_waits_is_told_why(scene: Scene) -> None:
    scene.ask()
    now = scene.row().asked_at

    def why(after: timedelta) -> str:
        with scene.service.database.read() as session:
            found = books_check(session, campaign_by_slug(session, "test").id)
            assert found is not None
            return str(why_it_waits(session, found, now + after) or "")

    late = QUIET + timedelta(seconds=5)
    assert why(QUIET) == ""
    assert "还没有动静" in why(late)
    (finding,) = probe_books_checks(scene.service.database, ClockInHand(now + late))
    assert (finding.level, finding.code) == ("warning", "books_check_waits")
    assert not [*probe_books_checks(scene.service.database, ClockInHand(now))]
    # Another campaign's is being made.
    scene.stage.campaign("other")
    with scene.service.database.write() as session:
        session.add(
            BooksCheck(
                campaign_id=campaign_by_slug(session, "other").id, number=1, asked_by=scene.first.id, asked_at=now,
                seen_at=now + late,
            )
        )  # fmt: skip
    assert why(late) == "前面还有别的评选在核对账目，轮到时自动开始。"


def test_trouble_with_one_campaign_keeps_no_other_waiting(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full, say: it is said in the log, and tried again."""
    scene.ask()
    turn, full = OneAtATime.turn, [OSError("no space left on device")]

    def fails(self: OneAtATime, name: str, busy: Text) -> Any:
        if full:
            raise full.pop()
        return turn(self, name, busy)

    monkeypatch.setattr(OneAtATime, "turn", fails)
    scene.service.books_checker().turn()
    assert scene.row().ended_at is None
    scene.service.books_checker().turn()
    assert scene.good()


def test_what_was_found_is_in_the_journal(scene: Scene) -> None:
    sha256 = books_checked(scene.stage, scene.first)
    with scene.service.database.write() as session:
        session.execute(update(LedgerEntry).where(LedgerEntry.seq == 2).values(choices="3"))
    scene.ask()
    scene.service.books_checker().turn()
    with scene.service.database.read() as session:
        query = select(JournalEntry).where(JournalEntry.act.like("%books%")).order_by(JournalEntry.id)
        told = [(one.actor, one.act, json.loads(one.details)) for one in session.scalars(query)]
    assert [(actor, act, details["number"]) for actor, act, details in told] == [
        (scene.first.name, "check_books", 1), ("schedule", "books_agree", 1),
        (scene.first.name, "check_books", 2), ("schedule", "books_differ", 2),
    ]  # fmt: skip
    assert told[1][2]["sha256"] == sha256
    assert any("台账与日志第 2 条的内容不同。" in one for one in told[3][2]["problems"])


def test_a_record_that_was_tampered_with_is_good_for_nothing(scene: Scene) -> None:
    seen = books_checked(scene.stage, scene.first)
    for column, value in (("document", b"{}"), ("log_size", 1), ("checkpoint", "x")):
        with scene.service.database.write() as session:
            kept = getattr(session.get_one(BooksCheck, campaign_of(scene.stage).id), column)
            session.execute(update(BooksCheck).values({column: value}))
        assert said(lambda: scene.propose(seen)) == ["核对的记录被改动过。"], column
        with scene.service.database.write() as session:
            session.execute(update(BooksCheck).values({column: kept}))
    assert scene.propose(seen) == 1


def test_a_proposal_that_is_sent_twice_is_made_once(scene: Scene) -> None:
    seen = books_checked(scene.stage, scene.first)
    assert [scene.propose(seen), scene.propose(seen)] == [1, 1]


def test_what_was_found_is_written_when_the_database_is_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.ask()
    monkeypatch.setattr(checker, "WRITTEN_AGAIN_S", (0.0, 0.0, 0.0))
    end, away = BooksChecker._end, [Unavailable(_("数据库暂时无法使用。"))] * 2

    def fails(*given: Any) -> None:
        if away:
            raise away.pop()
        end(*given)

    monkeypatch.setattr(BooksChecker, "_end", fails)
    scene.service.books_checker().turn()
    assert scene.good()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Unavailable(_("票箱暂时不可用。")), "票箱暂时不可用。"),
        (ZeroDivisionError(), "核对时程序出错（ZeroDivisionError）。"),
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
