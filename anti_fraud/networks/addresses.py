"""An address as the bytes that a table is sorted by."""

from __future__ import annotations

from socket import AF_INET, AF_INET6, inet_pton

# ::ffff:0:0/96, an IPv4 address as a dual-stack socket reports it.
_MAPPED = bytes(10) + b"\xff\xff"


def packed(address: str) -> bytes:
    """4 bytes for IPv4 (mapped IPv4 too), 16 for IPv6, none for what is no address. Never raises."""
    try:
        if ":" not in address:
            return inet_pton(AF_INET, address)
        number = inet_pton(AF_INET6, address)
    except (OSError, ValueError, TypeError):
        return b""
    return number[12:] if number.startswith(_MAPPED) else number


def endpoint(text: str) -> bytes:
    """As ``packed``, for the end of a range in a source: a mapped address stays in the IPv6 space it bounds."""
    try:
        return inet_pton(AF_INET6 if ":" in text else AF_INET, text)
    except (OSError, ValueError):
        return b""
