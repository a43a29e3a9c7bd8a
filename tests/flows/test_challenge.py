"""A voter whom the gate asks for a challenge: with scripts, on a telephone that knows only the oldest ones, and with none."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.flows.conftest import MakePhone
from tests.flows.gate_ahead import RECEIPT, Gate, RefusedPage, cast, challenge_of, solution_of
from tests.live import LiveService
from tests.oracle import check_books
from tests.phone import choice


@pytest.fixture
def page(make_phone: MakePhone, example: str) -> Page:
    """The campaign page on a phone whose requests a test may answer."""
    phone = make_phone(service_workers="block")
    phone.expects(r"status of 428", r"status of 400")
    return phone.open(f"/c/{example}")


def test_harder_and_harder_and_then_cast(page: Page, live: LiveService, example: str) -> None:
    asked = [challenge_of(n, bits=bits) for n, bits in enumerate((4, 8, 10))]
    gate = Gate(page, *asked)
    cast(page, 3, 7)
    page.wait_for_url(RECEIPT)
    assert [one.get("challenge") for one in gate.posted] == [None, *map(solution_of, asked)]
    first = gate.posted[0]
    assert {(one["form"], *one["choices"]) for one in gate.posted} == {(first["form"], *first["choices"])}
    assert sorted(first["choices"]) == [3, 7]
    check_books(live.stage, example)


def test_three_challenges_in_a_row_are_enough(page: Page) -> None:
    gate = Gate(page, *map(challenge_of, range(4)))
    cast(page, 1)
    expect(page.get_by_role("alert")).to_have_text(
        "安全验证几次都没有通过。您的选择已保留，请过一会儿再点“投出选票”。"
    )
    assert len(gate.posted) == 4
    expect(choice(page, 1)).to_be_checked()
    # And it is no dead end: the next try begins anew.
    cast(page)
    page.wait_for_url(RECEIPT)
    assert len(gate.posted) == 5


def test_while_it_is_solved_people_are_told_and_the_button_waits(page: Page) -> None:
    page.evaluate(
        """() => { window.solveChallenge = (challenge, done, progress) => {
          window.solving = { done: done, progress: progress }; return () => {}; };
        window.heard = [];
        new MutationObserver(() => heard.push(document.getElementById("said").textContent))
          .observe(document.getElementById("said"), { childList: true });
        }"""
    )
    page.clock.install()
    challenge = challenge_of()
    Gate(page, challenge)
    cast(page, 2)
    page.wait_for_function("window.solving")
    button = page.locator("#cast")
    expect(page.get_by_role("status").filter(has_text="正在做安全验证，请稍候…")).to_be_visible()
    expect(button).to_have_attribute("aria-busy", "true")
    expect(button).to_have_attribute("aria-disabled", "true")
    for solved in range(1, 16):
        page.clock.run_for(1000)
        page.evaluate("(solved) => solving.progress(solved)", solved)
    told = [int(n) for n in re.findall(r"已完成 (\d+)/16", " ".join(page.evaluate("heard")))]
    assert told == [3, 6, 9, 12, 15], "every few seconds, not every puzzle"
    page.evaluate("(solution) => solving.done(solution)", solution_of(challenge))
    page.wait_for_url(RECEIPT)


def test_a_renewed_form_brings_its_challenge_and_shows_the_old(page: Page) -> None:
    challenge, asked_for = challenge_of(), []
    old = page.locator("input[name=form]").input_value()
    posted: list[dict[str, Any]] = []

    def renewed(route: Route) -> None:
        asked_for.append(urlsplit(route.request.url).query)
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "challenge": challenge})

    def ballots(route: Route) -> None:
        posted.append(json.loads(route.request.post_data or ""))
        if len(posted) > 1:
            route.continue_()
            return
        body = json.dumps({"status": 400, "code": "bad_form", "detail": "投票表单已过期。"})
        route.fulfill(status=400, body=body, content_type="application/problem+json")

    page.route("**/ballot-form*", renewed)
    page.route("**/ballots", ballots)
    cast(page, 5)
    page.wait_for_url(RECEIPT)
    assert [parse_qs(query) for query in asked_for] == [{"as": ["browser"], "from": [old]}]
    assert posted[1]["challenge"] == solution_of(challenge)
    assert posted[1]["form"] != old


# Where no script runs


def ballot_in(fields: dict[str, list[str]]) -> tuple[str, list[str]]:
    """Form and choices, without which it would be another ballot."""
    return fields["form"][0], fields["choices"]


def test_without_scripts_a_ballot_is_handed_in_as_held(
    make_phone: MakePhone, live: LiveService, example: str
) -> None:
    phone = make_phone(java_script_enabled=False)
    phone.expects(r"status of 428")
    refused = RefusedPage(live, example, challenge_of())
    phone.page.route(f"**/c/{example}", refused.answer)
    page = phone.open(f"/c/{example}")
    cast(page, 9, 11)
    expect(page.get_by_role("heading", level=1)).to_have_text("需要验证")
    expect(page.get_by_text("您的选择还在，请任选一种办法。")).to_be_visible()
    expect(page.get_by_role("img", name="本活动的二维码")).to_be_visible()
    expect(page.get_by_role("link", name="返回活动")).to_have_attribute("href", f"/c/{example}")
    button = page.get_by_role("button", name="提交为待核选票")
    expect(button).to_have_accessible_description(re.compile("暂不计入票数"))
    button.tap()
    page.wait_for_url(RECEIPT)
    first, second = refused.posted
    assert ballot_in(second) == ballot_in(first)
    assert (second["action"], second["held"], second["challenge"]) == (["cast"], ["1"], [""])
    check_books(live.stage, example)


def old_telephone(make_phone: MakePhone, refused: RefusedPage, example: str) -> Page:
    """One that posts natively, for it cannot read campaign.js, and yet runs scripts of the oldest kind."""
    phone = make_phone(service_workers="block")
    phone.expects(r"status of 428", "net::ERR_FAILED")
    phone.page.route("**/static/campaign.js*", lambda route: route.abort())
    phone.page.route(f"**/c/{example}", refused.answer)
    return phone.open(f"/c/{example}")


def test_an_old_telephone_solves_it_on_the_page_of_the_refusal(
    make_phone: MakePhone, live: LiveService, example: str
) -> None:
    challenge = challenge_of()
    refused = RefusedPage(live, example, challenge, times=2)
    page = old_telephone(make_phone, refused, example)
    cast(page, 8, 12)
    page.wait_for_url(RECEIPT)
    assert [ballot_in(fields) for fields in refused.posted] == [ballot_in(refused.posted[0])] * 3
    assert [json.loads(fields["challenge"][0]) for fields in refused.posted[1:]] == [
        solution_of(challenge)
    ] * 2
    assert all("held" not in fields for fields in refused.posted)
    check_books(live.stage, example)


def test_a_check_that_never_passes_ends_with_the_other_ways(
    make_phone: MakePhone, live: LiveService, example: str
) -> None:
    refused = RefusedPage(live, example, challenge_of(), times=9)
    page = old_telephone(make_phone, refused, example)
    cast(page, 10)
    expect(page.get_by_role("status")).to_have_text("安全验证没有通过。您的选择还在，请任选一种办法。")
    assert len(refused.posted) == 4
    expect(page.get_by_role("button", name="提交为待核选票")).to_be_visible()
    expect(page.locator("#no-scripts")).to_be_hidden()


def test_a_slow_check_offers_the_other_ways_while_it_goes_on(
    make_phone: MakePhone, live: LiveService, example: str
) -> None:
    refused = RefusedPage(live, example, challenge_of(bits=40))
    page = old_telephone(make_phone, refused, example)
    page.clock.install()
    cast(page, 13)
    expect(page.get_by_role("status")).to_have_text("正在做安全验证，完成后自动投出，请稍候…")
    button = page.get_by_role("button", name="提交为待核选票")
    expect(button).to_be_hidden()
    page.clock.fast_forward(20_000)
    button.tap()
    page.wait_for_url(RECEIPT)
    assert refused.posted[1]["held"] == ["1"]


def test_a_refusal_without_a_challenge_carries_no_script(live: LiveService, example: str) -> None:
    _nonce, page = RefusedPage(live, example, None).draw({"form": "f", "choices": ["1"]})
    assert "提交为待核选票" in page
    assert re.findall(r'src="/static/(?!icons)([a-z]+\.js)', page) == ["app.js"]
