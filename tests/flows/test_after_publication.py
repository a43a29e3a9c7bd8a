"""What becomes of a notice after it was published, as everyone sees it: the window not begun, somebody gone, and where one goes
from the pages of campaign and desk."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from publicity.notices.cautions import cautions
from publicity.notices.drafting import NoticeText, Office, default_title
from publicity.notices.queries import notice_by_number, text_of
from tests.desk import Desk
from tests.notices import beijing, draft, plan_with
from tests.stage import ClockInHand, Stage, make_service
from tests.substituting import Committee
from voting_service.campaigns.queries import campaign_by_slug

CONTACT = {"department": "宣传教育部", "phone": "0000-1234567"}
FRIDAY = beijing(2026, 4, 17, 10, 0)


@pytest.fixture
def hall(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A service on a Friday after the working day has begun: a window begins on Monday. All caches read anew."""
    monkeypatch.setattr("publicity.board.board.FRESH_S", 0.0)
    monkeypatch.setattr("voting_service.candidates.showcase.FRESH_S", 0.0)
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand(FRIDAY)))
    stage.campaign(candidates=10)
    plan_with(stage, workdays=5, contact=CONTACT)
    yield stage
    stage.strike()


def read(stage: Stage, path: str) -> str:
    """What stands on a public page, without its markup."""
    answer = stage.client().get(path)
    assert answer.status_code == 200, answer.status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text))


def move(stage: Stage, *moment: int) -> None:
    clock = stage.service.clock
    assert isinstance(clock, ClockInHand)
    clock.set(beijing(*moment))


def test_campaign_and_home_page_lead_to_it_as_its_stages_pass(hall: Stage) -> None:
    assert "公示" not in read(hall, "/")
    Committee(hall).notice([1, 2, 3])
    for path in ("/", "/c/test"):
        assert "已发布，公示期自4月20日起 异议受理至4月24日" in read(hall, path)
    page = hall.client().get("/c/test").text
    assert '<a href="/c/test/notices">公示</a>' in page
    assert '<a href="/objections">查询异议</a>' in page
    move(hall, 2026, 4, 20)
    for path in ("/", "/c/test"):
        assert "公示中 异议受理至4月24日" in read(hall, path)
    move(hall, 2026, 4, 25)
    assert "公示期满，正在办理 4月20日—4月24日" in read(hall, "/c/test")
    assert "公示" not in read(hall, "/").replace("公开投票", "")


def test_whoever_left_is_marked_and_the_document_stays(hall: Stage) -> None:
    committee = Committee(hall)
    committee.notice([1, 2, 3], reserve=[7, 8])
    before = hall.client().get("/c/test/notices/1.json").data
    left = committee.left(2, "disqualified")
    assert "2 号 候选人2已取消资格。" in read(hall, "/c/test/notices/1")
    committee.fill(left, 7)
    committee.publish(committee.supplement(left))
    told = "截至2026年4月17日，名单有变动：2 号 候选人2已取消资格，见第 2 号公告。"
    for path in ("/c/test/notices/1", "/c/test/notices/1/embed"):
        assert told in read(hall, path)
        assert (
            '<a class="link" href="/c/test/notices/2">已取消资格，见第 2 号公告</a>'
            in hall.client().get(path).text
        )
    assert told not in read(hall, "/c/test/notices/2")
    assert hall.client().get("/c/test/notices/1.json").data == before
    form = hall.client().get("/c/test/objections/new?notice=1").text
    assert re.findall(r'<option value="(\d+)"', form) == ["1", "3"]


def test_a_supplement_keeps_the_contact_that_was_published(hall: Stage) -> None:
    committee = Committee(hall)
    number = draft(hall, committee.operator.official, [1, 2, 3], reserve=[7]).number
    with hall.service.database.write() as session:
        notice = notice_by_number(session, "test", number, drafts=True)
        plain = json.loads(notice.draft_json)
        plain["offices"][0]["phone"], plain["closing"] = "0477-8585858", ["来信请注明“公示”。"]
        notice.draft_json = json.dumps(plain, ensure_ascii=False)
    committee.publish(number)
    left = committee.left(2, "disqualified")
    committee.fill(left, 7)
    supplement = committee.supplement(left)
    with hall.service.database.read() as session:
        text = text_of(notice_by_number(session, "test", supplement, drafts=True))
    assert [office.phone for office in text.offices] == ["0477-8585858"]
    assert text.closing == ("来信请注明“公示”。",)
    assert "2 号 候选人2已被取消资格，不再列入公示名单，由 7 号 候选人7递补。" in text.lead[0]
    move(hall, 2026, 4, 27)
    closed = hall.client().get("/c/test/objections/new?notice=1")
    assert "0477-8585858" in closed.text


def test_the_desk_leads_on(hall: Stage) -> None:
    committee = Committee(hall)
    docket = committee.upheld(committee.notice([1, 2, 3], reserve=[7]), 2)
    here = "/desk/notices/test/1"
    page = committee.operator.get(here).text
    for words in (
        "收到 1 件，全部办结",
        "1 件，名单还没有变动",
        "7 号 候选人7",
        "/desk/dockets?view=all&amp;notice=test/1",
    ):
        assert words in page
    assert f'href="/desk/dockets/{docket}"' in committee.operator.get(f"{here}/substitutions").text
    form = committee.operator.get(f"{here}/substitutions/new?docket={docket}").text
    assert '<option value="2" selected>' in form
    assert f'<option value="{docket}" selected>' in form
    assert f"{here}/substitutions" in committee.operator.get(f"/desk/dockets/{docket}").text
    refused = committee.first.get(f"{here}/close").text
    assert f'<a class="btn btn--soft" href="{here}">返回</a>' in refused
    assert "/desk/dockets?view=pending&amp;notice=test/1" in refused
    forbidden = Desk(hall, "陈星", "supervisor").get("/desk/notices/new")
    assert (forbidden.status_code, 'href="/desk">返回工作台' in forbidden.text) == (403, True)


def test_whoever_drafts_has_the_candidates_before_their_eyes_and_every_problem_at_once(hall: Stage) -> None:
    desk = Desk(hall, "王敏", "operator")
    assert "9 号 候选人9" in desk.get("/desk/notices/new").text
    wrong = desk.post("/desk/notices/new", campaign="test", level="", who="numbers", people="", reserve="99")
    assert wrong.status_code == 422
    for words in ("请选择公示层级。", "请填写要公示的人员的编号。", "名单上没有 99 号候选人。"):
        assert words in wrong.text
    made = desk.post(
        "/desk/notices/new", campaign="test", level="city", who="ticked", ticked=["2", "5"], reserve="9"
    )
    assert made.status_code == 303
    form = desk.get(str(made.location)).text
    assert "2、5" in form
    assert "现在是：9 号 候选人9" in form
    preview = desk.get("/desk/notices/test/1/preview").text
    assert "递补名单（不公开）：9 号 候选人9" in preview
    assert "公示期自4月20日起计算" in preview


def test_specimen_numbers_are_pointed_at() -> None:
    def said(**fields: str) -> list[str]:
        text = NoticeText(("现予公示。",), (), (Office("宣传教育部", **fields),), ())
        return [str(one) for one in cautions(text)]

    assert said(phone="0477-8585858", address="晨光路 1 号") == []
    assert said(phone="0000-0000000") == [
        "第 1 个受理部门的电话“0000-0000000”像是没有填好的号码，群众打不通。"
    ]
    assert said(phone="0477-8585858", address="（虚构地址）") == [
        "第 1 个受理部门写着“（虚构地址）”，像是没有填好的内容。"
    ]


def test_a_title_has_its_own_quotation_marks_or_ours(hall: Stage) -> None:
    with hall.service.database.write() as session:
        campaign = campaign_by_slug(session, "test")
        assert default_title(campaign, "city") == "关于“测试评选”拟定人选的公示"
        campaign.title = "云川市“匠心筑梦·奋斗有我”最美产业工人评选"
        assert (
            default_title(campaign, "city") == "关于云川市“匠心筑梦·奋斗有我”最美产业工人评选拟定人选的公示"
        )
