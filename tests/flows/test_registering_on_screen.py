"""Entering a letter in a real browser: on a phone and on a large screen, by axe, by day and by night."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.desk import Desk
from tests.flows.conftest import MakePhone
from tests.flows.test_dockets_on_screen import SIZES, seen, sit_down
from tests.letters import NEW
from tests.live import LiveService
from tests.notices import BEIJING
from tests.objectors import NAME, PHONE, STATEMENT, notice_on, photo


@pytest.fixture(scope="module")
def desk(live: LiveService) -> Desk:
    """An operator of a campaign with a notice."""
    notice_on(live.stage)
    return Desk(live.stage, "经办人王", "operator", slug="test")


@SIZES
def test_a_letter_is_entered(
    make_phone: MakePhone, live: LiveService, desk: Desk, options: dict[str, object]
) -> None:
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce", **options)
    phone.expects("status of 422")
    size = "1280" if options else "390"
    page = sit_down(phone, desk)
    today = live.stage.service.clock.now().astimezone(BEIJING).date().isoformat()
    page.goto(f"{phone.home}/desk/dockets")
    page.get_by_role("link", name="登记来信来电来访").click()
    expect(page.get_by_label("寄出地邮戳日期")).to_be_hidden()
    seen(page, "register-empty", size)
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.locator("#problems")).to_be_focused()
    seen(page, "register-problems", size)
    page.get_by_role("radio", name="来信").check()
    page.get_by_label("寄出地邮戳日期").fill(today)
    page.get_by_label("收到的日期").fill(today)
    page.get_by_label("对谁有异议").select_option("2")
    page.get_by_label("材料不实").check()
    page.get_by_label("事实经过").fill(STATEMENT)
    page.get_by_label("匿名").check()
    expect(page.get_by_label("可以核查的线索")).to_be_visible()
    expect(page.get_by_label("姓名")).to_be_hidden()
    page.get_by_label("个人，实名").check()
    page.get_by_label("姓名").fill(NAME)
    page.get_by_role("textbox", name="电话").fill(PHONE)
    seen(page, "register-filled", size)
    page.get_by_role("button", name="下一步：核对").click()
    content, name = photo("信封.png")
    page.get_by_label("信件扫描件").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": content.read()}
    )
    page.get_by_label("我已核对").check()
    seen(page, "register-last-look", size)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("heading", name="已登记")).to_be_visible()
    expect(page.get_by_role("button", name="打印凭证")).to_be_visible()
    seen(page, "registered", size)
    page.emulate_media(media="print")
    expect(page.get_by_role("img", name="异议受理凭证")).to_be_visible()
    expect(page.locator(".ticket")).to_be_hidden()
    page.emulate_media(media="screen")
    page.goto(f"{phone.home}{NEW}")
