"""A candidate's colleague prints a poster, hangs it up, and somebody scans it: by browser, on paper and by chat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.desk import Desk
from tests.flows.conftest import MakePhone
from tests.flows.test_accessibility import look
from tests.live import EXAMPLE, LiveService
from tests.phone import overflow
from tests.posters import opened, photographed, rendered, scanned, turned
from voting_service.accounts.sessions import COOKIE
from voting_service.media.posters.papers import PAPERS

DESKTOP: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 900}, "device_scale_factor": 1, "is_mobile": False, "has_touch": False,
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120 Safari/537.36",
}  # fmt: skip
CUT_OFF = """() => {
  const sheet = document.querySelector(".sheet"), paper = sheet.getBoundingClientRect();
  const scale = paper.width / sheet.viewBox.baseVal.width;
  return Array.from(sheet.querySelectorAll("text")).filter((text) => {
    const box = text.getBoundingClientRect(), told = parseFloat(text.getAttribute("textLength"));
    return box.left < paper.left - 1 || box.right > paper.right + 1 || box.top < paper.top - 1
      || box.bottom > paper.bottom + 1 || text.getComputedTextLength() > told * 1.01 + 0.5;
  }).map((text) => text.textContent);
}"""
"""Lines that stand out of the sheet, or are longer than they were told to be."""


@pytest.fixture(scope="module")
def at(example: str) -> str:
    return f"/c/{example}"


@pytest.mark.parametrize("paper", list(PAPERS))
def test_a_page_prints_as_one_sheet_that_is_scanned(
    make_phone: MakePhone, live: LiveService, at: str, paper: str, tmp_path: Path
) -> None:
    desktop = make_phone(**DESKTOP)
    for path in ("", "/candidates/10"):
        page = desktop.open(f"{at}{path}/poster?paper={paper}&q=east-gate")
        page.wait_for_load_state("networkidle")
        assert page.evaluate(CUT_OFF) == []
        assert overflow(page) == []
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        sheet = PAPERS[paper]
        with opened(printed) as document:
            assert len(document) == 1
            size = [round(points / 72 * 25.4) for points in document[0].get_size()]
            assert size == [sheet.width, sheet.height]
        image = rendered(printed, 40 if paper == "rollup" else 150)
        assert set(scanned(image)) == {f"{live.url}{at}{path}?q=east-gate"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_of_choices_fits_every_screen(
    make_phone: MakePhone, at: str, width: int, scheme: str
) -> None:
    phone = make_phone(viewport={"width": width, "height": 844}, color_scheme=scheme)
    for paper in PAPERS:
        page = phone.open(f"{at}/candidates/1/poster?paper={paper}")
        assert overflow(page) == []
        assert page.evaluate(CUT_OFF) == []
        white = page.locator(".sheet").evaluate("sheet => getComputedStyle(sheet).backgroundColor")
        assert white == "rgb(255, 255, 255)"


def test_a_poster_is_found_from_the_candidates_page_and_downloaded(
    make_phone: MakePhone, live: LiveService, at: str
) -> None:
    page = make_phone(**DESKTOP).open(f"{at}/candidates/1")
    page.get_by_text("石望川的二维码").click()
    page.get_by_role("link", name="打印海报").click()
    page.wait_for_url("**/candidates/1/poster")
    page.get_by_role("link", name="A3 海报").click()
    page.wait_for_url("**paper=a3")
    for name, size in (("下载 PDF", [297, 420]), ("PDF（带 3 毫米出血，交印刷店）", [303, 426])):
        pdf = fetched(page, name)
        with opened(pdf) as document:
            assert [round(points / 72 * 25.4) for points in document[0].get_size()] == size
        seen = rendered(pdf)
        for image in (seen, turned(seen, 7), photographed(seen)):
            assert scanned(image) == [f"{live.url}{at}/candidates/1"]


def test_choices_and_sheet_are_for_everybody(make_phone: MakePhone, live: LiveService, at: str) -> None:
    """axe-core on the public page and on the desk's, by day and by night."""
    phone = make_phone(bypass_csp=True, service_workers="block", reduced_motion="reduce")
    for path in (f"{at}/poster", f"{at}/candidates/1/poster?paper=cards&logo=1"):
        look(phone.open(path), path)
    desk = Desk(live.stage, "李伟", "operator")
    desk.post(f"/desk/campaigns/{EXAMPLE}/posters/sites", sites="东门食堂\n三车间")
    phone.context.add_cookies([{"name": COOKIE, "value": desk.secret, "url": live.url}])
    page = phone.open(f"/desk/campaigns/{EXAMPLE}/posters")
    assert overflow(page) == []
    look(page, "the desk's posters")


def fetched(page: Page, link: str) -> bytes:
    """What a link leads to."""
    address = page.get_by_role("link", name=link, exact=True).get_attribute("href")
    assert address is not None
    answer = page.context.request.get(address)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()
