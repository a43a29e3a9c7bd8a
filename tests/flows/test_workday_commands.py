"""``voting-service workdays``: what a clerk types and reads, without secrets, network, Redis or database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.stage import Stage, environment
from voting_service.commands import make_cli
from voting_service.settings import read_data_dir, read_settings
from voting_service.workdays.override_file import TABLE_FILE
from voting_service.workdays.state_council import YEARS
from wsgi import cli

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "tests" / "holiday_cn"
UNKNOWN = max(YEARS) + 1


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with nothing in it, and no setting anywhere."""
    for name in [name for name in os.environ if name.startswith("VOTING_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["workdays", *arguments])


def year_file(folder: Path, year: int, *extra: tuple[str, bool]) -> Path:
    """A small but whole year in holiday-cn's form."""
    rows = [(f"{year}-{day}", True) for day in ("01-01", "05-01", "10-01")] + list(extra)
    path = folder / f"{year}.json"
    days = [{"name": "元旦", "date": day, "isOffDay": off} for day, off in rows]
    path.write_text(
        json.dumps({"year": year, "papers": ["https://www.gov.cn/x.htm"], "days": days}), encoding="utf-8"
    )
    return path


# ---- counting


def test_the_contracts_own_example(folder: Path) -> None:
    found = run("--from", "2021-04-22", "--days", "5", "--json")
    assert (found.exit_code, found.stderr) == (0, "")
    assert json.loads(found.stdout) == {
        "days": ["2021-04-22", "2021-04-23", "2021-04-25", "2021-04-26", "2021-04-27"],
        "last": "2021-04-27",
        "provisional": False,
    }
    assert list(folder.iterdir()) == []


def test_after_counts_from_the_next_day(folder: Path) -> None:
    found = json.loads(run("--from", "2021-04-22", "--days", "5", "--after", "--json").stdout)
    assert (found["days"][0], found["last"]) == ("2021-04-23", "2021-04-28")


def test_people_read_weekdays_and_why_days_do_not_count(folder: Path) -> None:
    found = run("--from", "2021-04-30", "--days", "3")
    assert found.exit_code == 0
    assert found.stdout.splitlines() == [
        "1\t2021-04-30\t星期五",
        "–\t2021-05-01\t星期六\t劳动节假期，不计入",
        "–\t2021-05-02\t星期日\t劳动节假期，不计入",
        "–\t2021-05-03\t星期一\t劳动节假期，不计入",
        "–\t2021-05-04\t星期二\t劳动节假期，不计入",
        "–\t2021-05-05\t星期三\t劳动节假期，不计入",
        "2\t2021-05-06\t星期四",
        "3\t2021-05-07\t星期五",
    ]
    assert found.stderr == "共 3 个工作日，最后一天是 2021-05-07。\n"
    assert "3\t2021-04-25\t星期日\t调休上班日" in run("--from", "2021-04-22", "--days", "5").stdout


def test_an_unknown_year_is_provisional_warned_of_and_no_error(folder: Path) -> None:
    first = f"{UNKNOWN}-06-01"
    plain, data = run("--from", first, "--days", "5"), run("--from", first, "--days", "5", "--json")
    assert (plain.exit_code, data.exit_code) == (0, 0)
    assert json.loads(data.stdout)["provisional"] is True
    for found in (plain, data):
        assert f"尚无国务院办公厅{UNKNOWN}年的放假安排" in found.stderr
        assert f"import {UNKNOWN}.json" in found.stderr
    assert plain.stdout.count("推算") == len(plain.stdout.splitlines())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--from 和 --days"),
        (["--from", "2021-04-22"], "--from 和 --days"),
        (["--from", "2021-02-30", "--days", "5"], "不是日期"),
        (["--from", "22.4.2021", "--days", "5"], "不是日期"),
        (["--from", "9999-12-30", "--days", "5"], "年份应在"),
        (["--from", "2021-04-22", "--days", "0"], "--days"),
        (["--from", "2021-04-22", "--days", "1001"], "--days"),
        (["--from", "2021-04-22", "--days", "5", "list"], "选项应写在 list 之后"),
        (["import", "no-such.json"], "no-such.json"),
    ],
)
def test_what_is_typed_wrong_is_told_with_status_2(folder: Path, arguments: list[str], told: str) -> None:
    found = run(*arguments)
    assert found.exit_code == 2
    assert told in found.stderr
    assert found.stdout == ""


def test_help_names_the_options_and_the_subcommands(folder: Path) -> None:
    text = run("--help").stdout
    for word in ("--from", "--days", "--after", "--json", "import", "list"):
        assert word in text


def test_no_connection_is_tried_and_no_database_opened(folder: Path) -> None:
    code = (
        "import sys\n"
        "def refuse(event, args):\n"
        "    if event.startswith('socket.') or event in ('sqlite3.connect', 'subprocess.Popen'): raise SystemExit(event)\n"
        "import wsgi\n"
        "sys.addaudithook(refuse)\n"
        "wsgi.cli(['workdays', '--from', '2021-04-22', '--days', '5', '--json'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )  # fmt: skip
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert json.loads(done.stdout)["last"] == "2021-04-27"


def test_the_table_is_found_where_the_settings_have_the_data(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = environment(Path("unused"))
    assert read_data_dir({}, None) == read_settings(secrets | {"VOTING_DATA_DIR": ""}, None).data_dir
    (folder / ".env").write_text("VOTING_DATA_DIR=elsewhere\n", encoding="utf-8")
    (folder / "elsewhere").mkdir()
    row = {"date": "2021-04-25", "name": "运动会", "isOffDay": True, "source": "厂办通知"}
    (folder / "elsewhere" / TABLE_FILE).write_text(json.dumps({"days": [row]}), encoding="utf-8")
    assert json.loads(run("--from", "2021-04-22", "--days", "5", "--json").stdout)["last"] == "2021-04-28"
    assert "–\t2021-04-25\t星期日\t运动会休息日，不计入" in run("--from", "2021-04-22", "--days", "5").stdout
    monkeypatch.setenv("VOTING_DATA_DIR", "nowhere")
    assert json.loads(run("--from", "2021-04-22", "--days", "5", "--json").stdout)["last"] == "2021-04-27"


# ---- adding a year


def test_an_import_makes_a_year_known_and_shows_what_changes(folder: Path) -> None:
    spring = f"{UNKNOWN}-02-0"
    days = [(spring + str(day), True) for day in range(1, 8)]  # a week: five working days become days off
    done = run("import", str(year_file(folder, UNKNOWN, *days)))
    assert done.exit_code == 0, done.output
    assert f"{UNKNOWN} 年的放假安排已导入，出处：https://www.gov.cn/x.htm" in done.stderr
    assert "此前没有这一年的安排" in done.stderr
    changed = [line for line in done.stdout.splitlines() if line.startswith(spring)]
    assert len(changed) == 5
    assert all(line.endswith("上班（推算） → 休息") for line in changed)
    found = run("--from", f"{UNKNOWN}-01-31", "--days", "5", "--json")
    assert json.loads(found.stdout)["provisional"] is False
    assert found.stderr == ""
    assert json.loads(found.stdout)["last"] > f"{spring}8"


def test_importing_again_changes_nothing_and_a_known_year_is_compared(folder: Path) -> None:
    for _time in range(2):
        done = run("import", str(PUBLISHED / "2019.json"))
        assert (done.exit_code, done.stdout) == (0, "")
        assert "与原有安排一致" in done.stderr
    # Labour Day of 2019 as first arranged, before the second paper made a bridge of it.
    early = json.loads((PUBLISHED / "2019.json").read_text(encoding="utf-8"))
    bridge = {"2019-04-28", "2019-05-02", "2019-05-03", "2019-05-04", "2019-05-05"}
    early["days"] = [day for day in early["days"] if day["date"] not in bridge]
    (folder / "early.json").write_text(json.dumps(early), encoding="utf-8")
    done = run("import", "early.json", "--source", "国办发明电〔2018〕15号")
    assert done.stdout.splitlines() == [
        "2019-04-28\t星期日\t上班 → 休息",
        "2019-05-02\t星期四\t休息 → 上班",
        "2019-05-03\t星期五\t休息 → 上班",
        "2019-05-05\t星期日\t上班 → 休息",
    ]
    assert "有 4 天改变" in done.stderr
    assert json.loads(run("--from", "2019-04-30", "--days", "2", "--json").stdout)["last"] == "2019-05-02"


def test_an_import_in_json(folder: Path) -> None:
    found = json.loads(run("import", str(year_file(folder, UNKNOWN)), "--json").stdout)
    assert (found["year"], found["was_known"], found["source"]) == (
        UNKNOWN,
        False,
        "https://www.gov.cn/x.htm",
    )
    assert {day["works"] for day in found["changes"]} <= {False}


def test_days_by_hand_stay_and_win_and_that_is_told(folder: Path) -> None:
    (folder / "data").mkdir()
    row = {"date": f"{UNKNOWN}-05-01", "name": "抢险", "isOffDay": False, "source": "防汛指挥部通知"}
    (folder / "data" / TABLE_FILE).write_text(json.dumps({"days": [row]}), encoding="utf-8")
    done = run("import", str(year_file(folder, UNKNOWN)))
    assert (
        f"{UNKNOWN}-05-01：导入的安排与手工填写的不同，仍以手工填写的为准（抢险，防汛指挥部通知）。"
        in done.stderr
    )
    listed = json.loads(run("list", "--json").stdout)
    assert {"date": f"{UNKNOWN}-05-01", "works": True, "name": "抢险", "source": "防汛指挥部通知"} in listed


def test_nothing_is_imported_from_a_bad_file_or_over_a_bad_table(folder: Path) -> None:
    early = run("import", str(PUBLISHED / "2027-before-publication.json"))
    assert early.exit_code == 1
    assert "可能还没有公布 2027 年的放假安排" in early.stderr
    assert not (folder / "data").exists()
    (folder / "big.json").write_bytes(b" " * (1024 * 1024 + 1))
    assert "文件太大" in run("import", "big.json").stderr
    (folder / "data").mkdir()
    table = folder / "data" / TABLE_FILE
    table.write_text('{"days": [{"date": "x"}, 5]}', encoding="utf-8")
    for arguments in (
        ["import", str(PUBLISHED / "2019.json")],
        ["list"],
        ["--from", "2021-04-22", "--days", "5"],
    ):
        found = run(*arguments)
        assert found.exit_code == 1
        assert found.stderr.startswith("放假安排覆盖表有 5 处问题：\n- workdays.json days[1] isOffDay：")
        assert found.stderr.count("\n- ") == 5
        assert found.stdout == ""
    assert table.read_text(encoding="utf-8") == '{"days": [{"date": "x"}, 5]}'


def test_a_place_that_cannot_be_written_is_told(folder: Path) -> None:
    (folder / "data").write_text("a file, not a directory", encoding="utf-8")
    found = run("import", str(PUBLISHED / "2019.json"))
    assert found.exit_code == 1
    assert "Traceback" not in found.output
    assert str(Path("data") / TABLE_FILE) in found.stderr


# ---- listing


def test_a_year_is_listed_with_the_source_of_each_day(folder: Path) -> None:
    lines = run("list", "--year", "2021").stdout.splitlines()
    assert next(line for line in lines if line.startswith("2021-04-25")).startswith(
        "2021-04-25\t星期日\t上班\t劳动节\tchinesecalendar "
    )
    assert len(lines) == len(json.loads(run("list", "--year", "2021", "--json").stdout))


def test_an_unknown_year_has_nothing_to_list_and_says_so(folder: Path) -> None:
    found = run("list", "--year", str(UNKNOWN + 5))
    assert (found.exit_code, found.stdout) == (0, "")
    assert f"还没有 {UNKNOWN + 5} 年的放假安排" in found.stderr


def test_the_table_alone_is_listed_without_a_year(folder: Path) -> None:
    assert "覆盖表是空的" in run("list").stderr
    run("import", str(PUBLISHED / "2019.json"))
    lines = run("list").stdout.splitlines()
    assert len(lines) == 31
    assert lines[0].startswith("2018-12-29\t星期六\t上班\t元旦\thttp://www.gov.cn/")


# ---- doctor


def test_doctor_looks_at_the_calendar(stage: Stage) -> None:
    def doctor() -> list[dict[str, str]]:
        done = CliRunner().invoke(
            make_cli(lambda: stage.service), ["doctor", "--json"], catch_exceptions=False
        )
        return [row for row in json.loads(done.stdout) if row["code"].startswith("workdays")]

    assert {row["level"] for row in doctor()} <= {"ok", "warning"}
    assert doctor()
    (stage.service.settings.data_dir / TABLE_FILE).write_text("no JSON", encoding="utf-8")
    assert [row["code"] for row in doctor()] == ["workdays_table"]
