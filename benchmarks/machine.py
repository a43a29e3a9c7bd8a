"""The machine: what a reader must know of it, and which of its cores does what.

The measured workers share a core of their own where there are two or more; the load generator and Redis share another
(or have one each, from four cores on). So a ratio compares what one core of Python can do, and neither the load nor
Redis takes from it.
"""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import redis

from voting_service.redis_server.embedded import EmbeddedRedis

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
MEASURED = CORES[-1:]
LOAD = CORES[:1]
REDIS = CORES[1:2] if len(CORES) >= 4 else CORES[:1]


@contextmanager
def running_on(cores: list[int]) -> Iterator[None]:
    """Processes started in this block stay on these cores. Does nothing where the system cannot."""
    if len(CORES) < 2:
        yield
        return
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES)


def children(process: int) -> list[int]:
    """The processes that this one has started; itself where the system does not tell."""
    try:
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return [process]


def cpu_s(process: int) -> float:
    """Processor time used by a process so far, in its own code and in the system's; 0 where that is not told."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def facts(directory: Path) -> dict[str, str]:
    """Cores, versions, how Redis writes to disk, and what one such write costs here."""
    load = os.getloadavg()[0]
    with EmbeddedRedis(directory / "facts") as server:
        client: Any = redis.Redis.from_url(server.url, decode_responses=True)
        redis_server = str(server.server).split(" (", maxsplit=1)[0]
        fsync = client.config_get("appendfsync")["appendfsync"]
        client.close()
    return {
        "机器 machine": f"{len(CORES) or os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {load:.1f}",
        "程序 programs": f"Python {platform.python_version()}, {redis_server}, gunicorn {version('gunicorn')} gthread, "
        f"Flask {version('flask')}, redis-py {version('redis')}",
        "落盘 disk": f"appendfsync {fsync}, one fsync {_sync_ms(directory):.2f} ms",
    }


def _sync_ms(directory: Path) -> float:
    """The median cost of what ``appendfsync always`` asks of this disk."""
    took = []
    with tempfile.TemporaryFile(dir=directory) as file:
        for _ in range(100):
            file.write(bytes(400))
            file.flush()
            before = time.perf_counter()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - before)
    return statistics.median(took) * 1000
