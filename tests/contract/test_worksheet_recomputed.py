"""The worksheet as a book: opened and computed anew by another program, it says what the service says, of every candidate."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.recomputed import Book, formulas, recomputed
from voting_service.assessment.scheme import Criterion, Scheme
from voting_service.assessment.worksheet.closing import encoded
from voting_service.assessment.worksheet.document import (
    Figures,
    Gathered,
    Judged,
    JudgedSheet,
    Left,
    Person,
    Votes,
    worksheet_document,
)
from voting_service.assessment.worksheet.workbook import worksheet_csv, worksheet_xlsx

F = Fraction
DEEDS = Criterion("deeds", "事迹", F(55), "judges", highest=50, trim=1)
STYLE = Criterion("style", "作风", F("10.5"), "judges", trim=2)
MEDIA = Criterion("media", "社会反响", F("4.5"), "figure", normalisation="capped_log", cap=10_000)
VOTES = Criterion("votes", "网络投票", F(30), "votes")


def gathered(scheme: Scheme, people: int, **changes: object) -> Gathered:
    """A worksheet's material, with nothing in it yet."""
    empty = Gathered(
        "test", "测试评选", "测试总工会", scheme,
        tuple(Person(n, f"候选人{n}", f"单位{n}") for n in range(1, people + 1)),
        (), Judged((), 0, ""), Votes({}, {}, 9, "C-0001", "ab" * 32), {},
    )  # fmt: skip
    return replace(empty, **changes)  # type: ignore[arg-type]


def judged(*sheets: dict[int, dict[str, str]], absent: int = 0) -> Judged:
    """A closed round of these sheets."""
    return Judged(tuple(JudgedSheet(f"{n:064x}", sheet) for n, sheet in enumerate(sheets)), absent, "出差")


def ties() -> Gathered:
    """Composites that are equal by other ways: the tie-break tells 1 and 2 apart, and nothing 3 from 4."""
    scheme = Scheme((replace(DEEDS, weight=F(70), trim=0), VOTES), ("votes",), seats=3)
    deeds = {1: "50", 2: "35", 3: "10", 4: "10", 5: "0"}
    sheet = {number: {"deeds": score} for number, score in deeds.items()}
    votes = {1: 3000, 2: 10000, 3: 700, 4: 700, 5: 0}
    return gathered(scheme, 5, judged=judged(sheet, sheet, sheet), votes=Votes(votes, {5: 9}, 9, None, None))


def recused() -> Gathered:
    """Seven judges, some of whom stand aside: as many as leave three are trimmed, others fewer."""
    rounds = random.Random(6)  # the same in every run
    sheets = [
        {n: {"deeds": f"{rounds.randrange(2000, 5000) / 100:g}", "style": str(rounds.randrange(60, 101))}
         for n in range(1, 7) if (judge, n) not in {(0, 1), (1, 1), (2, 1), (3, 2), (4, 3), (5, 3), (6, 3), (0, 3)}}
        for judge in range(7)
    ]  # fmt: skip
    figures = Figures(
        "市融媒体中心", "cd" * 32, {1: "0", 2: "12", 3: "9999.5", 4: "20000", 5: "1", 6: "10000"}
    )
    return gathered(
        Scheme((DEEDS, STYLE, MEDIA, VOTES), ("deeds", "style"), seats=2),
        6,
        judged=judged(*sheets, absent=1),
        votes=Votes({1: 123, 2: 45678, 3: 1, 4: 0, 5: 45677, 6: 333}, {4: 60_000}, 70, "C-0001", "ab" * 32),
        figures={"media": figures},
        left=(Left(7, "=HYPERLINK(1)", "withdrawn"),),
    )


def nothing_cast() -> Gathered:
    """Zero votes and zero figures, by all three ways."""
    scheme = Scheme(
        (replace(VOTES, normalisation="rank_points", weight=F(40)), replace(MEDIA, weight=F(60), normalisation="share_of_top", cap=None)),
        seats=1,
    )  # fmt: skip
    return gathered(scheme, 3, judged=None, figures={"media": Figures("无", "", {1: "0", 2: "0", 3: "0"})})


def shared_ranks() -> Gathered:
    """Rank points with shared ranks, one with nothing; more candidates than one screen."""
    rounds = random.Random(7)
    scheme = Scheme(
        (
            replace(VOTES, normalisation="rank_points", weight=F("33.33")),
            replace(DEEDS, weight=F("66.67"), trim=3),
        ),
        (),
        10,
    )
    people = range(1, 41)
    votes = {n: rounds.choice([0, 5, 5, 70, 800]) for n in people}
    sheets = [{n: {"deeds": str(rounds.randrange(51))} for n in people} for _judge in range(9)]
    return gathered(scheme, 40, judged=judged(*sheets), votes=Votes(votes, {}, 9, "C-0001", "ab" * 32))


def unfinished() -> Gathered:
    """The round is open: no score is in the book."""
    return gathered(Scheme((DEEDS, replace(VOTES, weight=F(45))), seats=1), 2, judged=None, votes=None)


CASES = {one.__name__: one for one in (ties, recused, nothing_cast, shared_ranks, unfinished)}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Book]:
    """Every case, computed by LibreOffice."""
    given = {name: book_of(case()) for name, case in CASES.items()}
    return recomputed(given, tmp_path_factory.mktemp("books"))


def book_of(found: Gathered) -> bytes:
    """The book as it is downloaded."""
    document = worksheet_document(found)
    return worksheet_xlsx(document, "A-0001", encoded(document)[1])


@pytest.mark.parametrize("name", CASES)
def test_another_program_computes_the_same(name: str, books: dict[str, Book]) -> None:
    document, book = worksheet_document(CASES[name]()), books[name]
    composite = {row["编号"]: row for row in book["综合得分"]}
    assert {n: (row["名次"], f"{row['综合得分']:.4f}") for n, row in composite.items()} == {
        one["number"]: (one["place"], one["shown"]) for one in document["ranked"]
    }
    assert {row["核对"] for row in composite.values()} == {"一致"}
    assert [(row["名次"], row["编号"]) for row in book["排名"]] == [
        (one["place"], one["number"]) for one in document["ranked"]
    ]
    for row in book["折算"]:
        for criterion in document["criteria"]:
            exactly = Fraction(document["points"][str(row["编号"])][criterion["key"]])
            assert row[criterion["name"]] == pytest.approx(float(exactly), abs=1e-9)
    assert not [
        cell
        for sheet in book.values()
        for row in sheet
        for cell in row.values()
        if str(cell).startswith(("#", "Err:"))
    ]


def test_the_cases_are_what_they_say(books: dict[str, Book]) -> None:
    places = {name: [(row["名次"], row["编号"]) for row in book["排名"]] for name, book in books.items()}
    assert places["ties"] == [(1, 2), (2, 1), (3, 3), (3, 4), (5, 5)] or places["ties"][2:4] == [
        (3, 3),
        (3, 4),
    ]
    seats = {row["编号"]: row["在 3 个名额内"] for row in books["ties"]["排名"]}
    assert seats == {1: "是", 2: "是", 3: "并列待定", 4: "并列待定", 5: "否"}
    assert worksheet_document(ties())["tied"] == [3, 4]
    out = {
        (row["项目"], row["编号"]): (row["有效份数"], row["最高、最低各去掉"])
        for row in books["recused"]["评委打分"]
    }
    assert out[("事迹", 1)] == (4, 0)
    assert out[("事迹", 3)] == (3, 0)
    assert out[("事迹", 2)] == (6, 1)
    assert out[("作风", 4)] == (7, 2)
    assert {row["综合得分"] for row in books["nothing_cast"]["综合得分"]} == {0}


def test_whoever_changes_a_weight_sees_another_place(tmp_path: Path) -> None:
    page = load_workbook(io.BytesIO(book_of(recused())))
    weights = page["项目和权重"]
    assert weights["D2"].value == 55
    weights["D2"].value, weights["D5"].value = 5, 80
    changed = io.BytesIO()
    page.save(changed)
    scheme = recused().scheme
    others = tuple(
        replace(one, weight={"deeds": F(5), "votes": F(80)}.get(one.key, one.weight))
        for one in scheme.criteria
    )
    expected = worksheet_document(replace(recused(), scheme=replace(scheme, criteria=others)))
    book = recomputed({"changed": changed.getvalue()}, tmp_path)["changed"]
    assert [(row["名次"], row["编号"]) for row in book["排名"]] == [
        (one["place"], one["number"]) for one in expected["ranked"]
    ]
    assert "不同" in {row["核对"] for row in book["综合得分"]}


def test_no_formula_holds_what_somebody_typed(tmp_path: Path) -> None:
    names = tuple(Person(n, '=cmd|" /C calc"!A0', "+86-1") for n in (1, 2))
    criteria = (replace(DEEDS, name="=1+1"), replace(VOTES, weight=F(45), name="@SUM(A1)"))
    plain = gathered(Scheme(criteria, ("deeds",), 1), 2)
    found = replace(plain, people=names, title="-2+3", organiser="\t=1")
    found_formulas = formulas(book_of(found), tmp_path)
    assert found_formulas
    assert not [
        text
        for text in found_formulas.values()
        if "cmd" in text or "+86" in text or text in ("=1+1", "=@SUM(A1)")
    ]
    rows = worksheet_csv(worksheet_document(found)).decode("utf-8-sig").splitlines()
    assert "'=cmd" in rows[1]
    assert ",'+86-1," in rows[1]
