"""Which sites may hold an embed in a frame: their origins, read as people write them, and what a browser is told. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from ...errors import Problem
from ...text import _

KEY = re.compile(r"[0-9a-f]{16}")
MOST_ORIGINS = 10
"""Of one partner."""
LONGEST_LIST = 2500
"""Characters of all origins of a campaign together: they stand in a header, and a proxy takes four or eight kilobytes of
those."""
ANY_SITE = ("*",)
OURSELVES = "'self'"
"""The desk shows what an embed looks like."""

_PORTS = {"https": 443, "http": 80}
_LABEL = re.compile(r"(?!-)[a-z0-9\-]{1,63}(?<!-)")


class Partner(NamedTuple):
    """A partner as pages need it."""

    id: int
    name: str
    origins: tuple[str, ...]
    revoked: bool


@dataclass(frozen=True)
class MediaTerms:
    """Who may show a campaign's embeds, and what goes with its media kit."""

    only_partners: bool = False
    kit_public: bool = False
    credit: str = ""
    partners: Mapping[str, Partner] = field(default_factory=dict)
    """By key, those whose key was revoked too."""

    def known(self, key: str) -> str:
        """The key if it is one of a partner's, revoked or not; empty for every other text, which counts for nothing."""
        return key if key in self.partners else ""

    def is_revoked(self, key: str) -> bool:
        """Whether a partner's key is good no more."""
        return bool(key) and self.partners[key].revoked

    def ancestors(self, key: str) -> Sequence[str]:
        """Which sites may hold the embed with this (known) key: a partner's key is good on that partner's sites alone, so
        that their figures are theirs. A revoked one is answered with a line that every site may show."""
        if self.is_revoked(key):
            return ANY_SITE
        if key:
            return (OURSELVES, *self.partners[key].origins)
        if not self.only_partners:
            return ANY_SITE
        return (OURSELVES, *self.all_origins())

    def all_origins(self) -> list[str]:
        """Those of every partner whose key is good, each once."""
        good = (partner.origins for partner in self.partners.values() if not partner.revoked)
        return sorted({origin for origins in good for origin in origins})


def origin_of(typed: str) -> str | None:
    """The origin that somebody has typed, as browsers write it (lower case, punycode, no default port); None where it is
    more or less than ``https://host[:port]``. Inner networks still have sites on http."""
    try:
        parts = urlsplit(typed.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    extra = parts.path not in ("", "/") or "?" in typed or "#" in typed or "@" in parts.netloc
    if parts.scheme not in _PORTS or extra or port == 0:
        return None
    plain = _plain_host(host)
    if plain is None:
        return None
    return f"{parts.scheme}://{plain}" + (f":{port}" if port not in (None, _PORTS[parts.scheme]) else "")


def _plain_host(host: str) -> str | None:
    try:
        plain = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    if not 1 <= len(plain) <= 253 or not all(_LABEL.fullmatch(label) for label in plain.split(".")):
        return None
    # A name that ends in a number is an IPv4 address to browsers, or nothing at all.
    if plain.rpartition(".")[2].isdecimal():
        try:
            return plain if isinstance(ip_address(plain), IPv4Address) else None
        except ValueError:
            return None
    return plain


def read_origins(typed: str) -> tuple[tuple[str, ...], list[Problem]]:
    """One origin a line; each once, in their order. All problems at once."""
    origins: dict[str, None] = {}
    found: list[Problem] = []
    for line in filter(None, map(str.strip, typed[:5000].splitlines())):
        origin = origin_of(line)
        if origin is None:
            found.append(Problem("origins", _("“%(line)s”不是网站地址。", line=line[:80]),
                                 _("写到域名为止，例如 https://www.example.org，不带路径。")))  # fmt: skip
        else:
            origins[origin] = None
    if not origins and not found:
        found.append(Problem("origins", _("请填写对方的网站地址，每行一个。")))
    if len(origins) > MOST_ORIGINS:
        found.append(Problem("origins", _("最多 %(most)s 个网站地址。", most=MOST_ORIGINS)))
    return tuple(origins), found
