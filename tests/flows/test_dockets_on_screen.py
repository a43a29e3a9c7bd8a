"""The docket at the desk in a real browser: on a phone and on a large screen, by keyboard, by axe, by day and by night."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.desk import Desk
from tests.dockets import STATEMENT, acts_of, assigned, lodge, objection_of, publish_notice
from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.flows.test_handling_dockets import FILES
from tests.live import LiveService
from tests.phone import Phone, overflow
from voting_service.accounts.sessions import COOKIE

LARGE = {
    "viewport": {"width": 1280, "height": 800},
    "is_mobile": False,
    "has_touch": False,
    "device_scale_factor": 1,
}
SIZES = pytest.mark.parametrize("options", [{}, LARGE], ids=["390x844", "1280x800"])
People = tuple[Desk, Desk, Desk, Desk]


@pytest.fixture(scope="module")
def people(live: LiveService) -> People:
    """Committee, two handlers and a supervisor of one campaign with a notice."""
    stage = live.stage
    stage.draft()
    committee = Desk(stage, "评委周", "committee", slug="test")
    publish_notice(stage)
    first, second = (Desk(stage, name, "handler", slug="test") for name in ("承办赵", "承办钱"))
    return committee, first, second, Desk(stage, "监督员吴", "supervisor", slug="test")


def sit_down(phone: Phone, desk: Desk) -> Page:
    """Whoever sits before this screen now."""
    phone.context.add_cookies([{"name": COOKIE, "value": desk.secret, "url": phone.home}])
    return phone.page


def seen(page: Page, state: str, size: str) -> None:
    """Look at a page as it stands: axe, and nothing that stands out sideways."""
    look(page, state)
    assert overflow(page) == []
    if folder := os.environ.get("SCREENSHOTS"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=Path(folder) / f"{size}-{state}-{scheme}.png", full_page=True)


@SIZES
def test_a_docket_from_assignment_to_the_answer(
    make_phone: MakePhone, live: LiveService, people: People, options: dict[str, object]
) -> None:
    stage = live.stage
    committee, first, second, supervisor = people
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce", **options)
    phone.expects(r"status of 422")
    size = "large" if options else "phone"
    number = lodge(stage, files=FILES)

    page = sit_down(phone, committee)
    page.goto("/desk/dockets?view=unassigned")
    seen(page, "list of the committee", size)
    page.get_by_role("link", name=number).click()
    for handler in (first, second):
        page.get_by_label("人员").first.select_option(label=handler.official.name)
        page.get_by_role("button", name="指派", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("已指派")
    page.get_by_text("要求某人回避").click()
    seen(page, "docket of the committee", size)
    assert STATEMENT not in page.content()

    page = sit_down(phone, first)
    page.goto("/desk/dockets")
    page.get_by_role("link", name=number).click()
    expect(page.get_by_text(STATEMENT)).to_be_visible()
    picture = page.locator(".docket-files img")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.docket-files img').naturalWidth === 60")
    seen(page, "docket of a handler", size)
    page.get_by_text("不予受理", exact=True).click()
    page.get_by_label("不属于本次评选的受理范围").check()
    page.get_by_label("理由", exact=True).fill("不属于本次评选。")
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对：不予受理")
    seen(page, "last look before declining", size)
    page.get_by_role("button", name="返回修改").click()
    expect(page.get_by_label("理由", exact=True)).to_have_value("不属于本次评选。")
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已受理")
    page.get_by_role("link", name="拟定：异议成立").click()
    expect(page.get_by_label("答复内容")).to_contain_text("异议成立")
    page.get_by_label("认定的事实和理由").evaluate("(one) => one.removeAttribute('required')")
    page.get_by_role("button", name="下一步：预览").click()
    expect(page.get_by_role("alert")).to_be_focused()
    seen(page, "proposal refused", size)
    page.get_by_role("alert").get_by_role("link").click()
    page.get_by_label("认定的事实和理由").fill("查档案，签字单为本人所签。")
    page.get_by_role("button", name="下一步：预览").click()
    expect(page.get_by_text("关于对《测试评选候选人公示1》所提异议的答复")).to_be_visible()
    seen(page, "last look before proposing", size)
    page.get_by_role("button", name="提出处理意见").click()
    expect(page.get_by_role("status")).to_contain_text("等待另一名承办人员确认")
    seen(page, "docket of the proposer", size)

    page = sit_down(phone, second)
    page.goto("/desk/dockets?view=confirming")
    page.get_by_role("link", name=number).click()
    seen(page, "docket of the second person", size)
    page.get_by_label("我已阅读全部案卷，同意上面的处理意见").check()
    page.get_by_role("button", name="确认处理决定").click()
    expect(page.get_by_role("status")).to_contain_text("处理决定已作出")
    seen(page, "ruled", size)
    assert objection_of(stage, number).state == "upheld"

    page = sit_down(phone, supervisor)
    page.goto(f"/desk/dockets/{number}")
    expect(page.get_by_text("作出处理决定")).to_be_visible()
    seen(page, "docket of a supervisor", size)
    assert STATEMENT not in page.content()
    page.goto("/desk/dockets?view=all")
    seen(page, "list of a supervisor", size)


def test_by_keyboard_alone(make_phone: MakePhone, live: LiveService, people: People) -> None:
    committee, first, second, _supervisor = people
    number = lodge(live.stage)
    assigned(live.stage, number, committee, first, second)
    page = sit_down(make_phone(**LARGE), first)
    page.goto(f"/desk/dockets/{number}")
    reach(page, "受理")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已受理")
    reach(page, "向异议人提问")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("问题")).to_be_focused()
    page.keyboard.type("签字单在哪里？")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已提问")
    assert acts_of(live.stage, number)[-2:] == ["accepted", "asked"]


def reach(page: Page, name: str) -> None:
    """Go on by Tab until the control of this name has the focus."""
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"never reached {name}")
