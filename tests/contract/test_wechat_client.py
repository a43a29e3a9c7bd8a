"""What we make of the platform's answers, good and bad, and that nothing secret comes out of any of it."""

from __future__ import annotations

import io
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

from tests.scripted_platform import (
    EXCHANGE,
    OPENID,
    TICKET,
    TOKEN,
    Answer,
    ScriptedPlatform,
    breaks_off,
    drips,
    echoes,
    garbles,
    hangs,
    refuses,
    resets,
    says,
)
from tests.stage import KEYS
from voting_service import logs
from voting_service.clock import SystemClock
from voting_service.encryption import Keyring
from voting_service.errors import VotingError
from voting_service.wechat.client import MOST_BYTES, Client, Issued, Login
from voting_service.wechat.errors import WeChatRefused, WeChatUnreachable
from voting_service.wechat.shared_state import SharedState
from voting_service.wechat.tokens import SharedTokens

APP_ID = "wx0123456789abcdef"
SECRET = "5ecretSecretSecretSecretSecret00"
CODE = "021aIgnH0szaWi2fTOpH0PRVmH0aIgnf"
BAD_TOKEN = "token-given-to-the-call"


@pytest.fixture
def platform() -> Iterator[ScriptedPlatform]:
    scripted = ScriptedPlatform()
    yield scripted
    if not scripted.stopping.is_set():
        scripted.stop()


@pytest.fixture
def client(platform: ScriptedPlatform) -> Client:
    return Client(APP_ID, SECRET, platform.base, timeout_s=(10, 30))


@pytest.fixture
def hasty(platform: ScriptedPlatform) -> Client:
    """For answers that never come."""
    return Client(APP_ID, SECRET, platform.base, timeout_s=(1.0, 0.2))


def test_a_code_is_exchanged_for_the_openid(platform: ScriptedPlatform, client: Client) -> None:
    assert client.exchange(CODE) == Login(OPENID, snapshot=False)
    [asked] = platform.asked
    assert (asked.method, asked.query) == (
        "GET",
        {"appid": APP_ID, "secret": SECRET, "code": CODE, "grant_type": "authorization_code"},
    )


@pytest.mark.parametrize(
    ("flag", "snapshot"),
    [({}, False), ({"is_snapshotuser": 0}, False), ({"is_snapshotuser": 1}, True), ({"is_snapshotuser": "1"}, True),
     ({"is_snapshotuser": "yes"}, True)],
)  # fmt: skip
def test_a_snapshot_is_told(
    platform: ScriptedPlatform, client: Client, flag: dict[str, Any], snapshot: bool
) -> None:
    platform.script[EXCHANGE].append(says({"openid": OPENID, **flag}))
    assert client.exchange(CODE).snapshot is snapshot


@pytest.mark.parametrize("errcode", [40029, 40163, 40125, 45011])
def test_refusals_come_with_their_code_and_words(
    platform: ScriptedPlatform, client: Client, errcode: int
) -> None:
    platform.script[EXCHANGE].append(refuses(errcode, "code been used"))
    with pytest.raises(WeChatRefused) as caught:
        client.exchange(CODE)
    assert (caught.value.errcode, caught.value.errmsg) == (
        errcode,
        "code been used, rid: 61c05699-79d94140-4685b391",
    )


@pytest.mark.parametrize("code", ["", "a b", "a\n", "码", "x" * 257])
def test_what_cannot_be_a_code_is_not_sent(platform: ScriptedPlatform, client: Client, code: str) -> None:
    with pytest.raises(WeChatRefused) as caught:
        client.exchange(code)
    assert (caught.value.errcode, platform.asked) == (40029, [])


def test_the_token_is_asked_for_as_documented(platform: ScriptedPlatform, client: Client) -> None:
    assert client.stable_token() == Issued("token-number-1", 7200)
    assert client.stable_token(force=True) == Issued("token-number-2", 7200)
    assert [(asked.method, asked.path, json.loads(asked.body)) for asked in platform.asked] == [
        (
            "POST",
            TOKEN,
            {
                "grant_type": "client_credential",
                "appid": APP_ID,
                "secret": SECRET,
                "force_refresh": force,
            },
        )
        for force in (False, True)
    ]


def test_the_ticket_is_asked_for_with_the_token(platform: ScriptedPlatform, client: Client) -> None:
    assert client.jsapi_ticket("a-token") == Issued("ticket-number-1", 7200)
    [asked] = platform.asked
    assert asked.query == {"access_token": "a-token", "type": "jsapi"}


UNUSABLE: list[tuple[str, Answer, str]] = [
    ("busy", refuses(-1, "system error"), "busy"),
    ("server error", says(b"<h1>Bad Gateway</h1>", status=502), "http_502"),
    ("server error in JSON", says({"errcode": 0}, status=500), "http_500"),
    ("redirect", says(b"", status=302, Location="http://127.0.0.1:1/"), "redirected"),
    ("garbage", says(b"\x80\x81"), "not_json"),
    ("empty", says(b""), "not_json"),
    ("a list", says([1]), "not_json"),
    ("nested", says(b"[" * 60_000), "not_json"),
    ("an odd code", says({"errcode": [1]}), "odd_answer"),
    ("nothing in it", says({}), "odd_answer"),
    ("too long", says(b" " * MOST_BYTES + b"{}"), "too_large"),
    ("reset", resets, "reset"),
    ("half", breaks_off, "reset"),
]
TOO_SLOW: list[Answer] = [hangs, drips]
CALLS: dict[str, Callable[[Client], object]] = {
    EXCHANGE: lambda client: client.exchange(CODE),
    TOKEN: lambda client: client.stable_token(),
    TICKET: lambda client: client.jsapi_ticket(BAD_TOKEN),
}


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize(
    ("answer", "why"), [case[1:] for case in UNUSABLE], ids=[case[0] for case in UNUSABLE]
)
def test_what_cannot_be_used_is_no_answer(
    platform: ScriptedPlatform, client: Client, path: str, answer: Answer, why: str
) -> None:
    platform.script[path].extend([answer, answer])
    with pytest.raises(WeChatUnreachable) as caught:
        CALLS[path](client)
    assert caught.value.why == why
    again = path != EXCHANGE and why in ("busy", "reset")
    assert platform.count(path) == (2 if again else 1)
    platform.script[path].clear()
    CALLS[path](client)  # and the next one is answered


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("answer", TOO_SLOW)
def test_what_does_not_come_in_time_is_no_answer(
    platform: ScriptedPlatform, hasty: Client, path: str, answer: Answer
) -> None:
    platform.script[path].append(answer)
    with pytest.raises(WeChatUnreachable) as caught:
        CALLS[path](hasty)
    assert (caught.value.why, platform.count(path)) == ("timeout", 1)


@pytest.mark.parametrize(
    "openid", [None, 7, "", "short", "o" * 65, "o" * 27 + "\n", "o" * 20 + "中", "o" * 20 + "/../"]
)
def test_an_odd_openid_is_nobody(platform: ScriptedPlatform, client: Client, openid: object) -> None:
    platform.script[EXCHANGE].append(says({"openid": openid}))
    with pytest.raises(WeChatUnreachable) as caught:
        client.exchange(CODE)
    assert caught.value.why == "odd_answer"


@pytest.mark.parametrize(
    "body",
    [{"access_token": "t"}, {"expires_in": 7200}, {"access_token": 7, "expires_in": 7200},
     {"access_token": "t", "expires_in": 0}, {"access_token": "t", "expires_in": True},
     {"access_token": "t", "expires_in": 10**9}, {"access_token": "t t", "expires_in": 7200},
     {"access_token": "t" * 2049, "expires_in": 7200}],
)  # fmt: skip
def test_an_odd_token_is_none(platform: ScriptedPlatform, client: Client, body: object) -> None:
    platform.script[TOKEN].append(says(body))
    with pytest.raises(WeChatUnreachable):
        client.stable_token()


@pytest.mark.parametrize("answer", [refuses(-1), resets])
def test_token_and_ticket_are_asked_for_once_more_where_that_may_help(
    platform: ScriptedPlatform, client: Client, answer: Answer
) -> None:
    platform.script[TOKEN].append(answer)
    platform.script[TICKET].append(answer)
    assert client.stable_token().value == "token-number-1"
    assert client.jsapi_ticket("t").value == "ticket-number-2"
    assert (platform.count(TOKEN), platform.count(TICKET)) == (2, 2)


def test_a_forced_token_is_asked_for_once(platform: ScriptedPlatform, client: Client) -> None:
    platform.script[TOKEN].append(refuses(-1))
    with pytest.raises(WeChatUnreachable):
        client.stable_token(force=True)
    assert platform.count(TOKEN) == 1


def test_where_nobody_listens_there_is_no_connection(platform: ScriptedPlatform, client: Client) -> None:
    platform.stop()
    for call in (*CALLS.values(), lambda client: client.reach()):
        with pytest.raises(WeChatUnreachable) as caught:
            call(client)
        assert caught.value.why == "no_connection"


@pytest.mark.parametrize(
    "answer", [says(b"", status=404), says(b"", status=500), says(b"", status=302, Location="/x")]
)
def test_any_answer_will_do_to_be_reached(platform: ScriptedPlatform, client: Client, answer: Answer) -> None:
    platform.script["/"].append(answer)
    client.reach()
    assert [asked.method for asked in platform.asked] == ["HEAD"]


def test_the_platform_s_clock_is_read(platform: ScriptedPlatform, client: Client) -> None:
    assert client.clock_offset_s is None
    client.reach()
    assert client.clock_offset_s is not None
    assert abs(client.clock_offset_s) < 30


def test_connections_are_kept_and_shared(platform: ScriptedPlatform, client: Client) -> None:
    for _ in range(5):
        client.exchange(CODE)
    assert len({asked.line for asked in platform.asked}) == 1
    with ThreadPoolExecutor(8) as crew:
        logins = list(crew.map(lambda _: client.exchange(CODE), range(64)))
    assert set(logins) == {Login(OPENID, snapshot=False)}
    assert len({asked.line for asked in platform.asked}) <= 9


def test_a_connection_that_was_closed_meanwhile_costs_nobody_their_code(
    platform: ScriptedPlatform, client: Client
) -> None:
    for _ in range(5):
        assert client.exchange(CODE).openid == OPENID
        platform.hang_up()
    assert len({asked.line for asked in platform.asked}) == 5


def test_a_proxy_is_used_and_named_where_it_is_away(
    platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", platform.base)
    monkeypatch.setenv("http_proxy", platform.base)
    client = Client(APP_ID, SECRET, "http://api.example.invalid")
    client.reach()
    assert [asked.path for asked in platform.asked] == ["/"]
    platform.stop()
    for call in (*CALLS.values(), lambda client: client.reach()):
        with pytest.raises(WeChatUnreachable) as caught:
            call(client)
        assert caught.value.why == "proxy"
        assert caught.value.__context__ is None


def test_cookies_are_not_kept(platform: ScriptedPlatform, client: Client) -> None:
    platform.script[TOKEN].append(says({"access_token": "t", "expires_in": 7200}, Set_Cookie="a=b"))
    client.stable_token()
    assert list(client._session.cookies) == []


# ---- nothing secret comes out

HIDDEN = (SECRET, CODE, OPENID, BAD_TOKEN, "token-number-", "ticket-number-", "sns-token")
TELLTALE: list[Answer] = [
    *TOO_SLOW,
    *(case[1] for case in UNUSABLE),
    garbles,
    echoes,
    refuses(40001, f"{OPENID}\r\n{SECRET}" + "x" * 10_000),
]


def everything_told(error: BaseException) -> str:
    """The error as it may be logged, with all that stands behind it, hidden or not."""
    told, seen = "", []
    queue: list[BaseException | None] = [error]
    while queue:
        each = queue.pop()
        if each is not None and each not in seen:
            seen.append(each)
            told += "".join(traceback.format_exception(each)) + repr(each) + repr(vars(each))
            queue += [each.__cause__, each.__context__]
    return told


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """All that is logged, by whomever, from DEBUG on, after our own setup."""
    logs.configure()
    root, stream = logging.getLogger(), io.StringIO()
    handler, level = logging.StreamHandler(stream), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_neither_errors_nor_logs_tell_a_secret(
    platform: ScriptedPlatform,
    client: Client,
    hasty: Client,
    logged: io.StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    told = ""
    for path, call in CALLS.items():
        for answer in TELLTALE:
            platform.script[path].extend([answer, answer])
            with pytest.raises(VotingError) as caught:
                call(hasty if answer in TOO_SLOW else client)
            assert caught.value.__cause__ is caught.value.__context__ is None
            told += everything_told(caught.value)
            platform.script[path].clear()
        call(client)
    platform.stop()
    for call in CALLS.values():
        with pytest.raises(WeChatUnreachable) as caught:
            call(client)
        told += everything_told(caught.value)
    # At WARNING, too, and where the platform is no address at all.
    with pytest.raises(WeChatUnreachable) as caught:
        Client(APP_ID, SECRET, "http://[::").exchange(CODE)
    told += everything_told(caught.value) + repr(client) + repr(Issued("token-number-1", 1))
    output = capfd.readouterr()
    for text in (told, logged.getvalue(), output.out, output.err):
        assert [hidden for hidden in HIDDEN if hidden in text] == []
        assert "appid=" not in text  # nor any address


def test_without_our_setup_the_libraries_would_tell(
    platform: ScriptedPlatform, client: Client, logged: io.StringIO
) -> None:
    """The test above sees what it is there to see."""
    library = logging.getLogger("urllib3")
    library.setLevel(logging.DEBUG)
    try:
        client.exchange(CODE)
        platform.script[EXCHANGE].append(garbles)
        with pytest.raises(WeChatUnreachable):
            client.exchange(CODE)
    finally:
        logs.configure()
    assert SECRET in logged.getvalue()
    assert library.level == logging.ERROR


def test_redis_holds_no_token_in_the_clear(
    platform: ScriptedPlatform, client: Client, redis_url: str
) -> None:
    store = redis.Redis.from_url(redis_url, decode_responses=True)
    shared = SharedState(store, APP_ID)
    tokens = SharedTokens(client, shared, Keyring.parse(KEYS), SystemClock())
    platform.script[TOKEN].append(refuses(40125, f"invalid {SECRET}"))
    with pytest.raises(WeChatRefused):
        tokens.ticket()
    store.flushall()
    other = SharedTokens(client, shared, Keyring.parse(KEYS), SystemClock())
    platform.script[TICKET].append(refuses(40001, f"invalid {OPENID} token-number-1"))
    assert other.ticket().startswith("ticket-number-")
    kept = {key: store.get(key) for key in store.scan_iter()}
    assert len(kept) >= 3
    assert [hidden for hidden in HIDDEN if hidden in repr(kept)] == []
    assert all(key.startswith(f"wechat:{{{APP_ID}}}:") and store.ttl(key) > 0 for key in kept)
    store.close()
