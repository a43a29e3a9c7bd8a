"""A telephone inside WeChat, in a real browser: from the scanned code through the platform to the receipt."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flows.test_accessibility import look
from tests.flows.test_wechat_login import SAFARI
from tests.live import LiveService, import_example, live_stage, wait_until
from tests.oracle import check_books
from tests.phone import Phone, choice, overflow
from tests.wechat_platform import FakePlatform
from voting_service.ledger import LedgerEntry
from voting_service.redis_server.embedded import EmbeddedRedis

MakeWeChat = Callable[..., Phone]
PLATFORM_ASKED = r"foreign request: http://127\.0\.0\.1:\d+/(connect|open|_fake)/"


@pytest.fixture(scope="module")
def one_platform() -> Iterator[FakePlatform]:
    with FakePlatform.start() as platform:
        yield platform


@pytest.fixture(scope="module")
def inside(
    own_redis: EmbeddedRedis, one_platform: FakePlatform, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveService]:
    """A live service with an account, and the example campaign open."""
    stage = live_stage(tmp_path_factory.mktemp("inside") / "data", own_redis.url, **one_platform.settings)
    one_platform.serve(stage.service.settings.base_url)
    stage.open(import_example(stage))
    with LiveService(stage) as service:
        yield service
    stage.strike()


@pytest.fixture
def platform(one_platform: FakePlatform, inside: LiveService) -> FakePlatform:
    """The platform with no fault on. It is not reset: the service's ticket would be worth nothing then."""
    if not one_platform.running:
        one_platform.restart()
        one_platform.serve(inside.url)
        wait_until(lambda: "wechat_unreachable" not in ready(inside), "its return is noticed")
    for fault in ("snapshot", "double_callback"):
        one_platform.switch(fault, None)
    return one_platform


@pytest.fixture
def wechat(browser: Browser, inside: LiveService, platform: FakePlatform) -> Iterator[MakeWeChat]:
    """Phones whose WeChat is logged in as somebody."""
    phones: list[Phone] = []

    def make(user: str = "", **options: Any) -> Phone:
        phone = Phone(browser, inside.url, **options)
        if user:
            phone.context.add_cookies([{"name": "fake_wechat_user", "value": user, "url": platform.url}])
        phone.expects(PLATFORM_ASKED)
        phones.append(phone)
        return phone

    yield make
    wrong = [line for phone in phones for line in phone.wrong]
    for phone in phones:
        phone.context.close()
    assert wrong == []


def ready(live: LiveService) -> str:
    """What the service says of its parts."""
    with urllib.request.urlopen(f"{live.url}/readyz") as answer:
        return str(answer.read().decode())


SLUG = "zui-mei-chan-ye-gong-ren"


def vote(page: Page, *numbers: int) -> None:
    for number in numbers:
        choice(page, number).tap()
    page.get_by_role("button", name="投出选票").tap()


def shared(page: Page, with_whom: str = "friend") -> dict[str, str]:
    """The card that WeChat's menu would pass on."""
    # Asked again and again from here: the page's policy lets no script wait for it there.
    ready = "Boolean(window.__wx && window.__wx.share.friend && window.__wx.share.timeline)"
    wait_until(lambda: bool(page.evaluate(ready)), "the page has set its card")
    card: dict[str, str] = page.evaluate(f"window.__wx.share.{with_whom}")
    return card


def test_authorise_vote_and_receipt(wechat: MakeWeChat, inside: LiveService) -> None:
    phone = wechat("ada")
    page = phone.open(f"/c/{SLUG}")
    # Sent to the platform and back without a tap.
    assert urlsplit(page.url).path == f"/c/{SLUG}"
    (cookie,) = [one for one in phone.context.cookies(inside.url) if one["name"] == "voter"]
    assert cookie["value"].startswith("wechat.")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    vote(page, 3, 7)
    page.wait_for_url("**/r/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("选票已投出")
    check_books(inside.stage, SLUG)
    other = wechat("ada")
    other.expects("status of 409")
    again = other.open(f"/c/{SLUG}")
    vote(again, 1)
    expect(again.locator("#said")).to_contain_text("您今天的 1 次投票已投出")


def test_a_ballot_by_wechat_is_shown_as_such_in_the_log(wechat: MakeWeChat, inside: LiveService) -> None:
    page = wechat("bea").open(f"/c/{SLUG}")
    vote(page, 2)
    page.wait_for_url("**/r/*")
    expect(page.locator("[aria-current=step]")).to_contain_text("已公开")
    with inside.stage.service.database.read() as session:
        assert set(session.query(LedgerEntry.channel).all()) == {("wechat",)}


def test_without_scripts_too(wechat: MakeWeChat) -> None:
    phone = wechat("cleo", java_script_enabled=False)
    page = phone.open(f"/c/{SLUG}")
    page.locator("label[for], .card label").first.wait_for()
    page.locator("input[name=choices][value='4']").check(force=True)
    page.get_by_role("button", name="投出选票").tap()
    page.wait_for_url("**/r/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text("选票已投出")


def test_the_card_has_a_neutral_title_and_the_voter_s_signed_link(
    wechat: MakeWeChat, inside: LiveService
) -> None:
    first, second = wechat("dora"), wechat("emil")
    page = first.open(f"/c/{SLUG}")
    card = shared(page)
    assert card["title"] == "云川市“匠心筑梦·奋斗有我”最美产业工人评选｜候选人展示与投票"
    link = urlsplit(card["link"])
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"{inside.url}/c/{SLUG}"
    assert list(parse_qs(link.query)) == ["s"]
    assert card["imgUrl"].startswith(inside.url)
    assert shared(page, "timeline")["link"] == card["link"]
    assert page.evaluate("window.__wx.state") == "ok"
    # Whoever comes by it has a link of their own, which names it as its parent.
    other = second.open(link.path + "?" + link.query)
    theirs = parse_qs(urlsplit(shared(other)["link"]).query)["s"][0]
    assert theirs.split(".")[1] == parse_qs(link.query)["s"][0].split(".")[0]
    person = first.open(f"/c/{SLUG}/candidates/3")
    title = shared(person)["title"]
    assert title.startswith("3 号 ")
    assert "投" not in title.split("｜")[0]


def test_nobody_who_is_no_voter_by_wechat_loads_the_platform_s_script(
    browser: Browser, inside: LiveService
) -> None:
    phone = Phone(browser, inside.url, user_agent="Mozilla/5.0 (X11; Linux x86_64) Chrome/140 Safari/537.36")
    page = phone.open(f"/c/{SLUG}")
    expect(page.get_by_role("button", name="投出选票")).to_be_visible()
    assert page.locator("script[data-sdk]").count() == 0
    phone.put_away()


def test_a_snapshot_shows_the_way_out(wechat: MakeWeChat, platform: FakePlatform) -> None:
    platform.switch("snapshot", True)
    phone = wechat("faye", bypass_csp=True, service_workers="block", reduced_motion="reduce")
    phone.expects(r"status of 403")
    page = phone.open(f"/c/{SLUG}")
    expect(page.get_by_role("heading", level=1)).to_have_text("当前是快照页，不能投票")
    expect(page.get_by_text("使用完整服务")).to_be_visible()
    look(page, "snapshot")
    page.get_by_role("link", name="先看看候选人").tap()
    page.wait_for_url(f"**/c/{SLUG}*")
    expect(page.get_by_role("heading", name="还没有登录")).to_be_visible()
    expect(page.get_by_role("button", name="投出选票")).to_have_count(0)
    look(page, "reading on")
    platform.switch("snapshot", None)
    page.get_by_role("link", name="登录", exact=True).tap()
    page.wait_for_url(f"**/c/{SLUG}*")
    expect(page.get_by_role("button", name="投出选票")).to_be_visible()


def test_a_callback_that_comes_twice_ends_on_the_page(wechat: MakeWeChat, platform: FakePlatform) -> None:
    platform.switch("double_callback", True, times=1)
    phone = wechat("gil")
    phone.expects(r"frame-ancestors|Refused to frame|X-Frame-Options|policy: |favicon")
    page = phone.open(f"/c/{SLUG}")
    page.wait_for_url(f"**/c/{SLUG}*")
    expect(page.get_by_role("button", name="投出选票")).to_be_visible()


def test_the_platform_gone(wechat: MakeWeChat, platform: FakePlatform, inside: LiveService) -> None:
    logged_in = wechat("hana")
    logged_in.expects("ERR_CONNECTION_(REFUSED|RESET)")
    known = logged_in.open(f"/c/{SLUG}")
    platform.kill()
    vote(known, 5)
    known.wait_for_url("**/r/*")
    expect(known.get_by_role("heading", level=1)).to_have_text("选票已投出")
    # As long as its last answer counts, nobody asks it again.
    wait_until(lambda: "wechat_unreachable" in ready(inside), "its silence is noticed")
    phone = wechat("ivo", bypass_csp=True, service_workers="block", reduced_motion="reduce")
    phone.expects(r"status of 503")
    page = phone.open(f"/c/{SLUG}")
    expect(page.get_by_role("heading", level=1)).to_have_text("微信登录暂时不能使用")
    look(page, "platform gone")
    page.get_by_role("link", name="先看看候选人").tap()
    expect(page.locator(".card")).to_have_count(20)


def test_outside_wechat_with_a_code_as_the_other_way(wechat: MakeWeChat, inside: LiveService) -> None:
    inside.stage.campaign("both-ways", identities=("wechat", "code"))
    for viewport in ({"width": 390, "height": 844}, {"width": 320, "height": 600}):
        phone = wechat(bypass_csp=True, service_workers="block", reduced_motion="reduce",
                       user_agent=SAFARI, viewport=viewport)  # fmt: skip
        for path in ("/c/both-ways", "/c/both-ways/candidates/1"):
            page = phone.open(path)
            look(page, path)
            assert overflow(page) == []
            page.locator("#bar").get_by_role("link", name="输入投票码").tap()
            page.wait_for_url("**/c/both-ways/code")


def test_asked_in_the_chat_voted_on_the_page(
    wechat: MakeWeChat, platform: FakePlatform, inside: LiveService
) -> None:
    seen = platform.push("jon", "投 12")["reply"]
    (article,) = seen["articles"]
    assert article["url"] == f"{inside.url}/c/{SLUG}/candidates/12?entry=menu"
    phone = wechat("jon")
    page = phone.open(article["url"])
    expect(page.locator(".person__no")).to_contain_text("12 号")
    page.get_by_role("button", name="选择").tap()
    page.get_by_role("link", name="去投票").tap()
    page.get_by_role("button", name="投出选票").tap()
    page.wait_for_url("**/r/*")
    code = page.locator("#code").inner_text()
    assert f"/r/{code}" in str(platform.push("jon", f"查验 {code}")["reply"]["text"])
