"""SQL: one declarative base with named constraints, UTC-only time by type, and two kinds of transaction.

The same models run on SQLite (embedded) and PostgreSQL (production). The caller of a verb owns the transaction:
``with database.write() as session`` commits at its end or leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, Connection, Dialect, Engine, Integer, MetaData, create_engine, event, text
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from .clock import from_ms, to_ms
from .errors import Unavailable
from .text import _

POOL = 20
"""Connections kept by each process; as many again when all its threads ask at once."""

SNAPSHOT = "snapshot"
"""In the ``info`` of a session that ``Database.read`` has begun."""

_MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class UTCTime(TypeDecorator[datetime]):
    """A moment, as whole milliseconds since 1970: no time zone to lose, the same value in box, ledger and log."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuses a naive datetime: whoever wrote it did not say when."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored; use an aware one")
        return to_ms(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        return None if value is None else from_ms(int(value)).astimezone(UTC)


BigCount = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere (SQLite's INTEGER is; only that type gives it a rowid key)."""


class Base(DeclarativeBase):
    """All tables. Constraints are named by rule, so that a migration can find them on either database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCTime, int: BigCount}  # noqa: RUF012 - SQLAlchemy reads it as is


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached, or has not the schema that this code needs."""


@contextlib.contextmanager
def _reaching_database() -> Iterator[None]:
    """Whatever keeps us from the database becomes one error; the driver's own text may hold parameters."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        raise _away() from error


def _away() -> DatabaseUnavailable:
    return DatabaseUnavailable(
        _("数据库暂时无法使用，请稍后再试。"), _("请检查 VOTING_DATABASE_URL 和数据库服务。")
    )


class Database:
    """The engine and its two kinds of transaction."""

    def __init__(self, url: str) -> None:
        self.engine = _make_engine(url)

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that commits at the end of the block, or not at all. On SQLite it takes the write lock
        first, so that a read inside it cannot be overtaken before the write."""
        with _reaching_database(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            if self.engine.dialect.name == "sqlite":
                session.execute(text("BEGIN IMMEDIATE"))
            yield session

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view for questions; nothing is committed."""
        with _reaching_database(), Session(self.engine, expire_on_commit=False) as session:
            session.info[SNAPSHOT] = True
            if self.engine.dialect.name == "sqlite":
                session.execute(text("BEGIN"))
            else:
                # One snapshot for all questions of the block, as SQLite gives by itself.
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    def upgrade(self) -> None:
        """Bring the schema to the newest revision; does nothing where it is there already."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                # Set once per file; it stays. Readers then never block the recorder, nor it them.
                connection.execute(text("PRAGMA journal_mode=WAL"))
            config = _alembic()
            config.attributes["connection"] = connection
            with _references_asleep(connection):
                command.upgrade(config, "head")

    def revision(self) -> tuple[str | None, str | None]:
        """The schema's revision and the one that this code needs. Raises DatabaseUnavailable."""
        try:
            with self.engine.connect() as connection:
                current = MigrationContext.configure(connection).get_current_revision()
        except SQLAlchemyError as error:
            raise _away() from error
        return current, ScriptDirectory.from_config(_alembic()).get_current_head()

    def dispose(self) -> None:
        """Close every pooled connection (before a fork, and in tests)."""
        self.engine.dispose()


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


@contextlib.contextmanager
def _references_asleep(connection: Connection) -> Iterator[None]:
    """Commits the block. SQLite changes a table by copying it and dropping the old one, which it refuses for a table that
    rows of others refer to. Within the block it does not look; at its end every reference must hold, or nothing is kept."""
    if connection.engine.dialect.name != "sqlite":
        yield
        connection.commit()
        return
    connection.commit()  # inside a transaction the pragma does nothing
    connection.execute(text("PRAGMA foreign_keys=OFF"))
    try:
        yield
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise AssertionError(f"rows that refer to nothing, in: {sorted({row[0] for row in broken})}")
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("PRAGMA foreign_keys=ON"))


def _make_engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            pool_pre_ping=True,
            hide_parameters=True,
            pool_size=POOL,
            max_overflow=POOL,
            connect_args={"connect_timeout": 5},
        )
    # Parameters hold voter tags: they are not for logs, not even in an error.
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 30})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Autocommit mode: we say BEGIN ourselves, since the driver's own guess comes too late for a write lock.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")
    # FULL: a ballot may leave Redis's stream only when the ledger's commit is on the disk.
    connection.execute("PRAGMA synchronous=FULL")
