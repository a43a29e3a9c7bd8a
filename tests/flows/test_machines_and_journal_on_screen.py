"""Tokens whose maker has left, the journal, a wrong table of working days: in a real browser, on a phone and at a desk, by axe,
by day and by night, nothing too wide."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import update

from tests.desk import Desk
from tests.flows.conftest import MakePhone
from tests.flows.test_accounts_on_screen import seen
from tests.flows.test_desk_on_a_phone import SIZES
from tests.live import LiveService
from voting_service.accounts.api_tokens.models import ApiToken
from voting_service.accounts.register import end_official
from voting_service.accounts.sessions import COOKIE
from voting_service.workdays.override_file import TABLE_FILE


@SIZES
def test_tokens_journal_and_first_page_are_clean(
    make_phone: MakePhone, live: LiveService, options: dict
) -> None:
    stage, tag = live.stage, f"第{len(options)}组"
    slug = stage.draft(f"tokens-{len(options)}")
    admin, leaver = (
        Desk(stage, f"管理员{tag}", "admin"),
        Desk(stage, f"马上要走的王工{tag}", "operator", slug=slug),
    )
    other = Desk(stage, f"下一个走的人{tag}", "operator", slug=slug)
    for desk, name in ((leaver, f"市总官网，每小时读取计票结果{tag}"), (other, f"统计系统{tag}")):
        made = desk.post("/desk/api-tokens/new", name=name, campaign=slug, scopes="tally:read", days="30")
        assert made.status_code == 200
    with stage.service.database.write() as session:
        end_official(session, leaver.official.name, at=stage.service.clock.now(), actor=admin.official.name)
        session.execute(update(ApiToken).values(last_used_on=stage.service.clock.now().date()))
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce", **options)
    phone.expects(r"status of 422")
    phone.context.add_cookies([{"name": COOKIE, "value": admin.secret, "url": f"{live.url}/desk"}])
    page = phone.open("/desk/api-tokens")
    expect(page.get_by_text("已无此权限").first).to_be_visible()
    seen(page, "tokens")
    page.get_by_role("row").filter(has_text=f"市总官网，每小时读取计票结果{tag}").get_by_role(
        "link", name="接手"
    ).click()
    seen(page, "take over")
    page.goto(f"/desk/officials/{other.official.id}")
    seen(page, "official with a token")
    page.get_by_role("button", name="收回").click()
    expect(page.get_by_text("接口令牌随之停用")).to_be_visible()
    seen(page, "last look before taking")
    page.goto(f"/desk/officials/{other.official.id}/end")
    seen(page, "last look before ending")
    page.goto("/desk/account")
    page.goto("/desk/journal")
    seen(page, "journal")
    page.get_by_label("事项中的字").fill("接口")
    page.locator("#act").select_option("@machines")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_text("第 1 号接口令牌").first).to_be_visible()
    seen(page, "journal, filtered")
    table = stage.service.settings.data_dir / TABLE_FILE
    table.write_text('{"days": [{"date": "2026-02-30"}], "dayz": 1}', encoding="utf-8")
    page.goto("/desk")
    expect(page.get_by_text("现在算不出工作日")).to_be_visible()
    seen(page, "first page with a wrong table")
    table.unlink()
