"""Judging and closing a worksheet through the desk's pages, by forms alone; and that no page tells a score too early."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.assessing import assess_by, certify, closed, handed_in
from tests.desk import Desk
from tests.stage import ClockInHand, Stage, make_service, rules
from voting_service.accounts.officials import ROLES
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.clock import rfc3339

START = datetime(2026, 4, 20, 1, 0, tzinfo=UTC)
SCORES, SHEET = "/desk/campaigns/test/scores", "/desk/campaigns/test/assessment"
TELLTALE = ("93.57", "87.41", "61.23")
"""Points that stand nowhere by chance."""
MEAN = "81.45"
"""Of the first two: what a mean would look like."""


@pytest.fixture
def hall(tmp_path: Path, redis_url: str) -> Any:
    """A service on a morning in April, with an open campaign of three."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand(START)))
    window = rules(opens_at=START - timedelta(days=9), closes_at=START + timedelta(days=30))
    stage.draft(candidates=3, with_rules=window)
    assess_by(stage, scores_due=rfc3339(START + timedelta(days=2)))
    stage.open()
    yield stage
    stage.strike()


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def sent(desk: Desk, path: str, **fields: Any) -> str:
    """Send a form that leads on; gives where to."""
    answer = desk.post(path, **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def refused(desk: Desk, path: str, **fields: Any) -> str:
    """Send a form that is refused; gives its words."""
    answer = desk.post(path, **fields)
    assert answer.status_code == 422, answer.status
    return re.sub(r"<[^>]+>", "", answer.text)


# ---- a judge


def test_a_judge_scores_candidate_by_candidate_and_hands_in(hall: Stage) -> None:
    judge = Desk(hall, "评委甲", "judge", slug="test")
    assert "还没有" not in judge.text(SCORES)
    assert "0／3" in judge.text(SCORES)
    page = judge.text(SCORES + "/1")
    for words in ("候选人1", "单位1", "事迹。", "0 到 100 分"):
        assert words in page
    assert "票" not in page.replace("投票", ""), "a judge scores deeds, not popularity"
    assert sent(judge, SCORES + "/1", deeds="93.57", action="next") == SCORES + "/2?done=saved"
    assert sent(judge, SCORES + "/2", deeds="80", action="list") == SCORES + "?done=saved"
    wrong = judge.post(SCORES + "/3", deeds="101")
    assert (wrong.status_code, 'value="101"' in wrong.text) == (422, True)
    assert "最高 100 分" in wrong.text
    assert "还有 1 位没有打完分：3 号" in judge.text(SCORES + "/hand-in")
    quiet = judge.client.post(SCORES + "/3", data={"csrf": _csrf(judge), "deeds": "70", "autosave": "1"})
    assert quiet.get_json() == {"saved": "09:00 已自动保存"}
    bad = judge.client.post(SCORES + "/3", data={"csrf": _csrf(judge), "deeds": "x", "autosave": "1"})
    assert (bad.status_code, bad.get_json()["problems"][0]["where"]) == (422, "deeds")
    last_look = judge.get(SCORES + "/hand-in").text
    assert "93.57" in last_look
    assert "请先勾选确认" in refused(judge, SCORES + "/hand-in", seen=hidden(last_look, "seen"))
    assert "与您刚才看到的不同" in refused(judge, SCORES + "/hand-in", seen="0" * 64, confirmed="yes")
    sent(judge, SCORES + "/hand-in", seen=hidden(last_look, "seen"), confirmed="yes")
    assert hidden(last_look, "seen") in judge.text(SCORES)
    assert "已经提交" in refused(judge, SCORES + "/3", deeds="99")


def _csrf(desk: Desk) -> str:
    return hidden(desk.get(SCORES + "/3").text, "csrf")


def test_a_form_of_another_site_changes_nothing(hall: Stage) -> None:
    judge = Desk(hall, "评委甲", "judge", slug="test")
    assert judge.client.post(SCORES + "/1", data={"deeds": "1"}).status_code == 403
    assert "0／3" in judge.text(SCORES)


def test_a_judge_stands_aside_and_comes_back(hall: Stage) -> None:
    judge = Desk(hall, "评委甲", "judge", slug="test")
    assert "没有评委给 2 号打分" in refused(judge, SCORES + "/2/recuse", reason="同一单位")
    Desk(hall, "评委乙", "judge", slug="test")
    assert "请写明回避的原因" in refused(judge, SCORES + "/2/recuse", reason=" ")
    sent(judge, SCORES + "/2/recuse", reason="同一单位 <script>alert(1)</script>")
    page = judge.get(SCORES + "/2").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "0／2" in judge.text(SCORES)
    sent(judge, SCORES + "/2/lift")
    assert "0／3" in judge.text(SCORES)
    assert judge.get(SCORES + "/99").status_code == 404


# ---- nobody sees a score too early


def everything(desk: Desk) -> dict[str, str]:
    """Every page and file of the assessment that this desk gets, by its address; books as their cells."""
    paths = [
        "/desk", "/desk/campaigns/test", SCORES, SCORES + "/1", SCORES + "/hand-in", SCORES + "/round", SCORES + "/round/close",
        SCORES + "/all", SHEET, SHEET + "/close", SHEET + "/opinions", SHEET + "/figures/media", SHEET + "/1",
        *(f"{SHEET}/worksheet.{kind}" for kind in ("json", "csv", "xlsx")),
        "/c/test", "/c/test/candidates/1", "/c/test/ranking", "/api/v1/campaigns/test", "/api/v1/campaigns/test/candidates",
        "/api/v1/campaigns/test/counts",
    ]  # fmt: skip
    found = {}
    for path in paths:
        answer = desk.get(path)
        if answer.status_code == 200:
            found[path] = _cells(answer.data) if path.endswith("xlsx") else answer.text
    return found


def _cells(data: bytes) -> str:
    book = load_workbook(io.BytesIO(data))
    return " ".join(str(cell.value) for page in book for row in page.iter_rows() for cell in row)


def test_no_page_export_or_api_shows_a_score_before_the_round_is_closed(hall: Stage) -> None:
    judges = [Desk(hall, f"评委{sign}", "judge", slug="test") for sign in "甲乙"]
    handed_in(hall, judges[0], *TELLTALE)
    handed_in(hall, judges[1], "69.33", "70.01", "71.02")  # all are in: that alone tells nobody anything
    desks = {
        role: Desk(hall, f"某{role}", role, slug="test")
        for role in ROLES
        if role not in ("judge", "supervisor")
    }
    desks["supervisor"] = Desk(hall, "某监督员", "supervisor", slug="test")
    desks["everything"] = Desk(
        hall, "一身数任", *(role for role in ROLES if role not in ("judge", "supervisor")), slug="test"
    )
    # Judges who come later, or whose sheets are in, see their own alone.
    for name, desk in {**desks, "another judge": judges[1]}.items():
        seen = everything(desk)
        told = [
            (name, path, word) for path, page in seen.items() for word in (*TELLTALE, MEAN) if word in page
        ]
        assert told == []
    assert SHEET in everything(desks["operator"]), "there was something to look at"
    assert any("93.57" in page for page in everything(judges[0]).values()), "one's own is seen"
    closed(hall, desks["operator"])
    for role in ("operator", "committee", "supervisor"):
        seen = everything(desks[role])
        assert "93.57" in seen[SCORES + "/all"]
        assert "93.57" in seen[SHEET + "/worksheet.json"]
        assert "93.57" in seen[SHEET + "/worksheet.xlsx"]
        assert MEAN in seen[SHEET]
    named = {
        role: "评委甲" in everything(desks[role])[SCORES + "/all"]
        for role in ("operator", "committee", "supervisor")
    }
    assert named == {"operator": False, "committee": True, "supervisor": True}
    for role in ("operator", "committee", "supervisor"):
        assert "评委甲" not in everything(desks[role])[SHEET + "/worksheet.xlsx"]


@pytest.mark.parametrize(
    ("path", "method", "roles"),
    [
        (SCORES, "get", {"judge"}),
        (SCORES + "/1", "get", {"judge"}),
        (SCORES + "/1", "post", {"judge"}),
        (SCORES + "/hand-in", "post", {"judge"}),
        (SCORES + "/1/recuse", "post", {"judge"}),
        (SCORES + "/round", "get", {"operator", "committee", "supervisor"}),
        (SCORES + "/round/deadline", "post", {"operator"}),
        (SCORES + "/round/close", "post", {"operator"}),
        (SCORES + "/round/recusals", "post", {"committee"}),
        (SCORES + "/round/recusals/1/confirm", "post", {"committee"}),
        (SCORES + "/round/sheets/1/reopen", "post", {"operator"}),
        (SCORES + "/round/reopenings/1/confirm", "post", {"committee"}),
        (SCORES + "/all", "get", {"operator", "committee", "supervisor"}),
        (SHEET, "get", {"operator", "committee", "supervisor"}),
        (SHEET + "/worksheet.json", "get", {"operator", "committee", "supervisor"}),
        (SHEET + "/propose", "post", {"operator"}),
        (SHEET + "/close", "post", {"committee"}),
        (SHEET + "/figures/media", "post", {"operator"}),
        (SHEET + "/opinions", "post", {"committee"}),
    ],
)
def test_each_address_is_for_its_roles(hall: Stage, path: str, method: str, roles: set[str]) -> None:
    for role in ROLES:
        desk = Desk(hall, f"某{role}", role, slug="test")
        answer = desk.get(path) if method == "get" else desk.post(path)
        assert (role, answer.status_code != 403) == (role, role in roles)
    elsewhere = Desk(hall, "别处的人", *(role for role in ROLES if role != "supervisor"), slug="another")
    answer = elsewhere.get(path) if method == "get" else elsewhere.post(path)
    assert answer.status_code == 403


# ---- the round and the worksheet, by forms


def test_from_three_sheets_to_a_closed_worksheet(hall: Stage) -> None:
    judges = [Desk(hall, f"评委{sign}", "judge", slug="test") for sign in "甲乙丙"]
    operator, member = (
        Desk(hall, "王敏", "operator", slug="test"),
        Desk(hall, "李伟", "committee", slug="test"),
    )
    assert "等全部交齐" in operator.text(SCORES + "/round/close")
    for judge, deeds in zip(judges, [(90, 80, 70), (92, 81, 60), (70, 85, 65)], strict=True):
        handed_in(hall, judge, *deeds)
    assert "评分表已交齐" in operator.text("/desk")
    assert "请先勾选确认" in refused(operator, SCORES + "/round/close")
    assert sent(operator, SCORES + "/round/close", confirmed="yes") == SCORES + "/round?done=closed"
    assert sent(
        operator,
        SHEET + "/figures/media",
        source="市融媒体中心",
        **{"value-1": "5", "value-2": "9", "value-3": "0"},
    ).endswith("done=proposed")
    assert "必须是两个人" in refused(
        operator, SHEET + "/figures/media/confirm", confirmed="yes", seen=_waiting_hash(member)
    )
    sent(member, SHEET + "/figures/media/confirm", confirmed="yes", seen=_waiting_hash(member))
    assert "计票结果还没有认定" in operator.text(SHEET)
    certify(hall, member, {1: 5, 2: 10, 3: 0}, {3: 30})
    look = operator.get(SHEET + "/close").text
    assert "进入：3 号 候选人3" in look, "with the held ballots counted, 3 would be on the list"
    sent(operator, SHEET + "/propose", confirmed="yes", seen=hidden(look, "seen"))
    assert "等待另一人" in operator.text(SHEET + "/close")
    assert "测算表等待您定稿" in member.text("/desk")
    look = member.get(SHEET + "/close").text
    assert "与您刚才看到的不同" in refused(member, SHEET + "/close", confirmed="yes", seen="f" * 64)
    sent(member, SHEET + "/close", confirmed="yes", seen=hidden(look, "seen"))
    page = member.text(SHEET + "/1")
    for words in ("A-0001", "89.2000", "已定稿", "最多的一位得 100 分"):
        assert words in page
    told = member.get(SHEET + "/1/worksheet.json").get_json()
    assert (told["number"], told["provisional"], told["open_points"]) == ("A-0001", False, [])
    assert told["sha256"] == hidden(look, "seen")
    assert [one["number"] for one in told["worksheet"]["ranked"]] == [2, 1, 3]
    book = member.get(SHEET + "/1/worksheet.xlsx")
    assert book.headers["Content-Disposition"] == 'attachment; filename="test-A-0001.xlsx"'
    assert "名次,编号,姓名" in member.get(SHEET + "/1/worksheet.csv").text
    assert member.get(SHEET + "/2").status_code == 404


def _waiting_hash(desk: Desk) -> str:
    return hidden(desk.get(SHEET + "/figures/media").text, "seen")


def test_a_tie_at_the_last_seat_is_told_loudly(hall: Stage) -> None:
    judges = [Desk(hall, f"评委{sign}", "judge", slug="test") for sign in "甲乙丙"]
    operator = Desk(hall, "王敏", "operator", slug="test")
    for judge in judges:
        handed_in(hall, judge, 90, 80, 80)
    closed(hall, operator)
    page = operator.get(SHEET).text
    assert "名额边界上并列" in page
    assert "2 号 候选人2、3 号 候选人3得分相同，2 个名额不够分" in page
    assert page.count('class="is-tied"') == 2


def test_recusal_reopening_and_opinion_by_forms(hall: Stage) -> None:
    judge = Desk(hall, "评委甲", "judge", slug="test")
    Desk(hall, "评委乙", "judge", slug="test")
    operator = Desk(hall, "王敏", "operator", slug="test")
    one, two = (Desk(hall, name, "committee", slug="test") for name in ("李伟", "赵静"))
    handed_in(hall, judge, 90, 80, 70)
    sent(operator, f"{SCORES}/round/sheets/{judge.official.id}/reopen", reason="填串了行")
    assert "请先勾选确认" in refused(one, f"{SCORES}/round/reopenings/1/confirm")
    sent(one, f"{SCORES}/round/reopenings/1/confirm", confirmed="yes")
    assert "核对并提交" in judge.text(SCORES)
    sent(one, SCORES + "/round/recusals", judge=judge.official.id, candidate=1, reason="师徒")
    assert "必须是两个人" in refused(one, SCORES + "/round/recusals/1/confirm", confirmed="yes")
    sent(two, SCORES + "/round/recusals/1/confirm", confirmed="yes")
    assert "这是评委会的决定" in judge.text(SCORES + "/1")
    assert "评委会决定的回避" in refused(judge, SCORES + "/1/lift")
    sent(one, SHEET + "/opinions", candidate="", opinion="总体水平高。")
    sent(two, SHEET + "/opinions/1/confirm", confirmed="yes")
    assert "总体水平高。" in operator.text(SHEET + "/opinions")


def test_a_deadline_is_set_by_its_form(hall: Stage) -> None:
    operator = Desk(hall, "王敏", "operator", slug="test")
    assert "必须晚于原来的截止时间" in refused(
        operator, SCORES + "/round/deadline", until="2026-04-20T18:00", reason="改"
    )
    assert "请填写新的截止时间" in refused(operator, SCORES + "/round/deadline", until="明天", reason="改")
    sent(operator, SCORES + "/round/deadline", until="2026-04-25T18:00", reason="评委出差")
    assert "4月25日 18:00" in operator.text(SCORES + "/round")
    assert "评委出差" in operator.text(SCORES + "/round")


def test_before_voting_there_is_nothing_to_score(hall: Stage) -> None:
    hall.draft("draft", candidates=3)
    assess_by(hall, slug="draft")
    judge, operator = (
        Desk(hall, "评委甲", "judge", slug="draft"),
        Desk(hall, "王敏", "operator", slug="draft"),
    )
    assert judge.get("/desk/campaigns/draft/scores").status_code == 404
    assert operator.get("/desk/campaigns/draft/scores/round").status_code == 404
    assert operator.get("/desk/campaigns/draft/assessment").status_code == 200
    with hall.service.database.read() as session:
        assert campaign_by_slug(session, "draft").phase == "draft"
