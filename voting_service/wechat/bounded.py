"""What every request of this room has in common: a body is read so far and so long, and nothing is added to what we send."""

from __future__ import annotations

import time

import requests


class TooSlow(Exception):
    """The body went on past its time."""


def read_bounded(answer: requests.Response, most_bytes: int, deadline: float) -> bytes:
    """The body as it comes, decoded; where it is longer than ``most_bytes``, a few kilobytes more than that at most and
    never whole. Raises TooSlow when ``time.monotonic()`` passes the deadline, and whatever the connection raises."""
    body = b""
    # read1 comes back with whatever has arrived, so that a body that drips cannot hold us for long.
    while len(body) <= most_bytes and (piece := answer.raw.read1(8192, decode_content=True)):
        body += piece
        if time.monotonic() > deadline:
            raise TooSlow
    return body


def nothing_added(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The ``auth`` of our requests: without one, a password for the host would be read out of somebody's ~/.netrc and sent
    along."""
    return request
