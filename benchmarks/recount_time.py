"""A million ballots recounted from the public log by the program that anyone can run: time and peak memory.

The log is written by the pure core, as an archive is for download; the recount runs as a process of its own.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from tests.stage import rules
from voting_service.ballots.ballot_id import new_ballot_id
from voting_service.clock import rfc3339
from voting_service.transparency import entries, tiles
from voting_service.transparency.checkpoint import Checkpoint
from voting_service.transparency.merkle import leaf_hash
from voting_service.transparency.notes import SigningKey

from . import machine
from .run import Progress, Run
from .table import Row

TOOL = Path(__file__).parents[1] / "tools" / "recount.py"
OPENS = datetime(2026, 4, 1, tzinfo=UTC)
CANDIDATES = [
    {"number": n, "name": f"候选人{n}", "organisation": f"单位{n}", "category": None} for n in range(1, 21)
]
RULES = rules(opens_at=OPENS, closes_at=OPENS + timedelta(days=10)).to_log()


def measure(run: Run) -> list[Row]:
    """Write the log, recount it."""
    run.directory.mkdir(parents=True)
    archive = run.directory / "archive.zip"
    _write(archive, run.sizes.log_ballots, run.progress("写出日志 writing the log"))
    run.progress("重新计票 recounting")(1, 2)
    took, peak, found = _recount(archive)
    run.progress("重新计票 recounting")(2, 2)
    if not found["ok"] or found["ballots"] != run.sizes.log_ballots:
        raise RuntimeError(f"the recount found something wrong: {found['wrong'][:3]}")
    size = archive.stat().st_size / 2**20
    return [
        Row(f"重新计票 {run.sizes.log_ballots:,} 张  recount of {run.sizes.log_ballots:,} ballots",
            f"{took:.1f} s, {peak / 2**20:.0f} MiB",
            note=f"tools/recount.py on an archive of {size:.0f} MiB, {run.sizes.log_ballots / took:,.0f} ballots/s"),
    ]  # fmt: skip


_WATCH = """
import json, resource, subprocess, sys, time
before = time.perf_counter()
done = subprocess.run([sys.executable, *sys.argv[1:], "--json"], stdout=subprocess.PIPE)
took = time.perf_counter() - before
print(json.dumps([took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, json.loads(done.stdout)]))
"""
"""Runs the recount from a small process: a peak of memory is never below that of whoever started the program."""


def _recount(archive: Path) -> tuple[float, float, dict[str, Any]]:
    """Seconds, bytes of memory at its peak, and what it says."""
    with machine.running_on(machine.MEASURED):
        done = subprocess.run([sys.executable, "-c", _WATCH, str(TOOL), str(archive)],
                              stdout=subprocess.PIPE, check=True)  # fmt: skip
    took, peak, found = json.loads(done.stdout)
    return took, peak * (1 if sys.platform == "darwin" else 1024), found


def _ballots(count: int, tally: Counter[int]) -> Iterator[dict[str, Any]]:
    """As many voters as ballots, evenly over nine days."""
    step = timedelta(days=9) / count
    for n in range(count):
        choices = sorted({1 + n % 20, 1 + n * 7 % 20})
        tally.update(choices)
        yield {
            "type": "ballot",
            "at": rfc3339(OPENS + n * step),
            "ballot": new_ballot_id(),
            "choices": choices,
            "voter": secrets.token_urlsafe(16),
            "channel": "browser",
            "held": False,
        }


def _entries(count: int) -> Iterator[bytes]:
    tally: Counter[int] = Counter()
    at = rfc3339(OPENS + timedelta(days=11))
    yield entries.encode(
        {"type": "opened", "at": rfc3339(OPENS), "rules": RULES, "candidates": CANDIDATES,
         "rules_sha256": entries.rules_sha256(RULES, CANDIDATES)}
    )  # fmt: skip
    yield from map(entries.encode, _ballots(count, tally))
    yield entries.encode({"type": "closed", "at": at, "sealed_at": at, "ballots": count})
    named = {str(candidate["number"]): tally[int(str(candidate["number"]))] for candidate in CANDIDATES}
    yield entries.encode({"type": "certified", "at": at, "tally": named})


def _write(path: Path, count: int, progress: Progress) -> None:
    """Bundle by bundle, as the archive of a closed campaign is written."""
    key = SigningKey.generate("vote.example/log/million")
    made: dict[tiles.Tile, bytes] = {}
    size, source = 0, _entries(count)

    def read_tile(tile: tiles.Tile) -> bytes:
        return made.get(tile, b"")

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        while bundle := list(islice(source, tiles.WIDTH)):
            made.update(tiles.extend(size, [leaf_hash(entry) for entry in bundle], read_tile))
            name = tiles.tile_path("entries", size // tiles.WIDTH, len(bundle))
            archive.writestr(name, entries.bundle(bundle))
            size += len(bundle)
            progress(size, count + 3)
        for tile, width in tiles.tiles_of(size):
            archive.writestr(tiles.tile_path(tile.level, tile.index, width), made[tile], zipfile.ZIP_STORED)
        root = tiles.root_at(size, read_tile)
        archive.writestr("checkpoint", key.sign(Checkpoint(key.name, size, root).text()))
        archive.writestr("key", f"{key.verifier}\n")
