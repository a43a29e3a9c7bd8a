"""The gate's policy: what each check does and where its limits lie, as data that a campaign may change while it votes.

``FIELDS`` is the one place that knows names, bounds and meaning; documents and command line are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, NamedTuple

Action = Literal["allow", "challenge", "hold", "deny"]
ACTIONS: tuple[Action, ...] = ("allow", "challenge", "hold", "deny")

DEFAULT_ACTIONS: dict[str, Action] = {
    "dwell": "challenge",
    "user_agent": "challenge",
    "automation": "challenge",
    "no_touch": "challenge",
    "hosting": "challenge",
    "share_token": "challenge",
    "origin": "deny",
}
"""Checks whose action a policy may choose. Those that count have only their limits: the box challenges beyond them."""


class Field(NamedTuple):
    """One number of the policy: its bounds, and what it means in Chinese and English."""

    low: int
    high: int
    chinese: str
    english: str


FIELDS: dict[str, Field] = {
    "min_dwell_ms": Field(
        0, 60_000, "从打开页面到提交少于这么多毫秒，视为过快。", "A ballot sooner than this after its form was issued is hasty, in ms."
    ),
    "address_ballots_per_minute": Field(
        1, 1_000_000, "同一地址每分钟投出的选票超过此数，新来的要做验证。",
        "Beyond so many ballots a minute from one address, new devices there are challenged.",
    ),
    "prefix_ballots_per_minute": Field(
        1, 1_000_000, "同一网段每分钟投出的选票超过此数，新来的要做验证。",
        "The same for an address's prefix (/24, /48).",
    ),
    "new_devices_per_hour": Field(
        1, 1_000_000, "同一地址、同一种浏览器每小时由新设备投出的选票超过此数，要做验证。",
        "Beyond so many ballots an hour by new devices of one address and browser, they are challenged.",
    ),
    "held_ballots_per_hour": Field(
        1, 1_000_000, "同一地址每小时由不运行脚本的浏览器提交为待核的选票超过此数，本小时内不再接受。",
        "Beyond so many ballots an hour that one address has held for want of scripts, no more are taken there.",
    ),
    "new_device_s": Field(
        0, 86_400, "cookie 生成后多少秒内算新设备；此后，今天以前投过票的才不算。",
        "How long a cookie counts as a new device, in seconds; after that only one that voted before today does not.",
    ),
    "settled_device_s": Field(
        0, 2_592_000, "cookie 生成超过多少秒，且今天以前投过票，不再受地址和网段的验证限制。",
        "A cookie older than this whose voter voted before today is not challenged for its address's or prefix's "
        "traffic, in seconds.",
    ),
    "challenge_bits": Field(
        8, 18, "验证的难度，位数；每加一，难度加倍。", "Difficulty of a challenge in bits; one more doubles the work."
    ),
    "most_challenge_bits": Field(
        8, 20, "风险再高，验证也不超过这个难度。", "No risk makes a challenge harder than this, in bits."
    ),
    "retention_days": Field(
        1, 3650, "投票结束后多少天删除投票证据（地址、设备、用时）。",
        "Evidence (address, device, timing) is deleted so many days after voting has closed.",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Kiosk:
    """A registered device that many people vote on, one after the other."""

    name: str
    ballots_per_hour: int
    assistant: str = ""
    """Who helps people there, by name; empty where nobody does. Whom they help is journaled."""


@dataclass(frozen=True)
class Policy:
    """One campaign's policy. Every number is described in ``FIELDS``."""

    min_dwell_ms: int = 1_200
    address_ballots_per_minute: int = 60
    prefix_ballots_per_minute: int = 600
    new_devices_per_hour: int = 60
    held_ballots_per_hour: int = 30
    new_device_s: int = 900
    settled_device_s: int = 86_400
    challenge_bits: int = 12
    most_challenge_bits: int = 15
    retention_days: int = 60
    actions: Mapping[str, Action] = field(default_factory=lambda: dict(DEFAULT_ACTIONS))
    kiosks: Mapping[str, Kiosk] = field(default_factory=dict)

    def bits(self, harder: int) -> int:
        """The difficulty of a challenge for an attempt that is so much riskier than an ordinary one."""
        return min(self.challenge_bits + harder, self.hardest)

    @property
    def hardest(self) -> int:
        """The most bits that any challenge has."""
        return max(self.most_challenge_bits, self.challenge_bits)

    def to_json(self) -> dict[str, Any]:
        """Plain values; ``read_policy`` reads them back exactly."""
        plain = asdict(self)
        for kiosk in plain["kiosks"].values():
            if not kiosk["assistant"]:
                del kiosk["assistant"]  # so that a policy without any reads as it did before there were any
        return plain


DEFAULT = Policy()


class PolicyProblem(NamedTuple):
    """One thing that is wrong with a policy, by the name of the part and the kind of slip."""

    where: str
    kind: Literal["unknown", "not_a_number", "out_of_bounds", "not_an_action", "not_a_kiosk"]
    allowed: str


def read_policy(given: Mapping[str, Any]) -> tuple[Policy, list[PolicyProblem]]:
    """A policy from plain values, what is left out at its default; with every problem that there is. With a problem
    the policy must not be used."""
    problems: list[PolicyProblem] = []
    known = {one.name for one in fields(Policy)}
    problems += [
        PolicyProblem(name, "unknown", ", ".join(sorted(known))) for name in given if name not in known
    ]
    numbers = {name: _number(name, given[name], problems) for name in FIELDS if name in given}
    actions = dict(DEFAULT_ACTIONS) | _actions(given.get("actions", {}), problems)
    kiosks = _kiosks(given.get("kiosks", {}), problems)
    return Policy(**numbers, actions=actions, kiosks=kiosks), problems


def _number(name: str, value: Any, problems: list[PolicyProblem]) -> int:
    about = FIELDS[name]
    if not isinstance(value, int) or isinstance(value, bool):
        problems.append(PolicyProblem(name, "not_a_number", f"{about.low}–{about.high}"))
        return about.low
    if not about.low <= value <= about.high:
        problems.append(PolicyProblem(name, "out_of_bounds", f"{about.low}–{about.high}"))
    return value


def _actions(given: Any, problems: list[PolicyProblem]) -> dict[str, Action]:
    if not isinstance(given, Mapping):
        problems.append(PolicyProblem("actions", "not_an_action", ", ".join(ACTIONS)))
        return {}
    for name, action in given.items():
        if name not in DEFAULT_ACTIONS:
            problems.append(PolicyProblem(f"actions.{name}", "unknown", ", ".join(DEFAULT_ACTIONS)))
        elif action not in ACTIONS:
            problems.append(PolicyProblem(f"actions.{name}", "not_an_action", ", ".join(ACTIONS)))
    return {name: action for name, action in given.items() if name in DEFAULT_ACTIONS and action in ACTIONS}


def _kiosks(given: Any, problems: list[PolicyProblem]) -> dict[str, Kiosk]:
    read: dict[str, Kiosk] = {}
    for key, one in given.items() if isinstance(given, Mapping) else []:
        given_one = one if isinstance(one, Mapping) else {}
        name, limit = given_one.get("name"), given_one.get("ballots_per_hour")
        assistant = given_one.get("assistant", "")  # not there in a policy from before there were any
        named = isinstance(name, str) and name and isinstance(assistant, str)
        if named and type(limit) is int and 1 <= limit <= 10_000:
            read[str(key)] = Kiosk(str(name), limit, assistant)
        else:
            problems.append(PolicyProblem(f"kiosks.{key}", "not_a_kiosk", "name, ballots_per_hour 1–10000"))
    if not isinstance(given, Mapping):
        problems.append(PolicyProblem("kiosks", "not_a_kiosk", "{id: {name, ballots_per_hour}}"))
    return read
