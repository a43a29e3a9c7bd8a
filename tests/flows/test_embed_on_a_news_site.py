"""A news site with a strict policy shows a candidate in Chromium: the frame follows its content's height, and the button leads
to the page in a window of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.desk import Desk
from tests.live import LiveService
from tests.news_site import NewsSite
from tests.partners import partner, revoked, terms
from tests.phone import overflow
from voting_service.media.embeds.code import frame_code, script_code


@pytest.fixture
def site(live: LiveService) -> Iterator[NewsSite]:
    """The newspaper."""
    with NewsSite(live.url) as site:
        yield site


@pytest.fixture
def reader(browser: Browser) -> Iterator[Any]:
    """Opens windows, and fails for anything that a page's policy forbade or a script threw."""
    context = browser.new_context(viewport={"width": 900, "height": 800})
    context.set_default_timeout(30_000)
    said: list[str] = []
    context.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    context.on("weberror", lambda error: said.append(str(error.error)))
    yield context
    context.close()
    assert [line for line in said if "favicon" not in line and "404" not in line] == []


def within(page: Page, number: int = 0) -> Frame:
    """What is in the n-th frame. ``page.frames`` has them in the order in which they came, whatever order they stand in."""
    handle = page.locator("iframe").nth(number).element_handle()
    assert handle is not None
    frame = handle.content_frame()
    assert frame is not None
    frame.wait_for_selector("#embed")
    return frame


def fits(page: Page) -> int:
    """Waits until the first frame is exactly as high as what is in it; gives that height."""
    frame = within(page)
    for _ in range(600):
        inside = frame.evaluate("Math.ceil(document.getElementById('embed').getBoundingClientRect().height)")
        outside = int(float(page.locator("iframe").first.get_attribute("height") or 0))
        if inside == outside:
            return outside
        page.wait_for_timeout(50)
    raise AssertionError(f"{inside} inside, {outside} outside")


def test_one_line_puts_a_candidate_there_and_the_height_follows(
    live: LiveService, example: str, site: NewsSite, reader: Any
) -> None:
    page = reader.new_page()
    page.goto(site.put("/a", script_code(live.url, example, 3)))
    wide = fits(page)
    page.set_viewport_size({"width": 280, "height": 700})
    narrow = page.wait_for_function("() => document.querySelector('iframe').clientWidth < 280") and fits(page)
    assert narrow != wide
    frame = within(page)
    assert frame.evaluate("document.documentElement.scrollHeight <= document.documentElement.clientHeight"), (
        "no bars"
    )
    assert overflow(frame) == []
    # A letter that grows: the height follows without the page around it doing anything.
    frame.evaluate("document.querySelector('h1').textContent = '很长的名字'.repeat(30)")
    page.wait_for_function(f"() => +document.querySelector('iframe').height > {narrow}")
    assert fits(page) > narrow
    assert page.evaluate("Object.keys(window).filter((name) => /embed|vot/i.test(name))") == []
    with page.context.expect_page() as opened:
        frame.locator("a.btn").click()
    expect(opened.value).to_have_url(re.compile(rf"^{live.url}/c/{example}/candidates/3(\?s=|$)"))
    assert opened.value.evaluate("window.opener") is None


def test_a_plain_frame_works_where_scripts_are_forbidden(
    live: LiveService, example: str, reader: Any
) -> None:
    with NewsSite(live.url, scripts=False) as site:
        page = reader.new_page()
        page.goto(site.put("/b", frame_code(live.url, example, title="最美劳动者")))
        frame = page.frame_locator("iframe")
        expect(frame.locator("h1")).to_be_visible()
        assert page.locator("iframe").get_attribute("height") == "780"
        assert reader.cookies() == [], "reading an embed leaves no cookie"


def test_nobody_else_can_change_a_frames_height(
    live: LiveService, example: str, site: NewsSite, reader: Any
) -> None:
    page = reader.new_page()
    page.goto(site.put("/c", script_code(live.url, example) + script_code(live.url, example, 3)))
    high = fits(page)
    frames = page.locator("iframe")
    page.evaluate("window.postMessage({type: 'voting-embed', height: 4000}, '*')")
    other = within(page, 1)
    other.evaluate("parent.postMessage({type: 'voting-embed', height: 4100}, '*')")
    expect(frames.nth(1)).to_have_attribute("height", "4100")
    assert int(frames.nth(0).get_attribute("height")) == high, "neither the page nor another embed of ours"
    other.evaluate("parent.postMessage({type: 'voting-embed', height: 1e9}, '*')")
    other.evaluate("parent.postMessage({type: 'voting-embed', height: 4200}, '*')")
    expect(frames.nth(1)).to_have_attribute("height", "4200")


def test_a_partners_key_and_its_revocation(
    live: LiveService, example: str, site: NewsSite, browser: Browser
) -> None:
    desk = Desk(live.stage, "王敏", "operator")
    ours = partner(live.stage, desk, "工人报", site.url, slug=example)
    partner(live.stage, desk, "青年报", "https://qn.example", slug=example)
    terms(live.stage, desk, only_partners=True, slug=example)
    context = browser.new_context()
    context.set_default_timeout(30_000)
    page = context.new_page()
    address = site.put("/d", script_code(live.url, example, 3, key=ours.key))

    def shown(text: str) -> None:
        # The service looks for what has changed once a second.
        for _ in range(60):
            page.goto(address)
            page.wait_for_timeout(500)
            if len(page.frames) > 1 and page.frames[1].get_by_text(text).count():
                return
        raise AssertionError(page.frames[1].content())

    shown("打开主页，投票")
    with NewsSite(live.url) as elsewhere:
        page.goto(elsewhere.put("/e", script_code(live.url, example, 3, key=ours.key)))
        page.wait_for_timeout(1000)
        assert page.frames[1].get_by_text("打开主页，投票").count() == 0, "another site with a partner's key"
    revoked(live.stage, desk, ours, slug=example)
    shown("这里不再显示评选内容")
    context.close()
