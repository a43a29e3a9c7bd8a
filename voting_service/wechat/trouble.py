"""The last thing that went wrong with the account, as all processes know it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple

from ..clock import from_ms, to_ms
from .errcodes import Explained, address_named, explain, explain_silence
from .errors import WeChatError, WeChatRefused, WeChatUnreachable

FIRST_REST_S = 5
LONGEST_REST_S = 60


class Trouble(NamedTuple):
    """A fetch or a login that the platform refused or did not answer. Nothing secret is in it."""

    what: str
    """``token``, ``ticket`` or ``login``."""
    errcode: int | None
    """The platform's; None where there was no answer that could be used."""
    errmsg: str
    """The platform's words, cleaned; without an answer the reason, as ``WeChatUnreachable.why``."""
    at_ms: int
    times: int
    """How often in a row."""

    @classmethod
    def of(cls, what: str, error: WeChatError, at_ms: int, before: Trouble | None) -> Trouble:
        """What an error comes to, after the one before."""
        times = before.times + 1 if before else 1
        if isinstance(error, WeChatRefused):
            return cls(what, error.errcode, error.errmsg, at_ms, times)
        why = error.why if isinstance(error, WeChatUnreachable) else "odd_answer"
        return cls(what, None, why, at_ms, times)

    @property
    def at(self) -> datetime:
        """When."""
        return from_ms(self.at_ms)

    @property
    def rest_until_ms(self) -> int:
        """Before then nobody asks again: 5 s after the first, twice as long after each that follows, at most a minute."""
        rest_s = min(LONGEST_REST_S, FIRST_REST_S << min(self.times - 1, 8))
        return self.at_ms + 1000 * rest_s

    def rests(self, now: datetime) -> bool:
        """Whether it is too early to ask again. A clock that was set back does not make it late for ever."""
        return self.at_ms - 1000 * LONGEST_REST_S < to_ms(now) < self.rest_until_ms

    @property
    def address(self) -> str | None:
        """The address that the platform wants on the account's list (40164)."""
        return address_named(self.errmsg) if self.errcode == 40164 else None

    @property
    def explained(self) -> Explained:
        """For those who run the service."""
        return explain_silence(self.errmsg) if self.errcode is None else explain(self.errcode, self.errmsg)

    def as_error(self) -> WeChatError:
        """The error that it was, for those who ask again too early."""
        if self.errcode is None:
            return WeChatUnreachable(self.errmsg)
        return WeChatRefused(self.errcode, self.errmsg)

    def to_json(self) -> str:
        """As it is kept."""
        return json.dumps(self._asdict(), ensure_ascii=False)

    @classmethod
    def read(cls, text: str | None) -> Trouble | None:
        """What ``to_json`` wrote; None for anything else, such as another version's."""
        try:
            return cls(**json.loads(text)) if text else None
        except (ValueError, TypeError):
            return None
