"""Notices in Chromium: read on a phone with and without scripts, printed as an official page, written at a desk."""

from __future__ import annotations

import os
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from tests.desk import Desk
from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.live import EXAMPLE, LiveService, wait_until
from tests.notices import published
from tests.phone import Phone, overflow
from voting_service.accounts.sessions import COOKIE

A4_POINTS = (595, 842)
DESKTOP = {
    "viewport": {"width": 1280, "height": 900},
    "is_mobile": False,
    "has_touch": False,
    "device_scale_factor": 1,
}
SHOTS = os.environ.get("SHOTS")
"""A directory for pictures of these pages, for whoever wants to look at them."""


@pytest.fixture(scope="module")
def notice(live: LiveService, example: str) -> str:
    """A published notice on the example's candidates. Gives its path."""
    desk = Desk(live.stage, "王敏", "operator")
    found = published(live.stage, desk.official, (3, 7, 1, 12), slug=example, reserve=(5,))
    return f"/c/{example}/notices/{found.number}"


def picture(page: Page, name: str) -> None:
    """Keep a picture, where somebody asked for them."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def at_desk(phone: Phone, live: LiveService, name: str) -> Phone:
    """Sign an operator in on it."""
    secret = Desk(live.stage, name, "operator").secret
    phone.context.add_cookies([{"name": COOKIE, "value": secret, "url": live.url}])
    return phone


def test_read_on_a_phone(make_phone: MakePhone, live: LiveService, notice: str) -> None:
    phone = make_phone()
    page = phone.open(notice)
    expect(page.get_by_role("heading", level=1)).to_contain_text("拟定人选的公示")
    expect(page.get_by_role("link", name="提出异议")).to_be_visible()
    assert overflow(page) == []
    picture(page, "notice-phone")
    page.emulate_media(color_scheme="dark")
    picture(page, "notice-phone-dark")
    # The recorder signs what the desk has entered.
    wait_until(
        lambda: page.reload() is not None and page.get_by_text("已写入透明日志").count() > 0, "entered"
    )
    page.get_by_role("link", name="公示公告").first.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("公示公告")
    assert overflow(page) == []
    picture(page, "notices-phone")
    page = phone.open(f"/c/{EXAMPLE}")
    page.get_by_role("link", name="拟定人选的公示").first.tap()
    page.wait_for_url(f"**{notice}")


def test_without_scripts_and_in_a_frame(make_phone: MakePhone, live: LiveService, notice: str) -> None:
    phone = make_phone(java_script_enabled=False)
    page = phone.open(notice)
    expect(page.get_by_text("石望川").or_(page.get_by_text("公示名单")).first).to_be_visible()
    expect(page.get_by_role("link", name="提出异议")).to_be_visible()
    page = phone.open(notice + "/embed")
    expect(page.get_by_text("公示名单")).to_be_visible()
    picture(page, "embed-phone")


def test_nothing_stands_in_a_readers_way(make_phone: MakePhone, live: LiveService, notice: str) -> None:
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce")
    phone.expects(r"status of 404")
    for path in (notice, f"/c/{EXAMPLE}/notices", notice + "/embed", f"/c/{EXAMPLE}/notices/99"):
        look(phone.open(path), path)


def test_printed_it_is_an_official_page(make_phone: MakePhone, live: LiveService, notice: str) -> None:
    page = make_phone(**DESKTOP).open(notice)
    picture(page, "notice-desktop")
    printed = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    width, height = printed[0].get_size()
    assert (round(width), round(height)) == A4_POINTS
    said = "".join(sheet.get_textpage().get_text_bounded() for sheet in printed)
    for words in ("拟定人选的公示", "公示名单", "受理部门", "公告的 SHA-256："):
        assert words in said
    for words in ("提出异议", "异议办理情况", "主办单位："):
        assert words not in said
    if SHOTS:
        for place, sheet in enumerate(printed):
            sheet.render(scale=1.2).to_pil().save(f"{SHOTS}/print-{place + 1}.png")


@pytest.mark.parametrize("options", [{}, DESKTOP], ids=["phone", "desktop"])
def test_from_draft_to_notice_at_a_desk(
    make_phone: MakePhone, live: LiveService, example: str, options: dict[str, object]
) -> None:
    where = "desktop" if options else "phone"
    more = {"bypass_csp": True, "service_workers": "block", "reduced_motion": "reduce"}
    phone = at_desk(make_phone(**more, **options), live, f"李红 {where}")
    phone.expects(r"status of 422")
    page = phone.open("/desk/notices")
    picture(page, f"desk-list-{where}")
    look(page, "list")
    page.get_by_role("link", name="起草公告").first.click()
    picture(page, f"desk-new-{where}")
    look(page, "new")
    page.get_by_text("下面填写的编号，按填写的先后").click()
    page.locator("#people").fill("2、4")
    page.get_by_role("button", name="生成草稿").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("修改草稿")
    picture(page, f"desk-edit-{where}")
    look(page, "edit")
    page.get_by_label("标题").fill("")
    page.get_by_label("标题").evaluate("(field) => field.removeAttribute('required')")
    page.get_by_role("button", name="保存并预览").click()
    expect(page.locator("#problems")).to_be_focused()
    look(page, "edit, refused")
    page.get_by_label("标题").fill("关于拟定人选的公示")
    page.get_by_role("button", name="保存并预览").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("预览公告")
    assert overflow(page) == []
    picture(page, f"desk-preview-{where}")
    look(page, "preview")
    page.get_by_label("我已核对名单、日期和受理部门").check()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_text("公告已经发布。")).to_be_visible()
    picture(page, f"desk-notice-{where}")
    look(page, "published")
    page.get_by_role("link", name="延长公示期").click()
    page.get_by_label("延长几个工作日").fill("2")
    page.get_by_label("理由").fill("网站检修")
    picture(page, f"desk-extend-{where}")
    look(page, "extend")
    page.get_by_role("button", name="下一步：核对日期").click()
    look(page, "extend, to confirm")
    page.get_by_label("我已核对上面的内容").check()
    page.get_by_role("button", name="延长", exact=True).click()
    expect(page.get_by_text("公示期已经延长。")).to_be_visible()
