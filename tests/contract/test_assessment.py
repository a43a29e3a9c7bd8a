"""Scoring and the worksheet on real databases: sheets are frozen, rounds are blind, two people are two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.assessing import ONLY_JUDGES, assess_by, certify, closed, handed_in, score
from tests.departures import leaves_in_sql
from tests.desk import Desk
from tests.stage import ClockInHand, Stage, make_service, rules
from voting_service.activity import JournalEntry
from voting_service.assessment.models import Recusal, ScoreReopening, ScoreSheet
from voting_service.assessment.scoring import recusals, reopening, rounds
from voting_service.assessment.scoring.all_sheets import all_sheets, far_from_the_others
from voting_service.assessment.scoring.handing_in import hand_in, own_sheet, save_draft
from voting_service.assessment.scoring.queries import counted_sheets, round_state
from voting_service.assessment.scoring.waiting import assessment_waiting
from voting_service.assessment.standings import latest_assessment
from voting_service.assessment.worksheet import closing, figures, opinions
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.clock import rfc3339
from voting_service.errors import NotFound, ProblemsFound

START = datetime(2026, 4, 20, 1, 0, tzinfo=UTC)
DUE = START + timedelta(days=2)


class Table:
    """A committee's table: an open campaign of three candidates, three judges, an operator, two members, a supervisor."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        stage.draft(
            candidates=3,
            with_rules=rules(opens_at=START - timedelta(days=9), closes_at=START + timedelta(days=30)),
        )
        assess_by(stage, scores_due=rfc3339(DUE))
        stage.open()
        self.judges = [Desk(stage, f"评委{sign}", "judge", slug="test") for sign in "甲乙丙"]
        self.operator = Desk(stage, "王敏", "operator", slug="test")
        self.members = [
            Desk(stage, "李伟", "committee", slug="test"),
            Desk(stage, "赵静", "committee", slug="test"),
        ]
        self.supervisor = Desk(stage, "周正", "supervisor", slug="test")

    @property
    def now(self) -> datetime:
        """By the service's clock."""
        return self.stage.service.clock.now()

    def later(self, **step: float) -> None:
        """Let time pass."""
        clock = self.stage.service.clock
        assert isinstance(clock, ClockInHand)
        clock.tick(timedelta(**step))

    def do(self, verb: Callable[..., Any], *given: Any, by: Desk, **named: Any) -> Any:
        """One verb in one transaction."""
        with self.stage.service.database.write() as session:
            return verb(session, "test", *given, at=self.now, official=by.official, **named)

    def refused(self, verb: Callable[..., Any], *given: Any, by: Desk, **named: Any) -> str:
        """What a verb says that refuses."""
        with pytest.raises(ProblemsFound) as error:
            self.do(verb, *given, by=by, **named)
        return "".join(str(one) for one in error.value.problems)

    def read(self, question: Callable[..., Any], *more: Any) -> Any:
        """Ask something of the campaign."""
        with self.stage.service.database.read() as session:
            return question(session, campaign_by_slug(session, "test"), *more)

    def all_in(self) -> None:
        """Three sheets are handed in."""
        for judge, deeds in zip(self.judges, [(90, 80, 70), (92, 81, 60), (70, 85, 65)], strict=True):
            handed_in(self.stage, judge, *deeds)

    def waiting(self, desk: Desk) -> list[str]:
        """What the desk's first page says of this room."""
        with self.stage.service.database.read() as session:
            section = assessment_waiting(session, desk.official, self.now)
        return [str(line.text) for line in section.lines] if section else []


@pytest.fixture
def table(tmp_path: Path, redis_url: str) -> Any:
    """On SQLite, on a morning in April."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand(START)))
    yield Table(stage)
    stage.strike()


@pytest.fixture
def table_on(tmp_path: Path, redis_url: str, database_url: str) -> Any:
    """On each database."""
    stage = Stage(
        make_service(
            tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=ClockInHand(START)
        )
    )
    yield Table(stage)
    stage.strike()


# ---- a judge's own sheet


def test_a_sheet_is_drafted_handed_in_once_and_frozen(table_on: Table) -> None:
    table, judge = table_on, table_on.judges[0]
    score(table.stage, judge, {1: {"deeds": "９２．50"}, 2: {"deeds": ""}})
    assert table.refused(hand_in, seen="", by=judge) == "还有 2 位没有打完分：2、3 号。"
    handed_in(table.stage, judge, "92.5", 80, 0)
    with table.stage.service.database.read() as session:
        sheet = session.get(ScoreSheet, (1, judge.official.id, 1))
        assert sheet is not None
        assert sheet.document == (
            '{"campaign":"test","scores":{"1":{"deeds":"92.5"},"2":{"deeds":"80"},"3":{"deeds":"0"}},"version":1}'
        )
        assert sheet.sha256 == sha256(sheet.document.encode()).hexdigest()
        (entry,) = session.query(JournalEntry).filter_by(act="hand_in_scores")
        assert "92" not in entry.details, "the journal is read by those who must not know"
        assert sheet.sha256 not in entry.details
    assert "已经提交" in table.refused(save_draft, 1, {"deeds": "10"}, by=judge)
    assert "已经提交" in table.refused(hand_in, seen=sheet.sha256, by=judge)
    for change in ("UPDATE score_sheets SET document = '{}'", "DELETE FROM score_sheets"):
        with pytest.raises(DBAPIError, match="append-only"), table.stage.service.database.write() as session:
            session.execute(text(change))


@pytest.mark.parametrize("typed", ["101", "-1", "9.125", "满分", "1e2", "100.01", "∞"])
def test_points_out_of_range_are_refused_at_their_field(table: Table, typed: str) -> None:
    with pytest.raises(ProblemsFound) as error:
        table.do(save_draft, 1, {"deeds": typed}, by=table.judges[0])
    assert [one.where for one in error.value.problems] == ["deeds"]


def test_what_is_handed_in_is_what_was_looked_at(table: Table) -> None:
    judge = table.judges[0]
    score(table.stage, judge, {1: {"deeds": 1}, 2: {"deeds": 2}, 3: {"deeds": 3}})
    seen = table.read(lambda session, _campaign: own_sheet(session, "test", judge.official).sha256)
    score(table.stage, judge, {3: {"deeds": 4}})
    assert "与您刚才看到的不同" in table.refused(hand_in, seen=seen, by=judge)


def test_a_late_sheet_is_refused_until_the_deadline_is_extended(table: Table) -> None:
    judge = table.judges[0]
    table.later(days=2, minutes=1)
    assert "已过交表的截止时间" in table.refused(save_draft, 1, {"deeds": "1"}, by=judge)
    assert "请写明理由" in table.refused(
        rounds.set_deadline, table.now + timedelta(days=1), " ", by=table.operator
    )
    assert "必须晚于现在" in table.refused(rounds.set_deadline, table.now, "出差", by=table.operator)
    table.do(rounds.set_deadline, table.now + timedelta(days=1), "两名评委出差", by=table.operator)
    handed_in(table.stage, judge, 1, 2, 3)
    earlier = table.refused(rounds.set_deadline, table.now + timedelta(hours=1), "改主意", by=table.operator)
    assert "必须晚于原来的截止时间" in earlier


# ---- blind until closed


def test_the_round_closes_when_all_are_in_or_the_deadline_has_passed(table: Table) -> None:
    handed_in(table.stage, table.judges[0], 90, 80, 70)
    assert "还有 2 位评委没有交表" in table.refused(rounds.close_round, "不等了", by=table.operator)
    assert table.read(lambda session, campaign: counted_sheets(session, campaign.id)) is None
    table.later(days=3)
    assert "请写明为什么" in table.refused(rounds.close_round, "", by=table.operator)
    table.do(rounds.close_round, "评委乙、丙出差", by=table.operator)
    counted = table.read(lambda session, campaign: counted_sheets(session, campaign.id))
    assert len(counted.sheets) == 1
    assert counted.absent == tuple(sorted(judge.official.id for judge in table.judges[1:]))
    assert "打分已经结束" in table.refused(save_draft, 1, {"deeds": "1"}, by=table.judges[1])


def test_a_round_without_sheets_cannot_be_closed(table: Table) -> None:
    table.later(days=3)
    assert "还没有一份评分表" in table.refused(rounds.close_round, "没有人", by=table.operator)


def test_scores_are_gathered_only_from_a_closed_round(table: Table) -> None:
    table.all_in()
    before = table.read(closing.worksheet_now)[0]
    assert before["judges"] is None
    assert {row["deeds"] for row in before["points"].values()} == {"0"}
    assert before["sensitivity"] == []
    closed(table.stage, table.operator)
    after = table.read(closing.worksheet_now)[0]
    assert len(after["judges"]["sheets"]) == 3
    assert {row["deeds"] for row in after["points"].values()} == {"84", "82", "65"}


def test_names_beside_scores_are_for_committee_and_supervisor(table: Table) -> None:
    table.all_in()
    closed(table.stage, table.operator)
    for desk, named in ((table.members[0], True), (table.supervisor, True), (table.operator, False)):
        found = table.read(all_sheets, desk.official)
        assert {head is not None for head in found.heads} == {named}
        assert any(found.sha256) is named
    order = [
        sheet.sha256
        for sheet in table.read(lambda session, campaign: counted_sheets(session, campaign.id)).sheets
    ]
    assert order == sorted(order), "the order says nothing of the judges"


def test_outliers_are_far_from_the_median_of_four_or_more() -> None:
    given = [Fraction(points) for points in (90, 88, 60, 91)]
    assert far_from_the_others(given, 100) == {60}
    assert far_from_the_others(given[:3], 100) == frozenset()
    assert (
        far_from_the_others([Fraction(10), Fraction(25), Fraction(25), Fraction(25)], 100) == frozenset()
    ), "15 is not more"


# ---- recusal


def test_a_judge_stands_aside_and_the_cell_is_left_out_of_the_mean(table: Table) -> None:
    judge = table.judges[0]
    score(table.stage, judge, {1: {"deeds": 100}})
    assert "请写明回避的原因" in table.refused(recusals.recuse_oneself, 1, "", by=judge)
    table.do(recusals.recuse_oneself, 1, "同一单位", by=judge)
    assert "您已回避" in table.refused(save_draft, 1, {"deeds": "100"}, by=judge)
    table.do(recusals.lift_recusal, 1, by=judge)
    table.do(recusals.recuse_oneself, 1, "同一车间", by=judge)
    score(table.stage, judge, {2: {"deeds": 80}, 3: {"deeds": 60}})
    seen = table.read(lambda session, _campaign: own_sheet(session, "test", judge.official).sha256)
    table.do(hand_in, seen=seen, by=judge)
    assert "已经提交" in table.refused(recusals.lift_recusal, 1, by=judge)
    handed_in(table.stage, table.judges[1], 90, 80, 70)
    handed_in(table.stage, table.judges[2], 70, 80, 80)
    closed(table.stage, table.operator)
    points = table.read(closing.worksheet_now)[0]["points"]
    assert (points["1"]["deeds"], points["3"]["deeds"]) == ("80", "70")


def test_two_members_order_a_recusal_and_neither_is_the_judge(table_on: Table) -> None:
    table, judge = table_on, table_on.judges[0]
    both = Desk(table.stage, "兼任", "judge", "committee", slug="test")
    handed_in(table.stage, both, 0, 0, 0)
    table.all_in()
    closed(table.stage, table.operator)
    assert "自己回避" in table.refused(recusals.propose_recusal, both.official.id, 1, "师徒", by=both)
    assert "请选择评委" in table.refused(
        recusals.propose_recusal, table.operator.official.id, 1, "师徒", by=both
    )
    row = table.do(recusals.propose_recusal, both.official.id, 1, "师徒", by=table.members[0])
    assert "必须是两个人" in table.refused(recusals.confirm_recusal, row.id, by=table.members[0])
    assert "您就是要回避的评委" in table.refused(recusals.confirm_recusal, row.id, by=both)
    table.do(recusals.confirm_recusal, row.id, by=table.members[1])
    points = table.read(closing.worksheet_now)[0]["points"]
    assert points["1"]["deeds"] == "84", "the mean of 90, 92 and 70: the judge's 0 does not count"
    assert "已经提出或确认" in table.refused(
        recusals.propose_recusal, both.official.id, 1, "师徒", by=table.members[1]
    )
    with pytest.raises(DBAPIError), table.stage.service.database.write() as session:
        session.add(
            Recusal(
                campaign_id=1, judge_id=judge.official.id, candidate=2, reason="一个人办的", ordered=True, state="confirmed",
                proposed_by=table.members[0].official.id, proposed_at=table.now,
                confirmed_by=table.members[0].official.id, confirmed_at=table.now,
            )
        )  # fmt: skip


def test_somebody_is_always_left_to_score(table: Table) -> None:
    for judge in table.judges[:2]:
        table.do(recusals.recuse_oneself, 1, "同一单位", by=judge)
    assert "没有评委给 1 号打分" in table.refused(recusals.recuse_oneself, 1, "同一单位", by=table.judges[2])


# ---- giving a sheet back


def test_operator_and_member_give_a_sheet_back_and_the_old_version_stays(table_on: Table) -> None:
    table, judge = table_on, table_on.judges[0]
    table.all_in()
    closed(table.stage, table.operator)
    row = table.do(reopening.propose_reopening, judge.official.id, "第 2 位填串了行", by=table.operator)
    assert "已经提出" in table.refused(
        reopening.propose_reopening, judge.official.id, "再提一次", by=table.operator
    )
    table.do(reopening.confirm_reopening, row.id, by=table.members[0])
    state = table.read(round_state, table.now)
    assert state.closed_at is None, "the round goes on, and is blind again"
    assert [one.official.name for one in state.missing] == ["评委甲"]
    assert table.read(closing.worksheet_now)[0]["judges"] is None
    handed_in(table.stage, judge, 90, 88, 70)
    with table.stage.service.database.read() as session:
        versions = (
            session.query(ScoreSheet).filter_by(judge_id=judge.official.id).order_by(ScoreSheet.version)
        )
        assert [(one.version, '"2":{"deeds":"80"}' in one.document) for one in versions] == [
            (1, True),
            (2, False),
        ]
    closed(table.stage, table.operator)
    assert table.read(closing.worksheet_now)[0]["points"]["2"]["deeds"] == str(Fraction(88 + 81 + 85, 3))


def test_who_proposes_does_not_confirm_and_no_judge_their_own(table: Table) -> None:
    one = Desk(table.stage, "一身三任", "judge", "operator", "committee", slug="test")
    handed_in(table.stage, one, 1, 2, 3)
    handed_in(table.stage, table.judges[0], 1, 2, 3)
    assert "不能退回自己的" in table.refused(reopening.propose_reopening, one.official.id, "改", by=one)
    row = table.do(reopening.propose_reopening, table.judges[0].official.id, "改", by=one)
    assert "必须是两个人" in table.refused(reopening.confirm_reopening, row.id, by=one)
    own = table.do(reopening.propose_reopening, one.official.id, "改", by=table.operator)
    assert "您自己的评分表" in table.refused(reopening.confirm_reopening, own.id, by=one)
    with pytest.raises(DBAPIError), table.stage.service.database.write() as session:
        found = session.get(ScoreReopening, row.id)
        assert found is not None
        found.state, found.confirmed_by, found.confirmed_at = "confirmed", one.official.id, table.now


# ---- figures, opinions


def test_figures_are_confirmed_by_another_who_saw_them(table: Table) -> None:
    enter, confirm = figures.enter_figures, figures.confirm_figures
    wrong = table.refused(enter, "media", " ", {1: "5", 2: "-1"}, by=table.operator)
    assert wrong.count("请填写 0 或正数") == 2
    assert "来源" in wrong
    row = table.do(enter, "media", "市融媒体中心", {1: "1,200", 2: "3.50", 3: "0"}, by=table.operator)
    assert table.read(closing.worksheet_now)[0]["figures"] == {}, "not before it is confirmed"
    assert "必须是两个人" in table.refused(confirm, "media", seen=row.sha256, by=table.operator)
    assert "与您刚才看到的不同" in table.refused(confirm, "media", seen="", by=table.members[0])
    table.do(confirm, "media", seen=row.sha256, by=table.members[0])
    again = table.do(enter, "media", "更正", {1: "1", 2: "1", 3: "1"}, by=table.operator)
    assert again.version == 2
    document = table.read(closing.worksheet_now)[0]
    assert document["figures"]["media"]["values"] == {"1": "1200", "2": "3.5", "3": "0"}, (
        "the confirmed ones stand"
    )
    with pytest.raises(NotFound):
        table.do(enter, "deeds", "x", {}, by=table.operator)


def test_a_group_opinion_stands_beside_the_scores_and_changes_none(table: Table) -> None:
    table.all_in()
    closed(table.stage, table.operator)
    before = table.read(closing.worksheet_now)[0]
    row = table.do(opinions.propose_opinion, 1, "事迹突出，一致推荐。", by=table.members[0])
    assert "必须是两个人" in table.refused(opinions.confirm_opinion, row.id, by=table.members[0])
    table.do(opinions.confirm_opinion, row.id, by=table.members[1])
    assert table.read(closing.worksheet_now)[0] == before
    assert "没有 9 号候选人" in table.refused(opinions.propose_opinion, 9, "好", by=table.members[0])


# ---- the worksheet


def ready(table: Table) -> None:
    """All that a final worksheet needs."""
    table.all_in()
    closed(table.stage, table.operator)
    row = table.do(figures.enter_figures, "media", "统计", {1: "5", 2: "9", 3: "0"}, by=table.operator)
    table.do(figures.confirm_figures, "media", seen=row.sha256, by=table.members[0])
    certify(table.stage, table.members[0], {1: 5, 2: 10, 3: 0}, {3: 30})


def test_everything_that_is_missing_is_said_at_once(table: Table) -> None:
    problems = [str(one.sentence) for one in table.read(closing.worksheet_now)[1]]
    assert problems == ["计票结果还没有认定。", "评委打分还没有结束。", "“社会反响”的数据还没有录入并确认。"]
    assert "计票结果还没有认定" in table.refused(closing.propose_worksheet, seen="", by=table.operator)
    assert table.read(lambda session, campaign: latest_assessment(session, campaign.id)) is None


def test_operator_and_member_close_a_worksheet_that_stays(table_on: Table) -> None:
    table = table_on
    ready(table)
    document, problems = table.read(closing.worksheet_now)
    assert problems == []
    digest = closing.encoded(document)[1]
    assert "与您刚才看到的不同" in table.refused(closing.propose_worksheet, seen="", by=table.operator)
    table.do(closing.propose_worksheet, seen=digest, by=table.operator)
    assert "必须是两个人" in table.refused(closing.close_worksheet, seen=digest, by=table.operator)
    row = table.do(closing.close_worksheet, seen=digest, by=table.members[0])
    assert row.name == "A-0001"
    found = table.read(lambda session, campaign: latest_assessment(session, campaign.id))
    assert (found.number, found.sha256) == (1, digest)
    assert [(one.place, one.number, one.composite) for one in found.ranked] == [
        (1, 2, 82 * Fraction(60, 100) + 10 + 30),
        (2, 1, 84 * Fraction(60, 100) + Fraction(20, 3) + 15),
        (3, 3, 39),
    ]
    assert all(sum(one.parts.values()) == one.composite for one in found.ranked)
    assert "完全相同" in table.refused(closing.propose_worksheet, seen=digest, by=table.operator)
    for change in ("UPDATE worksheets SET sha256 = ''", "DELETE FROM worksheets"):
        with pytest.raises(DBAPIError, match="append-only"), table.stage.service.database.write() as session:
            session.execute(text(change))


def test_a_worksheet_whose_material_has_changed_is_not_closed(table: Table) -> None:
    ready(table)
    digest = closing.encoded(table.read(closing.worksheet_now)[0])[1]
    table.do(closing.propose_worksheet, seen=digest, by=table.operator)
    leaves_in_sql(table.stage, 3)
    assert "数据有了变化" in table.refused(closing.close_worksheet, seen=digest, by=table.members[0])


def test_whoever_has_left_is_out_of_the_ranking_and_named(table: Table) -> None:
    ready(table)
    leaves_in_sql(table.stage, 2)
    document = table.read(closing.worksheet_now)[0]
    assert [one["number"] for one in document["ranked"]] == [1, 3]
    assert [(one["number"], one["cause"]) for one in document["left"]] == [(2, "withdrawn")]
    assert document["points"]["1"]["votes"] == "100", "the top is that of those who are still candidates"


# ---- what waits


def test_the_first_page_tells_each_what_is_theirs(table: Table) -> None:
    assert table.waiting(table.judges[0]) == ["“测试评选”请您打分，已打 0／3 位，4月22日 09:00 前交"]
    assert table.waiting(table.operator) == []
    table.all_in()
    assert table.waiting(table.judges[0]) == []
    assert table.waiting(table.operator) == ["“测试评选”评分表已交齐，可以结束打分"]
    table.do(reopening.propose_reopening, table.judges[0].official.id, "改", by=table.operator)
    assert table.waiting(table.members[0]) == ["“测试评选”有退回评分表的申请，等待您确认"]
    assert table.waiting(table.supervisor) == []


def test_a_judge_who_is_late_and_the_operator_are_told_urgently(table: Table) -> None:
    table.later(days=3)
    with table.stage.service.database.read() as session:
        for desk, words in ((table.judges[0], "已过截止时间"), (table.operator, "3 位评委没有交表")):
            section = assessment_waiting(session, desk.official, table.now)
            assert section is not None
            assert [(words in str(line.text), line.urgent) for line in section.lines] == [(True, True)]


def test_that_there_are_no_judges_is_told_when_scoring_is_near(tmp_path: Path, redis_url: str) -> None:
    """Not while voting has just begun."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand()))
    stage.campaign(candidates=3)
    assess_by(stage, ONLY_JUDGES)
    operator = Desk(stage, "王敏", "operator")
    with stage.service.database.read() as session:
        closes = campaign_by_slug(session, "test").rules.closes_at
    for moment, told in (
        (closes - timedelta(days=4), []),
        (closes - timedelta(days=2), [("“测试评选”还没有打分评委，即将打分", False)]),
        (closes + timedelta(hours=1), [("“测试评选”还没有打分评委，投票已结束", True)]),
    ):
        with stage.service.database.read() as session:
            section = assessment_waiting(session, operator.official, moment)
        assert [(str(line.text), line.urgent) for line in section.lines] == told if section else told == []
    assert "还没有打分评委" in operator.text("/desk/campaigns/test/scores/round"), "as a hint, all the while"
    stage.strike()


def test_without_a_deadline_the_round_waits_for_all(stage: Stage) -> None:
    stage.campaign(candidates=3)
    assess_by(stage, ONLY_JUDGES)
    judges = [Desk(stage, f"评委{sign}", "judge") for sign in "甲乙"]
    operator = Desk(stage, "王敏", "operator")
    handed_in(stage, judges[0], 9, 9, 9)
    with pytest.raises(ProblemsFound, match="没有交表"):
        closed(stage, operator)
    handed_in(stage, judges[1], 8, 8, 8)
    closed(stage, operator)
