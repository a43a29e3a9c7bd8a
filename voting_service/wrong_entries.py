"""Counters of wrong entries, for rooms where something secret is typed in: printed codes, officials' passphrases.

They are in Redis, in fixed windows of an hour. An entry is counted before it is looked up, so that many at once cannot slip
through, and given back when it was right. Where Redis is away nobody is let in: each room says so in its own words.
"""

from __future__ import annotations

import hmac

import redis

from anti_fraud.networks.addresses import packed
from anti_fraud.networks.prefixes import prefix_of

from .clock import Clock, to_ms
from .errors import Unavailable
from .text import Text, _

Client = redis.Redis
"""What the counters are kept in; the rooms that count need not know it."""
WINDOW_S = 3600


class WrongEntries:
    """The counters of one room, whose ``name`` their keys begin with. ``key`` hides from Redis what is counted by, and is
    derived for this purpose alone; ``away`` is said where Redis cannot be asked."""

    def __init__(self, client: redis.Redis, key: bytes, clock: Clock, *, name: str, away: Text) -> None:
        self._redis = client
        self._key = key
        self._clock = clock
        self._name = name
        self._away = away

    def of_address(self, about: str, address: str, *, letters: int, whom: str = "") -> str:
        """The counter of an address in this hour, or of an address and whoever is tried from there. ``letters``
        hexadecimal ones tell addresses apart: 3 where many shall share one, so that no counter names any."""
        # One household has a whole prefix in IPv6 and would come from another address each time. Counted apart from
        # IPv4, since prefixes are cheap: whoever buys thousands fills nobody's counter who comes by IPv4.
        number = packed(address)
        family, network = ("4", number.hex()) if len(number) == 4 else ("6", prefix_of(address))
        bucket = self._digest(f"address|{about}|{network}" + (f"|{whom}" if whom else ""))[:letters]
        return f"{self._stem(about)}:a{family}:{bucket}"

    def of(self, about: str, whom: str) -> str:
        """The counter of anything else in this hour."""
        return f"{self._stem(about)}:{self._digest(f'{about}|{whom}')[:16]}"

    def take(self, counter: str, most: int) -> int:
        """Count one entry. Gives 0, or after how many seconds to try again where there were too many. Raises
        Unavailable."""
        if self._add(counter, 1) <= most:
            return 0
        # What is refused is not counted: else whoever goes on knocking would keep the others out for longer.
        self._add(counter, -1)
        return WINDOW_S - to_ms(self._clock.now()) // 1000 % WINDOW_S

    def give_back(self, counter: str) -> None:
        """It was right after all. Raises Unavailable."""
        self._add(counter, -1)

    def count_wrong(self, about: str) -> int:
        """One entry was wrong, wherever it came from. Refuses nobody; gives how many there were within the hour. Counted
        one by one, so exactly one process meets each number. Raises Unavailable."""
        return self._add(f"{self._stem(about)}:wrong", 1)

    def _stem(self, about: str) -> str:
        return f"{self._name}:{about}:{to_ms(self._clock.now()) // (1000 * WINDOW_S)}"

    def _digest(self, text: str) -> str:
        return hmac.digest(self._key, text.encode(), "sha256").hex()

    def _add(self, counter: str, by: int) -> int:
        try:
            with self._redis.pipeline(transaction=True) as pipeline:
                pipeline.incrby(counter, by)
                pipeline.expire(counter, 2 * WINDOW_S)
                return int(pipeline.execute()[0])
        except redis.RedisError as error:
            raise Unavailable(self._away, _("请检查 Redis，可用 voting-service doctor 查看。")) from error


def is_told(wrong: int, first: int) -> bool:
    """Whether operators hear of so many within the hour: at ``first``, then at twice as many, and so on."""
    times, rest = divmod(wrong, first)
    return times > 0 and rest == 0 and times & (times - 1) == 0
