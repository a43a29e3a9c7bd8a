"""The table that is asked: sorted starts of ranges, each with the number of its facts, for IPv4 and IPv6.

A range ends where the next begins; gaps are ranges with empty facts. So an answer is one binary search.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from anti_fraud.networks.addresses import packed

FORMAT = 1
NETWORK_TYPES = ("mobile", "broadband", "office", "hosting", "overseas")


class NetworkFacts(NamedTuple):
    """What is known of an address; '' and None say unknown. ``network_type`` is one of ``NETWORK_TYPES``."""

    network_type: str = ""
    asn: int | None = None
    province: str = ""
    city: str = ""


UNKNOWN = NetworkFacts()


class TableUnreadable(Exception):
    """The file is no table of this format; build it again."""


class Ranges4(NamedTuple):
    """IPv4: ``starts`` uint32 ascending from 0, ``facts`` uint32 of the same length."""

    starts: NDArray[np.uint32]
    facts: NDArray[np.uint32]


class Ranges6(NamedTuple):
    """IPv6: ``starts`` as 16 big-endian bytes (S16) ascending from ``::``, ``facts`` uint32 of the same length."""

    starts: NDArray[np.bytes_]
    facts: NDArray[np.uint32]


class NetworkTable:
    """Facts by address. Immutable, safe to share between threads.

    ``facts[0]`` is ``UNKNOWN``. ``version`` names the sources, so that a verdict can be computed again with the same
    table; ``notice`` is what their licences want said.
    """

    def __init__(
        self,
        facts: Sequence[NetworkFacts],
        ranges4: Ranges4,
        ranges6: Ranges6,
        version: str,
        notice: str = "",
    ) -> None:
        self.facts = tuple(facts)
        self.version = version
        self.notice = notice
        self.ranges4 = ranges4
        self.ranges6 = ranges6
        # Views for the one-address path: bisect over a memoryview costs a third of searchsorted on one number.
        self._starts4 = ranges4.starts.data
        self._facts4 = ranges4.facts.data
        halves = np.frombuffer(ranges6.starts.tobytes(), ">u8").reshape(-1, 2).astype(np.uint64)
        self._high6 = np.ascontiguousarray(halves[:, 0]).data
        self._low6 = np.ascontiguousarray(halves[:, 1]).data
        self._facts6 = ranges6.facts.data

    def __len__(self) -> int:
        """Ranges in both families, gaps included."""
        return len(self._starts4) + len(self._high6)

    def lookup(self, address: str) -> NetworkFacts:
        """The facts of one address; ``UNKNOWN`` for what the table lacks and for what is no address."""
        number = packed(address)
        if len(number) == 4:
            return self.facts[self._facts4[bisect_right(self._starts4, int.from_bytes(number, "big")) - 1]]
        if not number:
            return UNKNOWN
        high, low = int.from_bytes(number[:8], "big"), int.from_bytes(number[8:], "big")
        # Among ranges with the same upper half the lower decides; with none of them, the one before.
        first, last = bisect_left(self._high6, high), bisect_right(self._high6, high)
        return self.facts[self._facts6[bisect_right(self._low6, low, first, last) - 1]]

    def fact_numbers(self, addresses: Sequence[str]) -> NDArray[np.uint32]:
        """For each address the index of its facts in ``facts``: the column that a scan groups by."""
        numbers = [packed(address) for address in addresses]
        lengths = np.fromiter(map(len, numbers), np.int64, len(numbers))
        found = np.zeros(len(numbers), np.uint32)
        v4 = np.frombuffer(b"".join(n for n in numbers if len(n) == 4), ">u4").astype(np.uint32)
        v6 = np.frombuffer(b"".join(n for n in numbers if len(n) == 16), "S16")
        found[lengths == 4] = self.ranges4.facts[np.searchsorted(self.ranges4.starts, v4, "right") - 1]
        found[lengths == 16] = self.ranges6.facts[np.searchsorted(self.ranges6.starts, v6, "right") - 1]
        return found

    def lookup_many(self, addresses: Sequence[str]) -> list[NetworkFacts]:
        """The facts of each address, in order."""
        return [self.facts[number] for number in self.fact_numbers(addresses).tolist()]


NO_TABLE = NetworkTable(
    [UNKNOWN],
    Ranges4(np.zeros(1, np.uint32), np.zeros(1, np.uint32)),
    Ranges6(np.zeros(1, "S16"), np.zeros(1, np.uint32)),
    version="",
)


def save(table: NetworkTable, path: Path) -> None:
    """Write the table as ``.npz``: beside it first, then renamed, so a reader finds the old or the new, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **_columns(table))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def load(path: Path) -> NetworkTable:
    """The table in the file; ``NO_TABLE`` where there is no file. ``TableUnreadable`` for a file that is none."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            columns = dict(stored)
    except FileNotFoundError:
        return NO_TABLE
    except (
        OSError,
        ValueError,
        EOFError,
        AttributeError,
        TypeError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise TableUnreadable(f"{path}: {error}") from error
    if "format" not in columns or int(columns["format"]) != FORMAT:
        raise TableUnreadable(f"{path}: not a network table of format {FORMAT}")
    return _table(columns)


def _columns(table: NetworkTable) -> dict[str, NDArray[Any]]:
    return {
        "format": np.array(FORMAT),
        "version": np.array(table.version),
        "notice": np.array(table.notice),
        "starts4": table.ranges4.starts,
        "facts4": table.ranges4.facts,
        "starts6": table.ranges6.starts,
        "facts6": table.ranges6.facts,
        "network_type": np.array([facts.network_type for facts in table.facts]),
        "asn": np.array([-1 if facts.asn is None else facts.asn for facts in table.facts], np.int64),
        "province": np.array([facts.province for facts in table.facts]),
        "city": np.array([facts.city for facts in table.facts]),
    }


def _table(columns: dict[str, NDArray[Any]]) -> NetworkTable:
    texts = (columns[name].tolist() for name in ("network_type", "asn", "province", "city"))
    facts = [
        # Interned: a few hundred names stand in hundreds of thousands of facts, in every worker process.
        NetworkFacts(intern(kind), None if asn < 0 else asn, intern(province), intern(city))
        for kind, asn, province, city in zip(*texts, strict=True)
    ]
    return NetworkTable(
        facts,
        Ranges4(columns["starts4"], columns["facts4"]),
        Ranges6(columns["starts6"], columns["facts6"]),
        str(columns["version"]),
        str(columns["notice"]),
    )
