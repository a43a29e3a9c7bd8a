"""The final list: exactly the seats, a public reason wherever it is not the ranking's own, two people, the committee's ballot,
and a notice that says where it came from."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from threading import Thread

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from publicity.notices.drafting import change_draft
from publicity.notices.from_list import FOLLOWERS, origin_of
from publicity.notices.models import NoticeOrigin
from publicity.notices.publishing import problems_before_publishing
from publicity.notices.queries import notice_by_number, text_of
from publicity.substitutions.standing import list_of
from tests.desk import Desk
from tests.listing import PROPOSED_AT, REASON, WOMEN, Listing
from tests.stage import Stage
from voting_service.accounts.models import OfficialRole
from voting_service.accounts.register import end_official
from voting_service.activity import JournalEntry
from voting_service.assessment.final_list.basis import basis_of
from voting_service.assessment.final_list.deciding import keep_list, withdraw_list
from voting_service.assessment.final_list.models import FINAL, PROPOSED, WITHDRAWN, FinalList
from voting_service.assessment.final_list.proposing import Draft, first_pick, prepare
from voting_service.assessment.final_list.queries import archived_lists, document_of
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.departures import depart
from voting_service.committee.members import committee_members
from voting_service.errors import ProblemsFound
from voting_service.webhooks.models import WebhookEndpoint, WebhookEvent

UNIT = {"name": "单位", "field": "organisation", "max_each": 1}


def refused(act: Callable[[], object]) -> list[str]:
    with pytest.raises(ProblemsFound) as found:
        act()
    return [str(problem.sentence) for problem in found.value.problems]


def journal_of(stage: Stage) -> list[tuple[str, str]]:
    with stage.service.database.read() as session:
        rows = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    return [(row.act, row.actor) for row in rows if "list" in row.act]


def leave(stage: Stage, number: int) -> None:
    with stage.service.database.write() as session:
        campaign = campaign_by_slug(session, "test", lock=True)
        depart(session, campaign, number, "withdrawn", at=PROPOSED_AT)


def listens(stage: Stage) -> None:
    with stage.service.database.write() as session:
        session.add(
            WebhookEndpoint(key="k", name="市总网站", url="https://site.example/", campaign_slug="", kinds="list.final",
                            secret_sealed=b"sealed", made_at=PROPOSED_AT, made_by="赵敏")
        )  # fmt: skip


# ---- the whole way


def test_from_the_ranking_to_the_final_list(stage_on: Stage) -> None:
    listing = Listing(stage_on)
    listing.women(2, 6, 9)
    listing.ranked()
    listens(stage_on)
    # 40 % of four are two women; the first four have one.
    assert listing.computed() == (1, 2, 3, 6)
    assert listing.propose(listing.computed(), REASON) == 1
    listing.vote("agree", "agree", "disagree")
    row = listing.confirm()
    assert (row.state, row.motion, row.name) == (FINAL, 1, "L-0001")
    document = document_of(row)
    assert [(one["turn"], one["number"], one["place"], one["composite"]) for one in document["people"]] == [
        (1, 1, 1, "100.0000"), (2, 2, 2, "99.0000"), (3, 3, 3, "98.0000"), (4, 6, 6, "95.0000"),
    ]  # fmt: skip
    assert [one["number"] for one in document["reserve"]] == [4, 5, 7], "whoever gave way is first in reserve"
    assert document["deviations"] == [{"out": 4, "into": 6, "lost": "2"}]
    assert (document["way"], document["reason"], document["lost"]) == ("smallest_change", REASON, "2")
    assert document["assessment"] == {"id": "A-0001", "sha256": f"{1:064x}"}
    assert [rule["kept"] for rule in document["rules"]] == [True]
    assert row.document_sha256 == sha256(row.document).hexdigest()
    assert "gender" not in row.document.decode(), "who is a woman and how old somebody is stays in the roster"
    assert journal_of(stage_on)[-2:] == [("propose_list", "赵敏"), ("confirm_list", "王芳")]
    with stage_on.service.database.read() as session:
        (told,) = session.scalars(select(WebhookEvent))
        files = dict(archived_lists(session, campaign_by_slug(session, "test")))
    assert json.loads(told.body)["data"] == {
        "campaign": "test", "list": "L-0001", "sha256": row.document_sha256, "seats": 4
    }, "who is on it is not public before the notice"  # fmt: skip
    assert files["lists/L-0001.json"] == row.document
    assert [(one["id"], one["state"], one["motion"]) for one in json.loads(files["lists/lists.json"])] == [
        ("L-0001", "final", "M-0001")
    ]


# ---- what may be proposed


def test_the_rankings_own_list_needs_no_reason_and_every_other_does(stage: Stage) -> None:
    listing = Listing(stage, composition=[])
    listing.ranked()
    assert refused(lambda: listing.propose([1, 2, 3, 5])) == [
        "这份名单不是照名次排下来的，请写明理由；理由会公开。"
    ]
    assert refused(lambda: listing.propose([1, 2, 3, 5], "请打 13800138000 询问。")) != []
    listing.propose([1, 2, 3, 4])
    assert document_of(listing.row())["way"] == "ranking"


def test_the_top_that_breaks_a_rule_is_proposed_only_with_a_reason(stage: Stage) -> None:
    listing = Listing(stage)
    listing.women(9, 10)
    listing.ranked()
    assert refused(lambda: listing.propose([1, 2, 3, 4])) != []
    listing.propose([1, 2, 3, 4], "没有合适的人选，经集体研究不作调整。")
    document = document_of(listing.row())
    assert ([rule["kept"] for rule in document["rules"]], document["way"]) == ([False], "ranking")


def test_a_tie_at_the_edge_is_never_settled_silently(stage: Stage) -> None:
    listing = Listing(stage, composition=[])
    listing.ranked({1: 90, 2: 80, 3: 80, 4: 70, 5: 70, 6: 70, 7: 60, 8: 50, 9: 40, 10: 30})
    with stage.service.database.read() as session:
        basis = basis_of(session, campaign_by_slug(session, "test"), at=PROPOSED_AT)
    assert first_pick(basis) == (1, 2, 3), "of the three who share the last seat none is ticked"
    assert refused(lambda: listing.propose([1, 2, 3, 5])) != []
    listing.propose([1, 2, 3, 5], "并列的三人中，5 号服务一线年限最长。")
    document = document_of(listing.row())
    assert (document["way"], document["deviations"]) == ("ranking", [])
    assert document["ties"] == [{"place": 4, "inside": [5], "outside": [4, 6]}]


def test_every_problem_of_a_list_at_once(stage: Stage) -> None:
    listing = Listing(stage, composition=[])
    listing.ranked()
    leave(stage, 2)
    told = refused(lambda: listing.propose([1, 2, 77]))
    assert len(told) == 3, told
    assert any("2 号" in one for one in told)
    assert any("77 号" in one for one in told)
    assert any("4 人，现在选了 1 人" in one for one in told)


def test_no_list_without_a_closed_worksheet_and_seats(stage: Stage) -> None:
    listing = Listing(stage, assessment={})
    assert len(refused(lambda: listing.propose([1]))) == 2


def test_one_list_at_a_time(stage: Stage) -> None:
    listing = Listing(stage, composition=[])
    listing.ranked()
    listing.propose([1, 2, 3, 4])
    assert any("L-0001" in one for one in refused(lambda: listing.propose([1, 2, 3, 4])))
    with pytest.raises(IntegrityError), stage.service.database.write() as session:
        session.add(
            FinalList(campaign_id=1, number=2, document=b"{}", document_sha256="a" * 64, state=PROPOSED,
                      proposed_by=1, proposed_at=PROPOSED_AT)
        )  # fmt: skip


def test_what_is_proposed_is_what_was_seen(stage: Stage) -> None:
    listing = Listing(stage, composition=[])
    listing.ranked()
    draft = Draft(frozenset([1, 2, 3, 4]), "")
    with stage.service.database.read() as session:
        seen = prepare(session, "test", draft, at=PROPOSED_AT).seen
    listing.ranked({number: number for number in range(1, 11)} | {1: 101, 2: 100, 3: 99, 4: 98}, number=2)
    assert refused(lambda: listing.propose([1, 2, 3, 4], seen=seen)) == ["在您查看之后情况有了变化。"]


# ---- the second person


def test_the_committee_votes_and_another_confirms(stage: Stage) -> None:
    listing = Listing(stage, composition=[])
    listing.ranked()
    member = listing.committee.officials[0]
    listing.propose([1, 2, 3, 4], official=member)
    assert refused(lambda: listing.confirm(official=member)) == [
        "提出和确认必须是两个人；这份名单是您提出的。", "评审委员会还没有对这份名单表决。",
    ]  # fmt: skip
    other = listing.committee.officials[1]
    assert refused(lambda: listing.confirm(official=other)) == ["评审委员会还没有对这份名单表决。"]
    listing.vote("disagree", "disagree", "agree")
    assert refused(lambda: listing.confirm(official=other)) == ["评审委员会没有通过这份名单。"]
    listing.vote("agree", "agree", "agree")
    assert refused(lambda: listing.confirm(official=other, seen="f" * 64)) == ["在您查看之后情况有了变化。"]
    assert listing.confirm(official=other).motion == 2


def test_a_ballot_that_ended_before_the_list_was_proposed_is_not_about_it(stage: Stage) -> None:
    listing = Listing(stage, composition=[])
    listing.ranked()
    listing.vote("agree", "agree", "agree")
    listing.propose([1, 2, 3, 4], at=PROPOSED_AT + timedelta(days=1))
    assert refused(listing.confirm) == ["评审委员会还没有对这份名单表决。"]


def test_a_committee_of_one_has_nobody_to_vote(stage: Stage) -> None:
    listing = Listing(stage, members=1, composition=[])
    listing.ranked()
    listing.propose([1, 2, 3, 4])
    assert listing.confirm().motion is None


@pytest.mark.parametrize("answers", [["disagree"] * 3, None], ids=["voted down", "not closed"])
def test_a_ballot_once_opened_is_needed_whoever_sits_there_now(
    stage_on: Stage, answers: list[str] | None
) -> None:
    """Its members were fixed with it, as its quorum was: two of them who leave the committee leave its answer behind."""
    listing = Listing(stage_on, composition=[])
    listing.ranked()
    listing.propose([1, 2, 3, 4])
    if answers:
        listing.vote(*answers)
    else:
        listing.committee.open(subject="final-list-1")
    with stage_on.service.database.write() as session:
        gone = [one.id for one in listing.committee.officials[1:]]
        session.execute(delete(OfficialRole).where(OfficialRole.official_id.in_(gone)))
        assert len(committee_members(session, "test")) == 1
    told = "评审委员会没有通过这份名单。" if answers else "评审委员会还没有对这份名单表决。"
    assert refused(listing.confirm) == [told]


def test_a_list_that_is_out_of_date_is_not_confirmed(stage: Stage) -> None:
    listing = Listing(stage, members=1, composition=[])
    listing.ranked()
    listing.propose([1, 2, 3, 4])
    listing.ranked(number=2)
    leave(stage, 3)
    assert refused(listing.confirm) == ["测算表另有新的定稿。", "3 号 候选人3 已经不是候选人。"]


def test_the_row_itself_refuses_one_who_is_both(stage_on: Stage) -> None:
    listing = Listing(stage_on, members=1, composition=[])
    listing.ranked()
    listing.propose([1, 2, 3, 4])
    by = listing.operator.official.id
    with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
        session.execute(update(FinalList).values(state=FINAL, confirmed_by=by, confirmed_at=PROPOSED_AT))
    listing.confirm()
    with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
        session.execute(
            update(FinalList).values(
                state=WITHDRAWN, withdrawal_asked_by=by, withdrawal_asked_at=PROPOSED_AT, withdrawal_reason="误",
                withdrawn_by=by, withdrawn_at=PROPOSED_AT,
            )
        )  # fmt: skip
    with pytest.raises(DBAPIError, match="append-only"), stage_on.service.database.write() as session:
        session.execute(update(FinalList).values(document=b"{}"))


# ---- taking it back


def test_a_proposed_list_is_withdrawn_by_one_and_the_next_has_a_number_of_its_own(stage: Stage) -> None:
    listing = Listing(stage, composition=[])
    listing.ranked()
    listing.propose([1, 2, 3, 4])
    by = listing.operator.official
    assert refused(lambda: listing.withdraw(official=by)) == ["请写明撤回的理由。"]
    assert listing.withdraw(reason="排错了", official=by).state == WITHDRAWN
    assert refused(listing.confirm) == ["这份名单已经确认或撤回。"]
    assert listing.propose([1, 2, 3, 4]) == 2
    assert document_of(listing.row(1))["id"] == "L-0001", "the old one is kept"


def test_a_final_list_is_withdrawn_by_two(stage: Stage) -> None:
    listing = Listing(stage, members=2, composition=[])
    listing.ranked()
    listing.final([1, 2, 3, 4], "")
    first, second = listing.committee.officials
    assert listing.withdraw(reason="核对时发现有误", official=first).state == FINAL
    assert refused(lambda: listing.withdraw(official=first)) == [
        "最终名单要两个人撤回；这次是您提出的，请另一人确认。"
    ]
    with stage.service.database.write() as session:
        keep_list(session, "test", 1, at=PROPOSED_AT, official=second)
    assert refused(lambda: listing.withdraw(official=second)) == ["请写明撤回的理由。"]
    listing.withdraw(reason="确有错误", official=second)
    row = listing.withdraw(official=first)
    assert (row.state, row.withdrawal_reason) == (WITHDRAWN, "确有错误")


def test_one_of_the_two_who_withdraw_a_final_list_is_of_the_committee(stage_on: Stage) -> None:
    listing = Listing(stage_on, members=2, composition=[])
    listing.ranked()
    listing.final([1, 2, 3, 4], "")
    first, other = listing.operator, Desk(stage_on, "孙立", "operator", slug="test")
    member = listing.committee.desks[0]
    listing.withdraw(reason="核对时发现有误", official=first.official)
    assert refused(lambda: listing.withdraw(official=other.official)) == [
        "撤回最终名单的两个人里至少要有一名评委，提出的人不是评委。"
    ]
    page = "/desk/campaigns/test/list/1"
    told = "撤回最终名单的两个人里至少要有一名评委"
    assert [told in desk.text(page) for desk in (other, member)] == [True, False]
    line = "最终名单 L-0001 有人提出撤回，等待另一人"
    assert [line in desk.text("/desk") for desk in (first, other, member)] == [False, False, True]
    assert other.post(f"{page}/withdraw", confirmed="yes").status_code == 422
    assert listing.withdraw(official=member.official).state == WITHDRAWN


def test_a_member_asks_and_an_operator_confirms_while_the_member_sits(stage_on: Stage) -> None:
    listing = Listing(stage_on, members=2, composition=[])
    listing.ranked()
    listing.final([1, 2, 3, 4], "")
    member, operator = listing.committee.officials[1], listing.operator
    listing.withdraw(reason="核对时发现有误", official=member)
    line = "最终名单 L-0001 有人提出撤回，等待另一人"
    assert line in operator.text("/desk")
    with stage_on.service.database.write() as session:
        end_official(session, member.name, at=PROPOSED_AT, actor="test")
    assert line not in operator.text("/desk")
    assert refused(lambda: listing.withdraw(official=operator.official)) == [
        "撤回最终名单的两个人里至少要有一名评委，提出的人不是评委。"
    ]
    listing.withdraw(official=listing.committee.officials[0])


# ---- the notice


def test_a_notice_is_drafted_from_the_final_list(stage_on: Stage) -> None:
    listing = Listing(stage_on, members=1)
    listing.women(2, 6, 9)
    listing.ranked()
    listing.propose(listing.computed(), REASON)
    assert refused(listing.notice) == ["这份名单不是最终名单，不能据以起草公告。"]
    listing.confirm()
    number = listing.notice()
    assert refused(listing.notice) == ["已经从这份名单起草过公告（第 1 号）。"]
    with stage_on.service.database.read() as session:
        notice = notice_by_number(session, "test", number, drafts=True)
        drafted = text_of(notice)
        origin = origin_of(session, notice, drafted)
    assert [one.number for one in drafted.people] == [1, 2, 3, 6]
    assert drafted.reserve == (4, 5, 7)
    assert origin is not None
    assert (origin.name, origin.sha256, origin.differences) == ("L-0001", listing.row().document_sha256, ())
    listing.publish()
    with stage_on.service.database.read() as session:
        assert list_of(session, "test", 1).reserve == (4, 5, 7), "whoever leaves is followed by this list"
    by = listing.operator.official
    assert refused(lambda: listing.withdraw(reason="想改", official=by)) == [
        "已经按这份名单发布了公示公告，不能撤回。"
    ]


def test_a_draft_that_differs_from_its_list_says_so(stage: Stage) -> None:
    listing = Listing(stage, members=1, composition=[])
    listing.ranked()
    listing.final([1, 2, 3, 4], "")
    number = listing.notice()
    with stage.service.database.write() as session:
        notice = notice_by_number(session, "test", number, drafts=True, lock=True)
        drafted = text_of(notice)
        other = drafted.people[::-1][:3]
        changed = type(drafted)(drafted.lead, other, drafted.offices, drafted.closing, (), (6, 5))
        change_draft(session, notice, changed, title=notice.title, level=notice.level, at=PROPOSED_AT,
                     official=listing.operator.official)  # fmt: skip
        origin = origin_of(session, notice, changed)
    assert origin is not None
    assert [str(one) for one in origin.differences] == ["公示名单少了：1 号。", "递补名单与最终名单不同。"]


def test_a_draft_of_a_list_that_was_taken_back_is_not_published(stage: Stage) -> None:
    listing = Listing(stage, members=2, composition=[])
    listing.ranked()
    listing.final([1, 2, 3, 4], "")
    listing.notice()
    first, second = listing.committee.officials
    listing.withdraw(reason="核对时发现有误", official=first)
    listing.withdraw(official=second)
    with stage.service.database.read() as session:
        problems = problems_before_publishing(session, notice_by_number(session, "test", 1, drafts=True))
    assert [str(one.sentence) for one in problems] == ["这份草稿所依据的最终名单 L-0001 已经撤回。"]
    assert refused(listing.publish) == ["这份草稿所依据的最终名单 L-0001 已经撤回。"]


def test_a_draft_that_is_thrown_away_leaves_the_list_free(stage_on: Stage) -> None:
    listing = Listing(stage_on, members=1, composition=[])
    listing.ranked()
    listing.final([1, 2, 3, 4], "")
    number = listing.notice()
    with stage_on.service.database.write() as session:
        session.delete(notice_by_number(session, "test", number, drafts=True))
    with stage_on.service.database.read() as session:
        assert session.scalars(select(NoticeOrigin)).all() == []
    assert listing.notice() == 1


def test_at_most_so_many_of_a_unit_in_the_database(stage: Stage) -> None:
    listing = Listing(stage, members=1, composition=[UNIT, {**WOMEN, "min_percent": 25}])
    listing.women(9)
    listing.ranked()
    assert listing.computed() == (1, 2, 3, 9)


def test_withdrawing_and_publishing_at_once_end_as_one_of_them(stage_on: Stage) -> None:
    listing = Listing(stage_on, members=2, composition=[])
    listing.ranked()
    listing.final([1, 2, 3, 4], "")
    listing.notice()
    first, second = listing.committee.officials
    listing.withdraw(reason="核对时发现有误", official=first)
    outcome: list[list[str]] = []
    publishing = Thread(target=lambda: outcome.append(refused(listing.publish)))
    with stage_on.service.database.write() as session:
        withdraw_list(session, "test", 1, "", in_use=FOLLOWERS.in_use, at=PROPOSED_AT, official=second)
        publishing.start()
        # It waits for us, however long: whoever does not wait has published by then.
        publishing.join(timeout=2)
        assert publishing.is_alive()
    publishing.join()
    assert outcome == [["这份草稿所依据的最终名单 L-0001 已经撤回。"]]
