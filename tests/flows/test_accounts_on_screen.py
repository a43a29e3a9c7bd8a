"""Account and officials in a real browser, on a phone and at a desk: by axe, by day and by night, nothing too wide."""

from __future__ import annotations

import base64
import re

from playwright.sync_api import Page, expect
from sqlalchemy import update

from tests.desk import Desk
from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.flows.test_desk_on_a_phone import HOME, SECRET, SIZES, link, set_passphrase
from tests.flows.test_own_account import KEY
from tests.live import LiveService
from tests.phone import overflow
from tests.second_steps import App
from voting_service.accounts.models import Official


def seen(page: Page, state: str) -> None:
    """Clean in both schemes, and no wider than the screen."""
    look(page, state)
    assert overflow(page) == [], state


@SIZES
def test_accounts_and_officials_are_clean(make_phone: MakePhone, live: LiveService, options: dict) -> None:
    stage, tag = live.stage, f"第{len(options)}组"
    slug = stage.draft(f"own-{len(options)}")
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce", **options)
    phone.expects(r"status of 422")
    name = f"欧阳敏（法律工作部{tag}）"
    page = phone.open(link(live, name, "admin"))
    set_passphrase(page, SECRET, SECRET)
    page.wait_for_url(HOME)
    another_administrator(live, f"钱副总管{tag}")
    page.get_by_role("link", name=name).click()
    seen(page, "account")
    page.get_by_role("link", name="开启两步验证").click()
    seen(page, "second factor")
    page.get_by_label("口令").fill(SECRET)
    page.get_by_role("button", name="下一步：扫码").click()
    page.wait_for_url(re.compile("/prove$"))
    seen(page, "key")
    app = App(base64.b32decode(KEY.search(page.content())[1].replace(" ", "")))  # type: ignore[index]
    page.get_by_label("6 位数字").fill(app.code(stage.service.clock.now()))
    page.get_by_role("button", name="开启两步验证").click()
    expect(page.locator(".account-codes li")).to_have_count(10)
    seen(page, "recovery codes")
    page.get_by_role("link", name="已经保存好").click()
    page.goto("/desk/account/second-factor")
    seen(page, "second factor on")
    page.goto("/desk/officials/new")
    page.get_by_label("姓名").fill(f"新来的{tag}")
    page.locator("#role").select_option("operator")
    page.locator("#slug").select_option(slug)
    page.get_by_label("只管一个单位").fill("没有这个单位")
    page.get_by_role("button", name="添加并生成邀请链接").click()
    expect(page.get_by_role("alert")).to_be_focused()
    seen(page, "refused")
    page.get_by_label("只管一个单位").fill("单位1")
    page.get_by_role("button", name="添加并生成邀请链接").click()
    expect(page.get_by_role("button", name="复制链接")).to_be_visible()
    seen(page, "link")
    page.get_by_role("link", name="完成").click()
    page.locator("#role").select_option("admin")
    page.locator("#slug").select_option(slug)
    page.get_by_role("button", name="给予角色").click()
    expect(page.get_by_role("status")).to_have_text("已经提出，等另一位管理员确认。")
    seen(page, "official")
    page.get_by_role("link", name="停用").click()
    seen(page, "last look")
    page.goto("/desk/officials")
    seen(page, "officials")
    page.get_by_text("等另一位管理员").first.click()
    seen(page, "proposal")
    page.context.clear_cookies(name="desk")
    page.goto("/desk/sign-in")
    page.get_by_label("姓名").fill(name)
    page.get_by_label("口令", exact=True).fill(SECRET)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("验证码").fill("000")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_be_focused()
    seen(page, "wrong code")


def another_administrator(live: LiveService, name: str) -> None:
    """Who has taken up their invitation, so that there is somebody to confirm."""
    number = Desk(live.stage, name, "admin").official.id
    with live.stage.service.database.write() as session:
        session.execute(
            update(Official).where(Official.id == number).values(passphrase_hash="scrypt$10$8$1$AAAA$AAAA")
        )
