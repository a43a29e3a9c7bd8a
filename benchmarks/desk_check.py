"""The check before a tally is put to the committee, in a process of its own as a worker of the website would do it: seconds, and
the memory at its peak, which is that of nothing else.

``python -m benchmarks.desk_check SLUG OFFICIAL`` checks, prints what it took as JSON, and proposes what was checked.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

from voting_service.accounts.register import acting
from voting_service.clock import SystemClock
from voting_service.settings import read_settings
from voting_service.tally.certification import certify
from voting_service.tally.certification.checking import check
from wsgi import Service

from . import machine
from .stand import Stand

_LONGEST_S = 1800


@dataclass(frozen=True)
class Walk:
    """What it took."""

    took_s: float
    cpu_s: float
    before: int
    """Bytes of memory at the peak before it began."""
    peak: int
    """The same when it was done."""


def in_a_process(place: Stand, slug: str, official: int) -> Walk:
    """Run it beside this one, on the core that is measured."""
    with machine.running_on(machine.MEASURED):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.desk_check", slug, str(official)],
            stdout=subprocess.PIPE, check=True, env=place.environ, timeout=_LONGEST_S,
        )  # fmt: skip
    return Walk(**json.loads(done.stdout.splitlines()[-1]))


def main(slug: str, official_id: int) -> None:
    """Check and propose."""
    service = Service(read_settings(), SystemClock())
    stores = service.recorder_stores
    before, began, cpu = _peak(), time.perf_counter(), time.process_time()
    checked = check(stores, slug)
    walk = Walk(time.perf_counter() - began, time.process_time() - cpu, before, _peak())
    with service.database.write() as session:
        official = acting(session, official_id)
        if official is None:
            raise RuntimeError("there is no such official")
        certify.propose(
            session, slug, checked, seen=checked.sha256, held_acknowledged=True, at=service.clock.now(), official=official
        )  # fmt: skip
    print(json.dumps(asdict(walk)))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
