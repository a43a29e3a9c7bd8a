"""Working days: windows that real notices and the State Council's documents fix, laws that hold from 2004 on, and what is
said where nothing is known.

The expected dates are written out from the documents, not computed. Nothing here depends on today, or on how many years
the installed ``chinesecalendar`` knows: it is asked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.workdays import Arrangement, Calendar, Overrides, SpecialDay
from voting_service.workdays.overrides import arrangement_year
from voting_service.workdays.state_council import YEARS, arranged_years

CALENDAR = Calendar()
DAY = timedelta(1)
# What follows the last year that the package knows, whichever that is.
LAST_KNOWN = max(YEARS)
UNKNOWN = LAST_KNOWN + 1


def window(first: str, days: int) -> list[str]:
    """The window's days, as month-day; known for certain."""
    found = CALENDAR.window(date.fromisoformat(first), days)
    assert not found.provisional
    return [f"{day:%m-%d}" for day in found.days]


# ---- notices


def test_a_notice_of_april_2021_holds_because_sunday_was_worked() -> None:
    assert window("2021-04-22", 5) == ["04-22", "04-23", "04-25", "04-26", "04-27"]


def test_a_notice_of_march_2024_counts_the_day_on_which_it_was_published() -> None:
    # "公示时间:2024年3月12日至18日", dated 12 March: www.hbjgdj.gov.cn/tzgg/202403/t20240312_126694.shtml
    assert window("2024-03-12", 5) == ["03-12", "03-13", "03-14", "03-15", "03-18"]


def test_the_ordos_notice_of_2023_leaves_until_31_march_to_publish() -> None:
    # 鄂工发〔2023〕45号: the phase from 27 March to 7 April ends with five working days; Wednesday 5 April is Qingming.
    assert window("2023-03-31", 5) == ["03-31", "04-03", "04-04", "04-06", "04-07"]
    assert window("2023-04-03", 5)[-1] == "04-10"


def test_the_taicang_notice_of_2021_leaves_time_for_two_windows_one_after_the_other() -> None:
    # 太工发〔2021〕31号, 8 June, applications by 7 July: unit first, then town or district. 14 June is Dragon Boat.
    unit = window("2021-06-08", 5)
    assert unit == ["06-08", "06-09", "06-10", "06-11", "06-15"]
    town = CALENDAR.add(date(2021, 6, 15), 5)
    assert [f"{day:%m-%d}" for day in town.days] == ["06-16", "06-17", "06-18", "06-21", "06-22"]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        # National Day
        ("2020-09-25", ["09-25", "09-27", "09-28", "09-29", "09-30"]),
        ("2020-09-30", ["09-30", "10-09", "10-10", "10-12", "10-13"]),
        ("2021-09-30", ["09-30", "10-08", "10-09", "10-11", "10-12"]),
        ("2022-09-30", ["09-30", "10-08", "10-09", "10-10", "10-11"]),
        ("2023-09-28", ["09-28", "10-07", "10-08", "10-09", "10-10"]),
        ("2024-09-27", ["09-27", "09-29", "09-30", "10-08", "10-09"]),
        ("2024-10-09", ["10-09", "10-10", "10-11", "10-12", "10-14"]),
        ("2025-09-26", ["09-26", "09-28", "09-29", "09-30", "10-09"]),
        # Spring Festival; in 2020 it was prolonged when it had begun, and 1 February was not worked after all
        ("2020-01-19", ["01-19", "01-20", "01-21", "01-22", "01-23"]),
        ("2020-01-23", ["01-23", "02-03", "02-04", "02-05", "02-06"]),
        ("2021-02-07", ["02-07", "02-08", "02-09", "02-10", "02-18"]),
        ("2022-01-28", ["01-28", "01-29", "01-30", "02-07", "02-08"]),
        ("2023-01-20", ["01-20", "01-28", "01-29", "01-30", "01-31"]),
        ("2024-02-08", ["02-08", "02-09", "02-18", "02-19", "02-20"]),
        ("2025-01-26", ["01-26", "01-27", "02-05", "02-06", "02-07"]),
        # New Year, also where the next year's arrangement reaches back into December
        ("2006-12-29", ["12-29", "12-30", "12-31", "01-04", "01-05"]),
        ("2011-12-30", ["12-30", "12-31", "01-04", "01-05", "01-06"]),
        ("2018-12-28", ["12-28", "12-29", "01-02", "01-03", "01-04"]),
        ("2022-12-30", ["12-30", "01-03", "01-04", "01-05", "01-06"]),
        ("2023-12-29", ["12-29", "01-02", "01-03", "01-04", "01-05"]),
        ("2024-12-31", ["12-31", "01-02", "01-03", "01-06", "01-07"]),
        ("2025-12-31", ["12-31", "01-04", "01-05", "01-06", "01-07"]),
        # a first day that is not worked is not counted: Labour Day 2024 and the weekend after it
        ("2024-05-01", ["05-06", "05-07", "05-08", "05-09", "05-10"]),
    ],
)
def test_windows_around_holidays(first: str, expected: list[str]) -> None:
    assert window(first, 5) == expected


# ---- laws

KNOWN_DAYS = st.dates(date(2004, 1, 1), date(LAST_KNOWN, 10, 1))
LENGTHS = st.integers(1, 40)


def worked_between(first: date, last: date) -> list[date]:
    """By the package's own word."""
    days = [first + step * DAY for step in range((last - first).days + 1)]
    return [day for day in days if chinese_calendar.is_workday(day)]


def test_every_known_day_is_as_the_package_says() -> None:
    first, last = date(min(YEARS), 1, 1), date(LAST_KNOWN, 12, 24)
    ours = [
        day
        for step in range((last - first).days + 1)
        if CALENDAR.is_workday(day := first + step * DAY) and CALENDAR.day(day).known
    ]
    assert ours == worked_between(first, last)


@given(KNOWN_DAYS, LENGTHS)
def test_a_window_has_just_its_days_ends_on_one_and_leaves_none_out(first: date, days: int) -> None:
    found = CALENDAR.window(first, days)
    assert len(found.days) == days
    assert found.last == found.days[-1]
    assert list(found.days) == worked_between(first, found.last)
    assert found.looked_at[0].date == first
    assert not found.provisional


@given(KNOWN_DAYS, LENGTHS)
def test_a_later_start_never_ends_earlier_and_a_longer_window_ends_later(first: date, days: int) -> None:
    last = CALENDAR.window(first, days).last
    assert CALENDAR.window(first + DAY, days).last >= last
    assert CALENDAR.window(first, days + 1).last > last


@given(KNOWN_DAYS, LENGTHS)
def test_counting_from_the_next_day_leaves_the_first_day_out(first: date, days: int) -> None:
    after = CALENDAR.window(first, days, count_first=False)
    assert after.days == CALENDAR.window(first + DAY, days).days
    assert after == CALENDAR.add(first, days)
    if CALENDAR.is_workday(first):
        assert CALENDAR.window(first, days + 1).days == (first, *after.days)
    else:
        assert CALENDAR.window(first, days).days == after.days


@given(KNOWN_DAYS, st.booleans())
def test_a_day_by_hand_beats_the_package(day: date, works: bool) -> None:
    own = SpecialDay(day, works, "停电检修", "厂办〔2024〕3号")
    calendar = Calendar(Overrides.of(by_hand=[own]))
    assert calendar.is_workday(day) is works
    assert (calendar.day(day).name, calendar.day(day).source) == ("停电检修", "厂办〔2024〕3号")
    assert (day in calendar.window(day, 1).days) is works
    assert calendar.day(day + DAY) == CALENDAR.day(day + DAY)


@pytest.mark.parametrize("days", [0, -1])
def test_a_window_has_a_day_at_least(days: int) -> None:
    with pytest.raises(ValueError, match="one day or more"):
        CALENDAR.window(date(2021, 4, 22), days)


def test_a_moment_is_not_taken_for_a_day() -> None:
    with pytest.raises(TypeError):
        CALENDAR.is_workday(datetime(2021, 4, 25, tzinfo=UTC))


# ---- what is not known


def arrangement(year: int, *, off: tuple[date, ...] = (), worked: tuple[date, ...] = ()) -> Arrangement:
    """New Year, Labour Day, National Day, and these."""
    fixed = {date(year, 1, 1), date(year, 5, 1), date(year, 10, 1), *off}
    return Arrangement(
        year,
        "国办发明电〔…〕1号",
        tuple(
            SpecialDay(day, day in worked, "元旦", "国办发明电〔…〕1号") for day in sorted({*fixed, *worked})
        ),
    )


def test_in_an_unknown_year_mondays_to_fridays_are_assumed_and_it_is_said() -> None:
    found = CALENDAR.window(date(UNKNOWN, 6, 1), 20)
    assert found.provisional
    assert found.unknown_years == (UNKNOWN,)
    assert all(day.weekday() < 5 for day in found.days)
    assert not any(day.known for day in found.looked_at)
    assert (CALENDAR.knows(LAST_KNOWN), CALENDAR.knows(UNKNOWN)) == (True, False)
    assert (CALENDAR.source(UNKNOWN), CALENDAR.source(LAST_KNOWN)[:15]) == ("", "chinesecalendar")


def test_a_window_that_only_ends_in_an_unknown_year_is_provisional() -> None:
    found = CALENDAR.window(date(LAST_KNOWN, 12, 20), 15)
    assert (found.last.year, found.unknown_years) == (UNKNOWN, (UNKNOWN,))


def test_a_few_days_of_january_are_no_arrangement(monkeypatch: pytest.MonkeyPatch) -> None:
    new_year = date(UNKNOWN, 1, 1)
    monkeypatch.setitem(chinese_calendar.holidays, new_year, "New Year's Day")
    assert arranged_years(chinese_calendar.holidays) == YEARS
    assert (CALENDAR.day(new_year).works, CALENDAR.day(new_year).known) == (False, False)


def test_years_before_the_first_are_unknown_too() -> None:
    assert CALENDAR.window(date(min(YEARS) - 1, 6, 2), 5).unknown_years == (min(YEARS) - 1,)


def test_the_last_week_of_december_belongs_to_the_next_years_arrangement() -> None:
    assert CALENDAR.day(date(LAST_KNOWN, 12, 24)).known
    assert not CALENDAR.day(date(LAST_KNOWN, 12, 25)).known
    # Saturday 29 December 2018 was worked by the arrangement of 2019.
    assert CALENDAR.is_workday(date(2018, 12, 29))


def test_the_package_has_never_named_a_day_of_december_outside_that_week() -> None:
    named = {*chinese_calendar.holidays, *chinese_calendar.workdays}
    assert all(arrangement_year(day) == day.year + 1 for day in named if day.month == 12)


def test_an_arrangement_of_our_own_makes_a_year_known_from_the_december_before() -> None:
    eve = date(UNKNOWN - 1, 12, 31)
    saturday = next(day for n in range(7) if (day := date(UNKNOWN, 6, 1) + n * DAY).weekday() == 5)
    calendar = Calendar(Overrides.of([arrangement(UNKNOWN, off=(eve,), worked=(saturday,))]))
    assert calendar.knows(UNKNOWN)
    assert (calendar.day(eve).works, calendar.day(eve).known) == (False, True)
    assert calendar.is_workday(saturday)
    assert not calendar.window(date(UNKNOWN - 1, 12, 20), 20).provisional
    assert calendar.window(date(UNKNOWN, 12, 20), 10).unknown_years == (UNKNOWN + 1,)
    assert calendar.source(UNKNOWN) == "国办发明电〔…〕1号"


def test_what_our_arrangement_leaves_out_is_not_brought_back_by_the_package() -> None:
    calendar = Calendar(Overrides.of([arrangement(2021)]))
    assert not calendar.is_workday(date(2021, 4, 25)), (
        "a Sunday that only the package's arrangement has worked"
    )
    assert calendar.is_workday(date(2021, 10, 4))
    assert calendar.is_workday(date(2022, 10, 8)), "other years are the package's"


def test_a_day_by_hand_does_not_make_its_year_known() -> None:
    friday = next(day for n in range(7) if (day := date(UNKNOWN, 6, 1) + n * DAY).weekday() == 4)
    calendar = Calendar(Overrides.of(by_hand=[SpecialDay(friday, False, "运动会", "厂办通知")]))
    assert calendar.day(friday).known
    assert not calendar.knows(UNKNOWN)
    assert calendar.window(friday, 1).provisional
    assert friday not in calendar.window(friday, 5).days


def test_a_day_by_hand_beats_an_arrangement_of_our_own() -> None:
    day = date(2021, 5, 1)
    calendar = Calendar(Overrides.of([arrangement(2021)], [SpecialDay(day, True, "抢险", "防汛指挥部通知")]))
    assert calendar.is_workday(day)


def test_the_special_days_of_a_year_are_the_documents() -> None:
    named = list(CALENDAR.special_days(2021))
    assert [f"{day.date:%m-%d}" for day in named if day.works] == [
        "02-07", "02-20", "04-25", "05-08", "09-18", "09-26", "10-09",
    ]  # fmt: skip
    assert {day.name for day in named} == {"元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"}
