"""What a campaign's rules allow and what is seldom meant: looked at by the import, the set-up page and the last look, while it
can still be changed. Pure; nothing here keeps anybody from opening."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ..errors import Problem
from ..text import _
from .assessment_declaration import assessment_cautions
from .composition import CompositionRule, Person, bounds_of, fits, rules_of
from .composition_words import demand_text
from .rules import ONE_BALLOT, BallotRules
from .toml_table import FILE

SHORTEST, LONGEST = timedelta(days=1), timedelta(days=31)
"""Voting that is shorter or longer is asked about."""
FEWEST_WORKDAYS = 5


def plan_cautions(
    rules: BallotRules, plan: Mapping[str, Any], people: Sequence[Person], today: date
) -> list[Problem]:
    """Everything unusual, in the order of the file. ``people``: those who may be chosen."""
    return [
        *_voting(rules),
        *_assessment(plan, len(people)),
        *assessment_cautions(plan),
        *_compositions(rules, plan, people, today),
        *_publicity(plan),
    ]


def _voting(rules: BallotRules) -> Iterator[Problem]:
    span, where = rules.closes_at - rules.opens_at, f"{FILE} voting.closes_at"
    if span < SHORTEST:
        yield Problem(where, _("投票不到一天就截止，请核对起止时间。"))
    elif span > LONGEST:
        yield Problem(where, _("投票长达 %(n)s 天，请核对起止时间。", n=span.days))
    unlimited = rules.ballots_per_day is None and rules.ballots_total is None
    if unlimited and not ONE_BALLOT.issuperset(rules.identities):
        yield Problem(f"{FILE} voting.ballots_per_day", _("每人投票次数不限，票数容易被少数人左右。"))


def _assessment(plan: Mapping[str, Any], candidates: int) -> Iterator[Problem]:
    declared, where = plan.get("assessment", {}), f"{FILE} assessment"
    if not declared.get("weights") and not declared.get("criteria"):
        yield Problem(where, _("没有写评定的各项权重，投票结束后不能测算综合得分。"))
    seats = declared.get("seats")
    if seats is None:
        yield Problem(where, _("没有写名额（seats），最终名单不知道评几名。"))
    elif seats >= candidates > 0:
        told = _("名额是 %(seats)s 名，候选人只有 %(n)s 名，人人都会当选。", seats=seats, n=candidates)
        yield Problem(f"{where}.seats", told)


def _compositions(
    rules: BallotRules, plan: Mapping[str, Any], people: Sequence[Person], today: date
) -> Iterator[Problem]:
    names = {one.key: one.name for one in rules.categories}
    declared = plan.get("composition", ())
    for place, (plain, rule) in enumerate(zip(declared, rules_of(plan, today=today), strict=True), 1):
        where = f"{FILE} composition[{place}]"
        if rule.field == "age" and "as_of" not in plain:
            remedy = _("请写上 as_of，例如投票开始的那一天。")
            yield Problem(f"{where}.as_of", _("没有写年龄按哪一天算，会按拟定名单的当天算。"), remedy)
        yield from _out_of_reach(rule, where, plan.get("assessment", {}).get("seats"), people, names)


def _out_of_reach(
    rule: CompositionRule, where: str, seats: int | None, people: Sequence[Person], names: Mapping[str, str]
) -> Iterator[Problem]:
    """Where no list of this roster can keep the rule, or it is not known of whom it speaks."""
    if rule.max_each is not None or not people:
        return
    answers = [fits(rule, one) for one in people]
    least, most = bounds_of(rule, seats or 0)
    told = demand_text(rule, names)
    if seats and answers.count(True) < least:
        sentence = _("“%(rule)s”：评 %(seats)s 名至少要 %(least)s 名，候选人里确定符合的只有 %(n)s 名，怎样选都达不到。",
                     rule=told, seats=seats, least=least, n=answers.count(True))  # fmt: skip
        yield Problem(where, sentence)
    elif seats and seats - answers.count(False) > most:
        sentence = _(
            "“%(rule)s”：候选人里不符合的太少，评 %(seats)s 名时怎样选都会超出。", rule=told, seats=seats
        )
        yield Problem(where, sentence)
    if missing := answers.count(None):
        sentence = _("“%(rule)s”：有 %(n)s 名候选人的资料不全，核对时按不利的一边算。", rule=told, n=missing)
        yield Problem(where, sentence, _("请在候选人表里补齐；投票开始以后不能再补。"))


def _publicity(plan: Mapping[str, Any]) -> Iterator[Problem]:
    days = plan.get("publicity", {}).get("workdays") or FEWEST_WORKDAYS
    if days < FEWEST_WORKDAYS:
        where = f"{FILE} publicity.workdays"
        yield Problem(where, _("公示只有 %(n)s 个工作日，一般不少于 5 个。", n=days))
