"""What a telephone inside WeChat does to log in: follows the page to the platform and comes back with a code."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from werkzeug.test import Client, TestResponse

from tests.actors import IPHONE
from tests.stage import Stage
from tests.wechat_platform import FakePlatform


class Arrived(NamedTuple):
    """Where a telephone ended, and every address of ours that it asked for on the way."""

    answer: TestResponse
    path: str
    asked: list[str]


class WeChatPhone:
    """One telephone with its cookies. ``user`` is whoever is logged in to WeChat on it."""

    def __init__(self, stage: Stage, platform: FakePlatform, user: str, slug: str = "test") -> None:
        self.client: Client = stage.client()
        self.platform = platform
        self.user = user
        self.slug = slug

    def get(self, path: str) -> TestResponse:
        """Ask for one address, and go nowhere from there."""
        return self.client.get(path, headers={"User-Agent": IPHONE})

    def sent_away(self, page: str = "") -> str:
        """Open a page without being logged in; gives the platform's address that the phone is sent to."""
        first = self.get(page or f"/c/{self.slug}")
        assert first.status_code == 302, first.text
        second = self.get(first.location)
        assert second.status_code == 302, second.text
        return second.location

    def callback(self, page: str = "") -> str:
        """Let the platform send the phone back; gives the path that it is sent to."""
        return path_of(self.platform.authorize(self.sent_away(page), self.user))

    def open(self, page: str = "", most: int = 8) -> Arrived:
        """Open a page and follow wherever it leads, as a browser does."""
        path, asked = page or f"/c/{self.slug}", []
        for _step in range(most):
            asked.append(path)
            answer = self.get(path)
            if answer.status_code not in (302, 303):
                return Arrived(answer, path, asked)
            path = answer.location
            if path.startswith(self.platform.url):
                path = path_of(self.platform.authorize(path, self.user))
        raise AssertionError(f"goes on and on: {asked}")

    def cookie(self, name: str = "voter") -> str | None:
        """The value of a cookie that the phone keeps."""
        kept = self.client.get_cookie(name)
        return kept.value if kept else None

    def form(self) -> TestResponse:
        """A ballot form from the API."""
        return self.get(f"/api/v1/campaigns/{self.slug}/ballot-form")

    def vote(self, choices: list[int]) -> TestResponse:
        """Take a form and cast it."""
        form = self.form()
        assert form.status_code == 200, form.text
        return self.client.post(
            f"/api/v1/campaigns/{self.slug}/ballots",
            json={"form": form.json["form"], "choices": choices, "page": {"touches": 4}},
            headers={"User-Agent": IPHONE},
        )


Phones = Callable[..., WeChatPhone]


def path_of(address: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
