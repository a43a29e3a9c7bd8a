"""Composition rules (结构比例要求), as ``[[composition]]`` of campaign.toml declares them: plain values in and out.

Nothing is guessed in a list's favour: whoever's data do not settle the question counts against the rule, under a minimum
as one who does not fit, under a maximum as one who does, and the state says how many they are.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Any

_BIRTH = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class Person:
    """What the rules ask of a candidate. None: not known."""

    gender: str | None = None
    """男 or 女."""
    birth_date: str | None = None
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``: as much as is known."""
    category: str | None = None
    """The category's key."""
    organisation: str | None = None
    """The unit's name, as the roster writes it."""
    front_line: bool | None = None
    """Whether they work on the front line (一线职工)."""


@dataclass(frozen=True)
class CompositionRule:
    """One rule: of all people on a list, at least and at most so many per cent fit; or, with ``max_each``, at most so many of
    each unit or each category are on it. ``field`` names what is asked."""

    name: str
    field: str
    as_of: date
    """The day on which ages are taken."""
    equals: str | None = None
    under: int | None = None
    at_least: int | None = None
    min_percent: Fraction | None = None
    max_percent: Fraction | None = None
    max_each: int | None = None
    """At most so many of one unit (``organisation``) or one category."""


@dataclass(frozen=True)
class RuleState:
    """How a list stands by one rule."""

    rule: CompositionRule
    count: int
    """Who certainly fits."""
    of: int
    """How many are on the list."""
    unknown: int
    """Whose data do not tell whether they fit."""
    least: int
    """As few must fit: the smallest whole number with ``least × 100 ≥ min_percent × of``; 0 without a minimum."""
    most: int
    """As many may fit: the largest whole number with ``most × 100 ≤ max_percent × of``; ``of`` without a maximum. Of each
    group, under ``max_each``."""
    groups: tuple[tuple[str, int], ...] = ()
    """Under ``max_each``: each group on the list with how many it has, the largest first. ``count`` is the largest's."""

    @property
    def missing(self) -> int:
        """How many more would have to fit."""
        return max(self.least - self.count, 0)

    @property
    def excess(self) -> int:
        """How many fewer would have to fit, those of whom it is not known among them."""
        if self.rule.max_each is None:
            return max(self.count + self.unknown - self.most, 0)
        others = sum(max(size - self.most, 0) for _group, size in self.groups[1:])
        # Whoever's group is not known may be of the largest.
        return max(self.count + self.unknown - self.most, 0) + others

    @property
    def crowded(self) -> tuple[tuple[str, int], ...]:
        """The groups that certainly have more than they may."""
        return tuple(pair for pair in self.groups if self.rule.max_each is not None and pair[1] > self.most)

    @property
    def kept(self) -> bool:
        """Whether the rule is certainly kept."""
        return not (self.missing or self.excess)

    def worse_than(self, before: RuleState) -> bool:
        """Whether the rule is broken, and further from being kept than it was."""
        return self.missing > before.missing or self.excess > before.excess


def rules_of(plan: Mapping[str, Any], *, today: date) -> tuple[CompositionRule, ...]:
    """A campaign's rules, from ``Campaign.plan``. ``today`` is the day for ages where a rule names none."""
    return tuple(_rule(plain, today) for plain in plan.get("composition", ()))


def state_of(rule: CompositionRule, people: Sequence[Person]) -> RuleState:
    """How these people stand by the rule. A list without anyone keeps every rule."""
    if rule.max_each is not None:
        return _state_of_groups(rule, people, rule.max_each)
    answers = [fits(rule, person) for person in people]
    total = len(people)
    least, most = bounds_of(rule, total)
    return RuleState(
        rule=rule,
        count=answers.count(True),
        of=total,
        unknown=answers.count(None),
        least=least,
        most=most,
    )


def bounds_of(rule: CompositionRule, total: int) -> tuple[int, int]:
    """``least`` and ``most`` of a list of so many people, as ``RuleState`` has them."""
    least = ceil(rule.min_percent * total / 100) if rule.min_percent is not None else 0
    most = floor(rule.max_percent * total / 100) if rule.max_percent is not None else total
    return least, total if rule.max_each is not None else most


def group_of(rule: CompositionRule, person: Person) -> tuple[str, ...] | None:
    """The group in which a ``max_each`` rule counts a person, as a tuple; an empty one for whoever is in no category, and so in
    none that could be crowded. None: not known. A unit is the same however its name's width and blanks are typed."""
    if rule.field == "category":
        return (person.category,) if person.category else ()
    plain = "".join(unicodedata.normalize("NFKC", person.organisation or "").split())
    return (plain,) if plain else None


def _state_of_groups(rule: CompositionRule, people: Sequence[Person], most: int) -> RuleState:
    found = [group_of(rule, person) for person in people]
    sizes = Counter(one[0] for one in found if one)
    groups = tuple(sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])))
    return RuleState(
        rule=rule,
        count=groups[0][1] if groups else 0,
        of=len(people),
        unknown=found.count(None),
        least=0,
        most=most,
        groups=groups,
    )


def kept_after(
    rules: Iterable[CompositionRule], before: Sequence[Person], after: Sequence[Person]
) -> tuple[CompositionRule, ...]:
    """The rules that a change of the list would break, or that were broken and would get worse; empty where none would."""
    return tuple(rule for rule in rules if state_of(rule, after).worse_than(state_of(rule, before)))


def fits(rule: CompositionRule, person: Person) -> bool | None:
    """Whether a person is one of those whom the rule counts; None where it cannot be told. Not for ``max_each``."""
    if rule.field == "front_line":
        return person.front_line
    if rule.field == "gender":
        return None if not person.gender else person.gender == rule.equals
    if rule.field == "category":
        # Whoever is in no category is certainly not in this one.
        return person.category == rule.equals
    ages = ages_on(person.birth_date, rule.as_of)
    if ages is None:
        return None
    answers = {_age_fits(rule, age) for age in ages}
    return answers.pop() if len(answers) == 1 else None


def ages_on(birth_date: str | None, day: date) -> tuple[int, int] | None:
    """The youngest and the oldest that somebody may be, in full years, on this day; None where it cannot be told.

    The birthday itself completes a year. Whoever was born on 29 February completes it on 1 March of other years.
    """
    match = _BIRTH.fullmatch(birth_date or "")
    if match is None:
        return None
    year, month, day_of_month = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day_of_month or 1)
        last_month = month or 12
        last = date(
            first.year, last_month, day_of_month or calendar.monthrange(first.year, last_month)[1]
        )  # fmt: skip
    except ValueError:
        return None
    if first > day:
        return None  # not born yet: a slip
    return _full_years(min(last, day), day), _full_years(first, day)


def _full_years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _age_fits(rule: CompositionRule, age: int) -> bool:
    return (rule.under is None or age < rule.under) and (rule.at_least is None or age >= rule.at_least)


def _rule(plain: Mapping[str, Any], today: date) -> CompositionRule:
    return CompositionRule(
        name=plain["name"],
        field=plain["field"],
        as_of=date.fromisoformat(plain["as_of"]) if "as_of" in plain else today,
        equals=plain.get("equals"),
        under=plain.get("under"),
        at_least=plain.get("at_least"),
        min_percent=_exact(plain.get("min_percent")),
        max_percent=_exact(plain.get("max_percent")),
        max_each=plain.get("max_each"),
    )


def _exact(percent: int | float | None) -> Fraction | None:
    """33.3 as 333/10, which is what was written, not the nearest binary fraction."""
    return None if percent is None else Fraction(str(percent))
