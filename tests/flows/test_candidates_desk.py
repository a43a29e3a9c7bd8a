"""Candidates at the desk through its pages: who sees whom, reviews, corrections and leaves by two people, what waits."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests import notices
from tests.desk import Desk
from tests.flows.test_setting_up import seen_in, words
from tests.stage import Stage
from voting_service.accounts.models import OfficialRole
from voting_service.campaigns.queries import campaign_by_slug

AT = "/desk/campaigns/test/candidates"
TEXTS = {
    "title": "班长",
    "summary": "一句话简介",
    "story": "改过的事迹。",
    "slogan": "",
    "reason": "单位来函更正。",
}


def unit_reviewer(stage: Stage, name: str, unit: str) -> Desk:
    desk = Desk(stage, name)
    with stage.service.database.write() as session:
        session.add(
            OfficialRole(official_id=desk.official.id, role="reviewer", campaign_slug="test", unit=unit)
        )
    return desk


def test_the_list_says_what_is_missing(stage: Stage) -> None:
    stage.draft(candidates=3)
    with stage.service.database.write() as session:
        rule = {"name": "女性", "field": "gender", "equals": "女", "min_percent": 40}
        campaign_by_slug(session, "test").plan_json = json.dumps({"composition": [rule]}, ensure_ascii=False)
    page = Desk(stage, "赵敏", "operator").text(AT)
    assert "3 名候选人" in page
    assert page.count("缺性别") == 3
    assert page.count("缺照片") == 3
    assert "缺资料 3" in page
    assert "待审核" not in page, "nobody reviews here"


def test_a_reviewer_of_one_unit_sees_and_reviews_that_unit_s(stage: Stage) -> None:
    stage.draft(candidates=3)
    desk = unit_reviewer(stage, "孙工", "单位2")
    page = desk.text(AT)
    assert "候选人2" in page
    assert "候选人1" not in page
    assert "1 名候选人的主页待审核" in desk.text("/desk")
    for path in (f"{AT}/1", f"{AT}/1/correction", "/desk/campaigns/test/preview/candidates/1"):
        assert desk.get(path).status_code == 404, path
    assert desk.get("/desk/campaigns/test/preview/candidates/2").status_code == 200
    assert "候选人1" not in desk.text("/desk/campaigns/test/preview")
    seen = seen_in(desk.get(f"{AT}/2").text)
    others = seen_in(Desk(stage, "周工", "reviewer").get(f"{AT}/1").text)
    assert desk.post(f"{AT}/1/review", verdict="pass", seen=others).status_code == 404
    returned = desk.post(f"{AT}/2/review", verdict="return", seen=seen)
    assert (returned.status_code, "退回时请写明要改什么" in words(returned)) == (422, True)
    assert desk.post(f"{AT}/2/review", verdict="return", remarks="写明年份", seen=seen).status_code == 303
    operator = Desk(stage, "赵敏", "operator")
    assert "1 名候选人的主页被退回" in operator.text("/desk")
    assert "写明年份" in operator.text(f"{AT}/2")
    assert "2 号 候选人2 主页已退回。" in words(operator.get("/desk/campaigns/test/setup"))
    assert "有 3 名候选人的主页没有通过审核" in words(operator.get("/desk/campaigns/test/setup/open"))
    assert operator.post(f"{AT}/2/review", verdict="pass", seen=seen).status_code == 403
    assert desk.post(f"{AT}/2/review", verdict="pass", seen=seen).status_code == 303
    assert "已通过" in desk.text(f"{AT}/2")


def test_a_correction_goes_through_two_pairs_of_hands(stage: Stage) -> None:
    stage.campaign()
    first, second = Desk(stage, "赵敏", "operator"), Desk(stage, "王芳", "committee")
    assert "第 1 版" in first.text(f"{AT}/3")
    bad = first.post(f"{AT}/3/correct", **{**TEXTS, "story": "电话 13800138000", "reason": ""})
    assert bad.status_code == 422
    assert "含有手机号码" in words(bad)
    assert "请写明更正的原因" in words(bad)
    preview = first.post(f"{AT}/3/correct", **TEXTS)
    assert re.search(r"<ins>.*?改过的</ins>", preview.text)
    assert first.post(f"{AT}/3/correct", **TEXTS, step="edit").text.count("改过的事迹。") == 1
    assert first.post(f"{AT}/3/correct", **TEXTS, confirmed="yes").status_code == 303
    assert "的主页更正，等待您或另一人确认" in second.text("/desk")
    assert "等待您或另一人确认" not in first.text("/desk")
    own = first.get(f"{AT}/3/correction")
    assert "要由另一人确认" in words(own)
    assert 'name="confirmed"' not in own.text
    page = second.get(f"{AT}/3/correction").text
    assert first.post(f"{AT}/3/correction/confirm", confirmed="yes", seen=seen_in(page)).status_code == 422
    assert second.post(f"{AT}/3/correction/confirm", seen=seen_in(page)).status_code == 422
    assert second.post(f"{AT}/3/correction/confirm", confirmed="yes", seen=seen_in(page)).status_code == 303
    assert "改过的事迹。" in stage.voter().get("/c/test/candidates/3").text
    compared = second.get(f"{AT}/3/versions/2").text
    assert "<ins>" in compared
    assert "单位来函更正。" in compared
    assert "事迹。" in words(second.get(f"{AT}/3/versions/1"))
    assert second.get(f"{AT}/3/versions/3").status_code == 404
    assert second.get(f"{AT}/3/correction").status_code == 303


def test_leaving_goes_through_two_pairs_of_hands(stage: Stage) -> None:
    stage.campaign()
    first, second = Desk(stage, "赵敏", "operator", "committee"), Desk(stage, "王芳", "committee")
    at = f"{AT}/2/leave"
    assert first.post(at, cause="", reason="").status_code == 422
    look = first.post(at, cause="withdrawn", reason="本人提出")
    assert "谁也不能再选这位候选人" in words(look)
    assert first.post(at, cause="withdrawn", reason="本人提出", confirmed="yes").status_code == 303
    assert "退出评选，等待您或另一名评委确认" in second.text("/desk")
    page = second.get(at).text
    assert first.post(f"{at}/confirm", confirmed="yes", seen=seen_in(page)).status_code == 422
    assert (
        Desk(stage, "钱工", "operator").post(f"{at}/confirm", confirmed="yes", seen=seen_in(page)).status_code
        == 403
    )
    done = second.post(f"{at}/confirm", confirmed="yes", seen=seen_in(page))
    assert done.location.endswith("?done=left")
    assert "已退出" in second.text(f"{AT}?view=gone")
    assert "6 名" not in second.text("/desk/campaigns/test")
    assert "5 名，另有 1 名已退出" in second.text("/desk/campaigns/test")


def test_whoever_is_on_a_notice_is_led_to_the_room_of_substitutions(stage: Stage) -> None:
    stage.campaign()
    desk = Desk(stage, "赵敏", "operator")
    notices.published(stage, desk.official, (3, 1))
    page = desk.get(f"{AT}/3/leave").text
    assert 'href="/desk/notices/test/1/substitutions"' in page
    assert 'name="cause"' not in page


def test_closing_early_goes_through_two_pairs_of_hands(stage: Stage) -> None:
    stage.campaign()
    first, second = Desk(stage, "赵敏", "operator"), Desk(stage, "王芳", "committee")
    at = "/desk/campaigns/test/close"
    assert first.post(at, reason="台风").status_code == 422
    assert first.post(at, reason="", confirmed="yes").status_code == 422
    assert first.post(at, reason="台风", confirmed="yes").status_code == 303
    assert "提前结束投票，等待您或另一名评委确认" in second.text("/desk")
    page = second.get(at).text
    assert first.post(f"{at}/confirm", confirmed="yes", seen=seen_in(page)).status_code == 403
    done = second.post(f"{at}/confirm", confirmed="yes", seen=seen_in(page))
    assert done.location.endswith("?done=sealed")
    assert "已经封箱" in second.text(at)
    assert stage.voter().vote([1]).status_code == 403


@pytest.mark.parametrize("role", ["supervisor", "judge", "handler", "reviewer", "admin"])
def test_others_propose_and_confirm_nothing(stage: Stage, role: Any) -> None:
    stage.campaign()
    desk = Desk(stage, "李伟", role)
    for path in (f"{AT}/3/correct", f"{AT}/3/correction/confirm", f"{AT}/3/correction/drop", f"{AT}/3/leave",
                 f"{AT}/3/leave/confirm", f"{AT}/3/leave/drop", "/desk/campaigns/test/close",
                 "/desk/campaigns/test/close/confirm", "/desk/campaigns/test/close/drop"):  # fmt: skip
        assert desk.post(path, confirmed="yes").status_code == 403, path
    assert desk.get(AT).status_code == (403 if role == "handler" else 200)


def test_what_somebody_writes_is_text_everywhere(stage: Stage) -> None:
    stage.campaign()
    first, second = Desk(stage, "赵敏", "operator"), Desk(stage, "王芳", "committee")
    script = "<script>alert(1)</script>"
    texts = {
        "title": script,
        "summary": script,
        "story": script + "\n\n**重**",
        "slogan": script,
        "reason": script,
    }
    first.post(f"{AT}/3/correct", **texts, confirmed="yes")
    first.post(f"{AT}/2/leave", cause="withdrawn", reason=script, confirmed="yes")
    first.post("/desk/campaigns/test/close", reason=script, confirmed="yes")
    seen = seen_in(second.get(f"{AT}/3/correction").text)
    seen_before = (f"{AT}/3/correction", f"{AT}/2/leave", "/desk/campaigns/test/close", f"{AT}/3")
    pages = [second.get(path).text for path in seen_before]
    assert second.post(f"{AT}/3/correction/confirm", confirmed="yes", seen=seen).status_code == 303
    pages += [second.get(path).text for path in (f"{AT}/3", f"{AT}/3/versions/2", f"{AT}/3/versions/1", AT)]
    pages.append(stage.voter().get("/c/test/candidates/3").text)
    for page in pages:
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages[-1]
