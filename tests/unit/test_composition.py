"""Composition rules: exact to the last percent, ages in full years, and nothing unknown told in a list's favour."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.campaigns.composition import (
    CompositionRule,
    Person,
    ages_on,
    fits,
    kept_after,
    rules_of,
    state_of,
)
from voting_service.campaigns.composition_words import demand_text, people_text, state_text

DAY = date(2026, 4, 7)
WOMEN = {"name": "女性", "field": "gender", "equals": "女"}
YOUNG = {"name": "45 岁以下", "field": "age", "under": 45}


def rule(**parts: Any) -> CompositionRule:
    (made,) = rules_of({"composition": [parts]}, today=DAY)
    return made


def women(count: int) -> list[Person]:
    return [Person(gender="女")] * count


def men(count: int) -> list[Person]:
    return [Person(gender="男")] * count


@pytest.mark.parametrize(
    ("percent", "total", "least", "most"),
    [(40, 10, 4, 4), (40, 11, 5, 4), (40, 12, 5, 4), (50, 5, 3, 2), (33.3, 1000, 333, 333), (33.3, 10, 4, 3),
     (0, 7, 0, 0), (100, 7, 7, 7), (40, 0, 0, 0)],
)  # fmt: skip
def test_how_many_that_is_in_whole_people(percent: float, total: int, least: int, most: int) -> None:
    at_least = state_of(rule(**WOMEN, min_percent=percent), men(total))
    at_most = state_of(rule(**WOMEN, max_percent=percent), men(total))
    assert (at_least.least, at_least.most) == (least, total)
    assert (at_most.least, at_most.most) == (0, most)


def test_at_most_so_many_of_a_unit_counts_every_crowded_unit() -> None:
    units = [Person(organisation=name) for name in ("一厂", "一 厂", "１厂", "1厂", "二厂", "三厂")]
    two = rule(name="单位", field="organisation", max_each=1)
    state = state_of(two, units)
    assert (state.kept, state.count, state.excess) == (False, 2, 2)
    assert state.crowded == (("1厂", 2), ("一厂", 2))
    assert state_of(two, units[1:3]).kept
    assert not state_of(two, [*units[1:3], Person()]).kept, "whoever's unit is not known may be of any"
    three = rule(name="单位", field="organisation", max_each=2)
    assert state_of(three, [*units, Person()]).excess == 1
    assert state_of(three, []).kept


def test_whoever_is_in_no_category_crowds_none() -> None:
    each = rule(name="行业", field="category", max_each=1)
    assert state_of(each, [Person(), Person(), Person(category="a")]).kept
    assert not state_of(each, [Person(category="a"), Person(category="a")]).kept


def test_the_front_line_is_what_the_roster_says() -> None:
    half = rule(name="一线", field="front_line", min_percent=50)
    at_most = rule(name="一线", field="front_line", max_percent=50)
    people = [Person(front_line=True), Person(front_line=False), Person()]
    assert (state_of(half, people).count, state_of(half, people).unknown, state_of(half, people).missing) == (
        1,
        1,
        1,
    )
    assert state_of(at_most, people).excess == 1


@pytest.mark.parametrize(
    ("parts", "demand", "people", "state"),
    [
        ({**WOMEN, "min_percent": 40}, "女性至少占 40%", "4 人中至少 2 人", "现有 1 人，另有 1 人资料不全，还差 1 人"),
        ({**WOMEN, "max_percent": 33.3}, "女性至多占 33.3%", "4 人中至多 1 人", "现有 1 人，另有 1 人资料不全，多了 1 人"),
        ({**YOUNG, "min_percent": 25, "max_percent": 50}, "45 周岁以下的（按2026年4月7日算）占 25% 到 50%", "4 人中 1 到 2 人",
         "现有 0 人，另有 4 人资料不全，还差 1 人"),
        ({"name": "x", "field": "category", "equals": "a", "min_percent": 50}, "“能源”组至少占 50%", "4 人中至少 2 人", "现有 2 人"),
        ({"name": "x", "field": "category", "max_each": 1}, "每个组别至多 1 人", "每个至多 1 人", "能源有 2 人"),
        ({"name": "x", "field": "organisation", "max_each": 1}, "每个单位至多 1 人", "每个至多 1 人",
         "最多的一个有 0 人，另有 4 人资料不全"),
        ({"name": "x", "field": "front_line", "min_percent": 50}, "一线职工至少占 50%", "4 人中至少 2 人",
         "现有 0 人，另有 4 人资料不全，还差 2 人"),
    ],
)  # fmt: skip
def test_a_rule_and_how_a_list_stands_by_it_in_words(
    parts: dict[str, Any], demand: str, people: str, state: str
) -> None:
    found = state_of(rule(**parts), [Person(gender="女", category="a"), Person(gender="男", category="a"),
                                     Person(gender="男"), Person()])  # fmt: skip
    names = {"a": "能源"}
    assert (str(demand_text(found.rule, names)), str(people_text(found)), str(state_text(found, names))) == (
        demand, people, state,
    )  # fmt: skip


def test_a_tenth_of_a_percent_is_what_was_written_and_no_binary_fraction() -> None:
    # In floats 0.07 × 100 is more than 7, and one of 10 000 too many would be asked for.
    assert state_of(rule(**WOMEN, min_percent=0.07), men(10_000)).least == 7
    assert rule(**WOMEN, min_percent=33.3).min_percent == Fraction(333, 10)


@given(
    st.lists(st.sampled_from(["男", "女", None]), max_size=12),
    st.decimals(0, 100, places=2),
    st.booleans(),
)
def test_kept_is_what_every_way_of_filling_in_the_unknown_allows(
    genders: list[str | None], percent: Decimal, is_minimum: bool
) -> None:
    bound = {"min_percent" if is_minimum else "max_percent": float(percent)}
    state = state_of(rule(**WOMEN, **bound), [Person(gender=gender) for gender in genders])
    unknown = genders.count(None)

    def holds(count: int) -> bool:
        if is_minimum:
            return count * 100 >= percent * len(genders)
        return count * 100 <= percent * len(genders)

    cases = [genders.count("女") + sum(more) for more in product((0, 1), repeat=unknown)]
    assert state.kept == all(holds(count) for count in cases)
    assert (state.count, state.of, state.unknown) == (genders.count("女"), len(genders), unknown)


def test_whom_nothing_is_known_of_helps_no_rule() -> None:
    at_least, at_most = rule(**WOMEN, min_percent=40), rule(**WOMEN, max_percent=60)
    people = [*women(3), Person(), *men(6)]
    assert (state_of(at_least, people).kept, state_of(at_least, people).missing) == (False, 1)
    people = [*women(6), Person(), *men(3)]
    assert (state_of(at_most, people).kept, state_of(at_most, people).excess) == (False, 1)


@pytest.mark.parametrize(
    ("birth_date", "ages"),
    [("1981-04-06", (45, 45)), ("1981-04-07", (45, 45)), ("1981-04-08", (44, 44)), ("1981-04", (44, 45)),
     ("1981-05", (44, 44)), ("1981-03", (45, 45)), ("1981", (44, 45)), ("2026", (0, 0)), ("2026-04", (0, 0)),
     ("2026-05", None), ("2027", None), ("1981-13", None), ("1981-02-30", None), ("一九八一", None), ("", None),
     (None, None), ("0000", None)],
)  # fmt: skip
def test_full_years_on_the_day_as_far_as_the_birth_date_tells(
    birth_date: str | None, ages: tuple[int, int] | None
) -> None:
    assert ages_on(birth_date, DAY) == ages


def test_whoever_was_born_on_a_leap_day_completes_the_year_on_the_first_of_march() -> None:
    assert ages_on("2000-02-29", date(2025, 2, 28)) == (24, 24)
    assert ages_on("2000-02-29", date(2025, 3, 1)) == (25, 25)
    assert ages_on("2000-02-29", date(2028, 2, 29)) == (28, 28)
    assert ages_on("2000-02", date(2025, 2, 28)) == (24, 25)


@given(st.dates(date(1930, 1, 1), date(2020, 12, 31)), st.dates(date(2020, 12, 31), date(2040, 1, 1)))
def test_age_is_the_number_of_birthdays_that_have_come(born: date, day: date) -> None:
    birthdays, current = 0, born + timedelta(days=1)
    while current <= day:
        is_leap_birthday = (born.month, born.day) == (2, 29) and (current.month, current.day) == (3, 1)
        has_leap_day = (date(current.year, 3, 1) - timedelta(days=1)).day == 29
        if (current.month, current.day) == (born.month, born.day) or (is_leap_birthday and not has_leap_day):
            birthdays += 1
        current += timedelta(days=1)
    assert ages_on(born.isoformat(), day) == (birthdays, birthdays)
    assert (ages_on(born.isoformat()[:7], day) or (-1, -1))[0] <= birthdays
    youngest, oldest = ages_on(born.isoformat()[:4], day) or (-1, -1)
    assert youngest <= birthdays <= oldest


def test_a_year_alone_settles_an_age_or_does_not() -> None:
    young = rule(**YOUNG, min_percent=40)
    told = [fits(young, Person(birth_date=year)) for year in ("1980", "1981", "1982", None)]
    assert told == [False, None, True, None]
    old = rule(name="六十岁以上", field="age", at_least=60, max_percent=10)
    assert [fits(old, Person(birth_date=year)) for year in ("1965", "1966", "1967")] == [True, None, False]


def test_the_day_is_the_rules_own_or_today() -> None:
    told = rules_of(
        {"composition": [YOUNG | {"min_percent": 40}, YOUNG | {"min_percent": 40, "as_of": "2025-12-31"}]},
        today=DAY,
    )
    assert [one.as_of for one in told] == [DAY, date(2025, 12, 31)]


def test_whoever_is_in_no_category_is_certainly_not_in_this_one() -> None:
    energy = rule(name="能源", field="category", equals="energy", min_percent=10)
    assert [fits(energy, Person(category=key)) for key in ("energy", "textile", None)] == [True, False, False]


def test_a_change_may_leave_a_broken_rule_as_broken_as_it_was_and_no_worse() -> None:
    both = (rule(**WOMEN, min_percent=40), rule(**WOMEN, max_percent=60))
    assert kept_after(both, [*women(4), *men(6)], [*women(3), *men(7)]) == (both[0],)
    assert kept_after(both, [*women(3), *men(7)], [*women(3), *men(7)]) == ()
    assert kept_after(both, [*women(3), *men(7)], [*women(2), *men(8)]) == (both[0],)
    assert kept_after(both, [*women(6), *men(4)], [*women(7), *men(3)]) == (both[1],)
    assert kept_after(both, [*women(8), *men(2)], [*women(7), *men(3)]) == ()
    assert kept_after((), women(1), []) == ()
