"""The message desk over a real Redis: who is believed, what is answered once, what happens when it is late, and what is
never written anywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.deliveries import AES, APP_ID, SENDER, TOKEN, Delivery, Sender
from tests.stage import ClockInHand
from voting_service import logs
from voting_service.errors import Unavailable
from voting_service.text import _
from voting_service.wechat.message_crypto import aes_key, encrypt, signature
from voting_service.wechat.message_desk import MOST_AT_ONCE, REFUSED, SUCCESS, Answer, MessageDesk
from voting_service.wechat.messages import Message, NewsReply, Reply, TextReply

KEY = aes_key(AES)
DIGESTS = b"a key for digests, in tests only"
WORDS = "投票 我家电话在心里"
REPLY = TextReply("请点开页面投票 ]]> <b>")


class RedisMemory:
    """The smallest memory that keeps the promises, over a real Redis."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url, decode_responses=True, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )

    def begin_message(self, key: str, ttl_s: int) -> tuple[bool, str | None]:
        """First come, first served."""
        try:
            if self._redis.set(f"message:{key}", "", nx=True, ex=ttl_s):
                return True, None
            kept = self._redis.get(f"message:{key}")
        except redis.RedisError as error:
            raise Unavailable(_("Redis 没有应答。")) from error
        return False, str(kept)[1:] if kept else None

    def finish_message(self, key: str, reply: str, ttl_s: int) -> None:
        """An empty reply is one too."""
        try:
            self._redis.set(f"message:{key}", f"={reply}", ex=ttl_s)
        except redis.RedisError as error:
            raise Unavailable(_("Redis 没有应答。")) from error

    def everything(self) -> str:
        """All texts that this Redis holds, and the names of everything."""
        texts = {key: self._redis.get(key) for key in self._redis.scan_iter(_type="STRING")}
        return str((texts, [*self._redis.scan_iter()]))


class Answering:
    """Counts what it is asked and answers what it was told to."""

    def __init__(self, reply: Reply | None = REPLY) -> None:
        self.reply = reply
        self.asked: list[Message] = []

    def __call__(self, message: Message) -> Reply | None:
        """The reply."""
        self.asked.append(message)
        return self.reply


@pytest.fixture
def clock() -> ClockInHand:
    """Stands."""
    return ClockInHand()


@pytest.fixture
def memory(redis_url: str) -> RedisMemory:
    """Over the session's Redis."""
    return RedisMemory(redis_url)


@pytest.fixture(autouse=True)
def logging() -> None:
    """As a process logs."""
    logs.configure()


MakeDesk = Callable[..., MessageDesk]


@pytest.fixture
def desk_of(memory: RedisMemory, clock: ClockInHand) -> MakeDesk:
    """A desk, but for what a test gives of its own."""

    def make(answer: Callable[[Message], Reply | None], **changes: Any) -> MessageDesk:
        values: dict[str, Any] = {
            "token": TOKEN,
            "app_id": APP_ID,
            "key": DIGESTS,
            "memory": memory,
            "answer": answer,
            "clock": clock,
        }
        return MessageDesk(**(values | changes))

    return make


def hand_in(desk: MessageDesk, delivery: Delivery) -> Answer:
    """One POST."""
    return desk.receive(delivery.query, delivery.body)


MODES = {
    "plain": (None, False),
    "secure": (KEY, False),
    "compatible": (KEY, True),
}


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest, clock: ClockInHand) -> Sender:
    """The platform in each of the three modes."""
    key, compatible = MODES[request.param]
    return Sender(clock, key, compatible)


# ---- the console's check


def test_the_echo_goes_back_as_it_came(desk_of: MakeDesk, clock: ClockInHand) -> None:
    for key in (None, KEY):
        query = Sender(clock).signed() | {"echostr": "4375120948345356249"}
        answer = desk_of(Answering(), aes_key=key).verify(query)
        assert answer == Answer(200, "text/plain; charset=utf-8", b"4375120948345356249")


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "0" * 40},
        {"signature": ""},
        {"nonce": "2"},
        {"timestamp": "1"},
        {"timestamp": ""},
        {"timestamp": "\u0661" * 10},
        {"echostr": ""},
        {"echostr": "<script>alert(1)</script>"},
        {"echostr": "1" * 513},
    ],
)
def test_nothing_else_is_echoed(desk_of: MakeDesk, clock: ClockInHand, change: dict[str, str]) -> None:
    query = Sender(clock).signed() | {"echostr": "4375120948345356249"} | change
    assert desk_of(Answering()).verify(query) == REFUSED


# ---- messages in each mode


def test_a_message_is_answered_in_the_mode_it_came_in(desk_of: MakeDesk, mode: Sender) -> None:
    asked = Answering()
    answer = hand_in(desk_of(asked, aes_key=mode.key), mode.text(WORDS))
    assert (answer.status, answer.content_type) == (200, "text/xml; charset=utf-8")
    assert mode.read(answer.body) == {"MsgType": "text", "Content": REPLY.content}
    assert [(message.kind, message.content, message.sender) for message in asked.asked] == [
        ("text", WORDS, SENDER)
    ]


def test_a_card_is_answered_too(desk_of: MakeDesk, mode: Sender) -> None:
    card = NewsReply("标题", "说明", "", "https://vote.example.org/c/test?entry=menu")
    answer = hand_in(desk_of(Answering(card), aes_key=mode.key), mode.event("SCAN", "p12"))
    said = mode.read(answer.body)
    assert (said["Title"], said["Url"]) == ("标题", card.url)


def test_no_reply_is_success(desk_of: MakeDesk, mode: Sender) -> None:
    assert hand_in(desk_of(Answering(None), aes_key=mode.key), mode.event("unsubscribe")) == SUCCESS


def test_in_compatible_mode_what_is_signed_is_believed(desk_of: MakeDesk, clock: ClockInHand) -> None:
    asked = Answering()
    delivery = Sender(clock, KEY, compatible=True).text("投 1")
    forged = Delivery(delivery.query, delivery.body.replace("投 1".encode(), "投 2".encode()))
    assert forged.body != delivery.body
    assert hand_in(desk_of(asked, aes_key=KEY), forged).status == 200
    assert [message.content for message in asked.asked] == ["投 1"]


def test_without_a_key_the_plain_half_of_compatible_mode_is_read(
    desk_of: MakeDesk, clock: ClockInHand
) -> None:
    answer = hand_in(desk_of(Answering()), Sender(clock, KEY, compatible=True).text("帮助"))
    assert Sender(clock).read(answer.body)["Content"] == REPLY.content


def test_without_a_key_an_encrypted_message_tells_the_operator(
    desk_of: MakeDesk, clock: ClockInHand, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = Answering()
    assert hand_in(desk_of(asked), Sender(clock, KEY).text(WORDS)) == SUCCESS
    assert asked.asked == []
    assert "VOTING_WECHAT_AES_KEY is not set" in capsys.readouterr().err


# ---- who is not believed


def refused(desk: MessageDesk, query: dict[str, str], body: bytes) -> None:
    """It is, and nobody was asked."""
    assert desk.receive(query, body) == REFUSED
    assert desk.answer.asked == []  # type: ignore[attr-defined]


def test_forgeries_are_refused_alike(desk_of: MakeDesk, mode: Sender, clock: ClockInHand) -> None:
    desk = desk_of(Answering(), aes_key=mode.key)
    good = mode.text(WORDS)
    other = Sender(clock, mode.key, mode.compatible, token="another")
    for query, body in [
        (good.query | {"signature": "0" * 40}, good.body),
        ({name: text for name, text in good.query.items() if name != "signature"}, good.body),
        ({}, good.body),
        (good.query | {"nonce": "1"}, good.body),
        (good.query | {"timestamp": good.query["timestamp"] + "0"}, good.body),
        (good.query | {"signature": "\ud800"}, good.body),
        (other.text(WORDS).query, other.text(WORDS).body),
        (good.query, b""),
        (good.query, b"\0" * 100),
        (good.query, good.body[:-20]),
        (good.query, b'<!DOCTYPE x [<!ENTITY a "b">]>' + good.body),
        (good.query, good.body + b" " * 70_000),
        (good.query, b'{"MsgType": "text"}'),
    ]:
        refused(desk, query, body)


@pytest.mark.parametrize("minutes", [-11, 11])
def test_a_delivery_from_another_time_is_refused(
    desk_of: MakeDesk, mode: Sender, clock: ClockInHand, minutes: int
) -> None:
    desk, seen = desk_of(Answering(), aes_key=mode.key), mode.text(WORDS)
    clock.tick(timedelta(minutes=minutes))
    refused(desk, seen.query, seen.body)


def test_clocks_may_differ_a_little(desk_of: MakeDesk, mode: Sender, clock: ClockInHand) -> None:
    desk, late = desk_of(Answering(), aes_key=mode.key), mode.text(WORDS)
    clock.tick(timedelta(minutes=9))
    assert hand_in(desk, late).status == 200


def test_with_a_key_a_message_in_the_clear_is_refused(desk_of: MakeDesk, clock: ClockInHand) -> None:
    plain = Sender(clock).text(WORDS)
    refused(desk_of(Answering(), aes_key=KEY), plain.query, plain.body)


def test_with_a_key_what_is_wrong_inside_is_not_told_apart(
    desk_of: MakeDesk, clock: ClockInHand, capsys: pytest.CaptureFixture[str]
) -> None:
    """Padding, length, app id, XML inside: one answer, and one line in the log for all of the first three."""
    desk, sender = desk_of(Answering(), aes_key=KEY), Sender(clock, KEY)
    now_s = str(int(clock.now().timestamp()))

    def with_encrypt(encrypted: str) -> None:
        signed = signature(TOKEN, now_s, "7", encrypted)
        body = f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()
        refused(desk, sender.signed(now_s, "7") | {"msg_signature": signed}, body)

    good = encrypt(b"<xml/>" * 20, KEY, APP_ID)
    for encrypted in (
        good[:-8],
        good[:-1],
        "A" * 88,
        encrypt(sender.text(WORDS).body, KEY, "wx00000000000000ff"),
    ):
        with_encrypt(encrypted)
    assert {line.split('"why": ')[1].split(",")[0] for line in capsys.readouterr().err.splitlines()} == {
        '"undecipherable"'
    }
    with_encrypt(encrypt(b"no xml", KEY, APP_ID))
    unsigned = sender.text(WORDS)
    refused(desk, unsigned.query | {"msg_signature": "0" * 40}, unsigned.body)


# ---- once, and in time


def test_a_message_that_comes_again_gets_the_same_reply_and_is_answered_once(
    desk_of: MakeDesk, mode: Sender, memory: RedisMemory
) -> None:
    asked, delivery = Answering(), mode.text(WORDS)
    replies = [mode.read(hand_in(desk_of(asked, aes_key=mode.key), delivery).body) for _again in range(3)]
    assert replies == [{"MsgType": "text", "Content": REPLY.content}] * 3
    assert len(asked.asked) == 1


def test_the_same_words_twice_are_two_messages(desk_of: MakeDesk, mode: Sender) -> None:
    asked = Answering()
    desk = desk_of(asked, aes_key=mode.key)
    assert [hand_in(desk, mode.text("12")).status for _time in range(2)] == [200, 200]
    assert len(asked.asked) == 2


def test_events_are_told_apart_by_who_when_and_what(desk_of: MakeDesk, clock: ClockInHand) -> None:
    asked = Answering(None)
    desk, one, other = desk_of(asked), Sender(clock), Sender(clock, openid=SENDER[:-1] + "C")
    for delivery in (one.event("SCAN", "p12"), one.event("SCAN", "p12"), one.event("SCAN", "p1"), one.event("CLICK", "p12"),
                     other.event("SCAN", "p12")):  # fmt: skip
        hand_in(desk, delivery)
    clock.tick(timedelta(seconds=1))
    hand_in(desk, one.event("SCAN", "p12"))
    assert [(m.event, m.event_key, m.sender[-1]) for m in asked.asked] == [
        ("scan", "p12", "B"), ("scan", "p1", "B"), ("click", "p12", "B"), ("scan", "p12", "C"), ("scan", "p12", "B"),
    ]  # fmt: skip


def test_the_name_under_which_redis_knows_a_message_is_keyed(
    desk_of: MakeDesk, mode: Sender, memory: RedisMemory
) -> None:
    """Whoever reads Redis and guesses a sender or a number cannot tell whether it is there."""
    asked, event = Answering(), mode.event("SCAN", "p12")
    for key in (DIGESTS, DIGESTS, b"another"):
        hand_in(desk_of(asked, aes_key=mode.key, key=key), event)
    assert len(asked.asked) == 2


def test_no_reply_is_kept_as_such(desk_of: MakeDesk, clock: ClockInHand) -> None:
    asked, delivery = Answering(None), Sender(clock).event("VIEW", "https://vote.example.org/")
    assert [hand_in(desk_of(asked), delivery) for _again in range(2)] == [SUCCESS, SUCCESS]
    assert len(asked.asked) == 1


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Holds an answer back; opened at the end in any case, so that no thread is left waiting."""
    gate = threading.Event()
    yield gate
    gate.set()


def test_what_is_late_gets_success_and_its_reply_is_there_for_the_next_delivery(
    desk_of: MakeDesk, clock: ClockInHand, gate: threading.Event, redis_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    kept = threading.Event()

    class Noticed(RedisMemory):
        def finish_message(self, key: str, reply: str, ttl_s: int) -> None:
            super().finish_message(key, reply, ttl_s)
            kept.set()

    asked = Answering()

    def slowly(message: Message) -> Reply | None:
        gate.wait(30)
        return asked(message)

    desk = desk_of(slowly, memory=Noticed(redis_url), patience_s=0.05)
    sender = Sender(clock)
    delivery = sender.text(WORDS)
    assert hand_in(desk, delivery) == SUCCESS
    assert '"why": "late"' in capsys.readouterr().err
    assert hand_in(desk, delivery) == SUCCESS, "still in work"
    gate.set()
    assert kept.wait(30)
    again = desk_of(Answering(TextReply("another")), patience_s=30)
    assert sender.read(hand_in(again, delivery).body)["Content"] == REPLY.content
    assert len(asked.asked) == 1


def test_more_than_the_desk_can_hold_get_success_at_once(
    desk_of: MakeDesk, clock: ClockInHand, gate: threading.Event, capsys: pytest.CaptureFixture[str]
) -> None:
    def stuck(_message: Message) -> Reply | None:
        gate.wait(30)
        return None

    desk, sender = desk_of(stuck, patience_s=0.01), Sender(clock)
    for _each in range(MOST_AT_ONCE):
        assert hand_in(desk, sender.text("1")) == SUCCESS
    assert "too many at once" not in capsys.readouterr().err
    assert hand_in(desk, sender.text("1")) == SUCCESS
    assert "too many at once" in capsys.readouterr().err


def test_a_failing_answer_is_success_and_its_words_are_not_logged(
    desk_of: MakeDesk, clock: ClockInHand, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(message: Message) -> Reply | None:
        raise RuntimeError(f"{message.content} by {message.sender}")

    assert hand_in(desk_of(failing), Sender(clock).text(WORDS)) == SUCCESS
    logged = capsys.readouterr().err
    assert "RuntimeError" in logged
    assert WORDS not in logged
    assert SENDER not in logged


def test_without_redis_messages_are_answered_all_the_same(
    desk_of: MakeDesk, mode: Sender, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = desk_of(Answering(), aes_key=mode.key, memory=RedisMemory("redis://127.0.0.1:1/0"), patience_s=30)
    delivery = mode.text(WORDS)
    for _again in range(2):
        assert mode.read(hand_in(desk, delivery).body)["Content"] == REPLY.content
    assert "wechat_messages_not_remembered" in capsys.readouterr().err


# ---- what is written nowhere


def test_redis_and_the_log_know_neither_sender_nor_words(
    desk_of: MakeDesk, mode: Sender, memory: RedisMemory, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = desk_of(Answering(), aes_key=mode.key)
    delivery, event = mode.text(WORDS), mode.event("SCAN", "p12")
    hand_in(desk, delivery)
    hand_in(desk, event)
    refused_one = Delivery(delivery.query | {"nonce": "x"}, delivery.body)
    hand_in(desk, refused_one)
    kept, logged = memory.everything(), capsys.readouterr().err
    assert REPLY.content.split()[0] in kept, "the bare reply is"
    assert "wechat_message_refused" in logged
    for secret in (SENDER, WORDS, "6054768590064713", TOKEN, AES, delivery.query["signature"]):
        assert secret not in kept
        assert secret not in logged
    assert all(secret not in repr(desk) for secret in (TOKEN, AES, repr(KEY), repr(DIGESTS)))
