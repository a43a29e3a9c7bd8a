"""Reconciling a million ballots: what is kept of a log does not grow with its entries, and a box is compared without a copy of it."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest

from voting_service.tally.log_side import _Tree, in_pages
from voting_service.tally.voter_states import CastBallot, VoterStates
from voting_service.transparency import tiles

LEAVES = [sha256(str(number).encode()).digest() for number in range(70_000)]
KEPT = tiles.extend(0, LEAVES, lambda _tile: b"")
SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 4, 7, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("page", [1_000, 256, 257, 70_000])
def test_a_tree_that_grows_by_pages_is_compared_tile_by_tile(page: int) -> None:
    asked: list[tiles.Tile] = []

    def kept(tile: tiles.Tile) -> bytes:
        asked.append(tile)
        return KEPT[tile]

    differences: list[str] = []
    tree = _Tree(kept, lambda where, _what: differences.append(where))
    for hashes in in_pages(LEAVES, page):
        tree.append(hashes)
        assert len(tree._edge) <= 3, "one unfinished tile on each level is all that is kept"
    tree.finish()
    assert (tree.size, differences) == (len(LEAVES), [])
    assert sorted(asked) == sorted(KEPT), "each tile is compared once"


def test_a_tile_that_says_otherwise_is_named_once() -> None:
    changed = {tiles.Tile(0, 3), tiles.Tile(1, 1)}
    differences: list[str] = []
    tree = _Tree(
        lambda tile: b"x" if tile in changed else KEPT[tile], lambda where, _what: differences.append(where)
    )
    for hashes in in_pages(LEAVES, 10_000):
        tree.append(hashes)
    tree.finish()
    assert sorted(differences) == sorted(tiles.tile_path(tile.level, tile.index) for tile in changed)


def test_voters_are_compared_whatever_order_and_however_often_the_box_names_them() -> None:
    def states() -> VoterStates:
        made = VoterStates(SHANGHAI)
        for tag in ("a", "b", "c"):
            made.follow(CastBallot(tag, AT, (1, 2)))
        return made

    box = list(states().states.items())
    assert states().differing([*reversed(box), *box]) == 0
    assert states().differing(box[:2]) == 1, "one whom the box lacks"
    assert states().differing([*box, ("d", box[0][1]), ("d", box[0][1])]) == 1, "one whom only the box has"
    assert states().differing([("a", "another state"), *box[1:]]) == 1
