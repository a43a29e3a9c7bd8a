"""Who takes a place: by the rules, the first of the reserve with whom the list is no worse, found by trying everyone."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from publicity.substitutions.succession import broken_with, next_in_line
from voting_service.campaigns.composition import CompositionRule, Person, fits, rules_of

DAY = date(2026, 4, 7)


def people() -> st.SearchStrategy[Person]:
    return st.builds(
        Person,
        gender=st.sampled_from(["男", "女", None]),
        birth_date=st.sampled_from(["1970", "1981", "1981-04-08", "1990-01", "2000-12-31", None]),
        category=st.sampled_from(["a", "b", None]),
    )


def rules() -> st.SearchStrategy[CompositionRule]:
    tests = st.sampled_from(
        [{"field": "gender", "equals": "女"}, {"field": "age", "under": 45}, {"field": "age", "at_least": 30},
         {"field": "category", "equals": "a"}]
    )  # fmt: skip
    bounds = st.sampled_from(
        [{"min_percent": 40}, {"max_percent": 50}, {"min_percent": 33.3, "max_percent": 66.7}]
    )
    return st.builds(
        lambda test, bound: rules_of({"composition": [{"name": "规则", **test, **bound}]}, today=DAY)[0],
        tests,
        bounds,
    )


def shortfall(rule: CompositionRule, listed: list[Person]) -> tuple[int, int]:
    """By the rule's words: how many are missing, how many too many, found by counting up and down."""
    answers = [fits(rule, person) for person in listed]
    sure, possible, total = answers.count(True), answers.count(True) + answers.count(None), len(listed)

    def enough(count: int) -> bool:
        return rule.min_percent is None or Fraction(count * 100) >= rule.min_percent * total

    def few(count: int) -> bool:
        return rule.max_percent is None or Fraction(count * 100) <= rule.max_percent * total

    missing = next(more for more in range(total + 1) if enough(sure + more))
    excess = next(fewer for fewer in range(total + 1) if few(possible - fewer))
    return missing, excess


@settings(max_examples=300)
@given(st.lists(people(), min_size=1, max_size=7), st.lists(people(), max_size=5), st.lists(rules(), max_size=4),
       st.data())  # fmt: skip
def test_the_first_with_whom_no_rule_stands_worse(
    listed: list[Person], reserve: list[Person], all_rules: list[CompositionRule], data: Any
) -> None:
    leaver = data.draw(st.integers(0, len(listed) - 1))
    numbered = list(enumerate(reserve, start=100))
    found = next_in_line(dict(enumerate(listed)), leaver, numbered, all_rules)
    others = [person for number, person in enumerate(listed) if number != leaver]

    def worse(person: Person) -> list[CompositionRule]:
        return [
            rule
            for rule in all_rules
            if any(
                now > then
                for now, then in zip(
                    shortfall(rule, [*others, person]), shortfall(rule, listed), strict=True
                )
            )
        ]

    may = [number for number, person in numbered if not worse(person)]
    assert found.chosen == (may[0] if may else None)
    passed = [number for number, _person in numbered if found.chosen is None or number < found.chosen]
    assert [one.number for one in found.passed_over] == passed
    assert [list(one.rules) for one in found.passed_over] == [worse(dict(numbered)[n]) for n in passed]


def test_nobody_in_reserve_is_nobody_chosen() -> None:
    found = next_in_line({1: Person()}, 1, [], [])
    assert (found.chosen, found.passed_over) == (None, ())


def test_the_second_takes_the_place_where_the_first_would_break_a_rule() -> None:
    women = rules_of(
        {"composition": [{"name": "女性", "field": "gender", "equals": "女", "min_percent": 40}]}, today=DAY
    )
    listed = {1: Person("女"), 2: Person("女"), 3: Person("男"), 4: Person("男"), 5: Person("男")}
    reserve = [(6, Person("男")), (7, Person("女"))]
    found = next_in_line(listed, 1, reserve, women)
    assert (found.chosen, [(one.number, one.rules) for one in found.passed_over]) == (7, [(6, women)])
    assert next_in_line(listed, 3, reserve, women).chosen == 6
    assert broken_with(listed, 1, 6, Person("男"), women) == women
