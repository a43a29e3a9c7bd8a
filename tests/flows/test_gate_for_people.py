"""The door as people meet it in a browser, under the policy that a campaign has by default."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.flows.conftest import MakePhone
from tests.flows.gate_ahead import RECEIPT, cast
from tests.live import LiveService
from tests.oracle import check_books

DRIVEN = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36"


@pytest.fixture(scope="module")
def guarded(live: LiveService) -> str:
    """An open campaign with the service's own policy."""
    return live.stage.campaign("guarded", policy={})


def test_who_is_challenged_ends_with_a_receipt_without_doing_anything(
    make_phone: MakePhone, live: LiveService, guarded: str
) -> None:
    """Chromium is driven here and says so: fourteen bits are asked of it."""
    phone = make_phone()
    phone.expects("status of 428")
    asked: list[int] = []
    phone.page.on(
        "response", lambda answer: asked.append(answer.status) if answer.url.endswith("/ballots") else None
    )
    page = phone.open(f"/c/{guarded}")
    cast(page, 3, 5)
    page.wait_for_url(RECEIPT)
    assert asked == [428, 201]
    expect(page.get_by_text("待核")).to_have_count(0)
    check_books(live.stage, guarded)


def test_without_scripts_whoever_is_challenged_hands_in_a_held_ballot(
    make_phone: MakePhone, live: LiveService, guarded: str
) -> None:
    phone = make_phone(java_script_enabled=False, user_agent=DRIVEN)
    phone.expects("status of 428")
    page = phone.open(f"/c/{guarded}")
    cast(page, 2)
    expect(page.get_by_role("heading", level=1)).to_have_text("需要验证")
    page.get_by_role("button", name="提交为待核选票").tap()
    page.wait_for_url(RECEIPT)
    expect(page.get_by_text(re.compile("待核")).first).to_be_visible()
    held = live.stage.service.box.state(guarded)
    assert held is not None
    assert held.held == 1
    check_books(live.stage, guarded)


def test_an_old_telephone_without_the_pages_script_solves_it_too(
    make_phone: MakePhone, live: LiveService, guarded: str
) -> None:
    """campaign.js cannot be read there; the page of the refusal solves the real challenge and posts the ballot again."""
    phone = make_phone(service_workers="block", user_agent=DRIVEN)
    phone.expects("status of 428", "net::ERR_FAILED")
    phone.page.route("**/static/campaign.js*", lambda route: route.abort())
    page = phone.open(f"/c/{guarded}")
    cast(page, 4)
    page.wait_for_url(RECEIPT)
    expect(page.get_by_text("待核")).to_have_count(0)
    check_books(live.stage, guarded)
