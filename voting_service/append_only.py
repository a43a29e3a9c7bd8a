"""Tables that are only ever added to: the database itself keeps their rows as they were written. For migrations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def freeze(
    op: Any, table: str, frozen: Iterable[str], keys: Iterable[Sequence[str]], lasting: Iterable[str] = ()
) -> None:
    """No row of the table goes away, and none of its ``frozen`` columns changes.

    ``op``: Alembic's operations. ``lasting``: columns that may be written anew (sealed with another key), and neither
    emptied nor filled where nothing was. ``keys``: by what SQLite's INSERT OR REPLACE finds a row to replace; it deletes
    that row, and asks no trigger for deletions.
    """
    sqlite = op.get_bind().dialect.name == "sqlite"
    differs = "IS NOT" if sqlite else "IS DISTINCT FROM"
    # By value and not by `UPDATE OF`: SQLite's hidden rowid is another name of an `id`, which such a list would not hold.
    changed = " OR ".join(
        [f"NEW.{column} {differs} OLD.{column}" for column in frozen]
        + [f"(NEW.{column} IS NULL) <> (OLD.{column} IS NULL)" for column in lasting]
    )
    if sqlite:
        _freeze_in_sqlite(op, table, keys, changed)
    else:
        _freeze_in_postgresql(op, table, changed)


def unfreeze(op: Any, table: str) -> None:
    """After the table is dropped: what would stay behind."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP FUNCTION {table}_frozen()")


def _freeze_in_sqlite(op: Any, table: str, keys: Iterable[Sequence[str]], changed: str) -> None:
    taken = " OR ".join(
        "(" + " AND ".join(f"{column} = NEW.{column}" for column in key) + ")" for key in keys
    )
    for name, when in (
        ("changes", f"UPDATE ON {table} WHEN {changed}"),
        ("deletions", f"DELETE ON {table}"),
        ("replacements", f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})"),  # noqa: S608 - ours
    ):
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {when} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _freeze_in_postgresql(op: Any, table: str, changed: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    for name, when, each in (
        ("changes", "UPDATE", f"ROW WHEN ({changed})"),
        ("deletions", "DELETE", "ROW"),
        ("emptying", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {when} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {table}_frozen()"
        )
