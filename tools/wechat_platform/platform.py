"""All that the stand-in knows, in memory; no address and no answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .accounts import Accounts, App
from .base_tokens import BaseTokens
from .chats import Chats
from .clock import MovableClock
from .codes import Codes
from .counters import Counters
from .deliveries import TIMEOUT_S
from .quotas import Quotas
from .scene_codes import SceneCodes
from .sns_tokens import SnsTokens
from .switches import Switches


class Platform:
    """Accounts, people, what was handed out to them, and the faults that are on."""

    def __init__(
        self, apps: Sequence[App], *, url: str, start_url: str = "", any_browser: bool = True,
        push_timeout_s: float = TIMEOUT_S,
    ) -> None:  # fmt: skip
        self.url = url.rstrip("/")
        self.start_url = start_url
        self.any_browser = any_browser
        self.push_timeout_s = push_timeout_s
        self._started_with = [replace(app) for app in apps]
        self.clock = MovableClock()
        self.forget()

    def forget(self) -> None:
        """As just started."""
        self.accounts = Accounts([replace(app) for app in self._started_with])
        self.counters = Counters()
        self.switches = Switches()
        self.quotas = Quotas()
        self.codes = Codes()
        self.sns_tokens = SnsTokens()
        self.base_tokens = BaseTokens()
        self.scene_codes = SceneCodes()
        self.chats = Chats()
        self.clock.offset_s = 0.0
