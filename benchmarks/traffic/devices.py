"""The phones and computers of a scenario: a pool of user agents with their speed, from which strata and attacks draw."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from . import agents
from .columns import BROWSER, MOBILE, SYSTEMS, WECHAT, Columns, Numbers

Rng = np.random.Generator
Maker = Callable[[random.Random], tuple[str, int]]

_VERSION = re.compile(r"MicroMessenger/([\d.]+)")
_COMMON = {"android": agents.android, "ios": agents.ios, "harmony": agents.harmony, "old_kernel": agents.old_kernel,
           "odd": agents.odd, "browser": agents.browser}  # fmt: skip


def system_of(agent: str) -> int:
    """The number in ``SYSTEMS`` that a service reads from a user agent; 0 where it cannot tell."""
    for sign, system in (("HarmonyOS", "harmony"), ("OpenHarmony", "harmony"), ("Android", "android"), ("iPhone", "ios"),
                         ("Windows NT", "desktop"), ("Macintosh", "desktop"), ("X11; Linux", "desktop")):  # fmt: skip
        if sign in agent:
            return SYSTEMS.index(system)
    return 0


def wechat_version_of(agent: str) -> str:
    """``8.0.42.2460``; empty where none is named."""
    found = _VERSION.search(agent)
    return found.group(1) if found else ""


@dataclass
class Devices:
    """Strings by number; ``kinds`` are the numbers to draw from for each kind of person."""

    maker: random.Random
    texts: list[str] = field(default_factory=list)
    pace: list[float] = field(default_factory=list)
    channel: list[int] = field(default_factory=list)
    kinds: dict[str, Numbers] = field(default_factory=dict)
    _arrays: tuple[Numbers, Numbers] = field(default_factory=lambda: (np.zeros(0), np.zeros(0, np.int8)))

    def add(self, make: Maker, count: int) -> Numbers:
        """``count`` new strings of one maker; as common ones come up again and again, drawing evenly is drawing by
        popularity."""
        first = len(self.texts)
        for _ in range(count):
            text, tier = make(self.maker)
            wechat = "MicroMessenger" in text or "wxwork" in text or self.maker.random() < 0.9
            self._keep(
                text, agents.TIER_PACE_MS[tier], WECHAT if wechat and make is not agents.browser else BROWSER
            )
        return np.arange(first, len(self.texts))

    def add_texts(self, texts: Sequence[str], pace_ms: float, channel: int) -> Numbers:
        """Strings that an attack made up, on a machine of this speed."""
        first = len(self.texts)
        for text in texts:
            self._keep(text, pace_ms, channel)
        return np.arange(first, len(self.texts))

    def _keep(self, text: str, pace_ms: float, channel: int) -> None:
        self.texts.append(text)
        self.pace.append(pace_ms)
        self.channel.append(channel)

    def stock(self, size: int, mix: Sequence[float]) -> None:
        """The country's phones, ``mix`` = parts of android, ios, harmony, old kernels, odd agents and browsers."""
        pools = {name: self.add(make, max(40, int(size * part)))
                 for (name, make), part in zip(_COMMON.items(), mix, strict=True)}  # fmt: skip
        self.kinds = pools | {"people": np.concatenate(list(pools.values()))}
        self.kinds["wechat"] = np.concatenate([pools[name] for name in ("android", "ios", "harmony")])
        self.kinds["desktop"] = self._of(agents.desktop, 400)
        self.kinds["elderly"] = np.concatenate([self._slow(pools["android"]), pools["old_kernel"]])
        for model in range(8):
            self.kinds[f"model_{model}"] = self._of(lambda rng, m=model: agents.android(rng, m), 300)  # type: ignore[misc]

    def _of(self, make: Maker, count: int) -> Numbers:
        first = len(self.texts)
        for _ in range(count):
            text, tier = make(self.maker)
            self._keep(text, agents.TIER_PACE_MS[tier], WECHAT if "MicroMessenger" in text else BROWSER)
        return np.arange(first, len(self.texts))

    def _slow(self, numbers: Numbers) -> Numbers:
        slow = np.array(self.pace)[numbers] >= agents.TIER_PACE_MS[2]
        return numbers[slow] if slow.any() else numbers

    def draw(self, rng: Rng, n: int, kind: str) -> Columns:
        """Agent, channel and speed of n devices of this kind."""
        return self.of(rng, rng.choice(self.kinds[kind], n))

    def workers(self, rng: Rng, n: int, few: float = 0.6) -> Columns:
        """The phones of one workplace: a part ``few`` of them of three models, bought on the same occasion."""
        models = rng.choice(8, 3, replace=False)
        same = np.concatenate([self.kinds[f"model_{m}"] for m in models])
        numbers = rng.choice(self.kinds["people"], n)
        return self.of(rng, np.where(rng.random(n) < few, rng.choice(same, n), numbers))

    def of(self, rng: Rng, numbers: Numbers) -> Columns:
        """What is known of the devices with these numbers; each a little faster or slower than its model."""
        pace, channel = self.known(numbers)
        return {
            "agent": numbers,
            "channel": channel,
            "pace": pace * np.exp(rng.normal(0, 0.25, len(numbers))),
        }

    def known(self, numbers: Numbers) -> tuple[Numbers, Numbers]:
        """Speed and channel of the strings with these numbers."""
        if len(self._arrays[0]) != len(self.texts):
            self._arrays = (np.array(self.pace), np.array(self.channel, np.int8))
        return self._arrays[0][numbers], self._arrays[1][numbers]

    def written(self, agent: Numbers, network: Numbers) -> tuple[list[str], list[str], list[str]]:
        """User agent, system and WeChat version of each row, as a service logs them."""
        code = agent.astype(np.int64) * 2 + (network == MOBILE)
        used, row = np.unique(code, return_inverse=True)
        texts = [self.texts[c >> 1].replace("{net}", _net(c)) for c in used.tolist()]
        systems = [SYSTEMS[system_of(text)] for text in texts]
        versions = [wechat_version_of(text) for text in texts]
        columns = (np.array(column, dtype=object)[row].tolist() for column in (texts, systems, versions))
        return next(columns), next(columns), next(columns)


def _net(code: int) -> str:
    if not code & 1:
        return "WIFI"
    return "4G" if code % 3 == 0 else "5G"
