"""Could a real phone have sent this user agent? Each rule names something that no genuine client says.

A user agent that is merely rare, old or without WeChat's hexadecimal version is not impossible.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from anti_fraud.scan.columns import Ballots, Flags
from anti_fraud.user_agents import Implausible, implausible, operating_system, wechat_version

MODEL = re.compile(r"Android [\d.]+; (?:[a-z]{2}[-_][A-Za-z]{2}; )?([^;)]+?)(?: Build/[^;)]*)?[;)]")
IOS = re.compile(r"(?:iPhone )?OS (\d+_\d+(?:_\d+)?) like Mac OS X")


class Agent(NamedTuple):
    """What one user agent says of itself; "" where it says nothing."""

    implausible: Implausible | None  # as the door judges it too
    platform: str  # android, ios, harmony, desktop
    wechat_version: str  # first three parts
    model: str


def read_agent(text: str) -> Agent:
    """Take one user agent apart."""
    version = ".".join(wechat_version(text).split(".")[:3])
    # The door calls an empty user agent implausible; here it is an empty cell, which nobody is judged by.
    return Agent(implausible(text) if text.strip() else None, operating_system(text), version, _model(text))


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
        return self._which([agent.implausible in ("program", "headless") for agent in self.read])

    def platform_contradicts(self) -> Flags:
        """The user agent is of one system and the ballot's ``os`` of another. HarmonyOS may call itself Android."""
        contradicts = np.zeros(len(self._ballots), bool)
        for platform, claims in (
            ("ios", ("ios",)),
            ("android", ("android", "harmony")),
            ("harmony", ("android", "harmony")),
            ("desktop", ("desktop",)),
        ):
            is_platform = self._which([agent.platform == platform for agent in self.read])
            contradicts |= is_platform & (self._ballots.os.codes > 0) & ~self._ballots.os.where(*claims)
        return contradicts

    def hex_contradicts(self) -> Flags:
        """WeChat's hexadecimal version does not spell its version."""
        return self._which([agent.implausible == "wechat_hex" for agent in self.read])

    def build_contradicts(self) -> Flags:
        """WeChat was built for another system than the one the user agent names."""
        return self._which([agent.implausible == "wechat_platform" for agent in self.read])

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
