"""Ten thousand people log in by WeChat and vote, in one run: one token, one ticket, and no openid left behind anywhere.

What is searched: everything that the service wrote (database, logs, Redis's files, photos aside), every address and cookie
that a browser saw, and the public log.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from tests.actors import IPHONE
from tests.handset import at_once
from tests.live import LiveService, live_stage, wait_until
from tests.oracle import check_books
from tests.wechat_login import path_of
from tests.wechat_platform import FakePlatform
from voting_service.redis_server.embedded import EmbeddedRedis

VOTERS = 10_000
CROWD = 8
"""How many log in at the same time."""
SIGNED_EVERY = 20
"""Every so many-th page has its address signed, from the first on."""
WIDE = "1000000/minute"


@pytest.fixture(scope="module")
def crowded(
    own_redis: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveService, FakePlatform]]:
    data_dir = tmp_path_factory.mktemp("crowded") / "data"
    stage = live_stage(data_dir, own_redis.url)
    with FakePlatform.start(stage.service.settings.base_url) as platform:
        stage.strike()
        limits = dict.fromkeys(
            ("limit_device", "limit_address", "limit_cast_device", "limit_cast_address"), WIDE
        )
        stage = live_stage(
            data_dir, own_redis.url, base_url=stage.service.settings.base_url, **platform.settings, **limits
        )
        stage.campaign(identities=("wechat",))
        with LiveService(stage, workers=2) as service:
            yield service, platform
        stage.strike()


class Line:
    """One telephone after another on one connection: keeps what each of them saw."""

    def __init__(self, home: str, platform: FakePlatform) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(home).netloc, timeout=60)
        self.platform = platform
        self.seen: list[str] = []

    def ask(
        self, method: str, path: str, cookies: dict[str, str], body: bytes | None = None
    ) -> tuple[int, str, bytes]:
        """Gives status, Location and body; what is set in cookies is kept."""
        headers = {"User-Agent": IPHONE, "Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            cookies[name] = value
            self.seen.append(cookie)
        text = answer.read()
        location = answer.headers.get("Location", "")
        self.seen += [path, location, text.decode("utf-8", "replace")]
        return answer.status, location, text

    def person(self, number: int) -> None:
        """Log in, and cast a ballot; now and then have the page signed too."""
        cookies: dict[str, str] = {}
        status, away, _body = self.ask("GET", "/wechat/login?next=/c/test", cookies)
        assert status == 302, (status, _body)
        status, page, _body = self.ask(
            "GET", path_of(self.platform.authorize(away, f"voter-{number}")), cookies
        )
        assert (status, page) == (302, "/c/test"), (status, page, _body)
        if number % SIGNED_EVERY == 0:
            url = quote(f"http://{self.connection.host}:{self.connection.port}/c/test", safe="")
            status, _location, _body = self.ask("GET", f"/wechat/js-config?url={url}", cookies)
            assert status == 200, _body
        status, _location, form = self.ask("GET", "/api/v1/campaigns/test/ballot-form", cookies)
        assert status == 200, form
        ballot = {"form": json.loads(form)["form"], "choices": [1 + number % 6], "page": {"touches": 3}}
        status, _location, cast = self.ask(
            "POST", "/api/v1/campaigns/test/ballots", cookies, json.dumps(ballot).encode()
        )
        assert status == 201, cast


def test_ten_thousand_log_in_and_vote_and_no_openid_is_left_behind(
    crowded: tuple[LiveService, FakePlatform], own_redis: EmbeddedRedis, tmp_path: Path
) -> None:
    service, platform = crowded
    numbers, lock = iter(range(VOTERS)), threading.Lock()
    lines = [Line(service.url, platform) for _ in range(CROWD)]

    def work(line: Line) -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            line.person(number)

    at_once([lambda line=line: work(line) for line in lines])

    wait_until(lambda: check_books(service.stage, "test").ledger == VOTERS, "every ballot is recorded", 180)
    calls = platform.counters()["calls"]
    assert calls["/cgi-bin/stable_token"] == 1
    assert calls["/cgi-bin/ticket/getticket"] == 1
    assert calls["/sns/oauth2/access_token"] == VOTERS

    openid = platform.openid("voter-7")
    of_this_account = re.compile(re.escape(openid[:6].encode()) + rb"[A-Za-z0-9_\-]{22}")
    planted = tmp_path / "planted"
    planted.write_text(f"someone wrote {openid} down", encoding="utf-8")
    assert holders_of(of_this_account, planted), "the search finds what is there"
    data_dir = service.stage.service.settings.data_dir
    assert holders_of(of_this_account, data_dir, own_redis.directory) == []
    seen = "\n".join(text for line in lines for text in line.seen).encode()
    assert len(seen) > VOTERS * 500
    assert not of_this_account.search(seen)
    for name in service.stage.service.redis_client.scan_iter(count=1000):
        assert not of_this_account.search(name.encode())


def holders_of(needle: re.Pattern[bytes], *places: Path) -> list[str]:
    """Every file in these places that holds it."""
    files = [
        file
        for place in places
        for file in ([place] if place.is_file() else place.rglob("*"))
        if file.is_file()
    ]
    assert files
    return [file.name for file in files if needle.search(file.read_bytes())]
