"""Closing a notice: what keeps it open, what comes of it, and that nothing closes by itself; on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import select

from publicity.docket.models import ACCEPTED, DECLINED, DISMISSED, RECEIVED, UPHELD, WITHDRAWN
from publicity.notices.drafting import Change, draft_notice
from publicity.notices.models import Notice, NoticeEvent
from publicity.notices.publishing import publish
from publicity.notices.queries import notice_by_number
from publicity.outcome.closing import cautions_before_closing, close_notice, problems_before_closing
from publicity.outcome.report import Place, closed_report
from publicity.outcome.result import digest_of, published_result, result_document
from tests.desk import Desk
from tests.docket_rows import STATEMENT, objection, objection_row, substitution
from tests.notices import BEIJING, CALENDAR_2027, beijing, draft, published, text_for
from tests.stage import ClockInHand, Stage, make_service, rules
from tests.unit.test_official_documents import joined
from voting_service.activity import JournalEntry
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.documents.pdf import to_pdf
from voting_service.errors import ProblemsFound
from voting_service.workdays import Calendar

# The day before the holiday of May 2026, of which Saturday 9 May is worked in lieu.
EVE = beijing(2026, 4, 30)
INSIDE = beijing(2026, 5, 6, 12, 0)
OVER = beijing(2026, 5, 11, 9, 0)
PLACE = Place("https://vote.example.org", BEIJING)


class Committee:
    """One who publishes, and one who closes."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.operator = Desk(stage, "李工", "operator").official
        self.member = Desk(stage, "王评委", "committee").official
        self.pair = (self.operator.id, self.member.id)

    def published(self, numbers: tuple[int, ...] = (1, 2, 3)) -> Notice:
        return published(self.stage, self.operator, numbers, at=EVE)

    def supplement(self, change: Change, at: datetime) -> Notice:
        """A published supplement of the first notice, as the substitutions room has it drafted."""
        with self.stage.service.database.write() as session:
            campaign = campaign_by_slug(session, "test")
            text = text_for(session, campaign, () if change.successor is None else (change.successor,))
            notice = draft_notice(
                session, "test", replace(text, changes=(change,)), title="关于“测试评选”递补人选的补充公示", level="city",
                supplements=notice_by_number(session, "test", 1), at=at, official=self.operator,
            )  # fmt: skip
            publish(session, notice, calendar=Calendar(), zone=BEIJING, workday_starts=time(9), at=at,
                    official=self.operator, compare=lambda _session, _notice, _text: [])  # fmt: skip
            return notice

    def problems(self, number: int = 1, at: object = OVER) -> list[str]:
        with self.stage.service.database.read() as session:
            notice = notice_by_number(session, "test", number, drafts=True)
            return [str(one.sentence) for one in problems_before_closing(session, notice, at)]  # type: ignore[arg-type]

    def close(self, number: int = 1, at: object = OVER) -> Notice:
        with self.stage.service.database.write() as session:
            notice = notice_by_number(session, "test", number, drafts=True, lock=True)
            close_notice(session, notice, at=at, official=self.member)  # type: ignore[arg-type]
            return notice

    def report(self, number: int = 1) -> str:
        """The PDF's text, as one searches it."""
        with self.stage.service.database.read() as session:
            text = closed_report(notice_by_number(session, "test", number), PLACE)
        assert text is not None
        return joined(to_pdf(text))


@pytest.fixture
def committee(tmp_path: Path, redis_url: str, database_url: str) -> Iterator[Committee]:
    """Their campaign, which has not begun to vote, and their desk, on a clock that stands."""
    clock = ClockInHand(EVE)
    stage = Stage(
        make_service(tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=clock)
    )
    stage.draft(with_rules=rules(opens_at=OVER + timedelta(30), closes_at=OVER + timedelta(40)))
    yield Committee(stage)
    stage.strike()


def test_without_objections_it_closes_with_that_outcome(committee: Committee) -> None:
    committee.published()
    notice = committee.close()
    assert (notice.state, notice.outcome, notice.closed_at, notice.closed_by) == (
        "closed", "no_objection", OVER, committee.member.id,
    )  # fmt: skip
    event = notice.events[-1]
    assert (event.act, event.log_name) == ("closed", "notice-1-closed")
    assert event.document_sha256 == sha256(event.document).hexdigest()
    assert json.loads(event.document) == {
        "type": "notice_closed",
        "campaign": "test",
        "id": 1,
        "title": "关于“测试评选”拟定人选的公示",
        "notice_sha256": notice.events[0].document_sha256,
        "at": "2026-05-11T01:00:00.000Z",
        "outcome": "no_objection",
        "window": {"first_day": "2026-04-30", "last_day": "2026-05-09", "accepted_until": "2026-05-09"},
        "objections": {
            "received": 0,
            "came_by": {},
            "accepted": 0,
            "declined": {},
            "upheld": 0,
            "dismissed": 0,
            "withdrawn": 0,
        },
        "changes": [],
        "list": [
            {
                "number": n,
                "name": f"候选人{n}",
                "organisation": f"单位{n}",
                "title": "工人",
                "supplementary": None,
                "closed": True,
            }
            for n in (1, 2, 3)
        ],
    }


def test_the_window_must_be_over(committee: Committee) -> None:
    committee.published()
    last = beijing(2026, 5, 10, 0, 0)
    assert committee.problems(at=last - timedelta(milliseconds=1)) == [
        "异议受理到2026年5月9日止，现在还没有截止。"
    ]
    assert committee.problems(at=last) == []


def test_every_problem_is_told_at_once(committee: Committee) -> None:
    notice = committee.published()
    for state in (RECEIVED, RECEIVED, ACCEPTED, DISMISSED):
        objection(committee.stage, notice, state, at=INSIDE)
    substitution(committee.stage, notice, "proposed", leaver=1, by=committee.pair, at=INSIDE)
    substitution(committee.stage, notice, "left", leaver=2, by=committee.pair, at=INSIDE)
    substitution(committee.stage, notice, "filled", leaver=3, successor=4, by=committee.pair, at=INSIDE)
    substitution(committee.stage, notice, "dropped", leaver=3, by=committee.pair, at=INSIDE)
    assert committee.problems(at=INSIDE) == [
        "异议受理到2026年5月9日止，现在还没有截止。",
        "还有 3 件异议没有办结：2 件待审查，1 件办理中。",
        "1 号退出名单的提议还没有确认。",
        "2 号已退出名单，还没有决定由谁递补。",
        "3 号已有人递补，补充公示还没有发布。",
    ]
    with pytest.raises(ProblemsFound) as refused:
        committee.close(at=INSIDE)
    assert len(refused.value.problems) == 5


def test_a_draft_and_a_closed_one_are_not_closed(committee: Committee) -> None:
    draft(committee.stage, committee.operator, at=EVE)
    assert committee.problems() == ["公告还没有发布，不能结束公示。"]
    committee.published()
    committee.close(2)
    assert committee.problems(2) == ["公示已经结束，结果不能再改。"]
    with pytest.raises(ProblemsFound):
        committee.close(2)


def test_provisional_dates_never_end(committee: Committee) -> None:
    at = beijing(2027, 12, 24)
    published(committee.stage, committee.operator, at=at, calendar=CALENDAR_2027)
    assert committee.problems(at=at + timedelta(365)) == ["公示日期还是暂定的，没有确认。"]


def test_objections_are_counted_and_nobody_is_named(committee: Committee) -> None:
    notice = committee.published()
    for state, kind in ((DECLINED, "no_clue"), (DECLINED, "no_clue"), (DECLINED, "not_ours"), (DISMISSED, None),
                        (DISMISSED, None), (WITHDRAWN, None)):  # fmt: skip
        number = objection(committee.stage, notice, state, at=INSIDE, decline_class=kind)
    assert committee.close().outcome == "objections_ruled"
    report = committee.report()
    assert (
        "公示期间共收到异议6件，其中受理2件，不予受理3件，异议人撤回1件。"
        "异议的来源：网上6件。不予受理的理由：没有可以核查的线索2件、不属于本次评选的受理范围1件。"
        "受理的异议均已查核并作出处理决定：异议成立0件，异议不成立2件。" in report
    )
    assert "公示期满，收到的异议已全部办结，公示名单没有变动。" in report
    assert STATEMENT not in report
    assert number not in report


def test_a_substitution_makes_it_changed(committee: Committee) -> None:
    notice = committee.published()
    docket = objection(committee.stage, notice, UPHELD, at=INSIDE)
    followed = committee.supplement(
        Change(2, "候选人2", "disqualified", "申报材料不实", 4), at=beijing(2026, 5, 11, 8, 0)
    )
    substitution(committee.stage, notice, "filled", leaver=2, successor=4, by=committee.pair, at=INSIDE,
                 told_by=followed, docket_number=docket)  # fmt: skip
    closed = committee.close()
    assert closed.outcome == "changed"
    result = published_result(closed)
    assert result is not None
    assert result["changes"] == [
        {
            "number": 2, "name": "候选人2", "cause": "disqualified", "reason": "申报材料不实",
            "successor": 4, "successor_name": "候选人4", "successor_organisation": "单位4",
            "supplementary": 2, "supplementary_title": followed.title,
            "supplementary_published_at": "2026-05-11T00:00:00.000Z",
        }
    ]  # fmt: skip
    report = committee.report()
    assert (
        "2号候选人2退出名单（取消资格），理由：申报材料不实。由4号候选人4（单位4）递补。"
        "2026年5月11日发布了《关于“测试评选”递补人选的补充公示》（第2号公告）。" in report
    )
    assert "公示名单有变动，以变动后的名单和补充公示为准。" in report
    assert [one["number"] for one in result["list"]] == [1, 3, 4]
    assert "五、公示后的名单至本报告之日，名单共3人：" in report
    assert (
        "编号姓名单位职务备注1候选人1单位1工人3候选人3单位3工人4候选人4单位4工人递补（第2号公告，公示未结束）六、结论"
        in report
    )


def test_the_report_says_all_that_it_must(committee: Committee) -> None:
    committee.published()
    event = committee.close().events[-1]
    report = committee.report()
    for said in (
        "关于“测试评选”拟定人选的公示结果报告",
        "2026年4月30日8时30分，测试总工会在https://vote.example.org/c/test/notices/1发布《关于“测试评选”拟定人选的公示》"
        "（第1号公告，市级公示），公示3名：",
        "编号姓名单位职务1候选人1单位1工人2候选人2单位2工人3候选人3单位3工人",
        "公示期自2026年4月30日起至5月9日止，共5个工作日（5月9日为调休上班日，计入；5月1日至5月5日为劳动节假期，不计入）。",
        "异议受理至5月9日止。",
        "公示期间没有收到异议。",
        "公示名单没有变动。",
        "公示期满，没有收到异议，公示名单没有变动。",
        "测试总工会2026年5月11日",
        "https://vote.example.org/log/test/notice-1-closed.json",
        event.document_sha256,
    ):
        assert said in report


def test_an_upheld_objection_that_nobody_left_for_is_pointed_at(committee: Committee) -> None:
    notice = committee.published()
    objection(committee.stage, notice, UPHELD, at=INSIDE)
    with committee.stage.service.database.read() as session:
        again = notice_by_number(session, "test", 1)
        assert [str(one) for one in cautions_before_closing(session, again)] == [
            "有 1 件异议成立，但没有人因此退出名单。请确认处理决定本来就不涉及取消资格。"
        ]
    assert committee.problems() == []


def test_what_is_confirmed_is_what_was_seen(committee: Committee) -> None:
    notice = committee.published()
    with committee.stage.service.database.read() as session:
        seen = digest_of(result_document(session, notice_by_number(session, "test", 1), at=OVER))
    objection(committee.stage, notice, DISMISSED, at=INSIDE)
    with pytest.raises(ProblemsFound) as refused, committee.stage.service.database.write() as session:
        again = notice_by_number(session, "test", 1, lock=True)
        close_notice(session, again, at=OVER, official=committee.member, seen=seen)
    assert [str(one) for one in refused.value.problems] == [
        "在您查看之后情况有了变化。 请再核对一遍下面的报告。"
    ]


def test_nothing_closes_by_itself(committee: Committee) -> None:
    """Years go by, the recorder takes its turns, pages are read: the notice stays as it was published."""
    committee.published()
    clock = committee.stage.service.clock
    assert isinstance(clock, ClockInHand)
    visitor, member = committee.stage.client(), Desk(committee.stage, "赵评委", "committee")
    for later in (OVER, OVER + timedelta(365), OVER + timedelta(3650)):
        clock.set(later)
        for turn in committee.stage.service.turns():
            turn()
        committee.stage.record()
        visitor.get("/c/test")
        visitor.get("/c/test/notices/1/result.pdf")
        member.get("/desk")
        member.get("/desk/notices/test/1/close")
        with committee.stage.service.database.read() as session:
            notice = notice_by_number(session, "test", 1)
            assert (notice.state, notice.outcome, notice.closed_at) == ("published", None, None)
            assert [event.act for event in notice.events] == ["published"]


def test_one_journal_entry_and_nothing_personal_in_it(committee: Committee) -> None:
    committee.published()
    committee.close()
    with committee.stage.service.database.read() as session:
        entries = session.scalars(select(JournalEntry).where(JournalEntry.act == "close_notice")).all()
        assert [(entry.actor, entry.subject) for entry in entries] == [("王评委", "test/notice-1")]
        event = session.scalars(select(NoticeEvent).where(NoticeEvent.act == "closed")).one()
        assert json.loads(entries[0].details) == {
            "outcome": "no_objection", "log_name": "notice-1-closed", "sha256": event.document_sha256,
        }  # fmt: skip


def test_two_who_close_at_once_close_it_once(committee: Committee) -> None:
    committee.published()
    refused: list[BaseException] = []

    def close() -> None:
        try:
            committee.close()
        except ProblemsFound as found:
            refused.append(found)

    both = [Thread(target=close) for _nth in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(refused) == 1
    with committee.stage.service.database.read() as session:
        assert [event.act for event in notice_by_number(session, "test", 1).events] == ["published", "closed"]


def test_closing_waits_for_an_objection_that_is_being_lodged(committee: Committee) -> None:
    """Whoever lodges shares the notice's lock: closing then counts what was lodged, and refuses."""
    notice = committee.published()
    database = committee.stage.service.database
    refused: list[ProblemsFound] = []

    def close() -> None:
        try:
            committee.close()
        except ProblemsFound as found:
            refused.append(found)

    closing = Thread(target=close)
    with database.write() as session:
        session.scalars(select(Notice).where(Notice.id == notice.id).with_for_update(read=True)).one()
        closing.start()
        closing.join(0.3)
        assert closing.is_alive()
        session.add(objection_row(committee.stage, notice, RECEIVED, at=INSIDE))
    closing.join()
    assert [str(one.sentence) for one in refused[0].problems] == [
        "还有 1 件异议没有办结：1 件待审查，0 件办理中。"
    ]
