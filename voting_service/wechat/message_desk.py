"""The message desk: takes what the platform delivers, makes sure who sent it, and has it answered in time and once.

The platform waits five seconds, then delivers the same message again, three times in all. Nothing of a message and of
who sent it is ever logged or kept; between two deliveries Redis keeps the bare reply under a keyed digest.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import structlog

from ..clock import Clock
from ..errors import Unavailable, VotingError
from .message_crypto import BadMessage, decrypt, is_signed
from .messages import (
    Message,
    Reply,
    message_of,
    read_xml,
    reply_from_json,
    reply_to_json,
    reply_xml,
    sealed_xml,
)

STAMP_GOOD_S = 600
"""How far the platform's timestamp may be from our clock: an address seen in some log is worth nothing afterwards."""
PATIENCE_S = 4.0
"""Of the platform's five seconds, what we use."""
REMEMBERED_S = 60
"""How long a message is known again: its three deliveries take some fifteen seconds."""
MOST_AT_ONCE = 16
"""Messages in work in one process; more get no reply, and the pages stay quick."""

_ECHO = re.compile(r"[0-9A-Za-z+/=_\-]{1,512}")
_TEXT = "text/plain; charset=utf-8"
_XML = "text/xml; charset=utf-8"

log = structlog.get_logger("wechat")


class MessageMemory(Protocol):
    """What all processes know of the messages of the last minute, by keys that are digests already. Both raise
    Unavailable where the store is away."""

    def begin_message(self, key: str, ttl_s: int) -> tuple[bool, str | None]:
        """Whether this is the message's first delivery, and the reply finished so far (None: none yet)."""
        ...

    def finish_message(self, key: str, reply: str, ttl_s: int) -> None:
        """Keep the reply for the next delivery of the same message."""
        ...


class Answer(NamedTuple):
    """What goes back over HTTP."""

    status: int
    content_type: str
    body: bytes


SUCCESS = Answer(200, _TEXT, b"success")
"""Received, and no reply: the platform neither delivers again nor tells the sender that something is broken."""
REFUSED = Answer(403, _TEXT, b"refused")
"""For everything that is not from the platform; what was wrong with it is not said."""


class _Crew:
    """The threads that answer, and how many messages they may have in hand."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=MOST_AT_ONCE, thread_name_prefix="wechat-message")
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)

    def take(self, work: Callable[[], Reply | None]) -> Future[Reply | None] | None:
        """The work under way; None where there is no hand free."""
        if not self._free.acquire(blocking=False):
            return None
        under_way = self._pool.submit(work)
        under_way.add_done_callback(lambda _done: self._free.release())
        return under_way


@dataclass(frozen=True)
class MessageDesk:
    """One account's desk. ``receive`` raises nothing and is safe to call from many threads."""

    token: str = field(repr=False)
    app_id: str
    key: bytes = field(repr=False)
    """Makes the digests under which messages are known again; used for nothing else."""
    memory: MessageMemory
    answer: Callable[[Message], Reply | None]
    """Called in a thread of the desk's own, with no request around it. None: no reply."""
    clock: Clock
    aes_key: bytes | None = field(default=None, repr=False)
    """Where it is set, only encrypted messages are taken."""
    patience_s: float = PATIENCE_S
    _crew: _Crew = field(default_factory=_Crew, init=False, repr=False, compare=False)

    def verify(self, query: Mapping[str, str]) -> Answer:
        """The answer to the console's check of the address: its own ``echostr``, which official accounts send in the
        clear in every mode."""
        echo = query.get("echostr", "")
        # The signature is not over the echo: what is no random string is not echoed to whoever holds an old address.
        if not self._is_from_platform(query) or not _ECHO.fullmatch(echo):
            return self._refused(BadMessage("signature, time or echostr"))
        return Answer(200, _TEXT, echo.encode())

    def receive(self, query: Mapping[str, str], body: bytes) -> Answer:
        """The answer to one delivery of a message."""
        try:
            if not self._is_from_platform(query):
                raise BadMessage("signature or time")
            message = self._opened(query, read_xml(body))
        except BadMessage as error:
            return self._refused(error)
        if message is None:
            return SUCCESS
        reply = self._reply_in_time(message)
        return SUCCESS if reply is None else Answer(200, _XML, self._closed(reply, message))

    def _is_from_platform(self, query: Mapping[str, str]) -> bool:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        signed = is_signed(query.get("signature", ""), self.token, timestamp, nonce)
        if not signed or not re.fullmatch(r"[0-9]{1,12}", timestamp):
            return False
        return abs(self.clock.now().timestamp() - int(timestamp)) <= STAMP_GOOD_S

    def _opened(self, query: Mapping[str, str], envelope: dict[str, str]) -> Message | None:
        """The message in its envelope; in compatible mode both stand side by side, and what is signed is believed."""
        encrypted = envelope.get("Encrypt", "").strip()
        if self.aes_key is not None:
            if not encrypted:
                raise BadMessage("not encrypted, though VOTING_WECHAT_AES_KEY is set")
            parts = (self.token, query.get("timestamp", ""), query.get("nonce", ""), encrypted)
            if not is_signed(query.get("msg_signature", ""), *parts):
                raise BadMessage("msg_signature")
            return message_of(read_xml(decrypt(encrypted, self.aes_key, self.app_id)))
        if encrypted and "MsgType" not in envelope:
            log.error(
                "wechat_message_not_read",
                why="encrypted, and VOTING_WECHAT_AES_KEY is not set",
                remedy="set it to the console's EncodingAESKey, or choose 明文模式 there",
            )
            return None
        return message_of(envelope)

    def _closed(self, reply: Reply, to: Message) -> bytes:
        now_s = int(self.clock.now().timestamp())
        plain = reply_xml(reply, to, now_s)
        if self.aes_key is None:
            return plain
        nonce = str(secrets.randbelow(10**10))
        return sealed_xml(
            plain, token=self.token, key=self.aes_key, app_id=self.app_id, timestamp=str(now_s), nonce=nonce
        )

    def _refused(self, error: BadMessage) -> Answer:
        log.warning("wechat_message_refused", why=error.why)
        return REFUSED

    # ---- one answer, in time

    def _reply_in_time(self, message: Message) -> Reply | None:
        under_way = self._crew.take(lambda: self._reply_once(message))
        if under_way is None:
            log.error("wechat_message_unanswered", why="too many at once")
            return None
        try:
            return under_way.result(timeout=self.patience_s)
        except Late:
            log.error("wechat_message_unanswered", why="late")
        except Exception as error:  # the platform must hear "success", whatever happened here
            # By its kind alone: what an error says may repeat what was sent.
            code = error.code if isinstance(error, VotingError) else type(error).__name__
            log.error("wechat_message_unanswered", why=code)
        return None

    def _reply_once(self, message: Message) -> Reply | None:
        """The reply; for a message that was delivered before, the same one, or none while it is still in work."""
        key = self._name_of(message)
        try:
            first, finished = self.memory.begin_message(key, REMEMBERED_S)
        except Unavailable as error:
            # Twice the same reply is better than none.
            log.warning("wechat_messages_not_remembered", why=error.code)
            return self.answer(message)
        if not first:
            return reply_from_json(finished) if finished is not None else None
        reply = self.answer(message)
        try:
            self.memory.finish_message(key, reply_to_json(reply), REMEMBERED_S)
        except Unavailable as error:
            log.warning("wechat_messages_not_remembered", why=error.code)
        return reply

    def _name_of(self, message: Message) -> str:
        """A keyed digest: Redis learns neither who wrote nor that two messages are one person's."""
        parts = (
            ("message", message.message_id)
            if message.message_id
            else (
                "event",
                message.sender,
                str(message.created_s),
                message.kind,
                message.event,
                message.event_key,
            )
        )
        told = "\0".join(parts).encode("utf-8", "surrogatepass")
        return base64.urlsafe_b64encode(hmac.digest(self.key, told, "sha256")[:18]).decode()
