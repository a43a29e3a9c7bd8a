"""Scoring and the worksheet in Chromium: on a phone and at a desk, by axe, by day and by night; points are kept while one reads."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.assessing import CRITERIA, assess_by, certify, closed, handed_in
from tests.desk import Desk
from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.live import EXAMPLE, LiveService
from tests.phone import Phone, overflow
from voting_service.accounts.sessions import COOKIE
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.departures import standing_roster

LARGE = {
    "viewport": {"width": 1280, "height": 900},
    "is_mobile": False,
    "has_touch": False,
    "device_scale_factor": 1,
}
SCORES, SHEET = f"/desk/campaigns/{EXAMPLE}/scores", f"/desk/campaigns/{EXAMPLE}/assessment"
SHOTS = os.environ.get("SHOTS")
"""A directory for pictures of these pages, for whoever wants to look at them."""


def at_desk(make_phone: MakePhone, live: LiveService, desk: Desk, **options: Any) -> Phone:
    """A screen with this official signed in, which lets axe in."""
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce", **options)
    phone.expects(r"status of 422")
    phone.context.add_cookies([{"name": COOKIE, "value": desk.secret, "url": live.url}])
    return phone


def seen(page: Page, name: str) -> None:
    """Looked at: nothing runs off the screen, axe finds nothing, and a picture where somebody asked for one."""
    assert (name, overflow(page)) == (name, [])
    look(page, name)
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{scheme}.png", full_page=True)  # type: ignore[index]
        page.emulate_media(color_scheme="light")


@pytest.fixture(scope="module")
def people(live: LiveService, example: str) -> dict[str, Desk]:
    """The example with criteria, four judges, an operator and two members."""
    assess_by(live.stage, CRITERIA, slug=example, tie_break=["deeds"])
    named = {name: Desk(live.stage, name, "judge") for name in ("评委甲", "评委乙", "评委丙", "评委丁")}
    return {
        **named,
        "operator": Desk(live.stage, "王敏", "operator"),
        "member": Desk(live.stage, "李伟", "committee"),
    }


def numbers(live: LiveService) -> list[int]:
    """Who is to be scored."""
    with live.stage.service.database.read() as session:
        return [one.number for one in standing_roster(session, campaign_by_slug(session, EXAMPLE).id)]


def test_a_judge_on_a_phone(make_phone: MakePhone, live: LiveService, people: dict[str, Desk]) -> None:
    phone = at_desk(make_phone, live, people["评委甲"])
    page = phone.open(SCORES)
    seen(page, "own")
    page.get_by_role("link", name="开始打分").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 号")
    seen(page, "one")
    page.get_by_label("事迹", exact=True).fill("88.5")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    page.reload()
    expect(page.get_by_label("事迹", exact=True)).to_have_value("88.5")
    page.get_by_label("事迹", exact=True).fill("888")
    expect(page.locator("#saved")).to_contain_text("最高 100 分")
    page.get_by_role("button", name="保存并继续").tap()
    expect(page.get_by_role("alert")).to_be_focused()
    seen(page, "one-refused")
    page.get_by_label("事迹", exact=True).fill("90")
    page.get_by_role("button", name="保存并继续").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 号")
    page.get_by_text("需要回避").tap()
    page.get_by_label("回避的原因").fill("同一单位")
    page.get_by_role("button", name="登记回避").tap()
    expect(page.get_by_role("status")).to_contain_text("已登记回避")
    seen(page, "one-aside")
    phone.open(SCORES + "/hand-in")
    seen(page, "hand-in-missing")


def test_without_scripts_the_buttons_keep(
    make_phone: MakePhone, live: LiveService, people: dict[str, Desk]
) -> None:
    phone = at_desk(make_phone, live, people["评委乙"], java_script_enabled=False)
    page = phone.open(SCORES + "/1")
    page.get_by_label("事迹", exact=True).fill("77")
    page.get_by_role("button", name="保存", exact=True).tap()
    expect(page.get_by_text("事迹 77")).to_be_visible()


def test_at_a_desk(make_phone: MakePhone, live: LiveService, people: dict[str, Desk]) -> None:
    everyone = numbers(live)
    judge, operator, member = people["评委乙"], people["operator"], people["member"]
    wide = at_desk(make_phone, live, operator, **LARGE)
    narrow = at_desk(make_phone, live, member)
    seen(at_desk(make_phone, live, people["评委丙"], **LARGE).open(SCORES + "/3"), "one")
    seen(wide.open(SCORES + "/round"), "round-running")
    for place, name in enumerate(("评委乙", "评委丙", "评委丁")):
        deeds = [60 + (7 * number + 11 * place) % 40 for number in everyone]
        handed_in(live.stage, people[name], *deeds, slug=EXAMPLE)
    phone = at_desk(make_phone, live, judge)
    seen(phone.open(SCORES), "own-handed-in")
    page = wide.open(SHEET)
    seen(page, "worksheet-provisional")
    fields = {f"value-{number}": str(number * 3 % 17) for number in everyone}
    operator.post(SHEET + "/figures/media", source="云川市融媒体中心 4 月 20 日统计", **fields)
    seen(narrow.open(SHEET + "/figures/media"), "figures")
    page = narrow.page
    page.get_by_label("我已与来源逐一核对").check()
    page.get_by_role("button", name="确认数据").tap()
    expect(page.get_by_role("status")).to_have_text("已确认。")
    # 评委甲 stands aside from 2 and hands in the rest.
    _rest(live, people["评委甲"], everyone)
    seen(wide.open(SCORES + "/round/close"), "close-round")
    closed(live.stage, operator, slug=EXAMPLE)
    certify(live.stage, member, {number: number * 13 % 50 for number in everyone}, {1: 30}, slug=EXAMPLE)
    for screen in (wide, narrow):
        seen(screen.open(SCORES + "/round"), "round")
        seen(screen.open(SCORES + "/all"), "all")
        seen(screen.open(SHEET), "worksheet")
        seen(screen.open(SHEET + "/opinions"), "opinions")
    page = wide.open(SHEET + "/close")
    seen(page, "propose")
    page.get_by_label("我已核对得分、名次和数据来源").check()
    page.get_by_role("button", name="提请定稿").click()
    expect(page.get_by_role("status")).to_contain_text("已提出")
    page = narrow.open(SHEET + "/close")
    seen(page, "close")
    page.get_by_label("我已核对得分、名次和数据来源").check()
    page.get_by_role("button", name="定稿", exact=True).tap()
    page.get_by_role("link", name="定稿 A-0001").tap()
    expect(page.get_by_text("已定稿")).to_be_visible()
    seen(page, "closed")
    seen(wide.open("/desk"), "home")


def _rest(live: LiveService, judge: Desk, everyone: list[int]) -> None:
    for number in everyone:
        if number != 2:
            judge.post(f"{SCORES}/{number}", deeds=str(50 + number * 5 % 50))
    page = judge.get(SCORES + "/hand-in").text
    seen_hash = page.partition('name="seen" value="')[2].partition('"')[0]
    assert judge.post(SCORES + "/hand-in", seen=seen_hash, confirmed="yes").status_code == 303
