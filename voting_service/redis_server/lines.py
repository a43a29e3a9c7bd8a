"""Connections for casting: one command, one reply, at the least cost that a client of ours can have."""

from __future__ import annotations

import os
from collections import deque
from typing import Any

import hiredis
import redis
from redis.exceptions import ResponseError


class Lines:
    """Connections taken from the client's pool once and kept, each in one thread's hands at a time.

    The client itself (pool locks, metrics, retry closures) costs more for one command than all of our work on a ballot;
    its connections cost little. The promises stay the client's: its timeouts, and one retry at once.
    """

    def __init__(self, client: redis.Redis) -> None:
        self._pool: Any = client.connection_pool
        self._idle: deque[Any] = deque()

    def ask(self, *command: str | int) -> Any:
        """One command, one reply. Raises RedisError."""
        packed = [hiredis.pack_command(command)]  # type: ignore[arg-type]  # its stub means a tuple of one
        line = self._take()
        try:
            try:
                reply = self._exchange(line, packed)
            except (redis.ConnectionError, redis.TimeoutError):
                # A server that was restarted looks like this from a kept connection; disconnected, it connects anew.
                line.disconnect()
                reply = self._exchange(line, packed)
        except ResponseError:  # a reply like any other, read to its end
            self._idle.append(line)
            raise
        except BaseException:
            # What may still arrive here must never be read as another voter's answer.
            line.disconnect()
            self._pool.release(line)
            raise
        self._idle.append(line)
        return reply

    def _take(self) -> Any:
        while True:
            try:
                line = self._idle.pop()
            except IndexError:
                return self._pool.get_connection()
            if line.pid == os.getpid():  # not one that a fork has brought along and the parent still uses
                return line

    @staticmethod
    def _exchange(line: Any, packed: list[bytes]) -> Any:
        line.send_packed_command(packed, check_health=False)
        return line.read_response()
