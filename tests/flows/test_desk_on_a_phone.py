"""The desk's door in a real browser, on a phone and at a desk: by finger, by keyboard, by axe, by day and by night."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.flows.test_commands import run
from tests.live import LiveService
from tests.phone import overflow

LARGE = {
    "viewport": {"width": 1280, "height": 800},
    "is_mobile": False,
    "has_touch": False,
    "device_scale_factor": 1,
}
SIZES = pytest.mark.parametrize("options", [{}, LARGE], ids=["390x844", "1280x800"])
SECRET = "矿灯照着我们回家的路"
HOME = re.compile(r"/desk$")


def link(live: LiveService, name: str, *roles: str) -> str:
    """A fresh link for somebody new, as a command prints it."""
    wanted = [word for role in roles for word in ("--role", role)]
    done = run(live.stage, "official", "add", name, *wanted, "--by", "李主席")
    assert done.exit_code == 0, done.output
    return done.stdout.strip().removeprefix(live.url)


def set_passphrase(page: Page, first: str, again: str) -> None:
    """Fill in what an invitation asks for."""
    page.get_by_label("口令", exact=True).fill(first)
    page.get_by_label("再输入一遍口令").fill(again)
    page.get_by_role("button", name="设定口令并登录").click()


@SIZES
def test_every_page_of_the_door_is_clean(make_phone: MakePhone, live: LiveService, options: dict) -> None:
    name = f"欧阳敏（法律工作部劳动保护监督检查委员会第 {len(options)} 组）"
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce", **options)
    phone.expects(r"status of (404|422)")
    path = link(live, name, "admin", "operator", "committee", "handler")
    page = phone.open(path)
    look(page, "invitation")
    page.evaluate(
        "document.querySelectorAll('[minlength]').forEach((one) => one.removeAttribute('minlength'))"
    )
    set_passphrase(page, "短", "另一个")
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "refused passphrase")
    assert overflow(page) == []
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.get_by_label("口令", exact=True)).to_be_focused()
    set_passphrase(page, SECRET, SECRET)
    page.wait_for_url(HOME)
    expect(page.get_by_text("现在没有等您处理的事")).to_be_visible()
    expect(page.get_by_role("link", name="首页")).to_have_attribute("aria-current", "page")
    look(page, "home")
    assert overflow(page) == []
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("status")).to_have_text("已退出。")
    look(page, "signed out")
    assert overflow(page) == []
    page.go_back()
    expect(page.get_by_label("口令", exact=True)).to_be_visible()
    assert name not in page.locator("body").inner_text(), "nobody reads on after the official has left"
    page.get_by_label("姓名").fill(name)
    page.get_by_label("口令", exact=True).fill("不是这一句，是另外一句")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("姓名")).to_have_value(name)
    look(page, "wrong")
    assert overflow(page) == []
    phone.open(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("邀请链接无效")
    look(page, "no invitation")


def test_by_keyboard_alone_and_back_to_the_page_that_was_asked_for(
    make_phone: MakePhone, live: LiveService
) -> None:
    page = make_phone(**LARGE).open(link(live, "钱工", "handler"))
    page.get_by_label("口令", exact=True).focus()
    page.keyboard.type(SECRET)
    page.keyboard.press("Tab")
    page.keyboard.type(SECRET)
    page.keyboard.press("Enter")
    page.wait_for_url(HOME)
    page.context.clear_cookies(name="desk")
    page.goto("/desk?from=mail")
    expect(page.get_by_role("heading", level=1)).to_have_text("登录工作台")
    page.get_by_label("姓名").focus()
    page.keyboard.type("钱工")
    page.keyboard.press("Tab")
    page.keyboard.type(SECRET)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="登录")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk\?from=mail$"))
    page.get_by_role("button", name="退出").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk/sign-in\?out=1$"))


def test_the_door_opens_without_scripts(make_phone: MakePhone, live: LiveService) -> None:
    page = make_phone(java_script_enabled=False).open(link(live, "孙会计", "supervisor"))
    set_passphrase(page, SECRET, SECRET)
    page.wait_for_url(HOME)
    expect(page.get_by_text("纪检监督员")).to_be_visible()
