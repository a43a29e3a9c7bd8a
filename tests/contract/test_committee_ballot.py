"""The committee's secret ballot on both databases: one paper each, none of them anybody's, nothing shown before the close."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.postgres import PostgresCluster
from tests.stage import ClockInHand, Stage, make_service
from tests.voting_committee import AT, Committee
from voting_service.accounts.models import OfficialRole
from voting_service.accounts.register import add_official, end_official
from voting_service.activity import JournalEntry
from voting_service.campaigns.models import Campaign
from voting_service.committee import casting, drafting, minutes, sitting
from voting_service.committee.models import (
    MOTION,
    Minutes,
    MinutesConfirmation,
    MinutesSigner,
    Motion,
    MotionMember,
    MotionOption,
)
from voting_service.committee.outcome import outcome_of
from voting_service.database import Base
from voting_service.errors import ProblemsFound

PAPERS = ("agree", "disagree", "agree", "abstain")


@pytest.fixture
def committee(stage_on: Stage) -> Committee:
    """Five members of a campaign that is being prepared."""
    stage_on.draft()
    return Committee(stage_on)


def refused(do: Any, *sentences: str) -> None:
    """It is refused in these words, and nothing else is said."""
    with pytest.raises(ProblemsFound) as found:
        do()
    assert [str(problem.sentence) for problem in found.value.problems] == [*sentences]


def document(stage: Stage, number: int) -> dict[str, Any]:
    """The frozen minutes of a motion."""
    with stage.service.database.read() as session:
        row = session.scalars(select(Minutes).where(Minutes.kind == MOTION, Minutes.number == number)).one()
        found: dict[str, Any] = json.loads(row.document)
        return found


def said(stage: Stage, number: int) -> list[str]:
    """Their paragraphs."""
    return [block["paragraph"] for block in document(stage, number)["text"]["blocks"] if "paragraph" in block]


def outcome(stage: Stage, subject: str = "final-list-1") -> Any:
    """What whoever acts upon it is told."""
    with stage.service.database.read() as session:
        return outcome_of(session, session.scalars(select(Campaign.id)).one(), subject)


def test_a_ballot_from_draft_to_minutes(committee: Committee) -> None:
    stage = committee.stage
    number = committee.open()
    committee.act(sitting.recuse, number, 4, committee.officials[4].id, "与候选人 3 号同一单位")
    for member in (0, 1, 2):
        committee.act(sitting.sign_in, number, member)
    committee.act(sitting.begin_voting, number, 0)
    assert [committee.cast(number, member, "agree") for member in (0, 2)] == [False, False]
    assert outcome(stage) is None
    assert committee.cast(number, 1, "abstain")
    found = outcome(stage)
    assert (found.passed, found.members, found.present) == (True, 4, 3)
    assert (found.agree, found.disagree, found.abstain) == (2, 0, 1)
    assert said(stage, number) == [
        "关于评选结果建议名单的表决",
        "是否同意建议名单？",
        "应到 4 人，实到 3 人。",
        "出席：王芳、李伟、张敏。",
        "缺席：刘洋。",
        "回避（不计入应到人数）：陈静（与候选人 3 号同一单位）。",
        "主持：王芳。签到自2026年5月8日 10:00开始。",
        "出席人数不少于应到人数的三分之二（2/3），即至少 3 人，方可表决。",
        "同意人数超过出席人数的二分之一（1/2），即至少 2 人，方为通过。",
        "表决自2026年5月8日 10:00开始，无记名投票。发出表决票 3 张，收回 3 张。全部收回后自动结束。",
        "同意 2 票，不同意 0 票，弃权 1 票。同意票达到 2 票，表决通过。",
    ]


def test_half_is_not_more_than_half(committee: Committee) -> None:
    committee.voted(["agree", "agree", "disagree", "abstain"])
    assert outcome(committee.stage).passed is False


def test_the_quorum_comes_before_the_first_paper(committee: Committee) -> None:
    number = committee.open()
    for member in (0, 1, 2):
        committee.act(sitting.sign_in, number, member)
    few = "未达到法定人数：应到 5 人，实到 3 人，至少要 4 人。"
    refused(lambda: committee.act(sitting.begin_voting, number, 0), few)
    refused(lambda: committee.cast(number, 0, "agree"), "现在不在表决中，票没有投出。")
    committee.act(sitting.end_before_voting, number, 0, "改期再议")
    assert outcome(committee.stage) is None
    assert said(committee.stage, number)[-1] == "实到 3 人，不足法定人数 4 人，没有表决。说明：改期再议。"


def test_too_few_papers_are_not_counted(committee: Committee) -> None:
    number = committee.voting()
    for member in (0, 1, 2):
        committee.cast(number, member, "agree")
    committee.act(casting.close_voting, number, 0)
    assert outcome(committee.stage) is None
    assert document(committee.stage, number)["papers"] is None
    assert said(committee.stage, number)[-1] == "收回 3 票，不足法定人数 4 人，票箱没有开启，没有结果。"
    with committee.stage.service.database.read() as session:
        assert set(session.scalars(select(MotionOption.papers))) == {0}


def test_those_present_who_do_not_vote_are_not_waited_for(committee: Committee) -> None:
    number = committee.voting(range(5))
    for member in range(4):
        committee.cast(number, member, "agree" if member < 2 else "disagree")
    committee.act(casting.close_voting, number, 0)
    # Of those present, not of those who voted.
    assert outcome(committee.stage).passed is False
    assert (
        "发出表决票 5 张，收回 4 张。由主持人结束，没有投票的人不再等候。"
        in said(committee.stage, number)[-2]
    )


def test_whoever_comes_later_does_not_count(committee: Committee) -> None:
    stage, number = committee.stage, committee.open()
    late = Committee(stage, ["赵磊"])
    refused(lambda: late.act(sitting.sign_in, number, 0), "您不在这项表决的评委名单上。")
    for member in range(4):
        committee.act(sitting.sign_in, number, member)
    committee.act(sitting.begin_voting, number, 0)
    refused(lambda: committee.act(sitting.sign_in, number, 4), "表决已经开始，不能再签到。")
    refused(lambda: committee.cast(number, 4, "agree"), "您没有在表决开始前签到，不能投票。")
    refused(lambda: late.cast(number, 0, "agree"), "您不在这项表决的评委名单上。")


def test_who_sits_on_the_committee(committee: Committee) -> None:
    stage, now = committee.stage, committee.stage.service.clock.now()
    with stage.service.database.write() as session:
        end_official(session, "陈静", at=now, actor="test")
        for name, role in (("孙丽", "judge"), ("周强", "supervisor")):
            add_official(session, name, [(role, "test")], at=now, actor="test")
        add_official(session, "吴刚", [("committee", "other")], at=now, actor="test")
        # Given past the register: whoever supervises sits on no committee.
        watched = add_official(session, "郑红", [("supervisor", "test")], at=now, actor="test")
        session.add(OfficialRole(official_id=watched.id, role="committee", campaign_slug="", unit=""))
    number = committee.open()
    with stage.service.database.read() as session:
        members = session.scalars(select(MotionMember.name).order_by(MotionMember.official_id)).all()
    assert number
    assert members == ["王芳", "李伟", "张敏", "刘洋"]


def test_what_was_seen_is_what_is_opened(committee: Committee) -> None:
    number = committee.draft()
    refused(
        lambda: committee.act(lambda *a, **k: sitting.open_motion(*a, seen="0" * 64, **k), number, 0),
        "表决内容、评委名单或规则与您刚才看到的不同，请重新核对。",
    )


def test_only_whoever_presides_presides(committee: Committee) -> None:
    number = committee.open()
    alone = "只有主持人（开启表决的评委）可以这样做。"
    refused(lambda: committee.act(sitting.begin_voting, number, 1), alone)
    refused(lambda: committee.act(sitting.end_before_voting, number, 1, "不开了"), alone)
    refused(
        lambda: committee.act(sitting.recuse, number, 1, committee.officials[2].id, "亲属"),
        "只能由评委本人或者主持人办理回避。",
    )
    refused(
        lambda: committee.act(sitting.recuse, number, 1, committee.officials[1].id, " "), "请写明回避的理由。"
    )
    committee.act(sitting.recuse, number, 0, committee.officials[2].id, "亲属")
    refused(lambda: committee.act(sitting.sign_in, number, 2), "您已经回避这项表决。")


def test_where_the_chair_works_here_no_more_another_member_presides(committee: Committee) -> None:
    number = committee.voting(range(5))
    for member in range(1, 5):
        committee.cast(number, member, "agree")
    refused(
        lambda: committee.act(casting.close_voting, number, 1), "只有主持人（开启表决的评委）可以这样做。"
    )
    with committee.stage.service.database.write() as session:
        end_official(session, "王芳", at=AT, actor="test")
    committee.act(casting.close_voting, number, 1)
    assert outcome(committee.stage).passed is True


def test_one_paper_each(committee: Committee) -> None:
    number = committee.voting()
    committee.cast(number, 1, "disagree")
    refused(lambda: committee.cast(number, 1, "agree"), "您已经投过票，每人一票，不能更改。")
    refused(lambda: committee.cast(number, 2, "perhaps"), "请选择一项。")
    refused(lambda: committee.cast(number, 2), "请选择一项。")
    refused(lambda: committee.cast(number, 2, "agree", "disagree"), "最多选 1 项，您选了 2 项。")
    with committee.stage.service.database.read() as session:
        assert sum(session.scalars(select(MotionOption.papers))) == 1


def test_the_same_member_on_many_phones_at_once(committee: Committee) -> None:
    number = committee.voting()

    def try_it(answer: str) -> bool:
        try:
            committee.cast(number, 1, answer)
        except ProblemsFound:
            return False
        return True

    with ThreadPoolExecutor(8) as phones:
        done = list(phones.map(try_it, ["agree", "disagree"] * 8))
    assert sum(done) == 1
    with committee.stage.service.database.read() as session:
        assert sum(session.scalars(select(MotionOption.papers))) == 1


def test_all_at_once_close_it_once(committee: Committee) -> None:
    number = committee.voting(range(5))
    with ThreadPoolExecutor(5) as phones:
        last = list(phones.map(lambda member: committee.cast(number, member, "agree"), range(5)))
    assert sum(last) == 1
    found = outcome(committee.stage)
    assert (found.agree, found.passed) == (5, True)


def everything(stage: Stage) -> dict[str, list[tuple[object, ...]]]:
    """Each table as it lies there, row after row; without what signing in keeps, which is random by design."""
    rows = {}
    with stage.service.database.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in ("official_sessions", "campaigns", "gate_policies"):
                rows[table.name] = [
                    tuple(row) for row in session.execute(text(f'SELECT * FROM "{table.name}"'))
                ]
    return rows


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_that_is_kept_tells_who_voted_what(
    kind: str, tmp_path: Path, redis_url: str, request: pytest.FixtureRequest
) -> None:
    """Two sittings in which the same four vote in the same order, and only who says what differs, leave the same database,
    to the last row, in the order in which rows lie there."""
    kept = []
    with ExitStack() as databases:
        for sitting_of, answers in (("a", PAPERS), ("b", PAPERS[::-1])):
            url = None
            if kind == "postgresql":
                cluster: PostgresCluster = request.getfixturevalue("postgres")
                url = databases.enter_context(cluster.fresh_database())
            service = make_service(
                tmp_path / sitting_of, redis_url=redis_url, database_url=url, clock=ClockInHand(AT)
            )
            stage = Stage(service)
            stage.draft()
            Committee(stage).voted(answers)
            kept.append(everything(stage))
            stage.strike()
    assert kept[0] == kept[1]
    assert kept[0]["motion_options"]


def test_no_transaction_belongs_to_one_paper(
    tmp_path: Path, redis_url: str, postgres: PostgresCluster
) -> None:
    """PostgreSQL keeps with every row which transaction wrote it last: that must not join a paper to whoever cast it."""
    with postgres.fresh_database() as url:
        stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, database_url=url))
        stage.draft()
        committee = Committee(stage)
        number = committee.voting()
        for member, answer in ((0, "agree"), (1, "disagree"), (2, "abstain")):
            committee.cast(number, member, answer)
        with stage.service.database.read() as session:
            wrote = session.scalars(text("SELECT xmin::text FROM motion_options")).all()
        assert (len(wrote), len(set(wrote))) == (3, 1)
        stage.strike()


def test_the_journal_has_no_line_for_a_paper(committee: Committee) -> None:
    committee.voted(["agree", "disagree", "agree", "agree"])
    with committee.stage.service.database.read() as session:
        lines = [
            (entry.actor, entry.act)
            for entry in session.scalars(select(JournalEntry).order_by(JournalEntry.id))
            if "motion" in entry.details
        ]
    assert lines == [
        ("王芳", "draft_motion"),
        ("王芳", "open_motion"),
        *((name, "sign_in_to_motion") for name in ("王芳", "李伟", "张敏", "刘洋")),
        ("王芳", "begin_voting_on_motion"),
        ("schedule", "close_motion"),
    ]


def test_the_databases_refuse_impossible_ballots(committee: Committee) -> None:
    number = committee.voting()
    database = committee.stage.service.database
    for wrong in (
        update(MotionMember).where(MotionMember.present_at.is_(None)).values(has_voted=True),
        update(MotionOption).values(papers=-1),
        update(Motion).values(state="closed"),
        update(Motion).values(outcome="passed"),
        update(Motion).values(voting_at=None),
        update(MotionMember).values(recused_reason="x"),
    ):
        with pytest.raises(IntegrityError), database.write() as session:
            session.execute(wrong)
    with database.write() as session:
        session.execute(update(MotionOption).where(MotionOption.key == "agree").values(papers=3))
    with pytest.raises(casting.UrnDisagrees):
        committee.act(casting.close_voting, number, 0)


def test_minutes_are_confirmed_as_they_were_read(committee: Committee) -> None:
    stage = committee.stage
    number = committee.voted(["agree", "agree", "agree", "disagree"])

    def confirm(by: int, seen: str, remark: str = "") -> None:
        with stage.service.database.write() as session:
            motion = committee.motion(session, number)
            row = minutes.minutes_row(session, motion.campaign_id, MOTION, number)
            assert row is not None
            minutes.confirm_minutes(
                session, "test", row, seen=seen, remark=remark, at=AT, official=committee.officials[by]
            )

    with stage.service.database.read() as session:
        campaign_id = session.scalars(select(Campaign.id)).one()
        sha256 = minutes.minutes_on_show(session, campaign_id, MOTION, number).sha256  # type: ignore[union-attr]
    refused(lambda: confirm(0, "0" * 64), "这份纪要与您刚才看到的不同，请重新核对。")
    refused(lambda: confirm(4, sha256), "只有出席的评委可以确认这份纪要。")
    for member, remark in ((3, "我保留意见"), (0, ""), (1, "")):
        confirm(member, sha256, remark)
    refused(lambda: confirm(0, sha256), "您已经确认过。")
    with stage.service.database.read() as session:
        shown = minutes.minutes_on_show(session, campaign_id, MOTION, number)
        assert shown is not None
        assert ([one.name for one in shown.confirmed], shown.needed, shown.complete) == (
            ["王芳", "李伟", "刘洋"],
            4,
            False,
        )
    confirm(2, sha256)
    with stage.service.database.read() as session:
        shown = minutes.minutes_on_show(session, campaign_id, MOTION, number)
        assert shown is not None
        assert shown.complete
        assert not shown.waits_for(committee.officials[0].id)
        assert "我保留意见" in str(shown.printed(stage.service.settings.zone).blocks)
    for change in (
        update(Minutes).values(document=b"{}"),
        delete(MinutesConfirmation),
        update(MinutesConfirmation).values(remark="改"),
        update(MinutesSigner).values(name="改"),
        delete(Minutes),
    ):
        with pytest.raises(DBAPIError, match="append-only"), stage.service.database.write() as session:
            session.execute(change)


def test_a_list_of_candidates(committee: Committee) -> None:
    ballot = {"kind": "list", "candidates": (3, 1, 5), "most": 2, "subject": ""}
    number = committee.voting(**ballot)
    refused(lambda: committee.cast(number, 0, "1", "3", "5"), "最多选 2 项，您选了 3 项。")
    for member, ticks in enumerate((("3", "1"), ("3",), ("3", "5"), ())):
        committee.cast(number, member, *ticks)
    found = document(committee.stage, number)
    assert (found["outcome"], found["papers"]) == ("decided", {"3": 3, "1": 1, "5": 1, "abstain": 1})
    assert found["text"]["blocks"][-1]["rows"] == [
        ["3 号 候选人3", "3", "当选"],
        ["1 号 候选人1", "1", "未当选"],
        ["5 号 候选人5", "1", "未当选"],
        ["空白票", "1", "—"],
    ]


def test_a_draft_says_all_that_is_wrong(committee: Committee) -> None:
    with pytest.raises(ProblemsFound) as found:
        committee.draft(
            title=" ",
            question="打电话 13800138000",
            subject="Final List",
            kind="list",
            candidates=(1, 99),
            most=5,
        )
    assert [problem.where for problem in found.value.problems] == [
        "title",
        "question",
        "subject",
        "candidates",
        "most",
    ]


def test_the_latest_result_holds(committee: Committee) -> None:
    committee.voted(["agree"] * 4)
    committee.voted(["disagree"] * 4)
    assert outcome(committee.stage).passed is False
    number = committee.open()
    for member in range(4):
        committee.act(sitting.sign_in, number, member)
    committee.act(sitting.end_before_voting, number, 0, "名单有误")
    # Withdrawn: the earlier one stands.
    assert (outcome(committee.stage).number, outcome(committee.stage).passed) == (2, False)
    assert outcome(committee.stage, "other") is None


def test_drafts_are_changed_and_thrown_away(committee: Committee) -> None:
    number = committee.draft()

    def change(*values: Any, **more: Any) -> None:
        drafting.change_motion(
            *values, drafting.MotionDraft("新标题", "问题", kind="list", candidates=(2,), most=1), **more
        )

    committee.act(change, number, 1)
    with committee.stage.service.database.read() as session:
        assert session.scalars(select(MotionOption.key).order_by(MotionOption.place)).all() == [
            "2",
            "abstain",
        ]
    committee.act(drafting.discard_motion, number, 1)
    assert committee.draft() == number + 1
