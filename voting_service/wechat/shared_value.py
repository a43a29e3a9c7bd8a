"""One value that all processes share and one of them renews: a token, or a ticket.

Who finds it good uses it. Who finds it near its end renews it, if nobody else is at it, and all others go on using it.
Who finds none waits for the one who fetches, for a moment. A fetch that failed is not tried again by everybody: all rest,
first for seconds, then for a minute. First fetch, renewal and recovery are the same code.
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import structlog

from ..clock import Clock, to_ms
from ..encryption import Keyring, SealBroken
from ..errors import Unavailable
from .client import Issued
from .errors import WeChatError, WeChatUnreachable
from .shared_state import SharedState
from .trouble import Trouble

log = structlog.get_logger("wechat")

REMEMBERED_MS = 5_000
LEASE_S = 30
WAIT_S = 3.0
_POLL_S = 0.05
_RESTED_S = 1.0
_TROUBLE_KEPT_S = 86_400


class Kept(NamedTuple):
    """The value in Redis, opened."""

    value: str
    until_ms: int
    early_ms: int
    """From then on somebody may renew it."""
    sealed: str

    def good(self, now_ms: int) -> bool:
        """Whether it may be used."""
        return now_ms < self.until_ms


class SharedValue:
    """A value of one kind. ``fetch`` asks the platform; ``early_s`` before its end it is renewed."""

    def __init__(
        self, kind: str, fetch: Callable[[], Issued], early_s: int, *, shared: SharedState, keyring: Keyring, clock: Clock
    ) -> None:  # fmt: skip
        self._kind, self._fetch, self._early_s = kind, fetch, early_s
        self._shared, self._keyring, self._clock = shared, keyring, clock
        self._place = f"wechat.{kind}.{shared.app_id}"
        self._turn = threading.Lock()
        self._remembered: tuple[Kept, int] | None = None
        self._rested: tuple[Trouble, float] | None = None

    def get(self) -> str:
        """The value, good at this moment. Raises WeChatError, and Unavailable without Redis."""
        known = self._known()
        if known is not None:
            return known
        if self._remembered is None or not self._remembered[0].good(self._now_ms()):
            self._rest()
        return self._looked_up()

    def replace(self, bad: str) -> str:
        """Another value than this one, which the platform no longer takes. Whoever comes second gets what the first got."""
        kept, _trouble = self._look()
        if kept is not None and kept.value == bad:
            self._shared.drop(self._kind, kept.sealed)
        self._remembered = None
        return self._looked_up()

    def _known(self) -> str | None:
        """What this process remembers, for a few seconds: a page costs no trip."""
        now_ms = self._now_ms()
        if self._remembered is not None:
            kept, seen_ms = self._remembered
            if seen_ms <= now_ms < seen_ms + REMEMBERED_MS and kept.good(now_ms):
                return kept.value
        return None

    def _rest(self) -> None:
        """What this process remembers of a failure, for a moment: being asked all the time costs no trips either."""
        if self._rested is not None:
            trouble, until = self._rested
            if time.monotonic() < until and trouble.rests(self._clock.now()):
                raise trouble.as_error()

    def _looked_up(self) -> str:
        kept, trouble = self._look()
        found = self._settled(kept, trouble)
        if found is not None:
            return found
        return self._awaited() if kept is None else self._renewed_early(kept)

    def _settled(self, kept: Kept | None, trouble: Trouble | None) -> str | None:
        """What needs no fetch: a value that is not near its end or that nobody may renew yet, or the stored refusal."""
        resting = trouble is not None and trouble.rests(self._clock.now())
        if kept is not None:
            if not resting and self._now_ms() >= kept.early_ms:
                return None
            self._remembered = (kept, self._now_ms())
            return kept.value
        if trouble is not None and resting:
            self._rested = (trouble, time.monotonic() + _RESTED_S)
            raise trouble.as_error()
        return None

    def _renewed_early(self, old: Kept) -> str:
        if not self._turn.acquire(blocking=False):
            return old.value
        try:
            return self._led() or old.value
        except WeChatError:
            return old.value  # the trouble is noted, and this one is still good
        finally:
            self._turn.release()

    def _awaited(self) -> str:
        until = time.monotonic() + WAIT_S
        if not self._turn.acquire(timeout=WAIT_S):
            raise WeChatUnreachable("waiting")
        try:
            self._rest()
            while (value := self._led()) is None:
                if time.monotonic() > until:
                    raise WeChatUnreachable("waiting")
                time.sleep(_POLL_S)
            return value
        finally:
            self._turn.release()

    def _led(self) -> str | None:
        """Fetch, if nobody else is at it and nobody has done it meanwhile; None where another process is."""
        holder = self._shared.lease(self._kind, LEASE_S)
        try:
            # Looked at under the lease: the one who had it before has put its value in before giving it back.
            kept, trouble = self._look()
            found = self._settled(kept, trouble)
            if found is not None or holder is None:
                return found
            return self._fetched(trouble)
        finally:
            if holder is not None:
                with suppress(Unavailable):  # it runs out by itself
                    self._shared.release(self._kind, holder)

    def _fetched(self, before: Trouble | None) -> str:
        asked_ms = self._now_ms()
        try:
            issued = self._fetch()
        except WeChatError as error:
            trouble = Trouble.of(self._kind, error, self._now_ms(), before)
            self._shared.note_trouble(self._kind, trouble.to_json(), _TROUBLE_KEPT_S)
            self._rested = (trouble, time.monotonic() + _RESTED_S)
            log.warning("wechat_fetch_failed", what=self._kind, errcode=trouble.errcode, words=trouble.errmsg)
            raise
        kept = self._sealed(issued, asked_ms)
        self._shared.keep(self._kind, kept.sealed, issued.expires_in_s)
        if before is not None:
            self._shared.forget_trouble(self._kind)
        self._remembered = (kept, self._now_ms())
        return kept.value

    def _sealed(self, issued: Issued, asked_ms: int) -> Kept:
        life = issued.expires_in_s
        until_ms = asked_ms + 1000 * life - min(10_000, 100 * life)
        # The platform may give the same value with what is left of it: then not at once again, but a minute later.
        early_ms = asked_ms + 1000 * max(life - self._early_s, min(60, life // 2))
        plain = json.dumps([issued.value, until_ms, early_ms]).encode()
        sealed = base64.b64encode(self._keyring.seal(plain, self._place)).decode()
        return Kept(issued.value, until_ms, early_ms, sealed)

    def _look(self) -> tuple[Kept | None, Trouble | None]:
        sealed, trouble = self._shared.look(self._kind)
        kept = self._opened(sealed) if sealed else None
        return kept if kept and kept.good(self._now_ms()) else None, Trouble.read(trouble)

    def _opened(self, sealed: str) -> Kept | None:
        """None for what does not open, as after a change of keys: it is fetched anew."""
        try:
            plain = self._keyring.open(base64.b64decode(sealed, validate=True), self._place)
            value, until_ms, early_ms = json.loads(plain)
        except (SealBroken, binascii.Error, ValueError):
            return None
        return Kept(value, until_ms, early_ms, sealed)

    def _now_ms(self) -> int:
        return to_ms(self._clock.now())
