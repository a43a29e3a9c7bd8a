"""The arithmetic of the log's Merkle tree: hashes, roots, and what makes a proof good.

Nothing here stores anything; `tiles` keeps the tree, this module says what it means.
"""

from collections.abc import Sequence
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


class ProofInvalid(ValueError):
    """A proof does not prove what it is said to prove."""

    code = "proof_invalid"


def leaf_hash(entry: bytes) -> bytes:
    """Hash one entry into a leaf (RFC 6962, section 2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent (RFC 6962, section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def root_hash(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the Merkle Tree Hash over leaves that are hashed already (RFC 6962, section 2.1)."""
    if not leaf_hashes:
        return EMPTY_ROOT
    row = list(leaf_hashes)
    while len(row) > 1:
        # The specification splits at the largest power of two; pairing from the left and letting an
        # odd last node rise unhashed gives the same tree without recursion.
        odd = row[len(row) & ~1 :]
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return row[0]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash `leaf` is at `index` in the tree of `size` leaves under `root`.

    Source: RFC 6962, section 2.1.1; the algorithm is that of RFC 9162, section 2.1.3.2.
    Raises ProofInvalid.
    """
    if not 0 <= index < size:
        raise ProofInvalid(f"A tree of {size} leaves has no leaf {index}.")
    _require_hashes(leaf, root, *proof)
    computed = leaf
    node, last = index, size - 1
    for sibling in proof:
        if last == 0:
            raise ProofInvalid("The proof has more hashes than the tree has levels.")
        if node & 1 or node == last:
            computed = node_hash(sibling, computed)
            node, last = _rise_to_right_child(node, last)
        else:
            computed = node_hash(computed, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofInvalid("The proof has fewer hashes than the tree has levels.")
    if computed != root:
        raise ProofInvalid("The proof leads to another root hash.")


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `old_size` leaves is the beginning of the tree of `new_size` leaves.

    Source: RFC 6962, section 2.1.2; the algorithm is that of RFC 9162, section 2.1.4.2.
    Raises ProofInvalid.
    """
    if not 0 <= old_size <= new_size:
        raise ProofInvalid(f"A tree of {new_size} leaves cannot continue one of {old_size}.")
    _require_hashes(old_root, new_root, *proof)
    if old_size in {0, new_size}:
        _verify_trivial_consistency(old_size, old_root, new_size, new_root, proof)
        return
    if not proof:
        raise ProofInvalid("A proof is needed between two different sizes, and it is empty.")
    if _fold_consistency(old_size, old_root, new_size, proof) != (old_root, new_root):
        raise ProofInvalid("The proof leads to other root hashes.")


def _verify_trivial_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    if proof:
        raise ProofInvalid("These two sizes need no proof, and one with hashes was given.")
    # Every tree continues the empty one, but only if the old root really is that of the empty tree.
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise ProofInvalid("The root hash given for the empty tree is not the empty tree's.")
    if old_size == new_size and old_root != new_root:
        raise ProofInvalid("Two trees of the same size have different root hashes.")


def _fold_consistency(
    old_size: int, old_root: bytes, new_size: int, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    # When the old tree is one complete subtree, its root is the first hash, and the proof omits it.
    complete = old_size & (old_size - 1) == 0
    first, *rest = [old_root, *proof] if complete else proof
    old = new = first
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    for sibling in rest:
        if last == 0:
            raise ProofInvalid("The proof has more hashes than the tree has levels.")
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            node, last = _rise_to_right_child(node, last)
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise ProofInvalid("The proof has fewer hashes than the tree has levels.")
    return old, new


def _rise_to_right_child(node: int, last: int) -> tuple[int, int]:
    # On the right edge a node may stand for itself on several levels, where it has no sibling to hash.
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _require_hashes(*hashes: bytes) -> None:
    if any(len(one) != HASH_SIZE for one in hashes):
        raise ProofInvalid("A hash in the proof is not 32 bytes long.")
