"""How the platform signs and encrypts what it sends to an account's server, and how our replies are encrypted. Pure.

The scheme is Tencent's: SHA-1 over sorted strings; AES-256-CBC whose IV is the key's own beginning; PKCS#7 to blocks of
32 bytes; inside, 16 random bytes, a length, the message and the app id. Whatever is wrong with a ciphertext is one and
the same error, so that nobody learns from our answer how far they got.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32
"""Bytes that padding fills up to. The usual 16 would be refused by the platform."""
_RANDOM = 16
_LENGTH = 4


class BadMessage(ValueError):
    """What came is no message of the platform. ``why`` is one of our own words, for operators: it holds nothing of what
    was sent, and no answer repeats it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def signature(*parts: str) -> str:
    """SHA-1 in hex over the parts, sorted and joined: token, timestamp, nonce, and the ciphertext where there is one."""
    # SHA-1 is the platform's choice; the secret token among the parts is what it rests on.
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()  # noqa: S324


def is_signed(given: str, *parts: str) -> bool:
    """Whether the signature given is that of these parts; takes as long whether it is or not."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), signature(*parts).encode())


def aes_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind the console's EncodingAESKey of 43 characters. Raises ValueError."""
    # The last character carries two bits more than the key has; real keys have any value there, and Python lets them be.
    key = base64.b64decode(encoding_aes_key + "=", validate=True)
    if len(key) != 32:
        raise ValueError("not an EncodingAESKey")
    return key


def decrypt(encrypted: str, key: bytes, app_id: str) -> bytes:
    """The message in an ``Encrypt`` element. Raises BadMessage, with the same words whatever is wrong."""
    try:
        sealed = base64.b64decode(encrypted.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise BadMessage("undecipherable") from error
    if not sealed or len(sealed) % BLOCK:
        raise BadMessage("undecipherable")
    opener = Cipher(AES(key), CBC(key[:16])).decryptor()
    message = _message_in(opener.update(sealed) + opener.finalize(), app_id.encode())
    if message is None:
        raise BadMessage("undecipherable")
    return message


def _message_in(padded: bytes, app_id: bytes) -> bytes | None:
    """Both checks are made before either of them speaks."""
    pad = padded[-1]
    pad_right = 1 <= pad <= BLOCK and hmac.compare_digest(padded[-pad:], bytes([pad]) * pad)
    plain = padded[: len(padded) - (pad if 1 <= pad <= BLOCK else 0)]
    size = int.from_bytes(plain[_RANDOM : _RANDOM + _LENGTH])
    start = _RANDOM + _LENGTH
    # The app id is all that is left after the length named, so this is the check of the length too.
    id_right = hmac.compare_digest(plain[start + size :], app_id)
    return plain[start : start + size] if pad_right & id_right else None


def encrypt(message: bytes, key: bytes, app_id: str, random: bytes | None = None) -> str:
    """What goes into an ``Encrypt`` element. ``random``: 16 bytes, for tests alone."""
    plain = (random or os.urandom(_RANDOM)) + len(message).to_bytes(_LENGTH) + message + app_id.encode()
    pad = BLOCK - len(plain) % BLOCK
    sealer = Cipher(AES(key), CBC(key[:16])).encryptor()
    return base64.b64encode(sealer.update(plain + bytes([pad]) * pad) + sealer.finalize()).decode()
