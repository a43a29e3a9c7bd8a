"""Counts wrong entries, so that guessing stops: by address, by member number, and for the campaign as a whole.

The counters are in Redis, in fixed windows of an hour. An entry is counted before it is looked up, so that many at once
cannot slip through, and given back when it was right. Where Redis is away nobody is let in.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import NamedTuple

import redis

from ..clock import Clock, to_ms
from ..errors import Unavailable
from ..text import _

WINDOW_S = 3600
PER_ADDRESS = 60
PER_MEMBER = 20
PER_CAMPAIGN = 20_000


class Counter(NamedTuple):
    """One counter of wrong entries in this hour."""

    key: str
    most: int


class Guesses:
    """The counters. ``key`` hides addresses and member numbers from Redis, and is derived for this purpose alone."""

    def __init__(self, client: redis.Redis, key: bytes, clock: Clock) -> None:
        self._redis = client
        self._key = key
        self._clock = clock

    def counters(self, slug: str, address: str, member_number: str) -> list[Counter]:
        """The counters of one entry. Addresses share 4 096 buckets as everywhere in Redis, member numbers a million."""
        hour = to_ms(self._clock.now()) // (1000 * WINDOW_S)
        stem = f"guesses:{slug}:{hour}"
        found = [Counter(f"{stem}:all", PER_CAMPAIGN)]
        found.append(Counter(f"{stem}:a:{self._bucket(f'address|{slug}|{address}', 3)}", PER_ADDRESS))
        if member_number:
            found.append(Counter(f"{stem}:m:{self._bucket(f'member|{slug}|{member_number}', 5)}", PER_MEMBER))
        return found

    def take(self, counters: Sequence[Counter]) -> int:
        """Count one entry. Gives 0, or after how many seconds to try again where there were too many. Raises
        Unavailable."""
        counts = self._add(counters, 1)
        if all(count <= one.most for count, one in zip(counts, counters, strict=True)):
            return 0
        # What is refused is not counted: else whoever goes on knocking would keep the others out for longer.
        self._add(counters, -1)
        return WINDOW_S - to_ms(self._clock.now()) // 1000 % WINDOW_S

    def give_back(self, counters: Sequence[Counter]) -> None:
        """It was right after all. Raises Unavailable."""
        self._add(counters, -1)

    def _add(self, counters: Sequence[Counter], by: int) -> list[int]:
        try:
            with self._redis.pipeline(transaction=True) as pipeline:
                for one in counters:
                    pipeline.incrby(one.key, by)
                    pipeline.expire(one.key, 2 * WINDOW_S)
                return [int(count) for count in pipeline.execute()[::2]]
        except redis.RedisError as error:
            raise Unavailable(
                _("现在无法核对投票码，请稍后再试。"), _("请检查 Redis，可用 voting-service doctor 查看。")
            ) from error

    def _bucket(self, text: str, letters: int) -> str:
        return hmac.digest(self._key, text.encode(), "sha256").hex()[:letters]
