"""What a notice says about its dates: whether the day of publication counts, which days do not, until when objections are
taken, and that dates are provisional."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from voting_service.text import Text
from voting_service.workdays import Calendar, Overrides, SpecialDay
from voting_service.workdays.override_file import read_overrides
from voting_service.workdays.schedule import FirstDay, Letters, Schedule, WindowTerms, schedule
from voting_service.workdays.state_council import YEARS
from voting_service.workdays.wording import (
    acceptance_text,
    first_day_text,
    provisional_text,
    schedule_texts,
    window_text,
)

NINE = time(9)
UNKNOWN = max(YEARS) + 1


def dates(published: str, starts: time = NINE, calendar: Calendar | None = None, **terms: Any) -> Schedule:
    """The schedule of a notice published at this local moment."""
    moment = datetime.fromisoformat(published)
    return schedule(calendar or Calendar(), WindowTerms(**terms), moment, starts)


def window_words(first: date, days: int, calendar: Calendar | None = None) -> str:
    return str(window_text((calendar or Calendar()).window(first, days)))


# ---- the first day


@pytest.mark.parametrize(
    ("published", "first_day", "first", "last", "sentence"),
    [
        (
            *("2021-04-22 08:59", FirstDay.BY_HOUR, "04-22", "04-27"),
            "本公告于4月22日08:59发布，早于当日上班时间09:00，发布当日计入公示期。",
        ),
        (
            *("2021-04-22 09:00", FirstDay.BY_HOUR, "04-23", "04-28"),
            "本公告于4月22日09:00发布，不早于当日上班时间09:00，发布当日不计入，公示期自下一个工作日4月23日起计算。",
        ),
        (
            *("2021-04-22 17:30", FirstDay.COUNTED, "04-22", "04-27"),
            "发布当日（4月22日）计入公示期。",
        ),
        (
            *("2021-04-22 00:00", FirstDay.NEXT, "04-23", "04-28"),
            "发布当日（4月22日）不计入，公示期自下一个工作日4月23日起计算。",
        ),
        # A day off is never the first; a Sunday that is worked may be.
        (
            *("2021-04-24 08:00", FirstDay.COUNTED, "04-25", "04-29"),
            "发布当日（4月24日）不是工作日，公示期自下一个工作日4月25日起计算。",
        ),
        (
            *("2021-04-24 20:00", FirstDay.NEXT, "04-25", "04-29"),
            "发布当日（4月24日）不是工作日，公示期自下一个工作日4月25日起计算。",
        ),
        (
            *("2021-04-25 08:00", FirstDay.BY_HOUR, "04-25", "04-29"),
            "本公告于4月25日08:00发布，早于当日上班时间09:00，发布当日计入公示期。",
        ),
    ],
)
def test_whether_the_day_of_publication_counts_is_decided_and_said(
    published: str, first_day: FirstDay, first: str, last: str, sentence: str
) -> None:
    found = dates(published, first_day=first_day)
    assert (f"{found.window.first:%m-%d}", f"{found.window.last:%m-%d}") == (first, last)
    assert found.first_counted is (found.window.first == found.published.date())
    assert str(first_day_text(found)) == sentence


def test_the_hour_is_the_installations() -> None:
    assert not dates("2021-04-22 08:30", starts=time(8, 30)).first_counted
    assert dates("2021-04-22 09:29", starts=time(9, 30)).first_counted


def test_by_default_the_hour_decides_and_the_window_has_five_days() -> None:
    assert WindowTerms.from_plan({}) == WindowTerms(5, FirstDay.BY_HOUR, None, None)


def test_terms_are_those_of_the_campaigns_plan() -> None:
    plan = {"workdays": 7, "first_day": "next", "acceptance_workdays": 9, "letters": "arrived", "contact": {}}
    assert WindowTerms.from_plan(plan) == WindowTerms(7, FirstDay.NEXT, 9, Letters.ARRIVED)


# ---- the window


def test_the_april_notice_in_words() -> None:
    assert window_words(date(2021, 4, 22), 5) == (
        "公示期自4月22日起至4月27日止，共5个工作日（4月25日为调休上班日，计入；4月24日为休息日，不计入）。"
    )


def test_a_window_without_a_weekend_has_nothing_to_explain() -> None:
    assert window_words(date(2024, 3, 11), 5) == "公示期自3月11日起至3月15日止，共5个工作日。"


def test_holidays_are_ranges_and_named() -> None:
    assert window_words(date(2021, 9, 30), 5) == (
        "公示期自9月30日起至10月12日止，共5个工作日"
        "（10月9日为调休上班日，计入；10月1日至10月7日为国庆节假期，不计入；10月10日为休息日，不计入）。"
    )


def test_three_days_in_a_row_are_a_range_and_two_are_not() -> None:
    assert window_words(date(2020, 4, 3), 2) == (
        "公示期自4月3日起至4月7日止，共2个工作日（4月4日至4月6日为清明节假期，不计入）。"
    )
    assert "（3月16日、3月17日为休息日，不计入）" in window_words(date(2024, 3, 12), 5)


def test_days_of_one_kind_stand_together() -> None:
    assert window_words(date(2024, 3, 11), 11) == (
        "公示期自3月11日起至3月25日止，共11个工作日（3月16日、3月17日、3月23日、3月24日为休息日，不计入）。"
    )


def test_across_new_year_the_years_are_said() -> None:
    assert window_words(date(2024, 12, 31), 3) == (
        "公示期自2024年12月31日起至2025年1月3日止，共3个工作日（1月1日为元旦假期，不计入）。"
    )


def test_the_days_off_before_the_first_day_are_not_part_of_the_window() -> None:
    assert window_words(date(2024, 5, 1), 5) == "公示期自5月6日起至5月10日止，共5个工作日。"


def test_days_by_hand_are_told_by_their_occasion() -> None:
    hands = [
        SpecialDay(date(2024, 3, 12), False, "停电检修", "厂办通知"),
        SpecialDay(date(2024, 3, 16), True, "抢险", "防汛指挥部通知"),
        SpecialDay(date(2024, 3, 18), False, "国庆节、中秋节", "按节日名称"),
    ]
    assert window_words(date(2024, 3, 11), 6, Calendar(Overrides.of(by_hand=hands))) == (
        "公示期自3月11日起至3月19日止，共6个工作日（3月16日为抢险上班日，计入；"
        "3月12日为停电检修休息日，不计入；3月17日为休息日，不计入；3月18日为国庆节、中秋节假期，不计入）。"
    )


# ---- until when objections are taken


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({}, "异议受理至4月27日止。"),
        ({"acceptance_workdays": 5}, "异议受理至4月27日止。"),
        ({"acceptance_workdays": 8}, "异议受理至4月30日止（公示期满后继续受理3个工作日）。"),
        (
            {"letters": Letters.SENT},
            "异议受理至4月27日止。信函以寄出地邮戳日期为准，不晚于4月27日的有效。",
        ),
        (
            {"letters": Letters.ARRIVED, "acceptance_workdays": 6},
            "异议受理至4月28日止（公示期满后继续受理1个工作日）。信函以到达地邮戳日期为准，不晚于4月28日的有效。",
        ),
    ],
)
def test_acceptance_may_end_after_the_window(terms: dict[str, Any], sentence: str) -> None:
    found = dates("2021-04-22 08:00", **terms)
    assert found.window.last == date(2021, 4, 27)
    assert str(acceptance_text(found)) == sentence


def test_acceptance_never_ends_before_the_window() -> None:
    with pytest.raises(ValueError, match="at least as long"):
        WindowTerms(workdays=5, acceptance_workdays=4)


def test_the_guides_sentences_and_its_table_are_what_the_program_takes_and_says() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "publicity.zh-CN.md").read_text(encoding="utf-8")
    found = dates("2021-04-22 08:30", acceptance_workdays=7, letters=Letters.SENT)
    assert f"> {''.join(map(str, schedule_texts(found)))}\n" in guide
    table = read_overrides(guide.partition("```json\n")[2].partition("```")[0].encode())
    assert [day.source for day in table.by_hand.values()] == ["云川市政府 2026 年第 3 号通告"]


# ---- provisional


def test_in_a_known_year_nothing_is_said_of_provisional_dates() -> None:
    found = dates("2021-04-22 08:00")
    assert not found.provisional
    assert provisional_text(found.window.unknown_years) is None
    assert [str(text)[:2] for text in schedule_texts(found)] == ["公示", "本公", "异议"]


def test_in_an_unknown_year_the_window_is_said_to_be_provisional_and_why() -> None:
    found = dates(f"{UNKNOWN}-06-02 08:00")
    assert found.provisional
    told = [str(text) for text in schedule_texts(found)]
    assert told[0].startswith("公示期暂定自")
    assert told[3] == (
        f"尚无国务院办公厅{UNKNOWN}年的放假安排，上述日期按星期一至星期五上班推算，为暂定日期；"
        "安排公布后如有变化，据实更正。"
    )


def test_where_only_acceptance_reaches_into_an_unknown_year_that_is_said() -> None:
    found = dates(f"{UNKNOWN - 1}-12-20 08:00", workdays=1, acceptance_workdays=15)
    assert (found.window.provisional, found.acceptance.provisional) == (False, True)
    assert found.provisional
    told = [str(text) for text in schedule_texts(found)]
    assert told[0].startswith("公示期自")
    assert str(UNKNOWN) in told[3]


def test_every_sentence_can_be_translated_down_to_its_dates() -> None:
    seen: list[str] = []

    def gettext(source: str) -> str:
        seen.append(source)
        return source

    for text in schedule_texts(dates("2021-09-30 08:00", letters=Letters.SENT, acceptance_workdays=6)):
        assert isinstance(text, Text)
        text.translated(gettext)
    assert {"国庆节", "%(month)s月%(day)s日", "%(holiday)s假期"} <= set(seen)
