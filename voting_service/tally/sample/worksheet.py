"""The worksheet: a CSV file that opens in Excel, to be filled by the committee and read back with every problem named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...ballots.ballot_id import parse_tracking_code, tracking_code
from ...campaigns.cells import Row, read_cells
from ...clock import rfc3339
from ...errors import Problem, ProblemsFound
from ...ledger import LedgerRow
from ...sheets import to_csv
from ...text import Text, _

HEADINGS = (
    "ballot_id", "tracking_code", "cast_at", "choices", "channel", "standing", "verdict", "note", "examiner",
)  # fmt: skip
OK, DOUBTFUL, BAD = "ok", "doubtful", "bad"
VERDICTS = {OK: OK, DOUBTFUL: DOUBTFUL, BAD: BAD, "正常": OK, "存疑": DOUBTFUL, "异常": BAD}
"""What may stand in the column, and what it means."""


@dataclass(frozen=True)
class Examined:
    """One ballot and what its examiner found."""

    ballot_id: str
    verdict: str


def worksheet(ballots: Sequence[LedgerRow]) -> str:
    """The sheet with the last three columns empty. Excel needs the mark at its beginning to read UTF-8."""
    rows = (
        (
            row.ballot_id,
            tracking_code(row.ballot_id),
            rfc3339(row.cast_at),
            ";".join(map(str, row.choices)),
            row.channel,
            row.standing,
            "",
            "",
            "",
        )
        for row in ballots
    )
    return to_csv(HEADINGS, rows).decode()


def read_worksheet(name: str, data: bytes, sample: Sequence[str]) -> list[Examined]:
    """What the filled sheet (CSV or xlsx) says of each ballot of the sample, in the order of the draw.

    Rows are told apart by their tracking code: its dashes keep Excel from taking it for a number. Raises ProblemsFound
    with everything that is wrong, by row and column.
    """
    rows, problems, whole = read_cells(name, data)
    if not whole:
        raise ProblemsFound(problems)
    head, *body = rows
    columns = {heading.strip().lower(): index for index, heading in enumerate(head.cells)}
    needed = ("tracking_code", "verdict", "examiner")
    if missing := [heading for heading in needed if heading not in columns]:
        raise ProblemsFound(
            [Problem(name, _("缺少列 %(columns)s，请保留原表头。", columns="、".join(missing)))]
        )
    reader = _Reader(name, columns, dict.fromkeys(sample))
    for row in body:
        problems += reader.take(row)
    problems += reader.missing()
    if problems:
        raise ProblemsFound(problems)
    return [Examined(ballot_id, reader.verdicts[ballot_id]) for ballot_id in sample]


class _Reader:
    """Goes through the rows and remembers which ballots it has met."""

    def __init__(self, name: str, columns: Mapping[str, int], sample: Mapping[str, None]) -> None:
        self._name, self._columns, self._sample = name, columns, sample
        self._met: dict[str, int] = {}
        self.verdicts: dict[str, str] = {}

    def take(self, row: Row) -> Iterator[Problem]:
        """What is wrong with this row."""
        code = self._cell(row, "tracking_code")
        ballot_id = parse_tracking_code(code)
        if ballot_id is None or ballot_id not in self._sample:
            yield self._problem(row, "tracking_code", _("“%(code)s”不在这次抽样中。", code=code[:40]))
            return
        if ballot_id in self._met:
            yield self._problem(row, "tracking_code", _("与第 %(n)s 行重复。", n=self._met[ballot_id]))
            return
        self._met[ballot_id] = row.number
        verdict = VERDICTS.get(self._cell(row, "verdict").lower())
        if verdict is None:
            yield self._problem(row, "verdict", _("请填 ok、doubtful、bad 之一（或 正常、存疑、异常）。"))
        else:
            self.verdicts[ballot_id] = verdict
        if not self._cell(row, "examiner"):
            yield self._problem(row, "examiner", _("没有写核查人。"))

    def missing(self) -> Iterator[Problem]:
        """Ballots of the sample that have no row."""
        for ballot_id in self._sample:
            if ballot_id not in self._met:
                yield Problem(f"{self._name} {tracking_code(ballot_id)}", _("抽中的这张选票在表中没有一行。"))

    def _cell(self, row: Row, column: str) -> str:
        index = self._columns[column]
        return row.cells[index].strip().lstrip("'") if index < len(row.cells) else ""

    def _problem(self, row: Row, column: str, sentence: Text) -> Problem:
        return Problem(f"{self._name} 第 {row.number} 行 {column}", sentence)
