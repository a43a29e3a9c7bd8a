"""The sample audit's arithmetic: the draw that anyone can repeat, and an interval that is never too narrow."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from fractions import Fraction
from hashlib import sha256
from math import ceil, comb, floor
from pathlib import Path

import pytest

from voting_service.errors import ProblemsFound
from voting_service.ledger import LedgerRow
from voting_service.tally.sample.interval import interval
from voting_service.tally.sample.lottery import RULE, dice_figures, drawn, lot, seed_text
from voting_service.tally.sample.worksheet import BAD, DOUBTFUL, OK, Examined, read_worksheet, worksheet

ROOT = Path(__file__).resolve().parents[2]
IDS = ["0123456789ABCDEF", "7QK2M3XD9ABCDEFG", "A1B2C3D4E5F6G7H8", "HJKMNPQRSTVWXYZ0", "ZZZZZZZZZZZZZZZZ"]
# The worked example of docs/sample-audit.md.
ROOT_HASH = sha256(b"example").digest()
PLAIN = "50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c"
DICED = f"{PLAIN}-351624"


@pytest.mark.parametrize("guide", ["sample-audit.md", "sample-audit.zh-CN.md"])
def test_the_guides_worked_example_is_what_the_program_does(guide: str) -> None:
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    assert seed_text(ROOT_HASH) == PLAIN
    assert seed_text(ROOT_HASH, dice_figures("3 5 1 6 2 4")) == DICED
    for seed in (PLAIN, DICED):
        assert f"`{seed}`" in text
        order = drawn(seed, IDS, 5)
        rows = [
            f"| {place} | `{one}` | `{lot(seed, one).hex()[:8]}…` |" for place, one in enumerate(order, 1)
        ]
        assert "\n".join(rows) in text
        assert drawn(seed, reversed(IDS), 2) == order[:2], (
            "the order in which ballots are read does not matter"
        )
    assert RULE in text


def test_the_lot_is_plain_sha256() -> None:
    assert lot(DICED, IDS[0]) == sha256(f"{DICED}:{IDS[0]}".encode()).digest()


@pytest.mark.parametrize(
    ("typed", "figures"),
    [("3 5 1 6", "3516"), ("3,5，1、6", "3516"), ("", None), ("3 b", None), ("٣", None), ("1" * 65, None)],
)
def test_dice_are_figures_alone(typed: str, figures: str | None) -> None:
    assert dice_figures(typed) == figures


@pytest.mark.parametrize("size", [3, 10, 100, 2000])
def test_where_all_or_none_are_bad_the_limit_has_a_closed_form(size: int) -> None:
    limit = 0.025 ** (1 / size)
    assert interval(0, size) == ("0.000000", f"{ceil((1 - limit) * 1e6) / 1e6:.6f}")
    assert interval(size, size) == (f"{floor(limit * 1e6) / 1e6:.6f}", "1.000000")


@pytest.mark.parametrize(("found", "size"), [(0, 7), (3, 40), (20, 400), (399, 400)])
def test_beyond_its_limits_the_sample_would_be_a_chance_of_one_in_forty(found: int, size: int) -> None:
    """In exact fractions: no rounding of ours can hide behind a tolerance."""

    def at_most(k: int, p: Fraction) -> Fraction:
        return sum((comb(size, i) * p**i * (1 - p) ** (size - i) for i in range(k + 1)), Fraction())

    low, high = map(Fraction, interval(found, size))
    assert found == 0 or 1 - at_most(found - 1, low) <= Fraction(25, 1000)
    assert at_most(found, high) <= Fraction(25, 1000)
    step = Fraction(3, 10**6)
    assert found == 0 or 1 - at_most(found - 1, low + step) > Fraction(25, 1000)
    assert found == size or at_most(found, high - step) > Fraction(25, 1000)


def test_a_share_of_nothing_is_none() -> None:
    for found, size in ((1, 0), (-1, 3), (4, 3)):
        with pytest.raises(ValueError, match="no share"):
            interval(found, size)


def ledger_row(ballot_id: str, channel: str = "browser") -> LedgerRow:
    cast_at = datetime(2026, 4, 8, 1, 2, 3, tzinfo=UTC)
    return LedgerRow(1, 1, ballot_id, "tag", channel, (3, 7), cast_at, False, "counted")


def test_a_worksheet_comes_back_as_it_was_filled() -> None:
    sheet = worksheet([ledger_row(one) for one in IDS[:3]])
    head, *lines = (",".join(row) for row in csv.reader(sheet.removeprefix("\ufeff").splitlines()))
    assert head == "ballot_id,tracking_code,cast_at,choices,channel,standing,verdict,note,examiner"
    assert lines[0] == "0123456789ABCDEF,0123-4567-89AB-CDEF,2026-04-08T01:02:03.000Z,3;7,browser,counted,,,"
    words = ("ok", "存疑", "BAD")
    filled = "\r\n".join(
        [head, *(line[:-2] + f"{word},,王芳" for line, word in zip(reversed(lines), words, strict=True))]
    )
    expected = [Examined(one, v) for one, v in zip(IDS[:3], (BAD, DOUBTFUL, OK), strict=True)]
    for data in (filled.encode("utf-8-sig"), filled.encode("gb18030")):
        assert read_worksheet("sheet.csv", data, IDS[:3]) == expected


@pytest.mark.parametrize("mark", list("=+-@"))
def test_no_cell_of_a_worksheet_is_a_formula(mark: str) -> None:
    sheet = worksheet([ledger_row(IDS[0], channel=f"{mark}cmd|' /C calc'!A0")])
    (_head, row) = csv.reader(sheet.removeprefix("\ufeff").splitlines())
    assert row[4] == f"'{mark}cmd|' /C calc'!A0"


def test_every_problem_of_a_worksheet_is_told_by_row_and_column() -> None:
    codes = ["0123-4567-89AB-CDEF", "7QK2-M3XD-9ABC-DEFG", "ZZZZ-ZZZZ-ZZZZ-ZZZZ", "what"]
    lines = [
        "tracking_code,verdict,examiner", f"{codes[0]},fine,王芳", f"{codes[0]},ok,王芳", f"{codes[1]},ok,",
        f"{codes[2]},ok,王芳", f"{codes[3]},ok,王芳",
    ]  # fmt: skip
    with pytest.raises(ProblemsFound) as refused:
        read_worksheet("sheet.csv", "\n".join(lines).encode(), IDS[:3])
    assert [(problem.where, str(problem.sentence)) for problem in refused.value.problems] == [
        ("sheet.csv 第 2 行 verdict", "请填 ok、doubtful、bad 之一（或 正常、存疑、异常）。"),
        ("sheet.csv 第 3 行 tracking_code", "与第 2 行重复。"),
        ("sheet.csv 第 4 行 examiner", "没有写核查人。"),
        ("sheet.csv 第 5 行 tracking_code", "“ZZZZ-ZZZZ-ZZZZ-ZZZZ”不在这次抽样中。"),
        ("sheet.csv 第 6 行 tracking_code", "“what”不在这次抽样中。"),
        ("sheet.csv A1B2-C3D4-E5F6-G7H8", "抽中的这张选票在表中没有一行。"),
    ]
    for data in (b"", b"verdict\nok\n"):
        with pytest.raises(ProblemsFound):
            read_worksheet("sheet.csv", data, IDS[:1])
