"""Notices at the desk: from an empty list to a published notice, an extension and confirmed dates, by forms alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from publicity.notices.listing import notices_waiting
from publicity.notices.queries import document_of
from tests.contract.test_notices import entries_of, now_of
from tests.desk import Desk
from tests.notices import CALENDAR_2027, beijing, draft, plan_with, published
from tests.stage import ClockInHand, Stage, make_service
from voting_service.workdays.override_file import save_overrides

CONTACT = {"department": "宣传教育部", "phone": "0000-1234567"}


@pytest.fixture
def hall(tmp_path: Path, redis_url: str) -> Any:
    """A service whose clock stands on a Monday morning in April, with an open campaign."""
    clock = ClockInHand(beijing(2026, 4, 20))
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=clock))
    stage.campaign()
    plan_with(stage, workdays=5, contact=CONTACT)
    yield stage
    stage.strike()


def at(stage: Stage, *moment: int) -> None:
    """Set the service's clock, and keep officials signed in."""
    clock = stage.service.clock
    assert isinstance(clock, ClockInHand)
    clock.set(beijing(*moment))


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def waiting(stage: Stage, desk: Desk) -> list[str]:
    """What the desk's first page says of notices."""
    with stage.service.database.read() as session:
        section = notices_waiting(session, desk.official, stage.service.clock.now())
    return [str(line.text) for line in section.lines] if section else []


def made(desk: Desk, **fields: str) -> str:
    """Make a draft by its form; gives its path."""
    answer = desk.post("/desk/notices/new", **({"campaign": "test", "level": "city", "who": "all"} | fields))
    assert answer.status_code == 303, answer.text
    return str(answer.location).removesuffix("/edit")


def test_from_an_empty_list_to_a_published_notice(hall: Stage) -> None:
    desk = Desk(hall, "王敏", "operator")
    assert "还没有公告" in desk.text("/desk/notices")
    assert waiting(hall, desk) == []
    path = made(desk, who="numbers", people="3、1 5-6", reserve="2")
    assert path == "/desk/notices/test/1"
    form = desk.get(path + "/edit").text
    assert 'value="关于“测试评选”拟定人选的公示"' in form
    assert "3、1、5、6" in form
    kept = desk.post(
        path + "/edit", title="关于拟定人选的公示", level="city", lead="现予公示。\n\n接受监督。", people="5、3", reserve="2、1",
        closing="如实反映。", action="preview",
        **{"deeds-5": "带出  12 名徒弟", "office-1-department": "组织部", "office-1-phone": "0000-7654321"},
    )  # fmt: skip
    assert (kept.status_code, kept.location) == (303, path + "/preview")
    preview = desk.get(path + "/preview").text
    for words in (
        "现予公示。",
        "候选人5",
        "带出 12 名徒弟",
        "本公告于4月20日08:30发布",
        "递补名单（不公开）：2 号 候选人2、1 号 候选人1",
    ):
        assert words in preview
    unconfirmed = desk.post(path + "/publish", seen=hidden(preview, "seen"))
    assert (unconfirmed.status_code, "勾选确认" in unconfirmed.text) == (422, True)
    done = desk.post(path + "/publish", seen=hidden(preview, "seen"), confirmed="yes")
    assert (done.status_code, done.location) == (303, path + "?done=published")
    assert "公告已经发布。" in desk.text(done.location)
    document = document_of(now_of(hall, 1))
    assert [(one["number"], one["deeds"]) for one in document["people"]] == [
        (5, "带出 12 名徒弟"),
        (3, "一句话简介"),
    ]
    assert document["text"] == ["现予公示。", "接受监督。"]
    assert document["offices"][0] == {
        "department": "组织部", "accepts": "", "name": "", "phone": "0000-7654321", "email": "", "address": "", "postcode": "",
    }  # fmt: skip
    assert desk.get(path + "/edit").location == path, "it is frozen"
    assert desk.post(path + "/edit", title="别的", level="city", people="1").status_code == 422
    assert document_of(now_of(hall, 1)) == document


def test_what_no_document_can_hold_is_not_kept(hall: Stage) -> None:
    """A control character in a title made the published notice's Word file fail for ever."""
    desk = Desk(hall, "王敏", "operator")
    path = made(desk)
    desk.post(
        path + "/edit", title="关于\x01人选\ufffe的\x0b公示\U0001ffff", level="city", lead="现予\x08公示。\r\n\t接受监督。", people="1",
        **{"office-1-department": "组\x02织部", "office-1-phone": "0000-7654321", "deeds-1": "带出\ufdd0徒弟"},
    )  # fmt: skip
    preview = desk.get(path + "/preview").text
    assert desk.post(path + "/publish", seen=hidden(preview, "seen"), confirmed="yes").status_code == 303
    document = document_of(now_of(hall, 1))
    assert (document["title"], document["text"]) == ("关于人选的公示", ["现予公示。", "接受监督。"])
    assert (document["offices"][0]["department"], document["people"][0]["deeds"]) == ("组织部", "带出徒弟")
    for kind in ("pdf", "docx"):
        assert hall.client().get(f"/c/test/notices/1.{kind}").status_code == 200


def test_dates_that_moved_since_the_preview_are_shown_again(hall: Stage) -> None:
    desk = Desk(hall, "王敏", "operator")
    path = made(desk)
    seen = hidden(desk.get(path + "/preview").text, "seen")
    at(hall, 2026, 4, 20, 9, 1)
    again = desk.post(path + "/publish", seen=seen, confirmed="yes")
    assert (again.status_code, "请重新核对" in again.text) == (422, True)
    assert "不早于当日上班时间09:00" in again.text
    seen = hidden(again.text, "seen")
    assert desk.post(path + "/publish", seen=seen, confirmed="yes").status_code == 303
    assert str(now_of(hall, 1).first_day) == "2026-04-21"


def test_what_is_wrong_is_told_at_once_and_nothing_typed_is_lost(hall: Stage) -> None:
    desk = Desk(hall, "王敏", "operator")
    refused = desk.post(
        "/desk/notices/new", campaign="test", level="city", who="numbers", people="3、x", reserve="5-2"
    )
    assert refused.status_code == 422
    assert "看不懂“x”。" in refused.text
    assert "看不懂“5-2”。" in refused.text
    assert 'value="3、x"' in refused.text
    path = made(desk)
    kept = desk.post(
        path + "/edit",
        title="",
        level="nowhere",
        lead="我写了很久的正文",
        people="1、99",
        **{"deeds-1": "事迹一"},
    )
    assert kept.status_code == 422
    assert "名单上没有 99 号候选人。" in kept.text
    assert "我写了很久的正文" in kept.text
    assert "事迹一" in kept.text
    saved = desk.post(
        path + "/edit", title="公示", level="city", lead="家住晨光路 8 号 3 栋 201 室", people="1"
    )
    assert saved.status_code == 303, "a draft may be wrong"
    preview = desk.get(path + "/preview").text
    assert "正文第 1 段：含有住址。" in preview
    assert "没有受理部门" in preview
    assert "confirmed" not in preview
    assert desk.post(path + "/publish", confirmed="yes", seen="").status_code == 422
    assert now_of(hall, 1).state == "draft"


def test_an_extension_is_shown_before_it_is_made(hall: Stage) -> None:
    desk = Desk(hall, "王敏", "operator")
    published(hall, desk.official)
    path = "/desk/notices/test/1"
    first = desk.post(path + "/extend", workdays="2", last_day="", reason="网站检修")
    assert first.status_code == 200
    assert "公示期由2026年4月24日延长至4月28日（延长2个工作日）。" in first.text
    assert len(now_of(hall, 1).events) == 1, "only shown"
    done = desk.post(path + "/extend", workdays="2", last_day="", reason="网站检修", confirmed="yes")
    assert done.status_code == 303
    assert str(now_of(hall, 1).last_day) == "2026-04-28"
    wrong = desk.post(path + "/extend", workdays="两天", last_day="4月30日", reason="")
    assert wrong.status_code == 422
    for words in ("请填 1 到 60 之间的整数。", "请按 2026-04-30 这样填写日期。", 'value="两天"'):
        assert words in wrong.text
    assert "公示中（已延长）" in desk.text("/desk/notices")
    assert waiting(hall, desk) == []
    at(hall, 2026, 4, 29, 0, 0)
    assert waiting(hall, desk) == [], "closing is told of once, by the room that closes"
    assert Desk(hall, "张华", "operator").text("/desk").count("已经期满") == 1


def test_provisional_dates_warn_and_are_confirmed_once_the_year_is_known(hall: Stage) -> None:
    at(hall, 2026, 12, 23)
    desk = Desk(hall, "王敏", "operator")
    path = made(desk)
    preview = desk.get(path + "/preview").text
    assert "日期是暂定的" in preview
    assert desk.post(path + "/publish", seen=hidden(preview, "seen"), confirmed="yes").status_code == 303
    assert waiting(hall, desk) == ["日期暂定，待确认：关于“测试评选”拟定人选的公示"]
    assert "放假安排还没有导入" in desk.text(path + "/dates")
    assert desk.post(path + "/dates", confirmed="yes").status_code == 422
    save_overrides(hall.service.settings.data_dir, CALENDAR_2027.overrides)
    assert "公示期自2026年12月23日起至12月29日止" in desk.text(path + "/dates")
    assert desk.post(path + "/dates", confirmed="yes").status_code == 303
    assert now_of(hall, 1).provisional is False
    assert entries_of(hall)[-1]["id"] == "notice-1-dates-1"


def test_who_may_what(hall: Stage) -> None:
    operator = Desk(hall, "王敏", "operator", slug="test")
    draft(hall, operator.official)
    path = "/desk/notices/test/1"
    for role in ("committee", "supervisor"):
        looker = Desk(hall, f"官员 {role}", role)
        assert looker.get("/desk/notices").status_code == 200
        assert looker.get(path).status_code == 200
        assert "发布公告" not in looker.get(path + "/preview").text
        for act in ("/edit", "/publish", "/extend", "/dates", "/discard"):
            assert looker.post(path + act, confirmed="yes").status_code == 403, (role, act)
        assert looker.get(path + "/edit").status_code == 403
        assert looker.post("/desk/notices/new", campaign="test", level="city").status_code == 403
    elsewhere = Desk(hall, "外人", "operator", slug="other")
    assert "拟定人选" not in elsewhere.text("/desk/notices")
    assert elsewhere.get(path).status_code == 403
    assert elsewhere.post("/desk/notices/new", campaign="test", level="city").status_code == 404
    assert hall.client().get(path).status_code == 303, "to the sign-in"


def test_a_draft_may_be_thrown_away_and_a_notice_not(hall: Stage) -> None:
    desk = Desk(hall, "王敏", "operator")
    path = made(desk)
    assert "不能恢复" in desk.text(path + "/discard")
    assert desk.post(path + "/discard").status_code == 422
    assert desk.post(path + "/discard", confirmed="yes").location == "/desk/notices"
    assert desk.get(path).status_code == 404
    published(hall, desk.official)
    assert "不能删除" in desk.post(path + "/discard", confirmed="yes").text
