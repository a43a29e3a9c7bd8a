"""A PostgreSQL cluster for one test session: its own directory, a unix socket, no network."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

from voting_service.database import Database


class PostgresCluster:
    """Started and ended by the tests; durable settings off, since nothing here outlives the session."""

    def __init__(self, programs: Path, directory: Path) -> None:
        self._programs = programs
        self._directory = directory
        self._data = directory / "data"

    @staticmethod
    def find_programs() -> Path | None:
        """The newest folder with initdb and pg_ctl: on PATH or where Debian puts it."""
        on_path = shutil.which("initdb")
        debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
        found = [*debian, *([Path(on_path)] if on_path else [])]
        return found[-1].parent if found else None

    def start(self) -> None:
        """Create and start it."""
        self._directory.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(self._directory, "postgres")
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", "voting", "--no-sync", "-E", "UTF8")
        options = f"-k {self._directory} -c listen_addresses='' -c fsync=off -c full_page_writes=off"
        self._run(
            "pg_ctl", "-D", str(self._data), "-w", "-l", str(self._directory / "log"), "-o", options, "start"
        )

    def stop(self) -> None:
        """Stop it at once; it has nothing to save."""
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")

    @contextlib.contextmanager
    def fresh_database(self, *, empty: bool = False) -> Iterator[str]:
        """A database of its own, with the schema in it or ``empty``; gives its SQLAlchemy address."""
        name = "test_" + secrets.token_hex(6)
        self._admin(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {self._migrated}"))
        try:
            yield self._address(name)
        finally:
            self._admin(f"DROP DATABASE {name} WITH (FORCE)")

    @functools.cached_property
    def _migrated(self) -> str:
        """A database that is copied for others."""
        name = "migrated"
        self._admin(f"CREATE DATABASE {name}")
        database = Database(self._address(name))
        database.upgrade()
        database.dispose()  # whoever is connected keeps it from being copied
        return name

    def _address(self, name: str) -> str:
        return f"postgresql+psycopg://voting@/{name}?host={self._directory}"

    def _admin(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self._directory), user="voting", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = [str(self._programs / program), *arguments]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", check=False, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}")
