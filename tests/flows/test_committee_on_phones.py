"""A sitting of the committee: members vote from their phones, the hall's screen counts them, minutes are confirmed; then the
tally is certified. Without scripts too: nothing of it needs any."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.desk import Desk
from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.flows.test_notices_on_a_phone import DESKTOP, picture
from tests.live import LiveService, wait_until
from tests.phone import Phone, overflow
from voting_service.accounts.sessions import COOKIE
from voting_service.recorder.closing import seal_early

NAMES = ("王芳", "李伟", "张敏", "刘洋", "陈静")
SEEN = {"bypass_csp": True, "service_workers": "block", "reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def members(live: LiveService, example: str) -> list[Desk]:
    """Five members of the example's committee."""
    return [Desk(live.stage, name, "committee", slug=example) for name in NAMES]


def at_desk(phone: Phone, live: LiveService, desk: Desk) -> Phone:
    """Sign a member in on it."""
    phone.context.add_cookies([{"name": COOKIE, "value": desk.secret, "url": live.url}])
    return phone


def press(page: Page, name: str) -> None:
    """The button of this name."""
    page.get_by_role("button", name=name, exact=True).click()


def test_a_sitting(make_phone: MakePhone, live: LiveService, example: str, members: list[Desk]) -> None:
    phones = [at_desk(make_phone(**SEEN), live, desk) for desk in members[:4]]
    chair, *others = (phone.page for phone in phones)
    hall = at_desk(make_phone(**SEEN, **DESKTOP), live, members[0]).page
    base = f"/desk/campaigns/{example}/motions"
    chair.goto(f"/desk/campaigns/{example}")
    chair.get_by_role("link", name="评委会表决").tap()
    expect(chair.get_by_text("还没有表决。")).to_be_visible()
    look(chair, "no motion yet")
    chair.get_by_role("link", name="起草表决").first.tap()
    chair.get_by_label("事项", exact=True).fill("关于评选结果建议名单的表决")
    chair.get_by_label("表决什么").fill("是否同意评审组提出的建议名单？")
    look(chair, "drafting")
    assert overflow(chair) == []
    picture(chair, "motion-edit-phone")
    press(chair, "保存草稿")
    expect(chair.get_by_text("应到 5 人，至少要 4 人出席")).to_be_visible()
    look(chair, "draft")
    picture(chair, "motion-draft-phone")
    chair.get_by_label("我已核对表决内容、评委名单和规则").check()
    press(chair, "开启签到")
    expect(chair.get_by_text("未达到法定人数：应到 5 人，实到 0 人，至少要 4 人。")).to_be_visible()
    look(chair, "open")
    picture(chair, "motion-open-phone")

    hall.goto(f"{base}/1/hall")
    expect(hall.get_by_role("img", name="二维码")).to_be_visible()
    picture(hall, "hall-desktop")
    press(chair, "签到")
    expect(chair.get_by_text("您已签到。")).to_be_visible()
    for page in others:
        page.goto("/desk")
        page.get_by_role("link", name="正在签到：关于评选结果建议名单的表决").tap()
        press(page, "签到")
        expect(page.get_by_text("您已签到。")).to_be_visible()
    # The hall's screen follows by itself.
    expect(hall.locator(".hall__figures div", has_text="实到")).to_contain_text("4")
    chair.reload()
    chair.get_by_label("出席人数已经核对").check()
    press(chair, "开始表决")

    expect(chair.get_by_text("表决已经开始。")).to_be_visible()
    look(chair, "voting")
    picture(chair, "motion-voting-phone")
    for page, answer in zip((chair, *others), ("同意", "不同意", "同意", "同意"), strict=True):
        page.goto(f"{base}/1")
        page.get_by_label(answer, exact=True).check()
        page.get_by_label("我已想好，投出后不能更改").check()
        if page is not others[-1]:
            press(page, "投票")
            expect(page.get_by_text("您的票已经投出。")).to_be_visible()
            assert "同意 " not in page.inner_text("main")
    expect(hall.locator(".hall__figures div", has_text="已投")).to_contain_text("3")
    picture(hall, "hall-voting-desktop")
    press(others[-1], "投票")
    last = others[-1]
    expect(
        last.get_by_text("同意 3 票，不同意 1 票，弃权 0 票。同意票达到 3 票，表决通过。").first
    ).to_be_visible()
    look(last, "closed")
    assert overflow(last) == []
    picture(last, "motion-closed-phone")
    last.emulate_media(color_scheme="dark")
    picture(last, "motion-closed-phone-dark")
    expect(hall.get_by_text("表决通过")).to_be_visible()
    look(hall, "hall")
    picture(hall, "hall-closed-desktop")
    hall.emulate_media(color_scheme="dark")

    for place, page in enumerate((chair, *others)):
        page.goto("/desk")
        page.get_by_role("link", name="请确认表决纪要：M-0001").tap()
        page.get_by_label("我已看过纪要全文，以登录确认代替签字").check()
        if place == 1:
            page.get_by_label("说明").fill("我投了反对票，保留意见")
        press(page, "确认")
        expect(page.get_by_text("您已确认纪要。")).to_be_visible()
    expect(others[-1].get_by_text("已由 4 人确认，需要 4 人。")).to_be_visible()
    wide = at_desk(make_phone(**DESKTOP), live, members[4]).page
    wide.goto(f"{base}/1")
    picture(wide, "motion-desktop")
    wide.goto(base)
    picture(wide, "motions-desktop")
    for kind, first in (("pdf", b"%PDF"), ("docx", b"PK")):
        got = wide.request.get(f"{base}/1/minutes.{kind}")
        assert (got.status, got.body()[: len(first)]) == (200, first)


def test_the_tally_is_certified(
    make_phone: MakePhone, live: LiveService, example: str, members: list[Desk]
) -> None:
    stage = live.stage
    for choices in ([1, 3, 5], [1, 2, 3], [2, 3, 4]):
        assert stage.voter(example).vote(choices).status_code == 201
    wait_until(lambda: stage.service.box.state(example) is not None, "the box is there")
    seal_early(stage.service.recorder_stores, example, actor="test")
    phones = [at_desk(make_phone(**SEEN), live, desk) for desk in members[:4]]
    first, *others = (phone.page for phone in phones)
    base = f"/desk/campaigns/{example}/certification"

    def closed() -> bool:
        first.goto(base)
        return first.get_by_role("button", name="核对账目").count() == 1

    wait_until(closed, "the recorder has closed it")
    expect(first.get_by_role("heading", level=1)).to_have_text("认定计票结果")
    look(first, "before checking")
    press(first, "核对账目")
    expect(first.get_by_role("heading", level=1)).to_have_text("正在核对账目")
    expect(first.get_by_role("progressbar")).to_be_visible()
    look(first, "checking")
    picture(first, "certification-checking-phone")
    stage.service.books_checker().turn()
    # The page looks after it by itself.
    expect(first.get_by_text("账目核对无误")).to_be_visible(timeout=60_000)
    look(first, "checked")
    assert overflow(first) == []
    picture(first, "certification-checked-phone")
    first.get_by_label("我已核对票数").check()
    press(first, "提请认定并签认")
    expect(first.get_by_text("已提请认定，您的签认已经算在内。")).to_be_visible()
    look(first, "proposed")
    picture(first, "certification-proposed-phone")
    for page in others:
        page.goto("/desk")
        page.get_by_role("link", name=re.compile("计票结果请您签认")).tap()
        page.get_by_label("我已核对票数，以登录确认代替签字").check()
        press(page, "签认")
    expect(others[-1].get_by_text("计票结果已经认定，并写入透明日志。")).to_be_visible()
    look(others[-1], "certified")
    assert overflow(others[-1]) == []
    picture(others[-1], "certification-certified-phone")
    others[-1].goto(base)
    look(others[-1], "list")
    wide = at_desk(make_phone(**DESKTOP), live, members[4]).page
    wide.goto(f"{base}/1")
    picture(wide, "certification-desktop")

    def public() -> bool:
        wide.goto(f"/c/{example}/ranking")
        return wide.get_by_text(re.compile("计票结果已经评审委员会于.+认定。")).count() > 0

    wait_until(public, "the public pages say so")
    wide.goto(f"/c/{example}")
    expect(wide.get_by_text("投票已截止，计票结果已认定，评选结果以公示为准")).to_be_visible()


def test_without_scripts(make_phone: MakePhone, live: LiveService, example: str, members: list[Desk]) -> None:
    phones = [at_desk(make_phone(java_script_enabled=False), live, desk) for desk in members[:4]]
    chair, *others = (phone.page for phone in phones)
    base = f"/desk/campaigns/{example}/motions"
    chair.goto(f"{base}/new")
    chair.get_by_label("事项", exact=True).fill("第二次表决")
    chair.locator("[name=question]").fill("同意吗？")
    chair.get_by_label("事项代码").fill("final-list-2")
    press(chair, "保存草稿")
    url = chair.url.split("?")[0]
    chair.get_by_label("我已核对表决内容、评委名单和规则").check()
    press(chair, "开启签到")
    for page in (chair, *others):
        page.goto(url)
        press(page, "签到")
    chair.goto(url)
    chair.get_by_label("出席人数已经核对").check()
    press(chair, "开始表决")
    for page in (chair, *others):
        page.goto(url)
        page.get_by_label("弃权", exact=True).check()
        page.get_by_label("我已想好，投出后不能更改").check()
        press(page, "投票")
    expect(others[-1].get_by_text("全部票意见一致", exact=False)).to_be_visible()
    expect(others[-1].get_by_text("表决未通过").first).to_be_visible()
