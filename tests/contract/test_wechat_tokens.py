"""One token and one ticket for all processes: fetched once, renewed early by one, and left alone while that fails.

Two ``SharedTokens`` with a Redis client each stand for two processes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.scripted_platform import TICKET, TOKEN, ScriptedPlatform, held_until, refuses, resets, says
from tests.stage import KEYS, ClockInHand
from voting_service.encryption import Keyring
from voting_service.errors import Unavailable
from voting_service.wechat import shared_value
from voting_service.wechat.client import Client
from voting_service.wechat.errors import WeChatRefused, WeChatUnreachable
from voting_service.wechat.shared_state import SharedState
from voting_service.wechat.tokens import FETCHES_A_DAY, SharedTokens

APP_ID = "wx0123456789abcdef"
THREADS = 12


class Account:
    """An account, its platform, and as many processes as a test wants."""

    def __init__(self, redis_url: str) -> None:
        self.platform = ScriptedPlatform()
        self.clock = ClockInHand()
        self.redis_url = redis_url
        self._stores: list[redis.Redis] = []

    def shared(self) -> SharedState:
        store = redis.Redis.from_url(self.redis_url, decode_responses=True, retry=Retry(NoBackoff(), 1))
        self._stores.append(store)
        return SharedState(store, APP_ID)

    def process(self, keys: str = KEYS) -> SharedTokens:
        client = Client(APP_ID, "5ecret", self.platform.base, timeout_s=(10, 30))
        return SharedTokens(client, self.shared(), Keyring.parse(keys), self.clock)

    def pass_time(self, seconds: float) -> None:
        self.clock.tick(timedelta(seconds=seconds))

    @property
    def fetches(self) -> tuple[int, int]:
        """Tokens and tickets asked for."""
        return self.platform.count(TOKEN), self.platform.count(TICKET)

    def close(self) -> None:
        self.platform.stop()
        for store in self._stores:
            store.close()


@pytest.fixture
def account(redis_url: str) -> Iterator[Account]:
    account = Account(redis_url)
    yield account
    account.close()


def at_once(*asks: Callable[[], str]) -> list[str]:
    """All of them together, many times each."""
    start = threading.Barrier(THREADS * len(asks))

    def ask(number: int) -> str:
        start.wait()
        return asks[number % len(asks)]()

    with ThreadPoolExecutor(THREADS * len(asks)) as crew:
        return list(crew.map(ask, range(THREADS * len(asks))))


def test_however_many_ask_it_is_fetched_once(account: Account) -> None:
    found = at_once(account.process().ticket, account.process().ticket)
    assert (set(found), account.fetches) == ({"ticket-number-1"}, (1, 1))


def test_a_page_costs_no_trip(account: Account) -> None:
    process = account.process()
    process.ticket()
    redis.Redis.from_url(account.redis_url).flushall()
    account.pass_time(4)
    assert process.ticket() == "ticket-number-1"
    account.pass_time(2)
    assert process.ticket() == "ticket-number-2"


def test_it_is_renewed_early_by_one(account: Account) -> None:
    one, other = account.process(), account.process()
    one.ticket()
    account.pass_time(6599)
    assert (one.ticket(), other.ticket(), account.fetches) == ("ticket-number-1",) * 2 + ((1, 1),)
    account.pass_time(6)
    assert set(at_once(one.ticket, other.ticket)) <= {"ticket-number-1", "ticket-number-2"}
    assert account.platform.count(TICKET) == 2
    account.pass_time(6)
    assert (one.ticket(), other.ticket()) == ("ticket-number-2",) * 2
    assert account.platform.count(TICKET) == 2


def test_while_one_renews_the_others_go_on(account: Account) -> None:
    one, other = account.process(), account.process()
    one.ticket()
    account.pass_time(6700)
    gate = threading.Event()
    account.platform.script[TICKET].append(held_until(gate, says({"ticket": "new", "expires_in": 7200})))
    with ThreadPoolExecutor(1) as crew:
        renewing = crew.submit(one.ticket)
        while account.platform.count(TICKET) < 2:
            assert not renewing.done()
            time.sleep(0.005)
        assert other.ticket() == "ticket-number-1"  # another process
        assert one.ticket() == "ticket-number-1"  # another thread of the same
        gate.set()
        assert renewing.result() == "new"
    account.pass_time(6)
    assert (other.ticket(), account.platform.count(TICKET)) == ("new", 2)


def test_the_same_value_with_less_of_its_life_is_not_asked_for_all_the_time(account: Account) -> None:
    process = account.process()
    process.token()
    account.pass_time(7200 - 230)
    answer = says({"access_token": "token-number-1", "expires_in": 230})
    account.platform.script[TOKEN].extend([answer] * 10)
    for _ in range(10):
        assert process.token() == "token-number-1"
        account.pass_time(6)
    assert account.platform.count(TOKEN) == 2, "the first, and the one at once"
    process.token()
    assert account.platform.count(TOKEN) == 3, "a minute later"


def test_a_stable_token_is_renewed_when_the_platform_gives_another(account: Account) -> None:
    """Before its last five minutes it gives the same: there is nothing to ask for."""
    process = account.process()
    process.token()
    account.pass_time(7200 - 300)
    process.token()
    assert account.platform.count(TOKEN) == 1
    account.pass_time(61)
    process.token()
    assert account.platform.count(TOKEN) == 2


def test_a_short_life_is_lived_to_its_half(account: Account) -> None:
    process = account.process()
    answer = says({"access_token": "short", "expires_in": 20})
    account.platform.script[TOKEN].extend([answer] * 10)
    process.token()
    for seconds, fetches in ((9, 1), (6, 2), (6, 2), (6, 3), (60, 4)):
        account.pass_time(seconds)
        process.token()
        assert account.platform.count(TOKEN) == fetches


def test_who_has_none_waits_for_the_one_who_fetches(account: Account) -> None:
    gate = threading.Event()
    account.platform.script[TOKEN].append(
        held_until(gate, says({"access_token": "late", "expires_in": 7200}))
    )
    one, other = account.process(), account.process()
    with ThreadPoolExecutor(2) as crew:
        first = crew.submit(one.token)
        while account.platform.count(TOKEN) < 1:
            assert not first.done()
            time.sleep(0.005)
        second = crew.submit(other.token)
        threading.Timer(0.2, gate.set).start()
        assert (first.result(), second.result(), account.fetches) == ("late", "late", (1, 0))


def test_nobody_waits_long_for_one_who_died(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_value, "WAIT_S", 0.2)
    assert account.shared().lease("token", 30) is not None
    with pytest.raises(WeChatUnreachable) as caught:
        account.process().token()
    assert (caught.value.why, account.fetches) == ("waiting", (0, 0))


# ---- what goes wrong


def refused(ask: Callable[[], str]) -> int:
    with pytest.raises(WeChatRefused) as caught:
        ask()
    return caught.value.errcode


def test_a_failed_fetch_is_not_tried_by_everybody(account: Account) -> None:
    one, other = account.process(), account.process()
    no = refuses(40164, "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist")
    account.platform.script[TOKEN].extend([no] * 3)
    for ask in (one.ticket, one.ticket, other.ticket, one.token, other.token):
        assert refused(ask) == 40164
    assert account.fetches == (1, 0)
    account.pass_time(4.9)
    assert (refused(one.token), account.fetches) == (40164, (1, 0))
    # 5 s, then 10, then 20.
    for seconds, fetches in ((0.2, 2), (9.8, 2), (0.3, 3), (19, 3), (1.5, 4)):
        account.pass_time(seconds)
        if fetches < 4:
            assert refused(other.token) == 40164
        else:
            assert other.token() == "token-number-1"
        assert account.platform.count(TOKEN) == fetches


def test_a_failure_in_a_storm_is_one_failure(account: Account) -> None:
    account.platform.script[TOKEN].extend([refuses(40125)] * 100)
    one, other = account.process(), account.process()
    at_once(lambda: str(refused(one.ticket)), lambda: str(refused(other.ticket)))
    assert account.fetches == (1, 0)


def test_the_trouble_is_told_until_it_is_over(account: Account) -> None:
    one, other = account.process(), account.process()
    assert one.trouble() is None
    account.platform.script[TOKEN].append(
        refuses(40164, "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist")
    )
    refused(one.ticket)
    trouble = other.trouble()
    assert trouble is not None
    assert (trouble.errcode, trouble.address, trouble.times) == (40164, "203.0.113.9", 1)
    assert abs(trouble.at - account.clock.now()) < timedelta(seconds=1)
    account.pass_time(61)
    other.ticket()
    assert one.trouble() is None


def test_a_good_value_is_used_while_it_cannot_be_renewed(account: Account) -> None:
    one, other = account.process(), account.process()
    one.ticket()
    account.pass_time(6700)
    account.platform.script[TICKET].extend([refuses(45009)] * 100)
    for _ in range(20):
        assert (one.ticket(), other.ticket()) == ("ticket-number-1",) * 2
        account.pass_time(6)
    assert account.platform.count(TICKET) == 1 + 5  # asked every 6 s: at 0, 6, 18, 42, 84 s
    trouble = one.trouble()
    assert trouble is not None
    assert (trouble.what, trouble.errcode) == ("ticket", 45009)
    account.pass_time(600)  # by now it has expired
    assert refused(one.ticket) == 45009


def test_silence_is_trouble_too(account: Account) -> None:
    process = account.process()
    account.platform.script[TOKEN].extend([resets, resets])
    with pytest.raises(WeChatUnreachable):
        process.token()
    with pytest.raises(WeChatUnreachable):
        account.process().token()
    trouble = process.trouble()
    assert trouble is not None
    assert (trouble.errcode, trouble.errmsg, account.fetches) == (None, "reset", (2, 0))


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_token_that_is_no_longer_taken_is_replaced_and_the_ticket_asked_for_once_more(
    account: Account, errcode: int
) -> None:
    one, other = account.process(), account.process()
    account.platform.script[TOKEN].append(says({"access_token": "old", "expires_in": 7200}))
    account.platform.script[TICKET].append(refuses(errcode))
    assert one.ticket() == "ticket-number-2"
    assert account.fetches == (2, 2)
    assert [asked.query["access_token"] for asked in account.platform.asked if asked.path == TICKET] == [
        "old",
        "token-number-1",
    ]
    assert other.token() == "token-number-1"
    assert not any(b'"force_refresh": true' in asked.body for asked in account.platform.asked)


def test_force_is_used_only_where_the_same_bad_token_comes_back_and_then_not_again(account: Account) -> None:
    process = account.process()
    account.platform.script[TICKET].append(refuses(40001))
    assert process.ticket() == "ticket-number-2"
    assert process.token() == "token-number-2"
    forced = [
        b'"force_refresh": true' in asked.body for asked in account.platform.asked if asked.path == TOKEN
    ]
    assert forced == [False, False, True]
    account.pass_time(7195)
    account.platform.script[TICKET].append(refuses(40001))
    # The clock in hand has moved on; Redis's, which keeps forced fetches apart, has not.
    assert refused(account.process().ticket) == 40001
    assert sum(b'"force_refresh": true' in asked.body for asked in account.platform.asked) == 1


def test_a_token_that_is_refused_twice_is_given_up(account: Account) -> None:
    process = account.process()
    account.platform.script[TICKET].extend([refuses(40001), refuses(40001)])
    assert (refused(process.ticket), account.platform.count(TICKET)) == (40001, 2)
    assert (refused(process.ticket), account.platform.count(TICKET)) == (40001, 2)


def test_what_another_process_has_replaced_is_not_replaced_again(account: Account) -> None:
    one, other = account.process(), account.process()
    assert one.token() == other.token() == "token-number-1"
    account.platform.script[TOKEN].append(says({"access_token": "newer", "expires_in": 7200}))
    assert one._token.replace("token-number-1") == "newer"
    # The other has the old one in memory still, and meets its refusal now.
    account.platform.script[TICKET].append(refuses(40014))
    assert other.ticket() == "ticket-number-2"
    assert (other.token(), account.platform.count(TOKEN)) == ("newer", 2)


def test_more_fetches_than_a_day_can_need_are_not_made(account: Account) -> None:
    process, shared = account.process(), account.shared()
    day = f"{account.clock.now() + timedelta(hours=8):%Y%m%d}"
    for _ in range(FETCHES_A_DAY):
        shared.count("token", day)
    with pytest.raises(WeChatUnreachable) as caught:
        process.token()
    trouble = process.trouble()
    assert trouble is not None
    assert (caught.value.why, trouble.errmsg, account.fetches) == ("daily_bound", "daily_bound", (0, 0))
    account.pass_time(86_400)
    assert process.token() == "token-number-1"


def test_after_a_change_of_keys_it_is_fetched_anew(account: Account) -> None:
    account.process().token()
    assert account.process(Keyring.generate()).token() == "token-number-1"
    assert account.platform.count(TOKEN) == 2


def test_without_redis_it_says_so(account: Account) -> None:
    account.redis_url = "redis://127.0.0.1:1"
    process = account.process()
    for ask in (process.ticket, process.token, process.trouble):
        with pytest.raises(Unavailable):
            ask()
    assert account.fetches == (0, 0)


def test_a_login_s_trouble_is_told_to_all_processes(account: Account) -> None:
    one, other = account.process(), account.process()
    one.note_trouble(WeChatRefused(40125, "invalid appsecret"))
    trouble = other.trouble()
    assert trouble is not None
    assert (trouble.what, trouble.errcode) == ("login", 40125)


# ---- what logging in and messages share


def test_a_login_is_taken_up_once(account: Account) -> None:
    one, other = account.shared(), account.shared()
    one.remember_login("n0nce", "/c/a|0", 60)
    found = at_once(lambda: str(one.use_login("n0nce", 60)), lambda: str(other.use_login("n0nce", 60)))
    assert sorted(found) == sorted(["('/c/a|0', True)"] + ["('/c/a|0', False)"] * (2 * THREADS - 1))
    assert one.use_login("another", 60) is None


def test_a_used_login_is_remembered_as_long_as_it_is_told(account: Account) -> None:
    shared, store = account.shared(), redis.Redis.from_url(account.redis_url, decode_responses=True)
    shared.remember_login("n0nce", "", 600)
    [key] = store.scan_iter()
    assert 590 < store.ttl(key) <= 600
    assert shared.use_login("n0nce", 60) == ("", True)
    assert 50 < store.ttl(key) <= 60
    store.delete(key)
    assert shared.use_login("n0nce", 60) is None


def test_a_message_is_begun_once_and_its_reply_kept(account: Account) -> None:
    one, other = account.shared(), account.shared()
    assert one.begin_message("m", 60) == (True, None)
    assert other.begin_message("m", 60) == (False, None)
    one.finish_message("m", "", 60)
    assert other.begin_message("m", 60) == (False, "")
    one.finish_message("m", "-=您好", 60)
    assert other.begin_message("m", 60) == (False, "-=您好")
    assert other.begin_message("another", 60) == (True, None)


class LosesAnswers(redis.UnixDomainSocketConnection):
    """A line on which what Redis answers to the next commands is lost: they are done, and nobody hears so."""

    to_lose = 0

    def read_response(self, *args: Any, **kwargs: Any) -> Any:
        """Take it from the wire, and lose it."""
        answer = super().read_response(*args, **kwargs)
        if LosesAnswers.to_lose:
            LosesAnswers.to_lose -= 1
            self.disconnect()
            raise redis.ConnectionError("lost")
        return answer


def test_a_lost_answer_leaves_no_message_without_a_reply_and_no_lease_without_a_holder(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client tries once more, and then finds what it has written itself."""
    pool = redis.ConnectionPool.from_url(
        account.redis_url, decode_responses=True, retry=Retry(NoBackoff(), 1)
    )
    pool.connection_class = LosesAnswers
    store = redis.Redis(connection_pool=pool)
    shared, other = SharedState(store, APP_ID), account.shared()
    for begin in (lambda: shared.begin_message("m", 60) == (True, None), lambda: shared.lease("token", 30)):
        store.ping()  # greeted: what is lost is the answer to our own command
        monkeypatch.setattr(LosesAnswers, "to_lose", 1)
        assert begin()
        assert LosesAnswers.to_lose == 0, "an answer was lost"
    assert (other.begin_message("m", 60), other.lease("token", 30)) == ((False, None), None)
    shared.finish_message("m", "您好", 60)
    assert other.begin_message("m", 60) == (False, "您好")
    pool.disconnect()


def test_a_lease_is_given_back_by_its_holder_only(account: Account) -> None:
    one, other = account.shared(), account.shared()
    holder = one.lease("token", 30)
    assert holder is not None
    assert other.lease("token", 30) is None
    other.release("token", "somebody else")
    assert other.lease("token", 30) is None
    one.release("token", holder)
    assert other.lease("token", 30) is not None
    one.release("token", holder)  # late
    assert one.lease("token", 30) is None


def test_without_redis_nothing_is_promised() -> None:
    shared = SharedState(redis.Redis.from_url("redis://127.0.0.1:1", decode_responses=True), APP_ID)
    for ask in (
        lambda: shared.remember_login("n", "", 1),
        lambda: shared.use_login("n", 1),
        lambda: shared.begin_message("m", 1),
        lambda: shared.finish_message("m", "", 1),
    ):
        with pytest.raises(Unavailable):
            ask()
