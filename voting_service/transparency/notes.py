"""Signed notes: how the service puts its name to a checkpoint or a receipt, and how anyone checks it.

The format is C2SP signed-note with Ed25519 (RFC 8032) alone; other keys' signatures, e.g. of witnesses,
may stand beside ours and are left to those who know them.
"""

import base64
import binascii
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
KEY_ID_SIZE = 4
MAX_SIGNATURES = 100
_DASH = "\N{EM DASH} "


class NoteInvalid(ValueError):
    """A note is malformed, or not signed by the key that it was checked against."""

    code = "note_invalid"


class VerifierKey:
    """The public half of a key and its name (C2SP signed-note)."""

    def __init__(self, name: str, public_bytes: bytes) -> None:
        if not _is_key_name(name):
            raise ValueError(f"{name!r} cannot name a key: it is empty or has a space or a plus sign.")
        self._public = Ed25519PublicKey.from_public_bytes(public_bytes)
        self.name = name
        self.public_bytes = public_bytes
        self.key_id = sha256(name.encode() + b"\n" + ED25519 + public_bytes).digest()[:KEY_ID_SIZE]

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read `name+key id in hex+base64`, as golang.org/x/mod/sumdb/note writes keys. Raises ValueError."""
        # The name has no plus sign, while base64 may have some.
        name, *rest = text.split("+", 2)
        if len(rest) != 2:
            raise ValueError("A verifier key is written name+id+key.")
        try:
            encoded = _decode_base64(rest[1])
        except NoteInvalid:
            raise ValueError("The verifier key's last part is not base64.") from None
        if len(encoded) != 33 or encoded[:1] != ED25519:
            raise ValueError("The verifier key is not an Ed25519 key.")
        key = cls(name, encoded[1:])
        if key.key_id.hex() != rest[0]:
            raise ValueError("The verifier key's id does not belong to its name and key.")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_encode_base64(ED25519 + self.public_bytes)}"

    def __repr__(self) -> str:
        return f"VerifierKey.parse({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifierKey) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def verify(self, note: str) -> str:
        """Return the text of a note that this key has signed (C2SP signed-note). Raises NoteInvalid.

        A signature by another key proves nothing here and is ignored, even under the same name; a
        wrong one under our name and key id makes the whole note wrong.
        """
        text, signatures = _split_note(note)
        ours = [sig for name, sig in signatures if name == self.name and sig[:KEY_ID_SIZE] == self.key_id]
        if not ours:
            raise NoteInvalid(f"The note is not signed by {self.name}.")
        for signature in ours:
            self._require(text, signature)
        return text

    def verify_signature(self, text: str, signature_b64: str) -> None:
        """Check what `SigningKey.signature` made of `text`. Raises NoteInvalid."""
        signature = _decode_base64(signature_b64)
        if signature[:KEY_ID_SIZE] != self.key_id:
            raise NoteInvalid(f"The signature is not by {self.name}.")
        self._require(text, signature)

    def _require(self, text: str, signature: bytes) -> None:
        try:
            self._public.verify(signature[KEY_ID_SIZE:], _utf8(text))
        except InvalidSignature:
            raise NoteInvalid(f"The signature in the name of {self.name} is wrong.") from None


class SigningKey:
    """A named private key. Neither `str` nor `repr` shows more than its name and public id."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.verifier = VerifierKey(name, private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str) -> "SigningKey":
        """Make a new key from the operating system's randomness."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def from_private_bytes(cls, name: str, seed: bytes) -> "SigningKey":
        """Restore a key from the 32 bytes of `private_bytes`. Raises ValueError."""
        try:
            return cls(name, Ed25519PrivateKey.from_private_bytes(seed))
        except ValueError:
            # Not chained: a traceback must not carry bytes of a private key, not even wrong ones.
            raise ValueError("The name or the 32 bytes of the private key are wrong.") from None

    def private_bytes(self) -> bytes:
        """Return the 32-byte seed of RFC 8032; whoever has it can sign for the log."""
        return self._private.private_bytes_raw()

    @property
    def name(self) -> str:
        """The key's name, for a log its origin."""
        return self.verifier.name

    def __repr__(self) -> str:
        return f"<SigningKey {self.name}+{self.verifier.key_id.hex()}>"

    def sign(self, text: str) -> str:
        """Return the whole signed note over `text`, which ends in a newline (C2SP signed-note)."""
        _require_text(text)
        return f"{text}\n{_DASH}{self.name} {self.signature(text)}\n"

    def signature(self, text: str) -> str:
        """Return base64 of key id and Ed25519 signature over any text.

        A note's text ends in a newline; a text without one, as of a receipt, can never pass for a note.
        """
        return _encode_base64(self.verifier.key_id + self._private.sign(_utf8(text)))


def _split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return a note's text and, for each signature line, its key name and its key id with signature."""
    # The text may have empty lines of its own; the last one in the note is the divider.
    divider = note.rfind("\n\n")
    if divider < 0 or not note.endswith("\n"):
        raise NoteInvalid("The note has no text followed by signatures.")
    text, block = note[: divider + 1], note[divider + 2 :]
    _require_text(text)
    lines = block.split("\n")[:-1]
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise NoteInvalid(f"The note has {len(lines)} signatures; 1 to {MAX_SIGNATURES} are read.")
    return text, [_parse_signature_line(line) for line in lines]


def _parse_signature_line(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not _is_key_name(name):
        raise NoteInvalid("The note has a line among its signatures that is none.")
    signature = _decode_base64(encoded)
    if len(signature) <= KEY_ID_SIZE:
        raise NoteInvalid("The note has a signature that is too short.")
    return name, signature


def _require_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteInvalid("A note's text ends in a newline.")
    if any(char < " " and char != "\n" for char in text):
        raise NoteInvalid("A note's text has no control characters but newlines.")
    _utf8(text)


def _is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(char.isspace() or char < " " for char in name)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise NoteInvalid("The text cannot be written in UTF-8.") from None


def _encode_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode_base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteInvalid("A signature is not in base64.") from None
    # Unused bits in the last letter would give one signature several spellings.
    if _encode_base64(data) != text:
        raise NoteInvalid("A signature is not in canonical base64.")
    return data
