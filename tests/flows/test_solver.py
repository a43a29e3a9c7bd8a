"""The solver of challenges in a real browser: in a worker, and on the page wherever no worker does it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route

from tests.flows.conftest import MakePhone
from tests.flows.gate_ahead import challenge_of, solution_of
from tests.phone import Phone

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
