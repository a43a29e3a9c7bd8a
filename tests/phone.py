"""A person's telephone: Chromium as WeChat on 390×844, and a watch on what goes wrong there unseen.

Every phone notes errors in its console, breaches of the page's policy, scripts that throw and requests to other
hosts. ``put_away`` fails the test for any that it did not expect.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, WebError, expect

from tests.actors import IPHONE

PATIENCE_MS = 30_000
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
WECHAT: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
    "locale": "zh-CN",
    "user_agent": IPHONE,
}
# A page cannot know that its policy was breached unless it listens; the console is where we look.
_REPORT_BREACHES = """
addEventListener("securitypolicyviolation", (breach) =>
  console.error("policy: " + breach.violatedDirective + " " + breach.blockedURI + " " + breach.sample));
"""

expect.set_options(timeout=PATIENCE_MS)


def find_chromium() -> str | None:
    """Chromium as the environment names it, as Debian installs it, or as PATH finds it."""
    places = [os.environ.get("CHROMIUM"), "/usr/bin/chromium"]
    named = next((place for place in places if place and Path(place).is_file()), None)
    return named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )


class Phone:
    """One browser context with its cookies, one page in it. ``home`` is the service's address."""

    def __init__(self, browser: Browser, home: str, **options: Any) -> None:
        self.home = home
        self.context = browser.new_context(base_url=home, **(WECHAT | options))
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(_REPORT_BREACHES)
        self._unseen: list[str] = []
        # A test that holds up requests has no service worker; Playwright says so on every page.
        self._expected = ["Service Worker registration blocked"]
        self.context.on("console", self._console)
        self.context.on("weberror", self._thrown)
        self.context.on("request", self._request)
        self.page: Page = self.context.new_page()

    def open(self, path: str) -> Page:
        """Open an address of the service, and see that it came."""
        self.page.goto(path)
        return self.page

    def expects(self, *patterns: str) -> None:
        """Errors in the console that belong to the scene, as regular expressions."""
        self._expected += patterns

    @property
    def wrong(self) -> list[str]:
        """What went wrong unseen and was not expected."""
        return [line for line in self._unseen if not any(re.search(one, line) for one in self._expected)]

    def put_away(self) -> None:
        """End it; fails for anything that went wrong unseen."""
        wrong = self.wrong
        self.context.close()
        assert wrong == []

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._unseen.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _thrown(self, error: WebError) -> None:
        self._unseen.append(f"thrown: {error.error}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and f"{parts.scheme}://{parts.netloc}" != self.home:
            self._unseen.append(f"foreign request: {request.url}")


def numbers_in_order(page: Page) -> list[int]:
    """The candidates' numbers as they stand on a campaign page."""
    return [int(card.get_attribute("data-number") or 0) for card in page.locator(".card").all()]


def choice(page: Page, number: int) -> Locator:
    """The box that chooses a candidate."""
    return page.get_by_role("checkbox", name=re.compile(rf"^选择 {number} 号 "))


def overflow(page: Page) -> list[str]:
    """What stands out sideways; empty where nothing makes the page scroll."""
    # A page that has just come may lack its style sheets yet.
    page.wait_for_load_state("load")
    found: list[str] = page.evaluate(
        """() => {
          const wide = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= wide) return [];
          return ["page " + document.documentElement.scrollWidth + " > " + wide].concat(
            Array.from(document.querySelectorAll("body *"))
              .filter((one) => one.getBoundingClientRect().right > wide + 0.5)
              .slice(0, 5).map((one) => one.outerHTML.slice(0, 100)));
        }"""
    )
    return found
