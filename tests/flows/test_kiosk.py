"""A device at a union hall on which one person votes after the other: each is a voter of their own, and none of them sees
what the one before has chosen."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from tests.actors import IPHONE
from tests.flows.conftest import MakePhone
from tests.flows.gate_ahead import RECEIPT, cast
from tests.flows.test_commands import run
from tests.flows.test_pages import form_of
from tests.live import LiveService, wait_until
from tests.oracle import check_books
from tests.phone import Phone, choice, overflow
from tests.stage import CALM, Stage, make_service
from voting_service.evidence.models import BallotEvidence
from voting_service.evidence.record import Evidence, unseal
from voting_service.ledger import LedgerEntry

NAME = "职工之家大厅 1 号机"
STRICT: dict[str, Any] = CALM | {
    "new_devices_per_hour": 1,
    "address_ballots_per_minute": 1,
    "new_device_s": 86_400,
}
"""Under this policy the second new browser behind an address is asked for a challenge."""


def register(stage: Stage, slug: str = "test", *, name: str = NAME, per_hour: int = 120) -> str:
    """Register a kiosk as an operator does; gives its link's path."""
    outcome = run(stage, "fraud", "kiosk", "add", slug, name, "--ballots-per-hour", str(per_hour), "--by", "王敏",
                  "--reason", "大厅投票")  # fmt: skip
    assert outcome.exit_code == 0, outcome.output
    return urlsplit(outcome.stdout.strip()).path


def remove(stage: Stage, path: str, slug: str = "test") -> None:
    """Take a kiosk out again."""
    kiosk = path.rpartition("/")[2].partition(".")[0]
    done = run(stage, "fraud", "kiosk", "remove", slug, kiosk, "--by", "王敏", "--reason", "收摊")
    assert done.exit_code == 0, done.output


def evidence(stage: Stage, slug: str = "test") -> list[Evidence]:
    """The evidence of every recorded ballot, in the order of the ledger."""
    stage.record()
    with stage.service.database.read() as session:
        rows = session.execute(
            select(LedgerEntry.ballot_id, BallotEvidence.sealed)
            .join(BallotEvidence, (BallotEvidence.campaign_id == LedgerEntry.campaign_id) & (BallotEvidence.seq == LedgerEntry.seq))
            .order_by(LedgerEntry.seq)
        ).all()  # fmt: skip
    read = [unseal(stage.service.keyring, slug, ballot_id, sealed) for ballot_id, sealed in rows]
    return [one for one in read if one is not None]


class Device:
    """A browser without JavaScript that stands in a hall."""

    def __init__(self, client: Client, slug: str = "test") -> None:
        self.client = client
        self.slug = slug
        self._headers = {"User-Agent": IPHONE}

    def get(self, path: str) -> TestResponse:
        """Open an address, without following it on."""
        return self.client.get(path, headers=self._headers)

    def post(self, path: str, **fields: Any) -> TestResponse:
        """Press a button."""
        return self.client.post(path, data=fields, headers=self._headers)

    def vote(self, *choices: int, query: str = "") -> TestResponse:
        """Open the campaign page and cast from it."""
        form = form_of(self.get(f"/c/{self.slug}{query}"))
        return self.post(f"/c/{self.slug}", form=form, choices=list(choices), action="cast")

    def next(self) -> None:
        """The next one, please."""
        answer = self.post(f"/kiosk/{self.slug}/next")
        assert (answer.status_code, answer.location) == (303, f"/c/{self.slug}")

    def cookie(self, name: str) -> str:
        """A cookie's value; empty where there is none."""
        found = self.client.get_cookie(name)
        return found.value if found else ""


def kiosk_at(stage: Stage, path: str) -> Device:
    """A browser that has been made the kiosk."""
    device = Device(stage.client())
    # Pages of a process that has shown the campaign already know a new kiosk a second later at most.
    wait_until(lambda: device.get(path).status_code == 200, "the link is known")
    answer = device.post(path, action="start")
    assert (answer.status_code, answer.location) == (303, "/c/test")
    return device


def test_one_person_after_the_other_votes_at_a_kiosk(stage: Stage) -> None:
    stage.campaign(policy=STRICT)
    path = register(stage)
    device = Device(stage.client())
    page = device.get(path)
    assert page.status_code == 200
    assert f"把本机用作投票机：{NAME}" in page.text
    assert device.cookie("kiosk") == "", "a link that is only looked at does nothing"
    started = device.post(path, action="start")
    (cookie,) = (one for one in started.headers.getlist("Set-Cookie") if one.startswith("kiosk="))
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    voters = set()
    for number in (1, 2, 3):
        assert f"这是投票机：{NAME}" in device.get("/c/test").text
        answer = device.vote(number)
        assert (answer.status_code, answer.location[:3]) == (303, "/r/"), (
            "no challenge for a kiosk's ever new cookies"
        )
        receipt = device.get(answer.location)
        assert receipt.status_code == 200
        assert "下一位投票" in receipt.text
        assert receipt.headers["Cache-Control"] == "no-store"
        voters.add(device.cookie("voter"))
        device.next()
        back = device.get(answer.location)
        assert (back.status_code, back.location) == (303, "/c/test"), "the way back leads to nobody's choices"
    assert len(voters) == 3
    kiosk = path.rpartition("/")[2].partition(".")[0]
    assert [one.kiosk for one in evidence(stage)] == [kiosk] * 3
    check_books(stage)


def test_elsewhere_the_same_policy_asks_for_a_challenge(stage: Stage) -> None:
    stage.campaign(policy=STRICT)
    register(stage)
    assert [stage.voter().vote([1]).status_code for _person in range(2)] == [201, 428]


def test_a_receipt_is_shown_elsewhere_and_by_its_code_at_a_kiosk(stage: Stage) -> None:
    stage.campaign()
    voter = stage.voter()
    code = voter.vote([1]).get_json()["receipt"]["tracking_code"]
    assert voter.get(f"/r/{code}").status_code == 200
    device = kiosk_at(stage, register(stage))
    device.get("/c/test")
    found = device.get(f"/c/test/verify?code={code}")
    assert found.status_code == 303
    assert device.get(found.location).status_code == 200, "in the same turn"
    device.next()
    assert device.get(found.location).status_code == 303


def test_https_keeps_the_cookie_to_itself(tmp_path: Path, redis_url: str) -> None:
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, base_url="https://vote.example.org"))
    stage.campaign()
    answer = Device(stage.client()).post(register(stage), action="start")
    cookies = answer.headers.getlist("Set-Cookie")
    assert {one.partition("=")[0] for one in cookies} == {"kiosk", "voter", "came"}
    assert all("Secure" in one for one in cookies)
    stage.strike()


def test_the_pages_of_the_link_give_its_secret_to_nobody(stage: Stage) -> None:
    stage.campaign()
    path = register(stage)
    device = Device(stage.client())
    for answer in (device.get(path), device.post(path, action="start"), device.get(path)):
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert path.rpartition(".")[2] not in answer.text


def test_a_forged_link_and_one_of_another_campaign_are_nothing(stage: Stage) -> None:
    stage.campaign()
    stage.campaign("other")
    path = register(stage)
    token = path.rpartition("/")[2]
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    device = Device(stage.client())
    for wrong in (
        f"/kiosk/test/{forged}",
        f"/kiosk/other/{token}",
        "/kiosk/test/next",
        f"/kiosk/no-such/{token}",
    ):
        assert device.get(wrong).status_code == 404
    for wrong in (f"/kiosk/test/{forged}", f"/kiosk/other/{token}"):
        assert device.post(wrong, action="start").status_code == 404
    assert device.cookie("kiosk") == ""
    # A cookie that somebody writes by hand is none either.
    device.client.set_cookie("kiosk", forged)
    assert "这是投票机" not in device.get("/c/test").text


def test_a_removed_kiosk_ends_with_the_next_ballot(stage: Stage) -> None:
    stage.campaign()
    path = register(stage)
    device = kiosk_at(stage, path)
    assert device.vote(1).status_code == 303
    device.next()
    remove(stage, path)
    assert device.vote(2).status_code == 303, "a browser like any other, and not shut out"
    assert [bool(one.kiosk) for one in evidence(stage)] == [True, False]
    wait_until(lambda: device.get(path).status_code == 404, "the link is dead")
    assert "这是投票机" not in device.get("/c/test").text
    voter = device.cookie("voter")
    device.next()
    assert device.cookie("voter") == voter, "who is no kiosk gets no new voter at the press of a button"


def test_next_makes_new_voters_at_kiosks_alone(stage: Stage) -> None:
    stage.campaign()
    device = Device(stage.client())
    assert device.vote(1).status_code == 303
    voter = device.cookie("voter")
    device.next()
    assert device.cookie("voter") == voter
    assert device.vote(2).status_code == 409


def test_a_quota_of_its_own_ends_at_the_quota(stage: Stage) -> None:
    stage.campaign(policy=STRICT)
    device = kiosk_at(stage, register(stage, per_hour=2))
    statuses = []
    for _person in range(3):
        statuses.append(device.vote(1).status_code)
        device.next()
    assert statuses == [303, 303, 429]


def test_the_next_voter_did_not_come_the_way_of_the_last(stage: Stage) -> None:
    stage.campaign()
    device = kiosk_at(stage, register(stage))
    assert device.vote(1, query="?q=hall").status_code == 303
    device.next()
    assert device.vote(2).status_code == 303
    assert [(one.entry, one.qr_site) for one in evidence(stage)] == [("qr", "hall"), ("direct", "")]


def test_ended_it_is_a_browser_that_knows_nobody(stage: Stage) -> None:
    stage.campaign()
    path = register(stage)
    device = kiosk_at(stage, path)
    device.vote(1)
    page = device.get(path)
    assert f"本机正在作投票机：{NAME}" in page.text
    assert device.post(path, action="end").location == path
    assert (device.cookie("kiosk"), device.cookie("voter"), device.cookie("came")) == ("", "", "")
    assert "启用投票机" in device.get(path).text
    assert device.vote(1).status_code == 303
    assert [bool(one.kiosk) for one in evidence(stage)] == [True, False]


# With a browser


@pytest.fixture
def kiosk_path(live: LiveService, example: str, request: pytest.FixtureRequest) -> str:
    """A kiosk of its own for each scene."""
    return register(live.stage, example, name=request.node.name[:40])


@pytest.fixture
def hall(make_phone: MakePhone, kiosk_path: str) -> Phone:
    """A tablet that has just been made the kiosk. The campaign page knows it a second later at most."""
    tablet = make_phone(viewport={"width": 820, "height": 1180})
    page = tablet.page

    def offered() -> bool:
        answer = page.goto(kiosk_path)
        return answer is not None and answer.status == 200

    # A driven browser is asked for a challenge, at a kiosk as elsewhere.
    tablet.expects(r"status of 404", r"status of 428")
    wait_until(offered, "the link is known")
    page.get_by_role("button", name="启用投票机").tap()
    page.wait_for_url("**/c/*")
    expect(page.get_by_text("这是投票机：")).to_be_visible()
    assert overflow(page) == []
    return tablet


def nothing_chosen(page: Page) -> None:
    """The campaign page as someone new sees it."""
    expect(page.get_by_role("heading", name="候选人", exact=True)).to_be_attached()
    assert page.locator("input[name=choices]:checked").count() == 0
    assert page.locator("#done").is_hidden()


def test_nothing_of_the_last_voter_is_left(hall: Phone, live: LiveService, example: str) -> None:
    page = hall.page
    cast(page, 3, 7)
    page.wait_for_url(RECEIPT)
    receipt = page.url
    assert overflow(page) == []
    assert page.evaluate("localStorage.length") == 0
    page.get_by_role("button", name="下一位投票").tap()
    page.wait_for_url(f"**/c/{example}")
    nothing_chosen(page)
    kept = json.loads(page.evaluate("JSON.stringify(Object.assign({}, sessionStorage))"))
    assert {key: value for key, value in kept.items() if not key.startswith("turn:")} == {
        f"chosen:{example}": "[]",
        f"groups:{example}": "{}",
    }
    page.go_back()
    page.wait_for_url(f"**/c/{example}")
    nothing_chosen(page)
    page.goto(receipt)
    assert urlsplit(page.url).path == f"/c/{example}"
    cast(page, 4)
    page.wait_for_url(RECEIPT)
    check_books(live.stage, example)


def test_what_was_chosen_and_not_cast_goes_with_who_chose_it(hall: Phone, example: str) -> None:
    page = hall.page
    choice(page, 5).tap()
    page.goto(f"/c/{example}/candidates/6")
    page.get_by_role("button", name="选择").tap()
    page.get_by_role("link", name=re.compile("去投票")).tap()
    page.wait_for_url(f"**/c/{example}#list")
    assert page.locator("input[name=choices]:checked").count() == 2, (
        "within one turn the pages know of each other"
    )
    page.get_by_role("button", name="换人，重新开始").tap()
    page.wait_for_url(f"**/c/{example}")
    nothing_chosen(page)
    page.go_back()
    expect(page.get_by_role("heading", name="候选人", exact=True)).to_be_attached()
    nothing_chosen(page)


def receipt_on(hall: Phone) -> Page:
    """A receipt at the kiosk, its clock in the test's hand."""
    page = hall.page
    page.clock.install()
    cast(page, 2)
    page.wait_for_url(RECEIPT)
    expect(page.locator("#leaving")).to_be_visible()
    return page


def test_a_receipt_that_nobody_touches_goes_away(hall: Phone, example: str) -> None:
    page = receipt_on(hall)
    expect(page.get_by_role("timer")).to_contain_text("秒无人操作，自动回到开始页。")
    page.clock.run_for(45_000)
    expect(page.get_by_role("status").filter(has_text="20 秒后自动回到开始页")).to_be_attached()
    page.locator("#code").tap()
    page.clock.run_for(45_000)
    assert RECEIPT.search(page.url), "a touch gives the time anew"
    page.clock.run_for(20_000)
    page.wait_for_url(f"**/c/{example}")
    nothing_chosen(page)


def test_the_countdown_can_be_stopped(hall: Phone) -> None:
    page = receipt_on(hall)
    page.get_by_role("button", name="停止倒计时").tap()
    page.clock.run_for(600_000)
    assert RECEIPT.search(page.url)
    expect(page.locator("#leaving")).to_be_hidden()
    expect(page.get_by_role("button", name="下一位投票")).to_be_focused()


def test_without_scripts_there_is_a_way_on_from_every_page(
    make_phone: MakePhone, kiosk_path: str, example: str
) -> None:
    tablet = make_phone(java_script_enabled=False)
    tablet.expects(r"status of 404")
    page = tablet.page

    def offered() -> bool:
        answer = page.goto(kiosk_path)
        return answer is not None and answer.status == 200

    wait_until(offered, "the link is known")
    page.get_by_role("button", name="启用投票机").tap()
    for number in (8, 9):
        cast(page, number)
        page.wait_for_url(RECEIPT)
        expect(page.locator("#leaving")).to_be_hidden()
        page.get_by_role("button", name="下一位投票").tap()
        page.wait_for_url(f"**/c/{example}")
        assert page.locator("input[name=choices]:checked").count() == 0
    page.goto(kiosk_path)
    page.get_by_role("button", name="停用投票机").tap()
    expect(page.get_by_role("button", name="启用投票机")).to_be_visible()


def test_no_process_writes_the_link_down(hall: Phone, live: LiveService, kiosk_path: str) -> None:
    hall.page.goto(kiosk_path)
    logs = live.stage.service.settings.data_dir / "process-logs"
    said = "".join(file.read_text("utf-8", "replace") for file in logs.iterdir())
    assert "recorder" in " ".join(file.name for file in logs.iterdir()), "these are the processes' own words"
    assert kiosk_path.rpartition(".")[2] not in said
