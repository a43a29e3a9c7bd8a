"""The log's tree as C2SP tlog-tiles keeps it: rows of 256 hashes, eight levels of the tree apart.

The recorder extends the tiles, the publisher and the proofs read them. Stored tiles are those of the
largest tree; any smaller tree is read from their beginnings.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from voting_service.transparency.merkle import EMPTY_ROOT, HASH_SIZE, node_hash, root_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
MAX_LEVEL = 63


class Tile(NamedTuple):
    """The place of one tile of hashes: level 0 holds leaf hashes, each level above one hash per full tile."""

    level: int
    # A tile's index is what the specification calls it; no one looks for a value in this tuple.
    index: int  # type: ignore[assignment]


ReadTile = Callable[[Tile], bytes]
"""Give the 32-byte hashes now stored for a tile, one after another: maybe partial, maybe more than needed."""


class TileTooShort(ValueError):
    """A stored tile lacks hashes that a tree of the given size must have."""

    code = "tile_too_short"


# At most 10^18 tiles a level, so that an index from an address always fits a database's integer.
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


def tile_path(level: int | Literal["entries"], index: int, width: int = WIDTH) -> str:
    """Return where a tile or entry bundle is served, e.g. `tile/0/x001/234.p/70` (C2SP tlog-tiles)."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    path = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return f"tile/{level}/{path}" + ("" if width == WIDTH else f".p/{width}")


def parse_tile_path(text: str) -> tuple[int | Literal["entries"], int, int]:
    """Read `tile_path`'s result back as level, index and width; only the one canonical spelling.

    Source: C2SP tlog-tiles. Raises ValueError.
    """
    match = _PATH.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not the path of a tile.")
    level: int | Literal["entries"] = "entries" if match["level"] == "entries" else int(match["level"])
    index = int(match["index"].replace("/", "").replace("x", ""))
    width = int(match["width"] or WIDTH)
    if level != "entries" and level > MAX_LEVEL:
        raise ValueError(f"{text!r} names level {level}, and there is none above {MAX_LEVEL}.")
    if match["width"] and width >= WIDTH:
        raise ValueError(f"{text!r} names a partial tile of {width} hashes, and a full one has {WIDTH}.")
    if tile_path(level, index, width) != text:
        raise ValueError(f"{text!r} spells the index with more zeros than needed.")
    return level, index, width


def tiles_of(size: int) -> Iterator[tuple[Tile, int]]:
    """Yield each tile of a tree of `size` leaves with its width, level by level (C2SP tlog-tiles).

    The tiles of level 0 are also those of the entry bundles.
    """
    level, hashes = 0, size
    while hashes:
        for index in range(0, -(-hashes // WIDTH)):
            yield Tile(level, index), min(WIDTH, hashes - index * WIDTH)
        level, hashes = level + 1, hashes // WIDTH


def extend(size: int, leaf_hashes: Sequence[bytes], read_tile: ReadTile) -> dict[Tile, bytes]:
    """Append leaf hashes to a tree of `size` leaves; return every tile that changes, in its whole.

    Reads only the partial tiles at the right edge. Source: C2SP tlog-tiles. Raises TileTooShort.
    """
    changed: dict[Tile, bytes] = {}
    level, start, added = 0, size, list(leaf_hashes)
    while added:
        index, have = divmod(start, WIDTH)
        edge = _hashes(read_tile, Tile(level, index), 0, have) if have else []
        row = edge + added
        # Each tile that is now full becomes one hash of the level above, and only then.
        added = []
        for offset in range(0, len(row), WIDTH):
            part = row[offset : offset + WIDTH]
            changed[Tile(level, index + offset // WIDTH)] = b"".join(part)
            if len(part) == WIDTH:
                added.append(root_hash(part))
        level, start = level + 1, index
    return changed


def root_at(size: int, read_tile: ReadTile) -> bytes:
    """Return the root hash of the tree of the first `size` leaves (RFC 6962, section 2.1)."""
    return _range_hash(0, size, read_tile) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read_tile: ReadTile) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of `size` leaves (RFC 6962, section 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"A tree of {size} leaves has no leaf {index}.")
    siblings: list[tuple[int, int]] = []
    start, end = 0, size
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((start, middle))
            start = middle
    return _range_hashes(siblings[::-1], read_tile)


def consistency_proof(old_size: int, new_size: int, read_tile: ReadTile) -> list[bytes]:
    """Return the proof that the tree of `new_size` leaves continues that of `old_size` (RFC 6962, 2.1.2)."""
    if not 0 <= old_size <= new_size:
        raise ValueError(f"A tree of {new_size} leaves cannot continue one of {old_size}.")
    if old_size == 0:
        return []
    ranges: list[tuple[int, int]] = []
    start, end = 0, new_size
    while end != old_size:
        middle = _split(start, end)
        if old_size <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    # A verifier holds the old root, so the old tree itself is left out when it is one whole subtree.
    if start:
        ranges.append((start, end))
    return _range_hashes(ranges[::-1], read_tile)


def _split(start: int, end: int) -> int:
    """Return where RFC 6962 divides a range: after the largest power of two below its length."""
    return start + (1 << (end - start - 1).bit_length() - 1)


def _range_hashes(ranges: Sequence[tuple[int, int]], read_tile: ReadTile) -> list[bytes]:
    stored: dict[Tile, bytes] = {}

    def read_once(tile: Tile) -> bytes:
        # Neighbouring hashes of a proof lie in the same few tiles, and a read may be a query.
        if tile not in stored:
            stored[tile] = read_tile(tile)
        return stored[tile]

    return [_range_hash(start, end, read_once) for start, end in ranges]


def _range_hash(start: int, end: int, read_tile: ReadTile) -> bytes:
    """Hash leaves `start` to `end`, a range as RFC 6962 divides a tree: complete subtrees, ever smaller."""
    subtrees: list[bytes] = []
    while start < end:
        height = (end - start).bit_length() - 1
        subtrees.append(_subtree_hash(start, height, read_tile))
        start += 1 << height
    computed = subtrees.pop()
    while subtrees:
        computed = node_hash(subtrees.pop(), computed)
    return computed


def _subtree_hash(start: int, height: int, read_tile: ReadTile) -> bytes:
    """Hash the complete subtree of 2^height leaves from `start`; it never spans two tiles."""
    level, above = divmod(height, HEIGHT)
    index, position = divmod(start >> (HEIGHT * level), WIDTH)
    return root_hash(_hashes(read_tile, Tile(level, index), position, position + (1 << above)))


def _hashes(read_tile: ReadTile, tile: Tile, first: int, end: int) -> list[bytes]:
    stored = read_tile(tile)
    if len(stored) < end * HASH_SIZE:
        held = len(stored) // HASH_SIZE
        raise TileTooShort(f"Tile {tile.index} of level {tile.level} holds {held} hashes; {end} are needed.")
    return [stored[i : i + HASH_SIZE] for i in range(first * HASH_SIZE, end * HASH_SIZE, HASH_SIZE)]
