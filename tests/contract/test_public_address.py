"""What ``doctor`` finds by asking the service's own public address, as the platform will ask it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import Authority, proxy_to, sealed_server
from tests.live import LiveService, live_stage
from tests.scripted_platform import Answer, ScriptedPlatform, drips, garbles, resets, says
from tests.stage import KEYS, SECRET
from voting_service.clock import SystemClock, spoken_day
from voting_service.findings import Finding
from voting_service.settings import Settings
from voting_service.wechat import public_address
from voting_service.wechat.public_address import examine_address

ACCOUNT: dict[str, Any] = {
    "wechat_app_id": "wx0123456789abcdef",
    "wechat_app_secret": "0123456789abcdef0123456789abcdef",
    "wechat_api_base": "http://127.0.0.1:1",
    "wechat_token": "publicaddress",
    "wechat_aes_key": "A" * 43,
    "wechat_verify_file": "MP_verify_AbCdEfGh12345678.txt, MP_verify_1234567890123456.txt",
}
HEALTHY = b'{"status":"ok"}'
HERE = says(HEALTHY)


@pytest.fixture(autouse=True)
def as_in_a_plain_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a proxy and roots of their own."""
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def settings(base_url: str, **more: Any) -> Settings:
    values = {"secret_key": SECRET, "encryption_keys": KEYS, "base_url": base_url} | ACCOUNT | more
    return Settings.model_validate(values)


def examined(settings: Settings) -> list[Finding]:
    return examine_address(settings, SystemClock())


def codes(findings: list[Finding]) -> list[tuple[str, str]]:
    assert all(finding.remedy for finding in findings if finding.level != "ok")
    return [(finding.level, finding.code) for finding in findings]


# ---- this very service


def test_the_running_service_is_recognised_and_other_credentials_are_told(
    tmp_path: Path, redis_url: str
) -> None:
    stage = live_stage(tmp_path / "data", redis_url, **ACCOUNT)
    running = stage.service.settings
    live = LiveService(stage)
    try:
        live.start_web()
        assert codes(examined(running)) == [
            ("ok", "wechat_address"),
            ("ok", "wechat_verify_file_public"),
            ("ok", "wechat_verify_file_public"),
            ("ok", "wechat_messages_public"),
        ]
        assert [found.code for found in stage.service.examined_account()][-1] == "wechat_messages_public"
        changed = settings(
            running.base_url, wechat_token="another", wechat_verify_file="MP_verify_zzzzzzzzzzzzzzzz.txt"
        )
        _address, file, messages = examined(changed)
        assert codes([file, messages]) == [
            ("warning", "wechat_verify_file_public"),
            ("warning", "wechat_messages_public"),
        ]
        assert str(file.sentence) == "从公开网址读不到校验文件 MP_verify_zzzzzzzzzzzzzzzz.txt：状态码是 404。"
        assert "不认 VOTING_WECHAT_TOKEN 的签名" in str(messages.sentence)
        assert "重启服务" in str(messages.remedy)
    finally:
        live.stop()
    [away] = examined(running)
    assert codes([away]) == [("warning", "wechat_address")]
    assert "打不开" in str(away.sentence)
    assert "没有检查" in str(away.sentence)
    stage.strike()


# ---- other things at the address


@pytest.fixture
def other() -> Iterator[ScriptedPlatform]:
    """A server that answers as it is told."""
    server = ScriptedPlatform()
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (says(b"", status=502), "状态码是 502"),
        (says(b"<h1>It works!</h1>"), "不是本服务"),
        (says(b"[" * 3000), "不是本服务"),
        (says(b"x" * 10_000), "不是本服务"),
        (says(b"", status=301, Location="https://www.example.org/"), "转到了别的网址"),
        (resets, "打不开"),
        (garbles, "不是本服务"),
    ],
)
def test_an_address_that_leads_elsewhere_is_said_once(
    other: ScriptedPlatform, answer: Answer, told: str
) -> None:
    other.script["/healthz"].append(answer)
    [found] = examined(settings(other.base))
    assert codes([found]) == [("warning", "wechat_address")]
    assert told in str(found.sentence)
    assert [asked.path for asked in other.asked] == ["/healthz"]


def test_a_body_that_drips_is_not_waited_for(
    other: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_address, "TIMEOUT_S", (0.2, 0.2))
    other.script["/healthz"].append(drips)
    assert codes(examined(settings(other.base))) == [("warning", "wechat_address")]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (says(b"AbCdEfGh12345678\n"), "内容不对"),
        (says(b"1234567890123456"), "内容不对"),
        (says(b"AbCdEfGh12345678", status=301, Location="/there.txt"), "转到了别的网址"),
        (says(b"AbCdEfGh12345678", status=403), "状态码是 403"),
        (resets, "没有应答"),
    ],
)
def test_a_domain_file_that_is_not_exact_is_told(other: ScriptedPlatform, answer: Answer, told: str) -> None:
    other.script["/healthz"].append(HERE)
    other.script["/MP_verify_AbCdEfGh12345678.txt"].append(answer)
    one = settings(other.base, wechat_verify_file="AbCdEfGh12345678", wechat_token=None, wechat_aes_key=None)
    found = examined(one)
    assert codes(found) == [("ok", "wechat_address"), ("warning", "wechat_verify_file_public")]
    assert told in str(found[1].sentence)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (says(b"", status=404), "没有消息入口"),
        (says(b"refused", status=403), "不认 VOTING_WECHAT_TOKEN"),
        (says(b"1234"), "内容不对"),
        (says(b"", status=302, Location="/login"), "状态码是 302"),
        (resets, "没有应答"),
    ],
)
def test_an_echo_that_is_not_exact_is_told(other: ScriptedPlatform, answer: Answer, told: str) -> None:
    other.script["/healthz"].append(HERE)
    other.script["/wechat/messages"].append(answer)
    found = examined(settings(other.base, wechat_verify_file=None))
    assert codes(found) == [("ok", "wechat_address"), ("warning", "wechat_messages_public")]
    assert told in str(found[1].sentence)
    [asked] = [asked for asked in other.asked if asked.path == "/wechat/messages"]
    assert set(asked.query) == {"signature", "timestamp", "nonce", "echostr"}
    assert ACCOUNT["wechat_token"] not in str(asked)


# ---- certificates


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def in_days(days: int) -> datetime:
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)


def day_of(moment: datetime, base_url: str) -> str:
    return str(spoken_day(moment.astimezone(settings(base_url).zone)))


def on(base_url: str) -> Settings:
    return settings(base_url, wechat_token=None, wechat_aes_key=None, wechat_verify_file=None)


@pytest.mark.parametrize(("days", "level"), [(90, "ok"), (15, "ok"), (13, "warning")])
def test_a_certificate_is_told_with_its_last_day(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, days: int, level: str
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.roots))
    ends_at = in_days(days)
    with sealed_server(authority.sign(ends_at), HEALTHY) as (base, _asked):
        found = examined(on(base))
    assert codes(found) == [("ok", "wechat_address"), (level, "wechat_certificate")]
    assert day_of(ends_at, base) in str(found[1].sentence)


@pytest.mark.parametrize(
    ("days", "host", "itself", "trusted", "told"),
    [
        (90, "127.0.0.1", True, False, "自签名"),
        (90, "127.0.0.1", False, False, "证书链不全"),
        (90, "vote.example.org", False, True, "不是给这个域名的"),
        (-3, "127.0.0.1", False, True, "已经过期"),
        (-3, "127.0.0.1", True, False, "已经过期"),
    ],
)
def test_a_certificate_that_does_not_verify_is_told_once_and_nothing_is_sent(
    authority: Authority, monkeypatch: pytest.MonkeyPatch,
    days: int, host: str, itself: bool, trusted: bool, told: str,
) -> None:  # fmt: skip
    if trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.roots))
    ends_at = in_days(days)
    with sealed_server(authority.sign(ends_at, host, itself=itself), HEALTHY) as (base, asked):
        [found] = examined(settings(base))
    assert codes([found]) == [("warning", "wechat_certificate")]
    assert told in str(found.sentence)
    assert day_of(ends_at, base) in str(found.sentence)
    assert asked == []


def test_without_encryption_at_an_https_address_there_is_one_sentence(other: ScriptedPlatform) -> None:
    assert codes(examined(settings(other.base.replace("http:", "https:")))) == [("warning", "wechat_address")]


def test_everything_goes_by_the_proxy_that_requests_would_take(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.roots))
    certificate = authority.sign(in_days(90), "vote.example.org")
    ways: list[str] = []
    with (
        sealed_server(certificate, HEALTHY) as (base, asked),
        proxy_to(base.removeprefix("https://"), ways) as proxy,
    ):
        for address in (f"http://clerk:word@{proxy}", proxy):
            monkeypatch.setenv("HTTPS_PROXY", address)
            found = examined(on("https://vote.example.org"))
            assert codes(found) == [("ok", "wechat_address"), ("ok", "wechat_certificate")]
    assert asked == ["/healthz"] * 2
    assert ways == ["vote.example.org:443 Basic Y2xlcms6d29yZA=="] * 2 + ["vote.example.org:443 "] * 2


def test_an_odd_proxy_is_no_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    for odd in ("socks5://127.0.0.1:1", "http://127.0.0.1:port", "http://[::1", "http://127.0.0.1:1"):
        monkeypatch.setenv("HTTPS_PROXY", odd)
        assert codes(examined(on("https://vote.example.org"))) == [("warning", "wechat_address")]
