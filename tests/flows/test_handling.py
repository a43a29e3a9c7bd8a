"""What a page notes of the hand that holds it, and the address that it is shared by."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.flows.conftest import MakePhone
from tests.flows.gate_ahead import RECEIPT, Gate, cast
from tests.phone import choice

# Traits and touches

# As WebKit on a telephone answers: nobody drives it, and it has no userAgentData.
UNDRIVEN = """Object.defineProperty(Navigator.prototype, "webdriver", { get: () => false });
delete Navigator.prototype.userAgentData;"""
OLD_KERNEL = """delete Navigator.prototype.webdriver; delete Navigator.prototype.maxTouchPoints;
delete Navigator.prototype.userAgentData;"""
THROWS = """Object.defineProperty(Navigator.prototype, "webdriver", { get() { throw new Error("unknown"); } });
delete Navigator.prototype.userAgentData;"""
DESKTOP_WECHAT = {
    "user_agent": "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0"
    " Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI WindowsWechat(0x63090a13) XWEB/8555",
    "has_touch": False,
    "is_mobile": False,
}
HEADLESS = {
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/156.0.0.0 Safari/537.36"
}
HANDS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "a person's telephone": (UNDRIVEN, {}, []),
    "an old kernel": (OLD_KERNEL, {}, []),
    "a kernel that throws": (THROWS, {}, []),
    "WeChat on a desktop": (UNDRIVEN, DESKTOP_WECHAT, []),
    "a driven Chromium called iPhone": ("", {}, ["webdriver", "borrowed_name"]),
    "no touch screen on an iPhone": (UNDRIVEN, {"has_touch": False, "is_mobile": False}, ["no_touch_screen"]),
    "headless": (UNDRIVEN, HEADLESS, ["headless"]),
    "a driver's names": (UNDRIVEN + "document.$cdc_asdjflasutopfhvcZLmcfl_ = 1;", {}, ["driver_names"]),
}


@pytest.mark.parametrize(("preparation", "options", "traits"), HANDS.values(), ids=HANDS.keys())
def test_signs_of_a_driven_browser(
    make_phone: MakePhone, example: str, preparation: str, options: dict[str, Any], traits: list[str]
) -> None:
    phone = make_phone(**options)
    phone.context.add_init_script(preparation)
    page = phone.open(f"/c/{example}")
    assert page.evaluate("pageHandling()") == {"touches": 0, "traits": traits}


def touches(page: Page) -> int:
    number: int = page.evaluate("pageHandling().touches")
    return number


def test_touches_and_signs_go_with_the_ballot(make_phone: MakePhone, example: str) -> None:
    page = make_phone(service_workers="block").open(f"/c/{example}")
    gate = Gate(page)
    cast(page, 4, 6)
    page.wait_for_url(RECEIPT)
    assert [one["page"] for one in gate.posted] == [{"touches": 3, "traits": ["webdriver", "borrowed_name"]}]


def test_a_ballot_goes_without_when_the_file_did_not_come(make_phone: MakePhone, example: str) -> None:
    phone = make_phone(service_workers="block")
    phone.expects("net::ERR_FAILED")
    phone.page.route("**/handling.js*", lambda route: route.abort())
    page = phone.open(f"/c/{example}")
    gate = Gate(page)
    cast(page, 4)
    page.wait_for_url(RECEIPT)
    assert sorted(gate.posted[0]) == ["choices", "form"]


def test_every_hand_counts_and_no_script(make_phone: MakePhone, example: str) -> None:
    path = f"/c/{example}"
    page = make_phone().open(path)
    choice(page, 1).tap()
    assert touches(page) == 1, "a tap is a touch, a press and a click"
    page = make_phone(has_touch=False, is_mobile=False).open(path)
    choice(page, 1).click()
    choice(page, 2).click()
    assert touches(page) == 2
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert touches(page) == 4
    reader = make_phone()
    # A screen reader's click: the page hears of no touch and of no press before it.
    reader.context.add_init_script(
        """["touchstart", "mousedown"].forEach((kind) =>
          addEventListener(kind, (event) => event.stopImmediatePropagation(), true));"""
    )
    page = reader.open(path)
    choice(page, 1).tap()
    assert touches(page) == 1
    page.evaluate("document.getElementById('c2').click()")
    assert touches(page) == 1


# Sharing


def own_token(page: Page) -> str:
    """The share token that the service gave this page's voter."""
    token: str = page.evaluate("JSON.parse(document.getElementById('page').textContent).share")
    return token


@pytest.mark.parametrize("page_of", ["/c/{}", "/c/{}/candidates/7"], ids=["campaign", "candidate"])
def test_the_address_becomes_the_voters_own_link(make_phone: MakePhone, example: str, page_of: str) -> None:
    phone = make_phone(service_workers="block")
    path = page_of.format(example)
    page = phone.open(path + "?entry=menu&q=hall#list")
    token = own_token(page)
    assert page.url == f"{phone.home}{path}?s={token}#list"
    answer = page.reload()
    assert answer is not None
    assert (answer.status, own_token(page), page.url) == (200, token, f"{phone.home}{path}?s={token}#list")
    phone.open(f"{path}?entry=menu&lang=en")
    assert page.url == f"{phone.home}{path}?lang=en&s={own_token(page)}"
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_who_comes_by_a_link_passes_on_their_own(make_phone: MakePhone, example: str) -> None:
    first = make_phone().open(f"/c/{example}")
    second = make_phone().open(f"/c/{example}?s={own_token(first)}")
    name, parent, depth, _mac = own_token(second).split(".")
    assert (parent, depth) == (own_token(first).split(".")[0], "1")
    assert name != parent
    assert second.url.endswith(f"?s={own_token(second)}")


def test_without_a_token_the_address_stays(make_phone: MakePhone, example: str) -> None:
    phone = make_phone(service_workers="block")

    def without_token(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=re.sub(r'"share": "[^"]*"', '"share": ""', answer.text()))

    phone.page.route(lambda url: urlsplit(url).path == f"/c/{example}", without_token)
    page = phone.open(f"/c/{example}?s=someone.elses")
    assert own_token(page) == ""
    assert page.url == f"{phone.home}/c/{example}?s=someone.elses"


def test_a_kernel_that_cannot_change_the_address_leaves_it(make_phone: MakePhone, example: str) -> None:
    phone = make_phone(service_workers="block")
    phone.context.add_init_script("delete History.prototype.replaceState;")
    page = phone.open(f"/c/{example}?entry=menu")
    assert page.url == f"{phone.home}/c/{example}?entry=menu"
    choice(page, 1).tap()
    expect(page.get_by_text("已选 1/3 人")).to_be_visible()
