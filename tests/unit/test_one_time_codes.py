"""One-time codes by the RFC's own figures, recovery codes as people type them, browsers in words, an administrator's reach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.actors import IPHONE
from voting_service.accounts import recovery_codes, totp
from voting_service.accounts.browsers import label_of, spoken_label
from voting_service.accounts.half_way import claimed_official, half_way_cookie, is_good
from voting_service.accounts.officials import ActingOfficial, RoleAt
from voting_service.accounts.scope import may_give, may_manage, needs_second, sees

RFC_SECRET = b"12345678901234567890"
NOON = datetime(2026, 4, 16, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
        (2000000000, "69279037"), (20000000000, "65353130"),
    ],
)  # fmt: skip
def test_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    step = totp.step_of(datetime.fromtimestamp(seconds, UTC))
    assert totp.code_at(RFC_SECRET, step, digits=8) == code
    assert totp.code_at(RFC_SECRET, step) == code[2:], "the last six digits of the eight"


@pytest.mark.parametrize(
    ("count", "code"),
    list(
        enumerate(
            [
                "755224",
                "287082",
                "359152",
                "969429",
                "338314",
                "254676",
                "287922",
                "162583",
                "399871",
                "520489",
            ]
        )
    ),
)
def test_rfc_4226_appendix_d(count: int, code: str) -> None:
    assert totp.code_at(RFC_SECRET, count) == code


def test_a_code_is_good_one_step_early_or_late_and_once() -> None:
    here = totp.step_of(NOON)
    for step, expected in ((-2, None), (-1, here - 1), (0, here), (1, here + 1), (2, None)):
        typed = totp.code_at(RFC_SECRET, here + step)
        assert totp.matching_step(RFC_SECRET, typed, NOON, after=0) == expected
    now = totp.code_at(RFC_SECRET, here)
    assert totp.matching_step(RFC_SECRET, now, NOON, after=here) is None, "not again"
    assert totp.matching_step(RFC_SECRET, now, NOON, after=here + 1) is None, "nor after a later one"
    assert totp.matching_step(RFC_SECRET, totp.code_at(RFC_SECRET, here + 1), NOON, after=here) == here + 1
    for typed in ("", "000", "ü", now + "0", "  " + now):
        assert totp.matching_step(RFC_SECRET, typed, NOON, after=0) is None


def test_the_key_is_what_apps_read() -> None:
    secret = totp.new_secret()
    assert len(secret) == 20
    url = urlsplit(totp.app_url(RFC_SECRET, site="评选 & 投票", name="王敏/法律部"))
    assert (url.scheme, url.netloc, unquote(url.path)) == ("otpauth", "totp", "/评选 & 投票:王敏/法律部")
    assert parse_qs(url.query) == {"secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"], "issuer": ["评选 & 投票"]}
    assert totp.typed_key(RFC_SECRET) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


def test_recovery_codes_are_read_however_they_are_copied() -> None:
    codes = recovery_codes.new_codes()
    digests = {recovery_codes.digest_of(code) for code in codes}
    assert len(digests) == 10
    assert None not in digests
    code = codes[0]
    for typed in (
        code.lower(),
        code.replace("-", " "),
        f" {code.replace('-', '')} ",
        code.replace("0", "o").replace("1", "l"),
    ):
        assert recovery_codes.digest_of(typed) == recovery_codes.digest_of(code)
    for nothing in ("", "123456", code[:-1], code + "0", "U" * 16, "王" * 16):
        assert recovery_codes.digest_of(nothing) is None, "and a code of the app is never taken for one"


EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (IPHONE, "微信，苹果手机或平板"), (EDGE, "Edge，Windows 电脑"), (MAC, "Safari，苹果电脑"),
        (EDGE.replace(" Edg/126.0", ""), "谷歌浏览器，Windows 电脑"), ("", "浏览器，系统不详"),
        ("<script>alert(1)</script>", "浏览器，系统不详"),
    ],
)  # fmt: skip
def test_a_browser_is_two_words_and_nothing_that_it_says_is_kept(agent: str, said: str) -> None:
    label = label_of(agent)
    assert str(spoken_label(label)) == said
    assert len(label) < 20
    assert str(spoken_label("")) == "浏览器，系统不详", "sessions from before"


def test_half_way_is_good_for_five_minutes_for_one_official_with_one_passphrase() -> None:
    key = b"k" * 32
    cookie = half_way_cookie(key, 7, "scrypt$a", at=NOON)
    assert claimed_official(cookie) == 7
    assert is_good(key, cookie, 7, "scrypt$a", now=NOON + timedelta(minutes=4, seconds=59))
    assert not is_good(key, cookie, 7, "scrypt$a", now=NOON + timedelta(minutes=5))
    assert not is_good(key, cookie, 8, "scrypt$a", now=NOON)
    assert not is_good(key, cookie, 7, "scrypt$b", now=NOON), "the passphrase was changed"
    assert not is_good(b"x" * 32, cookie, 7, "scrypt$a", now=NOON)
    number, until, mac = cookie.split(".")
    for forged in (f"{number}.{int(until) + 1}.{mac}", f"8.{until}.{mac}", "", "7.1.x", "ü.ü.ü"):
        assert not is_good(key, forged, 7, "scrypt$a", now=NOON)


def official(*roles: tuple[str, str], number: int = 1) -> ActingOfficial:
    return ActingOfficial(number, "甲", frozenset(roles))  # type: ignore[arg-type]


def test_an_administrator_reaches_as_far_as_their_campaigns() -> None:
    of_all, of_one = official(("admin", "")), official(("admin", "a"))
    watcher, operator = official(("supervisor", "a")), official(("operator", ""))
    here, there, everywhere = RoleAt("operator", "a"), RoleAt("operator", "b"), RoleAt("operator")
    of_unit = RoleAt("operator", "a", "一厂")
    assert [may_give(of_all, one) for one in (here, there, everywhere, of_unit)] == [True] * 4
    assert [may_give(of_one, one) for one in (here, there, everywhere, of_unit)] == [True, False, False, True]
    assert not any(may_give(one, here) for one in (watcher, operator))
    assert [may_manage(of_one, roles) for roles in ([here], [here, there], [here, everywhere], [])] == [
        True,
        False,
        False,
        False,
    ]
    assert may_manage(of_all, [])
    assert [sees(watcher, roles) for roles in ([here], [there], [everywhere], [])] == [
        True,
        False,
        True,
        False,
    ]
    assert not sees(operator, [here])


def test_what_takes_two_administrators() -> None:
    admin, plain = RoleAt("admin", "a"), RoleAt("operator", "a")
    me = official(("admin", ""), number=1)
    assert needs_second(me, "give", 2, admin, [])
    assert needs_second(me, "give", 2, RoleAt("supervisor", "a"), [])
    assert not needs_second(me, "give", 2, plain, [admin])
    assert needs_second(me, "give", 1, plain, []), "nobody adds to their own roles alone"
    assert needs_second(me, "take", 2, admin, [])
    assert not needs_second(me, "take", 1, admin, []), "one may lay one's own down"
    for act in ("end", "invite", "reset"):
        assert needs_second(me, act, 2, None, [plain, admin])  # type: ignore[arg-type]
        assert not needs_second(me, act, 2, None, [plain])  # type: ignore[arg-type]
