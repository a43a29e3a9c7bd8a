"""Ways in which one person could decide for others, each tried as an insider would: every one of them is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from publicity.award.closing_archive import closing_archive_path
from publicity.notices.drafting import NoticeText, change_draft, draft_notice, people_of
from publicity.notices.publishing import problems_before_publishing
from publicity.notices.queries import notice_by_number, text_of
from tests.desk import Desk
from tests.listing import PROPOSED_AT, Listing
from tests.postgres import PostgresCluster
from tests.stage import Stage, make_service
from tests.voting_committee import AT, Committee
from voting_service.accounts import managing
from voting_service.accounts.models import Official
from voting_service.accounts.register import acting, add_official
from voting_service.assessment.models import Recusal, ScoreRound
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.committee import casting, sitting
from voting_service.committee.models import Motion
from voting_service.errors import NotFound, ProblemsFound
from voting_service.names import person_key
from voting_service.tally.archive import archive_path
from voting_service.two_people import CONFIRMED as RECUSED

MEMBERS = ("王芳", "李伟", "张敏", "刘洋", "陈静", "赵磊", "孙丽", "周强", "吴刚")


def refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(ProblemsFound) as found:
        act()
    return [str(problem.sentence) for problem in found.value.problems]


# ---- the committee's ballot


def test_a_chair_does_not_send_the_others_away(stage_on: Stage) -> None:
    stage_on.draft()
    committee = Committee(stage_on, MEMBERS)
    number = committee.open()

    def send_away(member: int) -> None:
        committee.act(sitting.recuse, number, 0, committee.officials[member].id, "与候选人有往来")

    # Of nine, six must be present: the chair may have three stand aside, and no more.
    for member in (8, 7, 6):
        send_away(member)
    assert refused(lambda: send_away(5)) == ["主持人让别人回避以后，剩下的评委少于全体评委的法定人数 6 人。"]
    # Whoever stands aside by their own word still may.
    committee.act(sitting.recuse, number, 5, committee.officials[5].id, "亲属")


def test_a_ballot_that_was_open_before_the_list_was_there_is_not_about_it(stage: Stage) -> None:
    listing = Listing(stage, composition=[])
    listing.ranked()
    number = listing.committee.voting(range(3), title="是否延长评审时间")
    # The subject can be guessed. The list comes while papers are already being cast.
    listing.propose([1, 2, 3, 4], at=AT + timedelta(minutes=1))
    with stage.service.database.write() as session:
        for member in range(3):
            motion = listing.committee.motion(session, number)
            casting.cast_paper(session, "test", motion, ["agree"], at=AT + timedelta(minutes=2),
                               official=listing.committee.officials[member])  # fmt: skip
        assert session.scalars(select(Motion)).one().outcome == "passed"
    assert refused(listing.confirm) == ["评审委员会还没有对这份名单表决。"]


def test_members_see_what_their_ballot_will_be_taken_for(stage: Stage) -> None:
    listing = Listing(stage, composition=[])
    listing.committee.voting(range(3), title="是否延长评审时间")
    assert "final-list-1" in listing.committee.desks[1].text("/desk/campaigns/test/motions/1")


# ---- the notice


def changed(listing: Listing, number: int, text: NoticeText) -> list[str]:
    """An operator writes a draft anew; what keeps it from being published then."""
    with listing.stage.service.database.write() as session:
        notice = notice_by_number(session, "test", number, drafts=True, lock=True)
        change_draft(session, notice, text, title=notice.title, level=notice.level, at=PROPOSED_AT,
                     official=listing.operator.official)  # fmt: skip
        return [str(one.sentence) for one in problems_before_publishing(session, notice)]


def drafted(listing: Listing, number: int) -> NoticeText:
    with listing.stage.service.database.read() as session:
        return text_of(notice_by_number(session, "test", number, drafts=True))


def test_an_operator_publishes_the_committees_list_and_no_other(stage: Stage) -> None:
    listing = Listing(stage, members=1, composition=[])
    listing.ranked()
    listing.final([1, 2, 3, 4], "")
    number = listing.notice()
    text = drafted(listing, number)
    with stage.service.database.read() as session:
        friend = people_of(session, campaign_by_slug(session, "test"), [10])
    assert changed(listing, number, replace(text, people=(*text.people, *friend))) == [
        "公示名单多了：10 号。"
    ]
    assert refused(listing.publish) == ["公示名单多了：10 号。"]
    assert changed(listing, number, replace(text, reserve=(10, 5, 6))) == ["递补名单与最终名单不同。"]
    assert changed(listing, number, text) == []
    listing.publish()


def test_nor_by_a_notice_that_names_no_list(stage: Stage) -> None:
    listing = Listing(stage, members=1, composition=[])
    listing.ranked()
    listing.final([1, 2, 3, 4], "")
    text = drafted(listing, listing.notice())

    def by_hand(numbers: list[int]) -> list[str]:
        with stage.service.database.write() as session:
            people = people_of(session, campaign_by_slug(session, "test"), numbers)
            notice = draft_notice(session, "test", replace(text, people=people), title="公示", level="city",
                                  at=PROPOSED_AT, official=listing.operator.official)  # fmt: skip
            return [str(one.sentence) for one in problems_before_publishing(session, notice)]

    assert by_hand([1, 2, 3, 10]) == ["公示名单多了：10 号。", "公示名单少了：4 号。"]
    assert by_hand([1, 2, 3, 4]) == []


# ---- what a final list rests upon


JUDGED = {"seats": 4, "reserve": 3,
          "criteria": [{"key": "deeds", "name": "事迹", "weight": 100, "source": "judges"}]}  # fmt: skip


def test_a_list_does_not_rest_on_scores_that_were_given_back(stage: Stage) -> None:
    listing = Listing(stage, members=1, composition=[], assessment=JUDGED)
    listing.ranked()
    with stage.service.database.write() as session:
        session.add(ScoreRound(campaign_id=1, closed_at=PROPOSED_AT, closed_by=1, counted_json="{}"))
    listing.propose([1, 2, 3, 4])
    with stage.service.database.write() as session:  # a sheet is given back by two: the round is open again
        row = session.get_one(ScoreRound, 1)
        row.closed_at = row.closed_by = row.counted_json = None
    assert refused(listing.confirm) == ["有评分表已退回，打分还没有结束。"]
    listing.withdraw(reason="打分重新开始", official=listing.operator.official)
    assert refused(lambda: listing.propose([1, 2, 3, 4])) == ["有评分表已退回，打分还没有结束。"]


def test_nor_on_scores_that_do_not_count_any_more(stage: Stage) -> None:
    listing = Listing(stage, members=2, composition=[], assessment=JUDGED)
    listing.ranked()
    with stage.service.database.write() as session:
        session.add(ScoreRound(campaign_id=1, closed_at=PROPOSED_AT, closed_by=1, counted_json="{}"))
        judge = add_official(session, "郑红", [("judge", "test")], at=PROPOSED_AT, actor="test")
        first, second = (one.id for one in listing.committee.officials)
        session.add(
            Recusal(campaign_id=1, judge_id=judge.id, candidate=1, reason="亲属", ordered=True, state=RECUSED,
                    proposed_by=first, proposed_at=AT, confirmed_by=second, confirmed_at=AT)
        )  # fmt: skip
    assert refused(lambda: listing.propose([1, 2, 3, 4])) == ["测算表定稿以后又有评委回避，得分已有变化。"]


# ---- names and files


@pytest.mark.parametrize(
    "unseen", ["\ufe00", "\U000e0101", "\u034f", "\u3164", "\u115f", "\u2800", "\u180b", "\u200b"]
)
def test_two_officials_do_not_look_the_same(stage: Stage, unseen: str) -> None:
    assert person_key(f"王{unseen}敏") == person_key("王敏")
    with stage.service.database.write() as session:
        add_official(session, "王敏", [("committee", "test")], at=AT, actor="test")
        assert refused(
            lambda: add_official(session, f"王敏{unseen}", [("committee", "test")], at=AT, actor="test")
        ) == ["已经有一位工作人员叫这个姓名。"]
    assert refused(lambda: _named_nothing(stage, unseen)) != []


@pytest.mark.parametrize("name", ["schedule", "Schedule", "command line"])
def test_nobody_is_called_as_the_journal_calls_the_machine(stage: Stage, name: str) -> None:
    with stage.service.database.write() as session:
        assert refused(lambda: add_official(session, name, [("operator", "test")], at=AT, actor="test")) == [
            "系统自己在工作日志里用这个名字，请写真实姓名。"
        ]


def _named_nothing(stage: Stage, unseen: str) -> None:
    with stage.service.database.write() as session:
        add_official(session, unseen, [("committee", "test")], at=AT, actor="test")


def test_no_campaign_can_be_named_so_that_its_archive_is_another_ones(tmp_path: Path) -> None:
    """A closed campaign's own archive is for everyone, the closing archive is not."""
    assert closing_archive_path(tmp_path, "a") != archive_path(tmp_path, "a-closing")
    assert "-" not in closing_archive_path(tmp_path, "a").name


@pytest.mark.parametrize(
    "address", ["officials/%s", "webhooks/%s", "campaigns/test/motions/%s", "campaigns/test/award/%s"]
)
def test_a_number_that_no_row_can_have_is_not_there(stage: Stage, address: str) -> None:
    stage.draft()
    desk = Desk(stage, "王芳", "admin", "committee")
    for number in (2**63 - 1, 2**63, 10**30):
        assert desk.get(f"/desk/{address % number}").status_code == 404


# ---- two at once


def test_what_one_administrator_has_refused_another_does_not_carry_out(
    tmp_path: Path, postgres: PostgresCluster
) -> None:
    """Both have the page open; on PostgreSQL the second reads before the first has committed."""
    with postgres.fresh_database() as url:
        service = make_service(tmp_path / "data", database_url=url)
        with service.database.write() as session:
            people = [
                add_official(session, name, [("admin", "")], at=AT, actor="test").id for name in MEMBERS[:4]
            ]
            for one in people:
                session.get_one(Official, one).passphrase_hash = "set"
            first, second, third = (acting(session, one) for one in people[:3])
            assert first
            assert second
            assert third
        with service.database.write() as session:
            assert not managing.act(session, "end", people[3], at=AT, official=first).done
        with service.database.write() as late:
            (waiting,) = managing.proposals_for(late, third)
            with service.database.write() as session:
                managing.drop(session, waiting.id, at=AT, official=second)
            with pytest.raises(NotFound):
                managing.confirm(late, waiting.id, at=AT, official=third)
        with service.database.read() as session:
            assert session.get_one(Official, people[3]).ended_at is None
        service.database.dispose()
