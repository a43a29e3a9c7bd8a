"""The gate's policy from the command line and from a campaign folder: shown whole, changed while people vote, never lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from anti_fraud.policy import DEFAULT, DEFAULT_ACTIONS, FIELDS
from tests.flows.test_commands import EXAMPLE, SLUG, run
from tests.live import free_port, wait_until
from tests.stage import Stage, make_service, rules
from voting_service.activity import JournalEntry
from voting_service.campaigns.gate_policies import current_version
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.commands.gate import MEANINGS

WHY = ("--by", "王敏", "--reason", "午休投票的人多")


def shown(stage: Stage, slug: str = "test") -> dict[str, Any]:
    """The policy as a program reads it, numbers and actions by name."""
    outcome = run(stage, "fraud", "policy", slug, "--json")
    assert outcome.exit_code == 0, outcome.output
    told: dict[str, Any] = json.loads(outcome.stdout)
    values = {part["name"]: part["value"] for part in told["fields"] + told["actions"]}
    return told | {"values": values}


def set_policy(stage: Stage, *settings: str, slug: str = "test") -> None:
    """Change it, as an operator does."""
    outcome = run(
        stage, "fraud", "policy", slug, *(part for one in settings for part in ("--set", one)), *WHY
    )
    assert outcome.exit_code == 0, outcome.output


def test_the_whole_policy_is_shown_with_what_it_means(stage: Stage) -> None:
    stage.draft(policy={})
    told = shown(stage)
    assert (told["version"], told["changed_by"]) == (0, None)
    assert [part["name"] for part in told["fields"]] == list(FIELDS)
    assert [part["name"] for part in told["actions"]] == [f"actions.{name}" for name in DEFAULT_ACTIONS]
    for part in told["fields"]:
        assert part["value"] == part["default"] == getattr(DEFAULT, part["name"])
        assert part["meaning"] == FIELDS[part["name"]].chinese
    text = run(stage, "fraud", "policy", "test")
    assert (
        "min_dwell_ms = 1200\t默认 1200，范围 0–60000\t从打开页面到提交少于这么多毫秒，视为过快。"
        in text.stdout
    )
    assert "没有更改过" in text.stderr


def test_every_check_with_an_action_says_when_it_strikes() -> None:
    assert set(MEANINGS) == set(DEFAULT_ACTIONS)


def test_a_change_is_a_version_with_a_name_and_a_reason(stage: Stage) -> None:
    stage.draft(policy={})
    set_policy(stage, "min_dwell_ms=1500", "actions.automation=hold")
    set_policy(stage, "min_dwell_ms=default", "new_devices_per_hour=90")
    told = shown(stage)
    assert (told["version"], told["changed_by"], told["reason"]) == (2, "王敏", "午休投票的人多")
    assert told["values"]["min_dwell_ms"] == DEFAULT.min_dwell_ms
    assert told["values"]["actions.automation"] == "hold"
    history = json.loads(run(stage, "fraud", "policy", "test", "--history", "--json").stdout)["history"]
    assert [row["version"] for row in history] == [1, 2]
    assert history[1]["changes"] == {"min_dwell_ms": [1500, 1200], "new_devices_per_hour": [60, 90]}
    lines = run(stage, "fraud", "policy", "test", "--history").stdout.splitlines()
    assert lines[1:3] == ["    min_dwell_ms：1200 → 1500", "    actions.automation：challenge → hold"]
    with stage.service.database.read() as session:
        journal = session.scalars(select(JournalEntry).where(JournalEntry.act == "change_gate_policy")).all()
    assert [(one.actor, json.loads(one.details)["version"]) for one in journal] == [("王敏", 1), ("王敏", 2)]


def test_every_slip_is_told_at_once_and_nothing_is_changed(stage: Stage) -> None:
    stage.draft(policy={})
    given = (
        "min_dwell_ms=soon", "challenge_bits=99", "min_dwel_ms=3", "actions.dwell=ban", "retention_days", "kiosks.x=1",
        "new_device_s=5", "new_device_s=6",
    )  # fmt: skip
    outcome = run(stage, "fraud", "policy", "test", *(part for one in given for part in ("--set", one)))
    assert outcome.exit_code == 1
    told = [line.removeprefix("- ") for line in outcome.stderr.splitlines() if line.startswith("- ")]
    assert sorted(line.split("：")[0] for line in told) == sorted(
        ["min_dwell_ms", "challenge_bits", "min_dwel_ms", "actions.dwell", "--set retention_days", "kiosks.x",
         "new_device_s", "by", "reason"]
    )  # fmt: skip
    assert "您要写的是不是 min_dwell_ms？" in outcome.stderr
    assert "8–18" in outcome.stderr
    assert "fraud kiosk" in outcome.stderr
    assert shown(stage)["version"] == 0


def test_what_changes_nothing_or_cannot_be_asked_is_said(stage: Stage) -> None:
    stage.draft(policy={})
    same = run(stage, "fraud", "policy", "test", "--set", "min_dwell_ms=1200", *WHY)
    assert (same.exit_code, "没有可更改的内容" in same.stderr) == (1, True)
    assert run(stage, "fraud", "policy", "no-such").exit_code == 1
    assert run(stage, "fraud", "policy", "test", "--set", "min_dwell_ms=1", "--history").exit_code == 2


def test_the_next_ballot_is_judged_by_the_new_policy(stage: Stage) -> None:
    stage.campaign()
    assert stage.voter().vote([1]).status_code == 201, "this process knows the policy now"
    set_policy(stage, "min_dwell_ms=60000", "actions.dwell=hold")
    voter = stage.voter()
    answer = voter.vote([1])
    assert answer.status_code == 201
    assert voter.receipt(answer.get_json()["receipt"]["tracking_code"])["standing"] == "held"


def test_a_policy_changed_while_redis_is_away_comes_with_the_recorder(stage: Stage, tmp_path: Path) -> None:
    stage.campaign()
    assert stage.voter().vote([1]).status_code == 201
    # The same books, seen from where Redis cannot be reached.
    cut_off = Stage(make_service(tmp_path / "data", redis_url=f"redis://127.0.0.1:{free_port()}/0"))
    outcome = run(
        cut_off, "fraud", "policy", "test", "--set", "min_dwell_ms=60000", "--set", "actions.dwell=hold", *WHY
    )
    assert outcome.exit_code == 0
    assert "连不上 Redis" in outcome.stderr
    cut_off.strike()
    voter = stage.voter()
    before = voter.vote([1]).get_json()["receipt"]["tracking_code"]
    assert voter.receipt(before)["standing"] == "counted", "the box has not heard of it"
    stage.record()
    voter = stage.voter()
    after = voter.vote([1]).get_json()["receipt"]["tracking_code"]
    assert voter.receipt(after)["standing"] == "held"


def test_a_rebuilt_box_is_told_its_policy(stage: Stage) -> None:
    stage.campaign()
    stage.voter().vote([1])
    stage.record()
    stage.service.redis_client.flushall()
    assert run(stage, "rebuild-box", "test").exit_code == 0
    stage.record()
    state = stage.service.box.state("test")
    with stage.service.database.read() as session:
        version = current_version(session, campaign_by_slug(session, "test").id)
    assert state is not None
    assert state.policy == version == 1


def test_voters_read_what_is_recorded_and_for_how_long(stage: Stage) -> None:
    stage.campaign()
    client = stage.client()
    page = client.get("/c/test/rules").text
    for words in (
        "网络地址、浏览器种类、时间",
        "只有承办本次评选",
        "与公开的投票日志分开",
        "不凭投票流量的证据处罚候选人",
    ):
        assert words in page
    assert "投票结束 60 天后删除" in page
    set_policy(stage, "retention_days=45")
    wait_until(
        lambda: "投票结束 45 天后删除" in client.get("/c/test/rules").text, "the page knows the change"
    )


# The campaign folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example that can be written in, without photos."""
    copy = tmp_path / "folder"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("photos"))
    return copy


def declare(stage: Stage, folder: Path, gate: str) -> str:
    """Import the folder with this ``[gate]``; gives what the operator is told."""
    text = (folder / "campaign.toml").read_text(encoding="utf-8").partition("\n# gate of a test")[0]
    (folder / "campaign.toml").write_text(f"{text}\n# gate of a test\n{gate}\n", encoding="utf-8")
    outcome = run(
        stage,
        "campaign",
        "import",
        str(folder),
        "--opens-at",
        "2026-01-01T00:00",
        "--closes-at",
        "2099-01-01T00:00",
    )
    assert outcome.exit_code == 0, outcome.output
    return outcome.stderr


def test_a_folder_declares_the_policy_and_may_change_its_mind(stage: Stage, folder: Path) -> None:
    declare(stage, folder, '[gate]\nmin_dwell_ms = 1500\n[gate.actions]\nautomation = "hold"')
    told = shown(stage, SLUG)
    assert (told["version"], told["values"]["min_dwell_ms"], told["values"]["actions.automation"]) == (
        1,
        1500,
        "hold",
    )
    assert "campaign.toml" in told["reason"]
    assert "没有变化" in declare(
        stage, folder, '[gate]\nmin_dwell_ms = 1500\n[gate.actions]\nautomation = "hold"'
    )
    declare(stage, folder, "[gate]\nmin_dwell_ms = 900")
    told = shown(stage, SLUG)
    assert (told["version"], told["values"]["min_dwell_ms"]) == (2, 900)
    assert told["values"]["actions.automation"] == "challenge", (
        "what is written no more is at its default again"
    )


def test_an_import_leaves_what_a_command_has_changed(stage: Stage, folder: Path) -> None:
    declare(stage, folder, "[gate]\nmin_dwell_ms = 1500\nretention_days = 30")
    run(stage, "campaign", "open", SLUG)
    set_policy(stage, "min_dwell_ms=800", slug=SLUG)
    told = declare(stage, folder, "[gate]\nmin_dwell_ms = 2000\nretention_days = 40")
    assert "campaign.toml gate.min_dwell_ms：文件夹里是 2000；现行的 800 是用命令改的，导入没有动它。" in told
    assert f"fraud policy {SLUG} --set min_dwell_ms=2000" in told
    values = shown(stage, SLUG)["values"]
    assert (values["min_dwell_ms"], values["retention_days"]) == (800, 40), "part by part"
    assert "min_dwell_ms" in declare(stage, folder, "[gate]\nmin_dwell_ms = 2000\nretention_days = 40"), (
        "each time"
    )
    declare(stage, folder, "")
    values = shown(stage, SLUG)["values"]
    assert (values["min_dwell_ms"], values["retention_days"]) == (800, DEFAULT.retention_days)


def test_an_import_while_voting_is_open_tells_the_box(stage: Stage, folder: Path) -> None:
    calm = "[gate]\nmin_dwell_ms = 0\n"
    declare(stage, folder, calm)
    run(stage, "campaign", "open", SLUG)
    assert stage.voter(SLUG).vote([1]).status_code == 201
    assert "从下一张选票起生效" in declare(stage, folder, "[gate]\nmin_dwell_ms = 60000")
    assert stage.voter(SLUG).vote([1]).status_code == 428


def test_kiosks_live_through_an_import(stage: Stage, folder: Path) -> None:
    declare(stage, folder, "[gate]\nmin_dwell_ms = 1500")
    assert run(stage, "fraud", "kiosk", "add", SLUG, "大厅 1 号机", *WHY).exit_code == 0
    declare(stage, folder, "[gate]\nmin_dwell_ms = 1600")
    told = shown(stage, SLUG)
    assert [one["name"] for one in told["kiosks"]] == ["大厅 1 号机"]
    assert told["values"]["min_dwell_ms"] == 1600


def test_every_slip_in_the_table_is_told_with_the_rest(stage: Stage, folder: Path) -> None:
    gate = (
        '[gate]\nmin_dwell_ms = "1500"\nchallenge_bits = 40\nretention_day = 3\n[gate.actions]\ndwell = "ban"\n'
        'dwel = "hold"\n[gate.kiosks]\nx = 1\n'
    )
    with (folder / "campaign.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{gate}")
    outcome = run(stage, "campaign", "import", str(folder))
    assert outcome.exit_code == 1
    for where in (
        "min_dwell_ms",
        "challenge_bits",
        "retention_day",
        "actions.dwell",
        "actions.dwel",
        "kiosks",
    ):
        assert f"campaign.toml gate.{where}：" in outcome.stderr
    assert "fraud kiosk add" in outcome.stderr


# Kiosks


def test_a_kiosk_is_registered_listed_and_removed(stage: Stage) -> None:
    stage.campaign()
    added = run(stage, "fraud", "kiosk", "add", "test", "大厅 1 号机", "--ballots-per-hour", "90", *WHY)
    assert added.exit_code == 0, added.output
    (link,) = added.stdout.splitlines()
    home = stage.service.settings.base_url
    kiosk, mac = link.removeprefix(f"{home}/kiosk/test/").split(".")
    assert (len(kiosk), len(mac)) == (8, 22)
    listed = run(stage, "fraud", "kiosk", "list", "test", "--json")
    assert json.loads(listed.stdout) == [
        {"id": kiosk, "name": "大厅 1 号机", "ballots_per_hour": 90, "assistant": None}
    ]
    with stage.service.database.read() as session:
        journal = " ".join(entry.details for entry in session.scalars(select(JournalEntry)))
    for text in (
        added.stderr,
        listed.output,
        journal,
        run(stage, "fraud", "policy", "test", "--history").output,
    ):
        assert mac not in text, "the link's secret goes to one terminal and nowhere else"
    assert kiosk in journal
    removed = run(stage, "fraud", "kiosk", "remove", "test", kiosk, *WHY)
    assert removed.exit_code == 0, removed.output
    assert json.loads(run(stage, "fraud", "kiosk", "list", "test", "--json").stdout) == []
    again = run(stage, "fraud", "kiosk", "remove", "test", kiosk, *WHY)
    assert (again.exit_code, "没有这台投票机" in again.stderr) == (1, True)


def test_what_a_kiosk_lacks_is_told_at_once(stage: Stage) -> None:
    stage.draft(policy={})
    assert run(stage, "fraud", "kiosk", "add", "test", "大厅", *WHY).exit_code == 0
    outcome = run(stage, "fraud", "kiosk", "add", "test", "大厅", "--ballots-per-hour", "0")
    assert outcome.exit_code == 1
    for words in ("已经有一台", "每小时票数", "是谁更改的", "更改的理由"):
        assert words in outcome.stderr
    assert len(shown(stage)["kiosks"]) == 1


def test_a_campaign_that_takes_no_browsers_takes_no_kiosk(stage: Stage) -> None:
    stage.draft(with_rules=rules(identities=("wechat",)), policy={})
    outcome = run(stage, "fraud", "kiosk", "add", "test", "大厅", *WHY)
    assert (outcome.exit_code, "不能用浏览器投票" in outcome.stderr) == (1, True)
