"""However leaves arrive, the tiles hold one tree, and every root and proof at every size comes from them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting_service.transparency.merkle import (
    ProofInvalid,
    leaf_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)
from voting_service.transparency.tiles import (
    WIDTH,
    Tile,
    TileTooShort,
    consistency_proof,
    extend,
    inclusion_proof,
    parse_tile_path,
    root_at,
    tile_path,
    tiles_of,
)

LEAVES = [leaf_hash(b"%d" % i) for i in range(70_000)]


class Store:
    """Tiles in memory; remembers what was read."""

    def __init__(self) -> None:
        self.tiles: dict[Tile, bytes] = {}
        self.size = 0
        self.read: list[Tile] = []

    def __call__(self, tile: Tile) -> bytes:
        self.read.append(tile)
        return self.tiles[tile]

    def append(self, count: int) -> None:
        self.tiles |= extend(self.size, LEAVES[self.size : self.size + count], self)
        self.size += count


@pytest.fixture(scope="module")
def large() -> Store:
    store = Store()
    while store.size < len(LEAVES):
        store.append(min(1000, len(LEAVES) - store.size))
    return store


# C2SP tlog-tiles, "Merkle Tree" and the examples that follow from it.
@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 1_234_067, 256, "tile/0/x001/x234/067"),
        (0, 1_234, 70, "tile/0/x001/234.p/70"),
        ("entries", 0, 256, "tile/entries/000"),
        ("entries", 999, 1, "tile/entries/999.p/1"),
        (1, 1_000, 255, "tile/1/x001/000.p/255"),
        (63, 0, 256, "tile/63/000"),
    ],
)
def test_paths_are_those_of_the_specification(level: int, index: int, width: int, path: str) -> None:
    assert tile_path(level, index, width) == path
    assert parse_tile_path(path) == (level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/x001/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/1000",
        "tile/0/000.p/",
        "tile/0/000.p",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "tile/0/../000",
        "tile/0/x001/x000/x000/x000/x000/x000/000",
    ],
)
def test_no_other_spelling_is_a_path(path: str) -> None:
    with pytest.raises(ValueError, match=r"tile|level|index"):
        parse_tile_path(path)


@given(st.one_of(st.just("entries"), st.integers(0, 63)), st.integers(0, 10**18 - 1), st.integers(1, 256))
def test_paths_round_trip(level: int, index: int, width: int) -> None:
    assert parse_tile_path(tile_path(level, index, width)) == (level, index, width)


def test_the_specification_s_tree_of_70_000(large: Store) -> None:
    """C2SP tlog-tiles, "Partial Tiles": which tiles a tree of 70,000 and one of 256 have."""
    widths = [(tile.level, width) for tile, width in tiles_of(70_000)]
    assert widths == [(0, 256)] * 273 + [(0, 112), (1, 256), (1, 17), (2, 1)]
    assert list(tiles_of(256)) == [(Tile(0, 0), 256), (Tile(1, 0), 1)]
    assert {tile: len(hashes) // 32 for tile, hashes in large.tiles.items()} == dict(tiles_of(70_000))


def test_the_empty_tree_has_no_tiles() -> None:
    assert list(tiles_of(0)) == []
    assert extend(0, [], Store()) == {}
    assert root_at(0, Store()) == root_hash([])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 700), max_size=8))
def test_batches_of_any_size_make_the_same_tree(batches: list[int]) -> None:
    store = Store()
    for batch in batches:
        store.append(batch)
        assert root_at(store.size, store) == root_hash(LEAVES[: store.size])
    whole = Store()
    whole.append(sum(batches))
    assert store.tiles == whole.tiles


def test_extend_reads_the_right_edge_alone(large: Store) -> None:
    large.read.clear()
    changed = extend(large.size, [leaf_hash(b"next")], large)
    assert large.read == [Tile(0, 273)]
    assert list(changed) == [Tile(0, 273)]


def test_extend_returns_only_what_changed() -> None:
    store = Store()
    store.append(WIDTH * 3)
    before = dict(store.tiles)
    store.append(WIDTH)
    assert [tile for tile, hashes in store.tiles.items() if before.get(tile) != hashes] == [
        Tile(1, 0),
        Tile(0, 3),
    ]


def test_a_tile_shorter_than_the_size_says_is_an_error() -> None:
    store = Store()
    store.append(10)
    with pytest.raises(TileTooShort, match="holds 10 hashes; 11 are needed"):
        extend(11, [LEAVES[11]], store)
    with pytest.raises(TileTooShort):
        root_at(11, store)


def test_every_proof_at_every_small_size_is_good() -> None:
    store = Store()
    store.append(40)
    roots = [root_hash(LEAVES[:size]) for size in range(41)]
    for size in range(1, 41):
        for index in range(size):
            verify_inclusion(LEAVES[index], index, size, inclusion_proof(index, size, store), roots[size])
        for old in range(size + 1):
            verify_consistency(old, roots[old], size, roots[size], consistency_proof(old, size, store))


EDGES = [1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 69_888, 70_000]


@pytest.mark.parametrize("size", EDGES)
def test_proofs_at_the_tiles_edges_are_good(large: Store, size: int) -> None:
    root = root_hash(LEAVES[:size])
    assert root_at(size, large) == root
    for index in {0, size // 2, size - 1, *(edge - 1 for edge in EDGES if edge <= size)}:
        verify_inclusion(LEAVES[index], index, size, inclusion_proof(index, size, large), root)
    for old in [edge for edge in EDGES if edge <= size]:
        proof = consistency_proof(old, size, large)
        verify_consistency(old, root_hash(LEAVES[:old]), size, root, proof)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_proofs_in_a_larger_tree_are_good_and_tampered_ones_are_not(
    large: Store, data: st.DataObject
) -> None:
    size = data.draw(st.integers(2, 70_000))
    index = data.draw(st.integers(0, size - 1))
    root = root_at(size, large)
    proof = inclusion_proof(index, size, large)
    verify_inclusion(LEAVES[index], index, size, proof, root)
    place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    proof[place] = (int.from_bytes(proof[place], "big") ^ 1 << bit).to_bytes(32, "big")
    with pytest.raises(ProofInvalid):
        verify_inclusion(LEAVES[index], index, size, proof, root)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_consistency_in_a_larger_tree(large: Store, data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 70_000))
    old = data.draw(st.integers(0, new))
    old_root, new_root = root_at(old, large), root_at(new, large)
    proof = consistency_proof(old, new, large)
    verify_consistency(old, old_root, new, new_root, proof)
    if proof:
        with pytest.raises(ProofInvalid):
            verify_consistency(old, old_root, new, new_root, [*proof[:-1], leaf_hash(b"other")])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5)])
def test_no_inclusion_proof_for_a_leaf_outside(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has no leaf"):
        inclusion_proof(index, size, Store())


def test_no_consistency_proof_back_in_time() -> None:
    with pytest.raises(ValueError, match="cannot continue"):
        consistency_proof(3, 2, Store())
