"""``campaign.toml``: what it declares is what the rules say, and every slip in it is named at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from voting_service.campaigns.assessment_declaration import assessment_cautions
from voting_service.campaigns.declaration import DeclarationRead, read_declaration
from voting_service.campaigns.declaration_file import declaration_text
from voting_service.campaigns.rules import CategoryRule
from voting_service.workdays.schedule import FirstDay, Letters, WindowTerms

GOOD = """
slug = "zui-mei-2026"
title = "最美产业工人"
organiser = "云川市总工会"
description = "**说明**"

[voting]
opens_at = 2026-04-07T09:00:00+08:00
closes_at = 2026-04-16T18:00:00
daily_hours = ["06:00", "24:00"]
min_choices = 1
max_choices = 3
identities = ["device", "wechat"]
counts = "daily  18:00"

[[category]]
key = "energy"
name = "能源"
max_choices = 2

[[category]]
key = "transport"
name = "交通运输"

[assessment]
seats = 10
[assessment.weights]
deeds = 60
social_response = 10.5
online_votes = 29.5

[[composition]]
name = "45 周岁以下不少于 40%"
field = "age"
under = 45
as_of = 2026-04-07
min_percent = 40

[publicity]
[publicity.contact]
phone = "0000-0000000"
"""


def read(text: str) -> DeclarationRead:
    return read_declaration(text, "Asia/Shanghai")


def problems(text: str) -> list[str]:
    outcome = read(text)
    assert outcome.declaration is None
    return [str(problem) for problem in outcome.problems]


def replaced(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def test_a_good_file_is_declared_whole() -> None:
    declaration = read(GOOD).declaration
    assert declaration is not None
    assert (declaration.slug, declaration.title) == ("zui-mei-2026", "最美产业工人")
    assert declaration.rules.to_json() == {
        "opens_at": "2026-04-07T01:00:00.000Z",
        "closes_at": "2026-04-16T10:00:00.000Z",
        "timezone": "Asia/Shanghai",
        "daily_hours": ["06:00", "24:00"],
        "min_choices": 1,
        "max_choices": 3,
        "ballots_per_day": 1,
        "ballots_total": None,
        "same_candidate_per_day": None,
        "identities": ["wechat", "device"],
        "counts": "daily 18:00",
        "categories": [
            {"key": "energy", "name": "能源", "min_choices": None, "max_choices": 2},
            {"key": "transport", "name": "交通运输", "min_choices": None, "max_choices": None},
        ],
    }
    assert declaration.plan == {
        "assessment": {"seats": 10, "weights": {"deeds": 60, "social_response": 10.5, "online_votes": 29.5}},
        "composition": [
            {
                "name": "45 周岁以下不少于 40%",
                "field": "age",
                "under": 45,
                "as_of": "2026-04-07",
                "min_percent": 40,
            }
        ],
        "publicity": {"workdays": 5, "contact": {"phone": "0000-0000000"}},
    }


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('field = "front_line"\nmin_percent = 50', {"field": "front_line", "min_percent": 50}),
        ('field = "organisation"\nmax_each = 1', {"field": "organisation", "max_each": 1}),
        ('field = "category"\nmax_each = 2', {"field": "category", "max_each": 2}),
        ('field = "category"\nequals = "energy"\nmin_percent = 20',
         {"field": "category", "equals": "energy", "min_percent": 20}),
    ],
)  # fmt: skip
def test_composition_rules_of_every_kind(written: str, kept: dict[str, Any]) -> None:
    text = f'{GOOD}\n[[composition]]\nname = "要求"\n{written}\n'
    declaration = read(text).declaration
    assert declaration is not None, read(text).problems
    assert declaration.plan["composition"][-1] == {"name": "要求", **kept}


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ('field = "organisation"', ["max_each"]),
        ('field = "organisation"\nmin_percent = 20', ["min_percent", "max_each"]),
        ('field = "gender"\nmax_each = 2', ["max_each"]),
        ('field = "category"\nmax_each = 0', ["max_each"]),
        ('field = "category"\nmax_each = 2\nequals = "energy"', ["equals"]),
        ('field = "front_line"', ["min_percent"]),
    ],
)
def test_a_rule_that_asks_nothing_sensible_is_refused(written: str, where: list[str]) -> None:
    found = read(f'{GOOD}\n[[composition]]\nname = "要求"\n{written}\n').problems
    assert [problem.where.rpartition(".")[2] for problem in found] == where


def test_times_without_an_offset_are_local_and_quoted_ones_are_understood() -> None:
    quoted = replaced("2026-04-07T09:00:00+08:00", '"2026-04-07 09:00"')
    declaration = read(quoted).declaration
    assert declaration is not None
    assert declaration.rules.opens_at == datetime(2026, 4, 7, 1, 0, tzinfo=UTC)


def test_given_times_take_the_place_of_the_files_own() -> None:
    opens, closes = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 9, tzinfo=UTC)
    without = replaced("closes_at = 2026-04-16T18:00:00\n", "")
    declaration = read_declaration(without, "Asia/Shanghai", opens_at=opens, closes_at=closes).declaration
    assert declaration is not None
    assert (declaration.rules.opens_at, declaration.rules.closes_at) == (opens, closes)
    assert declaration.rules.daily_hours == ("06:00", "24:00")


def test_unlimited_and_the_whole_day_have_one_form_each() -> None:
    text = replaced('daily_hours = ["06:00", "24:00"]', 'daily_hours = ["00:00", "24:00"]')
    text = text.replace(
        "min_choices = 1", 'min_choices = 1\nballots_per_day = "unlimited"\nballots_total = 5'
    )
    declaration = read(text).declaration
    assert declaration is not None
    rules = declaration.rules
    assert (rules.daily_hours, rules.ballots_per_day, rules.ballots_total) == (None, None, 5)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "min_choices = 1",
            "min_choice = 1",
            "campaign.toml voting.min_choice：没有这一项。 您要写的是不是 min_choices？",
        ),
        ("max_choices = 3", 'max_choices = "3"', "campaign.toml voting.max_choices：应当是整数，不加引号。"),
        ("max_choices = 3", "max_choices = true", "campaign.toml voting.max_choices：应当是整数，不加引号。"),
        (
            "max_choices = 3",
            "max_choices = 0",
            "campaign.toml voting.max_choices：是 0，应当在 1 到 1000 之间。",
        ),
        (
            "min_choices = 1",
            "min_choices = 4",
            "campaign.toml voting.max_choices：不能小于 min_choices（4）。",
        ),
        ("seats = 10", "seats = 10\ncounts = 1", "campaign.toml assessment.counts：没有这一项。"),
        ('title = "最美产业工人"', "", "campaign.toml title：缺少这一项。"),
        ('title = "最美产业工人"', 'title = "a\\nb"', "campaign.toml title：含有换行或不可见的控制字符。"),
        (
            "closes_at = 2026-04-16T18:00:00",
            "closes_at = 2026-04-07T09:00:00",
            "campaign.toml voting.closes_at：必须晚于 opens_at。",
        ),
        (
            "closes_at = 2026-04-16T18:00:00",
            "closes_at = 2026-04-16",
            "campaign.toml voting.closes_at：应当是日期和钟点，例如 2026-04-07T09:00:00+08:00，不加引号。",
        ),
        (
            '["06:00", "24:00"]',
            '["22:00", "06:00"]',
            "campaign.toml voting.daily_hours：开始（22:00）必须早于结束（06:00）。 当天结束写作 24:00；不能跨过半夜。",
        ),
        (
            '["06:00", "24:00"]',
            '["6:00", "24:00"]',
            'campaign.toml voting.daily_hours：应当是一天里的两个钟点，例如 ["06:00", "24:00"]。',
        ),
        (
            '["device", "wechat"]',
            '["device", "wechet"]',
            "campaign.toml voting.identities：没有 “wechet” 这种身份，可选 wechat、member、code、device。 您要写的是不是 wechat？",
        ),
        (
            '"daily  18:00"',
            '"daily 24:00"',
            'campaign.toml voting.counts：应当是 "live"、"hidden" 或 "daily 18:00" 这样的写法。',
        ),
        (
            "deeds = 60",
            "deeds = 61",
            "campaign.toml assessment.weights：各项合计是 101%，必须是 100%。",
        ),
        (
            'key = "transport"',
            'key = "energy"',
            "campaign.toml category[2].key：“energy” 已经用在 category[1]。",
        ),
        (
            "under = 45",
            'equals = "女"',
            "campaign.toml composition[1].field：age 要配一个条件：under、at_least。",
        ),
        (
            'field = "age"\nunder = 45',
            'field = "front_line"\nequals = "是"',
            "campaign.toml composition[1].equals：front_line 不用写条件。",
        ),
        (
            'field = "age"\nunder = 45',
            'field = "age"\nmax_each = 2\nunder = 45',
            None,
        ),
        ("min_choices = 1", "min_choices = 1\nballots_per_day = 2\nballots_total = 1", None),
        ("min_choices = 1", "min_choices = 1\nsame_candidate_per_day = 2", None),
    ],
)
def test_a_slip_is_named_with_its_place(old: str, new: str, problem: str | None) -> None:
    found = problems(GOOD.replace(old, new, 1))
    assert len(found) == 1
    if problem is not None:
        assert found[0].startswith(problem)


@pytest.mark.parametrize(
    "slug", ["ab", "a" * 61, "Zui", "-abc", "abc-", "a--b", "a_b", "最美的人", "a.b.c", "a/b/c"]
)
def test_a_slug_is_fit_for_an_address(slug: str) -> None:
    (found,) = problems(replaced("zui-mei-2026", slug))
    assert found.startswith("campaign.toml slug：不能是")


def test_a_key_above_the_first_heading_is_sent_home() -> None:
    (found,) = problems("max_choices = 3\n" + GOOD)
    assert found == "campaign.toml max_choices：没有这一项。 它应当写在 [voting] 一节里。"


def test_all_problems_come_at_once_and_categories_are_known_all_the_same() -> None:
    outcome = read(
        GOOD.replace('organiser = "云川市总工会"', "").replace("max_choices = 3", "").replace("seats", "seat")
    )
    assert [problem.where for problem in outcome.problems] == [
        "campaign.toml organiser",
        "campaign.toml voting.max_choices",
        "campaign.toml assessment.seat",
    ]
    assert outcome.categories is not None
    assert outcome.categories[1] == CategoryRule("transport", "交通运输")


def test_daily_hours_that_voting_never_meets_are_a_problem() -> None:
    text = GOOD.replace("2026-04-16T18:00:00", "2026-04-07T10:00:00").replace(
        '"06:00", "24:00"', '"06:00", "08:00"'
    )
    assert problems(text) == ["campaign.toml voting.daily_hours：投票期间没有一刻在这个时段里。"]


def test_broken_toml_names_the_line() -> None:
    (problem,) = read('slug = "abc"\ntitle = “最美”\n').problems
    assert problem.where == "campaign.toml 第 2 行"


@pytest.mark.parametrize(
    "value", ["9" * 5000, "[" * 5000, "0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00"]
)
def test_absurd_values_are_problems_too(value: str) -> None:
    assert len(problems(replaced("2026-04-16T18:00:00", value))) == 1


def test_the_terms_of_publicity_are_declared_as_far_as_they_are_written() -> None:
    terms = 'first_day = "next"\nworkdays = 5\nacceptance_workdays = 7\nletters = "arrived"'
    declaration = read(replaced("[publicity]\n", f"[publicity]\n{terms}\n")).declaration
    assert declaration is not None
    publicity = declaration.plan["publicity"]
    assert publicity == {
        "workdays": 5, "first_day": "next", "letters": "arrived", "acceptance_workdays": 7,
        "contact": {"phone": "0000-0000000"},
    }  # fmt: skip
    assert WindowTerms.from_plan(publicity) == WindowTerms(5, FirstDay.NEXT, 7, Letters.ARRIVED)


def test_offices_and_what_objections_are_worth_are_declared() -> None:
    more = """
[[publicity.offices]]
department = "组织部"
accepts = "资格"
phone = "0000-7654321"
[publicity.objections]
anonymous = "refused"
reply_within_workdays = 15
"""
    declaration = read(GOOD + more).declaration
    assert declaration is not None
    publicity = declaration.plan["publicity"]
    assert publicity["offices"] == [{"department": "组织部", "accepts": "资格", "phone": "0000-7654321"}]
    assert publicity["objections"] == {"anonymous": "refused", "reply_within_workdays": 15}


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ('[[publicity.offices]]\nphone = "1"\n', "publicity.offices[1].department"),
        ('[[publicity.offices]]\ndepartment = "组织部"\n', "publicity.offices[1].phone"),
        ('[publicity.objections]\nnamed = "maybe"\n', "publicity.objections.named"),
        ('[publicity.objections]\nreply_within_workdays = 1\n', "publicity.objections.reply_within_workdays"),
        ('[publicity.objections]\nnamed = "refused"\nunit = "refused"\nanonymous = "refused"\n', "publicity.objections.named"),
    ],
)  # fmt: skip
def test_a_slip_in_offices_and_objections_is_named(more: str, where: str) -> None:
    (found,) = problems(GOOD + more)
    assert found.startswith(f"campaign.toml {where}：")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (
            'first_day = "by_hours"',
            "campaign.toml publicity.first_day：不能是 “by_hours”，可选：by_hour、counted、next。",
        ),
        ('letters = "post"', "campaign.toml publicity.letters：不能是 “post”，可选：sent、arrived。"),
        (
            "acceptance_workdays = 4",
            "campaign.toml publicity.acceptance_workdays：是 4，少于公示的 5 个工作日；异议至少要受理到公示期满。",
        ),
        (
            "acceptance_workdays = 61",
            "campaign.toml publicity.acceptance_workdays：是 61，应当在 1 到 60 之间。",
        ),
        ("accepted_workdays = 7", "campaign.toml publicity.accepted_workdays：没有这一项。"),
    ],
)
def test_a_slip_in_the_terms_of_publicity_is_named(line: str, problem: str) -> None:
    (found,) = problems(replaced("[publicity]\n", f"[publicity]\n{line}\n"))
    assert found.startswith(problem)


def test_a_table_of_the_wrong_kind_is_said_so() -> None:
    found = problems('slug = "abc"\ntitle = "t"\norganiser = "o"\nvoting = 3\ncategory = 1\npublicity = []\n')
    assert "campaign.toml voting：应当是一节，写作 [voting]。" in found
    assert "campaign.toml category：应当写作 [[category]]，每组一节。" in found
    assert "campaign.toml publicity：应当是一节，写作 [publicity]。" in found


def test_the_example_is_without_problems() -> None:
    example = Path(__file__).parents[2] / "examples/zui-mei-chan-ye-gong-ren/campaign.toml"
    assert read(example.read_text(encoding="utf-8")).problems == ()


def test_the_gates_policy_is_part_of_the_plan_where_it_is_written() -> None:
    declared = read(GOOD).declaration
    assert declared is not None
    assert "gate" not in declared.plan
    gate = '[gate]\nmin_dwell_ms = 0\nretention_days = 30\n[gate.actions]\nautomation = "hold"\n'
    declared = read(GOOD + gate).declaration
    assert declared is not None
    assert declared.plan["gate"] == {
        "min_dwell_ms": 0,
        "retention_days": 30,
        "actions": {"automation": "hold"},
    }


def test_slips_in_the_gates_policy_are_named_and_sent_home() -> None:
    text = GOOD.replace("[assessment]\n", "[assessment]\nmin_dwell_ms = 5\n") + (
        '[gate]\nchallenge_bits = 7\nmin_dwel_ms = 5\nactions = "hold"\n'
    )
    said = {problem.where: str(problem) for problem in read(text).problems}
    assert set(said) == {f"campaign.toml {where}" for where in
                         ("assessment.min_dwell_ms", "gate.challenge_bits", "gate.min_dwel_ms", "gate.actions")}  # fmt: skip
    assert "8 到 18" in said["campaign.toml gate.challenge_bits"]
    assert "min_dwell_ms" in said["campaign.toml gate.min_dwel_ms"]


CRITERIA = """
[assessment]
seats = 10
tie_break = ["deeds", "online_votes"]
scores_due = 2026-04-20T18:00:00

[[assessment.criteria]]
key = "deeds"
name = "事迹"
weight = 60.5
source = "judges"
highest = 50
trim = 1

[[assessment.criteria]]
key = "reports"
name = "社会反响"
weight = 9.5
source = "figure"
normalisation = "capped_log"
cap = 10000

[[assessment.criteria]]
key = "online_votes"
name = "网络投票"
weight = 30
source = "votes"
"""


def with_criteria(old: str = "", new: str = "") -> str:
    """The good file with criteria in place of weights, one thing changed in them."""
    assert old in CRITERIA
    begin, end = GOOD.index("[assessment]"), GOOD.index("[[composition]]")
    return GOOD[:begin] + CRITERIA.replace(old, new, 1) + GOOD[end:]


def test_criteria_are_declared_one_by_one() -> None:
    declaration = read(with_criteria()).declaration
    assert declaration is not None
    assert declaration.plan["assessment"] == {
        "seats": 10,
        "criteria": [
            {"key": "deeds", "name": "事迹", "weight": 60.5, "source": "judges", "highest": 50, "trim": 1},
            {
                "key": "reports", "name": "社会反响", "weight": 9.5, "source": "figure",
                "normalisation": "capped_log", "cap": 10000,
            },
            {
                "key": "online_votes", "name": "网络投票", "weight": 30, "source": "votes",
                "normalisation": "share_of_top",
            },
        ],
        "tie_break": ["deeds", "online_votes"],
        "scores_due": "2026-04-20T10:00:00.000Z",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "weight = 30",
            "weight = 29.99",
            "campaign.toml assessment.criteria：各项合计是 99.99%，必须是 100%。",
        ),
        ("weight = 30", "weight = 30.001", "campaign.toml assessment.criteria[3].weight：最多写两位小数。"),
        ("weight = 30", "weight = true", "campaign.toml assessment.criteria[3].weight：应当是大于 0"),
        ("cap = 10000", "", "campaign.toml assessment.criteria[2].cap：封顶对数（capped_log）要写封顶数"),
        ("trim = 1", "cap = 5", "campaign.toml assessment.criteria[1].cap：评委打分的一项不用折算"),
        (
            'source = "votes"',
            'source = "votes"\ntrim = 1',
            "campaign.toml assessment.criteria[3].trim：只有评委打分",
        ),
        ('source = "votes"', 'source = "vote"', "campaign.toml assessment.criteria[3].source：不能是 “vote”"),
        ('"online_votes"]', '"votes"]', "campaign.toml assessment.tie_break：没有 “votes” 这一项"),
        ('key = "reports"', 'key = "deeds"', "campaign.toml assessment.criteria：“deeds” 用了不止一次。"),
        ("18:00:00", "25:00:00", "campaign.toml 第"),
        ("seats = 10", "seats = 10\nweights = {deeds = 100}", "campaign.toml assessment.weights：写了"),
    ],
)
def test_a_slip_in_the_criteria_is_named(old: str, new: str, problem: str) -> None:
    found = problems(with_criteria(old, new))
    assert found[0].startswith(problem), found


@pytest.mark.parametrize(
    ("plan", "warned"),
    [
        ({}, False),
        ({"assessment": {"weights": {"online_votes": 40}}}, False),
        ({"assessment": {"weights": {"online_votes": 40.01}}}, True),
        (
            {
                "assessment": {
                    "criteria": [{"source": "votes", "weight": 41}, {"source": "judges", "weight": 59}]
                }
            },
            True,
        ),
    ],
)
def test_votes_that_weigh_more_than_two_fifths_are_warned_of(plan: dict, warned: bool) -> None:
    assert bool(assessment_cautions(plan)) is warned


def test_a_word_that_the_roster_could_not_tell_apart_is_no_second_category() -> None:
    """The roster's column is read without regard to width, case and blanks."""
    text = GOOD.replace('name = "交通运输"', 'name = "Ｅnergy"')
    assert text != GOOD
    assert problems(text) == ["campaign.toml category[2].name：“Ｅnergy” 已经用在 category[1]。"]


def test_what_was_declared_is_written_and_read_as_the_same() -> None:
    declaration = read(GOOD).declaration
    assert declaration is not None
    text = declaration_text(declaration)
    assert read(text).declaration == declaration
    assert "opens_at = 2026-04-07T09:00:00+08:00" in text, "as people write it"
    assert "# 网址里的名字" in text
