"""Ranges as a source lists them, and as a table needs them: disjoint, gapless, ascending.

Within one source the narrower range wins where two overlap, and of two equal ones the later row.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Width of an address in bytes → how its column is kept. S16 compares bytewise, which is the order of big-endian numbers.
KEY_TYPES = {4: np.dtype(np.uint32), 16: np.dtype("S16")}

# uint32 or S16, ascending like the addresses.
Keys = NDArray[Any]


class Segments(NamedTuple):
    """``facts[i]`` holds from ``starts[i]`` to before ``starts[i + 1]``; the first starts at address 0; 0 = nothing."""

    starts: Keys
    facts: NDArray[np.uint32]


class RangeList:
    """Inclusive ranges of one address family, in the order of the source."""

    def __init__(self, width: int) -> None:
        self.width = width
        self._starts = bytearray()
        self._ends = bytearray()
        self._facts: list[int] = []

    def __len__(self) -> int:
        return len(self._facts)

    def add(self, start: bytes, end: bytes, fact: int) -> None:
        """``start`` and ``end`` have this family's width, start ≤ end; fact 0 says nothing."""
        self._starts += start
        self._ends += end
        self._facts.append(fact)

    def segments(self) -> Segments:
        """The same, disjoint and gapless."""
        facts = np.array(self._facts, np.uint32)
        starts, ends = _keys(self._starts, self.width), _keys(self._ends, self.width)
        order = np.argsort(starts, kind="stable")
        starts, ends, facts = starts[order], ends[order], facts[order]
        if bool(np.any(starts[1:] <= ends[:-1])):
            return self._painted()
        return _gapless(starts, ends, facts, self.width)

    def _painted(self) -> Segments:
        """The slow way, for overlaps: sweep over the bounds, on top is the narrowest that is still open."""
        size = self.width
        starts = [
            int.from_bytes(self._starts[i : i + size], "big") for i in range(0, len(self._starts), size)
        ]
        closings = [
            int.from_bytes(self._ends[i : i + size], "big") + 1 for i in range(0, len(self._ends), size)
        ]
        arriving = sorted(range(len(starts)), key=starts.__getitem__, reverse=True)
        open_ranges: list[tuple[int, int, int, int]] = []
        bounds, facts = [0], [0]
        for bound in sorted({*starts, *closings}):
            while arriving and starts[arriving[-1]] == bound:
                row = arriving.pop()
                heapq.heappush(open_ranges, (closings[row] - bound, -row, closings[row], self._facts[row]))
            while open_ranges and open_ranges[0][2] <= bound:
                heapq.heappop(open_ranges)
            bounds.append(bound)
            facts.append(open_ranges[0][3] if open_ranges else 0)
        if bounds[-1] == 1 << (8 * size):
            del bounds[-1], facts[-1]
        if len(bounds) > 1 and bounds[1] == 0:
            del bounds[0], facts[0]
        keys = _keys(b"".join(bound.to_bytes(size, "big") for bound in bounds), size)
        return merged(Segments(keys, np.array(facts, np.uint32)))


class Overlay(NamedTuple):
    """From ``starts[i]`` on, layer k says fact ``combinations[choices[i]][k]``."""

    starts: Keys
    choices: NDArray[np.int64]
    combinations: list[tuple[int, ...]]


def overlaid(layers: Sequence[Segments]) -> Overlay:
    """Several layers cut at all their bounds, with each combination of facts that occurs listed once."""
    starts = np.unique(np.concatenate([layer.starts for layer in layers]))
    choices = np.zeros(len(starts), np.int64)
    combinations: list[tuple[int, ...]] = [()]
    for layer in layers:
        facts = layer.facts[np.searchsorted(layer.starts, starts, "right") - 1]
        pairs, choices = np.unique((choices << 32) | facts.astype(np.int64), return_inverse=True)
        combinations = [(*combinations[pair >> 32], pair & 0xFFFFFFFF) for pair in pairs.tolist()]
    return Overlay(starts, choices, combinations)


def merged(segments: Segments) -> Segments:
    """Neighbours with the same facts become one."""
    changes = np.ones(len(segments.facts), bool)
    changes[1:] = segments.facts[1:] != segments.facts[:-1]
    return Segments(segments.starts[changes], segments.facts[changes])


def _gapless(starts: Keys, ends: Keys, facts: NDArray[np.uint32], width: int) -> Segments:
    """Disjoint ascending ranges, with the gaps before, between and after them filled by fact 0."""
    count = len(facts)
    closings, is_last_address = _successors(ends, width)
    bounds = np.zeros(2 * count + 1, KEY_TYPES[width])
    filled = np.zeros(2 * count + 1, np.uint32)
    bounds[1::2], bounds[2::2], filled[1::2] = starts, closings, facts
    keep = np.ones(2 * count + 1, bool)
    keep[0:-1:2] = bounds[0:-1:2] != starts  # a gap of no width, the one before the first range included
    if count and is_last_address[-1]:
        keep[-1] = False
    return merged(Segments(bounds[keep], filled[keep]))


def _successors(ends: Keys, width: int) -> tuple[Keys, NDArray[np.bool_]]:
    """The address after each end, and where there is none (it wraps to 0)."""
    if width == 4:
        numbers = ends.astype(np.uint32) + np.uint32(1)
        return numbers, numbers == 0
    halves = np.frombuffer(ends.tobytes(), ">u8").reshape(-1, 2).astype(np.uint64)
    low = halves[:, 1] + np.uint64(1)
    high = halves[:, 0] + (low == 0)
    after = np.ascontiguousarray(np.stack([high, low], axis=1).astype(">u8"))
    return np.frombuffer(after.tobytes(), "S16"), (high == 0) & (low == 0)


def _keys(numbers: bytes | bytearray, width: int) -> Keys:
    if width == 4:
        return np.frombuffer(bytes(numbers), ">u4").astype(np.uint32)
    return np.frombuffer(bytes(numbers), "S16")
