"""The candidate table is read whatever program wrote it; every bad cell is named by row and column."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, replace
from datetime import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.campaigns.rules import CategoryRule
from voting_service.candidates.personal_data import personal_data_in
from voting_service.candidates.roster_sheet import roster_sheet
from voting_service.candidates.roster_table import FIELDS, HEADINGS, RosterRead, RosterRow, read_roster
from voting_service.sheets import guarded

CATEGORIES = (CategoryRule("energy", "能源"), CategoryRule("transport", "交通运输"))
SHI = RosterRow(
    1, "石望川", "青石梁煤矿", "采煤机司机", "energy", "男", "1981-03", "一句话", "故事\n\n第二段", "口号"
)
WU = RosterRow(12, "阿拉坦·乌云", "公交公司", category="transport", video_url="https://v.example/1")


def cells_of(row: RosterRow) -> list[str]:
    written = {None: "", True: "是", False: "否"}
    return [
        str(value) if type(value) is int else written.get(value, str(value)) for value in asdict(row).values()
    ]


def as_csv(rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(rows: list[list[str]], categories: tuple[CategoryRule, ...] | None = CATEGORIES) -> RosterRead:
    return read_roster("candidates.csv", as_csv(rows), categories)


def problems_of(**cells: str) -> list[str]:
    """What is wrong with one good row in which these cells are replaced."""
    row = cells_of(SHI)
    for field, value in cells.items():
        row[FIELDS.index(field)] = value
    return [str(problem) for problem in read([list(FIELDS), row]).problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_table_is_read_in_any_usual_encoding(encoding: str, delimiter: str) -> None:
    data = as_csv([list(FIELDS), cells_of(SHI), [], cells_of(WU)], encoding, delimiter)
    assert read_roster("candidates.csv", data, CATEGORIES) == RosterRead((SHI, WU), (), frozenset({1, 12}))


def test_chinese_headings_in_any_order_mean_the_same() -> None:
    head = ["姓 名（必填）", "编号", "工作单位", "组别"]
    outcome = read([["云川市候选人名单"], head, ["张　三", "０7", "公交公司", "交通运输"]])
    assert outcome.problems == ()
    assert outcome.rows == (RosterRow(7, "张三", "公交公司", category="transport"),)


def test_every_heading_has_a_field_of_the_contract() -> None:
    assert ",".join(FIELDS) == (
        "number,name,organisation,title,category,gender,birth_date,summary,story,slogan,video_url,front_line"
    )
    assert tuple(HEADINGS) == FIELDS


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"number": "七"}, "number)：应当是 1、2、3 这样的正整数。"),
        ({"number": "0"}, "number)：应当是 1、2、3 这样的正整数。"),
        ({"number": "-3"}, "number)：应当是 1、2、3 这样的正整数。"),
        ({"number": "1.5"}, "number)：应当是 1、2、3 这样的正整数。"),
        ({"number": ""}, "number)：不能为空。"),
        ({"name": " "}, "name)：不能为空。"),
        ({"name": "长" * 41}, "name)：有 41 个字，最多 40 个字。"),
        ({"name": "张\x07三"}, "name)：含有不可见的控制字符。"),
        ({"summary": "带出\ufdd0徒弟"}, "summary)：含有不可见的控制字符。"),
        ({"category": "enrgy"}, "category)：没有 “enrgy” 这个组别。 您要写的是不是 energy？"),
        ({"category": ""}, "category)：没有写明组别。 可选：能源（energy）、交通运输（transport）。"),
        ({"gender": "女性"}, "gender)：只能是“男”“女”，或者空着。"),
        ({"birth_date": "1985-13"}, "birth_date)：不是一个日期：“1985-13”。"),
        ({"birth_date": "85.3"}, "birth_date)：不是一个日期：“85.3”。"),
        ({"birth_date": "1985.1"}, "birth_date)：1985.1 可能是 1 月，也可能是 10 月。"),
        ({"summary": "长" * 121}, "summary)：有 121 个字，最多 120 个字。"),
        ({"slogan": "长" * 61}, "slogan)：有 61 个字，最多 60 个字。"),
        ({"story": "长" * 20_001}, "story)：有 20001 个字，最多 20000 个字。"),
        ({"video_url": "http://v.example/1"}, "video_url)：应当是 https:// 开头的网址。"),
        ({"front_line": "对"}, "front_line)：只能是“是”“否”，或者空着。"),
        ({"video_url": "https://u:p@v.example/1"}, "video_url)：应当是 https:// 开头的网址。"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(cells: dict[str, str], problem: str) -> None:
    (found,) = problems_of(**cells)
    (field,) = cells
    assert found.startswith(f"candidates.csv 第 2 行 {HEADINGS[field][0]}({problem}")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1985", "1985"),
        ("1985年", "1985"),
        ("1985-3", "1985-03"),
        ("1985.03", "1985-03"),
        ("1985.10", "1985-10"),
        ("1985.2", "1985-02"),
        ("1985年3月", "1985-03"),
        ("1985 年 3 月 7 日", "1985-03-07"),
        ("1985/3/7", "1985-03-07"),
        ("１９８５．０３．０７", "1985-03-07"),
    ],
)
def test_birth_dates_are_kept_in_one_form(written: str, kept: str) -> None:
    row = cells_of(replace(SHI, birth_date=written))
    assert read([list(FIELDS), row]).rows == (replace(SHI, birth_date=kept),)


def test_numbers_and_people_occur_once() -> None:
    twin = cells_of(replace(SHI, number=2))
    same_number = cells_of(replace(WU, number=1))
    found = [str(problem) for problem in read([list(FIELDS), cells_of(SHI), twin, same_number]).problems]
    assert found == [
        "candidates.csv 第 3 行 姓名(name)：和第 2 行的姓名、单位都相同。",
        "candidates.csv 第 4 行 编号(number)：编号 1 在第 2 行已经用过。",
    ]


def test_headings_are_checked() -> None:
    outcome = read([["编号", "姓名", "名字", "身份证号", "slogn"], ["1", "石望川", "x", "", ""]])
    assert [str(problem) for problem in outcome.problems] == [
        "candidates.csv 第 1 行 “名字”：有两列都是 姓名(name)。",
        "candidates.csv 第 1 行 “身份证号”：不认识这个标题。 候选人表会公开，请删去这一列。",
        "candidates.csv 第 1 行 “slogn”：不认识这个标题。 您要写的是不是 slogan？",
        "candidates.csv 第 1 行：缺少 单位(organisation) 这一列。",
        "candidates.csv 第 2 行 组别(category)：没有写明组别。 可选：能源（energy）、交通运输（transport）。",
    ]


def test_categories_that_nobody_declared_are_refused() -> None:
    row = cells_of(SHI)
    (problem,) = read([list(FIELDS), row], ()).problems
    assert problem.where == "candidates.csv 第 2 行 组别(category)"
    assert read([list(FIELDS), row], None).rows == (replace(SHI, category=None),)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("11010519491231002X", "含有身份证号码。"),
        ("身份证１１０１０５１９４９１２３１００２ｘ，", "含有身份证号码。"),
        ("110105194912310000", "含有身份证号码。"),
        ("110105194912310021", None),
        ("手机13800138000。", "含有手机号码。"),
        ("+86 138-0013-8000", "含有手机号码。"),
        ("8613800138000", "含有手机号码。"),
        ("固话 0000-0000000，产量 12345678901 吨，圆周率 3.13800138000", None),
        ("订单 138001380001", None),
        ("20.5 万次、1985 年", None),
    ],
)
def test_personal_data_is_found(text: str, kind: str | None) -> None:
    found = personal_data_in(text)
    assert (None if found is None else str(found)) == kind


def test_personal_data_is_named_by_row_and_column_and_not_repeated() -> None:
    (found,) = problems_of(story="联系我：13800138000")
    assert found == "candidates.csv 第 2 行 事迹(story)：含有手机号码。 候选人资料会公开，请删去。"
    row = [*cells_of(SHI), "11010519491231002X"]
    (problem,) = read([list(FIELDS), row]).problems
    assert str(problem).startswith("candidates.csv 第 2 行 第 13 列：含有身份证号码。")


def test_a_sheets_own_numbers_and_dates_are_understood() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号", "姓名", "单位", "出生年月"])
    sheet.append([1.0, "石望川", "煤矿", datetime(1981, 3, 1)])  # noqa: DTZ001 - as a sheet keeps it
    sheet.append([2, "江晚舟", "公交", datetime(1990, 4, 7)])  # noqa: DTZ001
    sheet.append([3, "向禾", "电站", 1996.02])
    sheet["D2"].number_format = 'yyyy"年"m"月"'
    sheet["D3"].number_format = "yyyy-mm-dd"
    file = io.BytesIO()
    book.save(file)
    outcome = read_roster("candidates.xlsx", file.getvalue(), ())
    assert outcome.problems == ()
    assert [row.birth_date for row in outcome.rows] == ["1981-03", "1990-04-07", "1996-02"]


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("candidates.csv", b"", "candidates.csv：表格是空的。"),
        ("candidates.csv", b"\n\n", "candidates.csv：表格是空的。"),
        ("candidates.csv", b"\xff\xff\x00", "candidates.csv：看不出是什么编码。"),
        ("candidates.csv", '编号,姓名,单位\n1,"石'.encode(), "candidates.csv 第 2 行：不合 CSV 格式"),
        ("candidates.csv", "编号,姓名,单位\n".encode(), "candidates.csv：只有标题行，没有候选人。"),
        ("candidates.csv", b"PK\x03\x04\x00", "candidates.csv：看不出是什么编码。"),
        ("candidates.xlsx", b"not a sheet", "candidates.xlsx：打不开，不是完整的 xlsx 文件。"),
        ("candidates.xlsx", as_xlsx([]), "candidates.xlsx：表格是空的。"),
    ],
)
def test_a_file_that_is_no_table_is_said_so(name: str, data: bytes, problem: str) -> None:
    found = [str(problem) for problem in read_roster(name, data, ()).problems]
    assert found[0].startswith(problem)
    assert len(found) == 1


def test_a_sheets_formula_error_is_named() -> None:
    data = as_xlsx([["编号", "姓名", "单位"], [1, "#REF!", "煤矿"]])
    found = [str(problem) for problem in read_roster("candidates.xlsx", data, ()).problems]
    assert found == [
        "candidates.xlsx 第 2 行 第 2 列：公式出错（#REF!）。",
        "candidates.xlsx 第 2 行 姓名(name)：不能为空。",
    ]


def test_a_sheet_formatted_far_down_ends() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["编号", "姓名", "单位"])
    sheet.append([1, "石望川", "煤矿"])
    sheet.cell(900_000, 1).number_format = "0"
    file = io.BytesIO()
    book.save(file)
    assert len(read_roster("candidates.xlsx", file.getvalue(), ()).rows) == 1


_words = st.text(st.sampled_from("石望川䶮㛃𬭎·，。“”,;\"'\n\t aZ0 =+-@<&"), max_size=30)
_line = _words.map(lambda text: " ".join(text.split()))
_story = _words.map(str.strip)
_rows = st.lists(
    st.builds(
        RosterRow,
        number=st.integers(1, 999_999),
        name=_line.map(lambda text: f"{text}某"[-40:].strip()),
        organisation=_line.map(lambda text: f"{text}厂"),
        title=_line,
        category=st.sampled_from(["energy", "transport"]),
        gender=st.sampled_from([None, "男", "女"]),
        birth_date=st.sampled_from([None, "1985", "1985-03", "1985-03-07", "1985-10"]),
        summary=_line,
        story=_story,
        slogan=_line,
        video_url=st.sampled_from([None, "https://v.example/a?b=c"]),
        front_line=st.sampled_from([None, True, False]),
    ),
    min_size=1,
    max_size=8,
    unique_by=(lambda row: row.number, lambda row: (row.name, row.organisation)),
)


@given(_rows)
def test_a_good_table_says_the_same_as_csv_and_as_xlsx(rows: list[RosterRow]) -> None:
    # An apostrophe before a sign that a spreadsheet would run is none of the text's: whoever means one writes two.
    table = [list(FIELDS), *([guarded(cell) for cell in cells_of(row)] for row in rows)]
    expected = RosterRead(tuple(rows), (), frozenset(row.number for row in rows))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for y, cells in enumerate(table, 1):
        for x, text in enumerate(cells, 1):
            # As text, since a cell that begins with = would be taken for a formula.
            sheet.cell(y, x).value = text
            sheet.cell(y, x).data_type = "s"
    file = io.BytesIO()
    book.save(file)
    assert read_roster("candidates.csv", as_csv(table), CATEGORIES) == expected
    assert read_roster("candidates.csv", as_csv(table, "gb18030"), CATEGORIES) == expected
    assert read_roster("candidates.xlsx", file.getvalue(), CATEGORIES) == expected


@given(_rows)
def test_the_table_that_we_write_says_what_we_read(rows: list[RosterRow]) -> None:
    assert read_roster("candidates.xlsx", roster_sheet(rows), CATEGORIES).rows == tuple(rows)


@pytest.mark.parametrize(
    "story",
    [
        "=1+1",
        "- 一\n- 二",
        "'=1",
        "''@x",
        "'引'",
        "＋1",
        "_x000D_",
        "_x005F_x000D_",
        "_xD800_",
        "\u00ad=1",
        "#N/A",
        "TRUE",
        "1.0",
    ],
)
def test_signs_that_mean_something_to_a_spreadsheet_come_back(story: str) -> None:
    row = replace(SHI, story=story)
    sheet = roster_sheet([row])
    assert read_roster("candidates.xlsx", sheet, CATEGORIES).rows == (row,)
    cells = [cell for line in openpyxl.load_workbook(io.BytesIO(sheet)).active.iter_rows() for cell in line]  # type: ignore[union-attr]
    assert "f" not in {cell.data_type for cell in cells}


def test_what_excel_escapes_is_read_as_it_was_typed() -> None:
    rows: list[list[object]] = [["编号", "姓名", "单位", "事迹"], [1, "甲", "厂", "一_x000D_\n二_x005F_三"]]
    assert read_roster("candidates.xlsx", as_xlsx(rows), ()).rows[0].story == "一\n二_三"
