"""Substitution, step by step: two people for leaving, a rule or a reason for filling, one notice for telling."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from publicity.docket.models import Assignment, Objection
from publicity.notices.models import Notice
from publicity.notices.queries import document_of, notice_by_number, text_of
from publicity.outcome.closing import problems_before_closing
from publicity.outcome.result import result_document
from publicity.substitutions.confirming import drop_leave
from publicity.substitutions.filling import Filling, fill
from publicity.substitutions.foreseeing import foresee
from publicity.substitutions.models import OutOfTurn, Substitution
from publicity.substitutions.noticing import supplement_for
from publicity.substitutions.out_of_turn import drop_filling
from publicity.substitutions.proposing import LONGEST_REASON, Leave, check_leave
from publicity.substitutions.standing import list_of
from publicity.substitutions.voiding import ballots_naming, propose_voiding
from tests.committee import confirm_it, recorded, standings
from tests.desk import Desk
from tests.oracle import check_books
from tests.stage import Stage, category_rules
from tests.substituting import PUBLICITY, REASON, WOMEN, Committee
from voting_service.activity import JournalEntry
from voting_service.candidates.departures import departures_of
from voting_service.database import _alembic, _references_asleep
from voting_service.errors import NotFound, ProblemsFound


def at_work(stage: Stage, candidates: int = 10, **plan: Any) -> Committee:
    stage.campaign(candidates=candidates)
    committee = Committee(stage)
    committee.plan(**({"publicity": PUBLICITY} | plan))
    return committee


def problems_of(act: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(ProblemsFound) as refused:
        act()
    return {problem.where: str(problem.sentence) for problem in refused.value.problems}


def journal_of(stage: Stage) -> list[tuple[str, str, dict[str, Any]]]:
    with stage.service.database.read() as session:
        rows = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    acts = (
        "propose_leave",
        "confirm_leave",
        "drop_leave",
        "fill_place",
        "propose_filling",
        "confirm_filling",
        "drop_filling",
    )
    return [(row.act, row.actor, json.loads(row.details)) for row in rows if row.act in acts]


def gone(stage: Stage) -> dict[int, str]:
    with stage.service.database.read() as session:
        return departures_of(session, 1)


# ---- the whole way


def test_from_leaving_to_the_supplementary_notice(stage_on: Stage) -> None:
    committee = at_work(stage_on, composition=[WOMEN])
    committee.genders([1, 2, 7])
    notice = committee.notice([1, 2, 3, 4, 5], reserve=[6, 7, 8])
    docket = committee.upheld(notice, 1)
    substitution = committee.propose(1, "disqualified", "申报材料不实，经查属实。", docket)
    assert gone(stage_on) == {}
    assert committee.standing().listed == (1, 2, 3, 4, 5)
    assert committee.confirm(substitution)
    assert gone(stage_on) == {1: "disqualified"}
    standing = committee.standing()
    assert (standing.listed, standing.reserve) == ((2, 3, 4, 5), (6, 7, 8))
    # Without a woman in her place the list would have too few.
    committee.fill(substitution, 7)
    standing = committee.standing()
    assert (standing.listed, standing.reserve) == ((2, 3, 4, 5, 7), (6, 8))
    supplement = committee.supplement(substitution)
    assert committee.standing().substitutions[0].stage == "filled"
    committee.publish(supplement)
    row = committee.standing().substitutions[0]
    assert (row.stage, row.successor, row.successor_reason) == ("noticed", 7, None)
    with stage_on.service.database.read() as session:
        document = document_of(list_of(session, "test", supplement).notice)
    assert [person["number"] for person in document["people"]] == [7]
    assert document["supplements"] == {
        "id": 1,
        "changes": [
            {"number": 1, "name": "候选人1", "cause": "disqualified", "reason": "申报材料不实，经查属实。", "successor": 7}
        ],
    }  # fmt: skip
    assert "GS-" not in json.dumps(document)
    assert document["schedule"]["last_day"] > document["published_at"][:10]
    assert journal_of(stage_on) == [
        ("propose_leave", "赵敏", {"by_objection": True, "cause": "disqualified", "leaver": 1, "substitution": 1}),
        ("confirm_leave", "王芳", {"cause": "disqualified", "leaver": 1, "substitution": 1}),
        ("fill_place", "王芳", {"leaver": 1, "next_in_line": 7, "passed_over": [6], "substitution": 1, "successor": 7}),
    ]  # fmt: skip
    check_books(stage_on)


def test_several_share_one_supplementary_notice(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3, 4], reserve=[5, 6])
    first, second, third = committee.left(1), committee.left(2, "deceased"), committee.left(3)
    committee.fill(first, 5)
    committee.fill(second, 6)
    committee.fill(third, None)
    number = committee.supplement(first, second, third)
    text = text_of(committee_draft(stage_on, number))
    assert [person.number for person in text.people] == [5, 6]
    assert [(change.number, change.successor) for change in text.changes] == [(1, 5), (2, 6), (3, None)]
    assert text.lead[0] == (
        "《关于“测试评选”拟定人选的公示》发布后，1 号 候选人1已退出评选，不再列入公示名单，由 5 号 候选人5递补；"
        "2 号 候选人2已去世，不再列入公示名单，由 6 号 候选人6递补；3 号 候选人3已退出评选，不再列入公示名单，名额空缺。"
        "现将递补人选予以补充公示，接受社会监督。"
    )
    committee.publish(number)
    assert {row.stage for row in committee.standing().substitutions} == {"noticed"}


def committee_draft(stage: Stage, number: int) -> Notice:
    with stage.service.database.read() as session:
        return session.scalars(select(Notice).where(Notice.number == number)).one()


def test_a_place_that_stays_empty_can_be_told_alone(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3])
    substitution = committee.left(3)
    committee.fill(substitution, None)
    number = committee.supplement(substitution)
    text = text_of(committee_draft(stage, number))
    assert text.people == ()
    assert len(text.lead) == 1
    assert text.lead[0].endswith("名额空缺。现予公告。")
    committee.publish(number)
    assert committee.standing().substitutions[0].stage == "noticed"


def test_a_successor_leaves_from_the_supplementary_notice_and_the_next_comes(stage: Stage) -> None:
    committee = at_work(stage, composition=[WOMEN])
    committee.genders([1, 2, 7, 8])
    committee.notice([1, 2, 3, 4, 5], reserve=[7, 6, 8])
    first = committee.left(1)
    committee.fill(first, 7)
    supplement = committee.supplement(first)
    committee.publish(supplement)
    assert problems_of(lambda: committee.propose(7)) == {"leaver": "7 号不在这份公告的名单上。"}
    second = committee.left(7, notice=supplement)
    # The rules are asked of the whole list, not of the supplement's own.
    assert committee.standing(supplement).people().keys() == {2, 3, 4, 5}
    committee.fill(second, 8, notice=supplement)
    committee.publish(committee.supplement(second, notice=supplement))
    assert committee.standing().listed == (2, 3, 4, 5, 8)
    assert committee.standing().reserve == (6,)


def test_a_successor_who_leaves_before_anybody_was_told_is_not_named(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3], reserve=[5, 6, 7])
    first = committee.left(1)
    committee.fill(first, 5)
    draft = committee.supplement(first)
    second = committee.left(5, "deceased")
    assert problems_of(lambda: committee.supplement(first)) == {
        "substitutions": "递补的 5 号 候选人5也已退出名单，请先办理。"
    }
    committee.fill(second, 6)
    # The draft is written anew, whoever is left out of it is told by none.
    assert committee.supplement(first, second) == draft
    text = text_of(committee_draft(stage, draft))
    assert [(change.number, change.successor) for change in text.changes] == [(1, 6)]
    assert [person.number for person in text.people] == [6]
    committee.publish(draft)
    assert [row.stage for row in committee.standing().substitutions] == ["noticed", "noticed"]


def test_links_of_a_chain_are_told_together_or_not_at_all(stage: Stage) -> None:
    """Told alone, either would name who came and went between."""
    committee = at_work(stage)
    committee.notice([1, 2, 3], reserve=[5, 6, 7])
    first = committee.left(1)
    committee.fill(first, 5)
    second = committee.left(5)
    committee.fill(second, 6)
    for alone in (first, second):
        assert problems_of(lambda alone=alone: committee.supplement(alone)) == {
            "substitutions": "5 号 候选人5的离开与前后的递补是连着的，请写在同一份补充公示里。"
        }
    committee.publish(committee.supplement(first, second))
    with stage.service.database.read() as session:
        notice = committee_draft(stage, 1)
        result = result_document(session, session.get_one(Notice, notice.id), at=stage.service.clock.now())
    assert [
        (one["number"], one["name"], one["successor"], one["successor_name"]) for one in result["changes"]
    ] == [(1, "候选人1", 6, "候选人6")]


def test_a_supplement_lists_whom_the_committee_has_decided_on_and_nobody_else(stage_on: Stage) -> None:
    """However the draft was written: by the form, or in the row itself."""
    committee = at_work(stage_on)
    committee.notice([1, 2, 3], reserve=[9])
    substitution = committee.left(1)
    committee.fill(substitution, 9)
    number = committee.supplement(substitution)
    committee.operator.post(f"/desk/notices/test/{number}/edit", title="补充公示", level="city", lead="现予公示。", people="10",
                            reserve="8", **{"office-1-department": "宣教部", "office-1-phone": "0000-1234567"})  # fmt: skip
    text = text_of(committee_draft(stage_on, number))
    assert ([one.number for one in text.people], text.reserve, text.lead) == ([9], (), ("现予公示。",))
    assert 'name="people"' not in committee.operator.get(f"/desk/notices/test/{number}/edit").text
    ten = replace(text.people[0], number=10, name="候选人10", organisation="单位10")
    other = replace(text.changes[0], successor=10)
    for spoilt, where in (
        (replace(text, people=(*text.people, ten)), {"people"}),
        (replace(text, people=()), {"people"}),
        (replace(text, reserve=(8,)), {"reserve"}),
        (replace(text, people=(ten,), changes=(other,)), {"changes"}),
        (replace(text, changes=(replace(text.changes[0], successor=None),), people=()), {"changes"}),
        (replace(text, changes=(replace(text.changes[0], reason="另有原因"),)), {"changes"}),
    ):
        with stage_on.service.database.write() as session:
            session.execute(update(Notice).where(Notice.number == number).values(draft_json=spoilt.to_json()))
        assert set(problems_of(lambda: committee.publish(number))) == where
    with stage_on.service.database.write() as session:
        session.execute(update(Notice).where(Notice.number == number).values(draft_json=text.to_json()))
    committee.publish(number)
    assert committee.standing().listed == (2, 3, 9)


def test_a_notice_closes_once_everything_is_told_and_then_always(stage: Stage) -> None:
    """Through a chain, an empty place and a successor who leaves a supplement: no step leads to a dead end."""
    committee = at_work(stage)
    committee.notice([1, 2, 3], reserve=[5, 6, 7])

    def open_questions(number: int) -> list[str]:
        with stage.service.database.read() as session:
            notice = notice_by_number(session, "test", number)
            far = stage.service.clock.now() + timedelta(60)
            return [str(one.sentence) for one in problems_before_closing(session, notice, far)]

    first = committee.left(1)
    committee.fill(first, 5)
    draft = committee.supplement(first)
    second = committee.left(5)
    assert len(open_questions(1)) == 2
    assert set(problems_of(lambda: committee.publish(draft))) == {"people"}, "5 has left"
    committee.fill(second, 6)
    # The draft is behind: it can only be written anew.
    assert set(problems_of(lambda: committee.publish(draft))) == {"people", "changes"}
    assert len(open_questions(1)) == 2
    committee.publish(committee.supplement(first, second))
    assert open_questions(1) == []
    third = committee.left(6, notice=draft)
    committee.fill_out_of_turn(third, None, "名额不再递补。", seen=7, notice=draft)
    assert (open_questions(1), len(open_questions(draft))) == ([], 1), "each notice answers for its own list"
    last = committee.supplement(third, notice=draft)
    assert len(open_questions(draft)) == 1
    committee.publish(last)
    assert (open_questions(draft), open_questions(last)) == ([], [])


def test_a_draft_written_anew_lets_go_of_what_it_does_not_tell_of(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3], reserve=[5, 6])
    first, second = committee.left(1), committee.left(2)
    committee.fill(first, 5)
    committee.fill(second, 6)
    draft = committee.supplement(first, second)
    assert committee.supplement(first) == draft
    assert [row.supplementary_id is None for row in committee.standing().substitutions] == [False, True]
    other = committee.supplement(second)
    assert other != draft
    assert problems_of(lambda: committee.supplement(first, second)) == {
        "substitutions": "所选的变动已写在不同的草稿里，请选择写在同一份草稿里的。"
    }


# ---- proposing


def test_everything_that_is_wrong_with_a_proposal_is_told_at_once(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3])
    nothing = problems_of(lambda: committee.propose(None, "", "  "))
    assert nothing == {
        "leaver": "请选择退出名单的候选人。",
        "cause": "请选择退出的原因。",
        "reason": "请写明原因，它会写进补充公示。",
    }
    wrong = problems_of(lambda: committee.propose(9, "tired", "电话 13800138000", "GS-2026-7K3M9Q"))
    assert wrong.keys() == {"leaver", "cause", "reason", "docket_number"}
    assert wrong["reason"] == "含有手机号码。"
    assert problems_of(lambda: committee.propose(1, reason="长" * (LONGEST_REASON + 1))).keys() == {"reason"}
    committee.propose(1)
    assert problems_of(lambda: committee.propose(1)) == {"leaver": "1 号 候选人1退出名单已经提出，等待确认。"}
    with pytest.raises(NotFound):
        committee.propose(1, notice=7)
    assert len(journal_of(stage_on)) == 1


def test_a_docket_must_be_upheld_about_this_one_and_unused(stage: Stage) -> None:
    committee = at_work(stage)
    notice = committee.notice([1, 2, 3], reserve=[5])
    docket = committee.upheld(notice, 2)
    unknown = "没有这个受理编号的异议成立而尚未处理名单的案卷。"
    assert problems_of(lambda: committee.propose(2, "withdrawn", docket=docket)) == {
        "docket_number": "只有取消资格才写受理编号。"
    }
    assert problems_of(lambda: committee.propose(1, "disqualified", docket=docket)) == {
        "docket_number": "这份案卷反映的不是所选的候选人，请核对。"
    }
    assert problems_of(lambda: committee.propose(2, "disqualified", docket="GS-2026-000000")) == {
        "docket_number": unknown
    }
    # However it is typed.
    substitution = committee.propose(2, "disqualified", docket=docket.lower().replace("-", " "))
    assert committee.standing().substitutions[0].docket_number == docket
    other = committee.upheld(notice, 2)
    committee.confirm(substitution)
    assert problems_of(lambda: committee.propose(3, "disqualified", docket=docket)) == {
        "docket_number": unknown
    }
    assert other != docket


def test_whoever_stood_aside_from_the_docket_knows_nothing_and_decides_nothing(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    docket = committee.upheld(committee.notice([1, 2, 3], reserve=[5]), 3)
    aside, third = committee.first, Desk(stage_on, "陈静", "committee")
    with stage_on.service.database.write() as session:
        objection = session.scalars(select(Objection)).one()
        now = stage_on.service.clock.now()
        session.add(Assignment(objection_id=objection.id, official_id=aside.official.id, assigned_by=aside.official.id,
                               assigned_at=now, ended_at=now, recused=True))  # fmt: skip
    here = "/desk/notices/test/1/substitutions"
    for page in (here, f"{here}/new", "/desk"):
        assert (docket in aside.get(page).text, docket in third.get(page).text) == (False, True), page
    # The same answer about everyone: it tells not whom the docket is about.
    for leaver in (2, 3):
        assert problems_of(
            lambda leaver=leaver: committee.propose(
                leaver, "disqualified", docket=docket, official=aside.official
            )
        ) == {"docket_number": "没有这个受理编号的异议成立而尚未处理名单的案卷。"}
    substitution = committee.propose(3, "disqualified", docket=docket)
    page = aside.get(f"{here}/{substitution}").text
    assert (docket in page, "确认离开</button>" in page, "您已回避" in page) == (False, False, True)
    refused = {"": "您已回避这项变动所依据的案卷，不能参与办理。"}
    assert problems_of(lambda: committee.confirm(substitution, official=aside.official)) == refused
    for act in ("confirm", "drop", "fill", "void", "fill/confirm", "fill/drop"):
        answer = aside.post(f"{here}/{substitution}/{act}", confirmed="yes", successor="5", seen="5")
        assert (answer.status_code, "您已回避" in answer.text) == (422, True), act
    committee.confirm(substitution, official=third.official)
    assert problems_of(lambda: committee.fill(substitution, 5)) == refused
    assert "离开名单，要确定由谁递补" not in aside.get("/desk").text
    assert docket in third.get(f"{here}/{substitution}").text


def test_a_proposal_can_be_let_go_and_made_again(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3])
    service = stage_on.service
    first = committee.propose(1)
    with service.database.write() as session:
        drop_leave(session, "test", 1, first, at=service.clock.now(), official=committee.first.official)
    assert committee.standing().substitutions == ()
    with pytest.raises(NotFound):
        committee.confirm(first)
    second = committee.propose(1)
    committee.confirm(second)

    def drop() -> None:
        with service.database.write() as session:
            drop_leave(session, "test", 1, second, at=service.clock.now(), official=committee.first.official)

    assert problems_of(drop) == {"": "已经确认，不能作罢。"}
    assert gone(stage_on) == {1: "withdrawn"}


# ---- confirming


def test_nobody_confirms_their_own_proposal(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3])
    substitution = committee.propose(1, official=committee.first.official)
    assert problems_of(lambda: committee.confirm(substitution)) == {
        "": "提出和确认必须是两个人；这项是您提出的。"
    }
    assert gone(stage_on) == {}
    committee.confirm(substitution, official=committee.second.official)
    assert problems_of(lambda: committee.confirm(substitution)) == {"": "已经确认过了。"}


def test_two_who_confirm_at_once_confirm_once(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3])
    substitution = committee.propose(1)
    told: list[str] = []

    def confirm(official: Any) -> None:
        try:
            committee.confirm(substitution, official=official)
            told.append("confirmed")
        except ProblemsFound:
            told.append("refused")

    side_by_side(confirm, [committee.first.official, committee.second.official])
    assert sorted(told) == ["confirmed", "refused"]
    assert [act for act, _actor, _details in journal_of(stage_on)] == ["propose_leave", "confirm_leave"]


def side_by_side(act: Callable[[Any], None], given: list[Any]) -> None:
    gate = threading.Barrier(len(given))

    def run(one: Any) -> None:
        gate.wait(30)
        act(one)

    threads = [threading.Thread(target=run, args=(one,)) for one in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_whoever_is_on_two_notices_leaves_both_for_one_cause(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3], reserve=[4])
    committee.notice([1, 2], reserve=[5])
    committee.left(1, notice=1)
    standing = committee.standing(2)
    assert 1 in standing.listed
    assert 1 not in standing.people()
    assert problems_of(lambda: committee.propose(1, "deceased", notice=2)) == {
        "cause": "该候选人已登记为“已退出”，原因要一致。"
    }
    substitution = committee.left(1, notice=2)
    committee.fill(substitution, 5, notice=2)
    assert committee.standing(2).listed == (2, 5)
    assert gone(stage) == {1: "withdrawn"}


# ---- filling


def test_out_of_turn_only_with_a_reason(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3], reserve=[5, 6])
    substitution = committee.left(1)
    for other in (6, None):
        assert problems_of(lambda n=other: committee.fill(substitution, n, seen=5)) == {
            "reason": "没有按顺序递补的，请写明理由。"
        }
    assert problems_of(lambda: committee.fill(substitution, 9, "理由", seen=5)) == {
        "successor": "所选的人不在递补名单上，或已不能递补。"
    }
    assert problems_of(lambda: committee.fill(substitution, 6, "5 号正在接受考察。", seen=5)) == {
        "": "不按顺序递补要两名评委：一人提出，另一人确认。"
    }
    committee.fill_out_of_turn(substitution, 6, "5 号正在接受考察。", seen=5)
    row = committee.standing().substitutions[0]
    assert (row.successor, row.successor_reason) == (6, "5 号正在接受考察。")
    assert problems_of(lambda: committee.fill(substitution, 5)) == {"": "名额已经处理过了。"}


def test_out_of_turn_takes_two_members_of_the_committee(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3], reserve=[5, 6])
    substitution = committee.left(1)
    assert problems_of(lambda: committee.propose_filling(substitution, 5, "理由", seen=5)) == {
        "": "按顺序递补的，一名评委就可以确定。"
    }
    assert problems_of(lambda: committee.confirm_filling(substitution, 1)) == {
        "": "没有等待确认的递补提议，可能已经确认或作罢。"
    }
    first = committee.propose_filling(substitution, None, "名额不再递补。", seen=5)
    assert committee.standing().substitutions[0].state == "left"
    # While it waits, nobody goes past it alone, in turn or out of it.
    waits = {"": "已有评委提出不按顺序递补，等待另一人确认。"}
    assert problems_of(lambda: committee.fill(substitution, 5)) == waits
    assert problems_of(lambda: committee.propose_filling(substitution, 6, "理由", seen=5)) == waits
    assert problems_of(
        lambda: committee.confirm_filling(substitution, first, official=committee.first.official)
    ) == {"": "提出和确认必须是两个人；这项是您提出的。"}
    service = stage_on.service
    with service.database.write() as session:
        drop_filling(
            session, "test", 1, substitution, at=service.clock.now(), official=committee.second.official
        )
    second = committee.propose_filling(substitution, 6, "5 号正在接受考察。", seen=5)
    assert problems_of(lambda: committee.confirm_filling(substitution, first)) == {
        "": "提议已经不是您看到的那一项。"
    }
    committee.confirm_filling(substitution, second)
    row = committee.standing().substitutions[0]
    ids = (committee.first.official.id, committee.second.official.id)
    assert (row.state, row.successor, row.next_in_line) == ("filled", 6, 5)
    assert (row.filling_proposed_by, row.filled_by) == ids
    told = {"next_in_line": 5, "reason": "5 号正在接受考察。", "substitution": 1, "successor": 6}
    nobody = {"next_in_line": 5, "reason": "名额不再递补。", "substitution": 1, "successor": None}
    assert journal_of(stage_on)[2:] == [
        ("propose_filling", "王芳", nobody), ("drop_filling", "李伟", nobody),
        ("propose_filling", "王芳", told), ("confirm_filling", "李伟", told),
    ]  # fmt: skip
    assert problems_of(lambda: committee.confirm_filling(substitution, second)) == {
        "": "没有等待确认的递补提议，可能已经确认或作罢。"
    }


def test_nobody_is_next_and_the_place_stays_empty_by_one(stage: Stage) -> None:
    committee = at_work(stage, composition=[WOMEN])
    committee.genders([1, 2])
    committee.notice([1, 2, 3, 4, 5], reserve=[6, 7])
    substitution = committee.left(1)
    # Both of the reserve would break the rule: whoever takes one all the same does it out of turn.
    assert problems_of(lambda: committee.fill(substitution, 6, "情况特殊。", seen=None)) != {}
    with stage.service.database.write() as session, pytest.raises(ProblemsFound, match="要两名评委"):
        fill(session, "test", 1, substitution, Filling(6, "情况特殊。", None),
             at=stage.service.clock.now(), official=committee.first.official)  # fmt: skip
    committee.fill(substitution, None)
    row = committee.standing().substitutions[0]
    assert (row.state, row.next_in_line, row.filling_proposed_by) == ("vacant", None, None)


def test_a_proposal_out_of_turn_is_stale_once_the_line_has_moved(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3], reserve=[5, 6])
    first, second = committee.left(1), committee.left(2)
    proposed = committee.propose_filling(first, 6, "5 号正在接受考察。", seen=5)
    committee.fill(second, 5)
    assert problems_of(lambda: committee.confirm_filling(first, proposed)) == {
        "": "提出之后名单有变动，按规则递补的人选已经不同。"
    }
    page = committee.second.get("/desk/notices/test/1/substitutions/1").text
    assert ("按规则递补的人选已经不同" in page, "/fill/confirm" in page) == (True, False)


def test_two_who_confirm_a_filling_at_once_fill_it_once(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3], reserve=[5, 6])
    substitution, third = committee.left(1), Desk(stage_on, "陈静", "committee")
    proposed = committee.propose_filling(substitution, 6, "5 号正在接受考察。", seen=5)
    told: list[str] = []

    def confirm(official: Any) -> None:
        try:
            committee.confirm_filling(substitution, proposed, official=official)
            told.append("confirmed")
        except ProblemsFound:
            told.append("refused")

    side_by_side(confirm, [committee.second.official, third.official])
    assert sorted(told) == ["confirmed", "refused"]


def test_the_rows_themselves_refuse_one_person_out_of_turn(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3], reserve=[5, 6])
    substitution = committee.left(1)
    proposed = committee.propose_filling(substitution, 6, "5 号正在接受考察。", seen=5)
    by, now = committee.first.official.id, stage_on.service.clock.now()
    filled = {"state": "filled", "successor": 6, "filled_by": by, "filled_at": now}
    for wrong in (
        filled, filled | {"next_in_line": 5}, filled | {"next_in_line": 5, "filling_proposed_by": by},
        {"filling_proposed_by": by}, {"next_in_line": 5},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
            session.execute(update(Substitution).where(Substitution.id == substitution).values(**wrong))
    for wrong in (
        {"state": "confirmed"}, {"state": "confirmed", "confirmed_by": by, "confirmed_at": now}, {"state": "gone"},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
            session.execute(update(OutOfTurn).where(OutOfTurn.id == proposed).values(**wrong))
    for wrong in ({"reason": "另一个理由"}, {"successor": 5}, {"next_in_line": 7}):
        with pytest.raises(DBAPIError, match="append-only"), stage_on.service.database.write() as session:
            session.execute(update(OutOfTurn).where(OutOfTurn.id == proposed).values(**wrong))


def test_places_that_one_person_filled_before_it_took_two_are_kept(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3], reserve=[5, 6])
    first, second, third = committee.left(1), committee.left(2), committee.left(3)
    committee.fill_out_of_turn(first, 6, "5 号正在接受考察。", seen=5)
    committee.fill_out_of_turn(second, None, "名额不再递补。", seen=5)
    database = stage_on.service.database
    with database.engine.connect() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        with _references_asleep(connection):
            command.downgrade(config, "0016")
    database.upgrade()
    told = [
        (row.state, row.successor, row.successor_reason, row.next_in_line, row.filling_proposed_by)
        for row in committee.standing().substitutions
    ]
    assert told == [
        ("filled", 6, "5 号正在接受考察。", 6, None), ("vacant", None, "名额不再递补。", None, None),
        ("left", None, None, None, None),
    ]  # fmt: skip
    committee.fill(third, 5)


def test_a_place_is_not_filled_before_its_leaver_has_left(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3], reserve=[5])
    substitution = committee.propose(1)
    assert problems_of(lambda: committee.fill(substitution, 5)) == {"": "退出名单还没有确认。"}


def test_nobody_takes_two_places_however_quickly_they_are_filled(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3], reserve=[5])
    places = [committee.left(1), committee.left(2)]
    told: list[str] = []

    def take(substitution: int) -> None:
        try:
            committee.fill(substitution, 5)
            told.append("filled")
        except ProblemsFound:
            told.append("refused")

    side_by_side(take, places)
    assert sorted(told) == ["filled", "refused"]
    assert committee.standing().listed == (3, 5)


def test_what_was_looked_at_is_what_is_decided(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3], reserve=[5, 6])
    first, second = committee.left(1), committee.left(2)
    committee.fill(first, 5)
    assert problems_of(lambda: committee.fill(second, 5, seen=5)) == {
        "": "名单刚刚有变动，按规则递补的人选已经不同，请重新核对。",
        "successor": "所选的人不在递补名单上，或已不能递补。",
        "reason": "没有按顺序递补的，请写明理由。",
    }
    committee.fill(second, 6)


def test_one_of_the_reserve_who_has_left_is_passed_by(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3], reserve=[5, 6])
    committee.notice([5])
    committee.left(5, "deceased", notice=2)
    substitution = committee.left(1)
    assert committee.standing().reserve == (6,)
    committee.fill(substitution, 6)


# ---- what is foreseen


def foreseen(stage: Stage, leaver: int, cause: str = "withdrawn") -> tuple[list[str], list[str]]:
    with stage.service.database.read() as session:
        standing = list_of(session, "test", 1)
        found = foresee(session, standing, leaver, cause, at=stage.service.clock.now())
    return [str(text) for text in found.follows], [str(text) for text in found.warnings]


def test_the_preview_says_everything_that_will_follow(stage: Stage) -> None:
    committee = at_work(stage, composition=[WOMEN])
    committee.genders([1, 2, 7])
    committee.notice([1, 2, 3, 4, 5], reserve=[6, 7])
    recorded(stage, 2, (1, 3))
    recorded(stage, 1, (1, 2, 3), held=True)
    follows, warnings = foreseen(stage, 1, "disqualified")
    assert follows == [
        "1 号 候选人1从名单上去掉，名单还有 4 人。",
        "活动页面上，1 号 候选人1排到最后，注明“已取消资格”，不能再选，也不参加排名。",
        "投票正在进行：票箱从确认时起不再收选了 1 号 候选人1的选票。",
        "已入账的选票中有 3 张选了 1 号 候选人1（计入 2 张，待核 1 张，作废 0 张），按评选规则照旧保留："
        "仍在日志和总数里，票上其他候选人的票照常计算。",
        "6 号 候选人6不能递补：“女性”5 人中至少要 2 人，只有 1 人。",
        "按递补名单和结构比例要求，由 7 号 候选人7递补。",
        "递补确定之后，起草并发布补充公示，公示期重新计算。",
        "确认以后不能撤销。",
    ]
    assert warnings == []
    follows, _none = foreseen(stage, 3)
    assert "由 6 号 候选人6递补" in follows[4]


def test_the_preview_warns_where_nobody_could_vote_any_more(stage: Stage) -> None:
    stage.campaign(
        candidates=4, categories=category_rules("a", "b", min_choices=2), min_choices=4, max_choices=4
    )
    committee = Committee(stage)
    committee.plan(publicity=PUBLICITY)
    committee.notice([1, 2, 3])
    committee.notice([1, 2])
    _follows, warnings = foreseen(stage, 1)
    assert warnings == [
        "剩下 3 名候选人，而每张选票至少选 4 人：谁也投不了票。",
        "“b”组剩下 1 名候选人，而每张选票至少选 2 人：谁也投不了票。",
        "正在公示的《关于“测试评选”拟定人选的公示》名单上也有该候选人，要另外办理。",
    ]


def test_looking_changes_nothing(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3], reserve=[5])
    service = stage.service
    with service.database.read() as session:
        check_leave(
            session,
            service.keyring,
            "test",
            1,
            Leave(1, "withdrawn", REASON),
            official=committee.first.official,
        )
    substitution = committee.left(1)
    committee.fill(substitution, 5)
    with service.database.read() as session:
        assert supplement_for(session, "test", 1, [substitution]).text.people[0].number == 5
        assert len(session.scalars(select(Notice)).all()) == 1


# ---- ballots that the rule voids


def test_ballots_of_the_disqualified_are_proposed_for_voiding_and_confirmed_by_another(
    stage_on: Stage,
) -> None:
    committee = at_work(stage_on, candidates=12, publicity=PUBLICITY | {"ballots_of_disqualified": "void"})
    committee.notice([1, 2, 3])
    naming = [*recorded(stage_on, 2, (1, 3)), *recorded(stage_on, 1, (1,), held=True)]
    others = [
        *recorded(stage_on, 1, (11,)),
        *recorded(stage_on, 1, (3, 12)),
        *recorded(stage_on, 1, (2, 10, 11)),
    ]
    substitution = committee.left(1, "disqualified")
    service = stage_on.service

    def propose() -> int:
        with service.database.write() as session:
            return propose_voiding(
                session, "test", 1, substitution, at=service.clock.now(), official=committee.first.official
            ).number

    number = propose()
    assert problems_of(propose) == {"": "作废的提议 D-0001 已在等待另一人确认。"}
    with pytest.raises(ProblemsFound, match="两个人"):
        confirm_it(stage_on, number, by="王芳")
    confirm_it(stage_on, number, by="李伟")
    assert standings(stage_on) == {**dict.fromkeys(naming, "voided"), **dict.fromkeys(others, "counted")}
    assert problems_of(propose) == {"": "没有选了该候选人而仍计入或待核的选票。"}
    with service.database.read() as session:
        found = ballots_naming(session, 1, 1)
        assert (found.counted, found.held, found.voided, found.all) == (0, 0, 3, 3)
    check_books(stage_on)


@pytest.mark.parametrize(
    ("rule", "cause"), [("stand", "disqualified"), ("void", "withdrawn"), ("void", "deceased")]
)
def test_no_ballot_is_voided_that_the_rule_does_not_void(stage: Stage, rule: str, cause: str) -> None:
    committee = at_work(stage, publicity=PUBLICITY | {"ballots_of_disqualified": rule})
    committee.notice([1, 2, 3])
    recorded(stage, 1, (1,))
    substitution = committee.left(1, cause)
    service = stage.service

    def propose() -> None:
        with service.database.write() as session:
            propose_voiding(
                session, "test", 1, substitution, at=service.clock.now(), official=committee.first.official
            )

    assert problems_of(propose) == {"": "按本活动的规则，这些选票不作废。"}


# ---- the box


def test_confirming_tells_the_box_and_says_where_it_could_not(stage: Stage) -> None:
    committee = at_work(stage)
    committee.notice([1, 2, 3])
    assert committee.confirm(committee.propose(1))
    assert stage.voter().vote([1]).status_code == 422
    stage.service.redis_client.flushall()
    assert not committee.confirm(committee.propose(2))
    assert gone(stage) == {1: "withdrawn", 2: "withdrawn"}


# ---- the database itself


def test_the_database_refuses_one_person_and_half_a_step(stage_on: Stage) -> None:
    committee = at_work(stage_on)
    notice = committee.notice([1, 2, 3], reserve=[5])
    first = committee.left(1)
    proposer = committee.operator.official.id
    for wrong in (
        {"confirmed_by": proposer}, {"confirmed_by": None}, {"state": "proposed"}, {"state": "filled"},
        {"state": "gone"}, {"cause": "tired"}, {"reason": ""}, {"successor": 5}, {"supplementary_id": notice.id},
        {"state": "filled", "successor": 1, "filled_by": proposer, "filled_at": stage_on.service.clock.now()},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
            session.execute(update(Substitution).where(Substitution.id == first).values(**wrong))


def test_a_draft_that_is_published_while_it_is_written_anew_stays_as_it_was_published(
    stage_on: Stage,
) -> None:
    committee = at_work(stage_on)
    committee.notice([1, 2, 3], reserve=[5, 6])
    first, second = committee.left(1), committee.left(2)
    committee.fill(first, 5)
    committee.fill(second, 6)
    number = committee.supplement(first)
    told: list[str] = []

    def act(verb: Callable[[], object]) -> None:
        try:
            verb()
            told.append("done")
        except ProblemsFound:
            told.append("refused")

    side_by_side(act, [lambda: committee.publish(number), lambda: committee.supplement(first, second)])
    with stage_on.service.database.read() as session:
        notice = session.scalars(select(Notice).where(Notice.number == number)).one()
        # Whoever came first: what is kept is what was published.
        listed = [person["number"] for person in document_of(notice)["people"]]
        assert [person.number for person in text_of(notice).people] == listed
    stages = [row.stage for row in committee.standing().substitutions]
    assert stages == (["noticed", "filled"] if listed == [5] else ["noticed", "noticed"])
    assert "done" in told
