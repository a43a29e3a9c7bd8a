"""Embeds and media at the desk in a real browser: narrow and wide, by axe, by day and by night; a code is copied."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from tests.departures import leaves
from tests.desk import Desk
from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.flows.test_notices_on_a_phone import DESKTOP
from tests.live import LiveService
from tests.partners import partner, revoked
from tests.phone import overflow
from tests.stage import Stage, rules
from voting_service.accounts.sessions import COOKIE
from voting_service.campaigns.models import Campaign
from voting_service.clock import rfc3339
from voting_service.media.embeds.code import default_size

SEEN = {"bypass_csp": True, "service_workers": "block", "reduced_motion": "reduce"}


def looked(page: Page, state: str) -> None:
    """Nothing runs off the screen, and axe finds nothing."""
    assert (state, overflow(page)) == (state, [])
    look(page, state)


def final(stage: Stage, slug: str, *, certified: bool) -> None:
    """As closing, and the committee, leave a campaign."""
    now = stage.service.clock.now()
    counts = {"counts": {"1": 5, "2": 7, "3": 0}, "ballots": 12, "final": True, "as_of": rfc3339(now),
              "certified_at": rfc3339(now) if certified else None}  # fmt: skip
    with stage.service.database.write() as session:
        session.execute(
            update(Campaign).where(Campaign.slug == slug).values(
                phase="closed", closed_at=now, counts_json=json.dumps(counts), version=Campaign.version + 1
            )
        )  # fmt: skip


@pytest.mark.parametrize("wide", [240, 360, 600])
def test_embeds_in_every_state(make_phone: MakePhone, live: LiveService, example: str, wide: int) -> None:
    stage, now = live.stage, live.stage.service.clock.now()
    states = {f"{state}-{wide}": state for state in ("soon", "hidden", "counted", "certified")}
    for slug, state in states.items():
        if state == "soon":
            stage.draft(slug, with_rules=rules(opens_at=now + timedelta(days=1)))
            with stage.service.database.write() as session:
                session.execute(update(Campaign).where(Campaign.slug == slug).values(phase="scheduled"))
            continue
        stage.campaign(slug, 3 if state != "hidden" else 8, counts="hidden" if state == "hidden" else "live")
        if state != "hidden":
            final(stage, slug, certified=state == "certified")
    leaves(stage, 3, slug=f"hidden-{wide}")
    ours = partner(stage, Desk(stage, f"王敏{wide}", "operator"), slug=f"hidden-{wide}")
    revoked(stage, Desk(stage, f"李伟{wide}", "operator"), ours, slug=f"hidden-{wide}")
    page = make_phone(**SEEN, viewport={"width": wide, "height": 700}, is_mobile=False).page
    said = {
        "soon": "投票即将开始",
        "hidden": "投票进行中",
        "counted": "投票已截止",
        "certified": "计票结果已认定",
    }
    for slug, state in states.items():
        for number in (None, 2, 3):
            path = f"/c/{slug}/embed" if number is None else f"/c/{slug}/candidates/{number}/embed"
            page.goto(path)
            expect(page.get_by_text(said[state])).to_be_visible()
            looked(page, path)
            assert fits_default(page, number), path
    page.goto(f"/c/hidden-{wide}/embed?key={ours.key}")
    looked(page, "revoked")
    for path in (
        f"/c/{example}/embed",
        f"/c/{example}/candidates/3/embed?theme=dark",
        f"/c/{example}/embed?lang=en",
    ):
        page.goto(path)
        looked(page, path)
        assert fits_default(page, 3 if "candidates" in path else None), path


def fits_default(page: Page, number: int | None) -> bool:
    """Whether a plain frame shows all of it."""
    high: float = page.evaluate("document.getElementById('embed').getBoundingClientRect().height")
    return high <= default_size(number)[1]


@pytest.mark.parametrize("wide", [True, False], ids=["desk", "phone"])
def test_media_at_the_desk(make_phone: MakePhone, live: LiveService, example: str, wide: bool) -> None:
    desk = Desk(live.stage, "王敏" if wide else "李静", "operator")
    name = "工人报" if wide else "青年报"
    phone = make_phone(**SEEN, **(DESKTOP if wide else {}), permissions=["clipboard-read", "clipboard-write"])
    phone.context.add_cookies([{"name": COOKIE, "value": desk.secret, "url": live.url}])
    phone.expects(r"status of 422")
    page, at = phone.page, f"/desk/campaigns/{example}/media"
    page.goto(f"/desk/campaigns/{example}")
    page.get_by_role("link", name="媒体和嵌入").click()
    looked(page, "overview")
    page.get_by_role("link", name="添加合作媒体").click()
    page.get_by_label("媒体名称").fill(name)
    page.get_by_label("对方的网站").fill("news.example")
    page.get_by_role("button", name="添加").click()
    looked(page, "refused")
    page.get_by_label("对方的网站").fill("https://www.news.example\nhttps://m.news.example")
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_text("已添加。")).to_be_visible()
    looked(page, "partner")
    page.get_by_role("link", name="取嵌入代码").click()
    page.get_by_label("嵌入什么").select_option("3")
    page.get_by_role("button", name="更新代码").click()
    page.get_by_role("button", name="复制").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert 'data-candidate="3" data-key="' in copied
    frames = page.locator("iframe")
    expect(frames).to_have_count(3)
    for nth in range(3):
        frames.nth(nth).scroll_into_view_if_needed()
        expect(page.frame_locator("iframe").nth(nth).locator("h1")).to_be_visible()
    looked(page, "codes")
    page.goto(at)
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="撤销授权").click()
    looked(page, "revoking")
    page.get_by_label("我确认撤销").check()
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销，对方")).to_be_visible()
    looked(page, "revoked")
