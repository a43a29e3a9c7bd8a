"""The officials' verbs on both databases: what each does, what it refuses, and who reads what, journaled before it is given."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from publicity.docket.models import DECLINE_CLASSES, DocketEntry, Ruling
from publicity.docket.sealing import open_body, open_ruling
from publicity.rulings.asking import ask
from publicity.rulings.assigning import assign, assignable, mark_recused, release, stand_aside
from publicity.rulings.docket_page import possible_steps
from publicity.rulings.finding import record_finding
from publicity.rulings.reading import Contents, Stores, Summary, look, read_file
from publicity.rulings.ruling import RulingDraft, confirm, propose, send_back
from publicity.rulings.taking_up import accept, decline
from tests.desk import Desk
from tests.dockets import (
    IDENTITY,
    SECRETS,
    STATEMENT,
    acts_of,
    assigned,
    assignment_of,
    last_seq,
    lodge,
    objection_of,
    publish_notice,
    readings_of,
    say,
)
from tests.stage import Stage
from voting_service.accounts.models import Official, OfficialRole
from voting_service.accounts.register import acting
from voting_service.activity import JournalEntry
from voting_service.attachments.examine import Examined
from voting_service.encryption import Keyring
from voting_service.errors import NotFound, ProblemsFound

FINDING = "查档案，签字单为本人所签。"
REPLY = "经核查，您反映的情况属实。"
UPHOLD = RulingDraft("upheld", FINDING, REPLY)


@dataclass
class Office:
    """A campaign with a notice, and everyone who has to do with its dockets."""

    stage: Stage
    committee: Desk
    operator: Desk
    supervisor: Desk
    first: Desk
    second: Desk
    stranger: Desk
    """A handler of the same campaign who is not assigned."""

    def docket(self, *handlers: Desk, **of: object) -> str:
        """An objection, assigned to these; to the first and the second handler where none are named."""
        number = lodge(self.stage, **of)  # type: ignore[arg-type]
        assigned(self.stage, number, self.committee, *(handlers or (self.first, self.second)))
        return number

    def do(self, act: Callable[..., object], who: Desk, number: str, *given: object) -> object:
        """One verb in one transaction."""
        service = self.stage.service
        with service.database.write() as session:
            return act(session, service.keyring, who.official, number, *given, at=service.clock.now())

    def refused(self, act: Callable[..., object], who: Desk, number: str, *given: object) -> list[str]:
        """The sentences of a refusal; nothing was kept of it."""
        before = acts_of(self.stage, number)
        with pytest.raises(ProblemsFound) as found:
            self.do(act, who, number, *given)
        assert acts_of(self.stage, number) == before
        return [str(problem.sentence) for problem in found.value.problems]

    def look(self, who: Desk, number: str) -> tuple[Summary, Contents | None]:
        """The docket as this official sees it."""
        return look(self.stores, who.official, number, at=self.stage.service.clock.now())

    @property
    def stores(self) -> Stores:
        """What reading needs."""
        service = self.stage.service
        return Stores(service.database, service.keyring, service.attachments)

    def seen(self, number: str) -> int:
        """The last entry, as on a page opened now."""
        return last_seq(self.stage, number)


@pytest.fixture
def office(stage_on: Stage) -> Office:
    stage_on.draft()
    people = {
        name: Desk(stage_on, f"{role}{name}", role, slug="test")  # type: ignore[arg-type]
        for name, role in (
            ("committee", "committee"), ("operator", "operator"), ("supervisor", "supervisor"), ("first", "handler"),
            ("second", "handler"), ("stranger", "handler"),
        )
    }  # fmt: skip
    publish_notice(stage_on)
    return Office(stage_on, **people)


def body_of(office: Office, number: str, seq: int) -> tuple[str, bool]:
    """What an entry says, and whether the objector is shown it."""
    with office.stage.service.database.read() as session:
        entry = session.get_one(DocketEntry, (objection_of(office.stage, number).id, seq))
        return open_body(office.stage.service.keyring, number, entry), entry.shown_to_objector


# ---- who reads


def test_only_handlers_read_and_every_reading_is_journaled(office: Office) -> None:
    number = office.docket(office.first)
    assert readings_of(office.stage, number) == []
    _summary, contents = office.look(office.first, number)
    assert contents is not None
    assert (contents.matter.statement, contents.identity) == (STATEMENT, IDENTITY)
    assert readings_of(office.stage, number) == [("handlerfirst", "read_docket")]
    for who in (office.committee, office.operator, office.supervisor):
        summary, contents = office.look(who, number)
        assert contents is None
        told = repr(summary)
        assert [secret for secret in SECRETS if secret in told] == []
        assert (summary.candidate, summary.candidate_name, summary.ground) == (3, "候选人3", "false_material")
    assert len(readings_of(office.stage, number)) == 1, "what they see is no reading"
    for number_asked in (number, "GS-2026-AAAAAA"):
        with pytest.raises(NotFound, match="没有这个受理编号的案卷"):
            office.look(office.stranger, number_asked)


def test_a_reading_that_cannot_be_journaled_gives_nothing_out(office: Office) -> None:
    number = office.docket(office.first)
    with office.stage.service.database.write() as session:
        session.execute(text("ALTER TABLE journal_entries RENAME TO journal_away"))
    with pytest.raises(Exception, match=r"journal|unavailable|数据库"):
        office.look(office.first, number)


def test_a_file_is_for_handlers_of_its_own_docket(office: Office) -> None:
    data = b"%PDF-1.4 evidence"
    number = office.docket(office.first, files=(Examined("pdf", "application/pdf", data, "签字单.pdf"),))
    another = office.docket(office.first, office.second)
    _summary, contents = office.look(office.first, number)
    assert contents is not None
    (file,) = contents.said[1].files
    assert (file.name, file.size) == ("签字单.pdf", len(data))
    now = office.stage.service.clock.now()
    found, read = read_file(office.stores, office.first.official, number, file.id, at=now)
    assert (found, read) == (file, data)
    assert readings_of(office.stage, number)[-1] == ("handlerfirst", "read_attachment")
    before = readings_of(office.stage, number)
    for who, where in (
        (office.second, number),  # handles another one
        (office.committee, number),
        (office.supervisor, number),
        (office.first, another),  # handles both, but it is not that one's
    ):
        with pytest.raises(NotFound):
            read_file(office.stores, who.official, where, file.id, at=now)
    assert readings_of(office.stage, number) == before


def test_a_handler_of_another_campaign_knows_nothing(office: Office) -> None:
    office.stage.draft("other")
    elsewhere = Desk(office.stage, "别处", "handler", "committee", slug="other")
    number = office.docket()
    with pytest.raises(NotFound):
        office.look(elsewhere, number)
    with pytest.raises(NotFound):
        office.do(accept, elsewhere, number)


@pytest.mark.parametrize(
    "how", ["official ended", "role taken away", "made a supervisor", "released", "recused"]
)
def test_whoever_is_no_handler_any_more_reads_nothing_from_then_on(office: Office, how: str) -> None:
    number = office.docket()
    assert office.look(office.first, number)[1] is not None
    service, person = office.stage.service, office.first.official.id
    if how == "released":
        office.do(release, office.committee, number, person)
    elif how == "recused":
        office.do(mark_recused, office.committee, number, person, "同一单位")
    with service.database.write() as session:
        if how == "official ended":
            session.get_one(Official, person).ended_at = service.clock.now()
        elif how == "role taken away":
            session.execute(delete(OfficialRole).where(OfficialRole.official_id == person))
        elif how == "made a supervisor":
            session.add(OfficialRole(official_id=person, role="supervisor", campaign_slug="test"))
    with service.database.read() as session:
        now = acting(session, person)
    if how == "official ended":
        assert now is None, "cannot even sign in"
    elif how == "made a supervisor":
        assert now is not None
        assert look(office.stores, now, number, at=service.clock.now())[1] is None
    else:
        assert now is not None
        with pytest.raises(NotFound):
            look(office.stores, now, number, at=service.clock.now())
    summary, _none = office.look(office.committee, number)
    assert [one.name for one in summary.assigned if one.handles] == ["handlersecond"]


# ---- assigning and standing aside


def test_assigning_taking_back_and_assigning_again(office: Office) -> None:
    number = lodge(office.stage)
    office.do(assign, office.operator, number, office.first.official.id)
    office.do(release, office.committee, number, office.first.official.id)
    office.do(assign, office.committee, number, office.first.official.id)
    assert acts_of(office.stage, number) == ["lodged", "assigned", "released", "assigned"]
    assert body_of(office, number, 2) == ("handlerfirst", False)
    assert office.look(office.first, number)[1] is not None


def test_what_assigning_refuses(office: Office) -> None:
    number = office.docket(office.first)
    ids = {name: getattr(office, name).official.id for name in ("first", "operator", "supervisor")}
    with_both = Desk(office.stage, "双重", "handler", slug="test")
    with office.stage.service.database.write() as session:
        # As rows from before the register refused it.
        session.add(OfficialRole(official_id=with_both.official.id, role="supervisor", campaign_slug="test"))
    assert office.refused(assign, office.committee, number, ids["first"]) == [
        "handlerfirst 已经在承办这件案卷。"
    ]
    for unfit in (ids["operator"], ids["supervisor"], with_both.official.id, 99_999):
        assert office.refused(assign, office.committee, number, unfit) == [
            "这名工作人员不能承办本次评选的异议。"
        ]
    assert office.refused(assign, office.first, number, ids["first"]) == [
        "只有评委和经办人可以指派案卷、决定回避。",
        "handlerfirst 已经在承办这件案卷。",
    ], "all at once"
    assert office.refused(assign, office.supervisor, number, ids["operator"])[0].startswith(
        "只有评委和经办人"
    )
    assert office.refused(release, office.committee, number, office.second.official.id)
    say(office.stage, number, "withdrawn", "")
    assert "已撤回" in office.refused(assign, office.committee, number, office.second.official.id)[0]
    with office.stage.service.database.read() as session:
        assert [one.name for one in assignable(session, "test")] == [
            "committeecommittee", "handlerfirst", "handlersecond", "handlerstranger",
        ]  # fmt: skip


def test_once_decided_handlers_can_be_released_and_read_no_more(office: Office) -> None:
    number = proposed(office)
    office.do(confirm, office.second, number, 1, office.seen(number))
    summary, _none = office.look(office.committee, number)
    assert "release" in possible_steps(summary, office.committee.official, readable=False)
    assert "release" not in possible_steps(summary, office.supervisor.official, readable=False)
    assert office.look(office.first, number)[1] is not None
    office.do(release, office.committee, number, office.first.official.id)
    with pytest.raises(NotFound):
        office.look(office.first, number)
    page = office.committee.get(f"/desk/dockets/{number}").text
    assert (f"{number}/release" in page, f"{number}/assign" in page) == (True, False)
    assert "承办人员在解除指派以前仍能查看全部内容" in page
    assert office.look(office.second, number)[1] is not None
    assert acts_of(office.stage, number)[-1] == "released"


def test_whoever_stands_aside_is_out_for_good(office: Office) -> None:
    number = office.docket(office.first)
    assert office.refused(stand_aside, office.first, number, " ") == ["请写明回避的理由。"]
    office.do(stand_aside, office.first, number, "与当事人是亲属")
    assert body_of(office, number, 3) == ("与当事人是亲属", False)
    with pytest.raises(NotFound):
        office.look(office.first, number)
    assert office.refused(assign, office.committee, number, office.first.official.id) == [
        "handlerfirst 已回避，不能再承办这件案卷。"
    ]
    summary, _none = office.look(office.supervisor, number)
    assert [one.handles for one in summary.assigned] == [False], "shows as unassigned"
    with pytest.raises(NotFound):
        office.do(stand_aside, office.first, number, "再一次")


def test_the_committee_keeps_somebody_away_assigned_or_not(office: Office) -> None:
    number = office.docket(office.first)
    assert office.refused(mark_recused, office.committee, number, -1, "") == [
        "请选择要回避的人员。",
        "请写明要求回避的理由。",
    ]
    for person in (office.first, office.stranger):
        office.do(mark_recused, office.committee, number, person.official.id, "同一单位")
        row = assignment_of(office.stage, number, person.official)
        assert row is not None
        assert (row.recused, row.ended_at is not None) == (True, True)
    assert office.refused(mark_recused, office.committee, number, office.first.official.id, "再来")
    # One of the committee itself: then it is to them as if the docket did not exist.
    office.do(mark_recused, office.committee, number, office.committee.official.id, "本人单位的人选")
    with pytest.raises(NotFound):
        office.do(assign, office.committee, number, office.second.official.id)
    assert office.look(office.operator, number)[1] is None


# ---- taking up, asking, finding


def test_accepting(office: Office) -> None:
    number = office.docket()
    office.do(accept, office.first, number)
    assert objection_of(office.stage, number).state == "accepted"
    assert body_of(office, number, 4) == ("", True)
    assert office.refused(accept, office.second, number) == ["案卷现在是“已受理，办理中”，不能再走这一步。"]


def test_declining_gives_a_class_and_a_reason_that_is_shown(office: Office) -> None:
    number = office.docket()
    assert office.refused(decline, office.first, number, "因为", "", office.seen(number)) == [
        "请选择不予受理的理由类别。",
        "请写明不予受理的理由，异议人会看到。",
    ]
    office.do(decline, office.first, number, "no_clue", " 没有时间、地点。 ", office.seen(number))
    objection = objection_of(office.stage, number)
    assert (objection.state, objection.decline_class) == ("declined", "no_clue")
    assert body_of(office, number, 4) == ("没有时间、地点。", True)
    assert office.refused(accept, office.second, number) == ["案卷现在是“不予受理”，不能再走这一步。"]


@pytest.mark.parametrize("decline_class", DECLINE_CLASSES)
def test_every_class_is_one_that_the_database_takes(office: Office, decline_class: str) -> None:
    number = office.docket()
    office.do(decline, office.first, number, decline_class, "理由", office.seen(number))


def test_late_is_possible(office: Office) -> None:
    now = office.stage.service.clock.now()
    long_ago = (now - timedelta(days=40)).date()
    number = office.docket(at=now - timedelta(days=60), decide_by=long_ago, reply_by=long_ago)
    office.do(accept, office.first, number)
    office.do(propose, office.first, number, UPHOLD, office.seen(number))
    office.do(confirm, office.second, number, 1, office.seen(number))
    assert objection_of(office.stage, number).state == "upheld"


def test_nobody_declines_what_they_have_not_read_to_its_end(office: Office) -> None:
    number = office.docket()
    seen = office.seen(number)
    say(office.stage, number, "added", "另有照片。")
    assert office.refused(decline, office.first, number, "no_clue", "没有线索", seen) == [
        "您打开页面之后，案卷里有了新的记录。"
    ]
    office.do(decline, office.first, number, "no_clue", "没有线索", office.seen(number))


def test_asking_is_shown_and_a_finding_is_not(office: Office) -> None:
    number = office.docket()
    office.do(ask, office.first, number, "签字单在哪里？")
    office.do(record_finding, office.second, number, FINDING)
    assert body_of(office, number, 4) == ("签字单在哪里？", True)
    assert body_of(office, number, 5) == (FINDING, False)
    assert office.refused(ask, office.first, number, "") == ["请写下要问异议人的问题。"]
    assert office.refused(record_finding, office.first, number, "字" * 3001) == [
        "写了 3001 字，最多 3000 字。"
    ]


VERBS: list[tuple[Callable[..., object], tuple[object, ...]]] = [
    (accept, ()),
    (decline, ("no_clue", "理由", 9)),
    (ask, ("问题",)),
    (record_finding, (FINDING,)),
    (propose, (UPHOLD, 9)),
    (confirm, (1, 9)),
    (send_back, (1, "理由")),
]


@pytest.mark.parametrize(("verb", "given"), VERBS, ids=[verb.__name__ for verb, _given in VERBS])
def test_whoever_is_not_assigned_handles_nothing(
    office: Office, verb: Callable[..., object], given: tuple[object, ...]
) -> None:
    number = office.docket()
    for who in (office.committee, office.operator, office.supervisor):
        assert "您没有被指派承办这件案卷。" in office.refused(verb, who, number, *given)
    with pytest.raises(NotFound):
        office.do(verb, office.stranger, number, *given)


@pytest.mark.parametrize(("verb", "given"), VERBS, ids=[verb.__name__ for verb, _given in VERBS])
def test_nothing_is_done_with_what_was_withdrawn(
    office: Office, verb: Callable[..., object], given: tuple[object, ...]
) -> None:
    number = office.docket()
    say(office.stage, number, "withdrawn", "")
    assert "案卷现在是“已撤回”，不能再走这一步。" in office.refused(verb, office.first, number, *given)


# ---- ruling


def proposed(office: Office, draft: RulingDraft = UPHOLD, **of: object) -> str:
    """A docket with a proposal of the first handler's."""
    number = office.docket(**of)
    office.do(accept, office.first, number)
    office.do(propose, office.first, number, draft, office.seen(number))
    return number


@pytest.mark.parametrize("outcome", ["upheld", "dismissed"])
def test_one_proposes_another_confirms_and_the_objector_is_answered(office: Office, outcome: str) -> None:
    number = proposed(office, RulingDraft(outcome, FINDING, REPLY))
    assert objection_of(office.stage, number).state == "accepted", "a proposal changes nothing yet"
    office.do(confirm, office.second, number, 1, office.seen(number))
    objection = objection_of(office.stage, number)
    assert (objection.state, objection.ruled_at is not None) == (outcome, True)
    assert acts_of(office.stage, number)[-3:] == ["proposed", "ruled", "replied"]
    seq = last_seq(office.stage, number)
    assert body_of(office, number, seq - 1) == ("", True)
    assert body_of(office, number, seq) == (REPLY, True)
    assert body_of(office, number, seq - 2) == ("", False)


def test_where_no_answer_was_promised_the_objector_sees_the_outcome_alone(office: Office) -> None:
    number = office.docket(kind="anonymous")
    office.do(accept, office.first, number)
    assert office.refused(propose, office.first, number, UPHOLD, office.seen(number)) == [
        "本次评选对这一类异议不作书面答复，答复内容不会送达。"
    ]
    office.do(propose, office.first, number, RulingDraft("upheld", FINDING, ""), office.seen(number))
    office.do(confirm, office.second, number, 1, office.seen(number))
    assert acts_of(office.stage, number)[-2:] == ["proposed", "ruled"]


def test_what_proposing_refuses(office: Office) -> None:
    number = office.docket()
    assert office.refused(propose, office.first, number, RulingDraft("", " ", ""), 0) == [
        "案卷现在是“已收到，待审查”，不能再走这一步。",
        "您打开页面之后，案卷里有了新的记录。",
        "请选择异议成立还是不成立。",
        "请写明认定的事实和理由。",
        "请写答复内容，异议人会看到。",
    ]
    number = proposed(office)
    assert office.refused(propose, office.second, number, UPHOLD, office.seen(number)) == [
        "已有一份处理意见在等待确认。"
    ]


def test_what_confirming_refuses(office: Office) -> None:
    number = proposed(office)
    seen = office.seen(number)
    assert office.refused(confirm, office.first, number, 1, seen) == [
        "处理意见是您提出的，须由另一名承办人员确认。"
    ]
    assert office.refused(confirm, office.second, number, 2, seen) == ["没有这份等待确认的处理意见。"]
    say(office.stage, number, "added", "还有一份材料。")
    assert office.refused(confirm, office.second, number, 1, seen) == ["您打开页面之后，案卷里有了新的记录。"]
    office.do(stand_aside, office.first, number, "才发现是亲属")
    assert office.refused(confirm, office.second, number, 1, office.seen(number)) == [
        "提出处理意见的人已经回避，这份意见不能确认。"
    ]


@pytest.mark.parametrize("how", ["released", "official ended", "role taken away"])
def test_a_proposal_stands_only_while_its_author_handles_the_docket(office: Office, how: str) -> None:
    """Or one person would decide alone: theirs is the only word that still stands for itself."""
    number = proposed(office)
    service, person = office.stage.service, office.first.official.id
    if how == "released":
        office.do(release, office.committee, number, person)
    with service.database.write() as session:
        if how == "official ended":
            session.get_one(Official, person).ended_at = service.clock.now()
        elif how == "role taken away":
            session.execute(delete(OfficialRole).where(OfficialRole.official_id == person))
    assigned(office.stage, number, office.committee, office.stranger)
    for second in (office.second, office.stranger):
        assert office.refused(confirm, second, number, 1, office.seen(number)) == [
            "提出处理意见的人现在不承办这件案卷，这份意见不能确认。"
        ]
        summary, _contents = office.look(second, number)
        can = possible_steps(summary, second.official, readable=True)
        assert ("confirm" in can, "send_back" in can) == (False, True), "the page offers what can be done"
        page = second.get(f"/desk/dockets/{number}").text
        assert (f"{number}/confirm" in page, f"{number}/send-back" in page) == (False, True)
        assert "请退回，由另一名承办人员重新提出" in page
    if how == "released":
        office.do(assign, office.committee, number, person)
        office.do(confirm, office.stranger, number, 1, office.seen(number))
    else:
        office.do(send_back, office.stranger, number, 1, "提出人已不在岗")
        office.do(propose, office.stranger, number, UPHOLD, office.seen(number))
        office.do(confirm, office.second, number, 2, office.seen(number))
    assert objection_of(office.stage, number).state == "upheld"


def test_sending_back_keeps_the_proposal_and_lets_another_follow(office: Office) -> None:
    number = proposed(office)
    assert office.refused(send_back, office.first, number, 1, "") == [
        "处理意见是您提出的，须由另一名承办人员退回。",
        "请写明退回的理由。",
    ]
    office.do(send_back, office.second, number, 1, "事实不清")
    assert body_of(office, number, office.seen(number)) == ("事实不清", False)
    office.do(propose, office.second, number, RulingDraft("dismissed", FINDING, REPLY), office.seen(number))
    office.do(confirm, office.first, number, 2, office.seen(number))
    keyring: Keyring = office.stage.service.keyring
    with office.stage.service.database.read() as session:
        rows = session.scalars(select(Ruling).order_by(Ruling.number)).all()
    assert [(row.number, row.outcome, row.state) for row in rows] == [
        (1, "upheld", "returned"), (2, "dismissed", "confirmed"),
    ]  # fmt: skip
    assert open_ruling(keyring, number, rows[0]).finding == FINDING


def test_the_database_itself_knows_no_ruling_by_one_person(office: Office) -> None:
    number = proposed(office)
    person = office.first.official.id
    with pytest.raises(DBAPIError), office.stage.service.database.write() as session:
        session.execute(
            update(Ruling).values(
                state="confirmed", decided_by=person, decided_at=office.stage.service.clock.now()
            )
        )
    assert objection_of(office.stage, number).state == "accepted"


# ---- two at once


def at_once(office: Office, *acts: Callable[[Session, Keyring], object]) -> list[str]:
    """Each act in a thread and a transaction of its own, begun together. Gives what came of each, sorted."""
    service, gate, outcomes = office.stage.service, threading.Barrier(len(acts)), []

    def run(act: Callable[[Session, Keyring], object]) -> None:
        gate.wait()
        try:
            with service.database.write() as session:
                act(session, service.keyring)
            outcomes.append("done")
        except ProblemsFound:
            outcomes.append("refused")

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_of_two_who_decide_at_once_one_is_refused(office: Office) -> None:
    now = office.stage.service.clock.now()
    for _round in range(5):
        number = office.docket()
        seen = office.seen(number)
        outcomes = at_once(
            office,
            lambda s, k, n=number: accept(s, k, office.first.official, n, at=now),
            lambda s, k, n=number, seq=seen: decline(s, k, office.second.official, n, "no_clue", "理由", seq, at=now),
        )  # fmt: skip
        assert outcomes == ["done", "refused"]
        assert len(acts_of(office.stage, number)) == seen + 1


def test_of_two_who_confirm_and_send_back_at_once_one_is_refused(office: Office) -> None:
    now = office.stage.service.clock.now()
    third = Desk(office.stage, "第三人", "handler", slug="test")
    for _round in range(5):
        number = proposed(office)
        assigned(office.stage, number, office.committee, third)
        seen = office.seen(number)
        outcomes = at_once(
            office,
            lambda s, k, n=number, seq=seen: confirm(s, k, office.second.official, n, 1, seq, at=now),
            lambda s, k, n=number: send_back(s, k, third.official, n, 1, "理由", at=now),
        )
        assert outcomes == ["done", "refused"]
        objection = objection_of(office.stage, number)
        assert (objection.state == "upheld") == (acts_of(office.stage, number)[-1] == "replied")


# ---- what is kept


def test_the_journal_tells_who_did_what_and_nothing_of_what_it_was_about(office: Office) -> None:
    number = proposed(office)
    office.do(ask, office.first, number, "请问签字单在哪里？")
    office.do(send_back, office.second, number, 1, "事实不清")
    with office.stage.service.database.read() as session:
        entries = session.scalars(select(JournalEntry).where(JournalEntry.subject == number)).all()
    assert [entry.act for entry in entries] == [
        "assign_docket", "assign_docket", "accept_objection", "propose_ruling", "ask_objector", "return_ruling",
    ]  # fmt: skip
    written = json.dumps([[e.actor, e.details] for e in entries], ensure_ascii=False)
    assert [
        word for word in (*SECRETS, FINDING, REPLY, "签字单", "事实不清", "候选人3") if word in written
    ] == []


def test_no_column_holds_what_was_written_in_plain(office: Office) -> None:
    number = proposed(office)
    office.do(send_back, office.second, number, 1, "退回的理由不可见")
    office.do(ask, office.first, number, "提问的内容不可见")
    with office.stage.service.database.read() as session:
        for table in ("objections", "docket_entries", "rulings", "journal_entries", "assignments"):
            rows = session.execute(text(f"SELECT * FROM {table}")).all()
            kept = b"".join(
                value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row
            )
            for secret in (*SECRETS, FINDING, REPLY, "退回的理由不可见", "提问的内容不可见"):
                assert secret.encode() not in kept, (table, secret)
