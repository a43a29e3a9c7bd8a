"""The board and the counts' screen in a real browser: live, drawn, legible without scripts, honest when the line is down."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.conftest import missing
from tests.desk import Desk
from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.flows.test_page_budget import ACORN
from tests.live import EXAMPLE, ROOT, LiveService, import_example, wait_until
from tests.phone import overflow
from voting_service.accounts.sessions import COOKIE
from voting_service.tally.figures.prepared import prepared_tally

AT_A_DESK = {"viewport": {"width": 1280, "height": 800}, "is_mobile": False, "has_touch": False, "device_scale_factor": 1}  # fmt: skip
IN_THE_HALL = AT_A_DESK | {"viewport": {"width": 1920, "height": 1080}}
SIZES = pytest.mark.parametrize("options", [{}, AT_A_DESK], ids=["390x844", "1280x800"])
BOARD, SCREEN = f"/desk/campaigns/{EXAMPLE}/board", f"/desk/campaigns/{EXAMPLE}/screen"
VENDOR = ROOT / "static" / "vendor" / "echarts.min.js"


@pytest.fixture(scope="module")
def desk(live: LiveService) -> Desk:
    """An operator of the example campaign, with ballots from several entries."""
    import_example(live.stage)
    live.stage.open(EXAMPLE)
    vote(live, 12)
    return Desk(live.stage, "周敏", "operator", slug=EXAMPLE)


def vote(live: LiveService, count: int) -> None:
    """So many ballots through the voters' own pages, prepared by the recorder's own turns."""
    before = ballots(live)
    for number in range(count):
        voter = live.stage.voter(EXAMPLE)
        voter.get(f"/c/{EXAMPLE}" + ("?entry=menu", "?entry=search", "?q=gate-1", "")[number % 4])
        first = 1 + number % 3
        assert voter.vote([first, first + 5, first + 9]).status_code == 201
    wait_until(lambda: ballots(live) == before + count, "the recorder prepares figures")


def ballots(live: LiveService) -> int:
    """How many are prepared."""
    with live.stage.service.database.read() as session:
        found = prepared_tally(session, 1)
    return found.seq if found else 0


@pytest.fixture
def page(make_phone: MakePhone, desk: Desk, options: dict) -> Iterator[Page]:
    """A browser that is signed in. The page's own policy stands, but where axe is let in."""
    phone = make_phone(**options)
    phone.expects(r"net::ERR_INTERNET_DISCONNECTED", r"status of 401")
    phone.context.add_cookies([{"name": COOKIE, "value": desk.secret, "url": phone.home}])
    return phone.page


def drawn(page: Page, name: str = "hour") -> bool:
    """Whether something is painted on a chart's canvas."""
    return bool(
        page.evaluate(
            """(name) => {
              const canvas = document.querySelector(`[data-chart=${name}] canvas`);
              if (!canvas || !canvas.width) return false;
              const bytes = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
              return bytes.some((byte) => byte !== 0);
            }""",
            name,
        )
    )


@SIZES
def test_the_board_follows_the_ledger(page: Page, live: LiveService) -> None:
    page.goto(BOARD)
    total = page.locator("[data-f='ballots.all']")
    before = int((total.text_content() or "").replace(",", ""))
    for name in ("hour", "day", "days"):
        expect(page.locator(f"[data-chart={name}] canvas")).to_be_visible()
        wait_until(lambda name=name: drawn(page, name), f"{name} is drawn")
    assert overflow(page) == []
    vote(live, 3)
    expect(total).to_have_text(str(before + 3))
    row = page.locator("[data-table=entries] tr", has_text="公众号菜单")
    assert int(row.locator("td").first.text_content() or 0) > 0


@SIZES
def test_the_board_says_when_the_line_is_down_and_comes_back(page: Page, live: LiveService) -> None:
    page.goto(BOARD)
    expect(page.locator("[data-chart=hour] canvas")).to_be_visible()
    page.context.set_offline(True)
    status = page.get_by_role("status")
    expect(status).to_contain_text("连接中断")
    shown = page.locator("[data-f='ballots.all']").text_content()
    assert shown
    page.context.set_offline(False)
    expect(status).to_be_empty()
    assert page.locator("[data-f='ballots.all']").text_content() == shown


@pytest.mark.parametrize("options", [AT_A_DESK], ids=["1280x800"])
def test_after_signing_out_elsewhere_the_board_says_so_and_asks_no_more(
    page: Page, live: LiveService
) -> None:
    page.goto(BOARD)
    expect(page.locator("[data-chart=hour] canvas")).to_be_visible()
    page.context.clear_cookies(name=COOKIE)
    says_sign_in_and_asks_no_more(page, BOARD)
    page.get_by_role("link", name="重新登录").click()
    expect(page).to_have_url(re.compile(r"/desk/sign-in\?next="))


def says_sign_in_and_asks_no_more(page: Page, address: str) -> None:
    """Whatever happens to the tab and the line afterwards."""
    expect(page.get_by_role("status")).to_have_text("登录已过期，请重新登录")
    expect(page.get_by_role("link", name="重新登录")).to_have_attribute(
        "href", f"/desk/sign-in?next={address}"
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for event in (
        "document.dispatchEvent(new Event('visibilitychange'))",
        "dispatchEvent(new Event('online'))",
    ):
        page.evaluate(event)
    page.evaluate("dispatchEvent(new Event('offline'))")
    page.wait_for_timeout(200)
    assert asked == []
    expect(page.get_by_role("status")).to_have_text("登录已过期，请重新登录")


@pytest.mark.parametrize("options", [AT_A_DESK], ids=["1280x800"])
@pytest.mark.parametrize("address", [BOARD, SCREEN], ids=["board", "screen"])
def test_being_sent_to_sign_in_is_the_end_too(page: Page, live: LiveService, address: str) -> None:
    """As a proxy in front answers for whoever is no longer signed in with it."""
    page.goto(address)
    expect(page.locator("[data-chart=hour] canvas")).to_be_visible()
    elsewhere = {"status": 302, "headers": {"Location": "/desk/sign-in"}}
    page.route(re.compile(r"(figures|screen)\.json"), lambda route: route.fulfill(**elsewhere))
    says_sign_in_and_asks_no_more(page, address)


@pytest.mark.parametrize("options", [AT_A_DESK], ids=["1280x800"])
def test_a_service_that_fails_is_asked_more_and_more_rarely(page: Page, live: LiveService) -> None:
    page.clock.install()
    page.goto(BOARD)
    expect(page.locator("[data-chart=hour] canvas")).to_be_visible()
    asked: list[str] = []

    def fail(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=200, body="not figures")

    page.route(re.compile(r"figures\.json"), fail)
    for _half_minute in range(20):
        page.clock.run_for(30_000)
        page.wait_for_timeout(30)
    assert 8 <= len(asked) <= 16, "not every five seconds, and still every minute"
    expect(page.get_by_role("status")).to_contain_text("连接中断")


@pytest.mark.parametrize("options", [AT_A_DESK], ids=["1280x800"])
def test_nobody_looks_nobody_asks(page: Page, live: LiveService) -> None:
    page.clock.install()
    page.goto(BOARD)
    expect(page.locator("[data-chart=hour] canvas")).to_be_visible()
    page.evaluate(
        """() => {
          Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(120_000)
    assert asked == []
    with page.expect_request(re.compile(r"figures\.json")):
        page.evaluate(
            "() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }"
        )


@SIZES
def test_both_pages_are_clean(make_phone: MakePhone, desk: Desk, live: LiveService, options: dict) -> None:
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce", **options)
    phone.context.add_cookies([{"name": COOKIE, "value": desk.secret, "url": phone.home}])
    page = phone.open(BOARD)
    expect(page.locator("[data-chart=hour] canvas")).to_be_visible()
    for more in page.locator(".board-more").all():
        more.locator("summary").click()
    look(page, "board")
    assert overflow(page) == []
    page = phone.open(SCREEN)
    expect(page.locator("[data-chart=hour] canvas")).to_be_visible()
    look(page, "screen")
    assert overflow(page) == []


@pytest.mark.parametrize("options", [IN_THE_HALL], ids=["1920x1080"])
def test_the_screen_fills_the_hall_and_outlives_the_line(page: Page, live: LiveService) -> None:
    page.goto(SCREEN)
    wait_until(lambda: drawn(page), "the trend is drawn")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "nothing is below the edge"
    for line in page.locator(".hall__group:not([hidden]) li").all():
        box = line.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 1080
    total = page.locator("[data-f=ballots]")
    before = int((total.text_content() or "").replace(",", ""))
    page.context.set_offline(True)
    expect(page.get_by_role("status")).to_contain_text("连接中断")
    expect(total).to_have_text(f"{before:,}")
    vote(live, 2)
    page.context.set_offline(False)
    expect(total).to_have_text(f"{before + 2:,}")
    expect(page.get_by_role("status")).to_be_empty()


def test_without_scripts_everything_is_there(make_phone: MakePhone, desk: Desk) -> None:
    phone = make_phone(java_script_enabled=False)
    phone.context.add_cookies([{"name": COOKIE, "value": desk.secret, "url": phone.home}])
    page = phone.open(BOARD)
    expect(page.locator("[data-table=candidates] tbody tr")).to_have_count(20)
    expect(page.get_by_text("请刷新页面")).to_be_visible()
    page.locator(".board-more summary").first.click()
    expect(page.locator("[data-series=hour] tbody tr")).to_have_count(60)
    expect(page.locator("[data-chart=hour]")).to_be_hidden()


def test_the_charts_file_is_what_its_first_line_says() -> None:
    text = VENDOR.read_text(encoding="utf-8")
    assert text.startswith("/* Apache ECharts 6.1.0 (Apache-2.0)")
    assert '"echarts": "6.1.0"' in (ROOT / "tools" / "charts" / "package.json").read_text(encoding="utf-8")
    licences = VENDOR.with_name("echarts.LICENSE.txt").read_text(encoding="utf-8")
    for words in ("Apache License", "BSD 3-Clause", "Permission to use, copy, modify"):
        assert words in licences
    node = shutil.which("node")
    if node is None or not ACORN.is_dir():
        missing("acorn (npm ci)")
    check = "require(process.argv[1]).parse(require('fs').readFileSync(process.argv[2], 'utf8'), {ecmaVersion: 6})"
    done = subprocess.run(
        [str(node), "-e", check, str(ACORN), str(VENDOR)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
