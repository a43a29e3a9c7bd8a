"""Who asks whether the platform is there, how often, and what operators are told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.flows.test_commands import run
from tests.scripted_platform import TICKET, TOKEN, ScriptedPlatform, held_until, refuses, resets, says
from tests.stage import KEYS, SECRET, ClockInHand, Stage
from voting_service.encryption import Keyring
from voting_service.findings import Finding
from voting_service.settings import Settings
from voting_service.wechat import client as client_module
from voting_service.wechat import reach as reach_module
from voting_service.wechat.client import Client
from voting_service.wechat.errcodes import address_named, explain
from voting_service.wechat.errors import WeChatRefused
from voting_service.wechat.reach import Reachability
from voting_service.wechat.readiness import examine_account, probe_wechat
from voting_service.wechat.shared_state import SharedState
from voting_service.wechat.tokens import SharedTokens

APP_ID = "wx0123456789abcdef"
APP_SECRET = "0123456789abcdef0123456789abcdef"
NOT_LISTED = refuses(40164, "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist")
THREADS = 16


class Account:
    """One process's parts."""

    def __init__(self, redis_url: str) -> None:
        self.platform = ScriptedPlatform()
        self.clock = ClockInHand()
        self.client = Client(APP_ID, APP_SECRET, self.platform.base, timeout_s=(10, 30))
        self.store = redis.Redis.from_url(redis_url, decode_responses=True)
        self.tokens = SharedTokens(
            self.client, SharedState(self.store, APP_ID), Keyring.parse(KEYS), self.clock
        )
        self.reach = Reachability(self.client, self.clock)

    @property
    def looks(self) -> int:
        return self.platform.count("/")

    def pass_time(self, seconds: float) -> None:
        self.clock.tick(timedelta(seconds=seconds))

    def probe(self) -> list[Finding]:
        return list(probe_wechat(self.tokens, self.reach))

    def close(self) -> None:
        if not self.platform.stopping.is_set():
            self.platform.stop()
        self.store.close()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded machine may take its time to look and to answer; that bound has a test of its own."""
    monkeypatch.setattr(reach_module, "PATIENCE_S", 60.0)
    monkeypatch.setattr(client_module, "REACH_TIMEOUT_S", (30.0, 30.0))


@pytest.fixture
def account(redis_url: str) -> Iterator[Account]:
    account = Account(redis_url)
    yield account
    account.close()


def storm(account: Account) -> set[bool]:
    start = threading.Barrier(THREADS)

    def ask(_number: int) -> bool:
        start.wait()
        return account.reach.reachable()

    with ThreadPoolExecutor(THREADS) as crew:
        return set(crew.map(ask, range(THREADS)))


def test_a_storm_of_voters_is_one_look(account: Account) -> None:
    assert (storm(account), account.looks) == ({True}, 1)
    account.pass_time(2.9)
    assert (storm(account), account.looks) == ({True}, 1)
    account.pass_time(0.2)
    assert (storm(account), account.looks) == ({True}, 2)


def test_logins_that_work_spare_the_looks(account: Account) -> None:
    for _ in range(5):
        account.reach.note_success()
        assert account.reach.reachable()
        account.pass_time(2)
        assert account.reach.reachable()
    assert account.looks == 0


def test_a_failure_counts_for_three_seconds(account: Account) -> None:
    account.platform.script["/"].extend([resets])
    assert (storm(account), account.looks) == ({False}, 1)
    account.pass_time(2.9)
    assert (storm(account), account.looks) == ({False}, 1)
    account.pass_time(0.2)
    assert (account.reach.reachable(), account.looks, account.reach.why) == (True, 2, "")
    account.reach.note_failure()
    assert (account.reach.reachable(), account.looks) == (False, 2)
    account.reach.note_success()
    assert (account.reach.reachable(), account.looks) == (True, 2)


def test_while_someone_looks_again_the_others_are_not_held_up(account: Account) -> None:
    account.reach.note_failure()
    account.pass_time(4)
    gate = threading.Event()
    account.platform.script["/"].append(held_until(gate, says(b"")))
    with ThreadPoolExecutor(1) as crew:
        looking = crew.submit(account.reach.reachable)
        while account.looks < 1:
            assert not looking.done()
            time.sleep(0.005)
        assert account.reach.reachable() is False
        gate.set()
        assert looking.result() is True
    assert (account.reach.reachable(), account.looks) == (True, 1)


def test_nobody_waits_longer_than_two_seconds(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach_module, "PATIENCE_S", 0.05)
    gate = threading.Event()
    account.platform.script["/"].append(held_until(gate, says(b"")))
    assert (account.reach.reachable(), account.reach.why) == (False, "timeout")
    gate.set()


def test_a_platform_that_is_away_is_unreachable(account: Account) -> None:
    account.platform.stop()
    assert account.reach.reachable() is False
    assert account.reach.why == "no_connection"


# ---- /readyz


def codes(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.level, finding.code) for finding in findings]


def test_all_is_well(account: Account) -> None:
    account.tokens.ticket()
    assert codes(account.probe()) == [("ok", "wechat_ready")]


def test_how_often_the_platform_was_asked_today_is_told(account: Account) -> None:
    def told() -> str:
        return str(account.probe()[0].sentence)

    assert "今天取过 0 次接口凭据、0 次页面签名凭据（每天各最多 2000 次）" in told()
    account.tokens.token()
    assert "今天取过 1 次接口凭据、0 次" in told()
    account.tokens.ticket()
    assert told() == told(), "telling counts nothing"
    assert "今天取过 1 次接口凭据、1 次" in told()
    account.pass_time(86_400)
    assert "今天取过 0 次接口凭据、0 次" in told()


def test_asking_all_the_time_costs_a_look_in_five_seconds(account: Account) -> None:
    account.platform.script["/"].extend([resets] * 10)
    for _ in range(11):
        account.probe()
        account.pass_time(1)
    assert account.looks == 3


def test_an_absent_platform_is_a_warning_that_says_what_it_means(account: Account) -> None:
    account.platform.stop()
    [found] = account.probe()
    assert (found.level, found.code) == ("warning", "wechat_unreachable")
    assert str(found.sentence) == "连不上微信的服务器。新来的人暂时不能用微信登录，已登录的人照常投票。"


def test_a_refused_address_is_told_to_all_and_named_to_the_operator(account: Account, tmp_path: Path) -> None:
    account.platform.script[TOKEN].append(NOT_LISTED)
    with pytest.raises(WeChatRefused):
        account.tokens.ticket()
    [found] = account.probe()
    assert (found.level, found.code) == ("warning", "wechat_trouble")
    assert str(found.sentence) == (
        "向微信取接口凭据失败：［40164］本服务的出口地址不在公众号的 IP 白名单中。"
        "分享卡片可能不完整，登录和投票不受影响。"
    )
    assert "白名单" in str(found.remedy)
    assert "203.0.113.9" not in f"{found.sentence}{found.remedy}"
    account.platform.script[TOKEN].append(NOT_LISTED)
    found_by_doctor = examine_account(settings(tmp_path), account.client, account.tokens)
    assert any("203.0.113.9" in str(one.remedy) for one in found_by_doctor)


@pytest.mark.parametrize("errcode", [40001, 40013, 40125, 40243, 45009, 45011, 48001, 12345])
def test_every_refusal_has_a_sentence_and_a_remedy(account: Account, errcode: int) -> None:
    account.tokens.note_trouble(WeChatRefused(errcode, "no"))
    [found] = account.probe()
    assert (found.level, found.code) == ("warning", "wechat_trouble")
    assert str(errcode) in str(found.sentence)
    assert str(found.remedy) == str(explain(errcode).remedy) != ""


def test_silence_is_told_once(account: Account) -> None:
    account.platform.stop()
    with pytest.raises(Exception, match="微信"):
        account.tokens.ticket()
    assert codes(account.probe()) == [("warning", "wechat_unreachable")]


def test_without_redis_the_platform_is_still_looked_at(account: Account) -> None:
    lost = redis.Redis.from_url("redis://127.0.0.1:1", decode_responses=True)
    tokens = SharedTokens(account.client, SharedState(lost, APP_ID), Keyring.parse(KEYS), account.clock)
    assert codes(list(probe_wechat(tokens, account.reach))) == []
    account.platform.stop()
    account.pass_time(16)
    assert codes(list(probe_wechat(tokens, account.reach))) == [("warning", "wechat_unreachable")]


@pytest.mark.parametrize(
    ("errmsg", "address"),
    [
        ("invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 1-2-3", "203.0.113.9"),
        ("invalid ip 203.0.113.9, not in whitelist", "203.0.113.9"),
        ("invalid ip ::ffff:203.0.113.9, not in whitelist", "203.0.113.9"),
        ("invalid ip 2001:db8::9, not in whitelist", "2001:db8::9"),
        ("invalid ip 999.1.1.1, not in whitelist", None),
        ("not in whitelist", None),
    ],
)
def test_the_address_is_read_from_the_platform_s_words(errmsg: str, address: str | None) -> None:
    assert address_named(errmsg) == address


# ---- doctor


def settings(tmp_path: Path, **more: Any) -> Settings:
    return Settings.model_validate(
        {
            "data_dir": tmp_path,
            "secret_key": SECRET,
            "encryption_keys": KEYS,
            "base_url": "https://vote.example.org",
            "wechat_app_id": APP_ID,
            "wechat_app_secret": APP_SECRET,
            "wechat_token": "token",
            "wechat_aes_key": "A" * 43,
            "wechat_verify_file": "MP_verify_AbCdEfGh12345678.txt",
        }
        | more
    )


def test_each_credential_has_its_line(account: Account, tmp_path: Path) -> None:
    found = examine_account(settings(tmp_path), account.client, account.tokens)
    assert codes(found) == [
        ("ok", code)
        for code in (
            "wechat_app_id",
            "wechat_domain",
            "wechat_app_secret",
            "wechat_ticket",
            "wechat_clock",
            "wechat_messages",
            "wechat_verify_file",
        )
    ]


def test_what_is_not_as_the_platform_wants_it_is_said(account: Account, tmp_path: Path) -> None:
    account.platform.date = "Mon, 01 Jan 2024 00:00:00 GMT"
    account.platform.script[TICKET].append(NOT_LISTED)
    odd = settings(
        tmp_path,
        base_url="http://127.0.0.1:8000",
        wechat_app_id="wxdemo0001",
        wechat_aes_key=None,
        wechat_verify_file=None,
    )
    client = Client("wxdemo0001", APP_SECRET, account.platform.base, timeout_s=(10, 30))
    found = examine_account(odd, client, account.tokens)
    assert codes(found) == [
        ("warning", "wechat_app_id"),
        ("warning", "wechat_domain"),
        ("warning", "wechat_domain"),
        ("warning", "wechat_domain"),
        ("ok", "wechat_app_secret"),
        ("error", "wechat_ticket"),
        ("warning", "wechat_clock"),
        ("warning", "wechat_messages"),
        ("warning", "wechat_verify_file"),
    ]
    assert all(finding.remedy for finding in found if finding.level != "ok")


def test_a_wrong_secret_is_an_error_and_silence_a_warning(account: Account, tmp_path: Path) -> None:
    account.platform.script[TOKEN].append(refuses(40125, "invalid appsecret"))
    found = examine_account(settings(tmp_path), account.client, account.tokens)
    assert ("error", "wechat_app_secret") in codes(found)
    account.platform.stop()
    found = examine_account(settings(tmp_path), account.client, account.tokens)
    assert ("warning", "wechat_unreachable") in codes(found)
    assert "error" not in {finding.level for finding in found}


def test_what_the_running_service_met_is_told_with_its_time(account: Account, tmp_path: Path) -> None:
    account.tokens.note_trouble(WeChatRefused(40243, "frozen"))
    found = examine_account(settings(tmp_path), account.client, account.tokens)
    [trouble] = [finding for finding in found if finding.code == "wechat_trouble"]
    assert "40243" in str(trouble.sentence)
    assert f"{account.clock.now().year}年" in str(trouble.sentence)


def test_no_account_is_told_and_no_fault(stage: Stage) -> None:
    assert codes(stage.service.examined_account()) == [("ok", "wechat_off")]
    said = run(stage, "doctor").stdout
    assert "✓ 没有设置微信公众号，不提供微信登录。" in said


def test_one_stumble_sends_nobody_away(account: Account) -> None:
    account.reach.note_success()
    account.reach.doubt("busy")
    assert account.reach.why == "busy"
    assert (account.reach.reachable(), account.looks, account.reach.why) == (True, 1, "")
    account.platform.stop()
    account.reach.doubt("reset")
    assert account.reach.reachable() is False
