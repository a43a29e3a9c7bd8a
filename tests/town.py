"""A town for the screenplays: a service that browsers open, a clock in the test's hand, citizens with phones and officials at
their desks."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect
from werkzeug.serving import make_server

from tests.notices import beijing
from tests.phone import Phone
from tests.stage import ClockInHand, Stage
from voting_service.accounts.invitations import invite

SCREEN: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 800},
    "is_mobile": False,
    "has_touch": False,
    "device_scale_factor": 1,
}


class ClockAhead:
    """A clock that goes like everyone's, and may be put forward: where the ballot box, whose clock is Redis' own, has its part in
    the play, the others may not stand still beside it."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The moment that it shows."""
        return datetime.now(UTC) + self._ahead

    def set(self, now: datetime) -> None:
        """Put it forward to a moment."""
        ahead = now - datetime.now(UTC)
        assert ahead >= self._ahead, "it is never put back"
        self._ahead = ahead


class Town:
    """A service in this process, on a clock in hand, with pages that browsers open."""

    def __init__(self, stage: Stage, browser: Browser, home: str) -> None:
        self.stage, self.home = stage, home
        self._browser = browser
        self.phones: list[Phone] = []
        self.links: dict[str, str] = {}
        """Name → the link that an administrator has given them, as a path."""
        self.known: set[str] = set()
        self.sent: dict[str, bytes] = {}
        """Address → the form's bytes, of whatever officials have sent in at the desk."""

    def at(self, *moment: int) -> datetime:
        """Move the clock to a moment in Beijing."""
        return self.until(beijing(*moment))

    def until(self, moment: datetime) -> datetime:
        """Move the clock; the hour's counters begin anew, as they do by themselves for whoever comes at another hour."""
        clock = self.stage.service.clock
        assert isinstance(clock, ClockInHand | ClockAhead)
        clock.set(moment)
        return clock.now()

    def phone(self) -> Page:
        """A citizen's."""
        self.phones.append(Phone(self._browser, self.home))
        return self.phones[-1].page

    def desk(self, name: str, **options: Any) -> Page:
        """An official who signs in now: by their link the first time, by name and passphrase ever after."""
        self.phones.append(Phone(self._browser, self.home, **(SCREEN | options)))
        self._watch(self.phones[-1].context)
        page = self.phones[-1].page
        passphrase = f"{name}的一句好记的话"
        if name not in self.known:
            self.known.add(name)
            page.goto(self.links.pop(name, None) or self._link(name))
            page.get_by_label("口令", exact=True).fill(passphrase)
            page.get_by_label("再输入一遍口令").fill(passphrase)
            page.get_by_role("button", name="设定口令并登录").click()
        else:
            page.goto("/desk/sign-in")
            page.get_by_label("姓名").fill(name)
            page.get_by_label("口令", exact=True).fill(passphrase)
            page.get_by_role("button", name="登录").click()
        expect(page).to_have_url(f"{self.home}/desk")
        return page

    def _link(self, name: str) -> str:
        """As the command line makes it."""
        with self.stage.service.database.write() as session:
            return "/desk/invitation/" + invite(
                session, name, at=self.stage.service.clock.now(), actor="管理员"
            )

    def _watch(self, context: BrowserContext) -> None:
        def sent(request: Request) -> None:
            path = request.url.removeprefix(self.home).partition("?")[0]
            if request.method == "POST" and path.startswith("/desk/"):
                self.sent.setdefault(path, request.post_data_buffer or b"")

        context.on("request", sent)


@contextmanager
def open_town(stage: Stage, browser: Browser, home: str) -> Iterator[Town]:
    """The town as long as its service answers at ``home``; fails for whatever went wrong unseen in a browser."""
    town = Town(stage, browser, home)
    server = make_server("127.0.0.1", int(home.rsplit(":", 1)[1]), stage.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield town
        wrong = [line for phone in town.phones for line in phone.wrong]
    finally:
        for phone in town.phones:
            phone.context.close()
        server.shutdown()
        thread.join()
        server.server_close()
    assert not wrong, "\n".join(wrong)


def confirm(page: Page, button: str) -> None:
    """Tick the box of a last look, and press."""
    page.locator("#confirmed").check()
    page.get_by_role("button", name=button, exact=True).click()


def pdf_text(page: Page, path: str) -> str:
    """What a downloaded PDF says, without its line breaks; and that its pages can be drawn."""
    answer = page.request.get(path)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(answer.body())
    said = []
    for sheet in document:
        assert sheet.render(scale=1).to_pil().convert("L").getextrema()[0] < 128, "something is drawn"
        said.append(sheet.get_textpage().get_text_range())
    return re.sub(r"\s+", "", "".join(said))
