"""Administrators and their reach: what one may do alone, what takes two, and who must be left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.second_steps import enrol
from tests.stage import ClockInHand, Stage, make_service
from voting_service.accounts import managing
from voting_service.accounts.managing import Outcome
from voting_service.accounts.models import Official, OfficialProposal
from voting_service.accounts.officials import ActingOfficial, RoleAt
from voting_service.accounts.register import acting, add_official, roles_of
from voting_service.accounts.waiting import account_section
from voting_service.activity import JournalEntry
from voting_service.errors import NotFound, ProblemsFound

NOON = datetime(2026, 4, 16, 12, 30, tzinfo=UTC)


class Office:
    """A register with administrators, by name."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.database = stage.service.database

    def add(self, name: str, *roles: tuple[str, str] | tuple[str, str, str], signs_in: bool = True) -> int:
        """Somebody with roles, who has set a passphrase."""
        with self.database.write() as session:
            added = add_official(session, name, roles, at=NOON, actor="test")  # type: ignore[arg-type]
            added.passphrase_hash = "scrypt$x" if signs_in else None
            return added.id

    def who(self, name: str) -> ActingOfficial:
        with self.database.read() as session:
            found = acting(session, session.scalars(select(Official.id).where(Official.name == name)).one())
        assert found is not None
        return found

    def act(self, by: str, kind: str, whom: str, *role: str) -> Outcome:
        number = self.who(whom).id
        with self.database.write() as session:
            wanted = RoleAt(*role) if role else None  # type: ignore[arg-type]
            return managing.act(session, kind, number, wanted, at=NOON, official=self.who(by))  # type: ignore[arg-type]

    def roles(self, name: str) -> list[str]:
        with self.database.read() as session:
            return [one.spelled for one in roles_of(session, self.who(name).id)]

    def waiting(self) -> int:
        """The one proposal that is open."""
        with self.database.read() as session:
            return session.scalars(
                select(OfficialProposal.id).where(OfficialProposal.outcome.is_(None))
            ).one()

    def confirm(self, by: str) -> Outcome:
        with self.database.write() as session:
            return managing.confirm(session, self.waiting(), at=NOON, official=self.who(by))


@pytest.fixture
def office(tmp_path: Path, redis_url: str, database_url: str) -> Iterator[Office]:
    """On each database, with one administrator of everything and one of a campaign."""
    stage = Stage(
        make_service(
            tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=ClockInHand(NOON)
        )
    )
    made = Office(stage)
    made.add("总管", ("admin", ""))
    made.add("分管", ("admin", "a"))
    made.add("小王", ("operator", "a"))
    yield made
    stage.strike()


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(ProblemsFound) as caught:
        act()
    return " ".join(str(one) for one in caught.value.problems)


def test_within_ones_campaign_plain_roles_are_given_and_taken_alone(office: Office) -> None:
    assert office.act("分管", "give", "小王", "handler", "a") == Outcome(True)
    assert office.act("分管", "give", "小王", "reviewer", "a", "一厂") == Outcome(True)
    assert office.roles("小王") == ["operator@a", "reviewer@a/一厂", "handler@a"]
    assert office.act("分管", "take", "小王", "operator", "a") == Outcome(True)
    assert office.roles("小王") == ["reviewer@a/一厂", "handler@a"]
    unit = office.who("小王")
    assert unit.units("a", "reviewer") == {"一厂"}
    assert unit.may("a", "reviewer", unit="一厂")
    assert not unit.may("a", "reviewer", unit="二厂")
    assert "本来就有" in refused(lambda: office.act("分管", "give", "小王", "handler", "a"))
    assert "没有这个角色" in refused(lambda: office.act("分管", "take", "小王", "judge", "a"))
    assert "不能只管一个单位" in refused(lambda: office.act("分管", "give", "小王", "judge", "a", "一厂"))


def test_nobody_gives_what_lies_beyond_them_nor_touches_whom(office: Office) -> None:
    """Whatever a form says: as if it were not there."""
    office.add("外人", ("operator", "b"))
    office.add("两边", ("operator", "a"), ("operator", "b"))
    office.add("全体", ("operator", ""))
    for role in (("operator", "b"), ("operator", ""), ("admin", ""), ("operator", "b", "一厂")):
        with pytest.raises(NotFound):
            office.act("分管", "give", "小王", *role)
    for kind, whom in (
        ("end", "外人"), ("invite", "外人"), ("end", "两边"), ("invite", "两边"), ("reset", "全体"), ("end", "全体"),
        ("invite", "总管"), ("end", "总管"),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            office.act("分管", kind, whom)
    with pytest.raises(NotFound):
        office.act("分管", "take", "两边", "operator", "b")
    for who in ("小王", "外人"):
        with pytest.raises(NotFound):
            office.act(who, "give", "小王", "committee", "a")
    with pytest.raises(NotFound), office.database.write() as session:
        managing.add(session, "新人", RoleAt("operator", "b"), at=NOON, official=office.who("分管"))
    assert office.act("分管", "take", "两边", "operator", "a").done, (
        "their own campaign's role is theirs to take"
    )
    with office.database.read() as session:
        assert session.scalars(select(OfficialProposal)).all() == []


def test_whoever_supervises_changes_nothing(office: Office) -> None:
    office.add("监督", ("supervisor", ""))
    for kind, role in (("give", ("operator", "b")), ("take", ("operator", "a")), ("end", ()), ("invite", ())):
        with pytest.raises(NotFound):
            office.act("监督", kind, "小王", *role)


@pytest.mark.parametrize("role", ["admin", "supervisor"])
def test_an_administrator_or_supervisor_is_made_by_two(office: Office, role: str) -> None:
    office.add("新人", ("operator", "b"))
    office.act("总管", "take", "小王", "operator", "a")
    assert office.act("总管", "give", "小王", role, "a") == Outcome(False)
    assert office.roles("小王") == []
    assert "已经提出过" in refused(lambda: office.act("总管", "give", "小王", role, "a"))
    assert "要由另一位管理员确认" in refused(lambda: office.confirm("总管"))
    for nobody in ("新人", "小王"):
        with pytest.raises(NotFound):
            office.confirm(nobody)
    assert office.confirm("分管") == Outcome(True)
    assert office.roles("小王") == [f"{role}@a"]
    with office.database.read() as session:
        entries = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).all()
    (confirmed,) = [one for one in entries if one.act == "confirm_proposal"]
    assert (confirmed.actor, confirmed.subject, '"proposed_by": "总管"' in confirmed.details) == (
        "分管",
        "小王",
        True,
    )


def test_where_nobody_else_reaches_it_one_is_enough(office: Office) -> None:
    """Only the administrator of everything can give a role in another campaign: there is nobody to ask."""
    assert office.act("总管", "give", "小王", "admin", "b") == Outcome(True)
    office.add("没来过", ("admin", ""), signs_in=False)
    office.add("小李", ("operator", "c"))
    assert office.act("总管", "give", "小李", "admin", "c").done, "who cannot sign in cannot confirm"


def test_nobody_adds_to_their_own_roles_alone(office: Office) -> None:
    assert office.act("分管", "give", "分管", "committee", "a") == Outcome(False)
    assert office.roles("分管") == ["admin@a"]
    office.confirm("总管")
    assert office.roles("分管") == ["admin@a", "committee@a"]


@pytest.mark.parametrize("kind", ["end", "invite", "reset"])
def test_the_account_of_an_administrator_takes_two_as_well(office: Office, kind: str) -> None:
    """Whoever could set its passphrase anew would be two administrators."""
    office.add("同级", ("admin", "a"))
    enrol(office.stage, office.who("同级").id)
    assert office.act("分管", kind, "同级") == Outcome(False)
    outcome = office.confirm("总管")
    assert (outcome.done, bool(outcome.link)) == (True, kind == "invite")


def test_plain_officials_accounts_take_one(office: Office) -> None:
    enrol(office.stage, office.who("小王").id)
    assert office.act("分管", "reset", "小王") == Outcome(True)
    assert "没有开启" in refused(lambda: office.act("分管", "reset", "小王"))
    assert office.act("分管", "invite", "小王").link
    with office.database.write() as session:
        managing.sign_out_everywhere(session, office.who("小王").id, at=NOON, official=office.who("分管"))
    with office.database.read() as session:
        section = account_section(session, office.who("小王"), NOON)
    assert section is not None
    assert "分管重置了您的两步验证" in str(section.lines[0].text)
    assert office.act("分管", "end", "小王") == Outcome(True)


def test_somebody_must_be_left_who_can_give_roles(office: Office) -> None:
    assert "最后一位" in refused(lambda: office.act("总管", "take", "总管", "admin", ""))
    office.add("没来过", ("admin", ""), signs_in=False)
    assert "最后一位" in refused(lambda: office.act("总管", "take", "总管", "admin", "")), (
        "nor one who cannot sign in"
    )
    assert office.act("分管", "take", "分管", "admin", "a").done, "one's own, where somebody else is left"
    assert "自己的账号" in refused(lambda: office.act("总管", "end", "总管"))
    office.add("副总管", ("admin", ""))
    assert office.act("总管", "end", "副总管") == Outcome(False)
    assert office.confirm("副总管").done, "with their own consent"
    assert "最后一位" in refused(lambda: office.act("总管", "take", "总管", "admin", ""))


def test_a_proposal_is_dropped_by_either_and_does_not_come_back(office: Office) -> None:
    for who in ("总管", "分管"):
        office.act("总管", "give", "分管", "committee", "a")
        assert office.act("分管", "give", "分管", "judge", "a") == Outcome(False)
        with office.database.write() as session:
            for one in managing.proposals_for(session, office.who(who)):
                managing.drop(session, one.id, at=NOON, official=office.who(who))
        with pytest.raises(NotFound), office.database.write() as session:
            managing.confirm(session, 1, at=NOON, official=office.who("总管"))
        if "committee@a" in office.roles("分管"):
            office.act("总管", "take", "分管", "committee", "a")
    assert office.roles("分管") == ["admin@a"]


def test_what_does_not_fit_any_more_is_not_confirmed(office: Office) -> None:
    office.act("总管", "take", "小王", "operator", "a")
    office.act("总管", "give", "小王", "supervisor", "a")
    office.act("总管", "give", "小王", "handler", "a")
    assert "不能在同一评选中兼任" in refused(lambda: office.confirm("分管"))
    assert office.roles("小王") == ["handler@a"]


def test_the_database_knows_that_two_are_two(office: Office) -> None:
    office.act("总管", "give", "小王", "admin", "a")
    with pytest.raises(IntegrityError), office.database.write() as session:
        session.execute(
            update(OfficialProposal).values(
                outcome="confirmed", decided_by=OfficialProposal.proposed_by, decided_at=NOON
            )
        )
    with pytest.raises(IntegrityError), office.database.write() as session:
        session.execute(update(OfficialProposal).values(role=""))


def test_somebody_new_waits_for_the_second_administrator_and_is_nobody_before(office: Office) -> None:
    with office.database.write() as session:
        added = managing.add(
            session, "新监督", RoleAt("supervisor", "a"), at=NOON, official=office.who("总管")
        )
    assert added.waiting == (RoleAt("supervisor", "a"),)
    assert added.link
    assert office.roles("新监督") == []
    with office.database.read() as session:
        section = account_section(session, office.who("分管"), NOON)
        own = account_section(session, office.who("总管"), NOON)
    assert section is not None
    assert "等您确认：给予角色，新监督" in str(section.lines[0].text)
    assert own is None
    office.confirm("分管")
    assert office.roles("新监督") == ["supervisor@a"]
