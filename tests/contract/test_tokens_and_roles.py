"""A token is good as long as whoever made it, or took it over, may make it: not a request longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from tests.stage import ClockInHand, Stage, make_service
from voting_service.accounts.api_tokens.issuing import WantedToken, make_token, revoke_token, take_over_token
from voting_service.accounts.api_tokens.models import ApiToken
from voting_service.accounts.api_tokens.scopes import Machine
from voting_service.accounts.api_tokens.standing import standing_of, stops_with, voucher_of
from voting_service.accounts.api_tokens.waiting import tokens_ending
from voting_service.accounts.officials import ActingOfficial, RoleAt
from voting_service.accounts.register import acting, add_official, change_roles, end_official
from voting_service.activity import JournalEntry
from voting_service.database import Database, _alembic
from voting_service.errors import NotFound, ProblemsFound


class Office:
    """Officials, and the tokens they make."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.database = stage, stage.service.database
        self.numbers: dict[str, int] = {}

    @property
    def now(self) -> datetime:
        return self.stage.service.clock.now()

    def add(self, name: str, *roles: tuple[str, str] | tuple[str, str, str]) -> None:
        with self.database.write() as session:
            added = add_official(session, name, roles, at=self.now, actor="test")  # type: ignore[arg-type]
            self.numbers[name] = added.id

    def who(self, name: str) -> ActingOfficial:
        with self.database.read() as session:
            found = acting(session, self.numbers[name])
        assert found is not None
        return found

    def make(self, by: str | None, slug: str = "a", days: int = 30) -> str:
        official = self.who(by) if by else None
        wanted = WantedToken("统计系统", slug, ("tally:read",), days)
        with self.database.write() as session:
            return make_token(
                session, wanted, at=self.now, actor=by or "服务器管理员", official=official
            ).token

    def roles(self, name: str, *, give: tuple[RoleAt, ...] = (), take: tuple[RoleAt, ...] = ()) -> None:
        with self.database.write() as session:
            change_roles(session, name, give=give, take=take, at=self.now, actor="test")

    def end(self, name: str) -> None:
        with self.database.write() as session:
            end_official(session, name, at=self.now, actor="test")

    def take_over(self, by: str, number: int = 1) -> None:
        with self.database.write() as session:
            take_over_token(session, number, at=self.now, official=self.who(by))

    def opens(self, token: str) -> bool:
        return isinstance(self.stage.service.token_door.check(token, "127.0.0.1"), Machine)

    def standings(self) -> list[str]:
        with self.database.read() as session:
            tokens = session.scalars(select(ApiToken).order_by(ApiToken.id))
            return [standing_of(session, kept, self.now) for kept in tokens]

    def stopping(self, name: str, *roles: RoleAt) -> list[int]:
        with self.database.read() as session:
            leaving = roles or None
            return [kept.id for kept in stops_with(session, self.numbers[name], leaving, self.now)]


@pytest.fixture
def office(tmp_path: Path, redis_url: str, database_url: str) -> Iterator[Office]:
    """On each database."""
    stage = Stage(
        make_service(tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=ClockInHand())
    )
    made = Office(stage)
    made.add("总管", ("admin", ""))
    made.add("小王", ("operator", "a"))
    made.add("小李", ("operator", "a"), ("operator", "b"))
    made.add("小赵", ("operator", "b"))
    yield made
    stage.strike()


OPERATOR = RoleAt("operator", "a")


def test_it_stops_with_its_makers_role_and_comes_back_with_it(office: Office) -> None:
    token = office.make("小王")
    assert office.opens(token)
    office.roles("小王", take=(OPERATOR,))
    assert not office.opens(token)
    assert office.standings() == ["stopped"]
    office.roles(
        "小王", give=(RoleAt("operator", "b"), RoleAt("operator", "a", "一厂"), RoleAt("judge", "a"))
    )
    assert not office.opens(token), "another campaign's, one unit's and another role are not that role"
    office.roles("小王", give=(RoleAt("admin", "a"),))
    assert office.opens(token), "whoever may make it stands behind it"


def test_it_stops_with_its_makers_end(office: Office) -> None:
    token, other = office.make("小王"), office.make("小李")
    office.end("小王")
    assert [office.opens(token), office.opens(other)] == [False, True]


def test_one_for_all_campaigns_needs_a_role_in_all(office: Office) -> None:
    token = office.make("总管", slug="")
    office.roles("总管", give=(RoleAt("operator", "a"),))
    assert office.stopping("总管", RoleAt("admin")) == [1]
    office.roles("总管", take=(RoleAt("admin"),))
    assert not office.opens(token)


def test_whoever_supervises_stands_behind_nothing(office: Office) -> None:
    token = office.make("小王")
    office.roles("小王", take=(OPERATOR,), give=(RoleAt("supervisor", "a"),))
    assert not office.opens(token)


def test_one_from_the_command_line_stands_on_nobodys_role(office: Office) -> None:
    token = office.make(None)
    for name in office.numbers:
        office.end(name)
    assert office.opens(token)
    with office.database.read() as session:
        assert voucher_of(session, session.get_one(ApiToken, 1)) is None


def test_another_who_may_make_it_takes_it_over(office: Office) -> None:
    token = office.make("小王")
    office.end("小王")
    office.take_over("小李")
    assert office.opens(token)
    with office.database.read() as session:
        kept = session.get_one(ApiToken, 1)
        assert (kept.made_by, voucher_of(session, kept)) == ("小王", ("小李", True))
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "take_over_api_token")).one()
    assert (entry.actor, entry.subject) == ("小李", "a/api-token-1")
    assert '"from": "小王"' in entry.details
    office.roles("小李", take=(OPERATOR,))
    assert not office.opens(token), "it stands on whoever took it over, and on nobody else"


def test_before_somebody_leaves_it_is_taken_over_and_never_stops(office: Office) -> None:
    token = office.make("小王")
    office.take_over("小李")
    assert office.stopping("小王") == []
    office.end("小王")
    assert office.opens(token)


def test_nobody_takes_over_what_they_may_not_make(office: Office) -> None:
    office.make("小王")
    office.make("总管", slug="")
    office.add("监督员", ("supervisor", ""))
    for by, number in (("小赵", 1), ("小赵", 2), ("小李", 2), ("监督员", 1), ("监督员", 2)):
        with pytest.raises(NotFound):
            office.take_over(by, number)


def test_what_is_over_or_revoked_does_not_come_back(office: Office) -> None:
    office.make("小王", days=1)
    revoked = office.make("小王")
    with office.database.write() as session:
        revoke_token(session, 2, at=office.now, actor="小王")
    office.stage.service.clock.tick(timedelta(days=1))  # type: ignore[attr-defined]
    for number in (1, 2):
        with pytest.raises(ProblemsFound):
            office.take_over("小李", number)
    assert office.standings() == ["over", "revoked"]
    assert not office.opens(revoked)
    assert office.stopping("小王") == []


def test_what_will_stop_is_known_before(office: Office) -> None:
    office.make("小王")
    office.make("小李")
    office.make("小李", slug="b")
    assert office.stopping("小王", OPERATOR) == [1]
    assert office.stopping("小李") == [2, 3]
    assert office.stopping("小李", RoleAt("operator", "b")) == [3]
    office.roles("小李", give=(RoleAt("admin", "b"),))
    assert office.stopping("小李", RoleAt("operator", "b")) == [], "the other role holds it"
    office.roles("小王", take=(OPERATOR,))
    assert office.stopping("小王") == [], "it has stopped already"


def test_one_in_use_that_stopped_waits_for_whoever_may_take_it_over(office: Office) -> None:
    unused, used = office.make("小王"), office.make("小王")
    assert office.opens(used)
    assert unused != used

    def waiting(name: str) -> list[str]:
        with office.database.read() as session:
            section = tokens_ending(session, office.who(name), office.now)
            return [line.url for line in section.lines] if section else []

    assert waiting("小李") == []
    office.end("小王")
    assert waiting("小李") == waiting("总管") == ["/desk/api-tokens/2/take-over"]
    assert waiting("小赵") == []


def test_the_database_refuses_one_taken_over_by_nobody(office: Office) -> None:
    office.make("小王")
    for values in ({"vouched_by": None, "vouched_at": office.now}, {"vouched_by": 99}):
        with pytest.raises(IntegrityError), office.database.write() as session:
            session.execute(update(ApiToken).values(**values))


def test_what_was_before_stands_on_whom_the_database_knows(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    made = "'tally:read', 1, 2, '统计系统', ''"
    with database.engine.connect() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "0016")
        for statement in (
            "INSERT INTO officials (id, name, name_key, added_at) VALUES (7, '小王', '小王', 0)",
            "INSERT INTO api_tokens (id, digest, scopes, made_at, expires_at, name, campaign_slug, made_by)"
            f" VALUES (1, '1', {made}, '小王'), (2, '2', {made}, '服务器管理员')",
        ):
            connection.execute(text(statement))
        for made_at, act in ((5, "invite_official"), (6, "sign_in")):
            connection.execute(
                text(
                    "INSERT INTO invitations (digest, official_id, made_at, expires_at) VALUES (:digest, 7, :at, 9)"
                ),
                {"digest": bytes([made_at]), "at": made_at},
            )
            connection.execute(
                text(
                    "INSERT INTO journal_entries (id, at, actor, act, subject, details, sha256)"
                    " VALUES (:at, :at, '李主席', :act, '小王', '{}', :sha256)"
                ),
                {"at": made_at, "act": act, "sha256": "0" * 64},
            )
        connection.commit()
    database.upgrade()
    with database.engine.connect() as connection:
        makers = connection.execute(text("SELECT made_by FROM invitations ORDER BY made_at")).scalars().all()
        rows = connection.execute(text("SELECT vouched_by, vouched_at FROM api_tokens ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [(7, None), (None, None)]
    assert makers == ["李主席", None], "as the journal has it, in the same transaction"
    database.dispose()
