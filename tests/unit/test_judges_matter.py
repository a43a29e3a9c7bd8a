"""When it is worth saying that nobody has been made a judge yet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from voting_service.assessment.scoring.waiting import judges_matter

NOW = datetime(2021, 4, 16, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("is_closed", "closes_in", "due_in", "told"),
    [
        (False, 20, None, False),
        (False, 3.01, None, False),
        (False, 3, None, True),
        (False, -1, None, True),
        (False, 20, 10, False),
        (False, 20, 2, True),
        (False, 2, 10, True),
        (True, 20, None, True),
    ],
)
def test_it_is_told_from_three_days_before(
    is_closed: bool, closes_in: float, due_in: float | None, told: bool
) -> None:
    due = NOW + due_in * DAY if due_in is not None else None
    assert judges_matter(is_closed, NOW + closes_in * DAY, due, NOW) is told
