"""Network blocks of addresses: /24 of IPv4, /48 of IPv6. An address that cannot be read is a block of its own."""

from __future__ import annotations

import socket

import numpy as np

from anti_fraud.scan.columns import Ballots, Ints


def prefix_of(address: str) -> str:
    """``203.0.113.7`` → ``203.0.113.0/24``; ``2001:db8:1::5`` → ``2001:db8:1::/48``; anything else → ``""``."""
    head, dot, last = address.rpartition(".")
    if dot and head.count(".") == 2 and last.isdigit() and ":" not in address:
        return head + ".0/24"
    try:
        packed = socket.inet_pton(socket.AF_INET6, address)
    except (OSError, ValueError):
        return ""
    return socket.inet_ntop(socket.AF_INET6, packed[:6] + bytes(10)) + "/48"


class Places:
    """The block of each ballot's address."""

    def __init__(self, ballots: Ballots) -> None:
        numbers: dict[str, int] = {"": 0}
        self.prefixes = [prefix_of(name) for name in ballots.ip.names]
        of_address = np.array(
            [numbers.setdefault(prefix, len(numbers)) for prefix in self.prefixes], np.int64
        )
        self.block: Ints = of_address[ballots.ip.codes]
