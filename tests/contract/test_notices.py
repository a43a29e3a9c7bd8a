"""A notice from draft to its place in the log: what is frozen, what is public, what may still move."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from publicity.notices.drafting import NoticeText, change_draft
from publicity.notices.events import NOTICE_CLOSED, write_due, write_event
from publicity.notices.models import CLOSED, Notice, NoticeEvent
from publicity.notices.publishing import confirm_dates, extend, problems_before_publishing
from publicity.notices.queries import document_of, notice_by_number
from publicity.notices.rules import acceptance
from tests.contract.test_decisions import recount
from tests.desk import Desk
from tests.notices import BEIJING, CALENDAR_2027, beijing, draft, plan_with, published
from tests.stage import Stage
from voting_service.activity import JournalEntry
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.models import Candidate, Departure
from voting_service.clock import rfc3339
from voting_service.errors import ProblemsFound
from voting_service.tally.publication import publish_due
from voting_service.transparency import entries, log
from voting_service.transparency.models import Log
from voting_service.workdays import Calendar


def entries_of(stage: Stage, slug: str = "test") -> list[dict[str, Any]]:
    """What the log says of notices, in order, with each one's place."""
    with stage.service.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        size = session.get_one(Log, campaign.id).size
        found = [entries.decode(entry) for entry in log.entries(session, campaign.id, 0, size)]
    return [{**entry, "leaf": leaf} for leaf, entry in enumerate(found) if entry["type"] == "notice"]


def on_notice(stage: Stage, number: int, act: Any, **values: Any) -> NoticeEvent:
    """An act on a notice in a transaction of its own."""
    with stage.service.database.write() as session:
        notice = notice_by_number(session, "test", number, drafts=True, lock=True)
        event: NoticeEvent = act(session, notice, **values)
        return event


def now_of(stage: Stage, number: int) -> Notice:
    """A notice as it stands, with its steps."""
    with stage.service.database.read() as session:
        notice = notice_by_number(session, "test", number, drafts=True)
        _ = notice.events, notice.campaign
        return notice


def problems_of(act: Any) -> list[str]:
    """What is refused, each problem as a line."""
    with pytest.raises(ProblemsFound) as refused:
        act()
    return [str(problem) for problem in refused.value.problems]


def test_publishing_freezes_the_text_and_puts_its_hash_into_the_log(stage_on: Stage) -> None:
    stage_on.campaign()
    desk = Desk(stage_on, "王敏", "operator")
    # Friday 30 April 2026 is before the May holiday; Saturday 9 May is worked.
    notice = published(stage_on, desk.official, (3, 1), at=beijing(2026, 4, 30), reserve=(5, 6))
    document = document_of(notice)
    assert [(one["number"], one["name"]) for one in document["people"]] == [(3, "候选人3"), (1, "候选人1")]
    assert set(document["people"][0]) == {"number", "name", "organisation", "title", "deeds"}
    assert "reserve" not in json.dumps(document)
    assert document["schedule"]["first_day"] == "2026-04-30"
    assert document["schedule"]["last_day"] == "2026-05-09"
    assert document["schedule"]["provisional"] is False
    assert document["schedule"]["sentences"][1].startswith("本公告于4月30日08:30发布，早于当日上班时间09:00")
    assert notice.accepts_until == datetime(2026, 5, 10, tzinfo=BEIJING)
    (event,) = notice.events
    assert event.document == entries.canonical_json(document)
    assert event.document_sha256 == sha256(event.document).hexdigest()
    (entry,) = entries_of(stage_on)
    assert (entry["id"], entry["sha256"], entry["leaf"]) == ("notice-1", event.document_sha256, 1)
    assert event.leaf_index == 1
    assert "内容不能再改" in problems_of(
        lambda: on_notice(stage_on, 1, lambda session, found: change_draft(
            session, found, NoticeText.from_json(found.draft_json), title="别的", level="city",
            at=stage_on.service.clock.now(), official=desk.official))
    )[0]  # fmt: skip
    assert on_notice(stage_on, 1, lambda session, found: [str(p) for p in problems_before_publishing(session, found)]) == [
        "公告已经发布。"
    ]  # type: ignore[comparison-overlap]  # fmt: skip


def test_the_journal_says_what_was_done_and_no_names_of_candidates(stage: Stage) -> None:
    stage.campaign()
    published(stage, Desk(stage, "王敏", "operator").official)
    with stage.service.database.read() as session:
        rows = session.scalars(select(JournalEntry).where(JournalEntry.act.like("%notice%"))).all()
    assert [(row.act, row.subject, row.actor) for row in rows] == [
        ("draft_notice", "test/notice-1", "王敏"), ("notice_published", "test/notice-1", "王敏"),
    ]  # fmt: skip
    assert "候选人" not in "".join(row.details for row in rows)


def test_a_notice_before_voting_waits_for_the_log(stage_on: Stage) -> None:
    stage_on.draft()
    desk = Desk(stage_on, "王敏", "operator")
    first = published(stage_on, desk.official, (1, 2), at=beijing(2026, 4, 1))
    second = published(stage_on, desk.official, (3,), at=beijing(2026, 4, 2))
    assert [first.events[0].leaf_index, second.events[0].leaf_index] == [None, None]
    write_due(stage_on.service.recorder_stores)
    assert now_of(stage_on, 1).events[0].leaf_index is None, "there is no log yet"
    stage_on.open()
    write_due(stage_on.service.recorder_stores)
    write_due(stage_on.service.recorder_stores)
    assert [(entry["leaf"], entry["id"]) for entry in entries_of(stage_on)] == [
        (1, "notice-1"),
        (2, "notice-2"),
    ]
    assert [now_of(stage_on, n).events[0].leaf_index for n in (1, 2)] == [1, 2]
    with stage_on.service.database.read() as session:
        public_log = session.scalars(select(Log)).one()
    assert public_log.signed_size == public_log.size == 3


def test_what_was_entered_and_not_signed_is_signed_at_the_next_turn(stage: Stage) -> None:
    stage.campaign()
    published(stage, Desk(stage, "王敏", "operator").official)
    with stage.service.database.read() as session:
        assert session.scalars(select(Log)).one().signed_size == 1
    write_due(stage.service.recorder_stores)
    with stage.service.database.read() as session:
        assert session.scalars(select(Log)).one().signed_size == 2


def test_recount_and_archive_take_notices_before_and_after_the_end_of_voting(
    stage: Stage, tmp_path: Any
) -> None:
    stage.campaign()
    desk, archives = Desk(stage, "王敏", "operator"), tmp_path / "archives"
    published(stage, desk.official, (1, 2), at=beijing(2026, 4, 1))
    assert stage.voter().vote([2]).status_code == 201
    stage.record()
    stage.service.box.seal("test", early=True)
    stage.record()
    publish_due(stage.service.recorder_stores, archives)
    on_notice(stage, 1, extend, reason="网站检修", workdays=2, calendar=Calendar(), zone=BEIJING,
              at=stage.service.clock.now().replace(year=2026, month=4, day=3), official=desk.official)  # fmt: skip
    write_due(stage.service.recorder_stores)
    publish_due(stage.service.recorder_stores, archives)
    assert [entry["id"] for entry in entries_of(stage)] == ["notice-1", "notice-1-extended-1"]
    # opened, the notice, the ballot, closed, the extension.
    assert recount(archives / "test.zip")["size"] == 5


def test_an_extension_moves_both_dates_gives_its_reason_and_is_entered(stage_on: Stage) -> None:
    stage_on.campaign()
    plan_with(stage_on, workdays=5, acceptance_workdays=7)
    desk = Desk(stage_on, "王敏", "operator")
    notice = published(stage_on, desk.official, at=beijing(2026, 4, 20))
    assert (notice.last_day, notice.accepted_until) == (date(2026, 4, 24), date(2026, 4, 28))
    values: dict[str, Any] = {
        "calendar": Calendar(),
        "zone": BEIJING,
        "at": beijing(2026, 4, 23),
        "official": desk.official,
    }
    on_notice(stage_on, 1, extend, reason="网站检修一天", workdays=2, **values)
    event = on_notice(stage_on, 1, extend, reason="再延长", last_day=date(2026, 5, 6), **values)
    notice = now_of(stage_on, 1)
    assert (notice.last_day, notice.accepted_until) == (date(2026, 5, 6), date(2026, 5, 8))
    assert notice.accepts_until == datetime(2026, 5, 9, tzinfo=BEIJING)
    document = json.loads(event.document)
    assert document["schedule"]["sentences"] == [
        "公示期由2026年4月28日延长至5月6日（延长3个工作日）。", "异议受理至5月8日止。",
    ]  # fmt: skip
    assert (document["reason"], document["notice_sha256"]) == ("再延长", notice.events[0].document_sha256)
    assert [entry["id"] for entry in entries_of(stage_on)] == [
        "notice-1", "notice-1-extended-1", "notice-1-extended-2",
    ]  # fmt: skip
    assert document_of(notice)["schedule"]["last_day"] == "2026-04-24", "what was published stands"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reason": " ", "workdays": 2}, "reason：请说明延长的理由，理由会公开。"),
        ({"reason": "电话 13800138000", "workdays": 2}, "reason：含有手机号码。 理由会公开，请删去。"),
        ({"reason": "请打 0477-8581234", "workdays": 2}, "reason：含有电话号码。 理由会公开，请删去。"),
        ({"reason": "a.b@example.org", "workdays": 2}, "reason：含有电子邮箱。 理由会公开，请删去。"),
        ({"reason": "一三八 零零一三 八零零零", "workdays": 2}, "reason：含有手机号码。 理由会公开，请删去。"),
        ({"reason": "家住晨光路 8 号 3 栋 201 室", "workdays": 2}, "reason：含有住址。 理由会公开，请删去。"),
        ({"reason": "好"}, "workdays：请填写延长几个工作日，或延长到哪一天，两项填一项。"),
        ({"reason": "好", "workdays": 0}, "workdays：请填 1 到 60 之间的整数。"),
        ({"reason": "好", "last_day": date(2026, 4, 26)}, "last_day：延长到的日子必须是工作日，并且晚于现在的最后一天。"),
        ({"reason": "好", "last_day": date(2026, 4, 24)}, "last_day：延长到的日子必须是工作日，并且晚于现在的最后一天。"),
    ],
)  # fmt: skip
def test_an_extension_that_cannot_be_is_refused_and_changes_nothing(
    stage: Stage, given: dict[str, Any], said: str
) -> None:
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    published(stage, desk.official, at=beijing(2026, 4, 20))
    values = {"calendar": Calendar(), "zone": BEIJING, "at": beijing(2026, 4, 23), "official": desk.official}
    assert problems_of(lambda: on_notice(stage, 1, extend, **(values | given))) == [said]
    assert (now_of(stage, 1).last_day, len(now_of(stage, 1).events)) == (date(2026, 4, 24), 1)


def test_a_window_that_has_run_out_is_extended_to_a_day_still_to_come(stage: Stage) -> None:
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    published(stage, desk.official, at=beijing(2026, 4, 20))
    values = {"calendar": Calendar(), "zone": BEIJING, "at": beijing(2026, 4, 29), "official": desk.official}
    assert problems_of(lambda: on_notice(stage, 1, extend, reason="检修", workdays=2, **values)) == [
        "workdays：延长以后仍然早于今天，请延长到今天或今天以后。"
    ]
    on_notice(stage, 1, extend, reason="检修", workdays=4, **values)
    assert now_of(stage, 1).last_day == date(2026, 4, 30)


def test_an_unknown_year_is_provisional_and_nothing_ends_by_itself(stage_on: Stage) -> None:
    stage_on.campaign()
    desk = Desk(stage_on, "王敏", "operator")
    notice = published(stage_on, desk.official, at=beijing(2026, 12, 23))
    assert (notice.provisional, notice.last_day) == (True, date(2026, 12, 29))
    assert "暂定" in document_of(notice)["schedule"]["sentences"][0]
    assert acceptance(notice, datetime(2028, 1, 1, tzinfo=UTC)) == "open"
    values: dict[str, Any] = {"zone": BEIJING, "at": beijing(2026, 12, 28), "official": desk.official}
    assert "放假安排还没有导入" in problems_of(
        lambda: on_notice(stage_on, 1, confirm_dates, calendar=Calendar(), **values)
    )[0]  # fmt: skip
    on_notice(stage_on, 1, extend, reason="跨年", workdays=3, calendar=Calendar(), **values)
    assert now_of(stage_on, 1).last_day == date(2027, 1, 1), "taken by its day of the week"
    event = on_notice(stage_on, 1, confirm_dates, calendar=CALENDAR_2027, **values)
    notice = now_of(stage_on, 1)
    # The extension is by three working days: gone through again, the holidays no longer count.
    assert (notice.last_day, notice.provisional) == (date(2027, 1, 5), False)
    assert acceptance(notice, datetime(2027, 1, 5, 16, tzinfo=UTC)) == "over"
    assert acceptance(notice, datetime(2027, 1, 5, 15, 59, tzinfo=UTC)) == "open"
    assert event.log_name == "notice-1-dates-1"
    assert "暂定" not in json.loads(event.document)["schedule"]["sentences"][0]
    assert entries_of(stage_on)[-1]["sha256"] == event.document_sha256
    assert problems_of(lambda: on_notice(stage_on, 1, confirm_dates, calendar=CALENDAR_2027, **values)) == [
        "这份公告没有暂定的日期需要确认。"
    ]


def test_confirming_does_not_cut_off_whoever_relies_on_the_provisional_date(stage: Stage) -> None:
    """9 January 2027 turns out to be worked: by that, the window of six days ends before its provisional date."""
    stage.campaign()
    plan_with(stage, workdays=3)
    desk = Desk(stage, "王敏", "operator")
    published(stage, desk.official, at=beijing(2027, 1, 8))
    assert now_of(stage, 1).last_day == date(2027, 1, 12)
    values: dict[str, Any] = {"zone": BEIJING, "at": beijing(2027, 1, 12), "official": desk.official}
    (problem,) = problems_of(lambda: on_notice(stage, 1, confirm_dates, calendar=CALENDAR_2027, **values))
    assert "请先说明理由，把公示期延长到 2027-01-12 或以后，再确认日期。" in problem
    on_notice(stage, 1, extend, reason="日期更正", workdays=1, calendar=CALENDAR_2027, **values)
    on_notice(stage, 1, confirm_dates, calendar=CALENDAR_2027, **values)
    assert now_of(stage, 1).last_day == date(2027, 1, 12)


def test_every_problem_is_told_before_publishing(stage: Stage) -> None:
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    number = draft(stage, desk.official, (1, 2)).number
    with stage.service.database.write() as session:
        notice = notice_by_number(session, "test", number, drafts=True, lock=True)
        text = NoticeText.from_json(notice.draft_json)
        first, second = text.people
        people = (replace(first, deeds="家住云川市晨光路 8 号 3 栋 201 室"), replace(second, name="别人"))
        spoilt = replace(text, people=people, offices=(), lead=("请致电 １３８ 0013 8000",), reserve=(2, 99))
        change_draft(
            session,
            notice,
            spoilt,
            title="公示",
            level="city",
            at=stage.service.clock.now(),
            official=desk.official,
        )
        candidate = session.scalars(select(Candidate).where(Candidate.number == 1)).one()
        session.add(
            Departure(
                candidate_id=candidate.id, cause="withdrawn", at=stage.service.clock.now(), voting_began=True
            )
        )
        session.flush()
        found = [str(problem) for problem in problems_before_publishing(session, notice)]
    assert [line.split("：")[0] for line in found] == [
        "people", "deeds-2", "reserve", "reserve", "offices", "lead-1", "deeds-1",
    ]  # fmt: skip
    assert "8000" not in "".join(found)
    assert "晨光路" not in "".join(found)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("phone", "110101199003077715", ["电话的格式不对。", "含有身份证号码。"]),
        ("phone", "请找张三", ["电话的格式不对。"]),
        ("phone", "（0477）858 1234 转 801、13800138000", []),
        ("phone", "0000-1234567（工作日 8:30-17:30）", []),
        ("phone", "12345", []),
        ("address", "云川市晨光路 1 号，110101 19900307 7715", ["含有身份证号码。"]),
        ("email", "110101199003077715@example.org", ["含有身份证号码。"]),
        ("email", "宣传部", ["电子邮箱的格式不对。"]),
        ("email", "gongshi@example.org", []),
        ("postcode", "110101199003077715", ["邮编是 6 位数字。", "含有身份证号码。"]),
        ("postcode", "010000", []),
    ],
)
def test_an_offices_fields_hold_what_they_are_for(
    stage: Stage, field: str, typed: str, said: list[str]
) -> None:
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    number = draft(stage, desk.official, (1, 2)).number
    with stage.service.database.write() as session:
        notice = notice_by_number(session, "test", number, drafts=True, lock=True)
        text = NoticeText.from_json(notice.draft_json)
        office = replace(text.offices[0], **{field: typed})
        notice.draft_json = replace(text, offices=(office,)).to_json()
        found = problems_before_publishing(session, notice)
    assert [(one.where, str(one.sentence)) for one in found] == [(f"office-1-{field}", one) for one in said]


def test_two_drafts_at_once_have_two_numbers_and_an_unknown_candidate_none(stage: Stage) -> None:
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    assert [draft(stage, desk.official).number for _ in range(2)] == [1, 2]
    assert problems_of(lambda: draft(stage, desk.official, (1, 99, 1))) == [
        "people：名单上没有 99 号候选人。", "people：1 号候选人写了不止一次。",
    ]  # fmt: skip


def test_closing_is_one_more_step_with_its_own_name(stage: Stage) -> None:
    """What ``outcome`` builds on."""
    stage.campaign()
    desk = Desk(stage, "王敏", "operator")
    published(stage, desk.official, at=beijing(2026, 4, 20))
    at = beijing(2026, 4, 27)

    def close(session: Any, notice: Notice) -> NoticeEvent:
        notice.state, notice.closed_at, notice.closed_by, notice.outcome = (
            CLOSED,
            at,
            desk.official.id,
            "no_objection",
        )
        document = {"type": "notice_closed", "at": rfc3339(at), "outcome": "no_objection"}
        return write_event(session, notice, NOTICE_CLOSED, document, at=at, official=desk.official)

    assert on_notice(stage, 1, close).log_name == "notice-1-closed"
    assert entries_of(stage)[-1]["id"] == "notice-1-closed"
