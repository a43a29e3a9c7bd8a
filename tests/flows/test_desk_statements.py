"""Pages of the desk that list people ask the database as often for two hundred as for two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from tests.desk import Desk
from tests.stage import Stage
from voting_service.accounts.register import add_official


@contextmanager
def statements(stage: Stage) -> Iterator[list[str]]:
    """Every statement that the service executes meanwhile."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    engine = stage.service.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_the_register_is_read_as_a_whole(stage: Stage) -> None:
    admin = Desk(stage, "管理员甲", "admin")
    asked = []
    for group in range(2):
        with stage.service.database.write() as session:
            for number in range(20):
                add_official(
                    session, f"工作人员{group}-{number}", [("operator", "test")],
                    at=stage.service.clock.now(), actor="test",
                )  # fmt: skip
        admin.get("/desk/officials")
        with statements(stage) as said:
            page = admin.text("/desk/officials")
        assert page.count("工作人员") >= 20 * (group + 1)
        asked.append(len(said))
    assert asked[0] == asked[1]
