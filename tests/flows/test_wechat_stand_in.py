"""The stand-in for WeChat as people and their browsers meet it: its script under our pages' policy, its console without
scripts, and ``demo --wechat``."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flows.test_accessibility import look
from tests.flows.test_demo import ROOT, running
from tests.live import free_pair
from tests.phone import WECHAT
from tests.wechat_platform import APP_ID, SCRIPT, SECRET, FakePlatform
from voting_service.commands.secrets_file import STAND_IN_ACCOUNT, put_settings, write_env_file
from voting_service.web.headers import content_security_policy

LISTED = ["updateAppMessageShareData", "updateTimelineShareData"]


@contextmanager
def page_server(bodies: dict[str, str], asked: list[str] | None = None) -> Iterator[str]:
    """Pages with our own policy around these bodies, each at its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if asked is not None and path in bodies:
                asked.append(self.path)
            self.send_response(200 if path in bodies else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", content_security_policy("nonce17"))
            self.end_headers()
            self.wfile.write(bodies.get(path, "").encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in WeChat's browser; nothing may be written to its console."""
    context = browser.new_context(**WECHAT)
    written: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: written.append(message.text))
    page.on("pageerror", lambda error: written.append(str(error)))
    yield page
    context.close()
    assert written == []


def signed(platform: FakePlatform, url: str) -> dict[str, Any]:
    """What a page gives ``wx.config``."""
    account = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
    token = platform.post("/cgi-bin/stable_token", account).json["access_token"]
    ticket = platform.get("/cgi-bin/ticket/getticket", access_token=token, type="jsapi").json["ticket"]
    text = f"jsapi_ticket={ticket}&noncestr=n17&timestamp=17&url={url}"
    signature = sha1(text.encode()).hexdigest()
    return {"appId": APP_ID, "timestamp": 17, "nonceStr": "n17", "signature": signature, "jsApiList": LISTED}


def configured(page: Page, platform: FakePlatform, url: str, config: dict[str, Any]) -> dict[str, Any]:
    """Open a page at this address and configure the script there; gives what it has recorded."""
    page.goto(url)
    page.evaluate(
        """config => new Promise(done => { wx.ready(() => done()); wx.error(() => done()); wx.config(config); })""",
        config,
    )
    recorded: dict[str, Any] = page.evaluate("JSON.parse(JSON.stringify(window.__wx))")
    return recorded


def call(page: Page, name: str, options: dict[str, Any]) -> str:
    """One function of the script; gives its errMsg."""
    answered: str = page.evaluate(
        """([name, options]) => new Promise(done => wx[name](
             Object.assign({}, options, {success: r => done(r.errMsg), fail: r => done(r.errMsg)})))""",
        [name, options],
    )
    return answered


def script_page(platform: FakePlatform) -> dict[str, str]:
    """A page that loads the script as ours do."""
    source = f'<script nonce="nonce17" src="{platform.url}{SCRIPT}"></script>'
    return {
        "/c/test": f'<!doctype html><html lang="zh"><head><link rel="icon" href="data:,">{source}</head></html>'
    }


def test_the_script_checks_signatures_under_our_policy(page: Page, platform: FakePlatform) -> None:
    with page_server(script_page(platform)) as base:
        url = f"{base}/c/test?s=abc"
        config = signed(platform, url)
        assert configured(page, platform, url + "#part", config)["state"] == "ok"
        card = {"title": "评选", "desc": "说明", "link": f"{base}/c/test", "imgUrl": f"{base}/a.png"}
        assert call(page, "updateAppMessageShareData", card) == "updateAppMessageShareData:ok"
        refused = "updateTimelineShareData:fail link must be in js secure domain list"
        assert call(page, "updateTimelineShareData", card | {"link": "http://elsewhere.example/"}) == refused
        denied = "onMenuShareTimeline:fail permission denied"
        assert call(page, "onMenuShareTimeline", card) == denied, "it is not in jsApiList"
        share = page.evaluate("window.__wx.share")
        assert share == {"friend": card, "timeline": None}
        found = page.evaluate(
            "new Promise(done => wx.checkJsApi({jsApiList: ['updateTimelineShareData', 'x'], success: done}))"
        )
        assert found["checkResult"] == {"updateTimelineShareData": True, "x": False}
        assert (platform.issued("js_config_ok"), platform.issued("js_config_refused")) == (1, 0)


def test_the_script_refuses_what_wechat_refuses(page: Page, platform: FakePlatform) -> None:
    with page_server(script_page(platform)) as base:
        url = f"{base}/c/test"
        config = signed(platform, url)
        wrong = configured(page, platform, url + "?from=timeline", config)
        assert (wrong["state"], wrong["error"]) == ("error", "invalid signature")
        offline = "updateAppMessageShareData:fail the permission value is offline verifying"
        assert call(page, "updateAppMessageShareData", {"link": url}) == offline
        platform.control("apps", js_domains=["vote.example.org"])
        assert configured(page, platform, url, config)["error"] == "invalid url domain"
        assert configured(page, platform, url, config | {"appId": "wxother"})["error"] == "invalid appid"


def test_a_double_callback_reaches_the_service_twice(browser: Browser, platform: FakePlatform) -> None:
    asked: list[str] = []
    context = browser.new_context(**WECHAT)
    page = context.new_page()
    with page_server({"/wechat/callback": "<!doctype html><title>回来了</title>"}, asked) as base:
        platform.switch("double_callback", times=1)
        query = f"appid={APP_ID}&redirect_uri={base}/wechat/callback&response_type=code&scope=snsapi_base&state=S1"
        page.goto(f"{platform.url}/connect/oauth2/authorize?{query}")
        expect(page).to_have_title("回来了")
    context.close()
    assert len(asked) == 2
    assert len(set(asked)) == 1


# ---- the console


def test_the_console_works_without_scripts(browser: Browser, platform: FakePlatform, tmp_path: Path) -> None:
    context = browser.new_context(**WECHAT, java_script_enabled=False)
    page = context.new_page()
    page.goto(platform.url)
    expect(page.get_by_text("这里不是微信")).to_be_visible()
    page.get_by_role("button", name="李四（模拟）").click()
    expect(page.get_by_role("button", name="李四（模拟）")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="用户拒绝授权：打开").click()
    page.get_by_role("button", name="用户拒绝授权：关掉").click()
    expect(page.get_by_role("button", name="用户拒绝授权：打开")).to_be_visible()
    with page_server({}) as base:
        platform.control("apps", messages_url=base)
        page.get_by_role("link", name="公众号对话", exact=True).click()
        page.get_by_role("button", name="关注公众号").click()
        expect(page.get_by_role("button", name="取消关注")).to_be_visible()
        page.get_by_label("发给公众号的话").fill("投 12 <b>")
        page.get_by_role("button", name="发送").click()
        expect(page.get_by_text("投 12 <b>")).to_be_visible()
        expect(page.get_by_text("该公众号暂时无法提供服务").last).to_be_visible()
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for path in ("/", "/chat"):
            page.goto(platform.url + path)
            assert page.locator("body").bounding_box()["width"] <= width  # type: ignore[index]
    context.close()


def test_the_console_is_for_everybody(browser: Browser, platform: FakePlatform) -> None:
    """axe-core finds nothing, by day and by night."""
    context = browser.new_context(**WECHAT, bypass_csp=True)
    page = context.new_page()
    platform.switch("snapshot")
    code = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "p12"}}}
    account = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
    token = platform.post("/cgi-bin/stable_token", account).json["access_token"]
    scan = platform.post("/cgi-bin/qrcode/create", code, access_token=token).json["url"]
    page.goto(platform.url + "/chat")
    page.get_by_role("button", name="投票").click()
    for address in (f"{platform.url}/chat", platform.url, scan):
        page.goto(address)
        look(page, address)
    page.get_by_role("button", name="进入对话").click()
    expect(page.get_by_text("（扫了带参数的二维码）")).to_be_visible()
    context.close()


def test_the_demo_with_wechat(tmp_path: Path) -> None:
    port = free_pair()
    data = tmp_path / "data"
    environ = {"VOTING_DATA_DIR": str(data), "PORT": str(port)}
    with running("demo", port, environ, tmp_path / "demo.log", options=("--wechat",)) as base:
        stand_in = f"http://127.0.0.1:{port + 1}"
        with urllib.request.urlopen(stand_in) as page:
            shown = page.read().decode()
        assert f"{base}/wechat/login?next=%2Fc%2Fzui-mei-chan-ye-gong-ren" in shown
        with urllib.request.urlopen(f"{stand_in}/_fake/apps") as answer:
            (account,) = json.load(answer)
        assert account["messages_url"] == f"{base}/wechat/messages"
        assert account["oauth_hosts"] == ["127.0.0.1"]
        file = data / "wechat-stand-in.env"
        made = dict(line.split("=", 1) for line in file.read_text().splitlines())
        query = f"grant_type=client_credential&appid={APP_ID}&secret={made['VOTING_WECHAT_APP_SECRET']}"
        with urllib.request.urlopen(f"{stand_in}/cgi-bin/token?{query}") as answer:
            assert "access_token" in json.load(answer), "both have the same secret"
        said = (tmp_path / "demo.log").read_text()
        [line] = [line for line in said.splitlines() if line.startswith("set -a; ")]
        found = doctor_after(line)
        assert {row["level"] for row in found if row["code"].startswith("wechat_")} == {"ok", "warning"}
        levels = {row["code"]: row["level"] for row in found}
        asked = ("wechat_app_secret", "wechat_ticket", "wechat_address", "wechat_messages_public")
        assert {code: levels[code] for code in asked} == dict.fromkeys(asked, "ok")
    said = (tmp_path / "demo.log").read_text()
    assert f"模拟微信：{stand_in}" in said
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    secrets = {"VOTING_WECHAT_APP_SECRET", "VOTING_WECHAT_TOKEN", "VOTING_WECHAT_AES_KEY"}
    assert all(made[name] not in said for name in secrets)
    assert {name: value for name, value in made.items() if name not in secrets} == {
        "VOTING_WECHAT_APP_ID": APP_ID,
        "VOTING_WECHAT_API_BASE": stand_in,
        "VOTING_WECHAT_OPEN_BASE": stand_in,
        "VOTING_WECHAT_SCRIPT_URL": stand_in + SCRIPT,
    }
    assert "WECHAT" not in (data / "secrets.env").read_text(), "a plain demo has no half account"


def test_the_stand_in_s_addresses_follow_its_port_and_its_secrets_stay(tmp_path: Path) -> None:
    file = tmp_path / "wechat-stand-in.env"
    write_env_file(file, STAND_IN_ACCOUNT)
    secrets = file.read_text()
    for port in (8001, 9001):
        put_settings(file, {"VOTING_WECHAT_API_BASE": f"http://127.0.0.1:{port}"})
    assert file.read_text() == f"{secrets}VOTING_WECHAT_API_BASE=http://127.0.0.1:9001\n"
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def doctor_after(line: str) -> list[dict[str, Any]]:
    """What ``voting-service doctor`` finds in a shell where somebody typed this line first."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("VOTING_", "FAKE_"))}
    command = f'{line}; exec "$0" -c "from wsgi import cli; cli()" doctor --json'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
