"""The stand-in for WeChat's platform keeps its behaviour list: web authorization, tokens, tickets, faults."""

from __future__ import annotations

import ast
import json
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from graphlib import TopologicalSorter
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.wechat_platform import APP_ID, SECRET, FakePlatform, PageShown, PlatformAnswer
from tools.wechat_platform import control, switches
from tools.wechat_platform.errors import request_id
from tools.wechat_platform.user_agents import PRESETS

CALLBACK = "http://127.0.0.1:8000/wechat/callback"
BEHAVIOUR = Path(control.__file__).with_name("BEHAVIOUR.md").read_text(encoding="utf-8")
EXCHANGE, STABLE, CLASSIC = "/sns/oauth2/access_token", "/cgi-bin/stable_token", "/cgi-bin/token"
TICKET = "/cgi-bin/ticket/getticket"
DAY_S = 86_400


def login_url(platform: FakePlatform, **changes: str | None) -> str:
    """What a service redirects to; a part changed to None is left out."""
    parts: dict[str, str | None] = {
        "appid": APP_ID,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "S1",
    }
    query = {name: value for name, value in (parts | changes).items() if value is not None}
    return f"{platform.url}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"


def code_of(platform: FakePlatform, user: str = "lisi", **changes: str | None) -> str:
    """A fresh code."""
    return parse_qs(urlsplit(platform.authorize(login_url(platform, **changes), user)).query)["code"][0]


def exchange(platform: FakePlatform, code: str, /, **changes: str) -> dict[str, Any]:
    """A code for whatever it gives."""
    query = {"appid": APP_ID, "secret": SECRET, "code": code, "grant_type": "authorization_code"}
    answer = platform.get(EXCHANGE, **{n: v for n, v in (query | changes).items() if v})
    assert answer.status == 200
    return answer.json


def stable(platform: FakePlatform, **changes: Any) -> dict[str, Any]:
    """The account's token, by the way for several processes."""
    given = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
    return platform.post(STABLE, given | changes).json


def classic(platform: FakePlatform) -> dict[str, Any]:
    """The same by the old way."""
    return platform.get(CLASSIC, grant_type="client_credential", appid=APP_ID, secret=SECRET).json


def ticket(platform: FakePlatform, token: str) -> dict[str, Any]:
    """The page ticket: also a way to ask whether a token is good."""
    return platform.get(TICKET, access_token=token, type="jsapi").json


# ---- authorization, as the person sees it


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"appid": ""}, "10012"),
        ({"redirect_uri": ""}, "10011"),
        ({"scope": ""}, "10010"),
        ({"scope": None}, "10010"),
        ({"state": ""}, "10013"),
        ({"redirect_uri": "http://vote.example.org/callback"}, "10003"),
        ({"redirect_uri": "http://sub.localhost/callback"}, "10003"),
        ({"redirect_uri": "javascript:alert(1)"}, "10003"),
        ({"redirect_uri": CALLBACK + "/\r\nSet-Cookie: a=b"}, "10003"),
        ({"appid": "wxnobody00000000"}, "AppID参数错误"),
        ({"response_type": "token"}, "response_type"),
        ({"scope": "snsapi_login"}, "scope"),
        ({"state": "a-b"}, "a-zA-Z0-9"),
        ({"state": "a" * 129}, "a-zA-Z0-9"),
    ],
)
def test_a_wrong_address_is_told_to_the_person(
    platform: FakePlatform, changes: dict[str, str | None], said: str
) -> None:
    with pytest.raises(PageShown, match=said):
        platform.authorize(login_url(platform, **changes), "lisi")


def test_the_order_of_parameters_is_looked_at(platform: FakePlatform) -> None:
    path, _mark, query = login_url(platform).partition("#")[0].partition("?")
    parts = query.split("&")
    with pytest.raises(PageShown, match="顺序"):
        platform.authorize(f"{path}?{'&'.join([*parts[::-1]])}", "lisi")
    with pytest.raises(PageShown, match="顺序"):
        platform.authorize(f"{path}?{query}&state=S2", "lisi")
    assert "code=" in platform.authorize(f"{path}?{query}&connect_redirect=1", "lisi"), "more may follow"


def test_silent_authorization_goes_back_at_once(platform: FakePlatform) -> None:
    callback = platform.authorize(login_url(platform, redirect_uri=CALLBACK + "?next=x"), "lisi")
    assert re.fullmatch(re.escape(CALLBACK) + r"\?next=x&code=[0-9A-Za-z]{32}&state=S1", callback)
    assert "state" not in platform.authorize(login_url(platform, state=None), "lisi")
    longest = "z" * 128
    assert platform.authorize(login_url(platform, state=longest), "lisi").endswith("state=" + longest)


@pytest.mark.parametrize(
    ("change", "number"),
    [({"banned": True}, "10004"), ({"kind": "subscription"}, "10005"), ({"kind": "sandbox"}, "10006")],
)
def test_not_every_account_may(platform: FakePlatform, change: dict[str, Any], number: str) -> None:
    platform.control("apps", **change)
    with pytest.raises(PageShown, match=number):
        platform.authorize(login_url(platform), "lisi")


def test_a_sandbox_takes_followers(platform: FakePlatform) -> None:
    platform.control("apps", kind="sandbox")
    platform.control("users", name="lisi", follows=True)
    assert code_of(platform)


def test_more_than_the_openid_needs_consent(platform: FakePlatform) -> None:
    url = login_url(platform, scope="snsapi_userinfo")
    path = url.removeprefix(platform.url).partition("#")[0]
    told = {"X-Fake-User": "lisi"}
    assert "申请授权" in platform.ask("GET", path, headers=told).text
    form = told | {"Content-Type": "application/x-www-form-urlencoded"}
    refused = platform.ask("POST", path, b"answer=refuse", form)
    assert refused.headers["Location"] == f"{CALLBACK}?state=S1"
    assert "code=" in platform.authorize(url, "lisi")
    assert platform.ask("GET", path, headers=told).status == 302, "and is remembered"
    platform.forward(31 * DAY_S)
    assert platform.ask("GET", path, headers=told).status == 200
    platform.control("users", name="lisi", follows=True)
    assert platform.ask("GET", path, headers=told).status == 302, "a follower is not asked"


def test_who_it_is(platform: FakePlatform) -> None:
    path = login_url(platform).removeprefix(platform.url).partition("#")[0]

    def openid(address: str, **headers: str) -> tuple[str, PlatformAnswer]:
        answer = platform.ask("GET", address, headers={n.replace("_", "-"): v for n, v in headers.items()})
        code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
        return exchange(platform, code)["openid"], answer

    assert openid(path, X_Fake_User="lisi", Cookie="fake_wechat_user=wangwu")[0] == platform.openid("lisi")
    assert openid(path + "&fake_user=lisi")[0] == platform.openid("lisi")
    assert openid(path, Cookie="a=b; fake_wechat_user=wangwu")[0] == platform.openid("wangwu")
    somebody, answer = openid(path)
    assert openid(path, Cookie=answer.headers["Set-Cookie"].partition(";")[0])[0] == somebody
    assert openid(path)[0] != somebody


def test_outside_wechat(platform: FakePlatform) -> None:
    with FakePlatform.start("", "--no-any-browser") as strict:
        with pytest.raises(PageShown, match="请在微信客户端打开链接"):
            strict.authorize(login_url(strict), "lisi", User_Agent="Mozilla/5.0")
        assert "code=" in strict.authorize(login_url(strict), "lisi", User_Agent=PRESETS["ios"])
        assert "ANY_BROWSER = false" in strict.get("/open/js/jweixin-1.6.0.js").text
    assert "ANY_BROWSER = true" in platform.get("/open/js/jweixin-1.6.0.js").text


# ---- codes


def test_a_code_is_good_once(platform: FakePlatform) -> None:
    code = code_of(platform)
    got = exchange(platform, code)
    assert set(got) == {"access_token", "expires_in", "refresh_token", "openid", "scope"}
    assert (got["expires_in"], got["scope"]) == (7200, "snsapi_base")
    assert re.fullmatch(r"o[A-Za-z0-9_-]{27}", got["openid"])
    again = exchange(platform, code)
    assert again["errcode"] == 40163
    assert re.fullmatch(r"code been used, rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}", again["errmsg"])


def test_of_two_at_once_one_gets_it(platform: FakePlatform) -> None:
    codes = [code_of(platform) for _ in range(20)]
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda code: exchange(platform, code), codes * 4))
    assert sum("openid" in one for one in got) == len(codes)


def test_an_old_or_foreign_code_is_invalid(platform: FakePlatform) -> None:
    platform.control("apps", app_id="wxother000000001", secret="s" * 32, oauth_hosts=["127.0.0.1"])
    foreign = code_of(platform, appid="wxother000000001")
    assert exchange(platform, foreign)["errcode"] == 40029
    young, old = code_of(platform), code_of(platform)
    platform.forward(299)
    assert "openid" in exchange(platform, young)
    platform.forward(2)
    late = exchange(platform, old)
    assert late["errcode"] == 40029
    assert re.fullmatch(r"invalid code, rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}", late["errmsg"])
    assert exchange(platform, "x" * 32)["errcode"] == 40029


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"code": ""}, 41008),
        ({"grant_type": "code"}, 40002),
        ({"appid": "wxnobody"}, 40013),
        ({"secret": "wrong"}, 40125),
    ],
)
def test_a_wrong_exchange_leaves_the_code(
    platform: FakePlatform, changes: dict[str, str], errcode: int
) -> None:
    code = code_of(platform)
    assert exchange(platform, code, **changes)["errcode"] == errcode
    assert "openid" in exchange(platform, code)


def test_a_frozen_secret(platform: FakePlatform) -> None:
    platform.control("apps", secret_frozen=True)
    assert exchange(platform, code_of(platform))["errcode"] == 40243
    assert stable(platform)["errcode"] == 40243


def test_refusals_are_text_with_a_request_id(platform: FakePlatform) -> None:
    answer = platform.get(EXCHANGE)
    assert (answer.status, answer.headers.get_content_type()) == (200, "text/plain")
    assert request_id(0x61C05699).startswith("61c05699-")
    rid = int(answer.json["errmsg"].partition("rid: ")[2][:8], 16)
    assert abs(rid - time.time()) < 600


def test_openids_belong_to_a_user_and_an_account(platform: FakePlatform) -> None:
    platform.control("apps", app_id="wxother000000001", secret="s" * 32, oauth_hosts=["127.0.0.1"])
    ours = {exchange(platform, code_of(platform, user))["openid"] for user in ("lisi", "lisi", "wangwu")}
    assert ours == {platform.openid("lisi"), platform.openid("wangwu")}
    code = code_of(platform, appid="wxother000000001")
    theirs = exchange(platform, code, appid="wxother000000001", secret="s" * 32)["openid"]
    assert theirs not in ours
    assert len({openid[:6] for openid in ours}) == 1
    assert theirs[:6] not in {openid[:6] for openid in ours}


# ---- what a web token is good for


def test_a_base_token_does_not_tell_who_somebody_is(platform: FakePlatform) -> None:
    got = exchange(platform, code_of(platform))
    whose = {"access_token": got["access_token"], "openid": got["openid"]}
    assert platform.get("/sns/auth", **whose).json == {"errcode": 0, "errmsg": "ok"}
    assert platform.get("/sns/userinfo", **whose).json["errcode"] == 48001
    assert platform.get("/sns/auth", **whose | {"openid": "o" * 28}).json["errcode"] == 40003
    assert platform.get("/sns/auth", **whose | {"access_token": "x"}).json["errcode"] == 40001
    platform.forward(7201)
    assert platform.get("/sns/auth", **whose).json["errcode"] == 42001


def test_with_consent_it_does(platform: FakePlatform) -> None:
    platform.control("apps", bound=True)
    assert "unionid" not in exchange(platform, code_of(platform))
    got = exchange(platform, code_of(platform, scope="snsapi_userinfo"))
    told = platform.get("/sns/userinfo", access_token=got["access_token"], openid=got["openid"]).json
    assert (told["nickname"], told["sex"], told["city"]) == ("李四（模拟）", 0, "")
    assert told["unionid"] == got["unionid"]


def test_refreshing_a_token(platform: FakePlatform) -> None:
    got = exchange(platform, code_of(platform))
    query = {"appid": APP_ID, "grant_type": "refresh_token", "refresh_token": got["refresh_token"]}
    platform.forward(8000)
    new = platform.get("/sns/oauth2/refresh_token", **query).json
    assert new["openid"] == got["openid"]
    assert (
        platform.get("/sns/auth", access_token=new["access_token"], openid=got["openid"]).json["errcode"] == 0
    )
    bad = platform.get("/sns/oauth2/refresh_token", **query | {"refresh_token": "x"}).json
    assert bad["errcode"] == 40030
    platform.forward(30 * DAY_S)
    assert platform.get("/sns/oauth2/refresh_token", **query).json["errcode"] == 42002


# ---- the account's tokens


def test_the_stable_token_is_one_and_renews_early(platform: FakePlatform) -> None:
    first = stable(platform)
    assert first["expires_in"] == 7200
    platform.forward(6890)
    assert stable(platform)["access_token"] == first["access_token"]
    platform.forward(20)
    second = stable(platform)
    assert second["access_token"] != first["access_token"]
    assert second["expires_in"] >= 300
    assert ticket(platform, first["access_token"])["errcode"] == 0, "the old one has five minutes"
    platform.forward(301)
    assert ticket(platform, first["access_token"])["errcode"] == 40001
    assert ticket(platform, second["access_token"])["errcode"] == 0
    assert platform.issued("stable_token") == 2
    platform.forward(7200)
    assert ticket(platform, second["access_token"])["errcode"] == 42001


def test_forcing_a_stable_token(platform: FakePlatform) -> None:
    first = stable(platform)["access_token"]
    forced = stable(platform, force_refresh=True)["access_token"]
    assert forced != first
    assert ticket(platform, first)["errcode"] == 40001, "ended at once"
    assert stable(platform, force_refresh=True)["access_token"] == forced, "30 s apart"
    for _ in range(18):
        platform.forward(31)
        assert "access_token" in stable(platform, force_refresh=True)
    platform.forward(31)
    # The day may have changed in between; then as many are left as on any day.
    answers = [stable(platform, force_refresh=True) for _ in range(21)]
    assert answers[-1]["errcode"] == 45009


def test_the_old_token_ends_five_minutes_after_the_next(platform: FakePlatform) -> None:
    first, apart = classic(platform)["access_token"], stable(platform)["access_token"]
    second = classic(platform)["access_token"]
    assert second != first
    platform.forward(290)
    assert ticket(platform, first)["errcode"] == 0
    platform.forward(20)
    assert ticket(platform, first)["errcode"] == 40001
    assert ticket(platform, second)["errcode"] == 0
    assert ticket(platform, apart)["errcode"] == 0, "the two ways know nothing of each other"


def test_tokens_have_quotas(platform: FakePlatform) -> None:
    platform.control("quotas", name=CLASSIC, day=2)
    asked = [classic(platform) for _ in range(5)]
    assert asked[-1]["errcode"] == 45009
    platform.forward(DAY_S)
    assert "access_token" in classic(platform)
    quotas = platform.control("quotas", name=EXCHANGE)
    assert (quotas[EXCHANGE]["minute"], quotas[STABLE]["day"]) == (50_000, 500_000)
    platform.control("quotas", name=EXCHANGE, minute=2)
    answers = [exchange(platform, code_of(platform)) for _ in range(5)]
    assert answers[-1]["errcode"] == 45011
    platform.forward(60)
    assert "openid" in exchange(platform, code_of(platform))


def test_how_the_stable_token_is_asked_for(platform: FakePlatform) -> None:
    assert platform.get(STABLE).json["errcode"] == 43002
    assert platform.ask("POST", STABLE, b"grant_type=client_credential").json["errcode"] == 47001
    assert platform.post(STABLE, []).json["errcode"] == 47001
    assert stable(platform, appid="")["errcode"] == 41002
    assert stable(platform, secret="wrong")["errcode"] == 40125
    assert stable(platform, grant_type="x")["errcode"] == 40002
    assert platform.post(CLASSIC, {}).json["errcode"] == 43001


def test_the_whitelist(platform: FakePlatform) -> None:
    platform.control("apps", ip_whitelist=["192.0.2.1"])
    refused = stable(platform)
    assert refused["errcode"] == 40164
    assert refused["errmsg"].startswith("invalid ip 127.0.0.1, not in whitelist rid: ")
    platform.control("apps", ip_whitelist=["192.0.2.1", "127.0.0.1"])
    assert "access_token" in stable(platform)
    platform.switch("wrong_ip")
    assert classic(platform)["errcode"] == 40164


def test_the_ticket_is_one_for_its_time(platform: FakePlatform) -> None:
    token = stable(platform)["access_token"]
    first = ticket(platform, token)
    assert (first["errcode"], first["errmsg"], first["expires_in"]) == (0, "ok", 7200)
    assert ticket(platform, token)["ticket"] == first["ticket"]
    assert platform.get(TICKET, access_token=token, type="wx_card").json["errcode"] == 40097
    assert platform.get(TICKET, type="jsapi").json["errcode"] == 41001
    assert platform.issued("jsapi_ticket") == 1
    platform.forward(7201)
    assert ticket(platform, stable(platform)["access_token"])["ticket"] != first["ticket"]


def test_revoked_tokens_are_stale(platform: FakePlatform) -> None:
    token = stable(platform)["access_token"]
    platform.control("revoke-tokens")
    assert ticket(platform, token)["errcode"] == 40001


# ---- faults


def test_a_refusal_comes_back_without_a_code(platform: FakePlatform) -> None:
    platform.switch("refuse", times=1)
    assert platform.authorize(login_url(platform), "lisi") == f"{CALLBACK}?state=S1"
    assert "code=" in platform.authorize(login_url(platform), "lisi"), "once was asked for"


@pytest.mark.parametrize(("name", "marked"), [("snapshot", True), ("snapshot_unmarked", False)])
def test_a_snapshot_gives_somebody_who_does_not_exist(
    platform: FakePlatform, name: str, marked: bool
) -> None:
    platform.switch(name)
    got = [exchange(platform, code_of(platform)) for _ in range(2)]
    assert [one.get("is_snapshotuser") for one in got] == [1 if marked else None] * 2
    assert len({platform.openid("lisi"), *(one["openid"] for one in got)}) == 3
    platform.switch(name, None)
    assert exchange(platform, code_of(platform))["openid"] == platform.openid("lisi")


def test_a_double_callback_is_a_page_that_asks_twice(platform: FakePlatform) -> None:
    platform.switch("double_callback", times=1)
    path = login_url(platform).removeprefix(platform.url).partition("#")[0]
    page = platform.ask("GET", path).text
    assert len({frame := re.findall(r'iframe src="([^"]+)', page)[0], *re.findall(r'url=([^"]+)', page)}) == 1
    assert frame.startswith(CALLBACK)
    platform.switch("double_callback", times=1)
    assert "code=" in platform.authorize(login_url(platform), "lisi")


def test_the_api_in_trouble(platform: FakePlatform) -> None:
    platform.switch("busy", times=1)
    busy = stable(platform)
    assert (busy["errcode"], busy["errmsg"][:11]) == (-1, "system busy")
    platform.switch("errcode", 40001, times=1, paths="/cgi-bin/ticket/")
    token = stable(platform)["access_token"]
    assert [ticket(platform, token)["errcode"] for _ in range(2)] == [40001, 0]
    platform.switch("page_error", 10009, times=1)
    with pytest.raises(PageShown, match="10009"):
        code_of(platform)
    platform.switch("down", "503", paths=["/sns/"])
    assert platform.get(EXCHANGE).status == 503
    assert code_of(platform), "pages work on"
    platform.switch("down", "close")
    with pytest.raises((HTTPException, ConnectionError)):
        code_of(platform)
    platform.switch("down", None)
    platform.switch("latency_ms", 300, times=1)
    start = time.monotonic()
    stable(platform)
    assert time.monotonic() - start >= 0.3


def test_a_switch_may_be_for_one_account(platform: FakePlatform) -> None:
    platform.switch("refuse", app_id="wxother000000001")
    assert "code=" in platform.authorize(login_url(platform), "lisi")


def test_counters_tell_calls_refusals_and_what_was_issued(platform: FakePlatform) -> None:
    exchange(platform, code_of(platform))
    exchange(platform, "x")
    counted = platform.counters()
    assert counted["calls"] == {"/connect/oauth2/authorize": 1, EXCHANGE: 2}
    assert counted["refused"] == {EXCHANGE: {"40029": 1}}
    assert counted["issued"] == {"code": 1, "sns_token": 1}


def test_killed_and_started_again_it_knows_people_but_no_tokens() -> None:
    with FakePlatform.start() as mortal:
        token, openid, code = stable(mortal)["access_token"], mortal.openid("lisi"), code_of(mortal)
        mortal.kill()
        with pytest.raises(OSError):
            mortal.get("/_fake/health")
        mortal.restart()
        assert ticket(mortal, token)["errcode"] == 40001
        assert exchange(mortal, code)["errcode"] == 40029
        assert mortal.openid("lisi") == openid
        assert mortal.log == ""


def test_many_logins_at_once(platform: FakePlatform) -> None:
    def login(n: int) -> str:
        return str(exchange(platform, code_of(platform, f"voter{n}"))["openid"])

    with ThreadPoolExecutor(8) as pool:
        openids = list(pool.map(login, range(1000)))
    assert len(set(openids)) == 1000
    assert platform.issued("sns_token") == 1000


# ---- the control API


def test_the_control_api_tells_no_secret_and_takes_json_alone(platform: FakePlatform) -> None:
    assert SECRET not in json.dumps(platform.control("apps", method="GET"))
    foreign = platform.ask(
        "POST", "/_fake/reset", b"{}", {"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert foreign.status == 400
    assert platform.ask("GET", "/_fake/reset").status == 404


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("switches", {"name": "no such"}),
        ("apps", {"oauth_hosts": ["https://vote.example.org"]}),
        ("apps", {"oauth_hosts": ["vote.example.org:443"]}),
        ("apps", {"js_domains": [f"d{n}.example.org" for n in range(6)]}),
        ("apps", {"mode": "open"}),
        ("apps", {"name": "x"}),
        ("apps", {"app_id": "wxother000000001"}),
        ("users", {"name": ""}),
        ("users", {}),
        ("push", {"user": "lisi"}),
        ("push", {"user": "lisi", "event": "DANCE"}),
        ("push", {"user": "lisi", "scan": "no such ticket"}),
        ("clock", {"forward": "soon"}),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(
    platform: FakePlatform, address: str, given: dict[str, Any]
) -> None:
    answer = platform.post(f"/_fake/{address}", given)
    assert answer.status == 400
    assert answer.json["error"]


def test_user_agents_keep_the_platforms_own_rule(platform: FakePlatform) -> None:
    """The hexadecimal version says platform, major, minor and patch."""
    told = platform.control("user-agents", method="GET")
    for name, kind in (("ios", 1), ("android", 2), ("windows", 6)):
        found = re.search(r"MicroMessenger/(\d+)\.(\d+)\.(\d+)[.\d]*\(0x([0-9A-Fa-f]{8})\)", told[name])
        assert found is not None
        *version, hexadecimal = found.groups()
        number = bytes.fromhex(hexadecimal)
        assert [number[0] >> 4, number[0] & 15, *number[1:3]] == [kind, *map(int, version)]


def test_it_imports_nothing_of_the_service() -> None:
    sources = Path(control.__file__).parent.rglob("*.py")
    imported = {
        name.partition(".")[0]
        for source in sources
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
    }
    allowed = {"flask", "markupsafe", "werkzeug", "gunicorn", "cryptography", "qrcode"}
    assert imported - set(sys.stdlib_module_names) == allowed


def test_its_imports_lead_one_way() -> None:
    """No circle, not even of imports for types alone; the handlers come together in ``app`` and nowhere else."""
    root = Path(control.__file__).parent
    imports = {name_of(path, root): set(imported_by(path, root)) for path in root.rglob("*.py")}
    list(TopologicalSorter(imports).static_order())  # raises CycleError, which names the circle
    handlers = {"oauth", "sns", "base", "followers", "js_sdk", "control", "console.routes"}
    assert handlers <= imports["app"]
    assert {name for name, found in imports.items() if found & handlers} == {"app"}


def name_of(path: Path, root: Path) -> str:
    """``console.routes`` for its file."""
    return ".".join(path.relative_to(root).with_suffix("").parts)


def imported_by(path: Path, root: Path) -> Iterator[str]:
    """The stand-in's own files that one of them names, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            place = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            named = [place.with_suffix(".py")] if node.module else []
            named += [place / f"{alias.name}.py" for alias in node.names]
            yield from (name_of(file, root) for file in named if file.is_file())


# ---- the list


def mentioned() -> Iterator[str]:
    """What somebody might look for in the list: control addresses and switches."""
    yield from (f"{method} {name}" for method, name in control.ROUTES)
    yield from (f"`{name}`" for name in switches.MEANINGS)


@pytest.mark.parametrize("what", list(mentioned()))
def test_the_list_names_everything(what: str) -> None:
    assert what in BEHAVIOUR
