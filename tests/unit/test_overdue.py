"""What is late and what waits, by the State Council's calendar: golden days of 2021, and the edges of each promise."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from publicity.rulings.overdue import KIND_WORDS, Due, Standing, Today, due_text, dues, late_by
from voting_service.workdays import Calendar

BEIJING = ZoneInfo("Asia/Shanghai")


def on(month: int, day: int, hour: int = 10) -> Today:
    """A moment of 2021 at the desk. Sunday 25 April was worked, 1 to 5 May were off."""
    return Today(datetime(2021, month, day, hour, tzinfo=BEIJING), BEIJING, Calendar())


def standing(state: str = "received", *, handled: bool = True, asked: date | None = None) -> Standing:
    return Standing(
        state=state,
        received=date(2021, 4, 22),
        decide_by=date(2021, 4, 27),
        reply_by=date(2021, 5, 7),
        handled=handled,
        asked=asked,
    )


def test_in_time_is_nothing() -> None:
    assert dues(standing(), on(4, 23)) == ()
    assert dues(standing("accepted"), on(4, 28)) == ()


@pytest.mark.parametrize(
    ("month", "day", "expected"),
    [
        (4, 25, ()),  # a Sunday that was worked: two working days are left, Monday and Tuesday
        (4, 26, (("decide_soon", 1),)),
        (4, 27, (("decide_soon", 0),)),  # the last day, to its end
        (4, 28, (("undecided", 1),)),
        (5, 1, (("undecided", 3),)),  # 28, 29, 30 April; a day off makes it no later, and no less late
        (5, 5, (("undecided", 3),)),
        (5, 6, (("undecided", 4),)),
    ],
)
def test_undecided(month: int, day: int, expected: tuple[tuple[str, int], ...]) -> None:
    found = dues(standing(), on(month, day))
    assert tuple((due.kind, due.workdays) for due in found) == expected
    assert [due.late for due in found] == [kind == "undecided" for kind, _n in expected]


def test_past_its_day_it_is_late_on_a_day_off_too() -> None:
    by_friday = Standing("received", date(2021, 4, 6), date(2021, 4, 9), date(2021, 5, 7), handled=True)
    saturday = dues(by_friday, on(4, 10))
    assert saturday == (Due("undecided", date(2021, 4, 9), 0),)
    assert str(due_text(saturday[0])) == "审查已过期限"


def test_unruled_only_when_taken_up() -> None:
    assert [due.kind for due in dues(standing("accepted"), on(5, 8))] == ["unruled"]
    assert [due.kind for due in dues(standing(), on(5, 8))] == ["undecided"]


@pytest.mark.parametrize("state", ["declined", "upheld", "dismissed", "withdrawn"])
def test_what_is_over_waits_for_nobody(state: str) -> None:
    assert dues(standing(state, handled=False, asked=date(2021, 4, 22)), on(5, 20)) == ()


def test_unassigned_and_unanswered_are_counted_in_working_days() -> None:
    found = dues(standing(handled=False, asked=date(2021, 4, 23)), on(4, 26))
    assert found == (
        Due("decide_soon", date(2021, 4, 27), 1),
        Due("unassigned", date(2021, 4, 22), 3),
        Due("unanswered", date(2021, 4, 23), 2),
    )
    assert not any(due.late for due in found)


def test_the_day_is_the_desks_and_not_utcs() -> None:
    just_after_midnight = Today(datetime(2021, 4, 27, 16, 30, tzinfo=UTC), BEIJING, Calendar())
    assert just_after_midnight.day == date(2021, 4, 28)
    assert [due.kind for due in dues(standing(), just_after_midnight)] == ["undecided"]


def test_how_late_something_was_done() -> None:
    today = on(5, 20)
    due = date(2021, 4, 30)
    assert late_by(due, date(2021, 4, 30), today) is None
    assert late_by(due, date(2021, 5, 3), today) == 0
    assert late_by(due, date(2021, 5, 7), today) == 2


def test_every_kind_has_its_words() -> None:
    for kind in KIND_WORDS:
        words = {str(due_text(Due(kind, date(2021, 4, 27), n))) for n in (0, 3)}
        assert len(words) == 2
        assert any("3" in one for one in words)
