"""Where a message may go. Whoever enters an address at the desk must not reach, through this machine, what only it can reach.

An address's name is looked up once, right before the connection, each answer is judged, and the connection goes to the judged
number: a name that leads elsewhere the next moment changes nothing (DNS rebinding). Inner systems are named by the operator in
``VOTING_WEBHOOKS_INSIDE``; what machines in a cloud are told of themselves (link-local addresses) is never reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from ..errors import Problem
from ..text import _

LONGEST_URL = 500
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9\-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9\-]*[a-z0-9])?)*")
_NAT64 = ip_network("64:ff9b::/96")
_METADATA = frozenset(map(ip_address, ("168.63.129.16", "fd00:ec2::254", "100.100.100.200")))
"""What clouds tell their machines, where it is not link-local."""


class Target(NamedTuple):
    """An address, taken apart."""

    scheme: str
    host: str
    port: int
    path: str
    """With the query."""

    @property
    def netloc(self) -> str:
        """As the ``Host`` header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def is_inside(self, inside: Iterable[str]) -> bool:
        """Whether the operator has named it as an inner system, by its host or by host and port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return bool({host, f"{host}:{self.port}"} & set(inside))


_PORTS = {"https": 443, "http": 80}


def target_of(url: str) -> Target | None:
    """Take an address apart; None for what is no plain http or https address."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or set(url) & set(' "<>\\^`{|}'):
        return None
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or "@" in parts.netloc or parts.fragment or port == 0:
        return None
    if not (_HOST.fullmatch(host) or _number(host)):
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], path)


def url_problems(url: str, inside: Iterable[str]) -> list[Problem]:
    """What is wrong with an address that somebody has entered."""
    target = target_of(url)
    if target is None:
        return [Problem("url", _("请填写完整的网址，例如 https://oa.example.org/hooks，不带用户名和 # 号。"))]
    if target.is_inside(inside):
        return []
    if target.scheme != "https":
        return [Problem("url", _("网址要以 https:// 开头。"))]
    number = _number(target.host)
    if number is not None and not is_outside(number):
        return [
            Problem("url", _("这个网址在内部网络里。"), _("确实要推送给内部系统的，请管理员把主机名写进 VOTING_WEBHOOKS_INSIDE。"))
        ]  # fmt: skip
    return []


def may_connect(address: str, *, inside: bool) -> bool:
    """Whether a connection may go to this number; ``inside``: for a host that the operator has named."""
    number = _number(address.partition("%")[0])
    if number is None:
        return False
    return is_outside(number) or (inside and _is_inner(number))


def is_outside(number: IPv4Address | IPv6Address) -> bool:
    """Whether a number is one of the public network, and holds no inner one within itself."""
    within = _within(number)
    if within is not None:
        return is_outside(within)
    return number.is_global and not number.is_multicast and not number.is_reserved and number not in _METADATA


def _is_inner(number: IPv4Address | IPv6Address) -> bool:
    number = _within(number) or number
    if number.is_loopback:
        return True
    never = number.is_link_local or number.is_multicast or number.is_unspecified or number.is_reserved
    return not never and number not in _METADATA


def _within(number: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 number that an IPv6 one leads to: mapped, 6to4, or through a translator."""
    if isinstance(number, IPv4Address):
        return None
    if number.ipv4_mapped or number.sixtofour:
        return number.ipv4_mapped or number.sixtofour
    return IPv4Address(int(number) & 0xFFFFFFFF) if number in _NAT64 else None


def _number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
