"""The command line: what operators type, what they are told, and the exit status."""

from __future__ import annotations

import csv
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from dotenv import dotenv_values

from tests.stage import Stage, rules
from voting_service.commands import make_cli
from wsgi import cli as real_cli

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "zui-mei-chan-ye-gong-ren"
SLUG = "zui-mei-chan-ye-gong-ren"


def run(stage: Stage, *arguments: str) -> Result:
    """One command on this stage's service."""
    return CliRunner().invoke(make_cli(lambda: stage.service), list(arguments), catch_exceptions=False)


def run_import(stage: Stage) -> Result:
    """The example, around today."""
    today = stage.service.clock.now().astimezone(stage.service.settings.zone)
    opens = today.replace(day=1).strftime("%Y-%m-01T00:00")
    closes = today.replace(year=today.year + 1, day=1).strftime("%Y-%m-01T00:00")
    return run(stage, "campaign", "import", str(EXAMPLE), "--opens-at", opens, "--closes-at", closes)


def test_a_campaign_from_folder_to_certified_archive(stage: Stage, tmp_path: Path) -> None:
    imported = run_import(stage)
    assert imported.exit_code == 0, imported.output
    assert "20 名候选人，29 张照片" in imported.stderr
    assert run(stage, "campaign", "check", SLUG).exit_code == 0
    assert [row["phase"] for row in json.loads(run(stage, "campaign", "list", "--json").stdout)] == ["draft"]
    assert "已开始投票" in run(stage, "campaign", "open", SLUG).stderr
    stage.calm(SLUG)
    for choices in ([1], [1, 2], [1, 2, 3]):
        assert stage.voter(SLUG).vote(choices).status_code == 201
    stage.record()
    tally = json.loads(run(stage, "tally", SLUG, "--json").stdout)
    assert tally["ballots"] == {"counted": 3, "held": 0, "voided": 0}
    assert [tally["by_candidate"][n]["counted"] for n in ("1", "2", "3", "4")] == [3, 2, 1, 0]
    first, *rows = csv.reader(run(stage, "tally", SLUG, "--csv").stdout.splitlines())
    assert first == ["by", "key", "name", "organisation", "counted", "held", "voided"]
    assert next(row for row in rows if row[:2] == ["candidate", "1"])[2::2] == ["石望川", "3", "0"]
    assert json.loads(run(stage, "reconcile", SLUG, "--json").stdout)["differences"] == []
    assert "完好" in run(stage, "rebuild-box", SLUG).stderr
    assert run(stage, "log", "key", SLUG).stdout.count("+") >= 2
    assert "全部选票已入账" in run(stage, "campaign", "close", SLUG, "--yes").stderr
    assert "已经结束" in run(stage, "campaign", "close", SLUG, "--yes").stderr
    archive = Path(run(stage, "archive", SLUG, "--out", str(tmp_path)).stdout.strip())
    assert archive.is_file()


def test_closing_asks_first(stage: Stage) -> None:
    stage.campaign()
    assert run(stage, "campaign", "close", "test").exit_code == 1
    assert stage.voter().vote([1]).status_code == 201


def test_every_problem_of_a_folder_is_told_at_once(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "campaign.toml").write_text(
        'slug = "X"\n[voting]\nmin_choices = 5\nmax_choices = 2\n', encoding="utf-8"
    )
    (tmp_path / "candidates.csv").write_text("number,name\n1,甲\n1,乙\n", encoding="utf-8")
    outcome = run(stage, "campaign", "import", str(tmp_path))
    assert outcome.exit_code == 1
    assert outcome.stderr.count("\n- ") >= 4
    assert "第 3 行" in outcome.stderr
    assert json.loads(run(stage, "campaign", "list", "--json").stdout) == []


def test_what_is_missing_before_opening(stage: Stage) -> None:
    stage.draft(candidates=1)
    for command in ("check", "open"):
        outcome = run(stage, "campaign", command, "test")
        assert outcome.exit_code == 1
        assert "候选人只有 1 名" in outcome.stderr


WORDED = """
slug = "worded"
title = "转发到朋友圈赢好礼"
organiser = "云川市总工会"
description = "投票不要求关注、下载或转发。"
[voting]
opens_at = 2099-04-07T09:00:00
closes_at = 2099-04-16T18:00:00
min_choices = 1
max_choices = 2
identities = ["device"]
"""


def test_wordings_that_get_pages_blocked_are_told_and_stop_nothing(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "photos").mkdir(parents=True)
    (folder / "campaign.toml").write_text(WORDED, encoding="utf-8")
    (folder / "candidates.csv").write_text(
        "编号,姓名,单位,简介\n1,甲,一厂,求投票\n2,乙,二厂,助力生产\n", encoding="utf-8"
    )
    imported = run(stage, "campaign", "import", str(folder), "--json")
    assert imported.exit_code == 0
    warnings = [line for line in json.loads(imported.stdout)["warnings"] if "封禁" in line]
    assert [line.partition("可能")[0] for line in warnings] == [
        "campaign.toml title：“转发到朋友圈赢好礼”",
        "1 号 甲 简介(summary)：“求投票”",
    ]
    checked = run(stage, "campaign", "check", "worded")
    assert checked.exit_code == 0, checked.stderr
    for told in (imported.stderr, checked.stderr):
        assert [line for line in told.splitlines() if "封禁" in line] == [
            f"提醒：{line}" for line in warnings
        ]
    assert "没有问题，可以开始投票。" in checked.stderr


def test_without_an_account_it_is_said_that_nobody_comes_by_wechat(stage: Stage) -> None:
    now = datetime.now(UTC)
    stage.draft("plain")
    stage.draft("now", with_rules=rules(identities=("wechat", "device")))
    later = {"opens_at": now + timedelta(days=1), "closes_at": now + timedelta(days=2)}
    stage.draft("later", with_rules=rules(identities=("wechat", "member", "code"), **later))
    for command, slug, others in (
        ("check", "now", "device"), ("open", "now", "device"), ("check", "later", "member、code"),
        ("open", "later", "member、code"),
    ):  # fmt: skip
        done = run(stage, "campaign", command, slug)
        assert done.exit_code == 0, done.stderr
        [warned] = [
            line for line in done.stderr.splitlines() if line.startswith("提醒：") and "公众号" in line
        ]
        assert f"没有设置公众号，不会有人以微信身份投票，只能以 {others} 身份投票" in warned
        assert "VOTING_WECHAT_APP_ID" in warned
    assert "公众号" not in run(stage, "campaign", "check", "plain").stderr


@pytest.mark.parametrize(
    "command", [["tally"], ["reconcile"], ["rebuild-box"], ["campaign", "open"], ["log", "key"]]
)
def test_an_unknown_campaign_is_a_sentence_and_status_1(stage: Stage, command: list[str]) -> None:
    outcome = run(stage, *command, "no-such")
    assert outcome.exit_code == 1
    assert "no-such" in outcome.stderr
    assert "Traceback" not in outcome.output


def test_doctor_finds_all_in_order_and_names_what_is_not(stage: Stage) -> None:
    stage.campaign()
    stage.record()
    found = run(stage, "doctor", "--json")
    assert found.exit_code == 0, found.output
    assert {row["level"] for row in json.loads(found.stdout)} <= {"ok", "warning"}
    stage.service.redis_client.flushall()
    lost = run(stage, "doctor")
    assert lost.exit_code == 1
    assert "rebuild-box test" in lost.stdout


def test_wrong_settings_are_told_all_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {"VOTING_SECRET_KEY": "short", "VOTING_TIMEZONE": "Mars", "VOTING_PROT": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("VOTING_ENCRYPTION_KEYS", raising=False)
    outcome = CliRunner().invoke(real_cli, ["doctor"])
    assert outcome.exit_code != 0
    for name in ("VOTING_SECRET_KEY", "VOTING_TIMEZONE", "VOTING_PROT", "VOTING_ENCRYPTION_KEYS"):
        assert name in outcome.stderr
    assert "short" not in outcome.stderr


def test_keys_are_made_once_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("VOTING_BASE_URL=https://vote.example.org\n", encoding="utf-8")
    first = CliRunner().invoke(real_cli, ["keys", "--env-file", str(file)])
    values = dotenv_values(file)
    assert values["VOTING_BASE_URL"] == "https://vote.example.org"
    assert len(values["VOTING_SECRET_KEY"] or "") >= 32
    assert (values["VOTING_SECRET_KEY"] or "") not in first.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = CliRunner().invoke(real_cli, ["keys", "--env-file", str(file)])
    assert "没有改动" in again.stderr
    assert dotenv_values(file) == values
