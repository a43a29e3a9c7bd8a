"""Builds the table: read every source, report all that is wrong, merge, decide the kind of network, write.

Where sources speak of the same address, the one named later wins, part by part (kind of network, ASN, place); what it
leaves empty stays as the earlier ones have it. Memory: about 200 bytes for each row of the largest source.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from anti_fraud.networks.claims import SourceRanges, combined
from anti_fraud.networks.files import described
from anti_fraud.networks.hosting import RULES, network_type_of
from anti_fraud.networks.licences import notices
from anti_fraud.networks.problems import ProblemList, SourcesMalformed
from anti_fraud.networks.ranges import Segments, merged, overlaid
from anti_fraud.networks.reading import Progress
from anti_fraud.networks.sources import read_source
from anti_fraud.networks.table import UNKNOWN, NetworkFacts, NetworkTable, Ranges4, Ranges6, save

# The file's name in the data directory.
TABLE_FILE = "ipdata.npz"


def build(
    sources: Sequence[Path], out_path: Path, progress: Progress = lambda step, rows: None
) -> NetworkTable:
    """Write the table of these sources to ``out_path`` and return it.

    ``SourcesMalformed`` with every problem if there is any: then nothing is written and an older table stays.
    """
    problems = ProblemList()
    read = [read_source(path, problems, progress) for path in sources]
    if problems.total:
        raise SourcesMalformed(problems.listed, problems.unlisted)
    labels = [described(path) for path in sources]
    book = _FactBook(read)
    starts4, facts4 = book.resolved(4)
    starts6, facts6 = book.resolved(16)
    table = NetworkTable(
        book.facts,
        Ranges4(starts4.astype(np.uint32), facts4),
        Ranges6(starts6.astype("S16"), facts6),
        version="; ".join([*labels, f"rules {RULES}"]),
        notice=notices(labels),
    )
    save(table, out_path)
    progress(out_path.name, len(table))
    return table


class _FactBook:
    """Merges what the sources claim, and numbers the facts that come of it."""

    def __init__(self, sources: Sequence[SourceRanges]) -> None:
        self.facts: list[NetworkFacts] = [UNKNOWN]
        self._sources = sources
        self._numbers = {UNKNOWN: 0}

    def resolved(self, width: int) -> Segments:
        """One address family, each segment with the number of its facts in ``facts``."""
        layers = [source.families[width].segments() for source in self._sources]
        starts, choices, combinations = overlaid(layers)
        numbers = np.array([self._number(combination) for combination in combinations], np.uint32)
        return merged(Segments(starts, numbers[choices]))

    def _number(self, combination: Sequence[int]) -> int:
        claim = combined(
            [source.claims[number] for source, number in zip(self._sources, combination, strict=True)]
        )
        facts = NetworkFacts(
            network_type_of(claim), claim.operator.asn, claim.place.province, claim.place.city
        )
        number = self._numbers.setdefault(facts, len(self.facts))
        if number == len(self.facts):
            self.facts.append(facts)
        return number
