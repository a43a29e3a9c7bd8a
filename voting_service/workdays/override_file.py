"""Our own table on disk: ``workdays.json`` in the data directory, which people may edit and ``workdays import`` adds to.

``{"arrangements": [{"year", "source", "days": [{"date", "name", "isOffDay"}]}], "days": [{…, "source"}]}``: whole years
as holiday-cn has them, and below them single days by hand, each with its own source.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..errors import Problem, ProblemsFound, Unavailable
from ..text import _
from .calendar import Calendar
from .overrides import NO_OVERRIDES, Arrangement, Overrides, SpecialDay
from .reading import LONGEST_SOURCE, JsonPart, read_arrangement, read_days

TABLE_FILE = "workdays.json"


class CalendarUnreadable(Unavailable):
    """There are no working days to reckon with, since our own table is wrong: whoever needs them does nothing, and whoever does
    not goes on. No day is guessed in its place, which might close a window too early."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            _("放假安排有错，现在算不出工作日，这一步暂时办不了；什么都没有改动。"),
            _("请运行 voting-service doctor，看数据目录里的 %(file)s 哪里有错。", file=TABLE_FILE),
        )
        self.problems = tuple(problems)


def calendar_of(data_dir: Path) -> Calendar:
    """The working days by the table of a data directory. Raises CalendarUnreadable."""
    try:
        return Calendar(load_overrides(data_dir))
    except ProblemsFound as found:
        raise CalendarUnreadable(found.problems) from found


def load_overrides(data_dir: Path) -> Overrides:
    """The table of a data directory; an empty one where there is none. Raises ProblemsFound with every problem."""
    path = data_dir / TABLE_FILE
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return NO_OVERRIDES
    except OSError as error:
        raise ProblemsFound([Problem(str(path), _("读不出来：%(why)s。", why=error.strerror))]) from error
    return read_overrides(data)


def read_overrides(data: bytes) -> Overrides:
    """The table from its text. Raises ProblemsFound with every problem."""
    problems: list[Problem] = []
    top = JsonPart.read(data, TABLE_FILE, problems)
    arrangements: dict[int, Arrangement] = {}
    by_hand: list[SpecialDay] = []
    top.only("arrangements", "days")
    if "arrangements" in top.value:
        for part in top.objects("arrangements"):
            part.only("year", "source", "days")
            _only_in_rows(part, "date", "name", "isOffDay")
            one = read_arrangement(part, part.text("source", LONGEST_SOURCE))
            if one is not None and one.year in arrangements:
                part.problem(_("%(year)s 年写了两次。", year=one.year))
            elif one is not None:
                arrangements[one.year] = one
    if "days" in top.value:
        _only_in_rows(top, "date", "name", "isOffDay", "source")
        by_hand = read_days(top)
    if problems:
        raise ProblemsFound(problems, _("放假安排覆盖表有 %(count)s 处问题：", count=len(problems)))
    return Overrides.of(arrangements.values(), by_hand)


def _only_in_rows(part: JsonPart, *keys: str) -> None:
    if isinstance(part.get("days").value, list):
        for number, row in enumerate(part.value["days"], 1):
            if isinstance(row, dict):
                JsonPart(row, f"{part.where} days[{number}]", part.problems).only(*keys)


def written(overrides: Overrides) -> bytes:
    """The table as text, a day a line; read again it is the same table."""
    years = [overrides.arrangements[year] for year in sorted(overrides.arrangements)]
    hands = [overrides.by_hand[day] for day in sorted(overrides.by_hand)]
    blocks = [
        f'{{"year": {one.year}, "source": {_json(one.source)}, "days": {_lines(_row(day) for day in one.days)}}}'
        for one in years
    ]
    by_hand = _lines({**_row(day), "source": day.source} for day in hands)
    text = f'{{\n"arrangements": [{", ".join(blocks)}],\n"days": {by_hand}\n}}\n'
    return text.encode("utf-8")


def _row(day: SpecialDay) -> dict[str, Any]:
    return {"date": day.date.isoformat(), "name": day.name, "isOffDay": not day.works}


def _lines(rows: Iterable[dict[str, Any]]) -> str:
    listed = ",\n".join(f"  {_json(row)}" for row in rows)
    return f"[\n{listed}\n]" if listed else "[]"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def save_overrides(data_dir: Path, overrides: Overrides) -> None:
    """Put the table in place whole: after a crash there is the old one or the new one. Raises OSError."""
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=data_dir, prefix=f".{TABLE_FILE}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(written(overrides))
            file.flush()
            os.fsync(descriptor)
        Path(name).chmod(0o644)  # nothing in it is secret, and website and command line may be two users
        Path(name).replace(data_dir / TABLE_FILE)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
