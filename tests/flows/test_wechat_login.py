"""Logging in by WeChat, through the stand-in for the platform: every way in, every way that it may fail, and no loop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from tests.actors import IPHONE
from tests.oracle import check_books
from tests.paper import Holder, make_codes
from tests.stage import Stage, make_service
from tests.wechat_login import Phones, WeChatPhone, path_of
from tests.wechat_platform import FakePlatform
from voting_service.ledger import LedgerEntry

SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 Version/18.3 Mobile/15E148 Safari/604.1"
BASE_URL = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def one_platform() -> Iterator[FakePlatform]:
    with FakePlatform.start(BASE_URL) as platform:
        yield platform


@pytest.fixture
def platform(one_platform: FakePlatform) -> FakePlatform:
    """The platform as just started; whoever killed it has it back."""
    if not one_platform.running:
        one_platform.restart()
    one_platform.reset()
    return one_platform


@pytest.fixture
def by_wechat(tmp_path: Path, redis_url: str, platform: FakePlatform) -> Iterator[Stage]:
    """A service with an account, and an open campaign that knows its voters by WeChat and by browser."""
    stage = Stage(
        make_service(tmp_path / "data", redis_url=redis_url, base_url=BASE_URL, **platform.settings)
    )
    stage.campaign(identities=("wechat", "device"))
    yield stage
    stage.strike()


@pytest.fixture
def phones(by_wechat: Stage, platform: FakePlatform) -> Phones:
    def phone(user: str = "ada", slug: str = "test") -> WeChatPhone:
        return WeChatPhone(by_wechat, platform, user, slug)

    return phone


# ---- the way in


def test_a_voter_is_logged_in_on_the_way_to_the_page_and_votes(by_wechat: Stage, phones: Phones) -> None:
    phone = phones()
    arrived = phone.open("/c/test?q=hall-1")
    assert arrived.answer.status_code == 200
    assert arrived.path == "/c/test?q=hall-1"
    assert [path.split("?")[0] for path in arrived.asked] == [
        "/c/test",
        "/wechat/login",
        "/wechat/callback",
        "/c/test",
    ]
    done = phone.vote([1, 2])
    assert done.status_code == 201, done.text
    assert by_wechat.record() == 1
    check_books(by_wechat)
    with by_wechat.service.database.read() as session:
        assert session.execute(select(LedgerEntry.channel, LedgerEntry.choices)).all() == [("wechat", "1;2")]


def test_the_platform_is_asked_as_it_wants_to_be_asked(phones: Phones, platform: FakePlatform) -> None:
    address = phones().sent_away()
    assert address.startswith(platform.url + "/connect/oauth2/authorize?appid=")
    assert address.endswith("#wechat_redirect")
    names = [pair.split("=")[0] for pair in urlsplit(address).query.split("&")]
    assert names == ["appid", "redirect_uri", "response_type", "scope", "state"]
    asked = parse_qs(urlsplit(address).query)
    assert asked["scope"] == ["snsapi_base"]
    assert asked["redirect_uri"] == [BASE_URL + "/wechat/callback"]
    assert asked["state"][0].isalnum()
    assert len(asked["state"][0]) <= 128


@pytest.mark.parametrize("query", ["?s=a.b.1.c&nsukey=" + "k" * 800, "?title=中文", "?x=" + "y" * 2000])
def test_a_login_comes_back_to_the_page_whatever_was_appended(phones: Phones, query: str) -> None:
    arrived = phones().open("/c/test" + query)
    assert arrived.answer.status_code == 200
    assert arrived.path.startswith("/c/test")


def test_one_s_own_link_on_a_second_phone_is_no_link_of_a_stranger(by_wechat: Stage, phones: Phones) -> None:
    first, second = phones("ada"), phones("ada")
    first.open()
    own = re.search(r'"share": "([^"]+)"', first.get("/c/test").text)
    assert own is not None
    second.open(f"/c/test?s={own[1]}")
    theirs = re.search(r'"share": "([^"]+)"', second.get("/c/test").text)
    assert theirs is not None
    assert theirs[1] == own[1]
    stranger = phones("bob")
    stranger.open(f"/c/test?s={own[1]}")
    came = re.search(r'"share": "([^"]+)"', stranger.get("/c/test").text)
    assert came is not None
    assert came[1].split(".")[1] == own[1].split(".")[0]


def test_a_browser_that_keeps_no_session_is_not_sent_round(phones: Phones) -> None:
    phone = phones()
    phone.open()
    phone.client.delete_cookie("voter")
    page = phone.get("/c/test")
    assert page.status_code == 200
    assert "还没有登录" in page.text


def test_one_openid_on_two_phones_is_one_voter(phones: Phones) -> None:
    first, second = phones("ada"), phones("ada")
    first.open()
    second.open()
    assert first.vote([1]).status_code == 201
    refused = second.vote([2])
    assert refused.status_code == 409
    assert refused.json["code"] == "already_cast"
    other = phones("bob")
    other.open()
    assert other.vote([1]).status_code == 201


def test_the_cookie_rotates_at_login_and_holds_no_openid(phones: Phones, platform: FakePlatform) -> None:
    phone = phones("ada")
    planted = "device." + "p" * 22 + ".1700000000." + "m" * 22
    phone.client.set_cookie("voter", planted)
    phone.open()
    cookie = phone.cookie()
    assert cookie is not None
    assert cookie != planted
    assert cookie.startswith("wechat.")
    assert platform.openid("ada") not in cookie


def test_whoever_was_a_browser_before_is_logged_in_all_the_same(by_wechat: Stage, phones: Phones) -> None:
    phone = phones()
    phone.client.get("/c/test", headers={"User-Agent": SAFARI})
    assert str(phone.cookie()).startswith("device.")
    phone.open()
    assert str(phone.cookie()).startswith("wechat.")


def test_outside_wechat_a_browser_is_a_voter_of_its_own_channel(by_wechat: Stage, phones: Phones) -> None:
    browser = by_wechat.client()
    page = browser.get("/c/test", headers={"User-Agent": SAFARI})
    assert page.status_code == 200
    phone = phones()
    phone.open()
    phone.vote([1])
    form = browser.get("/api/v1/campaigns/test/ballot-form", headers={"User-Agent": SAFARI}).json["form"]
    posted = browser.post(
        "/api/v1/campaigns/test/ballots", json={"form": form, "choices": [1]}, headers={"User-Agent": SAFARI}
    )
    assert posted.status_code == 201, posted.text
    assert by_wechat.record() == 2


def test_outside_wechat_a_campaign_by_wechat_alone_shows_its_code(by_wechat: Stage) -> None:
    by_wechat.campaign("closed-circle", identities=("wechat",))
    page = by_wechat.client().get("/c/closed-circle", headers={"User-Agent": SAFARI})
    assert page.status_code == 200
    assert "请在微信中投票" in page.text
    assert "/c/closed-circle/qr.svg" in page.text
    assert 'id="cast"' not in page.text
    refused = by_wechat.client().get(
        "/api/v1/campaigns/closed-circle/ballot-form", headers={"User-Agent": SAFARI}
    )
    assert refused.status_code == 401


def test_enterprise_wechat_is_a_browser_like_any_other(by_wechat: Stage) -> None:
    page = by_wechat.client().get("/c/test", headers={"User-Agent": IPHONE + " wxwork/4.1.0"})
    assert page.status_code == 200


def test_a_campaign_by_browser_alone_knows_the_same_browser_before_and_after_a_login(
    by_wechat: Stage, phones: Phones
) -> None:
    by_wechat.campaign("open-house", identities=("device",))
    phone = phones()
    phone.slug = "open-house"
    assert phone.vote([1]).status_code == 201
    phone.open("/c/test")
    assert str(phone.cookie()).startswith("wechat.")
    assert phone.get("/c/open-house").status_code == 200
    assert phone.vote([2]).status_code == 409


def test_a_code_for_another_campaign_is_no_way_round_the_login(
    by_wechat: Stage, phones: Phones, tmp_path: Path
) -> None:
    by_wechat.campaign("hall", identities=("code",))
    phone = phones()
    code = make_codes(by_wechat, tmp_path, 1, slug="hall")[0]
    Holder(phone.client, "hall").enter(code)
    assert str(phone.cookie()).startswith("code.")
    sent = phone.get("/c/test")
    assert (sent.status_code, sent.location) == (302, "/wechat/login?next=/c/test")
    assert phone.form().status_code == 401


def test_nobody_is_sent_away_where_there_is_nothing_to_vote_on(by_wechat: Stage, phones: Phones) -> None:
    for path in ("/", "/c/test/rules", "/c/test/ranking", "/c/test/verify"):
        assert phones().get(path).status_code == 200, path


def test_a_page_without_a_session_says_where_to_log_in(phones: Phones) -> None:
    refused = phones().form()
    assert refused.status_code == 401
    assert refused.json["login"] == "/wechat/login?next=/c/test"


# ---- what may go wrong


def test_a_snapshot_is_refused_and_told_how_to_leave(phones: Phones, platform: FakePlatform) -> None:
    phone = phones()
    platform.switch("snapshot", True)
    arrived = phone.open()
    assert arrived.answer.status_code == 403
    assert "使用完整服务" in arrived.answer.text
    assert phone.cookie() is None
    # The candidates can be read meanwhile; nobody is sent off again by the page itself.
    page = phone.get("/c/test")
    assert page.status_code == 200
    assert "还没有登录" in page.text
    assert 'id="cast"' not in page.text
    assert phone.form().status_code == 401
    platform.switch("snapshot", False)
    assert phone.open("/wechat/login?next=/c/test").answer.status_code == 200
    assert phone.vote([1]).status_code == 201


def test_a_code_from_another_browser_fails(phones: Phones) -> None:
    victim, thief = phones("ada"), phones("eve")
    callback = victim.callback()
    thief.open()
    before = thief.cookie()
    refused = thief.get(callback)
    assert refused.status_code == 403
    assert thief.cookie() == before
    # The owner's own login still goes through: nothing of it was used up.
    assert victim.open(callback).answer.status_code == 200


def test_a_login_cannot_be_pushed_on_somebody_else(phones: Phones) -> None:
    attacker, victim = phones("eve"), phones("ada")
    pushed = attacker.callback()
    assert victim.get(pushed).status_code == 403
    assert victim.cookie() is None
    victim.client.set_cookie("login", "x" * 22, path="/wechat/")
    assert victim.get(pushed).status_code == 403
    assert victim.cookie() is None


@pytest.mark.parametrize("state", ["", "a" * 64, "f" * 64, "../..", "é" * 10, "0" * 2000])
def test_a_state_that_we_never_made_is_refused(phones: Phones, state: str) -> None:
    assert phones().get(f"/wechat/callback?code=abc&state={state}").status_code == 403


def test_a_callback_that_comes_twice_ends_on_the_page(phones: Phones, platform: FakePlatform) -> None:
    phone = phones()
    callback = phone.callback()
    assert phone.get(callback).status_code == 302
    cookie = phone.cookie()
    again = phone.open(callback)
    assert again.answer.status_code == 200
    assert again.path == "/c/test"
    assert phone.cookie() == cookie


def test_a_used_code_begins_anew_once_and_then_says_so(phones: Phones, platform: FakePlatform) -> None:
    phone = phones()

    def with_code(callback: str, code: str) -> str:
        own = parse_qs(urlsplit(callback).query)["code"][0]
        return callback.replace(own, code)

    first = phone.get(with_code(phone.callback(), "n" * 32))
    assert first.status_code == 302
    assert first.location.startswith(platform.url)
    second = phone.get(with_code(path_of(platform.authorize(first.location, "ada")), "m" * 32))
    assert second.status_code == 403
    assert "登录没有成功" in second.text


def test_without_consent_there_is_a_page_and_no_session(phones: Phones) -> None:
    phone = phones()
    callback = phone.callback()
    state = parse_qs(urlsplit(callback).query)["state"][0]
    answer = phone.get(f"/wechat/callback?state={state}")
    assert answer.status_code == 403
    assert "没有完成登录" in answer.text
    assert phone.cookie() is None


def test_a_browser_that_keeps_no_cookies_is_told_and_not_sent_round(by_wechat: Stage, phones: Phones) -> None:
    callback = phones().callback()
    bare = by_wechat.client()
    answer = bare.get(callback, headers={"User-Agent": IPHONE})
    assert answer.status_code == 403
    assert "Cookie" in answer.text


@pytest.mark.parametrize("next_page", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_a_login_leads_to_our_own_pages_only(phones: Phones, next_page: str) -> None:
    phone = phones()
    arrived = phone.open(f"/wechat/login?next={next_page}")
    assert arrived.path == "/"


def test_wrong_account_settings_are_told_to_voter_and_operator(
    by_wechat: Stage, phones: Phones, platform: FakePlatform
) -> None:
    platform.switch("errcode", 40164, paths=["/sns/oauth2/access_token"])
    arrived = phones().open()
    assert arrived.answer.status_code == 503
    ready = by_wechat.client().get("/readyz")
    assert ready.status_code == 200
    assert any("白名单" in str(finding["remedy"]) for finding in ready.json["findings"])


@pytest.mark.parametrize(
    ("errcode", "status", "words"),
    [
        (45011, 503, "现在登录的人太多"),
        (45009, 503, "现在登录的人太多"),
        (50002, 403, "这个微信号登录不了"),
        (40125, 503, "请告知主办单位"),
    ],
)
def test_what_the_platform_refuses_is_told_as_what_it_is(
    phones: Phones, platform: FakePlatform, errcode: int, status: int, words: str
) -> None:
    platform.switch("errcode", errcode, paths=["/sns/oauth2/access_token"])
    arrived = phones().open()
    assert arrived.answer.status_code == status
    assert words in arrived.answer.text


def test_one_stumble_of_the_platform_costs_one_voter_one_more_try(
    phones: Phones, platform: FakePlatform
) -> None:
    unlucky, next_one = phones("ada"), phones("bob")
    callback = unlucky.callback()
    platform.switch("busy", True, times=1, paths=["/sns/oauth2/access_token"])
    assert unlucky.get(callback).status_code == 503
    assert next_one.open().answer.status_code == 200
    assert unlucky.open("/wechat/login?next=/c/test").answer.status_code == 200


def test_the_platform_gone_in_the_middle(by_wechat: Stage, phones: Phones, platform: FakePlatform) -> None:
    known, new, underway = phones("ada"), phones("bob"), phones("cleo")
    known.open()
    callback = underway.callback()
    platform.kill()
    assert known.get("/c/test").status_code == 200
    assert known.vote([1]).status_code == 201
    lost = underway.get(callback)
    assert lost.status_code == 503
    assert "微信登录暂时不能使用" in lost.text
    refused = new.open()
    assert refused.answer.status_code == 503
    assert "已经登录的人可以照常投票" in refused.answer.text
    assert new.get("/c/test").status_code == 200
    ready = by_wechat.client().get("/readyz").json
    assert any(finding["code"] == "wechat_unreachable" for finding in ready["findings"])


def test_without_an_account_there_are_no_such_addresses(stage: Stage) -> None:
    for path in (
        "/wechat/login",
        "/wechat/callback?code=a&state=b",
        "/wechat/js-config?url=http://127.0.0.1/",
        "/wechat/messages",
    ):
        assert stage.client().get(path).status_code == 404, path


# ---- pages and signatures


def verifies(platform: FakePlatform, url: str, config: dict[str, Any]) -> bool:
    """Whether the platform would take this page's configuration."""
    named = {
        "noncestr": config["nonceStr"],
        "timestamp": config["timestamp"],
        "signature": config["signature"],
    }
    return bool(platform.get("/_fake/verify-signature", url=url, **named).json["ok"])


def test_a_page_is_signed_for_the_address_that_it_reports(phones: Phones, platform: FakePlatform) -> None:
    phone = phones()
    phone.open()
    url = BASE_URL + "/c/test?s=abc&from=singlemessage"
    answer = phone.get("/wechat/js-config?url=" + url.replace("&", "%26") + "%23part")
    assert answer.status_code == 200, answer.text
    assert sorted(answer.json) == ["appId", "nonceStr", "signature", "timestamp"]
    assert verifies(platform, url, answer.json)
    assert not verifies(platform, url + "x", answer.json)
    for foreign in (
        "http://evil.example/",
        "https://127.0.0.1:8000@evil.example/",
        "//evil.example",
        "",
        "x",
    ):
        assert phone.get("/wechat/js-config?url=" + foreign).status_code == 400, foreign


def test_the_domain_file_is_served_as_it_was_given(tmp_path: Path, redis_url: str) -> None:
    name = "MP_verify_AbCdEfGh12345678.txt"
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, wechat_verify_file=name))
    answer = stage.client().get("/" + name)
    assert (answer.status_code, answer.text) == (200, "AbCdEfGh12345678")
    assert answer.content_type.startswith("text/plain")
    assert stage.client().get("/MP_verify_0000000000000000.txt").status_code == 404
    stage.strike()
