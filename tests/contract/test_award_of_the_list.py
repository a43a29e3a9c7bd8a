"""Where there is a final list, its own notice alone is awarded, and the award names the list; notices of lower levels name a
part of it. On both databases."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date

import pytest
from sqlalchemy import select

from publicity.award.archive_parts import awards
from publicity.award.awarding import awardable, confirm_award, document_of, propose_award
from publicity.award.models import Award, Certificate
from publicity.award.words import CITATION, DECISION, THANKS, Texts
from publicity.notices.models import NoticeOrigin
from publicity.notices.publishing import problems_before_publishing
from publicity.notices.queries import notice_by_number
from publicity.outcome.closing import close_notice
from tests import notices, substituting
from tests.assessing import CRITERIA
from tests.listing import Listing
from tests.notices import beijing
from tests.stage import Stage
from voting_service.assessment.final_list.models import WITHDRAWN
from voting_service.assessment.final_list.queries import archived_lists
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.errors import ProblemsFound

PUBLISHED, OVER = beijing(2026, 2, 11), beijing(2026, 3, 2, 9, 0)
TEXTS = Texts("云川市最美产业工人", CITATION, DECISION, THANKS, date(2026, 3, 2))
WHOLE, RESERVE = (1, 2, 3, 4), (5, 6, 7)
HOME = "/desk/campaigns/test/award"


class Selection(Listing):
    """A final list of four and three in reserve, notices from it and beside it, and the award."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage, members=2, composition=[])
        self.ranked()

    def by_hand(self, people: Sequence[int], reserve: Sequence[int] = (), level: str = "city") -> int:
        """A notice that was drafted by hand, and published; gives its number."""
        return notices.published(
            self.stage, self.operator.official, people, reserve=reserve, level=level, at=PUBLISHED
        ).number

    def drafted(self, people: Sequence[int], reserve: Sequence[int] = (), level: str = "city") -> list[str]:
        """What keeps such a draft from being published."""
        number = notices.draft(
            self.stage, self.operator.official, people, reserve=reserve, level=level, at=PUBLISHED
        ).number
        with self.stage.service.database.read() as session:
            found = problems_before_publishing(
                session, notice_by_number(session, "test", number, drafts=True)
            )
        return [str(one.sentence) for one in found]

    def close(self, number: int) -> None:
        with self.stage.service.database.write() as session:
            notice = notice_by_number(session, "test", number, lock=True)
            close_notice(session, notice, at=OVER, official=self.committee.officials[0])

    def awardable(self) -> list[int]:
        with self.stage.service.database.read() as session:
            return [one.number for one in awardable(session, "test")]

    def award(self, notice: int) -> int:
        with self.stage.service.database.write() as session:
            made = propose_award(session, "test", notice, TEXTS, at=OVER, official=self.operator.official)
            return made.number

    def confirm_award(self, number: int = 1) -> None:
        with self.stage.service.database.write() as session:
            seen = session.scalars(select(Award.document_sha256).where(Award.number == number)).one()
            member = self.committee.officials[0]
            confirm_award(session, "test", number, seen=seen, at=OVER, official=member)

    def withdrawn(self, number: int = 1) -> None:
        first, second = self.committee.officials
        self.withdraw(number, "核对时发现有误", official=first)
        assert self.withdraw(number, official=second).state == WITHDRAWN


@pytest.fixture
def selection(stage_on: Stage) -> Selection:
    return Selection(stage_on)


def refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(ProblemsFound) as found:
        act()
    return [str(problem.sentence) for problem in found.value.problems]


def test_the_notice_of_the_list_alone_is_awarded_and_the_award_names_the_list(selection: Selection) -> None:
    before = selection.by_hand((4, 5))
    selection.final(WHOLE, "")
    whole = selection.notice()
    selection.publish(whole)
    selection.close(before)
    assert selection.awardable() == []
    told = "第 1 号公告《关于“测试评选”拟定人选的公示》不是最终名单 L-0001 的公示。"
    assert refused(lambda: selection.award(before)) == [told]
    close_late(selection, whole)
    assert selection.awardable() == [whole]
    selection.award(whole)
    selection.confirm_award()
    row = selection.row()
    with selection.stage.service.database.read() as session:
        document = document_of(session.scalars(select(Award)).one())
        campaign = campaign_by_slug(session, "test")
        files = {name: data for part in (archived_lists, awards) for name, data in part(session, campaign)}
        names = session.scalars(select(Certificate.candidate_number).order_by(Certificate.ordinal)).all()
    assert document["final_list"] == {"id": "L-0001", "sha256": row.document_sha256}
    assert json.loads(files["award/award-1.json"]) == document
    assert files["lists/L-0001.json"] == row.document
    assert [one["number"] for one in document["people"]] == [*names] == [*WHOLE]


def close_late(selection: Selection, number: int) -> None:
    """A notice that was published by the service's own clock, once its window is over."""
    with selection.stage.service.database.write() as session:
        notice = notice_by_number(session, "test", number, lock=True)
        assert notice.accepts_until is not None
        close_notice(session, notice, at=notice.accepts_until, official=selection.committee.officials[0])


def test_whoever_took_a_place_by_a_supplement_is_awarded_by_the_same_list(selection: Selection) -> None:
    selection.final(WHOLE, "")
    whole = selection.by_hand(WHOLE, RESERVE)
    committee = substituting.Committee.__new__(substituting.Committee)
    committee.stage, committee.operator = selection.stage, selection.operator
    committee.first, committee.second = selection.committee.desks
    left = committee.left(2, notice=whole)
    committee.fill(left, 5, notice=whole)
    committee.publish(committee.supplement(left, notice=whole))
    selection.close(whole)
    close_late(selection, 2)
    assert selection.awardable() == [whole]
    selection.award(whole)
    selection.confirm_award()
    with selection.stage.service.database.read() as session:
        document = document_of(session.scalars(select(Award)).one())
    assert [one["number"] for one in document["people"]] == [1, 3, 4, 5]
    assert (document["final_list"]["id"], [one["id"] for one in document["notices"]]) == ("L-0001", [1, 2])


def test_a_notice_by_hand_of_exactly_the_list_is_bound_to_it_and_is_the_only_one(
    selection: Selection,
) -> None:
    selection.final(WHOLE, "")
    number = selection.by_hand(WHOLE, RESERVE)
    with selection.stage.service.database.read() as session:
        (origin,) = session.scalars(select(NoticeOrigin))
    assert (origin.notice_id, origin.document_sha256) == (1, selection.row().document_sha256)
    assert refused(lambda: selection.withdraw(reason="想改", official=selection.committee.officials[0])) == [
        "已经按这份名单发布了公示公告，不能撤回。"
    ]
    assert refused(selection.notice) == ["已经从这份名单起草过公告（第 1 号）。"]
    assert selection.drafted(WHOLE, RESERVE) == ["已经按最终名单 L-0001 发布过市级公示（第 1 号公告）。"]
    selection.close(number)
    assert selection.awardable() == [number]


def test_a_list_that_was_taken_back_or_waits_is_no_ground(selection: Selection) -> None:
    selection.final(WHOLE, "")
    selection.withdrawn()
    number = selection.by_hand((1, 2, 3))
    selection.close(number)
    assert selection.awardable() == []
    assert refused(lambda: selection.award(number)) == ["名单 L-0001 已经撤回，现在没有最终名单。"]
    selection.propose(WHOLE)
    assert refused(lambda: selection.award(number)) == ["名单 L-0002 还没有确认，不是最终名单。"]


def test_seats_that_an_assessment_fills_are_not_awarded_without_a_list(selection: Selection) -> None:
    number = selection.by_hand((1, 2, 3))
    selection.close(number)
    assert selection.awardable() == [number], "no list can come of it: nothing is weighed"
    selection.plan(assessment={"seats": 4, "criteria": CRITERIA}, publicity=substituting.PUBLICITY)
    assert selection.awardable() == []
    assert refused(lambda: selection.award(number)) == [
        "活动声明了按综合评定产生名单，而最终名单还没有确认。"
    ]


def test_a_list_that_becomes_final_after_the_proposal_undoes_it(selection: Selection) -> None:
    number = selection.by_hand((1, 2, 3))
    selection.close(number)
    selection.award(number)
    selection.final(WHOLE, "")
    told = refused(selection.confirm_award)
    assert any(one.endswith("不是最终名单 L-0001 的公示。") for one in told)
    assert "提出之后名单有了变化，这份提议已不成立。" in told


# ---- lower levels


@pytest.mark.parametrize("level", ["unit", "district"])
def test_a_lower_level_names_a_part_of_the_list_and_is_not_awarded(stage: Stage, level: str) -> None:
    selection = Selection(stage)
    selection.final(WHOLE, "")
    assert selection.drafted((2, 9, 4, 8), level=level) == ["公示名单多了：8、9 号。"]
    assert selection.drafted((4, 2), level=level) == ["公示名单的顺序与最终名单不同。"]
    assert selection.drafted((2, 4), (5,), level=level) == ["递补名单只写在市级公示里，这份公示不能有。"]
    assert selection.drafted((2, 4), RESERVE) == ["公示名单少了：1、3 号。"]
    part = selection.by_hand((2, 4), level=level)
    selection.close(part)
    assert selection.awardable() == []
    told = refused(lambda: selection.award(part))
    assert [one.endswith("不是最终名单 L-0001 的公示。") for one in told] == [True]
    # Told in part, the list is not held by it: whoever leaves now is seen to by another list.
    whole = selection.notice()
    selection.withdrawn()
    assert refused(lambda: selection.publish(whole)) == ["这份草稿所依据的最终名单 L-0001 已经撤回。"]


def test_a_draft_from_the_list_that_is_made_a_part_of_it_leaves_the_whole_to_come(
    selection: Selection,
) -> None:
    selection.final(WHOLE, "")
    number = selection.notice()
    answer = selection.operator.get(f"/desk/notices/test/{number}/edit")
    assert answer.status_code == 200
    with selection.stage.service.database.write() as session:
        notice = notice_by_number(session, "test", number, drafts=True)
        plain = json.loads(notice.draft_json)
        plain["people"], plain["reserve"] = plain["people"][:2], []
        notice.level, notice.draft_json = "district", json.dumps(plain)
    assert "最终名单 L-0001 已确认，请起草公示公告" in selection.operator.text("/desk")
    selection.publish(number)
    whole = selection.notice()
    selection.publish(whole)
    close_late(selection, number)
    close_late(selection, whole)
    assert selection.awardable() == [whole]


# ---- at the desk


def test_at_the_desk_what_may_be_awarded_and_why_the_rest_may_not(stage: Stage) -> None:
    selection = Selection(stage)
    before = selection.by_hand((4, 5))
    selection.close(before)
    operator = selection.operator
    assert "公示已经结束，可以拟定表彰" in operator.text("/desk")
    selection.final(WHOLE, "")
    whole = selection.by_hand(WHOLE, RESERVE)
    assert "可以拟定表彰" not in operator.text("/desk")
    page = operator.text(HOME)
    assert "不能据以表彰" in page
    assert "不是最终名单 L-0001 的公示。 请在第 2 号公告结束公示以后，表彰它的名单。" in page
    assert "现在还不能表彰" in operator.text(f"{HOME}/new/{before}")
    fields = {"honour": TEXTS.honour, "dated": "2026-03-02", "citation": CITATION, "decision": DECISION, "thanks": THANKS}  # fmt: skip
    refusal = operator.post(f"{HOME}/new/{before}", **fields)
    assert (refusal.status_code, "不是最终名单 L-0001 的公示。" in refusal.text) == (422, True)
    selection.close(whole)
    assert "公示已经结束，可以拟定表彰" in operator.text("/desk")
    assert "依据最终名单 L-0001。" in operator.text(f"{HOME}/new/{whole}")
    made = operator.post(f"{HOME}/new/{whole}", **fields)
    assert made.headers["Location"] == f"{HOME}/1"
    assert "L-0001" in operator.text(f"{HOME}/1")
    page = operator.text(HOME)
    assert ("最终名单 L-0001" in page, "不能据以表彰" in page) == (True, False)
