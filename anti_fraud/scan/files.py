"""Evidence files in, verdicts and clusters out: the whole scan on files, and the writers that the desk uses too."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from anti_fraud.scan.columns import Views, views_of
from anti_fraud.scan.detect import VERDICTS, Outcome, Progress, scan
from anti_fraud.scan.guarded import guarded
from anti_fraud.scan.problems import EvidenceRefused, Problem
from anti_fraud.scan.reading import Reading, read_ballots, read_views

BALLOT_COLUMNS = (
    "ballot_id", "cast_at", "choices", "voter_tag", "channel", "ip", "asn", "network_type", "province", "city",
    "user_agent", "os", "wechat_version", "cookie_age_s", "dwell_s", "touches", "challenge_ms", "entry",
    "share_token", "share_parent", "share_depth", "reshared", "returning", "kiosk",
)  # fmt: skip
VIEW_COLUMNS = ("viewed_at", "channel", "ip", "entry", "share_token", "qr_site")


def scan_files(
    ballots: Path,
    views: Path | None,
    out: Path,
    progress: Progress | None = None,
    warn: Callable[[Problem], None] | None = None,
) -> Outcome:
    """Scan evidence files and write ``verdicts.csv`` and ``clusters.json`` into the directory ``out``.

    Raises ``EvidenceRefused`` with every problem of both files; nothing is scanned or written then. ``warn`` hears
    of columns that a file does not have.
    """
    told = progress or (lambda step, done, total: None)
    read = read_ballots(ballots, lambda rows: told("reading", rows, 0))
    seen: Reading[Views] = read_views(views) if views else Reading(views_of([]), (), ())
    if read.table is None or seen.table is None:
        raise EvidenceRefused(read.problems + seen.problems)
    for warning in read.warnings + seen.warnings if warn else ():
        warn(warning)  # type: ignore[misc]
    outcome = scan(read.table, seen.table, progress)
    write_outcome(out, outcome)
    return outcome


def write_outcome(out: Path, outcome: Outcome) -> None:
    """Write both files; each appears whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    with _replaced(out / "verdicts.csv") as file:
        names = np.array(VERDICTS)[outcome.verdicts].tolist()
        file.write("ballot_id,verdict\n")
        ids = map(guarded, outcome.ballot_ids.tolist())
        csv.writer(file, lineterminator="\n").writerows(zip(ids, names, strict=True))
    with _replaced(out / "clusters.json") as file:
        json.dump(outcome.as_dict(), file, ensure_ascii=False, indent=1)
        file.write("\n")


def write_ballots(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write ``ballots.csv`` (``.gz``: compressed) as ``docs/fraud-scan.md`` describes it.

    ``cast_at`` is a moment with an offset or seconds since 1970; ``None`` and absent are empty; other keys are refused.
    """
    _write(path, BALLOT_COLUMNS, rows)


def write_views(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write ``views.csv``, as ``write_ballots``."""
    _write(path, VIEW_COLUMNS, rows)


def ballot_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """``ballots.csv`` line by line, for whoever sends it on as it is made."""
    return _lines(BALLOT_COLUMNS, rows)


def view_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """``views.csv``, likewise."""
    return _lines(VIEW_COLUMNS, rows)


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> None:
    with _replaced(path) as file:
        file.writelines(_lines(columns, rows))


def _lines(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _text(name, value) for name, value in row.items()})
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()  # the header alone, where there was no row


def _text(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if name in ("cast_at", "viewed_at"):
        moment = value if isinstance(value, datetime) else datetime.fromtimestamp(round(float(value), 3), UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return guarded(value) if isinstance(value, str) else value


@contextmanager
def _replaced(path: Path) -> Iterator[TextIO]:
    """A text file that takes ``path``'s place when it is complete."""
    partial = path.with_name(path.name + ".partial")
    raw = gzip.GzipFile(partial, "wb", mtime=0) if path.name.endswith(".gz") else io.FileIO(partial, "w")
    try:
        with io.TextIOWrapper(raw, encoding="utf-8", newline="") as file:
            yield file
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
