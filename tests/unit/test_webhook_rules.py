"""Signatures, the schedule and addresses, as plain values."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from tests.receiver import is_genuine
from voting_service.webhooks.addresses import may_connect, target_of, url_problems
from voting_service.webhooks.kinds import FAULT_WORDS
from voting_service.webhooks.posting import Outcome, post
from voting_service.webhooks.schedule import DELAYS, MOST_TRIES, delay_after
from voting_service.webhooks.signing import headers, new_secret, signature


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the reference implementations (standard-webhooks/standard-webhooks)."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    assert (
        signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_receiver_takes_what_is_ours_and_nothing_else() -> None:
    secret, body = new_secret(), '{"type":"公告"}'.encode()
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    sent = headers(secret, "msg_1", 1_000_000, body)
    assert is_genuine(secret, sent, body, 1_000_010)
    assert not is_genuine(secret, sent, body + b" ", 1_000_010)
    assert not is_genuine(secret, {**sent, "webhook-id": "msg_2"}, body, 1_000_010)
    assert not is_genuine(new_secret(), sent, body, 1_000_010)
    assert not is_genuine(secret, sent, body, 1_000_500)


def test_it_is_tried_for_three_days_and_then_no_more() -> None:
    assert MOST_TRIES == 10
    assert timedelta(days=3) < sum(DELAYS, timedelta()) < timedelta(days=4)
    assert [delay_after(n, 0) for n in range(1, MOST_TRIES)] == list(DELAYS)
    assert delay_after(1, 1) == timedelta(seconds=6)
    assert delay_after(MOST_TRIES, 0) is None
    assert delay_after(0, 0) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://oa.example.org/hooks", "https://oa.example.org:8443/?key=1", "https://8.8.8.8/", "https://[2606:4700::1]/x",
        "https://xn--fsq.example/",
    ],
)  # fmt: skip
def test_a_public_address_is_taken(url: str) -> None:
    assert url_problems(url, []) == []


@pytest.mark.parametrize(
    "url",
    [
        "", "oa.example.org", "ftp://oa.example.org/", "http://oa.example.org/", "https://user:secret@oa.example.org/",
        "https://oa.example.org/#part", "https://oa.example.org:99999/", "https://oa.example.org/a b", "https:///x",
        "https://10.0.0.1/", "https://127.0.0.1/", "https://169.254.169.254/latest/meta-data", "https://[::1]/",
        "https://[::ffff:10.0.0.1]/", "https://oa.example.org\\@evil.example/", "https://oa.example.org/\r\nX: y",
        "https://机.example/", "file:///etc/passwd", "https://" + "x" * 600,
    ],
)  # fmt: skip
def test_any_other_is_refused(url: str) -> None:
    assert [problem.where for problem in url_problems(url, [])] == ["url"]


def test_inner_systems_are_those_that_the_operator_names() -> None:
    inside = ["oa.lan", "10.0.0.8:8443", "[fd00::8]"]
    for url in ("http://oa.lan/x", "https://oa.lan:444/", "https://10.0.0.8:8443/", "http://[fd00::8]/"):
        assert url_problems(url, inside) == []
    for url in ("http://10.0.0.8/", "https://10.0.0.8/", "http://oa.lan.example/", "http://[fd00::9]/"):
        assert url_problems(url, inside) != []


INNER = [
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "::1",
    "fd00::1",
    "100.64.0.1",
    "::ffff:10.0.0.1",
]
NEVER = [
    "169.254.169.254", "fe80::1", "fe80::1%eth0", "0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "240.0.0.1", "ff02::1",
    "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "nonsense", "",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


def test_numbers_are_judged() -> None:
    assert [one for one in OUTSIDE if not may_connect(one, inside=False)] == []
    assert [one for one in INNER + NEVER if may_connect(one, inside=False)] == []
    assert [one for one in INNER + OUTSIDE if not may_connect(one, inside=True)] == []
    assert [one for one in NEVER if may_connect(one, inside=True)] == []
    assert not may_connect("64:ff9b::a00:1", inside=False)
    assert not may_connect("2002:a00:1::", inside=False)


def test_a_name_that_leads_inside_is_not_connected_to() -> None:
    target = target_of("https://rebinding.example/x")
    assert target is not None
    for found in (["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["169.254.169.254"], []):
        outcome = post(target, {}, b"", inside=(), resolve=lambda _host, _port, found=found: found)  # type: ignore[misc]
        assert outcome == Outcome("refused_address")
    assert {"refused_address", "no_such_host", "unreachable", "tls", "too_slow"} <= set(FAULT_WORDS)
