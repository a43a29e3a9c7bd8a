"""A voter with a telephone: from the printed code to the published ballot, with JavaScript and without, on networks
that fail, by keyboard, and on the narrowest screens."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.flows.conftest import MakePhone
from tests.live import LiveService, wait_until
from tests.oracle import check_books
from tests.phone import Phone, choice, numbers_in_order, overflow
from voting_service.redis_server.embedded import EmbeddedRedis

TITLE = "云川市“匠心筑梦·奋斗有我”最美产业工人评选"
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}")
RECEIPT = re.compile(r"/r/[0-9A-Z-]{19}")


def tomorrow(live: LiveService) -> str:
    """When the next ballot is due, as pages write it."""
    day = datetime.now(live.stage.service.settings.zone) + timedelta(days=1)
    return f"{day.month}月{day.day}日 00:00"


def ballots(live: LiveService, slug: str) -> int:
    """How many ballots the box has ever taken."""
    state = live.stage.service.box.state(slug)
    assert state is not None
    return state.seq


@contextmanager
def one_ballot_more(live: LiveService, slug: str, ballots_more: int = 1) -> Iterator[None]:
    """A scene that casts exactly one ballot; box, ledger and log agree after it."""
    before = ballots(live, slug)
    yield
    assert ballots(live, slug) == before + ballots_more
    check_books(live.stage, slug)


def choose(page: Page, *numbers: int) -> None:
    """Tap the candidates' buttons, as a thumb does."""
    for number in numbers:
        choice(page, number).tap()
        expect(choice(page, number)).to_be_checked()


def cast(page: Page) -> None:
    """Tap the one button that casts."""
    page.get_by_role("button", name="投出选票").tap()


def chosen(page: Page) -> set[int]:
    """Every number that would be cast now."""
    boxes = page.locator("input[name=choices]:checked").all()
    return {int(box.get_attribute("value") or 0) for box in boxes}


def shown(page: Page) -> list[int]:
    """The candidates in sight of a search."""
    return [int(card.get_attribute("data-number") or 0) for card in page.locator(".card:visible").all()]


def receipt_code(page: Page) -> str:
    """The tracking code of the receipt that is open."""
    page.wait_for_url(RECEIPT)
    code = page.locator("#code").inner_text()
    assert CODE.fullmatch(code)
    return code


def chosen_on_receipt(page: Page) -> list[str]:
    return page.locator(".chosen small").all_inner_texts()


def scanned(phone: Phone, path: str) -> str:
    """The address in a QR code, as a camera reads it."""
    picture = phone.context.request.get(path)
    assert picture.headers["content-type"] == "image/png"
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.body())))
    return found.text


# The whole way


def test_scan_choose_cast_follow_and_come_back(phone: Phone, live: LiveService, example: str) -> None:
    address = scanned(phone, f"/c/{example}/qr.png")
    assert address == f"{live.url}/c/{example}"
    page = phone.open(address)
    expect(page).to_have_title(TITLE)
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.get_by_text("投票进行中")).to_be_visible()
    expect(page.get_by_text("每人每天可投 1 次，每次选 1–3 人，全天开放。")).to_be_visible()
    expect(page.locator(".count__left")).to_contain_text("距截止 4 天 ")
    choose(page, 3, 7)
    expect(page.get_by_text("已选 2/3 人")).to_be_visible()
    live.stop_recorder()
    try:
        with one_ballot_more(live, example):
            cast(page)
            code = receipt_code(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("选票已投出")
        assert chosen_on_receipt(page) == ["3 号 · 云川白音坡风电场", "7 号 · 云川青石梁选煤厂"]
        expect(page.locator("[aria-current=step]")).to_contain_text("已投出")
        expect(page.get_by_text(f"您已投票，{tomorrow(live)} 起可再投。")).to_be_visible()
    finally:
        live.start_recorder()
    # Nobody reloads: the page follows its ballot.
    expect(page.locator("[aria-current=step]")).to_contain_text("已公开")
    expect(page.locator("#said")).to_have_text("选票已公开")
    expect(page.locator("#standing")).to_have_text("已计入")
    page.get_by_text("技术凭据").tap()
    expect(page.get_by_text("包含证明", exact=True)).to_be_visible()
    check_books(live.stage, example)

    page.get_by_role("link", name="返回活动").tap()
    expect(page.get_by_text(f"您已投票，{tomorrow(live)} 起可再投。")).to_be_visible()
    expect(page.get_by_role("link", name="查看回执")).to_have_attribute("href", f"/r/{code}")
    phone.expects(r"status of 409")
    page.get_by_role("button", name="仍要投票").tap()
    choose(page, 1)
    with one_ballot_more(live, example, 0):
        cast(page)
        expect(page.locator("#said")).to_have_text(
            f"您今天的 1 次投票已投出。{tomorrow(live)} 起可再次投票。"
        )


def test_the_whole_way_without_javascript(make_phone: MakePhone, live: LiveService, example: str) -> None:
    phone = make_phone(java_script_enabled=False)
    page = phone.open(scanned(phone, f"/c/{example}/qr.png"))
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.locator(".count__left")).to_be_hidden()
    choose(page, 3, 7)
    with one_ballot_more(live, example):
        cast(page)
        code = receipt_code(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("选票已投出")
    assert chosen_on_receipt(page) == ["3 号 · 云川白音坡风电场", "7 号 · 云川青石梁选煤厂"]
    expect(page.get_by_text(f"{tomorrow(live)} 起可再投。")).to_be_visible()
    wait_until(
        lambda: "已公开" in (page.reload() and page.locator("[aria-current=step]").inner_text()), "published"
    )
    page.get_by_text("技术凭据").tap()
    expect(page.get_by_text("包含证明", exact=True)).to_be_visible()

    page.get_by_role("link", name="返回活动").tap()
    phone.expects(r"status of 409", r"status of 404")
    choose(page, 1)
    with one_ballot_more(live, example, 0):
        cast(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("您已投票")
    expect(page.locator(".msg__when")).to_have_text(f"下次可投{tomorrow(live)}")
    page.get_by_role("link", name="查验选票").tap()
    # As people copy it: small letters, no dashes, the letter O for nought.
    page.get_by_label("查验码").fill(code.lower().replace("-", "").replace("0", "o"))
    page.get_by_role("button", name="查验").tap()
    assert receipt_code(page) == code
    page.goto(f"/c/{example}/verify")
    page.get_by_label("查验码").fill("AAAA-AAAA-AAAA-AAAA")
    page.get_by_role("button", name="查验").tap()
    expect(page.get_by_role("alert")).to_contain_text("没有查到这个查验码")
    expect(page.get_by_label("查验码")).to_have_value("AAAA-AAAA-AAAA-AAAA")


def test_a_receipt_is_copied_and_looked_up(make_phone: MakePhone, example: str) -> None:
    phone = make_phone(permissions=["clipboard-read", "clipboard-write"])
    page = phone.open(f"/c/{example}")
    choose(page, 2)
    cast(page)
    code = receipt_code(page)
    page.get_by_role("button", name="复制查验码").tap()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == code
    other = make_phone()
    other.expects(r"status of 404")
    page = other.open(f"/c/{example}/verify")
    page.get_by_label("查验码").fill("not a code")
    page.get_by_role("button", name="查验").tap()
    expect(page.get_by_role("alert")).to_contain_text("没有查到这个查验码")
    page.get_by_label("查验码").fill(f" {code.replace('-', ' ')} ")
    page.get_by_role("button", name="查验").tap()
    assert receipt_code(page) == code
    expect(page.get_by_role("heading", level=1)).to_have_text("投票回执")
    expect(page.locator("#again")).to_be_hidden()


def test_every_candidates_code_opens_their_page(phone: Phone, live: LiveService, example: str) -> None:
    address = scanned(phone, f"/c/{example}/candidates/12/qr.png")
    assert address == f"{live.url}/c/{example}/candidates/12"
    page = phone.open(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("燕北归")


# Choosing


def test_the_order_is_each_voters_own_and_stays(make_phone: MakePhone, example: str) -> None:
    orders = []
    for _ in range(3):
        page = make_phone().open(f"/c/{example}")
        orders.append(numbers_in_order(page))
        page.reload()
        assert numbers_in_order(page) == orders[-1]
        page.goto("/")
        page.goto(f"/c/{example}")
        assert numbers_in_order(page) == orders[-1]
    assert [sorted(order) for order in orders] == [list(range(1, 21))] * 3
    # Three shuffles of twenty that agree would be a miracle.
    assert len({tuple(order) for order in orders}) > 1


def test_no_more_than_the_rules_allow(phone: Phone, live: LiveService, example: str) -> None:
    page = phone.open(f"/c/{example}")
    with one_ballot_more(live, example, 0):
        cast(page)
        expect(page.get_by_role("alert")).to_have_text("还差 1 人，请选满 1 人再投。")
        choose(page, 1, 2, 3)
        choice(page, 4).tap()
        expect(page.get_by_role("alert")).to_have_text("最多选 3 人，请先取消一位再选。")
        assert chosen(page) == {1, 2, 3}
        page.get_by_role("button", name="取消选择 萨仁其木格").tap()
        choose(page, 4)
        assert chosen(page) == {1, 3, 4}


def test_too_many_without_javascript_keeps_the_chosen(
    make_phone: MakePhone, live: LiveService, example: str
) -> None:
    phone = make_phone(java_script_enabled=False)
    phone.expects(r"status of 422")
    page = phone.open(f"/c/{example}")
    choose(page, 1, 2, 3, 4)
    with one_ballot_more(live, example, 0):
        cast(page)
        expect(page.get_by_role("alert")).to_contain_text("每张选票最多选择 3 名候选人。")
    assert chosen(page) == {1, 2, 3, 4}
    choice(page, 4).tap()
    with one_ballot_more(live, example):
        cast(page)
        receipt_code(page)
    assert [line.split(" ")[0] for line in chosen_on_receipt(page)] == ["1", "2", "3"]


def test_searching_keeps_the_chosen(phone: Phone, example: str) -> None:
    page = phone.open(f"/c/{example}")
    choose(page, 9)
    field = page.get_by_role("searchbox")
    expect(page.get_by_role("button", name="查找")).to_be_hidden()
    field.fill("石望川")
    expect(page.locator("#none")).to_have_text("找到 1 位候选人")
    assert shown(page) == [1]
    choose(page, 1)
    field.fill("7")
    expect(page.locator(".card:visible .card__name")).to_have_text([re.compile("^梁思")])
    assert shown(page) == [7]
    field.fill("云川 风电场")
    expect(page.locator(".card:visible .card__name")).to_have_text(["巴图苏和"])
    assert shown(page) == [3]
    field.fill("没有这个人")
    expect(page.get_by_text("没有找到符合的候选人")).to_be_visible()
    field.fill("")
    expect(page.locator(".card:visible")).to_have_count(20)
    page.get_by_role("radio", name="羊绒").tap()
    expect(page.locator(".card:visible")).to_have_count(4)
    assert all(
        card.get_attribute("data-category") == "cashmere" for card in page.locator(".card:visible").all()
    )
    assert chosen(page) == {1, 9}
    expect(page.get_by_text("已选 2/3 人")).to_be_visible()
    page.get_by_role("radio", name="全部").tap()
    expect(page.locator(".card:visible")).to_have_count(20)


def test_searching_without_javascript_keeps_the_chosen(
    make_phone: MakePhone, live: LiveService, example: str
) -> None:
    page = make_phone(java_script_enabled=False).open(f"/c/{example}")
    choose(page, 9)
    for words, found in (("石望川", [1]), ("7", [7]), ("云川 风电场", [3])):
        page.get_by_role("searchbox").fill(words)
        with page.expect_navigation():
            page.get_by_role("button", name="查找").tap()
        assert shown(page) == found
        assert 9 in chosen(page)
        expect(page.get_by_role("searchbox")).to_have_value(words)
    choose(page, 3)
    page.get_by_role("searchbox").fill("")
    page.get_by_role("radio", name="羊绒").check()
    page.get_by_role("button", name="查找").tap()
    expect(page.locator(".card")).to_have_count(4)
    assert chosen(page) == {3, 9}
    with one_ballot_more(live, example):
        cast(page)
        receipt_code(page)
    assert [line.split(" ")[0] for line in chosen_on_receipt(page)] == ["3", "9"]


def test_choosing_on_a_candidates_page(phone: Phone, example: str) -> None:
    page = phone.open(f"/c/{example}")
    choose(page, 2)
    page.locator(".card[data-number='5'] a").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("江晚舟")
    pick = page.get_by_role("button", name="选择")
    expect(pick).to_have_attribute("aria-pressed", "false")
    pick.tap()
    expect(page.get_by_role("button", name="已选")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("link", name="去投票")).to_contain_text("2/3")
    page.go_back()
    expect(choice(page, 5)).to_be_checked()
    assert chosen(page) == {2, 5}
    page.goto(f"/c/{example}/candidates/5")
    page.get_by_role("button", name="已选").tap()
    page.get_by_role("link", name="去投票").tap()
    expect(page.get_by_text("已选 1/3 人")).to_be_visible()
    assert chosen(page) == {2}


def test_choosing_on_a_candidates_page_without_javascript(make_phone: MakePhone, example: str) -> None:
    page = make_phone(java_script_enabled=False).open(f"/c/{example}/candidates/5")
    page.get_by_role("button", name="选择").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    assert chosen(page) == {5}
    assert len(shown(page)) == 20


# When things go wrong


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
def test_a_double_tap_is_one_ballot(
    make_phone: MakePhone, live: LiveService, example: str, *, javascript: bool
) -> None:
    page = make_phone(java_script_enabled=javascript).open(f"/c/{example}")
    choose(page, 6)
    with one_ballot_more(live, example):
        page.evaluate("() => { const cast = document.getElementById('cast'); cast.click(); cast.click(); }")
        receipt_code(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("选票已投出")


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_a_network_that_fails_once_costs_nothing(
    make_phone: MakePhone, live: LiveService, example: str, lost: str
) -> None:
    # A service worker's own requests cannot be held up by a test.
    phone = make_phone(service_workers="block")
    phone.expects("net::ERR_INTERNET_DISCONNECTED")
    page = phone.open(f"/c/{example}")
    tries: list[str] = []

    def fail_once(route: Route) -> None:
        tries.append(route.request.post_data or "")
        if len(tries) > 1:
            route.continue_()
            return
        if lost == "answer":
            assert route.fetch().status == 201
        route.abort("internetdisconnected")

    page.route("**/ballots", fail_once)
    choose(page, 8, 11)
    with one_ballot_more(live, example):
        cast(page)
        expect(page.get_by_text("网络不稳，正在重试，不会重复计票。")).to_be_visible()
        receipt_code(page)
    assert len(tries) == 2
    assert [line.split(" ")[0] for line in chosen_on_receipt(page)] == ["8", "11"]


def test_a_network_that_stays_away_loses_nothing(
    make_phone: MakePhone, live: LiveService, example: str
) -> None:
    phone = make_phone(service_workers="block")
    # What is confirmed after reloading was touched on a page that is gone: the new one has seen no hand, and may work for it.
    phone.expects("net::ERR_INTERNET_DISCONNECTED", "status of 428")
    page = phone.page
    page.clock.install()
    phone.open(f"/c/{example}")
    page.route("**/ballots", lambda route: route.abort("internetdisconnected"))
    choose(page, 10, 13)
    cast(page)
    gives_up = page.get_by_role("alert").get_by_text("您的选择已保留")

    def later() -> bool:
        page.clock.run_for(2000)
        return gives_up.count() > 0

    with one_ballot_more(live, example, 0):
        wait_until(later, "the page gives up")
    expect(page.get_by_role("alert")).to_contain_text("暂时连不上服务器。您的选择已保留")
    assert chosen(page) == {10, 13}
    expect(page.get_by_role("button", name="投出选票")).to_be_visible()
    page.unroute("**/ballots")
    # Whoever comes back, even by reloading, has it confirmed.
    with one_ballot_more(live, example):
        page.reload()
        receipt_code(page)
    assert [line.split(" ")[0] for line in chosen_on_receipt(page)] == ["10", "13"]


def test_a_restart_of_the_service_is_ridden_out(phone: Phone, live: LiveService, example: str) -> None:
    phone.expects("net::ERR_CONNECTION_REFUSED", "net::ERR_EMPTY_RESPONSE", "net::ERR_CONNECTION_RESET")
    page = phone.open(f"/c/{example}")
    choose(page, 14)
    live.stop_web()
    try:
        before = ballots(live, example)
        cast(page)
        expect(page.get_by_text("网络不稳，正在重试，不会重复计票。")).to_be_visible()
    finally:
        live.start_web()
    receipt_code(page)
    assert ballots(live, example) == before + 1
    check_books(live.stage, example)


@pytest.fixture
def box_away(own_redis: EmbeddedRedis) -> Iterator[EmbeddedRedis]:
    """A Redis that a scene may stop; it runs again when the scene is over."""
    yield own_redis
    own_redis.start()


def test_a_box_that_is_away_is_said_and_loses_nothing(
    phone: Phone, live: LiveService, example: str, box_away: EmbeddedRedis
) -> None:
    phone.expects(r"status of 503")
    page = phone.open(f"/c/{example}")
    choose(page, 15, 16)
    box_away.stop()
    cast(page)
    expect(page.get_by_role("alert")).to_contain_text("票箱")
    assert chosen(page) == {15, 16}
    box_away.start()
    with one_ballot_more(live, example):
        cast(page)
        receipt_code(page)
    assert [line.split(" ")[0] for line in chosen_on_receipt(page)] == ["15", "16"]


def test_a_box_that_is_away_without_javascript(
    make_phone: MakePhone, live: LiveService, example: str, box_away: EmbeddedRedis
) -> None:
    phone = make_phone(java_script_enabled=False)
    phone.expects(r"status of 503")
    page = phone.open(f"/c/{example}")
    choose(page, 15, 16)
    box_away.stop()
    cast(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("票箱暂时不能使用")
    box_away.start()
    # The same ballot again: had the box taken it before it went away, it would still be one.
    with one_ballot_more(live, example):
        page.get_by_role("button", name="再试一次").tap()
        receipt_code(page)
    assert [line.split(" ")[0] for line in chosen_on_receipt(page)] == ["15", "16"]


def test_offline_is_said_by_a_page_of_ours(phone: Phone, example: str) -> None:
    phone.expects("net::ERR_INTERNET_DISCONNECTED")
    page = phone.open(f"/c/{example}")
    choose(page, 17)
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    phone.context.set_offline(True)
    page.goto(f"/c/{example}/candidates/17")
    expect(page.get_by_role("heading", level=1)).to_have_text("网络不通")
    expect(page.get_by_text("已经选好的候选人还在这部手机上")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).display") == "flex", (
        "styled from what the phone kept"
    )
    page.get_by_role("button", name="重新连接").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("网络不通")
    phone.context.set_offline(False)
    expect(page.get_by_role("heading", level=1)).to_have_text("麦小满")
    page.goto(f"/c/{example}")
    assert chosen(page) == {17}


# Campaigns in other states


def test_hidden_counts_show_nowhere(phone: Phone, live: LiveService) -> None:
    slug = live.stage.campaign("hidden", counts="hidden")
    assert live.stage.voter(slug).vote([1]).status_code == 201
    page = phone.open(f"/c/{slug}")
    expect(page.get_by_text("投票结束前不公布票数。")).to_be_visible()
    expect(page.locator("[data-count], [data-ballots]")).to_have_count(0)
    page.get_by_role("link", name="票数").tap()
    expect(page.get_by_role("heading", name="暂不公布票数")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="候选人1")).to_have_count(0)
    page.goto(f"/c/{slug}/candidates/1")
    expect(page.locator("[data-count]")).to_have_count(0)


def test_daily_counts_wait_for_their_hour(phone: Phone, live: LiveService) -> None:
    zone = live.stage.service.settings.zone
    now = datetime.now(zone).replace(microsecond=0)
    later, earlier = f"{now + timedelta(hours=3):%H:%M}", f"{now - timedelta(hours=1):%H:%M}"
    opened: dict[str, Any] = {"opens_at": now - timedelta(hours=2), "timezone": str(zone)}
    waiting = live.stage.campaign("daily-later", counts=f"daily {later}", **opened)
    page = phone.open(f"/c/{waiting}")
    expect(page.get_by_text(f"票数每天 {later} 公布一次。")).to_be_visible()
    expect(page.locator("[data-count]")).to_have_count(0)
    published = live.stage.campaign("daily-earlier", counts=f"daily {earlier}", **opened)
    assert live.stage.voter(published).vote([1]).status_code == 201
    wait_until(
        lambda: page.goto(f"/c/{published}") and page.locator("[data-count]").count() == 6, "published"
    )
    # Of an hour ago, when nobody had voted yet.
    expect(page.locator("[data-count='1']")).to_have_text("0")
    page.get_by_role("link", name="票数").tap()
    expect(page.locator(".lede")).to_contain_text(f"{earlier}。票数每天 {earlier} 公布一次。")


def test_before_between_and_after(phone: Phone, live: LiveService) -> None:
    zone = live.stage.service.settings.zone
    now = datetime.now(zone).replace(microsecond=0)
    opens = now + timedelta(days=2)
    live.stage.campaign("early", opens_at=opens)
    live.stage.campaign("resting", daily_hours=("20:00", "22:00") if now.hour < 12 else ("02:00", "04:00"))
    live.stage.campaign("closed")
    assert live.stage.voter("closed").vote([2]).status_code == 201
    live.stage.service.box.seal("closed", early=True)
    page = phone.open("/c/early")
    when = f"{opens.month}月{opens.day}日 {opens:%H:%M}"
    expect(page.get_by_text("投票即将开始")).to_be_visible()
    expect(page.get_by_text(f"投票将于 {when} 开始")).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("button", name="投出选票")).to_have_count(0)
    page = phone.open("/c/resting")
    expect(page.get_by_text("非投票时段")).to_be_visible()
    expect(page.get_by_text(re.compile(r"现在不在投票时段，.* 起可投"))).to_be_visible()
    wait_until(
        lambda: page.goto("/c/closed") and page.get_by_text("投票已截止", exact=True).count() > 0, "closed"
    )
    expect(page.get_by_text("投票已截止，结果以认定和公示为准")).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(0)
    wait_until(lambda: page.goto("/c/closed/ranking") and page.locator(".rank").count() == 6, "counted")
    expect(page.locator(".rank").first).to_contain_text("候选人2")
    expect(page.locator(".rank").first).to_contain_text("1 票")
    phone.open("/")
    expect(page.get_by_role("link", name=re.compile("测试评选")).first).to_be_visible()
    check_books(live.stage, "closed")


def test_a_page_left_open_until_voting_ends_says_so(phone: Phone, live: LiveService) -> None:
    phone.expects(r"status of 403")
    live.stage.campaign("ending")
    page = phone.open("/c/ending")
    choose(page, 1)
    live.stage.service.box.seal("ending", early=True)
    cast(page)
    expect(page.get_by_role("alert")).to_have_text("投票已经结束，感谢关注。")


# Hands, eyes, screens


def test_a_ballot_by_keyboard_alone(make_phone: MakePhone, live: LiveService, example: str) -> None:
    phone = make_phone(is_mobile=False, has_touch=False, viewport={"width": 1280, "height": 800})
    page = phone.open(f"/c/{example}")

    def tab_to(selector: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"no way to {selector} by keyboard")

    def ring(selector: str) -> bool:
        """Whether the focus can be seen there."""
        style: list[str] = page.evaluate(
            "(s) => { const c = getComputedStyle(document.querySelector(s)); return [c.outlineStyle, c.boxShadow]; }",
            selector,
        )
        return style != ["none", "none"]

    tab_to(".skip")
    assert page.locator(".skip").bounding_box()["y"] >= 0, "the skip link comes into sight"  # type: ignore[index]
    page.keyboard.press("Enter")
    tab_to("#q")
    first, second = numbers_in_order(page)[:2]
    for number in (first, second):
        tab_to(f"#c{number}")
        assert ring(f".card[data-number='{number}'] .pick")
        page.keyboard.press("Space")
        expect(choice(page, number)).to_be_checked()
    tab_to("#cast")
    assert ring("#cast")
    with one_ballot_more(live, example):
        page.keyboard.press("Enter")
        receipt_code(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("选票已投出")


PAGES = ("/", "/c/{}", "/c/{}/candidates/1", "/c/{}/candidates/7", "/c/{}/ranking", "/c/{}/rules", "/c/{}/verify",
         "/c/{}/verify?code=AAAA-AAAA-AAAA-AAAA", "/c/{}/nothing", "/offline")  # fmt: skip


def test_nothing_scrolls_sideways_on_the_narrowest_screen(make_phone: MakePhone, example: str) -> None:
    phone = make_phone(viewport={"width": 320, "height": 640})
    phone.expects(r"status of 404")
    for path in PAGES:
        page = phone.open(path.format(example))
        assert (path, overflow(page)) == (path, [])
    page.goto(f"/c/{example}")
    choose(page, 1, 2, 3)
    choice(page, 4).tap()
    assert overflow(page) == []
    cast(page)
    receipt_code(page)
    assert overflow(page) == []
    page.get_by_text("技术凭据").tap()
    assert overflow(page) == []
    page.goto(f"/c/{example}")
    expect(page.get_by_role("button", name="仍要投票")).to_be_visible()
    assert overflow(page) == []


def test_pictures_hold_their_place_and_wait_their_turn(phone: Phone, example: str) -> None:
    for path in PAGES[:6]:
        page = phone.open(path.format(example))
        pictures: list[dict[str, object]] = page.evaluate(
            """() => Array.from(document.images).map((one) => ({
              src: one.getAttribute("src"), sized: one.hasAttribute("width") && one.hasAttribute("height"),
              alt: one.hasAttribute("alt"), lazy: one.loading === "lazy"}))"""
        )
        assert [one["src"] for one in pictures if not (one["sized"] and one["alt"])] == [], path
        assert all(one["lazy"] for one in pictures[6:]), path
    page = phone.open(f"/c/{example}")
    expect(page.locator(".hero__pic img")).to_have_js_property("complete", True)
    loaded: int = page.evaluate(
        "Array.from(document.querySelectorAll('.card img')).filter((i) => i.complete).length"
    )
    assert loaded < 20, "what is far below is not fetched"


def test_moments_are_on_the_campaigns_clock_wherever_the_phone_is(
    make_phone: MakePhone, live: LiveService, example: str
) -> None:
    page = make_phone(timezone_id="America/Los_Angeles").open(f"/c/{example}")
    choose(page, 18)
    cast(page)
    receipt_code(page)
    expect(page.get_by_text(f"您已投票，{tomorrow(live)} 起可再投。")).to_be_visible()
