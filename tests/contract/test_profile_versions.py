"""Profiles: version 1 at opening, corrections by two people that stay, reviews of one text; the database keeps them."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.desk import Desk
from tests.stage import Stage
from voting_service.activity import JournalEntry
from voting_service.ballots.opening import PhaseForbids, open_voting, unschedule_voting, what_freezes
from voting_service.campaigns.models import DRAFT, SCHEDULED
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.models import Candidate
from voting_service.candidates.profiles.correcting import (
    confirm_correction,
    drop_correction,
    pending_correction,
    propose_correction,
)
from voting_service.candidates.profiles.document import profile_of
from voting_service.candidates.profiles.models import ProfileCorrection, ProfileReview, ProfileVersion
from voting_service.candidates.profiles.reviewing import review, review_cautions, reviews_of
from voting_service.candidates.profiles.versions import versions_of
from voting_service.candidates.queries import candidate_by_number, roster
from voting_service.errors import NotFound, ProblemsFound

TEXTS = {"title": "班长", "summary": "一句话简介", "story": "改过的事迹。", "slogan": ""}
WHY = "单位来函更正了年份。"


class Office:
    """Two officials and the verbs."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.now = stage.service.clock.now
        self.first = Desk(stage, "赵敏", "operator").official
        self.second = Desk(stage, "王芳", "committee").official

    def propose(self, number: int = 3, **changes: str) -> ProfileCorrection:
        values = TEXTS | changes
        reason = values.pop("reason", WHY)
        with self.stage.service.database.write() as session:
            return propose_correction(
                session, "test", number, values, reason, at=self.now(), official=self.first
            )

    def confirm(self, seen: str, number: int = 3, *, by: str = "second") -> ProfileVersion:
        with self.stage.service.database.write() as session:
            return confirm_correction(
                session, "test", number, seen, at=self.now(), official=getattr(self, by)
            )

    def candidate(self, number: int = 3) -> Candidate:
        with self.stage.service.database.read() as session:
            return candidate_by_number(session, campaign_by_slug(session, "test").id, number)


@pytest.fixture
def office(stage: Stage) -> Office:
    return Office(stage)


def problems(caught: pytest.ExceptionInfo[ProblemsFound]) -> list[str]:
    return [f"{one.where}: {one.sentence}" for one in caught.value.problems]


def test_everyone_has_a_first_version_from_opening_on(stage_on: Stage) -> None:
    stage_on.campaign(candidates=3)
    with stage_on.service.database.read() as session:
        rows = session.scalars(select(ProfileVersion).order_by(ProfileVersion.candidate_id)).all()
        people = roster(session, 1)
        assert [(row.version, row.reason, row.by) for row in rows] == [(1, "", "test")] * 3
        assert [(row.document, row.sha256) for row in rows] == [tuple(profile_of(one)) for one in people]


def test_a_correction_is_proposed_by_one_and_confirmed_by_another(stage: Stage, office: Office) -> None:
    stage.campaign()
    correction = office.propose()
    assert office.candidate().story == "事迹。", "nothing changes by a proposal"
    with pytest.raises(ProblemsFound) as caught:
        office.confirm(correction.sha256, by="first")
    assert problems(caught) == [": 提出和确认必须是两个人；这项是您提出的。"]
    made = office.confirm(correction.sha256)
    assert (made.version, made.reason, made.by) == (2, WHY, "王芳")
    assert (office.candidate().title, office.candidate().story) == ("班长", "改过的事迹。")
    with stage.service.database.read() as session:
        first, second = versions_of(session, office.candidate())
        assert '"story":"事迹。"' in first.document
        assert second.sha256 == profile_of(office.candidate()).sha256
        acts = session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)).all()
        assert acts[-2:] == ["propose_correction", "confirm_correction"]
    page = stage.voter().get("/c/test/candidates/3").text
    assert "更正了职务、事迹。原因：单位来函更正了年份。" in page
    assert "改过的事迹。" in page
    assert "更正" not in stage.voter().get("/c/test/candidates/2").text


def test_what_is_confirmed_is_what_was_read(stage: Stage, office: Office) -> None:
    stage.campaign()
    correction = office.propose()
    with pytest.raises(ProblemsFound):
        office.confirm("0" * 64)
    with stage.service.database.write() as session:
        drop_correction(session, "test", 3, at=office.now(), official=office.first)
    with pytest.raises(NotFound):
        office.confirm(correction.sha256)
    again = office.propose(story="另一种改法。")
    with pytest.raises(ProblemsFound):
        office.confirm(correction.sha256)
    office.confirm(again.sha256)
    with stage.service.database.read() as session:
        assert pending_correction(session, office.candidate()) is None


def test_everything_wrong_with_a_correction_is_said_at_once(stage: Stage, office: Office) -> None:
    stage.draft()
    with pytest.raises(ProblemsFound) as caught:
        office.propose(title="工人", story="请拨打 13800138000", slogan="口" * 61, reason="电话 0471-6234567")
    assert problems(caught) == [
        "story: 含有手机号码。",
        "slogan: 有 61 个字，最多 60 个字。",
        ": 投票还没有开始，请直接修改候选人表后重新导入。",
        "reason: 含有电话号码。",
    ]
    stage.open()
    with pytest.raises(ProblemsFound) as caught:
        office.propose(title="工人", story="事迹。", reason=" ")
    assert problems(caught) == [": 没有改动。", "reason: 请写明更正的原因，它会公布在候选人主页上。"]
    office.propose()
    with pytest.raises(ProblemsFound) as caught:
        office.propose(story="又一种。")
    assert problems(caught) == [": 已有一项更正等待确认，请先确认或作罢。"]


def test_a_campaign_opened_before_there_were_versions_gets_its_first_with_the_first_correction(
    stage: Stage, office: Office
) -> None:
    stage.campaign()
    with stage.service.database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER profile_versions_no_deletions"))
        connection.execute(delete(ProfileVersion))
    before = profile_of(office.candidate())
    office.confirm(office.propose().sha256)
    with stage.service.database.read() as session:
        first, second = versions_of(session, office.candidate())
    assert (first.version, first.sha256, first.reason) == (1, before.sha256, "")
    assert second.version == 2


def test_versions_and_reviews_cannot_be_rewritten(stage_on: Stage) -> None:
    stage_on.draft()
    office = Office(stage_on)
    reviewer = Desk(stage_on, "孙工", "reviewer").official
    with stage_on.service.database.write() as session:
        review(session, "test", 1, seen=profile_of(office.candidate(1)).sha256, passed=True, remarks="",
               at=office.now(), official=reviewer)  # fmt: skip
    stage_on.open()
    for change in (
        update(ProfileVersion).values(document="{}"),
        update(ProfileVersion).values(by="别人"),
        delete(ProfileVersion),
        update(ProfileReview).values(remarks="补写"),
        delete(ProfileReview),
    ):
        with pytest.raises(DBAPIError, match="append-only"), stage_on.service.database.write() as session:
            session.execute(change)


def test_the_database_refuses_one_person_in_both_parts(stage_on: Stage) -> None:
    stage_on.campaign()
    office = Office(stage_on)
    correction = office.propose()
    with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
        session.execute(
            update(ProfileCorrection).values(
                state="confirmed", confirmed_by=correction.proposed_by, confirmed_at=office.now()
            )
        )


def test_a_review_is_of_the_text_that_was_read(stage: Stage, office: Office) -> None:
    stage.draft(candidates=3)
    reviewer = Desk(stage, "孙工", "reviewer").official

    def reviewed(number: int, *, passed: bool = True, remarks: str = "", seen: str = "") -> None:
        with stage.service.database.write() as session:
            review(session, "test", number, seen=seen or profile_of(office.candidate(number)).sha256, passed=passed,
                   remarks=remarks, at=office.now(), official=reviewer)  # fmt: skip

    def states() -> list[str]:
        with stage.service.database.read() as session:
            campaign = campaign_by_slug(session, "test")
            found = reviews_of(session, campaign.id, roster(session, campaign.id))
            return [found[n].state for n in (1, 2)]

    assert states() == ["unreviewed", "unreviewed"]
    with pytest.raises(ProblemsFound):
        reviewed(1, seen="0" * 64)
    with pytest.raises(ProblemsFound):
        reviewed(1, passed=False)
    reviewed(1)
    reviewed(2, passed=False, remarks="请写明年份")
    assert states() == ["passed", "returned"]
    with stage.service.database.write() as session:
        campaign = campaign_by_slug(session, "test")
        candidate_by_number(session, campaign.id, 1).summary = "改了"
        cautions = review_cautions(session, campaign, roster(session, campaign.id))
    assert [str(one) for one in cautions] == [
        "1 号 候选人1：主页改后待审。",
        "2 号 候选人2：主页已退回。",
        "3 号 候选人3：主页待审核。",
    ]
    assert states() == ["changed", "returned"]
    stage.open()
    with pytest.raises(ProblemsFound):
        reviewed(1)


def test_without_reviewers_there_is_no_caution(stage: Stage) -> None:
    stage.draft()
    with stage.service.database.read() as session:
        campaign = campaign_by_slug(session, "test")
        assert review_cautions(session, campaign, roster(session, campaign.id)) == []


def test_whoever_opens_opens_what_they_have_looked_at(stage: Stage, office: Office) -> None:
    stage.draft()
    with stage.service.database.read() as session:
        campaign = campaign_by_slug(session, "test")
        seen = what_freezes(campaign, roster(session, campaign.id))
    with stage.service.database.write() as session:
        candidate_by_number(session, 1, 2).slogan = "改了"
    with pytest.raises(ProblemsFound):
        open_voting(stage.service.opener, "test", at=office.now(), actor="test", seen=seen)
    with stage.service.database.read() as session:
        campaign = campaign_by_slug(session, "test")
        seen = what_freezes(campaign, roster(session, campaign.id))
    open_voting(stage.service.opener, "test", at=office.now(), actor="test", seen=seen)


def test_a_schedule_that_is_taken_back_does_not_open(stage: Stage, office: Office) -> None:
    stage.draft()
    with stage.service.database.write() as session:
        campaign_by_slug(session, "test").phase = SCHEDULED
    with stage.service.database.write() as session:
        assert unschedule_voting(session, "test", at=office.now(), actor="test").phase == DRAFT
    # What a recorder does that read the schedule a moment before.
    with pytest.raises(PhaseForbids):
        open_voting(stage.service.opener, "test", at=office.now(), actor="schedule", as_scheduled=True)
    with pytest.raises(PhaseForbids), stage.service.database.write() as session:
        unschedule_voting(session, "test", at=office.now(), actor="test")
