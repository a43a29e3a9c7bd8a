"""Leaving outside of a notice and closing early: two people each, bound to what was read, and carried on after a crash."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from publicity.substitutions.standing import leaves_from
from tests import notices
from tests.desk import Desk
from tests.stage import Stage
from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import JournalEntry
from voting_service.ballots.ballot_box import BallotBox, BoxUnavailable
from voting_service.ballots.leaving.leaving import (
    Leave,
    carry_out,
    drop_leave,
    pending_leave,
    propose_leave,
)
from voting_service.ballots.leaving.models import DepartureProposal
from voting_service.campaigns.models import CLOSED, OPEN
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.departures import departures_of
from voting_service.candidates.queries import candidate_by_number
from voting_service.errors import NotFound, ProblemsFound
from voting_service.recorder.early_closing import deciding
from voting_service.recorder.early_closing.models import EarlyClosing
from voting_service.text import _

WHY = Leave("withdrawn", "本人书面提出。")


class Room:
    """An operator who proposes, two of the committee."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.service = stage, stage.service
        self.operator = Desk(stage, "赵敏", "operator").official
        self.first = Desk(stage, "王芳", "committee").official
        self.second = Desk(stage, "李伟", "committee").official

    def propose(self, number: int = 2, leave: Leave = WHY, by: ActingOfficial | None = None) -> int:
        with self.service.database.write() as session:
            return propose_leave(
                session, "test", number, leave, leaves_from, at=self.service.clock.now(), official=by or self.operator
            ).id  # fmt: skip

    def confirm(self, seen: int, number: int = 2, by: ActingOfficial | None = None) -> bool:
        return carry_out(
            self.service.database, self.service.box, self.service.clock, "test", number, seen, leaves_from,
            official=by or self.first,
        )  # fmt: skip

    def gone(self) -> dict[int, str]:
        with self.service.database.read() as session:
            return departures_of(session, campaign_by_slug(session, "test").id)

    def propose_closing(self, reason: str = "台风", by: ActingOfficial | None = None) -> int:
        with self.service.database.write() as session:
            return deciding.propose_closing(
                session, "test", reason, at=self.service.clock.now(), official=by or self.operator
            ).id

    def phase(self) -> str:
        with self.service.database.read() as session:
            return campaign_by_slug(session, "test").phase


@pytest.fixture
def room(stage: Stage) -> Room:
    return Room(stage)


def said(call: Callable[[], object]) -> list[str]:
    with pytest.raises(ProblemsFound) as caught:
        call()
    return [f"{one.where}: {one.sentence}" for one in caught.value.problems]


# ---- leaving


def test_one_proposes_another_confirms_and_nobody_can_choose_them(stage: Stage, room: Room) -> None:
    stage.campaign()
    before = stage.voter()
    form = before.form()["form"]
    number = room.propose()
    assert room.gone() == {}
    assert said(lambda: room.confirm(number, by=room.operator)) == [
        ": 提出和确认必须是两个人；这项是您提出的。"
    ]
    assert room.confirm(number) is True
    assert room.gone() == {2: "withdrawn"}
    assert before.post(form, [2]).status_code == 422
    assert before.post(form, [1]).status_code == 201
    assert "已退出" in Stage(stage.service).voter().get("/c/test/candidates/2").text
    assert said(room.propose) == [": 这位候选人已经退出。", ": 退出已经提出，等待确认。"][:1]
    with stage.service.database.read() as session:
        acts = session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)).all()
    assert acts[-2:] == ["propose_departure", "confirm_departure"]


def test_everything_wrong_is_said_at_once(stage: Stage, room: Room) -> None:
    stage.campaign()
    assert said(lambda: room.propose(leave=Leave("moved away", " "))) == [
        "cause: 请选择退出的原因。",
        "reason: 请写明情况和依据。",
    ]
    assert said(lambda: room.propose(leave=Leave("deceased", "字" * 301))) == [
        "reason: 有 301 个字，最多 300 个字。"
    ]
    number = room.propose()
    assert said(room.propose) == [": 退出已经提出，等待确认。"]
    assert said(lambda: room.confirm(number + 1)) == [": 这项退出在您查看之后有了变化，请重新核对。"]
    with pytest.raises(NotFound):
        room.propose(99)
    with pytest.raises(NotFound):
        room.confirm(1, 3)


def test_a_proposal_can_be_let_go_and_made_anew(stage: Stage, room: Room) -> None:
    stage.campaign()
    first = room.propose()
    with stage.service.database.write() as session:
        drop_leave(session, "test", 2, at=stage.service.clock.now(), official=room.operator)
    with pytest.raises(NotFound):
        room.confirm(first)
    assert room.confirm(room.propose()) is True


def test_whoever_is_on_a_published_notice_leaves_from_there(stage: Stage, room: Room) -> None:
    stage.campaign()
    number = room.propose(3)
    notices.published(stage, room.operator, (3, 1), reserve=(5,))
    elsewhere = ": 这位候选人在已发布的公告名单上，要在那份公告的“名单变动和递补”里办理。"
    assert said(lambda: room.propose(1)) == [elsewhere]
    # Proposed before the notice, and not to be confirmed after it.
    assert said(lambda: room.confirm(number, 3)) == [elsewhere]
    # Whoever waits on the reserve list leaves no place.
    assert room.confirm(room.propose(5), 5) is True
    with stage.service.database.read() as session:
        campaign = campaign_by_slug(session, "test")
        assert leaves_from(session, campaign, 3) == "/desk/notices/test/1/substitutions"
        assert leaves_from(session, campaign, 4) is None


def test_a_draft_s_number_that_became_another_s_is_not_confirmed(stage: Stage, room: Room) -> None:
    stage.draft()
    number = room.propose()
    with stage.service.database.write() as session:
        candidate_by_number(session, 1, 2).name = "另一个人"
    assert said(lambda: room.confirm(number)) == [": 这个编号在提出之后换了人，请作罢后重新提出。"]


def test_a_box_that_is_away_is_told_by_the_recorder(
    stage: Stage, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.campaign()
    number = room.propose()
    with monkeypatch.context() as away:
        away.setattr(BallotBox, "depart", _away)
        assert room.confirm(number) is False
    assert room.gone() == {2: "withdrawn"}
    stage.record()
    state = stage.service.box.state("test")
    assert state is not None
    assert state.departures == 1


def _away(*_args: object) -> None:
    raise BoxUnavailable(_("票箱暂时不能使用。"))


# ---- closing early


def test_voting_ends_early_by_two(stage: Stage, room: Room) -> None:
    stage.campaign()
    stage.voter().vote([1])
    number = room.propose_closing()
    stores = stage.service.recorder_stores
    assert said(lambda: deciding.carry_out(stores, "test", number, official=room.operator)) == [
        ": 提出和确认必须是两个人；这项是您提出的。"
    ]
    assert stage.voter().vote([1]).status_code == 201, "a proposal changes nothing"
    assert said(lambda: deciding.carry_out(stores, "test", number + 1, official=room.first)) == [
        ": 这项提议在您查看之后有了变化，请重新核对。"
    ]
    assert deciding.carry_out(stores, "test", number, official=room.first) is True
    assert stage.voter().get("/api/v1/campaigns/test/ballot-form").status_code == 200
    assert stage.voter().vote([1]).status_code == 403
    stage.record()
    assert room.phase() == CLOSED
    with stage.service.database.read() as session:
        rows = session.execute(select(JournalEntry.act, JournalEntry.actor).order_by(JournalEntry.id)).all()
    assert [tuple(row) for row in rows][-4:-1] == [
        ("propose_early_closing", "赵敏"),
        ("confirm_early_closing", "王芳"),
        ("seal", "王芳"),
    ]
    assert said(room.propose_closing)[0] == ": 投票没有在进行，不用提前结束。"


def test_what_was_confirmed_is_sealed_by_the_recorder_if_nobody_else_could(
    stage: Stage, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies between the confirmation and the seal, or Redis is away then."""
    stage.campaign()
    number = room.propose_closing()
    stores = stage.service.recorder_stores
    deciding.seal_confirmed(stores)
    with monkeypatch.context() as away:
        away.setattr(BallotBox, "seal", _away_sealing)
        assert deciding.carry_out(stores, "test", number, official=room.first) is False
        deciding.seal_confirmed(stores)  # still away: no error, tried again at the next turn
    assert room.phase() == OPEN
    deciding.seal_confirmed(stores)
    deciding.seal_confirmed(stores)
    stage.record()
    assert room.phase() == CLOSED


def _away_sealing(*_args: object, **_kw: object) -> None:
    raise BoxUnavailable(_("票箱暂时不能使用。"))


def test_a_closing_needs_a_reason_and_can_be_let_go(stage: Stage, room: Room) -> None:
    stage.campaign()
    assert said(lambda: room.propose_closing(" ")) == ["reason: 请写明提前结束的理由。"]
    room.propose_closing()
    assert said(room.propose_closing) == [": 提前结束已经提出。"]
    with stage.service.database.write() as session:
        deciding.drop_closing(session, "test", at=stage.service.clock.now(), official=room.operator)
    with pytest.raises(NotFound):
        deciding.carry_out(stage.service.recorder_stores, "test", 1, official=room.first)
    room.propose_closing()


def test_the_database_refuses_one_person_in_both_parts(stage_on: Stage) -> None:
    stage_on.campaign()
    room = Room(stage_on)
    room.propose()
    room.propose_closing()
    for table in (DepartureProposal, EarlyClosing):
        with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
            session.execute(
                update(table).values(
                    state="confirmed",
                    confirmed_by=room.operator.id,
                    confirmed_at=stage_on.service.clock.now(),
                )
            )
    with stage_on.service.database.read() as session:
        assert pending_leave(session, 1, 2) is not None
