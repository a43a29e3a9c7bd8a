"""Whoever votes with a code at a kiosk and walks away leaves nothing there with which the next person could vote or look."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.actors import Voter
from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.flows.test_kiosk import kiosk_at as device_kiosk_at
from tests.flows.test_kiosk import register as register_kiosk
from tests.flows.test_voter_codes import enter_at, kiosk_at, register
from tests.live import LiveService, wait_until
from tests.paper import holder, make_codes, make_members
from tests.phone import Phone, choice, overflow
from tests.stage import Stage
from voting_service.voter_codes.code_text import new_code

TIMED = 'id="kiosk" data-seconds="180"'
PAGES = (
    "/",
    "/c/test",
    "/c/test?lang=en",
    "/c/test/candidates/2",
    "/c/test/code",
    "/c/test/ranking",
    "/c/test/rules",
    "/c/test/verify",
    "/c/test/verify?code=AAAA",
    "/c/test/result",
    "/archive",
)
"""All that somebody can come to before they have cast."""


def timed(page: str) -> bool:
    """Whether a page goes back to the start by itself, once, by the script that does it."""
    pieces = (TIMED, 'id="leaving"', 'id="stay"', 'id="next-voter"', "/static/kiosk.js")
    counted = {page.count(piece) for piece in pieces}
    assert len(counted) == 1, counted
    return counted == {1}


def test_every_page_of_a_turn_that_a_code_began_has_its_timer(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code",))
    (code,) = make_codes(stage, tmp_path, 1)
    device = kiosk_at(stage, register(stage))
    assert [path for path in PAGES if timed(device.get(path).text)] == [], "nobody's turn"
    assert enter_at(device, code).status_code == 303
    for path in PAGES:
        page = device.get(path)
        assert timed(page.text), path
        assert page.headers["Cache-Control"] == "no-store", path
    assert timed(device.post("/c/test", action="filter", q="1").text), "searched without a script"
    late = device.post("/c/test/code", token="stale", code=new_code())
    assert (late.status_code, timed(late.text)) == (400, True), "the first one is still there"
    cast = device.vote(1)
    assert 'data-seconds="60"' in device.get(cast.location).text, "the receipt has its own"
    assert timed(device.post("/c/test", form="stale", choices=[1], action="cast").text)
    assert device.post("/kiosk/test/next").location == "/c/test/code"
    assert [path for path in PAGES if timed(device.get(path).text)] == []


def test_nobody_else_has_one(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code", "device"))
    (code,) = make_codes(stage, tmp_path, 1)
    at_home = holder(stage)
    assert at_home.enter(code).status_code == 303
    hall = device_kiosk_at(stage, register_kiosk(stage))
    assert "这是投票机" in hall.get("/c/test").text
    for browser in (at_home, Voter(stage.client(), "test"), hall):
        assert [path for path in PAGES if timed(browser.get(path).text)] == []


def test_what_was_mistyped_at_a_kiosk_is_on_no_page(stage: Stage, tmp_path: Path) -> None:
    """A page that a form led to stays in the browser's history, and the next person may go back to it."""
    stage.campaign(identities=("code", "member"))
    code = make_members(stage, tmp_path, ["GH-778899"])["GH-778899"]
    device, phone = kiosk_at(stage, register(stage)), holder(stage)
    for typed in (code[:-1], new_code()):
        at_home = phone.enter(typed, "GH-778899")
        at_kiosk = enter_at(device, typed, member="GH-778899")
        assert (at_home.status_code, at_kiosk.status_code) == (422, 422)
        assert (at_home.text.count(typed), at_home.text.count("778899")) == (1, 1), "typed once, mended there"
        assert (at_kiosk.text.count(typed), at_kiosk.text.count("778899")) == (0, 0)


def test_a_form_that_is_too_old_gives_nothing_back_anywhere(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code", "member"))
    code = make_members(stage, tmp_path, ["GH-778899"])["GH-778899"]
    for client in (holder(stage).client, kiosk_at(stage, register(stage)).client):
        late = client.post("/c/test/code", data={"token": "stale", "code": code, "member": "GH-778899"})
        assert (late.status_code, "请再输入一次" in late.text) == (400, True)
        assert (late.text.count(code), late.text.count("778899")) == (0, 0)


# With a browser


@pytest.fixture(scope="module")
def codes(live: LiveService, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A campaign by code on the live service, and its codes."""
    live.stage.campaign(identities=("code",))
    return make_codes(live.stage, tmp_path_factory.mktemp("paper"), 12)


@pytest.fixture
def hall(make_phone: MakePhone, live: LiveService, codes: list[str], request: pytest.FixtureRequest) -> Phone:
    """A kiosk at which a code has just been entered, its clock in the test's hand."""
    link = register_kiosk(live.stage, name=request.node.name[-40:])
    tablet = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce")
    tablet.expects(r"status of 404")
    page = tablet.page

    def known() -> bool:
        answer = page.goto(link)
        return answer is not None and answer.status == 200

    wait_until(known, "the link is known")
    page.get_by_role("button", name="启用投票机").click()
    page.wait_for_url("**/c/test/code")
    page.clock.install()
    enter(page, codes.pop())
    return tablet


def enter(page: Page, code: str) -> None:
    """Type a code on the kiosk's page."""
    page.get_by_label("投票码", exact=True).fill(code)
    page.get_by_role("button", name="进入投票").click()
    page.wait_for_url(re.compile(r"/c/test$"))
    expect(page.locator("#leaving")).to_be_visible()


def nobody_there(page: Page) -> None:
    """The kiosk waits for a code."""
    page.wait_for_url("**/c/test/code")
    expect(page.get_by_label("投票码", exact=True)).to_have_value("")
    assert all(cookie["name"] != "voter" for cookie in page.context.cookies())


def test_whoever_walks_away_from_the_ballot_leaves_no_code_behind(hall: Phone, codes: list[str]) -> None:
    page = hall.page
    expect(page.get_by_role("timer")).to_contain_text("秒无人操作，自动回到开始页。")
    choice(page, 2).check(force=True)
    page.clock.run_for(150_000)
    page.locator("h1").tap()
    page.clock.run_for(150_000)
    assert urlsplit(page.url).path == "/c/test", "a touch gives the time anew"
    expect(page.locator("#leaving-said")).to_be_empty()
    page.clock.run_for(15_000)
    expect(page.get_by_role("status").filter(has_text="20 秒后自动回到开始页")).to_be_attached()
    page.clock.run_for(20_000)
    nobody_there(page)
    page.go_back()
    page.wait_for_load_state()
    assert page.get_by_role("button", name="投出选票").count() == 0
    page.goto("/c/test/code")
    enter(page, codes.pop())
    assert page.locator("input[name=choices]:checked").count() == 0


@pytest.mark.parametrize("path", ["/c/test/candidates/1", "/c/test/rules", "/c/test/code", "/"])
def test_nor_whoever_walks_away_from_another_page(hall: Phone, path: str) -> None:
    page = hall.page
    page.goto(path)
    expect(page.locator("#leaving")).to_be_visible()
    page.clock.run_for(185_000)
    nobody_there(page)


def test_the_warning_is_seen_wherever_one_is_on_the_page(hall: Phone) -> None:
    page = hall.page
    look(page, "ballot at a kiosk")
    assert overflow(page) == []
    # Scrolling is a touch; it is over before the time is let run.
    page.evaluate(
        """() => new Promise((done) => {
          addEventListener("scroll", done, { once: true });
          scrollTo(0, document.body.scrollHeight);
        })"""
    )
    expect(page.get_by_role("timer")).not_to_be_in_viewport()
    page.clock.run_for(165_000)
    expect(page.get_by_role("timer")).to_be_in_viewport()
    expect(page.get_by_role("button", name="停止倒计时")).to_be_in_viewport()
    assert overflow(page) == []
    look(page, "ballot at a kiosk, about to leave")
    page.locator("#said").dispatch_event("touchstart")
    page.clock.run_for(2_000)
    expect(page.get_by_role("timer")).not_to_be_in_viewport()


def test_it_can_be_stopped_on_the_page_where_one_is(hall: Phone) -> None:
    page = hall.page
    page.get_by_role("button", name="停止倒计时").tap()
    expect(page.locator("#leaving")).to_be_hidden()
    expect(page.get_by_role("button", name="换人，重新开始")).to_be_focused()
    page.clock.run_for(600_000)
    assert urlsplit(page.url).path == "/c/test"
    page.goto("/c/test/candidates/1")
    expect(page.locator("#leaving")).to_be_visible()
