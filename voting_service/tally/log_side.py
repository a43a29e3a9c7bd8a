"""What the log says of every ballot, for the ledger to be compared with: its tree is recomputed on the way.

A log of a million entries is read twice, a page at a time, and never held: once from end to end, and once more as the ledger's
rows ask for their entries. What stays is one byte for each entry, and whatever decisions have said of ballots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..ledger import COUNTED, HELD, LedgerRow
from ..text import Text, _
from ..transparency import entries, log, tiles
from ..transparency.checkpoint import Checkpoint
from ..transparency.merkle import HASH_SIZE, leaf_hash
from ..transparency.models import Log, LogLeaf
from ..transparency.notes import NoteInvalid, VerifierKey
from .count import AFTER
from .ledger_reads import PAGE, Progress, leaf_entries

Add = Callable[[str, Text], None]
"""Takes a difference: where, and what."""
_FULL = tiles.WIDTH * HASH_SIZE
_ASKED = 500
"""So many entries are asked for at once where a page's do not lie side by side."""

T = TypeVar("T")


def in_pages(items: Iterable[T], size: int = PAGE) -> Iterator[list[T]]:
    """So many at a time."""
    iterator = iter(items)
    while page := list(islice(iterator, size)):
        yield page


@dataclass
class LogSide:
    """The ballots of one log."""

    session: Session
    campaign_id: int
    unmatched: bytearray
    """1 for each entry that is a ballot's and that no row of the ledger has asked for yet."""
    decided: dict[str, str] = field(default_factory=dict)
    """Ballot id → standing, of ballots that were decided upon; the latest holds."""

    def learn(self, index: int, entry: Mapping[str, Any]) -> None:
        """Take an entry, in order."""
        if entry["type"] == "ballot":
            self.unmatched[index] = 1
            self.decided.pop(entry["ballot"], None)
        elif entry["type"] in AFTER:
            self.decided.update(dict.fromkeys(entry["ballots"], AFTER[entry["type"]]))

    def standing(self, ballot_id: str, *, held: bool) -> str:
        """How a ballot stands by the log. ``held``: whether its own entry says so."""
        return self.decided.get(ballot_id, HELD if held else COUNTED)

    def beside(self, rows: Iterable[LedgerRow]) -> Iterator[tuple[LedgerRow, bytes | None]]:
        """Each row with its entry; None where that is no ballot's, or another row has had it."""
        for page in in_pages(rows):
            found = self._entries([row.leaf_index for row in page])
            for row in page:
                yield row, self._take(row.leaf_index, found)

    def left(self) -> Iterator[int]:
        """The entries of ballots that no row asked for, in order."""
        index = self.unmatched.find(1)
        while index >= 0:
            yield index
            index = self.unmatched.find(1, index + 1)

    def _take(self, index: int, found: Mapping[int, bytes]) -> bytes | None:
        if not 0 <= index < len(self.unmatched) or not self.unmatched[index]:
            return None
        self.unmatched[index] = 0
        return found.get(index)

    def _entries(self, indexes: Sequence[int]) -> dict[int, bytes]:
        query = select(LogLeaf.leaf_index, LogLeaf.entry).where(LogLeaf.campaign_id == self.campaign_id)
        first, last = min(indexes), max(indexes)
        # Ballots are recorded side by side; a ledger that was tampered with may point anywhere.
        if last - first < 2 * PAGE:
            beside = query.where(LogLeaf.leaf_index >= first, LogLeaf.leaf_index <= last)
            return dict(self.session.execute(beside).all())
        found: dict[int, bytes] = {}
        for asked in in_pages(indexes, _ASKED):
            rows = self.session.execute(query.where(LogLeaf.leaf_index.in_(asked)))
            found.update(rows.all())
        return found


def read_log(session: Session, public_log: Log, add: Add, progress: Progress) -> LogSide:
    """Every entry in order; the tree of them is compared with the tiles that are kept."""
    side = LogSide(session, public_log.campaign_id, bytearray(public_log.size))
    tree = _Tree(log.tile_reader(session, public_log.campaign_id), add)
    for page in in_pages(leaf_entries(session, public_log.campaign_id, public_log.size, progress)):
        tree.append([leaf_hash(row[1]) for row in page])
        for row in page:
            side.learn(row[0], entries.decode(row[1]))
    if tree.size != public_log.size:
        add("log_leaves", _("应有 %(n)s 条，实有 %(m)s 条。", n=public_log.size, m=tree.size))
    tree.finish()
    return side


def is_signed(session: Session, campaign_id: int, size: int, checkpoint: str) -> bool:
    """Whether a checkpoint is the log's own, and of this size and root."""
    public_log = session.get_one(Log, campaign_id)
    try:
        signed = Checkpoint.parse(VerifierKey.parse(public_log.verifier_key).verify(checkpoint))
    except (NoteInvalid, ValueError):
        return False
    if signed.size != size or size > public_log.size:
        return False
    return signed.root_hash == tiles.root_at(size, log.tile_reader(session, campaign_id))


class _Tree:
    """A tree that grows, beside the tiles that are kept: of those computed only the ones at its edge stay."""

    def __init__(self, kept: tiles.ReadTile, add: Add) -> None:
        self.size = 0
        self._kept, self._add = kept, add
        self._edge: dict[tiles.Tile, bytes] = {}

    def append(self, hashes: list[bytes]) -> None:
        """The next leaves."""
        changed = tiles.extend(self.size, hashes, self._edge.__getitem__)
        self.size += len(hashes)
        self._edge.update(changed)
        for tile in [tile for tile in self._edge if len(self._edge[tile]) == _FULL]:
            self._compare(tile, self._edge.pop(tile))

    def finish(self) -> None:
        """There are no more."""
        for tile, computed in sorted(self._edge.items()):
            self._compare(tile, computed)

    def _compare(self, tile: tiles.Tile, computed: bytes) -> None:
        if self._kept(tile)[: len(computed)] != computed:
            self._add(tiles.tile_path(tile.level, tile.index), _("瓦片与日志条目不符。"))
