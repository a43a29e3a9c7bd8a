"""The schema on both databases: migrations make what the models say, and refuse impossible states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from tests.stage import Stage
from voting_service.activity import JournalEntry, journal
from voting_service.campaigns.models import Campaign
from voting_service.database import Base, Database, _alembic
from voting_service.errors import Unavailable
from voting_service.ledger import LedgerEntry

NOW = datetime(2026, 4, 7, 9, 0, 0, 123_000, tzinfo=UTC)


def test_migrations_make_exactly_what_the_models_say(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert database.revision()[0] is None
    database.upgrade()
    database.upgrade()  # safe to repeat
    current, needed = database.revision()
    assert current == needed is not None
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.dispose()


def test_migrations_make_every_check_of_the_models(empty_database_url: str) -> None:
    """Alembic does not compare these, and SQLite loses them where a table is copied without naming them."""
    database = Database(empty_database_url)
    database.upgrade()
    for table in Base.metadata.tables.values():
        ours = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
        assert {check["name"] for check in inspect(database.engine).get_check_constraints(table.name)} == ours
    database.dispose()


def test_an_installation_in_use_is_upgraded(empty_database_url: str) -> None:
    """SQLite copies and drops a table to change it, and refuses that for one that rows of others refer to: officials who
    hold roles, for one."""
    database = Database(empty_database_url)
    with database.engine.connect() as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        connection.execute(
            text("INSERT INTO officials (id, name, name_key, added_at) VALUES (1, '林晚晴', '林晚晴', 0)")
        )
        connection.execute(
            text(
                "INSERT INTO official_roles (official_id, role, campaign_slug, unit) VALUES (1, 'operator', '', '')"
            )
        )
        connection.commit()
    database.upgrade()
    current, needed = database.revision()
    assert current == needed
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT role FROM official_roles")).scalars().all() == ["operator"]
        if connection.engine.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1, (
                "references are looked at again"
            )
    database.dispose()


def test_every_constraint_has_a_name_of_ours() -> None:
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint!r}"


def test_times_keep_their_moment_and_naive_ones_are_refused(stage_on: Stage) -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    with stage_on.service.database.write() as session:
        journal(session, at=tokyo, actor="test", act="look", subject="clock")
    with stage_on.service.database.read() as session:
        entry = session.scalars(select(JournalEntry)).one()
    assert (entry.at, entry.at.tzinfo) == (NOW, UTC)
    with pytest.raises(StatementError, match="naive"), stage_on.service.database.write() as session:
        journal(session, at=NOW.replace(tzinfo=None), actor="test", act="look", subject="clock")


@pytest.mark.parametrize(
    "wrong",
    [
        {"phase": "half-open"},
        {"phase": "closed"},
        {"phase": "draft", "opened_at": NOW},
    ],
)
def test_impossible_campaigns_are_refused(stage_on: Stage, wrong: dict) -> None:
    stage_on.draft()
    with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
        session.execute(update(Campaign).values(**wrong))


def test_a_ballot_is_recorded_only_once(stage_on: Stage) -> None:
    stage_on.campaign()
    stage_on.voter().vote([1])
    stage_on.record()
    with stage_on.service.database.read() as session:
        row = session.scalars(select(LedgerEntry)).one()
    for seq, leaf, ballot in ((1, 9, "OTHER"), (2, 1, "OTHER"), (2, 9, row.ballot_id)):
        with pytest.raises(IntegrityError), stage_on.service.database.write() as session:
            session.add(
                LedgerEntry(
                    campaign_id=row.campaign_id, seq=seq, leaf_index=leaf, ballot_id=ballot, voter_tag="t",
                    channel="browser", choices="1", cast_at=NOW, held=False, standing="counted",
                )
            )  # fmt: skip


def test_a_failed_transaction_leaves_nothing(stage_on: Stage) -> None:
    with pytest.raises(RuntimeError), stage_on.service.database.write() as session:
        journal(session, at=NOW, actor="test", act="fail", subject="x")
        session.flush()
        raise RuntimeError
    with stage_on.service.database.read() as session:
        assert session.scalars(select(JournalEntry)).all() == []


def test_a_database_that_is_away_says_so() -> None:
    with pytest.raises(Unavailable, match="数据库暂时无法使用"):
        Database("postgresql+psycopg://nobody@/none?host=/nonexistent").revision()
