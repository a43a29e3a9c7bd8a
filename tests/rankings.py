"""Rankings and composition rules for tests and the benchmark: a few by hand, many drawn, some of them hard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from voting_service.assessment.selection import Contender
from voting_service.campaigns.composition import CompositionRule, Person, rules_of

DAY = date(2026, 4, 7)
WOMEN = {"name": "女性", "field": "gender", "equals": "女"}
YOUNG = {"name": "45 岁以下", "field": "age", "under": 45}
FRONT = {"name": "一线职工", "field": "front_line"}
UNIT = {"name": "每单位", "field": "organisation"}


def rules(*parts: dict[str, Any]) -> tuple[CompositionRule, ...]:
    return rules_of({"composition": parts}, today=DAY)


def ranking(*people: Person, points: Sequence[Any] = ()) -> list[Contender]:
    """One after another, ten points apart, unless points are given; equal points are one place."""
    scores = [Fraction(str(one)) for one in points] or [Fraction(1000 - 10 * at) for at in range(len(people))]
    return [
        Contender(at + 1, scores.index(score) + 1, score, who)
        for at, (who, score) in enumerate(zip(people, scores, strict=True))
    ]


def drawn_rules(draw: Random) -> tuple[CompositionRule, ...]:
    made = []
    for _one in range(draw.randint(0, 4)):
        field = draw.choice([WOMEN, YOUNG, FRONT, UNIT, {"name": "行业", "field": "category"}])
        if field["field"] in ("organisation", "category") and (field is UNIT or draw.random() < 0.5):
            made.append({**field, "max_each": draw.randint(1, 3)})
            continue
        test = {**field, "equals": "a"} if field["field"] == "category" else field
        bounds = {"min_percent": draw.choice([20, 33.3, 40, 50, 60])} if draw.random() < 0.7 else {}
        if not bounds or draw.random() < 0.3:
            bounds["max_percent"] = draw.choice([30, 40, 50, 66.7])
        made.append({**test, **bounds})
    return rules(*made)


def drawn_person(draw: Random, units: int) -> Person:
    return Person(
        gender=draw.choice(["男", "女", "男", "女", None]),
        birth_date=draw.choice(["1970", "1981", "1981-04-08", "1990-01", "2000-12-31", None]),
        category=draw.choice(["a", "b", "c", None]),
        organisation=draw.choice([f"单位{n}" for n in range(units)] + [""]),
        front_line=draw.choice([True, False, None]),
    )


def drawn_ranking(draw: Random, size: int, units: int, *, ties: bool) -> list[Contender]:
    steps = 8 if ties else 10_000_000
    points = sorted((Fraction(draw.randint(0, steps), 7) for _one in range(size)), reverse=True)
    return ranking(*(drawn_person(draw, units) for _one in range(size)), points=points)


def hard(draw: Random) -> tuple[list[Contender], tuple[CompositionRule, ...]]:
    """100 people, and four rules that the top of the ranking hardly ever keeps."""
    people = drawn_ranking(draw, 100, draw.choice([8, 20, 40]), ties=draw.random() < 0.3)
    # Whom the rules ask for stands low.
    if draw.random() < 0.5:
        order = sorted(people, key=lambda one: (one.person.gender == "女", one.person.front_line is True))
        people = [
            Contender(at.number, at.place, at.composite, one.person)
            for at, one in zip(people, order, strict=True)
        ]
    pools: list[dict[str, Any]] = [
        {**WOMEN, "min_percent": 40}, {**YOUNG, "min_percent": 40}, {**FRONT, "min_percent": 50},
        {**UNIT, "max_each": draw.choice([1, 2])}, {"name": "行业", "field": "category", "max_each": 4},
        {**WOMEN, "min_percent": 50, "max_percent": 60}, {**YOUNG, "max_percent": 50},
    ]  # fmt: skip
    return people, rules(*draw.sample(pools, 4))
