"""Our own table of days: holiday-cn's files read as they are published, the table kept through reading and writing, and
every problem of a bad file named at once with its place. ``tests/holiday_cn`` holds two of the project's files (MIT)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from voting_service.errors import ProblemsFound
from voting_service.workdays import NO_OVERRIDES, Arrangement, Calendar, Overrides, SpecialDay
from voting_service.workdays.override_file import (
    TABLE_FILE,
    calendar_of,
    load_overrides,
    read_overrides,
    save_overrides,
    written,
)
from voting_service.workdays.readiness import examine_workdays
from voting_service.workdays.reading import read_holiday_cn
from voting_service.workdays.state_council import SOURCE, YEARS

PUBLISHED = Path(__file__).parents[1] / "holiday_cn"
UNKNOWN = max(YEARS) + 1


def published(name: str) -> bytes:
    return (PUBLISHED / name).read_bytes()


def year_file(of: int, *rows: dict[str, Any], **changes: Any) -> bytes:
    """A small but whole year in holiday-cn's form."""
    fixed = [{"name": "元旦", "date": f"{of}-{day}", "isOffDay": True} for day in ("01-01", "05-01", "10-01")]
    whole = {"year": of, "papers": ["https://www.gov.cn/x.htm"], "days": [*fixed, *rows]}
    return json.dumps(whole | changes, ensure_ascii=False).encode()


def problems(data: bytes, source: str = "") -> list[str]:
    """What is wrong with a file of holiday-cn."""
    with pytest.raises(ProblemsFound) as caught:
        read_holiday_cn(data, "2027.json", source)
    return [str(problem) for problem in caught.value.problems]


def table_problems(table: Any) -> list[str]:
    """What is wrong with our own table."""
    with pytest.raises(ProblemsFound) as caught:
        read_overrides(table if isinstance(table, bytes) else json.dumps(table).encode())
    return [str(problem) for problem in caught.value.problems]


# ---- holiday-cn


def test_a_published_year_is_read_whole_with_its_papers_as_source() -> None:
    found = read_holiday_cn(published("2019.json"), "2019.json")
    assert (found.year, len(found.days)) == (2019, 31)
    assert found.days[0] == SpecialDay(date(2018, 12, 29), True, "元旦", found.source)
    assert found.source.split() == [
        "http://www.gov.cn/zhengce/zhengceku/2018-12/06/content_5346276.htm",
        "http://www.gov.cn/zhengce/zhengceku/2019-03/22/content_5375877.htm",
    ]


def test_a_published_year_and_the_package_agree_on_every_day() -> None:
    imported = Calendar(NO_OVERRIDES.with_arrangement(read_holiday_cn(published("2019.json"), "2019.json")))
    package = Calendar()
    for number in range(date(2018, 12, 1).toordinal(), date(2020, 1, 1).toordinal()):
        day = date.fromordinal(number)
        assert imported.is_workday(day) is package.is_workday(day), day


def test_the_file_of_a_year_that_is_not_yet_arranged_is_refused_as_such() -> None:
    assert problems(published("2027-before-publication.json")) == [
        "2027.json days：一天也没有：国务院办公厅可能还没有公布 2027 年的放假安排。 公布后重新取得这个文件再导入。"
    ]


def test_a_source_may_be_given_and_must_be_somewhere() -> None:
    assert (
        read_holiday_cn(year_file(2027), "2027.json", "国办发明电〔2026〕9号").source
        == "国办发明电〔2026〕9号"
    )
    assert read_holiday_cn(year_file(2027, papers=[]), "2027.json", "文号").days[0].source == "文号"
    assert problems(year_file(2027, papers=[])) == [
        "2027.json papers：没有写明出自哪份文件。 请加 --source 写明出处，例如国务院文件的网址或文号。"
    ]


def test_every_problem_of_a_file_is_told_at_once_with_its_place() -> None:
    rows: list[Any] = [
        {"name": "春节", "date": "2027-02-05", "isOffDay": "true"},
        {"name": "", "date": "2027-02-30", "isOffDay": True},
        {"name": "春\n节", "date": "20270206", "isOffDay": True},
        {"name": "春节", "date": "2027-05-01", "isOffDay": True},
        {"name": "元旦", "date": "2027-12-31", "isOffDay": True},
        {"name": "元旦", "date": "2026-12-20", "isOffDay": True},
        {"date": "2027-02-07"},
        "2027-02-08",
    ]
    assert problems(year_file(2027, *rows, papers="https://www.gov.cn/x.htm"), "文号") == [
        "2027.json papers：应当是列表，列出国务院文件的网址。",
        "2027.json days[4] isOffDay：应当是 true（休息）或 false（上班），不加引号。",
        "2027.json days[5] name：缺少，应当是用引号括起来的文字。",
        "2027.json days[5] date：没有 2027-02-30 这一天。",
        "2027.json days[6] name：含有换行或不可见的控制字符。",
        "2027.json days[6] date：应当是日期，例如 2026-04-07。",
        "2027.json days[7]：2027-05-01 已经写在 2027.json days[2]。",
        "2027.json days[8]：2027-12-31 不在 2027 年的放假安排之内（上年 12 月 25 日至当年 12 月 24 日）。",
        "2027.json days[9]：2026-12-20 不在 2027 年的放假安排之内（上年 12 月 25 日至当年 12 月 24 日）。",
        "2027.json days[10] isOffDay：应当是 true（休息）或 false（上班），不加引号。",
        "2027.json days[10] name：缺少，应当是用引号括起来的文字。",
        "2027.json days[11]：应当是一个对象 {…}。",
    ]


def test_half_a_year_is_not_taken_for_a_whole_one() -> None:
    half = json.loads(year_file(2027))
    half["days"] = half["days"][:1]
    assert problems(json.dumps(half).encode()) == [
        "2027.json days：其中 2027-05-01、2027-10-01 不是休息日，不像一份完整的放假安排。"
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "2027.json：第 1 行第 1 列不是正确的 JSON。"),
        (b'{\n  "year": 2027,\n  "days": [,]}', "2027.json：第 3 行第 12 列不是正确的 JSON。"),
        ('{"name": "春节"}'.encode("gb18030"), "2027.json：不是 UTF-8 编码。"),
        (b"[" * 100_000, "2027.json：不是正确的 JSON。"),
        (b"[]", "2027.json：最外层应当是一个对象 {…}。"),
        (b'{"year": 2027, "year": 2028}', "2027.json：同一个对象里 year 写了两次。"),
        (year_file(2027, days={}), "2027.json days：应当是列表 […]。"),
        (year_file(2027, year="2027"), "2027.json year：应当是 1950 到 2199 之间的整数，不加引号。"),
        (year_file(2027, year=True), "2027.json year：应当是 1950 到 2199 之间的整数，不加引号。"),
        (year_file(2027, year=1e400), "2027.json year：应当是 1950 到 2199 之间的整数，不加引号。"),
        (year_file(2027, year=27), "2027.json year：应当是 1950 到 2199 之间的整数，不加引号。"),
    ],
)
def test_what_is_no_such_file_is_one_sentence(data: bytes, expected: str) -> None:
    assert problems(data) == [expected]


def test_a_byte_order_mark_and_a_year_with_a_point_are_taken() -> None:
    assert read_holiday_cn(b"\xef\xbb\xbf" + year_file(2027, year=2027.0), "2027.json").year == 2027


# ---- our own table

HAND = SpecialDay(date(2024, 3, 12), False, "停电检修“全厂”", "厂办〔2024〕3号")


def test_without_a_file_the_table_is_empty(tmp_path: Path) -> None:
    assert load_overrides(tmp_path) == load_overrides(tmp_path / "no-such") == NO_OVERRIDES


def test_a_table_written_and_read_is_the_same(tmp_path: Path) -> None:
    table = Overrides.of([read_holiday_cn(published("2019.json"), "2019.json")], [HAND])
    save_overrides(tmp_path / "new", table)
    assert load_overrides(tmp_path / "new") == table
    assert [path.name for path in (tmp_path / "new").iterdir()] == [TABLE_FILE]
    assert read_overrides(written(NO_OVERRIDES)) == NO_OVERRIDES
    assert read_overrides(b"{}") == NO_OVERRIDES


def test_a_later_arrangement_replaces_the_earlier_and_leaves_days_by_hand() -> None:
    first = read_holiday_cn(
        year_file(2027, {"name": "春节", "date": "2027-02-09", "isOffDay": True}), "2027.json"
    )
    second = read_holiday_cn(year_file(2027), "2027.json", "更正")
    table = Overrides.of([first], [HAND]).with_arrangement(second)
    assert table == Overrides.of([second], [HAND])
    assert Calendar(table).is_workday(date(2027, 2, 9))


def test_a_table_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    save_overrides(tmp_path, Overrides.of(by_hand=[HAND]))
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OSError, match="file"):
        save_overrides(tmp_path / "file", NO_OVERRIDES)
    bad = Overrides.of([Arrangement(2027, "\ud800", ())])
    with pytest.raises(UnicodeEncodeError):
        save_overrides(tmp_path, bad)
    assert load_overrides(tmp_path) == Overrides.of(by_hand=[HAND])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", TABLE_FILE]


def test_every_problem_of_the_table_is_told_at_once_with_its_place() -> None:
    whole = json.loads(year_file(2027))
    year = {"year": 2027, "source": "文号", "days": whole["days"]}
    table = {
        "arrangements": [year, year, {"year": 2028, "days": whole["days"], "papers": []}, 7],
        "days": [
            {"date": "2024-03-12", "name": "停电检修", "isOffday": True},
            {"date": "2024-03-12", "name": "停电检修", "isOffDay": True, "source": " "},
        ],
        "day": [],
    }
    found = table_problems(table)
    assert [line.partition("：")[0] for line in found] == [
        "workdays.json day",
        "workdays.json arrangements[2]",
        "workdays.json arrangements[3] papers",
        "workdays.json arrangements[3] source",
        *[f"workdays.json arrangements[3] days[{row}]" for row in (1, 2, 3)],
        "workdays.json arrangements[3] days",
        "workdays.json arrangements[4]",
        "workdays.json days[1] isOffday",
        "workdays.json days[1] isOffDay",
        "workdays.json days[1] source",
        "workdays.json days[2] source",
        "workdays.json days[2]",
    ]
    assert found[0] == "workdays.json day：没有这一项，这里可以写：arrangements、days。"
    assert found[1] == "workdays.json arrangements[2]：2027 年写了两次。"


def test_a_list_pasted_above_another_does_not_vanish() -> None:
    row = '{"date": "2024-03-12", "name": "停电", "isOffDay": true, "source": "厂办"}'
    assert table_problems(f'{{"days": [{row}], "days": []}}'.encode()) == [
        "workdays.json：同一个对象里 days 写了两次。"
    ]


# ---- doctor


def levels(today: date, table: Overrides = NO_OVERRIDES) -> list[tuple[str, str]]:
    return [(found.level, found.code) for found in examine_workdays(lambda: Calendar(table), today)]


def test_doctor_asks_for_the_next_year_from_november_on() -> None:
    last = max(YEARS)
    assert levels(date(last, 10, 31)) == [("ok", "workdays")]
    assert levels(date(last, 11, 1)) == [("ok", "workdays"), ("warning", "workdays_provisional")]
    assert levels(date(UNKNOWN, 1, 1)) == [("warning", "workdays_provisional")]
    imported = NO_OVERRIDES.with_arrangement(read_holiday_cn(year_file(UNKNOWN), "y.json"))
    assert levels(date(last, 11, 1), imported) == [("ok", "workdays"), ("ok", "workdays")]


def test_doctor_says_where_a_year_comes_from_and_how_an_unknown_one_becomes_known() -> None:
    known, unknown = examine_workdays(Calendar, date(max(YEARS), 12, 1))
    assert SOURCE in str(known.sentence)
    assert f"import {UNKNOWN}.json" in str(unknown.remedy)


def test_doctor_names_what_is_wrong_with_the_table(tmp_path: Path) -> None:
    (tmp_path / TABLE_FILE).write_text('{"days": 1, "arrangements": 2}', encoding="utf-8")
    found = examine_workdays(lambda: calendar_of(tmp_path), date(2024, 1, 1))
    assert [(one.level, one.code, str(one.sentence)) for one in found] == [
        ("error", "workdays_table", "workdays.json arrangements：应当是列表 […]。"),
        ("error", "workdays_table", "workdays.json days：应当是列表 […]。"),
    ]
