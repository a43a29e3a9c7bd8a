"""What all processes know together of one account, in Redis: the only WeChat file that knows Redis and its key names.

Promises: a login is taken up once, a message is begun once, a lease has one holder. Everything here expires. Tokens and
tickets come in sealed (``tokens`` does it), so that neither Redis nor its files show one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from redis.exceptions import RedisError

from ..errors import Unavailable
from ..text import _

_HERE = Path(__file__).parent
USE_LOGIN_SCRIPT = (_HERE / "use_login.lua").read_text(encoding="utf-8")
DELETE_IF_SCRIPT = (_HERE / "delete_if.lua").read_text(encoding="utf-8")

_COUNTED_S = 2 * 86_400
_BEGUN = "-"
"""Goes before the name of whoever took the message up."""
_FINISHED = "="
"""Goes before a reply, so that an empty one is not taken for none."""


class SharedState:
    """One account's state. Every method raises Unavailable where Redis is away. The client decodes replies."""

    def __init__(self, redis: redis.Redis, app_id: str) -> None:
        # redis-py types every answer as a union over all protocols and both clients; we know what we asked.
        self._redis: Any = redis
        self.app_id = app_id
        # The braces put all of it into one slot of a Redis Cluster.
        self._prefix = f"wechat:{{{app_id}}}:"

    # ---- logging in

    def remember_login(self, nonce: str, note: str, ttl_s: int) -> None:
        """A browser was sent to the platform. The note must say nothing of a person."""
        with reaching_redis():
            self._redis.set(self._key("login", nonce), "0" + note, ex=ttl_s)

    def use_login(self, nonce: str, keep_s: int) -> tuple[str, bool] | None:
        """Take up a login: its note, and whether this was its first use, which at most one caller ever hears. The note
        stays readable for ``keep_s`` more. None: never begun, or expired."""
        with reaching_redis():
            answer = self._redis.eval(USE_LOGIN_SCRIPT, 1, self._key("login", nonce), keep_s)
        return None if answer is None else (str(answer[0]), answer[1] == "1")

    # ---- messages

    def begin_message(self, key: str, ttl_s: int) -> tuple[bool, str | None]:
        """Whether this message is seen for the first time, and the reply stored so far. The key is kept as it comes, so it
        must be a keyed digest: it names no openid and is of one length."""
        mine = _BEGUN + secrets.token_hex(8)
        with reaching_redis():
            before = self._redis.set(self._key("message", key), mine, nx=True, get=True, ex=ttl_s)
        # As with a lease: after a lost answer the client's second try finds our own, and somebody waits for a reply.
        if before in (None, mine):
            return True, None
        return False, before[1:] if before.startswith(_FINISHED) else None

    def finish_message(self, key: str, reply: str, ttl_s: int) -> None:
        """Keep a reply for a message that is delivered again. It must name no openid."""
        with reaching_redis():
            self._redis.set(self._key("message", key), _FINISHED + reply, ex=ttl_s)

    # ---- tokens and tickets

    def look(self, kind: str) -> tuple[str | None, str | None]:
        """What is kept of this kind, sealed, and its last trouble; of one moment."""
        with reaching_redis():
            kept, trouble = self._redis.mget(self._key(kind), self._key("trouble", kind))
        return kept, trouble

    def keep(self, kind: str, sealed: str, ttl_s: int) -> None:
        """Put a sealed value in the place of the one before."""
        with reaching_redis():
            self._redis.set(self._key(kind), sealed, ex=max(1, ttl_s))

    def drop(self, kind: str, sealed: str) -> None:
        """Forget a value, unless another has taken its place. Safe to repeat."""
        with reaching_redis():
            self._redis.eval(DELETE_IF_SCRIPT, 1, self._key(kind), sealed)

    def lease(self, kind: str, ttl_s: int) -> str | None:
        """The right to fetch, for one holder until it gives it back or ``ttl_s`` are over; None where another has it."""
        holder = secrets.token_hex(8)
        with reaching_redis():
            before = self._redis.set(self._key("lease", kind), holder, nx=True, get=True, ex=ttl_s)
        # The client tries once more where an answer was lost: what it then finds is its own.
        return holder if before in (None, holder) else None

    def release(self, kind: str, holder: str) -> None:
        """Give a lease back; where it ran out and another has it now, it stays theirs. Safe to repeat."""
        with reaching_redis():
            self._redis.eval(DELETE_IF_SCRIPT, 1, self._key("lease", kind), holder)

    def note_trouble(self, kind: str, trouble: str, ttl_s: int) -> None:
        """Remember what went wrong last."""
        with reaching_redis():
            self._redis.set(self._key("trouble", kind), trouble, ex=ttl_s)

    def forget_trouble(self, kind: str) -> None:
        """It went well again. Safe to repeat."""
        with reaching_redis():
            self._redis.delete(self._key("trouble", kind))

    def troubles(self, *kinds: str) -> list[str]:
        """The last trouble of each kind, where there is one."""
        with reaching_redis():
            found = self._redis.mget([self._key("trouble", kind) for kind in kinds])
        return [trouble for trouble in found if trouble is not None]

    def count(self, what: str, day: str) -> int:
        """How often this was done on that day, this time included."""
        key = self._key("count", what, day)
        with reaching_redis():
            self._redis.set(key, 0, nx=True, ex=_COUNTED_S)
            return int(self._redis.incr(key))

    def counts(self, day: str, *what: str) -> list[int]:
        """How often each was done on that day; counts nothing."""
        with reaching_redis():
            found = self._redis.mget([self._key("count", one, day) for one in what])
        return [int(count or 0) for count in found]

    def first_within(self, what: str, apart_s: int) -> bool:
        """Whether this is the first time in ``apart_s``."""
        with reaching_redis():
            return bool(self._redis.set(self._key("apart", what), 1, nx=True, ex=apart_s))

    def _key(self, *parts: str) -> str:
        return self._prefix + ":".join(parts)


@contextmanager
def reaching_redis() -> Iterator[None]:
    """Whatever keeps us from Redis becomes one error that says what it means."""
    try:
        yield
    except RedisError as error:
        raise Unavailable(
            _("暂时无法处理微信登录，请稍后再试。"), _("工作人员请检查 Redis 服务。")
        ) from error
