"""The check before a tally is put to the committee, in a process of its own as the watch makes it: seconds, and the memory at
its peak, which is that of nothing else.

``python -m benchmarks.desk_check SLUG OFFICIAL`` checks, proposes what was checked, and prints what both took as JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

from voting_service.accounts.register import acting
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.clock import SystemClock
from voting_service.settings import read_settings
from voting_service.tally.certification import certify
from voting_service.tally.certification.asking import ask_for_check, found_good
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
    proposed_s: float
    """Putting what it found to the members, within a request."""


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
    with service.database.write() as session:
        official = acting(session, official_id)
        if official is None:
            raise RuntimeError("there is no such official")
        ask_for_check(session, slug, at=service.clock.now(), official=official)
    before, began, cpu = _peak(), time.perf_counter(), time.process_time()
    service.books_checker().turn()
    took_s, cpu_s, peak = time.perf_counter() - began, time.process_time() - cpu, _peak()
    with service.database.read() as session:
        seen = found_good(session, campaign_by_slug(session, slug), service.clock.now()).sha256
    began = time.perf_counter()
    wanted = certify.Proposing(seen, held_acknowledged=True, official=official)
    certify.carry_out_proposal(service.recorder_stores, slug, wanted)
    print(json.dumps(asdict(Walk(took_s, cpu_s, before, peak, time.perf_counter() - began))))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
