"""The block an address is counted with at the door: one household or office, or one carrier's NAT."""

from __future__ import annotations

from socket import AF_INET6, inet_ntop

from anti_fraud.networks.addresses import packed

_REST_OF_48 = bytes(10)


def prefix_of(address: str) -> str:
    """``a.b.c.0/24`` for IPv4 (mapped too), the /48 for IPv6, both in canonical text; '' for what is no address."""
    number = packed(address)
    if len(number) == 4:
        return f"{number[0]}.{number[1]}.{number[2]}.0/24"
    if number:
        return inet_ntop(AF_INET6, number[:6] + _REST_OF_48) + "/48"
    return ""
