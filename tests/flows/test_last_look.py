"""What was not filled in is said at the upload and keeps from opening; the last look shows in words all that freezes."""

from __future__ import annotations

from tests.desk import Desk
from tests.flows.test_setting_up import campaign, folder, make, seen_in, toml, upload, words
from tests.stage import Stage
from voting_service.campaigns.models import DRAFT, OPEN

AT = "/desk/campaigns/yun-chuan"
PLAN = """
[assessment]
seats = 2
tie_break = ["deeds"]
[assessment.weights]
deeds = 50
online_votes = 50
[[composition]]
name = "女职工"
field = "gender"
equals = "女"
min_percent = 40
[publicity]
ballots_of_disqualified = "void"
[publicity.contact]
phone = "0479-8271234"
"""


def test_a_telephone_of_noughts_is_said_early_and_keeps_from_opening(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    declared = toml() + PLAN.replace("8271234", "0000000")
    said = "campaign.toml publicity.contact.phone 受理部门的电话还是示例里的：0479-0000000。"
    step = upload(desk, ("活动.zip", folder(declared)))
    assert said in words(desk.get(step.location)), "on the preview, before anything is made"
    make(stage, desk, declared)
    setup = words(desk.get(f"{AT}/setup"))
    assert "开始投票前要处理 1 处" in setup
    assert said in setup
    look = desk.get(f"{AT}/setup/open")
    assert "还有 1 处问题，不能开始" in words(look)
    refused = desk.post(f"{AT}/setup/open", confirmed="yes", how="open", seen="")
    assert refused.status_code == 422
    assert campaign(stage).phase == DRAFT
    make(stage, desk, toml() + PLAN)
    seen = seen_in(desk.get(f"{AT}/setup/open").text)
    assert desk.post(f"{AT}/setup/open", confirmed="yes", how="open", seen=seen).status_code == 303
    assert campaign(stage).phase == OPEN


def test_the_last_look_shows_what_freezes_and_what_does_not(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk, toml() + PLAN)
    told = words(desk.get(f"{AT}/setup/open"))
    frozen, _line, still = told.partition("仍可以改：")
    for expected in (
        "1 至 2 人，一次提交。", "用手机或电脑浏览器打开活动页面投票", "投票期间实时显示", "3 名，编号、姓名、单位、组别同规则一起写入",
        "占 50%，评委打分，满分 100 分。", "占 50%，网络投票；按占最高票比例折算", "依次比较事迹的得分，仍相同的并列。",
        "女性至少占 40%。", "评委的 2/3 以上到会才能表决。", "到会评委超过 1/2 同意才算通过。", "5 个工作日。",
        "选了该候选人的选票由评审委员会提出作废",
    ):  # fmt: skip
        assert expected in frozen, expected
    for expected in ("0479-8271234", "投票结束 60 天后删除。", "都是默认设置。"):
        assert expected in still, expected
    for unusual in ("网络投票占 50%，超过 40%", "有 3 名候选人的资料不全", "怎样选都达不到"):
        assert unusual in frozen, unusual


def test_the_gates_changed_settings_are_among_what_stays_open(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk, toml() + PLAN)
    stage.calm("yun-chuan", {"min_dwell_ms": 900, "actions": {"dwell": "hold"}})
    still = words(desk.get(f"{AT}/setup/open")).partition("仍可以改：")[2]
    assert "min_dwell_ms900（默认 1200）" in still
    assert "actions.dwellhold（默认 challenge）" in still


def test_the_contact_is_mended_in_the_form_before_and_after_opening(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    make(stage, desk, toml() + PLAN.replace("8271234", "0000000"))
    assert f'href="{AT}/edit">去修改' in desk.get(f"{AT}/setup").text
    page = desk.get(f"{AT}/edit").text
    assert 'value="0479-0000000"' in page
    before = campaign(stage)
    done = desk.post(
        f"{AT}/edit", seen=seen_in(page), contact_phone=" 0479-8271234 ", contact_department="宣教部"
    )
    assert done.status_code == 303, words(done)
    after = campaign(stage)
    assert after.plan["publicity"] == {
        **before.plan["publicity"],
        "contact": {"phone": "0479-8271234", "department": "宣教部"},
    }
    assert (after.plan["assessment"], after.rules) == (before.plan["assessment"], before.rules)
    assert "可以开始投票" in words(desk.get(f"{AT}/setup"))
    long = desk.post(f"{AT}/edit", seen=str(after.version), contact_phone="1" * 201)
    assert (long.status_code, 'id="contact_phone-error"' in long.text) == (422, True)
    stage.open("yun-chuan")
    page = desk.get(f"{AT}/edit").text
    assert desk.post(f"{AT}/edit", seen=seen_in(page), contact_phone="0479-8271235").status_code == 303
    assert campaign(stage).plan["publicity"]["contact"] == {"phone": "0479-8271235", "department": "宣教部"}


def test_several_offices_come_from_the_folder(stage: Stage) -> None:
    desk = Desk(stage, "王敏", "operator")
    office = '[[publicity.offices]]\ndepartment = "宣教部"\nphone = "0479-8271234"\n'
    make(
        stage, desk, toml() + PLAN.replace("[publicity.contact]\nphone", "[publicity.contact]\nname") + office
    )
    page = desk.get(f"{AT}/edit").text
    assert "有几个受理部门，在活动文件夹里改。" in page
    assert "contact_phone" not in page.partition('<form class="panel pad"')[2]
    plan = campaign(stage).plan
    assert (
        desk.post(f"{AT}/edit", seen=seen_in(page), description="新的", contact_phone="1").status_code == 303
    )
    assert campaign(stage).plan == plan
