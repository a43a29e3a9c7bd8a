"""Could a real phone have sent this user agent? Each rule names something that no genuine client says.

A user agent that is merely rare, old or without WeChat's hexadecimal version is not impossible.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from anti_fraud.scan.columns import Ballots, Flags

# Programs, not people: found anywhere, in any case.
AUTOMATION = (
    "headless", "phantomjs", "selenium", "webdriver", "puppeteer", "playwright", "python", "aiohttp", "httpx", "scrapy",
    "curl/", "wget/", "go-http-client", "okhttp", "java/", "apache-httpclient", "node-fetch", "axios", "postman", "libwww",
    "ruby", "jmeter", "locust",
)  # fmt: skip
WECHAT = re.compile(r"MicroMessenger/(\d+)\.(\d+)\.(\d+)[\d.]*(?:\(0x([0-9A-Fa-f]{8})\))?")
MODEL = re.compile(r"Android [\d.]+; (?:[a-z]{2}[-_][A-Za-z]{2}; )?([^;)]+?)(?: Build/[^;)]*)?[;)]")
IOS = re.compile(r"(?:iPhone )?OS (\d+_\d+(?:_\d+)?) like Mac OS X")

# First digit of WeChat's hexadecimal version: the platform it was built for.
BUILT_FOR = {"1": "ios", "2": "android", "6": "desktop", "f": "desktop"}


class Agent(NamedTuple):
    """What one user agent says of itself; "" where it says nothing."""

    automation: bool
    hex_contradicts: bool  # the hexadecimal version is not the version in words
    platform: str  # android, ios, desktop
    wechat_version: str  # first three parts
    built_for: str  # platform in the hexadecimal version
    model: str


def read_agent(text: str) -> Agent:
    """Take one user agent apart."""
    wechat = WECHAT.search(text)
    version, built_for, contradicts = "", "", False
    if wechat:
        parts = [int(part) for part in wechat.group(1, 2, 3)]
        version = ".".join(map(str, parts))
        digits = (wechat.group(4) or "").lower()
        if digits:
            built_for = BUILT_FOR.get(digits[0], "")
            contradicts = [int(digits[1], 16), int(digits[2:4], 16), int(digits[4:6], 16)] != parts
    lowered = text.lower()
    return Agent(
        any(word in lowered for word in AUTOMATION),
        contradicts,
        _platform(text),
        version,
        built_for,
        _model(text),
    )


def _platform(text: str) -> str:
    if "iPhone" in text or "iPad" in text:
        return "ios"
    if "Android" in text or "OpenHarmony" in text:
        return "android"
    if "Windows NT" in text or "Macintosh" in text or "X11;" in text:
        return "desktop"
    return ""


def _model(text: str) -> str:
    """The device as far as the user agent tells it; for Apple's phones the system's version stands for it."""
    found = MODEL.search(text) or IOS.search(text)
    return found.group(1) if found else text


class Agents:
    """Every user agent of a body of ballots, taken apart once, and asked about ballots by the row."""

    def __init__(self, ballots: Ballots) -> None:
        self._ballots = ballots
        self._codes = ballots.user_agent.codes
        self.read = [read_agent(name) for name in ballots.user_agent.names]
        models: dict[str, int] = {}
        numbers = [models.setdefault(agent.model, len(models)) for agent in self.read]
        self.models = np.array(numbers, np.int64)[self._codes]

    def _which(self, per_agent: list[bool]) -> Flags:
        return np.array(per_agent, bool)[self._codes]

    def automation(self) -> Flags:
        """The user agent names a program."""
        return self._which([agent.automation for agent in self.read])

    def platform_contradicts(self) -> Flags:
        """The user agent is of one system and the ballot's ``os`` of another. HarmonyOS may call itself Android."""
        contradicts = np.zeros(len(self._ballots), bool)
        for platform, claims in (
            ("ios", ("ios",)),
            ("android", ("android", "harmony")),
            ("desktop", ("desktop",)),
        ):
            is_platform = self._which([agent.platform == platform for agent in self.read])
            contradicts |= is_platform & (self._ballots.os.codes > 0) & ~self._ballots.os.where(*claims)
        return contradicts

    def hex_contradicts(self) -> Flags:
        """WeChat's hexadecimal version does not spell its version."""
        return self._which([agent.hex_contradicts for agent in self.read])

    def build_contradicts(self) -> Flags:
        """WeChat was built for another system than the one the user agent names."""
        return self._which(
            [
                bool(agent.built_for and agent.platform) and agent.built_for != agent.platform
                for agent in self.read
            ]
        )

    def version_contradicts(self) -> Flags:
        """The ballot's ``wechat_version`` is not the user agent's."""
        versions: dict[str, int] = {"": 0}
        told = [versions.setdefault(agent.wechat_version, len(versions)) for agent in self.read]
        column = [
            versions.setdefault(".".join(name.split(".")[:3]), len(versions))
            for name in self._ballots.wechat_version.names
        ]
        from_agent = np.array(told)[self._codes]
        from_column = np.array(column)[self._ballots.wechat_version.codes]
        contradicts: Flags = (from_agent != from_column) & (from_agent > 0) & (from_column > 0)
        return contradicts

    def not_wechat(self) -> Flags:
        """The ballot came by WeChat, but the user agent is another browser's."""
        other = self._which([not agent.wechat_version for agent in self.read])
        found: Flags = self._ballots.channel.where("wechat") & other & (self._codes > 0)
        return found

    def desktop(self) -> Flags:
        """A computer with a mouse, by either account."""
        by_agent = self._which([agent.platform == "desktop" for agent in self.read])
        found: Flags = self._ballots.os.where("desktop") | (by_agent & (self._ballots.os.codes == 0))
        return found
