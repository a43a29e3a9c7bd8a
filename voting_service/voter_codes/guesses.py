"""Counts wrong entries, so that guessing stops: by address, and for that address alone.

A code has 55 bits. Nothing that is counted for a whole campaign or for one member would guard it any better, and whoever
filled such a counter would keep out everyone else; so the campaign's count refuses nobody and is only told to operators.

The counters are in Redis, in fixed windows of an hour. An entry is counted before it is looked up, so that many at once
cannot slip through, and given back when it was right. Where Redis is away nobody is let in.
"""

from __future__ import annotations

import hmac

import redis
import structlog

from anti_fraud.networks.addresses import packed
from anti_fraud.networks.prefixes import prefix_of

from ..clock import Clock, to_ms
from ..errors import Unavailable
from ..text import _

log = structlog.get_logger("voter_codes")

WINDOW_S = 3600
PER_ADDRESS = 60
TOLD_FROM = 1_000
"""So many wrong entries in a campaign within the hour are told to operators; then twice as many, and so on."""


class Guesses:
    """The counters. ``key`` hides addresses from Redis, and is derived for this purpose alone."""

    def __init__(self, client: redis.Redis, key: bytes, clock: Clock) -> None:
        self._redis = client
        self._key = key
        self._clock = clock

    def counter(self, slug: str, address: str) -> str:
        """The counter of an address in this hour. Addresses share 4 096 of them, as everywhere in Redis."""
        # One household has a whole prefix in IPv6 and would come from another address each time. Counted apart from
        # IPv4, since prefixes are cheap: whoever buys thousands fills nobody's counter who comes by IPv4.
        number = packed(address)
        family, network = ("4", number.hex()) if len(number) == 4 else ("6", prefix_of(address))
        bucket = hmac.digest(self._key, f"address|{slug}|{network}".encode(), "sha256").hex()[:3]
        return f"{self._stem(slug)}:a{family}:{bucket}"

    def take(self, counter: str) -> int:
        """Count one entry. Gives 0, or after how many seconds to try again where there were too many. Raises
        Unavailable."""
        if self._add(counter, 1) <= PER_ADDRESS:
            return 0
        # What is refused is not counted: else whoever goes on knocking would keep the others out for longer.
        self._add(counter, -1)
        return WINDOW_S - to_ms(self._clock.now()) // 1000 % WINDOW_S

    def give_back(self, counter: str) -> None:
        """It was right after all. Raises Unavailable."""
        self._add(counter, -1)

    def note_wrong(self, slug: str) -> None:
        """One entry was wrong, wherever it came from. Refuses nobody. Raises Unavailable."""
        # Counted one by one, so exactly one process meets each of these numbers.
        wrong = self._add(f"{self._stem(slug)}:wrong", 1)
        if _is_told(wrong):
            log.warning("many_wrong_codes", campaign=slug, within_the_hour=wrong)

    def _stem(self, slug: str) -> str:
        return f"guesses:{slug}:{to_ms(self._clock.now()) // (1000 * WINDOW_S)}"

    def _add(self, counter: str, by: int) -> int:
        try:
            with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.incrby(counter, by)
                pipeline.expire(counter, 2 * WINDOW_S)
                return int(pipeline.execute()[0])
        except redis.RedisError as error:
            raise Unavailable(
                _("现在无法核对投票码，请稍后再试。"), _("请检查 Redis，可用 voting-service doctor 查看。")
            ) from error


def _is_told(wrong: int) -> bool:
    times, rest = divmod(wrong, TOLD_FROM)
    return times > 0 and rest == 0 and times & (times - 1) == 0
