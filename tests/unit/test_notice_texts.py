"""What a notice may say of a person, what it promises to objectors, and how it is written down."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publicity.notices.dates import Dates, Extension, dates_again, extended, first_dates
from publicity.notices.drafting import Change, NoticeText, Office, Person, offices_of
from publicity.notices.terms import ObjectionTerms, Worth, terms_texts
from tests.notices import BEIJING, CALENDAR_2027
from voting_service.candidates.personal_data import contact_data_in
from voting_service.workdays import Calendar
from voting_service.workdays.schedule import WindowTerms

PERSON = Person(3, "石望川", "青石梁煤矿", "采煤机司机", "带出 12 名徒弟")
TEXT = NoticeText(
    lead=("现予公示。",), people=(PERSON,), offices=(Office("宣传教育部", phone="0000-0000000"),), closing=("如实反映。",),
    changes=(Change(2, "江晚舟", "withdrawn", "本人申请退出", 3),), reserve=(7, 5),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("11010519491231002X", "身份证号码"),
        ("1101 0519 4912 3100 2X", "身份证号码"),
        ("110105-19491231-002X", "身份证号码"),
        ("１１０１０５１９４９１２３１００２Ｘ", "身份证号码"),
        ("130503 670401 001", None),
        ("130503670401001", "身份证号码"),
        ("13800138000", "手机号码"),
        ("1 3 8 0 0 1 3 8 0 0 0", "手机号码"),
        ("138.0013.8000", "手机号码"),
        ("１３８－００１３－８０００", "手机号码"),
        ("138\u200b0013\u200b8000", "手机号码"),
        ("一三八零零一三八零零零", "手机号码"),
        ("0477-8581234", "电话号码"),
        ("（0477）8581234", "电话号码"),
        ("0477 858 1234", "电话号码"),
        ("010-65001234", "电话号码"),
        ("400-810-8888", "电话号码"),
        ("联系电话：8581234", "电话号码"),
        ("请致电 8581234", "电话号码"),
        ("zhang.san@example.org", "电子邮箱"),
        ("zhangsan ＠ example．org", "电子邮箱"),
        ("zhangsan[at]example.org", "电子邮箱"),
        ("微信号：zhangsan_88", "微信号或 QQ 号"),
        ("QQ：123456789", "微信号或 QQ 号"),
        ("家住云川市晨光路 8 号 3 栋 201 室", "住址"),
        ("晨光路８号３栋２０１室", "住址"),
        ("幸福小区 3 栋 2 单元 501", "住址"),
        ("阳光花园 12 幢 501 室", "住址"),
        ("建设街 15 号院 2 号楼 3 单元", "住址"),
        ("晨光路八号三栋二单元五零一室", "住址"),
        ("河湾村 3 组 12 号", "住址"),
        ("现住河湾镇南街 12 号", "住址"),
        ("在 3 号机组 2 号锅炉旁一守就是 20 年", None),
        ("1 单元集控室值班员", None),
        ("工人文化宫 912 办公室", None),
        ("公交公司 12 路驾驶员，安全行驶 130 万公里", None),
        ("2019 年 3 月 15 日起连续 1825 天无事故", None),
        ("累计节约 1300 万元，产量 20210401 吨", None),
        ("获 2021 年度“五一劳动奖章”", None),
        ("河湾村 12 号泵站", None),
        ("云川市第 3 人民医院 5 号楼手术室", None),
        ("云川市晨光路 1 号职工之家", None),
        ("授权专利 ZL201510123456.7", None),
        ("关注微信公众号“云川工会”", None),
    ],
)
def test_what_must_not_be_said_of_anyone(text: str, kind: str | None) -> None:
    found = contact_data_in(text)
    assert (None if found is None else str(found)) == (kind and f"含有{kind}。")


def test_the_example_says_nothing_of_the_kind() -> None:
    from tests.live import EXAMPLE_FOLDER

    text = (EXAMPLE_FOLDER / "candidates.csv").read_text(encoding="utf-8-sig")
    assert [line for line in text.splitlines() if contact_data_in(line)] == []


def test_a_draft_comes_back_as_it_was_written() -> None:
    assert NoticeText.from_json(TEXT.to_json()) == TEXT


def test_a_person_has_five_fields_and_whatever_else_is_written_beside_them_is_dropped() -> None:
    plain = json.loads(TEXT.to_json())
    plain["people"][0] |= {"id_number": "11010519491231002X", "phone": "13800138000"}
    (person,) = NoticeText.from_json(json.dumps(plain)).people
    assert [field.name for field in fields(person)] == ["number", "name", "organisation", "title", "deeds"]
    assert person == PERSON


def test_offices_are_the_declared_ones_or_else_the_single_contact() -> None:
    contact = {"department": "宣教部", "phone": "1"}
    assert offices_of({}) == ()
    assert offices_of({"publicity": {"contact": contact}}) == (Office("宣教部", phone="1"),)
    two = [
        {"department": "组织部", "accepts": "资格", "email": "a@b.cn"},
        {"department": "纪检组", "phone": "2"},
    ]
    declared = offices_of({"publicity": {"contact": contact, "offices": two}})
    assert [(one.department, one.accepts) for one in declared] == [("组织部", "资格"), ("纪检组", "")]


def test_terms_have_their_defaults_and_say_what_is_promised() -> None:
    terms = ObjectionTerms.from_plan({})
    assert (terms.named, terms.unit, terms.anonymous) == (Worth.ANSWERED, Worth.ANSWERED, Worth.EXAMINED)
    assert list(map(str, terms_texts(terms))) == [
        "个人实名反映的，受理、查核并书面答复。",
        "单位反映的（加盖公章），受理、查核并书面答复。",
        "匿名反映的，有可核查线索的予以查核，不单独答复。",
        "收到异议后 2 个工作日内决定是否受理，10 个工作日内作出处理决定。",
    ]
    given = {"publicity": {"objections": {"anonymous": "refused", "reply_within_workdays": 15}}}
    terms = ObjectionTerms.from_plan(given)
    assert (terms.accepted_kinds, terms.worth("anonymous"), terms.reply_within_workdays) == (
        ("named", "unit"), Worth.REFUSED, 15,
    )  # fmt: skip


def test_dates_come_back_from_a_document_as_they_were() -> None:
    dates = first_dates(Calendar(), WindowTerms(), datetime(2026, 12, 23, 8, 30, tzinfo=BEIJING), _nine())
    assert Dates.from_json(json.loads(json.dumps(dates.to_json()))) == dates


def _nine() -> Any:
    from datetime import time

    return time(9)


@given(
    published=st.datetimes(min_value=datetime(2010, 1, 1), max_value=datetime(2026, 10, 1)),  # noqa: DTZ001
    steps=st.lists(st.integers(1, 10), max_size=3),
)
def test_dates_gone_through_again_by_the_same_calendar_are_the_same(
    published: datetime, steps: list[int]
) -> None:
    """By days and by working days alike, an extension leads to where it led before."""
    calendar, at = Calendar(), published.replace(tzinfo=BEIJING)
    dates = first = first_dates(calendar, WindowTerms(acceptance_workdays=7), at, _nine())
    by_day: list[Extension] = []
    for days in steps:
        dates = extended(calendar, dates, Extension(workdays=days))
        by_day.append(Extension(last_day=dates.last_day))
    assert dates_again(calendar, first.terms, at, [Extension(workdays=days) for days in steps]) == dates
    assert dates_again(calendar, first.terms, at, by_day) == dates
    assert first.last_day <= dates.last_day <= dates.accepted_until


def test_a_day_named_before_the_year_was_known_moves_to_the_next_working_day() -> None:
    at = datetime(2026, 12, 23, 8, 30, tzinfo=BEIJING)
    first = first_dates(Calendar(), WindowTerms(), at, _nine())
    assert (first.last_day, first.provisional) == (date(2026, 12, 29), True)
    to = [Extension(last_day=date(2027, 1, 4))]
    assert dates_again(Calendar(), first.terms, at, to).last_day == date(2027, 1, 4)
    known = dates_again(CALENDAR_2027, first.terms, at, to)
    assert (known.last_day, known.provisional) == (date(2027, 1, 5), False), (
        "the 4th turned out to be a day off"
    )
