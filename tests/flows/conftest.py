"""Phones for the screenplays, and a live service for them to open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import missing
from tests.live import EXAMPLE, LiveService, import_example, live_stage
from tests.phone import CHROMIUM_ARGS, Phone, find_chromium
from voting_service.redis_server.embedded import EmbeddedRedis

MakePhone = Callable[..., Phone]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session; every phone is a context of its own in it."""
    executable = find_chromium()
    if executable is None:
        missing("Chromium")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=executable, args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def photo_shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the services of a session keep their photos, so that the example's are encoded once."""
    return tmp_path_factory.mktemp("photos")


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    """A Redis for one module's live service, which nobody else empties."""
    with EmbeddedRedis(tmp_path_factory.mktemp("own-redis")) as server:
        yield server


@pytest.fixture(scope="module")
def live(
    own_redis: EmbeddedRedis, photo_shelf: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveService]:
    """A live service for one module, with no campaign yet."""
    data_dir = tmp_path_factory.mktemp("live") / "data"
    stage = live_stage(data_dir, own_redis.url)
    (data_dir / "photos").symlink_to(photo_shelf)
    with LiveService(stage) as service:
        yield service
    stage.strike()


@pytest.fixture
def make_phone(browser: Browser, live: LiveService) -> Iterator[MakePhone]:
    """As many phones as a scene needs, each with its own cookies; all are looked through at the end."""
    phones: list[Phone] = []

    def make(**options: Any) -> Phone:
        phones.append(Phone(browser, live.url, **options))
        return phones[-1]

    yield make
    wrong = [line for phone in phones for line in phone.wrong]
    for phone in phones:
        phone.context.close()
    assert wrong == []


@pytest.fixture
def phone(make_phone: MakePhone) -> Phone:
    """One phone as most people hold it: 390×844, WeChat, Chinese."""
    return make_phone()


@pytest.fixture(scope="module")
def example(live: LiveService) -> str:
    """The example campaign, open on the live service. Gives its slug."""
    import_example(live.stage)
    live.stage.open(EXAMPLE)
    return EXAMPLE
