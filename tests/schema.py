"""A database with the schema in it, made by the migrations once in a process and copied for every test: what the migrations
themselves do is tested in ``tests/contract/test_database.py``."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from sqlalchemy import text

from voting_service.database import Database


def lay_schema(database: Database) -> None:
    """Copied where there is nothing yet and that can be; brought to the newest revision otherwise."""
    file = database.engine.url.database
    if database.engine.dialect.name == "sqlite" and file and not Path(file).exists():
        shutil.copyfile(_sqlite_file(), file)
    elif _revision(database) != _newest():
        database.upgrade()


@functools.cache
def _sqlite_file() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="voting-schema-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    path = directory / "voting.sqlite3"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    database.dispose()  # the last connection takes the write-ahead log into the file
    return path


@functools.cache
def _newest() -> str | None:
    return Database("sqlite://").revision()[1]


def _revision(database: Database) -> str | None:
    with database.engine.connect() as connection:
        there = database.engine.dialect.has_table(connection, "alembic_version")
        return connection.scalar(text("SELECT version_num FROM alembic_version")) if there else None
