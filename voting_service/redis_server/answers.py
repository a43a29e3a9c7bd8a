"""Asks a socket whether a server answers there."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


class Answer(StrEnum):
    """What the socket says."""

    READY = "ready"
    LOADING = "loading"
    NONE = "none"


def client_at(socket: Path) -> redis.Redis:
    """A client that tries once: whoever watches a server tries again in its own time."""
    return redis.Redis(unix_socket_path=str(socket), socket_timeout=10, retry=Retry(NoBackoff(), 0))


def ask(socket: Path) -> Answer:
    """Ready, still loading its data, or nobody there."""
    try:
        with client_at(socket) as client:
            client.ping()
    except redis.BusyLoadingError:
        return Answer.LOADING
    except (redis.ConnectionError, redis.TimeoutError):
        return Answer.NONE
    except redis.ResponseError:
        # For example BUSY: it runs a script and is well.
        return Answer.READY
    return Answer.READY
