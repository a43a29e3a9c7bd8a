"""A checkpoint says how large the log is and what is in it, in three lines; signed, it is a promise.

The publisher signs its text as a note; witnesses, auditors and receipts refer to it.
"""

import base64
import binascii
import re
from dataclasses import dataclass

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class CheckpointInvalid(ValueError):
    """A text is not a checkpoint, or values cannot make one."""

    code = "checkpoint_invalid"


@dataclass(frozen=True)
class Checkpoint:
    """The state of one log: its origin (address without scheme), number of leaves, 32-byte root hash.

    Source: C2SP tlog-checkpoint.
    """

    origin: str
    size: int
    root_hash: bytes

    def __post_init__(self) -> None:
        # Below a space is a control character, which the signed note around the text does not allow.
        if not self.origin or any(char < " " for char in self.origin):
            raise CheckpointInvalid("A checkpoint's origin is one line of text.")
        if self.size < 0:
            raise CheckpointInvalid("A checkpoint's size is not negative.")
        if len(self.root_hash) != 32:
            raise CheckpointInvalid("A checkpoint's root hash has 32 bytes.")

    def text(self) -> str:
        """Return the note text to be signed (C2SP tlog-checkpoint)."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root_hash).decode('ascii')}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note text whose signature has been verified (C2SP tlog-checkpoint).

        Extension lines are accepted and dropped: no one can audit them. Raises CheckpointInvalid.
        """
        *lines, end = text.split("\n")
        if end or len(lines) < 3 or not all(lines):
            raise CheckpointInvalid("A checkpoint has at least three lines, none of them empty.")
        origin, size, encoded_root = lines[:3]
        if not _SIZE.fullmatch(size):
            raise CheckpointInvalid(f"{size!r} is not the size of a tree in plain decimal.")
        return cls(origin, int(size), _decode_root(encoded_root))


def _decode_root(encoded: str) -> bytes:
    try:
        root = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise CheckpointInvalid("The root hash is not in base64.") from None
    if base64.b64encode(root).decode("ascii") != encoded:
        raise CheckpointInvalid("The root hash is not in canonical base64.")
    return root
