"""Objections that come by letter, call or visit are in time by the rule, worth the same, and entered by those who may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from publicity.docket.form import Typed
from publicity.docket.lodging import Books, Lodged
from publicity.docket.models import RECEIVED, DocketAttachment, DocketEntry, Objection
from publicity.docket.numbers import DocketDigests
from publicity.docket.queries import statistics
from publicity.docket.sealing import Heading, Identity, Matter, open_heading, open_identity, open_matter
from publicity.notices.models import CLOSED, Notice
from publicity.rulings.registering import Registration, may_register, open_for_entry, register
from tests.desk import Desk
from tests.docket_rows import objection_row
from tests.dockets import readings_of
from tests.letters import call, letter
from tests.notices import BEIJING, CALENDAR_2027, beijing, plan_with, published
from tests.objectors import CLUE, NAME, PHONE, STATEMENT
from tests.stage import ClockInHand, Stage
from voting_service.activity import JournalEntry
from voting_service.attachments.examine import Examined
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.errors import NotFound, ProblemsFound
from voting_service.workdays import Calendar

SCAN = Examined("pdf", "application/pdf", b"%PDF-1.4 letter", "来信.pdf")


@dataclass
class Office:
    """Where letters come in: an official, a notice, and a calendar with a day on it."""

    stage: Stage
    desk: Desk
    clock: ClockInHand

    def on(self, day: int, month: int = 4) -> None:
        """It is 15:00 of a day of 2026."""
        self.clock.set(beijing(2026, month, day, 15))

    def enter(self, desk: Desk | None = None, files: tuple[Examined, ...] = (), **typed: Any) -> Lodged:
        """Enter one. Raises ProblemsFound."""
        service = self.stage.service
        books = Books(service.keyring, Calendar(), BEIJING, self.clock)
        registration = Registration(
            Typed.of(typed), typed["came_by"], typed["received_on"], typed.get("postmarked_on", "")
        )
        slug, number = typed["on"].split("/")
        with service.attachments.keeping() as keeping, service.database.write() as session:
            return register(session, books, (desk or self.desk).official, slug, int(number), registration, keeping,
                            files, has_stamp=bool(files))  # fmt: skip

    def refused(self, **typed: Any) -> dict[str, str]:
        """Why it was not entered, by field."""
        with pytest.raises(ProblemsFound) as found:
            self.enter(**typed)
        return {one.where: f"{one.sentence}{one.remedy or ''}" for one in found.value.problems}

    def kept(self, done: Lodged) -> Objection:
        """The row."""
        with self.stage.service.database.read() as session:
            return session.scalars(
                select(Objection).where(Objection.docket_number == done.docket_number)
            ).one()


@contextmanager
def office_with(stage: Stage, **publicity: Any) -> Iterator[Office]:
    """A notice of 20 April 2026, 08:30; objections are taken until 24 April, a Friday."""
    stage.draft()
    plan_with(stage, **publicity)
    desk = Desk(stage, "经办人王", "operator", slug="test")
    published(stage, desk.official, at=beijing(2026, 4, 20))
    office = Office(stage, desk, ClockInHand(beijing(2026, 4, 22, 15)))
    yield office


@pytest.fixture
def office(stage_on: Stage) -> Iterator[Office]:
    """One with the rule of the postmark of sending, on either database."""
    with office_with(stage_on, letters="sent") as made:
        yield made


def test_a_letter_becomes_a_docket_like_any_other(office: Office) -> None:
    done = office.enter(files=(SCAN,), **letter(address="晨光路 1 号"))
    kept, keyring = office.kept(done), office.stage.service.keyring
    assert (kept.came_by, kept.postmarked_on, kept.kind, kept.worth, kept.state) == (
        "letter", date(2026, 4, 21), "named", "answered", "received",
    )  # fmt: skip
    assert kept.received_at == datetime(2026, 4, 22, tzinfo=BEIJING)
    # Two and ten working days from the day on which it came, whenever it was entered; 1 to 5 May are off.
    assert (kept.decide_by, kept.reply_by) == (date(2026, 4, 24), date(2026, 5, 9))
    assert open_heading(keyring, kept) == Heading(2, "false_material")
    assert open_matter(keyring, kept) == Matter(STATEMENT)
    assert open_identity(keyring, kept) == Identity(NAME, PHONE, address="晨光路 1 号")
    with office.stage.service.database.read() as session:
        digests = DocketDigests.of(campaign_by_slug(session, "test"), keyring)
        entries = session.scalars(select(DocketEntry)).all()
        files = session.scalar(select(func.count()).select_from(DocketAttachment))
    assert kept.passcode_digest == digests.passcode(done.docket_number, done.passcode)
    assert [(e.act, e.party, e.official_id, e.shown_to_objector) for e in entries] == [
        ("lodged", "official", office.desk.official.id, True)
    ]
    assert files == 1


def test_whoever_enters_it_has_read_it_and_states_the_days(office: Office) -> None:
    done = office.enter(**letter())
    assert readings_of(office.stage, done.docket_number) == [("经办人王", "read_docket")]
    with office.stage.service.database.read() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "register_objection")).one()
    assert (entry.actor, entry.subject) == ("经办人王", done.docket_number)
    assert '"received_on": "2026-04-22"' in entry.details
    assert '"postmarked_on": "2026-04-21"' in entry.details
    assert not any(secret in entry.details for secret in (NAME, PHONE, STATEMENT))


def test_a_letter_is_in_time_by_its_postmark(office: Office) -> None:
    office.on(28)
    assert office.enter(**letter(postmarked_on="2026-04-24", received_on="2026-04-28")).new
    late = office.refused(**letter(postmarked_on="2026-04-25", received_on="2026-04-28"))
    assert list(late) == ["postmarked_on"]
    assert (
        "2026年4月25日已过受理期限。异议受理到2026年4月24日止：来信看寄出地邮戳日期" in late["postmarked_on"]
    )
    assert "原件留存备查" in late["postmarked_on"]


@pytest.mark.parametrize("came_by", ["call", "visit", "referred"])
def test_everything_else_by_the_day_on_which_it_came(office: Office, came_by: str) -> None:
    office.on(28)
    done = office.enter(**call(came_by=came_by, received_on="2026-04-24"))
    kept = office.kept(done)
    assert (kept.came_by, kept.postmarked_on, kept.worth, kept.identity_sealed) == (
        came_by, None, "examined", None,
    )  # fmt: skip
    assert open_matter(office.stage.service.keyring, kept) == Matter(STATEMENT, CLUE)
    assert list(office.refused(**call(came_by=came_by, received_on="2026-04-25"))) == ["received_on"]


def test_which_postmark_counts_is_the_campaigns_rule(stage: Stage) -> None:
    with office_with(stage, letters="arrived") as office:
        office.on(28)
        late = office.refused(**letter(postmarked_on="2026-04-25", received_on="2026-04-28"))
        assert "来信看到达地邮戳日期" in late["postmarked_on"]


def test_where_dates_are_provisional_nothing_is_late(stage: Stage) -> None:
    stage.draft()
    desk = Desk(stage, "经办人王", "operator", slug="test")
    published(stage, desk.official, at=beijing(2027, 12, 27), calendar=CALENDAR_2027)
    office = Office(stage, desk, ClockInHand(beijing(2028, 3, 1)))
    assert office.enter(**call(received_on="2028-02-28")).provisional


def test_a_closed_notice_takes_none(office: Office) -> None:
    with office.stage.service.database.write() as session:
        notice = session.scalars(select(Notice)).one()
        notice.state, notice.outcome = CLOSED, "no_objection"
        notice.closed_at, notice.closed_by = office.clock.now(), office.desk.official.id
    assert "公示已经结束" in office.refused(**letter())[""]
    with office.stage.service.database.read() as session:
        assert open_for_entry(session, office.desk.official) == []
        assert session.scalar(select(func.count()).select_from(Objection)) == 0


def test_every_problem_is_told_at_once(office: Office) -> None:
    wrong = letter(
        came_by="dove",
        received_on="2026-04-23",
        candidate="9",
        ground="",
        statement="太短",
        name="",
        phone="1",
    )
    assert set(office.refused(**wrong)) == {
        "came_by", "received_on", "candidate", "ground", "statement", "name", "phone",
    }  # fmt: skip
    assert set(office.refused(**letter(received_on="x", postmarked_on=""))) == {
        "received_on",
        "postmarked_on",
    }
    assert set(office.refused(**letter(received_on="2026-04-19", postmarked_on="2026-04-19"))) == {
        "received_on", "postmarked_on",
    }  # fmt: skip
    assert (
        "邮戳日期晚于"
        in office.refused(**letter(postmarked_on="2026-04-22", received_on="2026-04-21"))["postmarked_on"]
    )
    with_number = office.refused(**letter(statement=STATEMENT + "身份证 11010519491231002X"))
    assert list(with_number) == ["statement"]
    assert list(office.refused(**letter(kind="unit", unit="云川市第一纺织厂工会"))) == ["stamp"]
    assert office.enter(files=(SCAN,), **letter(kind="unit", unit="云川市第一纺织厂工会")).new


def test_the_same_form_again_is_the_same_objection(office: Office) -> None:
    typed = letter()
    first, second = office.enter(**typed), office.enter(**typed)
    assert (first.docket_number, first.passcode) == (second.docket_number, second.passcode)
    assert (first.new, second.new) == (True, False)
    assert len(readings_of(office.stage, first.docket_number)) == 1


def test_who_may_enter(office: Office) -> None:
    stage = office.stage
    handler = Desk(stage, "承办人赵", "handler", slug="test")
    assert office.enter(handler, **letter()).new
    for number, (roles, slug) in enumerate(
        (
            (("committee",), "test"),
            (("supervisor",), "test"),
            (("admin",), "test"),
            (("operator",), "another"),
        )
    ):
        desk = Desk(stage, f"旁人{number}", *roles, slug=slug)
        assert not may_register(desk.official, "test")
        with pytest.raises(NotFound):
            office.enter(desk, **letter())
        with stage.service.database.read() as session:
            assert open_for_entry(session, desk.official) == []


def test_how_they_came_is_counted(office: Office) -> None:
    office.enter(**letter())
    for came_by in ("call", "call", "visit"):
        office.enter(**call(came_by=came_by))
    with office.stage.service.database.read() as session:
        found = statistics(session, session.scalars(select(Notice.id)).one())
    assert (found.received, found.waiting) == (4, 4)
    assert found.came_by == {"letter": 1, "call": 2, "visit": 1}


@pytest.mark.parametrize(
    ("came_by", "postmarked_on"), [("letter", None), ("call", date(2026, 4, 21)), ("dove", None)]
)
def test_the_database_itself_refuses_what_cannot_be(
    office: Office, came_by: str, postmarked_on: date | None
) -> None:
    with office.stage.service.database.read() as session:
        notice = session.scalars(select(Notice)).one()
    row = objection_row(office.stage, notice, RECEIVED, at=office.clock.now())
    row.came_by, row.postmarked_on = came_by, postmarked_on
    with pytest.raises(IntegrityError), office.stage.service.database.write() as session:
        session.add(row)
