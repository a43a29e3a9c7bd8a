"""What the pages say to somebody who must first do something, by every way a campaign admits; and that their forms are whole
in every state: a browser leaves out a form within a form, and ends the outer one where that ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.actors import IPHONE, Voter
from tests.flows.test_kiosk import STRICT, Device
from tests.flows.test_kiosk import kiosk_at as device_kiosk_at
from tests.flows.test_kiosk import register as register_kiosk
from tests.flows.test_pages import form_of
from tests.flows.test_voter_codes import enter_at, kiosk_at, register
from tests.paper import holder, make_codes
from tests.stage import Stage, make_service
from tests.wechat_login import WeChatPhone
from tests.wechat_platform import FakePlatform
from voting_service.voter_codes.code_text import new_code

SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 Version/18.3 Mobile/15E148 Safari/604.1"
BASE_URL = "http://127.0.0.1:8000"
PAGES = (
    "/",
    "/c/test",
    "/c/test/candidates/2",
    "/c/test/code",
    "/c/test/ranking",
    "/c/test/rules",
    "/c/test/verify",
    "/c/test/verify?code=AAAA",
)
BAR = re.compile(r'<div class="bar__row[^"]*">(.*?)</div>', re.S)


class Forms(HTMLParser):
    """Counts the forms of a page, those that begin within another, and ends that end nothing."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open = self.forms = self.wrong = 0
        self.feed(page)
        self.wrong += max(self.open, 0)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form":
            self.wrong += self.open > 0
            self.forms += 1
            self.open += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.wrong += self.open == 0
            self.open -= 1


def whole(*answers: TestResponse) -> None:
    """Each is a page, and no form on it stands in another."""
    for answer in answers:
        assert answer.mimetype == "text/html", answer
        assert Forms(answer.text).wrong == 0, (answer.request.path, answer.status_code)


def visit(browser: Voter | Device | WeChatPhone, *more: str, takes_codes: bool = True) -> None:
    """Look at every page as this browser is shown it. Nothing is found by a tracking code that names no ballot, and no page
    for codes where the campaign takes none."""
    missing = {"/c/test/verify?code=AAAA"} | (set() if takes_codes else {"/c/test/code"})
    for path in (*PAGES, *more):
        answer = browser.get(path)
        assert answer.status_code == (404 if path in missing else 200), path
        whole(answer)


def test_the_count_sees_a_form_in_a_form() -> None:
    assert Forms("<form><p><form></form></form>").wrong == 1
    assert Forms("<form></form><form></form>").wrong == 0
    assert Forms("<form></form></form>").wrong == 1


def test_no_form_stands_in_another_with_a_code_or_without(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code",))
    stranger, voter = holder(stage), holder(stage)
    visit(stranger)
    whole(stranger.enter(new_code()), stranger.client.post("/c/test/code", data={"code": new_code()}))
    assert voter.enter(*make_codes(stage, tmp_path, 1)).status_code == 303
    visit(voter)
    ballot = voter.get("/c/test")
    assert Forms(ballot.text).forms == 2, "to leave, and to vote"
    cast = cast_from(voter, form_of(ballot))
    whole(voter.get(cast.location), cast_from(voter, form_of(ballot), 3), cast_from(voter, "stale"))


def cast_from(voter: Voter, form: str, number: int = 2) -> TestResponse:
    """Post the ballot as a page without a script does."""
    fields = {"form": form, "choices": [number], "action": "cast"}
    return voter.client.post("/c/test", data=fields, headers={"User-Agent": IPHONE})


def test_no_form_stands_in_another_for_a_browser(stage: Stage) -> None:
    stage.campaign(identities=("device", "code"))
    browser = stage.voter()
    visit(browser)
    ballot = browser.get("/c/test")
    cast = cast_from(browser, form_of(ballot))
    second = cast_from(browser, form_of(browser.get("/c/test")), 3)
    assert (cast.status_code, second.status_code) == (303, 409)
    whole(browser.get(cast.location), second, cast_from(browser, "stale"))


def test_no_form_stands_in_another_where_a_challenge_is_asked(stage: Stage) -> None:
    stage.campaign(policy=STRICT)
    for status in (303, 428):
        voter = stage.voter()
        answer = cast_from(voter, form_of(voter.get("/c/test")))
        assert answer.status_code == status
    assert Forms(answer.text).forms == 1
    whole(answer)


def test_no_form_stands_in_another_at_a_kiosk(stage: Stage, tmp_path: Path) -> None:
    stage.campaign(identities=("code",))
    device = kiosk_at(stage, register(stage, "--assistant", "赵志强"))
    visit(device)
    whole(enter_at(device, new_code()))
    assert enter_at(device, *make_codes(stage, tmp_path, 1)).status_code == 303
    visit(device)
    assert Forms(device.get("/c/test").text).forms == 3, "the next one, to leave, and to vote"
    cast = device.vote(1)
    whole(device.get(cast.location), device.post("/c/test", form="stale", choices=[1], action="cast"))


def test_no_form_stands_in_another_at_a_kiosk_of_browsers(stage: Stage) -> None:
    stage.campaign(identities=("device",))
    link = register_kiosk(stage)
    device = device_kiosk_at(stage, link)
    visit(device, link, takes_codes=False)
    cast = device.vote(1)
    whole(device.get(cast.location), device.post("/c/test", form="stale", choices=[1], action="cast"))


# ---- where WeChat is a way in, too


@pytest.fixture(scope="module")
def one_platform() -> Iterator[FakePlatform]:
    with FakePlatform.start(BASE_URL) as platform:
        yield platform


@pytest.fixture
def by_wechat(tmp_path: Path, redis_url: str, one_platform: FakePlatform) -> Iterator[Stage]:
    """A service with an account."""
    one_platform.reset()
    settings = one_platform.settings
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, base_url=BASE_URL, **settings))
    yield stage
    stage.strike()


def outside(stage: Stage, path: str) -> str:
    """A page as a browser that is not WeChat's is shown it."""
    return stage.client().get(path, headers={"User-Agent": SAFARI}).text


def bar(page: str) -> str:
    """The bar at the foot."""
    (row,) = BAR.findall(page)
    return row


def test_outside_wechat_a_holder_of_a_code_is_told_that_they_may_vote_here(by_wechat: Stage) -> None:
    by_wechat.campaign(identities=("wechat", "code"))
    page, person = outside(by_wechat, "/c/test"), outside(by_wechat, "/c/test/candidates/1")
    assert "需在微信中进行" not in page
    assert "领到投票码单的，在这里就可以投票" in page
    for shown in (page, person):
        assert '<a class="btn btn--go" href="/c/test/code">输入投票码</a>' in bar(shown)
        assert "请在微信中打开本页，或凭投票码投票" in bar(shown)
        assert Forms(shown).wrong == 0


def test_by_wechat_alone_there_is_no_button_for_a_code(by_wechat: Stage) -> None:
    by_wechat.campaign(identities=("wechat",))
    page, person = outside(by_wechat, "/c/test"), outside(by_wechat, "/c/test/candidates/1")
    assert "需在微信中进行" in page
    for shown in (page, person):
        assert "/c/test/code" not in shown
        assert "请在微信中打开本页投票" in bar(shown)
        assert Forms(shown).wrong == 0


def test_where_voting_is_not_open_nobody_is_asked_for_a_code(by_wechat: Stage) -> None:
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    by_wechat.campaign(identities=("wechat", "code"), opens_at=soon, closes_at=soon + timedelta(days=1))
    for path in ("/c/test", "/c/test/candidates/1"):
        shown = outside(by_wechat, path)
        assert "/c/test/code" not in shown
        assert "投票将于" in bar(shown)


@pytest.mark.parametrize(
    ("identities", "said"),
    [
        (("code",), "凭投票码投票"),
        (("member",), "凭会员编号和投票码投票"),
        (("member", "code"), "凭投票码投票"),
        (("device", "member", "code"), "凭投票码投票"),
    ],
)
def test_holders_of_a_plain_code_are_not_asked_for_a_member_number(
    stage: Stage, identities: tuple[str, ...], said: str
) -> None:
    stage.campaign(identities=identities)
    links = re.findall(r'<a[^>]* href="/c/test/code">(凭.*?)</a>', stage.voter().get("/c/test").text)
    assert links == [said]


def test_no_form_stands_in_another_inside_wechat(by_wechat: Stage, one_platform: FakePlatform) -> None:
    by_wechat.campaign(identities=("wechat", "code"))
    known, frozen = (WeChatPhone(by_wechat, one_platform, user) for user in ("ada", "eve"))
    whole(known.open().answer)
    visit(known)
    one_platform.switch("snapshot", True)
    whole(frozen.open().answer)
    visit(frozen)
    assert "还没有登录" in frozen.get("/c/test").text


def test_in_a_snapshot_the_main_button_does_not_lead_back_into_it(
    by_wechat: Stage, one_platform: FakePlatform
) -> None:
    by_wechat.campaign(identities=("wechat",))
    phone = WeChatPhone(by_wechat, one_platform, "ada")
    one_platform.switch("snapshot", True)
    page = phone.open().answer.text
    assert re.findall(r'<a class="btn (btn--\w+)" href="[^"]*">(.*?)</a>', page) == [
        ("btn--soft", "重新登录"),
        ("btn--go", "先看看候选人"),
    ]
