"""The journal in a database: whole with its act, chained without gaps however many write at once, and never rewritten."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.postgres import PostgresCluster
from tests.stage import Stage, make_service
from voting_service.accounts.models import Official
from voting_service.activity import JournalEntry, journal
from voting_service.activity.chain import Broken, first_broken
from voting_service.activity.reading import chain_of, check_head, examine_journal, head_of
from voting_service.database import Database, _alembic
from voting_service.journal_desk.seen import Sight, Wanted, query_of

NOW = datetime(2026, 4, 7, 1, 0, 0, 123_000, tzinfo=UTC)
TRIGGERS = "DROP TRIGGER journal_entries_no_changes ON journal_entries; DROP TRIGGER journal_entries_no_deletions ON journal_entries"


def note(session: Any, subject: str = "x", **more: Any) -> None:
    journal(session, at=NOW, actor="测试", act="open", subject=subject, **more)


def subjects(stage: Stage) -> list[str]:
    with stage.service.database.read() as session:
        links = list(chain_of(session))
    assert first_broken(links) is None
    assert [link.number for link in links] == list(range(1, len(links) + 1))
    return [link.subject for link in links]


def unlocked(stage: Stage) -> None:
    """What somebody with the database's own password could do."""
    sqlite = stage.service.database.engine.dialect.name == "sqlite"
    with stage.service.database.write() as session:
        for part in TRIGGERS.split(";"):
            session.execute(text(part.replace(" ON journal_entries", "") if sqlite else part))


def test_entries_are_chained_in_the_order_of_their_commits(stage_on: Stage) -> None:
    for number in range(3):
        with stage_on.service.database.write() as session:
            note(session, f"{number}a", details={"n": number})
            note(session, f"{number}b")
    assert subjects(stage_on) == ["0a", "0b", "1a", "1b", "2a", "2b"]
    with stage_on.service.database.read() as session:
        assert (head_of(session)[0], check_head(session)) == (6, None)
    assert examine_journal(stage_on.service.database).level == "ok"


def test_what_is_rolled_back_leaves_neither_entry_nor_gap(stage_on: Stage) -> None:
    database = stage_on.service.database
    with database.write() as session:
        note(session, "first")
    with pytest.raises(RuntimeError), database.write() as session:
        note(session, "undone")
        raise RuntimeError
    with database.write() as session:
        note(session, "second")
    assert subjects(stage_on) == ["first", "second"]


def test_a_savepoint_takes_its_entries_with_it(stage_on: Stage) -> None:
    with stage_on.service.database.write() as session:
        note(session, "before")
        with pytest.raises(RuntimeError), session.begin_nested():
            note(session, "undone")
            with session.begin_nested():
                note(session, "undone with it")
            raise RuntimeError
        with session.begin_nested():
            note(session, "kept")
        note(session, "after")
    assert subjects(stage_on) == ["before", "kept", "after"]


def test_one_session_may_commit_more_than_once(stage_on: Stage) -> None:
    with stage_on.service.database.read() as session:
        session.rollback()
        for subject in ("one", "two"):
            note(session, subject)
            session.commit()
        note(session, "undone")
        session.rollback()
        session.commit()
    assert subjects(stage_on) == ["one", "two"]


def test_twenty_at_once_make_one_chain(stage_on: Stage) -> None:
    """Each also locks rows that the others want: nobody waits for a row while holding the chain."""
    database = stage_on.service.database
    with database.write() as session:
        session.add_all(Official(name=f"{n}", name_key=f"{n}", added_at=NOW) for n in range(2))
    start, failed = threading.Barrier(20), []

    def act(number: int) -> None:
        start.wait()
        try:
            for turn in range(3):
                with database.write() as session:
                    note(session, f"{number}-{turn}")
                    # Pending until the commit: one half of the acts in one order, the other half in the other.
                    for key in sorted(("0", "1"), reverse=bool((number + turn) % 2))[:1]:
                        session.scalars(select(Official).where(Official.name_key == key)).one().ended_at = NOW
                    note(session, f"{number}-{turn}+")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(subjects(stage_on)) == sorted(
        f"{n}-{t}{s}" for n in range(20) for t in range(3) for s in ("", "+")
    )


def test_nobody_waits_for_a_row_while_holding_the_chain(
    tmp_path: Path, redis_url: str, postgres: PostgresCluster
) -> None:
    with postgres.fresh_database() as url:
        stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, database_url=url))
        database, failed = stage.service.database, []
        with database.write() as session:
            session.add(Official(name="x", name_key="x", added_at=NOW))

        def change_it_at_the_commit() -> None:
            try:
                with database.write() as session:
                    one = session.scalars(select(Official)).one()
                    note(session, "waits")
                    one.ended_at = NOW  # written at the commit, and not before
            except Exception as error:
                failed.append(error)

        other = threading.Thread(target=change_it_at_the_commit)
        with database.write() as session:
            session.scalars(select(Official).with_for_update()).one()
            other.start()
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while session.scalar(waiting) == 0:
                time.sleep(0.01)
            note(session, "goes first")
        other.join()
        assert failed == []
        assert subjects(stage) == ["goes first", "waits"]
        stage.strike()


def test_no_entry_is_changed_replaced_or_taken_out(stage_on: Stage) -> None:
    with stage_on.service.database.write() as session:
        note(session)
    for change in (
        update(JournalEntry).values(actor="somebody else"),
        update(JournalEntry).values(sha256="0" * 64),
        update(JournalEntry).values(id=7),
        update(JournalEntry).values(at=NOW.replace(year=2027)),
        delete(JournalEntry),
        *(
            [text("INSERT OR REPLACE INTO journal_entries SELECT id, at, 'x', act, subject, details, sha256 FROM journal_entries")]
            if stage_on.service.database.engine.dialect.name == "sqlite"
            else [text("TRUNCATE journal_entries")]
        ),
    ):  # fmt: skip
        with pytest.raises(DBAPIError, match="append-only"), stage_on.service.database.write() as session:
            session.execute(change)
    assert subjects(stage_on) == ["x"]


def test_what_is_changed_all_the_same_is_found(stage_on: Stage) -> None:
    with stage_on.service.database.write() as session:
        for number in range(5):
            note(session, str(number))
    unlocked(stage_on)
    with stage_on.service.database.write() as session:
        session.execute(update(JournalEntry).where(JournalEntry.id == 4).values(actor="无人"))
    with stage_on.service.database.read() as session:
        assert check_head(session) == first_broken(chain_of(session)) == Broken(4, "sha256")
    assert examine_journal(stage_on.service.database).code == "journal_broken"
    with stage_on.service.database.write() as session:
        session.execute(delete(JournalEntry).where(JournalEntry.id == 2))
    with stage_on.service.database.read() as session:
        assert check_head(session) == Broken(2, "number")


def test_what_was_journaled_before_there_was_a_chain_is_chained(empty_database_url: str) -> None:
    database = Database(empty_database_url)

    def migrate(go: Any, to: str) -> None:
        with database.engine.connect() as connection:
            config: Config = _alembic()
            config.attributes["connection"] = connection
            go(config, to)
            connection.commit()

    migrate(command.upgrade, "0007")
    old = JournalEntry.__table__.c
    with database.engine.begin() as connection:
        for number, subject in ((3, "三"), (9, 'nine "9"'), (10, "ten\n")):
            connection.execute(
                insert(JournalEntry.__table__).values(
                    {
                        old.id: number,
                        old.at: NOW,
                        old.actor: "a",
                        old.act: "open",
                        old.subject: subject,
                        old.details: "{}",
                    }
                )
            )
    migrate(command.upgrade, "head")
    with database.write() as session:
        note(session, "eleven")
    with database.read() as session:
        links = list(chain_of(session))
    assert first_broken(links) is None
    assert [(link.number, link.subject) for link in links] == [
        (1, "三"), (2, 'nine "9"'), (3, "ten\n"), (4, "eleven"),
    ]  # fmt: skip
    migrate(command.downgrade, "0007")
    with database.engine.begin() as connection:
        columns = "at, actor, act, subject, details"
        connection.execute(
            text(f"INSERT INTO journal_entries ({columns}) SELECT {columns} FROM journal_entries LIMIT 1")
        )
        assert connection.scalar(text("SELECT max(id) FROM journal_entries")) == 5
    migrate(command.upgrade, "head")
    with database.read() as session:
        assert first_broken(chain_of(session)) is None
    database.dispose()


@pytest.mark.parametrize(
    "wanted", [Wanted(slug="many"), Wanted(actor="王芳"), Wanted(acts=frozenset({"close"}))]
)
def test_what_is_looked_for_is_found_without_walking_through_the_journal(
    stage_on: Stage, wanted: Wanted
) -> None:
    """Whatever is asked for, an index leads to it in the journal's order: nothing else is read, and nothing is sorted."""
    database = stage_on.service.database
    with database.write() as session:
        for number in range(2_000):
            rare = number % 400 == 0
            journal(session, at=NOW, actor="王芳" if rare else "测试", act="close" if rare else "open",
                    subject=("many/7" if number % 800 else "many") if rare else "much", details={"number": number})  # fmt: skip
    sight = Sight(False, ("many", "much"))
    query = query_of(sight, wanted, ZoneInfo("Asia/Shanghai")).order_by(JournalEntry.id.desc()).limit(51)
    with database.read() as session:
        found = [row[0].id for row in session.execute(query)]
        plan = plan_of(session, query)
    assert found == [1601, 1201, 801, 401, 1]
    index = (
        "ix_journal_entries_" + ("belongs_to" if wanted.slug else "actor" if wanted.actor else "act") + "_id"
    )
    assert index in plan
    assert "SCAN journal_entries" not in plan
    assert "Seq Scan" not in plan
    assert "SORT" not in plan.upper() or database.engine.dialect.name == "postgresql"


def test_an_entry_belongs_to_what_stands_before_the_first_slash(stage_on: Stage) -> None:
    names = ("many", "many/7", "many/L-0001/x", "/odd", "", "2026年/一/二", "//")
    with stage_on.service.database.write() as session:
        for subject in names:
            note(session, subject)
    with stage_on.service.database.read() as session:
        kept = session.execute(
            select(JournalEntry.subject, JournalEntry.belongs_to).order_by(JournalEntry.id)
        )
        assert [tuple(row) for row in kept] == [(one, one.split("/")[0]) for one in names]


def plan_of(session: Any, query: Any) -> str:
    """How the database goes about a query, its own figures of the table being fresh."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    if not sqlite:
        session.execute(text("ANALYZE journal_entries"))
    compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    said = session.execute(
        text(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + str(compiled).replace(":", "\\:"))
    )
    return "\n".join(str(row[-1]) for row in said)
