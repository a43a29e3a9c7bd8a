"""Roots and proofs are those of RFC 6962, by the vectors of Certificate Transparency's reference tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.transparency.merkle import (
    EMPTY_ROOT,
    ProofInvalid,
    leaf_hash,
    node_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)

# The reference tree of google/certificate-transparency, as in transparency-dev/merkle, proof/verify_test.go.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
ROOTS = [
    bytes.fromhex(text)
    for text in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
# (leaf index, size): path
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
# (old size, new size): path
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
OTHER = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")


def unhex(path: list[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in path]


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word: the recursion that `root_hash` does without."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def test_roots_of_the_reference_tree() -> None:
    assert [root_hash(LEAVES[:size]) for size in range(9)] == ROOTS


@given(st.integers(0, 600))
def test_root_is_the_definition_s(size: int) -> None:
    leaves = [leaf_hash(b"%d" % i) for i in range(size)]
    assert root_hash(leaves) == mth(leaves)


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_published_inclusion_proofs_are_good(index: int, size: int) -> None:
    verify_inclusion(LEAVES[index], index, size, unhex(INCLUSION[index, size]), ROOTS[size])


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_published_consistency_proofs_are_good(old: int, new: int) -> None:
    verify_consistency(old, ROOTS[old], new, ROOTS[new], unhex(CONSISTENCY[old, new]))


def tampered(proof: list[bytes], *roots: bytes) -> list[list[bytes]]:
    """The ways in which verify_test.go spoils a proof."""
    flipped = [
        [*proof[:i], bytes([proof[i][0] ^ 8]) + proof[i][1:], *proof[i + 1 :]] for i in range(len(proof))
    ]
    padded = [grown for root in (b"", *roots) for grown in ([*proof, root], [root, *proof])]
    return [*flipped, *padded, *([proof[:-1], proof[1:], [proof[0], OTHER, *proof[1:]]] if proof else [])]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_spoilt_inclusion_proofs_fail(index: int, size: int) -> None:
    leaf, root, proof = LEAVES[index], ROOTS[size], unhex(INCLUSION[index, size])
    wrong = [
        *((leaf, place, size, proof, root) for place in (index - 1, index + 1, index ^ 2)),
        *((leaf, index, other, proof, root) for other in (size * 2, size // 2)),
        (b"WrongLeaf", index, size, proof, root),
        (OTHER, index, size, proof, root),
        (leaf, index, size, proof, EMPTY_ROOT),
        (leaf, index, size, proof, OTHER),
        *((leaf, index, size, spoilt, root) for spoilt in tampered(proof, root)),
    ]
    for arguments in wrong:
        with pytest.raises(ProofInvalid):
            verify_inclusion(*arguments)


@pytest.mark.parametrize(("old", "new"), [sizes for sizes in CONSISTENCY if sizes[0] != sizes[1]])
def test_spoilt_consistency_proofs_fail(old: int, new: int) -> None:
    first, second, proof = ROOTS[old], ROOTS[new], unhex(CONSISTENCY[old, new])
    wrong = [
        *((size, first, new, second, proof) for size in (old - 1, old + 1, old ^ 2)),
        *((old, first, size, second, proof) for size in (new * 2, new // 2)),
        (old, b"WrongRoot", new, second, proof),
        (old, first, new, b"WrongRoot", proof),
        (old, second, new, first, proof),
        (old, first, new, second, []),
        *((old, first, new, second, spoilt) for spoilt in tampered(proof, first, second)),
    ]
    for arguments in wrong:
        with pytest.raises(ProofInvalid):
            verify_consistency(*arguments)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 0), (2, 1), (-1, 1)])
def test_a_leaf_outside_the_tree_is_never_in_it(index: int, size: int) -> None:
    with pytest.raises(ProofInvalid):
        verify_inclusion(OTHER, index, size, [], OTHER)


def test_every_tree_continues_itself_and_the_empty_one() -> None:
    for size, root in enumerate(ROOTS):
        verify_consistency(size, root, size, root, [])
        verify_consistency(0, EMPTY_ROOT, size, root, [])


@pytest.mark.parametrize(
    ("old", "old_root", "new", "new_root", "proof"),
    [
        (0, OTHER, 1, ROOTS[1], []),
        (0, EMPTY_ROOT, 0, OTHER, []),
        (0, EMPTY_ROOT, 1, ROOTS[1], [OTHER]),
        (1, ROOTS[1], 1, OTHER, []),
        (1, ROOTS[1], 1, ROOTS[1], [EMPTY_ROOT]),
        (1, ROOTS[1], 0, EMPTY_ROOT, []),
        (2, ROOTS[2], 1, ROOTS[1], []),
        (-1, ROOTS[1], 1, ROOTS[1], []),
    ],
)
def test_no_tree_continues_a_larger_or_another_one(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: list[bytes]
) -> None:
    with pytest.raises(ProofInvalid):
        verify_consistency(old, old_root, new, new_root, proof)
