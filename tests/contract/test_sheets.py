"""No export is ever run by the program that opens it: what somebody typed stays text, in CSV and in XLSX, and in the CSV that
somebody saves the XLSX as."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import missing
from voting_service.sheets import Formula, Sheet, harmless, to_csv, to_xlsx

RUN = [
    "=cmd|' /C calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    '=DDE("cmd";"/C calc";"x")',
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u3000=1+1",
    "\u00a0@SUM(1)",
    "\u200b=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1+1",
    "－2+3",
    "＠SUM(1)",
    "﹦1+1",
]
LEFT_ALONE = ["张三", "3;7;12", "a=b", "1-2", "'already", "", "一号=二号", "—", "（=1）", "2026-04-08", "5+3"]


@pytest.mark.parametrize("text", RUN)
def test_what_would_be_run_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_plain_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_csv_has_the_same_cells_and_none_that_is_run() -> None:
    table = read(to_csv(["=head", "b"], [[text, 7] for text in RUN] + [["a", -2.5]]))
    assert table[0] == ["'=head", "b"]
    assert [row[0] for row in table[1:]] == [f"'{text}" for text in RUN] + ["a"]
    # A number of ours is a number, negative or not.
    assert table[-1] == ["a", "-2.5"]


def test_a_text_does_not_fall_apart_where_semicolons_part_columns() -> None:
    (line,) = to_csv(["a;=1+1"], []).decode("utf-8-sig").splitlines()
    assert line == '"a;=1+1"'
    assert list(csv.reader([line], delimiter=";")) == [["a;=1+1"]]


def test_csv_has_no_formulas_of_ours_either() -> None:
    with pytest.raises(TypeError):
        to_csv(["a"], [[Formula("1+1")]])


def test_a_book_has_texts_numbers_and_our_formulas() -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(to_xlsx([Sheet("一[/]", ["=head"], [[text] for text in RUN] + [[Formula("1+1")], [-2]])]))
    )
    cells = [row[0] for row in book.active]
    kinds = {cell.value: cell.data_type for cell in cells}
    assert {kind for value, kind in kinds.items() if value not in ("=1+1", -2)} == {"s"}
    assert (kinds["=1+1"], kinds[-2]) == ("f", "n")
    assert all(cell.quotePrefix for cell in cells if cell.data_type == "s")


def test_more_than_a_cell_holds_and_what_no_file_holds_is_left_out() -> None:
    rows = [["长" * 40_000], ["a\x00b\x0bc\ud800d\uffff"]]
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx([Sheet("一", ["a"], rows)])))
    assert [len(row[0].value) for row in book.active] == [1, 32_767, 4]
    assert read(to_csv(["a"], [["a\x00b\ud800c"]]))[1] == ["abc"]


def test_whoever_saves_the_book_as_csv_has_no_formula_either(tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        missing("LibreOffice")
    # ``_x003D_`` is how OOXML itself writes "=".
    texts = [text for text in RUN if not set(text) & set("\t\r\n")] + [
        "_x003D_1+1",
        "_x003d_cmd|' /C calc'!A1",
    ]
    (tmp_path / "book.xlsx").write_bytes(to_xlsx([Sheet("一", ["head"], [[text] for text in texts])]))
    subprocess.run(
        [program, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
         "csv:Text - txt - csv (StarCalc):44,34,76",
         "--outdir", str(tmp_path), str(tmp_path / "book.xlsx")],
        check=True, capture_output=True,
    )  # fmt: skip
    saved = [row[0] for row in read((tmp_path / "book.csv").read_bytes())[1:]]
    assert len(saved) == len(texts)
    assert [text for text in saved if harmless(text) != text] == []
