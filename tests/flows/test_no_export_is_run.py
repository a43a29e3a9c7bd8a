"""Formula injection: every export of the service, by route and by command, with a formula in every text that somebody types.

A new export that this walk does not know fails it: say here how it is asked for.
"""

from __future__ import annotations

import ast
import csv
import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from tests.architecture.test_structure import ROOT, SOURCES
from tests.assessing import CRITERIA, assess_by
from tests.committee import recorded
from tests.desk import Desk
from tests.programs import Program
from tests.stage import Stage, category_rules
from voting_service import sheets
from voting_service.campaigns.models import Campaign, Category
from voting_service.candidates.models import Candidate
from voting_service.commands import make_cli
from voting_service.sheets import harmless
from voting_service.tally.decisions.models import Decision
from voting_service.tally.decisions.propose import Proposal, propose
from wsgi import make_flask, make_polling_place

HOSTILE = ("=cmd|' /C calc'!A1", "+1+1", "-2+3", "@SUM(1)")
_EXPORTS = re.compile(
    r"\.csv|\.xlsx|csv\b.*kind>|xlsx.*kind>|<kind>|<format>|/exports?\b|/tally$|/folder\.zip$"
)
_DESK, _API = "/desk/campaigns/test", "/api/v1/campaigns/test"

ROUTES: dict[str, tuple[str, ...]] = {
    "/api/v1/campaigns/<slug>/tally": (f"{_API}/tally?format=csv", f"{_API}/tally?format=xlsx"),
    "/desk/campaigns/<slug>/tally": (),  # a page
    "/desk/campaigns/<slug>/exports": (),  # a page
    "/desk/campaigns/<slug>/tally.<kind>": (f"{_DESK}/tally.csv", f"{_DESK}/tally.xlsx"),
    "/desk/campaigns/<slug>/exports/<table>.<kind>": tuple(
        f"{_DESK}/exports/{table}.{kind}" for table in ("decisions", "candidates") for kind in ("csv", "xlsx")
    ),
    "/desk/campaigns/<slug>/decisions/<number>/ballots.csv": (f"{_DESK}/decisions/1/ballots.csv",),
    "/desk/campaigns/<slug>/assessment/worksheet.<any(json, csv, xlsx):kind>": (
        f"{_DESK}/assessment/worksheet.csv",
        f"{_DESK}/assessment/worksheet.xlsx",
    ),
    # The same two functions, of a document that was closed.
    "/desk/campaigns/<slug>/assessment/<int:number>/worksheet.<any(json, csv, xlsx):kind>": (),
    "/desk/journal/download.<kind>": ("/desk/journal/download.csv",),
    "/desk/campaigns/<slug>/folder.zip": (f"{_DESK}/folder.zip",),
    "/desk/campaigns/<slug>/exports/evidence": ("POST ballots.csv.gz", "POST views.csv.gz"),
}
"""Each route that gives a table away, and how it is asked for."""

COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "journal export": (("journal", "export", "--csv"),),
    "tally": (("tally", "test", "--csv"), ("tally", "test", "--xlsx", "{out}.xlsx")),
    "codes make": (
        ("codes", "make", "test", "--unit", HOSTILE[0], "--count", "2", "--by", "王敏",
         "--out", "{out}.html", "--csv", "{out}.csv"),
    ),
    "members import": (("members", "import", "test", "{roll}", "--by", "王敏", "--out", "{out}"),),
    "fraud export": (("fraud", "export", "test", "--out", "{out}"),),
    "fraud scan": (("fraud", "scan", "--ballots", "{evidence}", "--out", "{out}"),),
    "fraud sample worksheet": (("fraud", "sample", "worksheet", "test", "--out", "{out}.csv"),),
}  # fmt: skip
"""Each command that speaks of CSV or Excel, and how it is run; empty for one that reads tables and writes none."""


@pytest.fixture
def hostile(stage: Stage) -> Stage:
    """A formula in every text: campaign, category, candidates, officials, reasons, a voter's own user agent."""
    stage.campaign(candidates=4, categories=category_rules("a"), identities=("device", "code", "member"))
    with stage.service.database.write() as session:
        session.execute(update(Campaign).values(title=HOSTILE[0], organiser=HOSTILE[1]))
        session.execute(update(Category).values(name=HOSTILE[3]))
        for person, text in zip(session.scalars(select(Candidate)), HOSTILE, strict=True):
            person.name = person.organisation = person.title = person.summary = text
            person.slogan = person.story = text
    names = iter(HOSTILE)
    assess_by(stage, [{**one, "name": next(names)} for one in CRITERIA])
    for agent in HOSTILE:
        voter = stage.voter()
        told = voter.client.get("/api/v1/campaigns/test/ballot-form", headers={"User-Agent": agent})
        cast = voter.client.post(
            "/api/v1/campaigns/test/ballots",
            json={"form": told.get_json()["form"], "choices": [1]},
            headers={"User-Agent": agent},
        )
        assert cast.status_code == 201
    for number, ballot in enumerate(recorded(stage, 4, (2,))):
        with stage.service.database.write() as session:
            propose(
                session,
                "test",
                Proposal("voided", [ballot], HOSTILE[number], HOSTILE[number]),
                at=stage.service.clock.now(),
                actor=HOSTILE[number],
                keyring=stage.service.keyring,
            )
    return stage


def tables_in(name: str, data: bytes) -> Iterator[list[list[Any]]]:
    """What a spreadsheet program would make of a file: rows of cells."""
    if name.endswith(".gz"):
        name, data = name.removesuffix(".gz"), gzip.decompress(data)
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from tables_in(member, archive.read(member))
    elif name.endswith(".csv"):
        yield list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    elif name.endswith(".xlsx"):
        for sheet in openpyxl.load_workbook(io.BytesIO(data)):
            yield [[(cell.value, cell.data_type) for cell in row] for row in sheet]


def run_cells(name: str, data: bytes) -> list[Any]:
    """The cells that would be run. Numbers below zero are numbers; whose formula it is, the book's own type says."""
    found = []
    for table in tables_in(name, data):
        for cell in (cell for row in table for cell in row):
            text, kind = cell if isinstance(cell, tuple) else (cell, "s")
            # A formula of our own may stand in a book; what somebody typed may stand in none.
            is_ours = kind == "f" and not any(one in text for one in HOSTILE)
            if isinstance(text, str) and harmless(text) != text and not is_ours:
                found.append(text)
    return found


def said(name: str, data: bytes) -> str:
    return str(list(tables_in(name, data)))


def routed(stage: Stage) -> set[str]:
    app = make_flask(stage.service, make_polling_place(stage.service))
    return {
        rule.rule
        for rule in app.url_map.iter_rules()
        if _EXPORTS.search(rule.rule) and "svg" not in rule.rule and "pdf" not in rule.rule
    }


def test_every_export_has_a_place_in_this_walk(stage: Stage) -> None:
    assert routed(stage) == set(ROUTES)
    assert speaking_of_tables(make_cli(lambda: stage.service)) == set(COMMANDS)


def ask(stage: Stage, desk: Desk, path: str) -> tuple[str, TestResponse]:
    if path.startswith("POST "):
        name = path.removeprefix("POST ")
        return name, desk.post(f"{_DESK}/exports/evidence", file=name, confirmed="yes")
    name = path.replace("?format=", ".")
    return name, Program(stage).get(path) if path.startswith("/api/") else desk.get(path)


def taken_by_route(stage: Stage) -> dict[str, bytes]:
    desk = Desk(stage, "=李伟", "committee", "operator")
    found = {}
    for path in (path for paths in ROUTES.values() for path in paths):
        name, answer = ask(stage, desk, path)
        assert answer.status_code == 200, path
        found[name] = answer.data
        answer.close()
    return found


def test_no_route_gives_away_what_a_spreadsheet_runs(hostile: Stage) -> None:
    taken = taken_by_route(hostile)
    assert {name: run_cells(name, data) for name, data in taken.items() if run_cells(name, data)} == {}
    # The formulas are there, as text: this looked where they are.
    for name in (f"{_API}/tally.csv", f"{_DESK}/tally.xlsx", f"{_DESK}/exports/decisions.csv",
                 f"{_DESK}/exports/decisions.xlsx", f"{_DESK}/exports/candidates.csv",
                 f"{_DESK}/folder.zip", f"{_DESK}/assessment/worksheet.csv", f"{_DESK}/assessment/worksheet.xlsx"):  # fmt: skip
        told = said(name, taken[name])
        missing = [text for text in HOSTILE if f"'{text}" not in told.replace("\\'", "'")]
        assert missing == [], name


def test_without_the_guard_this_walk_would_find_it(hostile: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "harmless", lambda text: text)
    monkeypatch.setattr("anti_fraud.scan.files.guarded", lambda text: text)
    taken = taken_by_route(hostile)
    silent = {name for name, data in taken.items() if not run_cells(name, data)}
    # Ballot ids alone; page views of which there are none here. The ballots' user agents the door has cut already, and only
    # chance makes one of their tags begin with a minus.
    assert silent - {"ballots.csv.gz"} == {f"{_DESK}/decisions/1/ballots.csv", "views.csv.gz"}


# ---- commands


def speaking_of_tables(group: click.Command, path: tuple[str, ...] = ()) -> set[str]:
    """The commands whose options or help speak of CSV, Excel or a table."""
    if isinstance(group, click.Group):
        return {
            name
            for key, command in group.commands.items()
            for name in speaking_of_tables(command, (*path, key))
        }
    told = [group.help or "", *(str(getattr(one, "help", "")) for one in group.params)]
    told += [name for one in group.params for name in (*one.opts, str(one.name))]
    speaks = re.search(r"csv|xlsx|excel|表格", " ".join(told), re.IGNORECASE)
    return {" ".join(path)} if speaks else set()


def close_and_draw(stage: Stage) -> None:
    stage.service.box.seal("test", early=True)
    stage.record()
    arguments = ["fraud", "sample", "draw", "test", "--size", "3", "--by", "王敏"]
    drawn = CliRunner().invoke(make_cli(lambda: stage.service), arguments, catch_exceptions=False)
    assert drawn.exit_code == 0, drawn.output


def written_by_commands(stage: Stage, folder: Path) -> dict[str, bytes]:
    """Everything that the commands write and print."""
    roll = folder / "roll.csv"
    roll.write_text("会员编号,单位\n" + "".join(f'M{n},"{one}"\n' for n, one in enumerate(HOSTILE)), "utf-8")
    evidence = folder / "foreign.csv"
    evidence.write_text(
        "ballot_id,cast_at,choices\n"
        + "".join(f"\"{one}\",2026-04-08T03:00:0{n}.000Z,1\n" for n, one in enumerate(HOSTILE)), "utf-8",
    )  # fmt: skip
    found = {}
    for number, arguments in enumerate(one for runs in COMMANDS.values() for one in runs):
        if "sample" in arguments:
            close_and_draw(stage)
        out = folder / f"out{number}"
        plain = [one.format(out=out, roll=roll, evidence=evidence) for one in arguments]
        done = CliRunner().invoke(make_cli(lambda: stage.service), plain, catch_exceptions=False)
        assert done.exit_code == 0, (plain, done.output)
        if "--csv" in plain and plain[-1] == "--csv":
            found[f"{number} {plain[0]}.csv"] = done.stdout.encode()
    files = (path for path in folder.rglob("*") if path.is_file() and path not in (roll, evidence))
    return found | {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_no_command_writes_what_a_spreadsheet_runs(hostile: Stage, tmp_path: Path) -> None:
    written = written_by_commands(hostile, tmp_path)
    assert {name: run_cells(name, data) for name, data in written.items() if run_cells(name, data)} == {}
    tables = {name for name in written if list(tables_in(name, written[name]))}
    assert len(tables) >= 6, tables


# ---- and nobody writes a table by hand


def writes_tables(path: Path) -> bool:
    """Whether a module makes CSV or books itself."""
    names = {"writer", "DictWriter", "Workbook"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Attribute) and node.func.attr in names)
            or (isinstance(node.func, ast.Name) and node.func.id in names)
        )
        for node in ast.walk(tree)
    )


def test_tables_are_made_in_one_place() -> None:
    found = {str(path.relative_to(ROOT)) for path in SOURCES if writes_tables(path)}
    # The scan knows nothing of the service, and guards its own files (``anti_fraud/scan/guarded.py``).
    assert found == {"voting_service/sheets.py", "anti_fraud/scan/files.py"}


def test_the_decisions_of_this_scene_have_every_formula(hostile: Stage) -> None:
    with hostile.service.database.read() as session:
        assert [one.reason for one in session.scalars(select(Decision).order_by(Decision.number))] == [
            *HOSTILE
        ]
