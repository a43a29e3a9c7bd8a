"""What an act costs whoever repeats it: nothing at first, then proof of work that grows with the number.

Nobody is refused for what a neighbour does: however many came from an address or its prefix before, the next act costs a
telephone some fifteen seconds at most. A challenge is counted when it is asked, so that asking for many while they are
cheap, and using them later, gains nothing; it is spent once, on the act that it was asked for. Where Redis is away nothing
is lodged.

Addresses share 4 096 counters, nested in their prefix's 256 (docs/decisions/0009); IPv4 and IPv6 are counted apart, since
whoever buys thousands of IPv6 prefixes should raise no price for IPv4.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import redis

from anti_fraud.challenge import LIFETIME_MS, Challenge, Challenges
from anti_fraud.networks.addresses import packed
from anti_fraud.networks.prefixes import prefix_of
from voting_service.clock import Clock, to_ms
from voting_service.errors import Unavailable
from voting_service.text import _

Act = Literal["lodge", "add", "wrong"]

WINDOW_S = 3600
FREE: dict[Act, tuple[int, int]] = {"lodge": (3, 24), "add": (6, 48), "wrong": (5, 40)}
"""How many an hour cost nothing: from one address, from its prefix."""
LEAST_BITS, MOST_BITS = 12, 15
"""Sixteen puzzles of 15 bits are half a million hashes: about fifteen seconds of an old telephone."""
BYTES_PER_ADDRESS = 200 * 1024 * 1024
BYTES_PER_PREFIX = 4 * BYTES_PER_ADDRESS
"""Files an hour, as they are sent. Beyond it an objection is taken without them."""
TRIES_PER_FORM = 12
"""How often a form that was paid for may come again, corrected or after an answer was lost, without paying anew."""
_FORM_KNOWN_S = 24 * 3600


@dataclass(frozen=True)
class Due:
    """What must be paid first."""

    challenge: Challenge


def bits_due(act: Act, by_address: int, by_prefix: int) -> int:
    """The price of an act: leading zero bits in each of sixteen puzzles; 0 where it is free. Both counts include it."""
    free_address, free_prefix = FREE[act]
    over = max(by_address - free_address, by_prefix - free_prefix)
    return min(MOST_BITS, LEAST_BITS + (over.bit_length() - 1) // 2) if over > 0 else 0


class Toll:
    """The counters. ``key`` hides addresses and forms from Redis, and is derived for this purpose alone."""

    def __init__(self, client: redis.Redis, key: bytes, clock: Clock) -> None:
        self._redis = client
        self._key = key
        self._challenges = Challenges(hmac.digest(key, b"challenges", "sha256"))
        self._clock = clock

    def pay(self, act: Act, address: str, form: str, solution: object = None) -> Due | None:
        """Take the price of one act, by the form of this id; None where it is paid. The same form comes again for
        nothing, ``TRIES_PER_FORM`` times; but for ``wrong``, where each try is an act. Raises Unavailable."""
        with _reaching_redis():
            if act != "wrong" and self._is_known(act, form):
                return None
            if not self._is_spent_now(act, form, solution):
                challenge = self._count(act, address, form)
                if challenge is not None:
                    return Due(challenge)
            if act != "wrong":
                self._redis.set(self._form_key(act, form), 1, ex=_FORM_KNOWN_S)
        return None

    def ask(self, act: Act, address: str, form: str) -> Challenge | None:
        """What the next act of this kind costs, to work on while the form is filled in; None where it is free. Raises
        Unavailable."""
        with _reaching_redis():
            if act != "wrong" and self._redis.exists(self._form_key(act, form)):
                return None
            counted = [int(value or 0) + 1 for value in self._redis.mget(self._counters(act, address))]
            return self._count(act, address, form) if bits_due(act, *counted) else None

    def give_back(self, act: Act, address: str, solution: object = None) -> None:
        """It should not have counted after all: the pair was right. ``solution``: what it was paid with; such an act was
        counted when its challenge was asked, by an attempt that was none of this one's. Raises Unavailable."""
        if solution is not None:
            return
        with _reaching_redis():
            self._add(self._counters(act, address), -1)

    def takes_bytes(self, address: str, size: int) -> bool:
        """Whether this many bytes of files are still taken from an address in this hour; counts them if so. Raises
        Unavailable."""
        with _reaching_redis():
            counters = self._counters("bytes", address)
            by_address, by_prefix = self._add(counters, size)
            if by_address <= BYTES_PER_ADDRESS and by_prefix <= BYTES_PER_PREFIX:
                return True
            # What is not taken is not counted: else one who goes on sending keeps out the others.
            self._add(counters, -size)
        return False

    def _count(self, act: Act, address: str, form: str) -> Challenge | None:
        bits = bits_due(act, *self._add(self._counters(act, address), 1))
        return self._challenges.ask(_paid_for(act, form), bits, to_ms(self._clock.now())) if bits else None

    def _is_spent_now(self, act: Act, form: str, solution: object) -> bool:
        """Whether this is a solution that was not used before; from now on it is."""
        solved = self._challenges.solved(solution, _paid_for(act, form), to_ms(self._clock.now()))
        if solved is None:
            return False
        return bool(self._redis.set(f"toll:spent:{solved.nonce}", 1, nx=True, px=2 * LIFETIME_MS))

    def _is_known(self, act: Act, form: str) -> bool:
        key = self._form_key(act, form)
        return bool(self._redis.exists(key)) and int(self._redis.incr(key)) <= TRIES_PER_FORM

    def _form_key(self, act: str, form: str) -> str:
        return f"toll:{act}:form:{hmac.digest(self._key, f'form|{form}'.encode(), 'sha256').hex()[:32]}"

    def _counters(self, what: str, address: str) -> tuple[str, str]:
        """By address and by prefix, in this hour."""
        number = packed(address)
        family = "4" if len(number) == 4 else "6"
        block = self._digest(f"prefix|{family}|{prefix_of(address)}")[:2]
        # A household in IPv6 would come from another address each time; its prefix's counter meets it anyway.
        own = self._digest(f"address|{family}|{number.hex()}")[:1]
        stem = f"toll:{what}:{to_ms(self._clock.now()) // (1000 * WINDOW_S)}"
        return f"{stem}:a{family}:{block}{own}", f"{stem}:p{family}:{block}"

    def _digest(self, text: str) -> str:
        return hmac.digest(self._key, text.encode(), "sha256").hex()

    def _add(self, counters: tuple[str, str], by: int) -> tuple[int, int]:
        with self._redis.pipeline(transaction=True) as pipeline:
            for counter in counters:
                pipeline.incrby(counter, by)
            for counter in counters:
                pipeline.expire(counter, 2 * WINDOW_S)
            by_address, by_prefix, *_expiries = pipeline.execute()
        return int(by_address), int(by_prefix)


def _paid_for(act: Act, form: str) -> str:
    """What a challenge is bound to: solved for one act, it buys no other."""
    return f"{act}:{form}"


@contextmanager
def _reaching_redis() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise Unavailable(
            _("现在无法受理异议，请稍后再试。"), _("请检查 Redis，可用 voting-service doctor 查看。")
        ) from error
