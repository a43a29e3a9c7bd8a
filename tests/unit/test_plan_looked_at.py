"""Before opening: what was not filled in is found, what is unusual is asked about, what freezes is said in words."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.stage import rules
from voting_service.campaigns.composition import Person
from voting_service.campaigns.declaration import read_declaration
from voting_service.campaigns.plan_cautions import plan_cautions
from voting_service.campaigns.plan_texts import (
    assessment_texts,
    composition_texts,
    office_texts,
    publicity_texts,
)
from voting_service.campaigns.specimens import (
    EXAMPLE_ORGANISER,
    EXAMPLE_SLUG,
    looks_unfinished,
    not_filled_in,
)
from voting_service.candidates.intake.template_folder import template_declaration

EXAMPLE = (Path(__file__).parents[2] / "examples/zui-mei-chan-ye-gong-ren/campaign.toml").read_text(
    encoding="utf-8"
)
TODAY = date(2026, 4, 1)
REAL = {"phone": "0479-8271234", "email": "gh@yunchuan.gov.cn", "address": "晨光路 1 号"}


def found(plan: dict[str, Any], slug: str = "other", organiser: str = "某总工会") -> list[str]:
    return [
        one.where.removeprefix("campaign.toml ") for one in not_filled_in(slug, "评选", organiser, "", plan)
    ]


def contact(**fields: str) -> dict[str, Any]:
    return {"publicity": {"contact": {**REAL, **fields}}}


# ---- what was not filled in


@pytest.mark.parametrize(
    "fields",
    [
        {"phone": "0000-0000000"}, {"phone": "0479-0000000"}, {"email": "gongshi@example.org"}, {"email": "a@mail.example.com"},
        {"email": "a@gonghui.example"}, {"address": "云川市晨光路 1 号（虚构地址）"}, {"postcode": "000000"},
    ],
)  # fmt: skip
def test_what_is_certainly_the_folders_own_keeps_from_opening(fields: dict[str, str]) -> None:
    assert found(contact(**fields)) == [f"publicity.contact.{next(iter(fields))}"]
    offices = {
        "publicity": {
            "offices": [{"department": "甲", **REAL}, {"department": "乙", **fields}],
            "contact": fields,
        }
    }
    assert found(offices) == [f"publicity.offices[2].{next(iter(fields))}"], (
        "an unused contact is seen by nobody"
    )


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"phone": "12351"}, {"phone": "0479-8000000 转 801"}, {"phone": "010-12345670"}, {"email": "a@example.org.cn"},
        {"email": "example.org@gonghui.cn"}, {"postcode": "100000"}, {"phone": "无"},
    ],
)  # fmt: skip
def test_what_may_be_meant_does_not(fields: dict[str, str]) -> None:
    assert found(contact(**fields)) == []


def test_what_looks_unfinished_is_only_said() -> None:
    plan = contact(name="待定")
    assert found(plan) == []
    assert [str(one) for one in looks_unfinished("other", "某总工会", plan)] == [
        "campaign.toml publicity.contact.name：受理部门的联系人“待定”像是没有填好。 请换成贵单位真实的联系方式。"
    ]
    assert "没有写受理部门" in str(looks_unfinished("other", "某总工会", {})[0])
    assert looks_unfinished("other", "某总工会", contact()) == []


def test_the_folder_to_fill_in_cannot_be_opened_as_it_is() -> None:
    text = template_declaration(EXAMPLE, datetime(2026, 4, 7, tzinfo=UTC))
    declared = read_declaration(text, "Asia/Shanghai").declaration
    assert declared is not None
    assert [
        one.where.removeprefix("campaign.toml ")
        for one in not_filled_in(
            declared.slug, declared.title, declared.organiser, declared.description, declared.plan
        )
    ] == [
        "title", "organiser", "description", "publicity.contact.phone", "publicity.contact.email", "publicity.contact.address",
    ]  # fmt: skip


def test_the_example_itself_may_be_tried_out() -> None:
    values = tomllib.loads(EXAMPLE)
    assert (values["slug"], values["organiser"]) == (EXAMPLE_SLUG, EXAMPLE_ORGANISER)
    assert found(values, EXAMPLE_SLUG, EXAMPLE_ORGANISER) == []
    assert looks_unfinished(EXAMPLE_SLUG, EXAMPLE_ORGANISER, values) == []
    assert len(found(values, EXAMPLE_SLUG, "某总工会")) == 3, "whoever copies it and changes the organiser"


# ---- what is unusual

USUAL: dict[str, Any] = {
    "assessment": {"seats": 2, "weights": {"deeds": 70, "online_votes": 30}},
    "composition": [],
    "publicity": {"workdays": 5},
}
WOMEN = {"name": "女", "field": "gender", "equals": "女", "min_percent": 50}
PEOPLE = [Person("女", "1990"), Person("男", "1960"), Person("男", "1985-03")]


def cautions(plan: dict[str, Any], people: list[Person] | None = None, **changes: Any) -> list[str]:
    people = PEOPLE if people is None else people
    return [
        str(one).removeprefix("campaign.toml ")
        for one in plan_cautions(rules(**changes), {**USUAL, **plan}, people, TODAY)
    ]


def test_nothing_is_said_of_what_is_usual() -> None:
    assert cautions({}) == []
    assert cautions({"composition": [WOMEN]}) == []


@pytest.mark.parametrize(
    ("plan", "changes", "said"),
    [
        ({"assessment": {}}, {}, ["assessment：没有写评定的各项权重", "assessment：没有写名额"]),
        ({"assessment": {**USUAL["assessment"], "seats": 3}}, {}, ["assessment.seats：名额是 3 名，候选人只有 3 名，人人都会当选。"]),
        ({"assessment": {"seats": 2, "weights": {"deeds": 50, "online_votes": 50}}}, {}, ["assessment：网络投票占 50%，超过 40%"]),
        ({"publicity": {"workdays": 3}}, {}, ["publicity.workdays：公示只有 3 个工作日"]),
        ({"composition": [{**WOMEN, "min_percent": 60}]}, {},
         ["composition[1]：“女性至少占 60%”：评 2 名至少要 2 名，候选人里确定符合的只有 1 名，怎样选都达不到。"]),
        ({"composition": [{**WOMEN, "min_percent": None, "equals": "男", "max_percent": 40}]}, {},
         ["composition[1]：“男性至多占 40%”：候选人里不符合的太少"]),
        ({"composition": [{"name": "青年", "field": "age", "under": 45, "min_percent": 10}]}, {},
         ["composition[1].as_of：没有写年龄按哪一天算"]),
        ({}, {"ballots_per_day": None}, ["voting.ballots_per_day：每人投票次数不限"]),
        ({}, {"ballots_per_day": None, "ballots_total": 3}, []),
        ({}, {"ballots_per_day": None, "identities": ("code",)}, []),
    ],
)  # fmt: skip
def test_what_is_unusual_is_asked_about(
    plan: dict[str, Any], changes: dict[str, Any], said: list[str]
) -> None:
    told = cautions(plan, **changes)
    assert len(told) == len(said)
    assert all(one.startswith(begin) for one, begin in zip(told, said, strict=True)), told


def test_short_and_long_voting_is_asked_about() -> None:
    opens = datetime(2026, 4, 7, tzinfo=UTC)
    for span, said in (
        (timedelta(hours=23), "不到一天"),
        (timedelta(days=40), "长达 40 天"),
        (timedelta(days=10), ""),
    ):
        told = cautions({}, opens_at=opens, closes_at=opens + span)
        assert (said in told[0]) if said else told == []


def test_data_that_are_missing_are_told_of_while_they_can_be_filled_in() -> None:
    people = [*PEOPLE, Person(None, "1990")]
    assert "有 1 名候选人的资料不全" in cautions({"composition": [WOMEN]}, people)[0]


# ---- in words


def words(lines: Any) -> dict[str, str]:
    return {str(term): str(text) for term, text in lines}


def test_the_examples_plan_in_words() -> None:
    declared = read_declaration(EXAMPLE, "Asia/Shanghai").declaration
    assert declared is not None
    assessment = declared.plan["assessment"]
    # The database keeps keys sorted; people read them in the order in which they are weighed.
    stored = {"assessment": {**assessment, "weights": dict(sorted(assessment["weights"].items()))}}
    assert list(words(assessment_texts(stored, declared.rules))) == [
        "名额",
        "事迹",
        "社会反响",
        "网络投票",
        "得分相同时",
    ]
    assert words(assessment_texts(declared.plan, declared.rules)) == {
        "名额": "10 名。",
        "事迹": "占 60%，评委打分，满分 100 分。",
        "社会反响": "占 10%，评委打分，满分 100 分。",
        "网络投票": "占 30%，网络投票；按占最高票比例折算：最多的一位得 100 分，其余按占最多者的比例得分；大家都是 0 的，都得 0 分。",
        "得分相同时": "依次比较事迹、网络投票的得分，仍相同的并列。",
    }
    assert words(composition_texts(declared.plan, declared.rules, TODAY)) == {
        "女职工不少于 40%": "女性至少占 40%。",
        "45 周岁以下职工不少于 40%": "45 周岁以下的（按2026年4月7日算）至少占 40%。",
    }
    assert words(publicity_texts(declared.plan)) == {
        "公示期": "5 个工作日。",
        "第一天": "上班以前发布的，当日算第一天；以后发布的，从下一个工作日算起。",
        "异议受理": "从公示期第一天起 5 个工作日。",
        "信函": "以寄出地邮戳日期为准。",
        "实名异议": "受理、查核，书面答复",
        "单位异议": "受理、查核，书面答复",
        "匿名异议": "有可核查线索的予以查核，不单独答复",
        "办理期限": "收到后 2 个工作日内决定是否受理，10 个工作日内作出处理决定。",
    }
    assert "宣传教育部" in str(office_texts(declared.plan)[0][1])


def test_criteria_one_by_one_in_words() -> None:
    plan = {"assessment": {"tie_break": ["a"], "scores_due": "2026-04-20T10:00:00.000Z", "reserve": 2, "criteria": [
        {"key": "a", "name": "材料", "weight": 60.5, "source": "judges", "highest": 10, "trim": 1},
        {"key": "b", "name": "转发", "weight": 39.5, "source": "figure", "normalisation": "capped_log", "cap": 1000},
    ]}}  # fmt: skip
    told = words(assessment_texts(plan, rules()))
    assert told["名额"] == "没有写。"
    assert told["递补"] == "2 名。"
    assert told["材料"] == "占 60.5%，评委打分，满分 10 分，去掉 1 个最高分和 1 个最低分。"
    assert told["转发"].startswith("占 39.5%，录入的数据；按封顶对数（封顶数 1000）折算：")
    assert told["得分相同时"] == "依次比较材料的得分，仍相同的并列。"
    assert told["评分截止"] == "2026年4月20日 18:00"
    assert words(assessment_texts({}, rules()))["各项权重"] == "没有写。"
