"""The journal on the desk and at the command line: each sees what is theirs, and a file that is taken along can be checked."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text, update

from tests.desk import Desk
from tests.stage import Stage
from voting_service.activity import JournalEntry, journal
from voting_service.activity.chain import first_broken, from_line
from voting_service.activity.words import ACT_GROUPS
from voting_service.campaigns.queries import campaign_titles
from wsgi import make_cli


@pytest.fixture
def written(stage: Stage) -> Stage:
    """Two campaigns with an act or two each, and an act of the house."""
    stage.draft("test")
    stage.draft("other")
    with stage.service.database.write() as session:
        for subject, actor in (
            ("test", "示例甲"),
            ("test/notice-1", "示例乙"),
            ("other", "示例甲"),
            ("testing", "示例丙"),
        ):
            journal(session, at=stage.service.clock.now(), actor=actor, act="draft_notice", subject=subject,
                    details={"reason": "<b>=1+1</b>"})  # fmt: skip
    return stage


def shown(desk: Desk, path: str = "/desk/journal") -> list[str]:
    """The subjects on a page, the newest first."""
    page = desk.get(path).get_data(as_text=True)
    return re.findall(r'<span class="journal-subject" title="([^"]*)">', page)


def run(stage: Stage, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(make_cli(lambda: stage.service), ["journal", *words])
    return done.exit_code, done.stdout, done.stderr


def test_each_sees_what_is_theirs(written: Stage) -> None:
    everything = Desk(written, "管理员", "admin")
    watching = Desk(written, "监督员", "supervisor", slug="test")
    deciding = Desk(written, "评委甲", "committee", slug="other")
    assert {"test", "other", "testing", "管理员"} <= set(shown(everything))
    assert set(shown(watching)) == {"test", "test/notice-1"}
    assert set(shown(deciding)) == {"other"}
    assert set(shown(watching, "/desk/journal?campaign=test")) == {"test", "test/notice-1"}
    assert watching.get("/desk/journal?campaign=other").status_code == 404
    assert watching.get("/desk/journal/download.jsonl?campaign=other").status_code == 404
    assert watching.get("/desk/campaigns/other/journal").status_code == 403
    assert watching.get("/desk/campaigns/test/journal").headers["Location"] == "/desk/journal?campaign=test"
    for roles in (("operator",), ("judge",), ("handler",), ("reviewer",)):
        assert Desk(written, f"某{roles[0]}", *roles).get("/desk/journal").status_code == 403  # type: ignore[arg-type]


def test_it_is_filtered_by_campaign_actor_act_and_day(written: Stage) -> None:
    desk = Desk(written, "管理员", "admin")
    today = written.service.clock.now().astimezone(written.service.settings.zone).date()
    assert shown(desk, "/desk/journal?campaign=test&act=draft_notice") == ["test/notice-1", "test"]
    assert shown(desk, "/desk/journal?actor=示例甲") == ["other", "test"]
    assert shown(desk, f"/desk/journal?actor=示例丙&day={today}") == ["testing"]
    assert shown(desk, "/desk/journal?day=2020-01-01") == []
    assert "没有符合条件的记录" in desk.text("/desk/journal?day=2020-01-01")
    assert desk.get("/desk/journal?day=never&before=x").status_code == 200


def test_acts_are_found_by_group_and_by_their_words(written: Stage) -> None:
    desk = Desk(written, "管理员", "admin")
    assert shown(desk, "/desk/journal?act=@notices&actor=示例乙") == ["test/notice-1"]
    assert shown(desk, "/desk/journal?words=起草公告&actor=示例乙") == ["test/notice-1"]
    assert shown(desk, "/desk/journal?words=公示&campaign=test") == ["test/notice-1", "test"], (
        "by its group's word"
    )
    assert shown(desk, "/desk/journal?words=DRAFT_notice&actor=示例丙") == ["testing"], "by its code"
    assert shown(desk, "/desk/journal?act=@notices&words=登记") == []
    assert shown(desk, "/desk/journal?act=@nothing") == shown(desk, "/desk/journal?words=没有这样的事") == []
    page = desk.get("/desk/journal?act=@accounts&words=登记").get_data(as_text=True)
    assert page.count("<optgroup") == len(ACT_GROUPS)
    assert '<option value="@accounts" selected>' in page
    assert 'value="登记"' in page
    taken = (
        desk.get("/desk/journal/download.jsonl?act=@accounts&words=登记").get_data(as_text=True).splitlines()
    )
    assert {json.loads(line)["act"] for line in taken} == {"add_official"}
    assert desk.text("/desk/journal?words=登记工作人员").count("登记工作人员") > 1


def test_entries_are_read_out_and_not_spelled(written: Stage) -> None:
    desk = Desk(written, "管理员", "admin")
    other = Desk(written, "打分人", "judge", slug="test")
    with written.service.database.write() as session:

        def wrote(act: str, subject: str, /, **details: object) -> None:
            journal(
                session,
                at=written.service.clock.now(),
                actor="schedule",
                act=act,
                subject=subject,
                details=details,
            )

        wrote("set_scoring_deadline", "test", until="2026-04-08T10:00:00.000Z", reason="延期")
        wrote("propose_reopening_scores", "test", judge=other.official.id, version=2)
        wrote("propose_decision", "test", kind="voided", ballots=3)
        wrote("confirm_leave", "test/notice-1", cause="deceased", leaver=7)
        wrote("close_notice", "test/notice-1", outcome="no_objection")
        wrote("make_api_token", "api-token-4", campaign="*", scopes=["tally:read"])
        wrote("propose_for_official", "打分人", act="take", role="judge@test")
        wrote(
            "change_gate_policy",
            "test",
            version=2,
            reason="太松",
            min_dwell_ms=[1000, 1500],
            actions=[{"dwell": "challenge", "origin": "deny"}, {"dwell": "hold", "origin": "deny"}],
        )
        wrote("review_profile", "test/12", passed=True)
        wrote("register_objection", "YC-2026-ABC", came_by="letter", kind="named", campaign="test")
        wrote("hold_nothing", "somewhere", strange="value")
    (title,) = (title for slug, title in _titles(written) if slug == "test")
    page = " ".join(desk.text("/desk/journal").split())
    for said in (
        "截止时间：2026年4月8日 18:00",
        "打分评委：打分人",
        "种类：作废",
        "原因：去世",
        "结果：公示期满，无异议",
        f"{title}：第 1 号公告",
        "第 4 号接口令牌",
        "评选活动：所有评选活动",
        "权限范围：读取计票结果",
        "事项：收回角色",
        f"角色：打分评委（{title}）",
        "min_dwell_ms：由 1000 改为 1500",
        "检查项的处置：dwell 由 验证 改为 待核；",
        f"{title}：12 号候选人",
        "通过：是",
        "来源：来信",
        "种类：实名",
        f"评选活动：{title}",
        "系统定时",
        "hold_nothing",
        "strange：value",
    ):
        assert said in page, said
    for spelled in ("voided", "deceased", "no_objection", "tally:read", "judge@test", "T10:00:00"):
        assert spelled not in page, spelled
    assert len(shown(desk, "/desk/journal?actor=系统定时")) == 11
    assert len(shown(desk, "/desk/journal?actor=schedule")) == 11


def _titles(stage: Stage) -> list[tuple[str, str]]:
    with stage.service.database.read() as session:
        return campaign_titles(session)


def test_it_is_read_in_pages(stage: Stage) -> None:
    desk = Desk(stage, "管理员", "admin")
    with stage.service.database.write() as session:
        for number in range(120):
            journal(session, at=stage.service.clock.now(), actor="x", act="open", subject=f"s{number}")
    pages, path = [], "/desk/journal?actor=x"
    for _turn in range(3):
        pages.append(shown(desk, path))
        onward = desk.get(path).get_data(as_text=True)
        if 'rel="next" href="' not in onward:
            break
        path = onward.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [one for page in pages for one in page] == [f"s{number}" for number in range(119, -1, -1)]


def test_what_was_typed_is_text_on_the_page_and_in_a_table(written: Stage) -> None:
    desk = Desk(written, "管理员", "admin")
    page = desk.get("/desk/journal").get_data(as_text=True)
    assert "<b>=1+1" not in page
    assert "起草公告" in page
    with written.service.database.write() as session:
        journal(session, at=written.service.clock.now(), actor="=cmd|' /C calc'!A0", act="open", subject="@x")
    table = desk.get("/desk/journal/download.csv").get_data().decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_file_that_is_taken_along_is_checked_later(written: Stage, tmp_path: Path) -> None:
    desk = Desk(written, "监督员", "supervisor")
    taken = desk.get("/desk/journal/download.jsonl")
    links = [from_line(line) for line in taken.get_data(as_text=True).splitlines()]
    assert first_broken(links) is None
    assert (links[0].number, links[-1].act, links[-1].actor) == (1, "export_journal", "监督员")
    file = tmp_path / "journal.jsonl"
    file.write_bytes(taken.get_data())
    code, printed, _said = run(written, "check", "--json", str(file))
    assert (code, json.loads(printed)["head"]) == (0, links[-1].sha256)

    # Somebody with the database's password changes what was, and chains it anew.
    with written.service.database.write() as session:
        session.execute(text("DROP TRIGGER journal_entries_no_changes"))
        session.execute(update(JournalEntry).where(JournalEntry.id == 2).values(actor="别人"))
    code, _printed, said = run(written, "check")
    assert (code, said) == (1, "第 2 条对不上：内容与写入时不同。\n")
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([lines[0], *lines[2:]]), encoding="utf-8")
    code, _printed, said = run(written, "check", "--alone", str(file))
    assert (code, said) == (1, "第 2 条对不上：这里缺了记录，或者多了记录。\n")
    file.write_text("{}\n", encoding="utf-8")
    assert run(written, "check", "--alone", str(file))[0] == 1


def test_a_chain_made_anew_does_not_agree_with_what_was_taken_along(written: Stage, tmp_path: Path) -> None:
    code, exported, _said = run(written, "export")
    file = tmp_path / "journal.jsonl"
    file.write_text(exported, encoding="utf-8")
    assert (code, run(written, "check", str(file))[0]) == (0, 0)
    with written.service.database.write() as session:
        session.execute(text("DROP TRIGGER journal_entries_no_changes"))
        session.execute(update(JournalEntry).where(JournalEntry.id == 3).values(sha256="0" * 64))
    assert run(written, "check", "--alone", str(file))[0] == 0
    code, _printed, said = run(written, "check", str(file))
    assert (code, said) == (1, "第 3 条对不上：内容与写入时不同。\n")


def test_the_command_exports_from_any_number_on(written: Stage) -> None:
    _code, exported, _said = run(written, "export", "--since", "3")
    links = [from_line(line) for line in exported.splitlines()]
    assert links[0].number == 3
    assert first_broken(links) is None
    _code, table, _said = run(written, "export", "--csv", "--since", "3")
    assert next(csv.reader(io.StringIO(table.lstrip("\ufeff"))))[0] == "编号"
