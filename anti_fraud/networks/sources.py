"""Reads a source whatever its format: ``ip2region``, ``asn_table`` or ``own_table``, told by the first line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from pathlib import Path

from anti_fraud.networks.asn_table import read_asn_table
from anti_fraud.networks.claims import SourceRanges
from anti_fraud.networks.files import UNREADABLE, SourceText, texts
from anti_fraud.networks.ip2region import has_country_codes, read_ip2region
from anti_fraud.networks.own_table import is_own_header, read_own_table
from anti_fraud.networks.problems import ProblemList
from anti_fraud.networks.reading import BadRow, Progress, Reading

_SAMPLE = 1000
_Reader = Callable[[Iterable[str], Reading], None]


def read_source(path: Path, problems: ProblemList, progress: Progress) -> SourceRanges:
    """All ranges of one file or package. What is wrong with it goes to ``problems``, all of it."""
    ranges = SourceRanges()
    before = problems.total
    try:
        for text in texts(path):
            _read_text(text, ranges, problems, progress)
    except UNREADABLE as error:
        problems.add(path.name, 0, "unreadable", str(error))
    if not len(ranges) and problems.total == before:
        problems.add(path.name, 0, "empty")
    return ranges


def _read_text(text: SourceText, ranges: SourceRanges, problems: ProblemList, progress: Progress) -> None:
    reading = Reading(text.name, ranges, problems, progress)
    try:
        lines = iter(text.lines)
        sample = list(islice(lines, _SAMPLE))
        reader = _reader_for(sample, text)
        if reader:
            reader(chain(sample, lines), reading)
            progress(text.name, reading.rows)
    except BadRow as bad:
        reading.refuse(1, bad)
    except UnicodeDecodeError:
        reading.refuse(reading.rows + 1, BadRow("encoding", ""))


def _reader_for(sample: Sequence[str], text: SourceText) -> _Reader | None:
    """None for a text in a package that is no table: a licence, a list of names."""
    first = next((line for line in sample if line.strip() and not line.startswith("#")), "")
    if "|" in first:
        coded = has_country_codes(sample)
        return lambda lines, reading: read_ip2region(lines, reading, coded)
    if not first or (text.is_archived and text.name.lower().endswith(".txt")):
        return None
    cells = next(csv.reader([first]))
    if is_own_header(cells):
        return read_own_table
    if len(cells) == 4:
        return read_asn_table
    raise BadRow("format", first.strip())
