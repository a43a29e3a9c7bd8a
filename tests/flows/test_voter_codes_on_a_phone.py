"""The page for printed codes in a real browser: by finger, by keyboard, by axe, by day and by night; and what is left behind."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.flows.conftest import MakePhone
from tests.flows.gate_ahead import RECEIPT
from tests.flows.test_accessibility import look
from tests.flows.test_commands import run
from tests.live import LiveService, wait_until
from tests.oracle import check_books
from tests.paper import make_codes, make_members
from tests.phone import Phone, choice, overflow
from voting_service.voter_codes.code_text import new_code

LARGE = {
    "viewport": {"width": 1280, "height": 800},
    "is_mobile": False,
    "has_touch": False,
    "device_scale_factor": 1,
}
SIZES = pytest.mark.parametrize("options", [{}, LARGE], ids=["390x844", "1280x800"])
BALLOT = re.compile(r"/c/test(\?|$)")
Paper = tuple[list[str], dict[str, str]]


@pytest.fixture(scope="module")
def paper(live: LiveService, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """A campaign by code and roll on the live service, one by code alone, and what was printed for the first."""
    live.stage.campaign(identities=("code", "member"))
    live.stage.campaign("codes-alone", identities=("code",))
    live.stage.campaign("roll-alone", identities=("member",))
    folder = tmp_path_factory.mktemp("paper")
    return make_codes(live.stage, folder, 20), make_members(live.stage, folder, ["GH-1", "GH-2"])


def enter(page: Page, code: str) -> None:
    """Type a code and press the button."""
    page.goto("/c/test/code")
    page.get_by_label("投票码", exact=True).fill(code)
    page.get_by_role("button", name="进入投票").click()


@SIZES
def test_the_page_in_every_state_is_clean(
    make_phone: MakePhone, live: LiveService, paper: Paper, options: dict
) -> None:
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce", **options)
    phone.expects(r"status of (403|404|422|429)")
    page = phone.page
    for slug, heading in (
        ("test", "用投票码或会员编号投票"),
        ("codes-alone", "用投票码投票"),
        ("roll-alone", "用会员编号投票"),
    ):
        phone.open(f"/c/{slug}/code")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        look(page, f"{slug}: form")
        assert overflow(page) == []
    enter(page, new_code())
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "refused")
    assert overflow(page) == []
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("投票码", exact=True)).to_be_focused()
    phone.open("/c/roll-alone/code")
    page.evaluate("document.querySelectorAll('[required]').forEach((one) => one.removeAttribute('required'))")
    page.get_by_label("投票码", exact=True).fill(new_code())
    page.get_by_role("button", name="进入投票").click()
    look(page, "no member number")
    enter(page, paper[0][0])
    page.wait_for_url(BALLOT)
    page.goto("/c/test/code")
    look(page, "entered")
    assert overflow(page) == []


def test_by_keyboard_alone(make_phone: MakePhone, live: LiveService, paper: Paper) -> None:
    page = make_phone(**LARGE).page
    page.goto("/c/test/code")
    page.get_by_label("会员编号").focus()
    page.keyboard.type("gh-2")
    page.keyboard.press("Tab")
    expect(page.get_by_label("投票码", exact=True)).to_be_focused()
    page.keyboard.type(paper[1]["GH-2"].lower())
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="进入投票")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(BALLOT)


def cast(page: Page, number: int) -> None:
    """Choose on the ballot and cast it."""
    choice(page, number).check(force=True)
    page.get_by_role("button", name="投出选票").click()
    page.wait_for_url(RECEIPT)


def nothing_left(page: Page) -> None:
    """Neither storage nor page know of anyone."""
    kept = page.evaluate("JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])")
    assert "choices" not in kept
    assert "tracking_code" not in kept
    assert page.locator("input[name=choices]:checked").count() == 0


def test_two_people_one_after_the_other_at_one_browser(phone: Phone, live: LiveService, paper: Paper) -> None:
    page = phone.page
    for number, code in ((1, paper[0][2]), (2, paper[0][3])):
        enter(page, code)
        page.wait_for_url(BALLOT)
        assert page.locator("input[name=choices]:checked").count() == 0
        expect(page.get_by_role("button", name="投出选票")).to_be_visible()
        assert urlsplit(page.url).query == "", "no link of this person's is left in the address bar"
        cast(page, number)
        expect(page.get_by_role("heading", level=1)).to_have_text("选票已投出")
        page.goto("/c/test/code")
        page.get_by_role("button", name="退出").click()
        expect(page.get_by_label("投票码", exact=True)).to_have_value("")
        nothing_left(page)
        page.go_back()
        page.wait_for_load_state()
        assert code not in page.content()


def kept(page: Page) -> list[str]:
    """The names under which this phone keeps anything."""
    names: list[str] = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)].sort()")
    return names


def test_a_code_on_ones_own_phone_takes_nothing_of_its_other_campaigns(
    make_phone: MakePhone, live: LiveService, paper: Paper
) -> None:
    """In one this phone has voted; in another its ballot still waits for an answer, and is posted again."""
    for slug in ("voted-in", "waits"):
        live.stage.campaign(slug)
    phone = make_phone(service_workers="block")
    phone.expects("Failed to load resource")
    page = phone.open("/c/voted-in")
    cast(page, 1)
    phone.open("/c/waits")
    page.route("**/ballots", lambda route: route.abort())
    choice(page, 2).check(force=True)
    page.get_by_role("button", name="投出选票").click()
    expect(page.get_by_text("正在重试")).to_be_visible()
    phone.open("/c/test/code")
    page.unroute("**/ballots")
    others = ["cast:voted-in", "chosen:waits", "groups:waits", "pending:waits"]
    assert set(others) <= set(kept(page))
    page.evaluate("sessionStorage.setItem('chosen:test', '[5]'); localStorage.setItem('cast:test', '{}')")
    enter(page, paper[0][6])
    page.wait_for_url(BALLOT)
    assert page.locator("input[name=choices]:checked").count() == 0
    assert set(others) <= set(kept(page))
    assert "cast:test" not in kept(page), "its own, of another turn"
    choice(page, 5).check(force=True)
    phone.open("/c/test/code")
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_label("投票码", exact=True)).to_be_visible()
    assert [name for name in kept(page) if name.endswith(":test")] == []
    phone.open("/c/voted-in")
    expect(page.locator("#done")).to_be_visible()
    phone.open("/c/waits")
    page.wait_for_url(RECEIPT)
    wait_until(lambda: live.stage.service.box.provisional_counts("waits") == {2: 1}, "counted once")


def test_a_kiosk_with_an_assistant(
    make_phone: MakePhone, live: LiveService, paper: Paper, tmp_path: Path
) -> None:
    done = run(
        live.stage,
        "fraud",
        "kiosk",
        "add",
        "test",
        "大厅",
        "--assistant",
        "赵志强",
        "--by",
        "王敏",
        "--reason",
        "大厅",
    )
    link = urlsplit(done.stdout.strip()).path
    hall = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce")
    hall.expects(r"status of 404")
    page = hall.page

    def known() -> bool:
        answer = page.goto(link)
        return answer is not None and answer.status == 200

    wait_until(known, "the link is known")
    page.get_by_role("button", name="启用投票机").click()
    page.wait_for_url("**/c/test/code")
    look(page, "kiosk with an assistant")
    assert overflow(page) == []
    page.evaluate("sessionStorage.setItem('pending:another', '1')")
    page.reload()
    assert kept(page) == [], "whatever was kept for any campaign"
    for number, code in ((3, paper[0][4]), (4, paper[0][5])):
        page.evaluate("localStorage.setItem('cast:another', '1')")
        expect(page.get_by_text("协助人：赵志强")).to_be_visible()
        page.get_by_label("投票码", exact=True).fill(code)
        page.get_by_role("button", name="进入投票").click()
        page.wait_for_url(BALLOT)
        assert "cast:another" not in kept(page), "at a kiosk a turn begins with nothing"
        cast(page, number)
        page.get_by_role("button", name="下一位投票").click()
        page.wait_for_url("**/c/test/code")
        nothing_left(page)
    wait_until(lambda: live.stage.service.database is not None and books_agree(live), "recorded")


def books_agree(live: LiveService) -> bool:
    """Whether all that was cast is recorded, and box, ledger and log say the same."""
    try:
        check_books(live.stage)
    except AssertionError:
        return False
    return True


def test_the_print_sheet_fits_its_paper(
    make_phone: MakePhone, live: LiveService, paper: Paper, tmp_path: Path
) -> None:
    """Nothing on a card is cut off, and the QR code is drawn on each."""
    sheet = tmp_path / "sheet.html"
    unit = "某某省某某市某某区第一棉纺织印染联合总厂工会委员会职工之家退休职工分会第三小组"
    done = run(
        live.stage,
        "codes",
        "make",
        "test",
        "--unit",
        unit,
        "--count",
        "8",
        "--by",
        "王敏",
        "--out",
        str(sheet),
    )
    assert done.exit_code == 0, done.output
    page = make_phone(**LARGE).page
    page.set_content(sheet.read_text("utf-8"))
    page.emulate_media(media="print")
    cut = page.evaluate(
        """() => Array.from(document.querySelectorAll(".secret, .how, .page"))
          .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
          .map((one) => [one.className, one.scrollHeight, one.clientHeight, one.scrollWidth, one.clientWidth])"""
    )
    assert cut == []
    boxes = page.evaluate(
        "Array.from(document.querySelectorAll('.how svg')).map((one) => one.getBoundingClientRect().width)"
    )
    assert len(boxes) == 8
    assert min(boxes) > 80
    pdf = page.pdf(prefer_css_page_size=True, print_background=False)
    assert pdf.count(b"/Type /Page\n") in (0, 2) or pdf.count(b"/Type/Page") >= 1
