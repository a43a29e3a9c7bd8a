"""Notices in public: what the page shows in each state, and the same as list, frame, file, JSON and document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from publicity.board import board
from tests.desk import Desk
from tests.notices import beijing, published
from tests.stage import ClockInHand, Stage, make_service


@pytest.fixture
def hall(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stage whose clock stands on a Monday in April, with a campaign that is open."""
    monkeypatch.setattr(board, "FRESH_S", 0.0)
    clock = ClockInHand(beijing(2026, 4, 20))
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=clock))
    stage.draft()
    yield stage
    stage.strike()


def test_a(hall: Stage) -> None:
    desk = Desk(hall, "王敏", "operator")
    published(hall, desk.official)
    got = hall.client().get("/c/test/notices/1")
    print(got.status_code, got.headers, got.text)
    for x in (
        "/c/test/notices",
        "/c/test/notices/1/embed",
        "/c/test/notices/1.json",
        "/c/test/notices/1.pdf",
        "/c/test/notices/1.docx",
        "/log/test/notice-1.json",
        "/api/v1/campaigns/test/notices",
        "/api/v1/campaigns/test/notices/1",
    ):
        got = hall.client().get(x)
        print(x, got.status_code, len(got.data), got.headers)
    assert 0
