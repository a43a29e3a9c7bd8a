"""The browser's side of the gate: challenges worked off in a worker or on the page, asked for again and harder, and with
no script at all; what goes with a ballot about the hand that cast it; and the address that a page is shared by."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import render_template
from playwright.sync_api import Page, Route, expect

from tests.flows.conftest import MakePhone
from tests.live import LiveService
from tests.oracle import check_books
from tests.phone import Phone, choice
from voting_service.web.headers import content_security_policy, csp_nonce
from wsgi import make_flask, make_polling_place

RECEIPT = re.compile(r"/r/[0-9A-Z-]{19}")
Challenge = dict[str, Any]


def challenge_of(number: int = 1, *, salt: str = "c2FsdCBvZiAxNiBieXRlcw", puzzles: int = 16, bits: int = 5) -> Challenge:  # fmt: skip
    """A challenge as the gate gives it, easier than most."""
    return {"id": f"challenge-{number}", "salt": salt, "puzzles": puzzles, "bits": bits}


def solution_of(challenge: Challenge) -> dict[str, Any]:
    """The first solution of every puzzle, found with Python's own SHA-256."""

    def fits(i: int, n: int) -> bool:
        digest = hashlib.sha256(f"{challenge['salt']}:{i}:{n}".encode()).digest()
        return int.from_bytes(digest) >> 256 - challenge["bits"] == 0

    first = [next(n for n in range(1 << 24) if fits(i, n)) for i in range(challenge["puzzles"])]
    return {"id": challenge["id"], "solutions": first}


# The solver

LOAD = """() => new Promise((loaded, failed) => {
  const page = document.getElementById("page"), script = document.createElement("script");
  script.setAttribute("nonce", page.nonce);
  script.src = JSON.parse(page.textContent).solver;
  script.onload = loaded; script.onerror = failed;
  document.head.appendChild(script);
})"""
SOLVE = """(challenge) => new Promise((solved) => {
  const heard = [];
  solveChallenge(challenge, (solution) => solved([solution, heard]), (count) => heard.push(count));
})"""
# Without it nothing is worked off on the page: what is solved then was solved in the worker.
NO_WORK_ON_THE_PAGE = "const later = setTimeout; window.setTimeout = (act, ms) => ms ? later(act, ms) : 0;"
WITHOUT_WORKER = {
    "there is none": "delete window.Worker;",
    "it cannot be made": "window.Worker = function () { throw new Error('refused'); };",
    "it fails": """window.Worker = function () { setTimeout(() => this.onerror(new Event("error", { cancelable: true })), 1);
      this.postMessage = this.terminate = () => {}; };""",
    "it keeps silent": "window.Worker = function () { this.postMessage = this.terminate = () => {}; };",
    "it dies on the way": """window.Worker = function () { this.terminate = () => {};
      this.postMessage = () => setTimeout(() => this.onmessage({ data: [] }), 1); };""",
}


def solver(phone: Phone, example: str, *preparations: str) -> Page:
    """A campaign page with the solver loaded as campaign.js loads it."""
    for preparation in preparations:
        phone.context.add_init_script(preparation)
    page = phone.open(f"/c/{example}")
    page.evaluate(LOAD)
    return page


def test_a_worker_solves_it(phone: Phone, example: str) -> None:
    page = solver(phone, example, NO_WORK_ON_THE_PAGE)
    challenge = challenge_of(bits=12)
    with page.expect_worker() as made:
        solution, heard = page.evaluate(SOLVE, challenge)
    assert solution == solution_of(challenge)
    assert (heard, heard[-1]) == (sorted(heard), 16)
    assert made.value.url.startswith(f"{phone.home}/static/challenge.js")


@pytest.mark.parametrize("preparation", WITHOUT_WORKER.values(), ids=WITHOUT_WORKER.keys())
def test_the_page_solves_it_where_no_worker_does(phone: Phone, example: str, preparation: str) -> None:
    page = solver(phone, example, preparation)
    challenge = challenge_of(bits=12)
    solution, heard = page.evaluate(SOLVE, challenge)
    assert solution == solution_of(challenge)
    assert (heard, heard[-1]) == (sorted(heard), 16)


def test_the_page_solves_it_where_the_policy_refuses_workers(make_phone: MakePhone, example: str) -> None:
    phone = make_phone(service_workers="block")
    phone.expects("worker-src", "blob|policy:.*worker")

    def without_workers(route: Route) -> None:
        answer = route.fetch()
        policy = answer.headers["content-security-policy"].replace("worker-src 'self'", "worker-src 'none'")
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})

    phone.page.route(f"**/c/{example}", without_workers)
    page = solver(phone, example)
    challenge = challenge_of()
    assert page.evaluate(SOLVE, challenge)[0] == solution_of(challenge)


def test_every_length_and_difficulty_is_hashed_right(phone: Phone, example: str) -> None:
    page = solver(phone, example, "delete window.Worker;")
    lengths = (1, 22, *range(46, 66), 120, 128, 200)
    asked = [challenge_of(length, salt="s" * length, puzzles=3) for length in lengths]
    asked += [challenge_of(bits, bits=bits, puzzles=2) for bits in (1, 8, 9, 17)]
    assert [page.evaluate(SOLVE, one)[0] for one in asked] == [solution_of(one) for one in asked]


@pytest.mark.parametrize("preparation", ["", "delete window.Worker;"], ids=["worker", "page"])
def test_what_is_cancelled_is_not_heard_of_again(phone: Phone, example: str, preparation: str) -> None:
    page = solver(phone, example, preparation)
    challenge = challenge_of()
    heard = page.evaluate(
        """(challenge) => new Promise((end) => {
          const heard = [];
          const cancel = solveChallenge(challenge, () => heard.push("cancelled"));
          cancel();
          solveChallenge(challenge, () => { heard.push("other"); setTimeout(() => end(heard), 200); });
        })""",
        challenge,
    )
    assert heard == ["other"]


# Casting


class Gate:
    """Stands before a live service and asks for challenges, as many as it is given; then lets ballots through."""

    def __init__(self, page: Page, *challenges: Challenge) -> None:
        self.posted: list[dict[str, Any]] = []
        self._challenges = list(challenges)
        page.route("**/ballots", self._answer)

    def _answer(self, route: Route) -> None:
        self.posted.append(json.loads(route.request.post_data or ""))
        if not self._challenges:
            route.continue_()
            return
        problem = {"status": 428, "code": "challenge_required", "detail": "请先完成验证。"}
        body = json.dumps({**problem, "challenge": self._challenges.pop(0)})
        route.fulfill(status=428, body=body, content_type="application/problem+json")


@pytest.fixture
def page(make_phone: MakePhone, example: str) -> Page:
    """The campaign page on a phone whose requests a test may answer."""
    phone = make_phone(service_workers="block")
    phone.expects(r"status of 428", r"status of 400")
    return phone.open(f"/c/{example}")


def cast(page: Page, *numbers: int) -> None:
    """Choose and cast."""
    for number in numbers:
        choice(page, number).tap()
    page.get_by_role("button", name="投出选票").tap()


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
    assert [parse_qs(query) for query in asked_for] == [{"from": [old]}]
    assert posted[1]["challenge"] == solution_of(challenge)
    assert posted[1]["form"] != old


# What goes with the ballot

# As WebKit on a telephone answers: nobody drives it, and it has no userAgentData.
UNDRIVEN = """Object.defineProperty(Navigator.prototype, "webdriver", { get: () => false });
delete Navigator.prototype.userAgentData;"""
OLD_KERNEL = """delete Navigator.prototype.webdriver; delete Navigator.prototype.maxTouchPoints;
delete Navigator.prototype.userAgentData;"""
THROWS = """Object.defineProperty(Navigator.prototype, "webdriver", { get() { throw new Error("unknown"); } });
delete Navigator.prototype.userAgentData;"""
DESKTOP_WECHAT = {
    "user_agent": "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0"
    " Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI WindowsWechat(0x63090a13) XWEB/8555",
    "has_touch": False,
    "is_mobile": False,
}
HEADLESS = {
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/156.0.0.0 Safari/537.36"
}
HANDS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "a person's telephone": (UNDRIVEN, {}, []),
    "an old kernel": (OLD_KERNEL, {}, []),
    "a kernel that throws": (THROWS, {}, []),
    "WeChat on a desktop": (UNDRIVEN, DESKTOP_WECHAT, []),
    "a driven Chromium called iPhone": ("", {}, ["webdriver", "borrowed_name"]),
    "no touch screen on an iPhone": (UNDRIVEN, {"has_touch": False, "is_mobile": False}, ["no_touch_screen"]),
    "headless": (UNDRIVEN, HEADLESS, ["headless"]),
    "a driver's names": (UNDRIVEN + "document.$cdc_asdjflasutopfhvcZLmcfl_ = 1;", {}, ["driver_names"]),
}


@pytest.mark.parametrize(("preparation", "options", "traits"), HANDS.values(), ids=HANDS.keys())
def test_signs_of_a_driven_browser(
    make_phone: MakePhone, example: str, preparation: str, options: dict[str, Any], traits: list[str]
) -> None:
    phone = make_phone(**options)
    phone.context.add_init_script(preparation)
    page = phone.open(f"/c/{example}")
    assert page.evaluate("pageHandling()") == {"touches": 0, "traits": traits}


def touches(page: Page) -> int:
    number: int = page.evaluate("pageHandling().touches")
    return number


def test_touches_and_signs_go_with_the_ballot(page: Page) -> None:
    gate = Gate(page)
    cast(page, 4, 6)
    page.wait_for_url(RECEIPT)
    assert [one["page"] for one in gate.posted] == [{"touches": 3, "traits": ["webdriver", "borrowed_name"]}]


def test_a_ballot_goes_without_when_the_file_did_not_come(make_phone: MakePhone, example: str) -> None:
    phone = make_phone(service_workers="block")
    phone.expects("net::ERR_FAILED")
    phone.page.route("**/handling.js*", lambda route: route.abort())
    page = phone.open(f"/c/{example}")
    gate = Gate(page)
    cast(page, 4)
    page.wait_for_url(RECEIPT)
    assert sorted(gate.posted[0]) == ["choices", "form"]


def test_every_hand_counts_and_no_script(make_phone: MakePhone, example: str) -> None:
    path = f"/c/{example}"
    page = make_phone().open(path)
    choice(page, 1).tap()
    assert touches(page) == 1, "a tap is a touch, a press and a click"
    page = make_phone(has_touch=False, is_mobile=False).open(path)
    choice(page, 1).click()
    choice(page, 2).click()
    assert touches(page) == 2
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert touches(page) == 4
    reader = make_phone()
    # A screen reader's click: the page hears of no touch and of no press before it.
    reader.context.add_init_script(
        """["touchstart", "mousedown"].forEach((kind) =>
          addEventListener(kind, (event) => event.stopImmediatePropagation(), true));"""
    )
    page = reader.open(path)
    choice(page, 1).tap()
    assert touches(page) == 1
    page.evaluate("document.getElementById('c2').click()")
    assert touches(page) == 1


# Sharing


TOKEN = "own.Token_1-a"


def open_with_share(phone: Phone, path: str, query: str) -> Page:
    """A page whose voter has a share token."""

    def with_share(route: Route) -> None:
        answer = route.fetch()
        assert answer.text().count('"share": ""') == 1
        route.fulfill(response=answer, body=answer.text().replace('"share": ""', f'"share": "{TOKEN}"'))

    phone.page.route(lambda url: urlsplit(url).path == path, with_share)
    return phone.open(path + query)


@pytest.mark.parametrize("page_of", ["/c/{}", "/c/{}/candidates/7"], ids=["campaign", "candidate"])
def test_the_address_becomes_the_voters_own_link(make_phone: MakePhone, example: str, page_of: str) -> None:
    phone = make_phone(service_workers="block")
    path = page_of.format(example)
    page = open_with_share(phone, path, "?s=someone.elses&entry=menu&q=hall#list")
    assert page.url == f"{phone.home}{path}?s={TOKEN}#list"
    answer = page.reload()
    assert answer is not None
    assert (answer.status, page.url) == (200, f"{phone.home}{path}?s={TOKEN}#list")
    phone.open(f"{path}?entry=menu&lang=en")
    assert page.url == f"{phone.home}{path}?lang=en&s={TOKEN}"
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_without_a_token_the_address_stays(phone: Phone, example: str) -> None:
    page = phone.open(f"/c/{example}?s=someone.elses")
    assert page.url == f"{phone.home}/c/{example}?s=someone.elses"


def test_a_kernel_that_cannot_change_the_address_leaves_it(make_phone: MakePhone, example: str) -> None:
    phone = make_phone(service_workers="block")
    phone.context.add_init_script("delete History.prototype.replaceState;")
    page = open_with_share(phone, f"/c/{example}", "?entry=menu")
    assert page.url == f"{phone.home}/c/{example}?entry=menu"
    choice(page, 1).tap()
    expect(page.get_by_text("已选 1/3 人")).to_be_visible()


# Where no script runs


class RefusedPage:
    """The page of a refusal, drawn by the service's own templates for whatever ballot was posted to it."""

    def __init__(self, live: LiveService, slug: str, challenge: Challenge | None, times: int = 1) -> None:
        self.posted: list[dict[str, list[str]]] = []
        self._service, self._slug = live.stage.service, slug
        self._place = make_polling_place(self._service)
        self._app = make_flask(self._service, self._place)
        self._challenge, self._times = challenge, times

    def answer(self, route: Route) -> None:
        """Refuse the first posts, let the others through."""
        if route.request.method != "POST":
            route.continue_()
            return
        fields = parse_qs(route.request.post_data or "", keep_blank_values=True)
        self.posted.append(fields)
        if len(self.posted) > self._times:
            route.continue_()
            return
        nonce, page = self.draw({"form": fields["form"][0], "choices": fields["choices"]})
        headers = {"Content-Security-Policy": content_security_policy(nonce)}
        route.fulfill(status=428, body=page, content_type="text/html; charset=utf-8", headers=headers)

    def draw(self, again: dict[str, Any]) -> tuple[str, str]:
        """Its nonce and its text."""
        view = self._place.view(self._slug, self._service.clock.now())
        refusal = {
            "code": "challenge_required",
            "title": "需要验证",
            "sentence": "投票前请先完成安全验证。",
            "remedy": None,
            "next_at": None,
            "challenge": self._challenge,
        }
        with self._app.test_request_context(f"/c/{self._slug}", method="POST"):
            page = render_template("ballots/refused.html", campaign=view, refusal=refusal, again=again)
            return csp_nonce(), page


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
