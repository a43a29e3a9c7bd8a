"""A table of working days that cannot be read takes down what reckons with it, and nothing else; and nothing closes by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from publicity.notices.events import write_due
from publicity.notices.models import PUBLISHED, Notice
from publicity.notices.queries import notice_by_number
from tests.desk import Desk
from tests.dockets import lodge
from tests.notices import beijing, draft
from tests.objectors import API, form, notice_on
from tests.stage import ClockInHand, Stage, make_service
from voting_service.workdays.override_file import TABLE_FILE

WRONG = '{"days": [{"date": "2026-02-30", "name": "调休", "isOffDay": true, "source": "通知"}], "dayz": []}'


@pytest.fixture
def broken(tmp_path: Any, redis_url: str) -> Any:
    """A notice in its window and an objection to it; then somebody edits the table."""
    clock = ClockInHand(beijing(2026, 4, 16))
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=clock))
    notice_on(stage)
    lodge(stage)
    (stage.service.settings.data_dir / TABLE_FILE).write_text(WRONG, encoding="utf-8")
    yield stage
    stage.strike()


def notice(stage: Stage) -> Notice:
    with stage.service.database.read() as session:
        return notice_by_number(session, "test", 1)


def test_the_first_page_says_what_is_wrong_and_where(broken: Stage) -> None:
    for desk in (
        Desk(broken, "经办人", "operator"),
        Desk(broken, "监督员", "supervisor"),
        Desk(broken, "打分人", "judge"),
    ):
        page = desk.text("/desk")
        assert "现在算不出工作日" in page
        assert "workdays.json days[1]" in page
        assert "workdays.json dayz" in page
        assert "请改正数据目录中的 workdays.json" in page
    assert "改好以前看不到哪些案卷等您处理" in Desk(broken, "承办人", "handler").text("/desk")
    assert "改好以前看不到" not in Desk(broken, "审核人", "reviewer").text("/desk")


def test_what_reckons_no_days_goes_on(broken: Stage) -> None:
    desk = Desk(broken, "经办人", "operator", "committee")
    for path in (
        "/desk",
        "/desk/campaigns",
        "/desk/campaigns/test",
        "/desk/notices",
        "/desk/notices/new",
        "/desk/journal",
    ):
        answer = desk.get(path)
        assert answer.status_code in (200, 403), path
    assert desk.get("/desk/notices/test/1").status_code == 200
    for path in ("/", "/c/test/notices/1", "/c/test/objections/new"):
        assert broken.client().get(path).status_code == 200, path


def test_what_reckons_days_refuses_with_one_sentence_and_changes_nothing(broken: Stage) -> None:
    desk = Desk(broken, "经办人", "operator", "committee", "handler")
    draft(broken, desk.official, numbers=(4, 5))
    at = "/desk/notices/test"
    before = notice(broken).accepted_until
    answers = [
        desk.get("/desk/dockets"),
        desk.get(f"{at}/2/preview"),
        desk.post(f"{at}/2/publish", confirmed="yes", preview="x"),
        desk.post(
            f"{at}/1/extend",
            workdays="2",
            reason="材料还在核实之中，需要延长。",
            act="extend",
            confirmed="yes",
        ),
        broken.client().post(API.format(slug="test"), data=form()),
    ]
    for answer in answers:
        assert answer.status_code == 503, answer.request.path
        assert "现在算不出工作日" in answer.get_data(as_text=True), answer.request.path
        assert TABLE_FILE not in answer.get_data(as_text=True), (
            "where it is wrong is for those who run the service"
        )
        assert answer.headers["Retry-After"]
    assert notice(broken).accepted_until == before
    with broken.service.database.read() as session:
        assert notice_by_number(session, "test", 2, drafts=True).state != PUBLISHED


def test_nothing_closes_by_itself(broken: Stage) -> None:
    broken.service.clock.tick(timedelta(days=90))  # type: ignore[attr-defined]
    broken.record()
    write_due(broken.service.recorder_stores)
    assert notice(broken).state == PUBLISHED
    assert "现在算不出工作日" in Desk(broken, "经办人", "operator").text("/desk")


def test_mended_it_is_read_at_the_next_page(broken: Stage) -> None:
    desk = Desk(broken, "承办人", "handler", "operator")
    assert desk.get("/desk/dockets").status_code == 503
    (broken.service.settings.data_dir / TABLE_FILE).unlink()
    assert desk.get("/desk/dockets").status_code == 200
    assert "现在算不出工作日" not in desk.text("/desk")
