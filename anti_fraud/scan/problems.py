"""What can be wrong with evidence files, told in Chinese and English with file, row and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]

SENTENCES: dict[str, tuple[str, str]] = {
    "no_file": ("文件不存在或无法打开", "the file does not exist or cannot be opened"),
    "not_gzip": ("不是完整的 gzip 文件", "not a whole gzip file"),
    "not_utf8": ("不是 UTF-8 文本", "not text in UTF-8"),
    "not_csv": ("无法按 CSV 读取", "cannot be read as CSV"),
    "no_header": ("没有表头", "there is no header row"),
    "missing_column": ("缺少这一列", "this column is missing"),
    "column_twice": ("这一列出现了两次", "this column occurs twice"),
    "wrong_length": ("单元格数与表头不符", "the row has another number of cells than the header"),
    "empty": ("不能为空", "must not be empty"),
    "duplicate": ("选票编号重复", "this ballot id occurs twice"),
    "not_a_number": ("不是数字", "not a number"),
    "not_a_time": ("不是带时区的时间，如 2026-05-01T08:00:00.000+08:00", "not a time with an offset, as 2026-05-01T08:00:00.000+08:00"),
    "negative": ("不能是负数", "must not be negative"),
    "not_choices": ("不是以分号隔开的候选人编号，如 3;7;12", "not candidate numbers between semicolons, as 3;7;12"),
    "not_a_word": ("只能是 {allowed} 或空", "must be {allowed} or empty"),
    "far_time": ("时间不在 2000-01-01 至 2100-01-01 之间", "not between 2000-01-01 and 2100-01-01"),
    "not_yes_or_no": ("只能是 0、1 或空", "must be 0, 1 or empty"),
    "not_asked": ("没有这一列或整列为空，相应的检查项不作判断", "absent or empty: the question that needs it stays silent"),
    "more": ("还有更多问题未列出", "there are more problems than are listed"),
}  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One thing wrong. ``row`` counts as a spreadsheet does, the header is 1; None where the whole file is meant."""

    file: str
    row: int | None
    column: str
    code: str
    found: str = ""
    allowed: tuple[str, ...] = ()  # the only words, where the cell holds another

    def told(self, language: Language = "zh") -> str:
        """The problem as a line for people."""
        sentence = SENTENCES[self.code][0 if language == "zh" else 1].format(
            allowed=("、" if language == "zh" else ", ").join(self.allowed)
        )
        place = [self.file]
        if self.row is not None:
            place.append(f"第 {self.row} 行" if language == "zh" else f"row {self.row}")
        if self.column:
            place.append(self.column)
        found = f"（{self.found[:60]}）" if language == "zh" else f" ({self.found[:60]})"
        colon = "：" if language == "zh" else ": "
        return " ".join(place) + colon + sentence + (found if self.found else "")

    def __str__(self) -> str:
        return self.told("zh")


class EvidenceRefused(Exception):
    """Evidence files could not be read; nothing was scanned. Holds every problem, up to a cap."""

    code = "evidence_refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))
