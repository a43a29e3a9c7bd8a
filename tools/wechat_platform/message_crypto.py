"""Signatures and encryption of messages between the platform and an account's server.

Source: "消息加解密" of the platform's documents; the published vectors are in the tests.
"""

from __future__ import annotations

import base64
import os
import struct
from hashlib import sha1

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
"""Of the padding: not AES's 16."""


def signature(*parts: str) -> str:
    """SHA-1 of the parts, sorted and joined; hexadecimal."""
    return sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def key_of(aes_key: str) -> bytes:
    """The 32 bytes behind an EncodingAESKey's 43 characters."""
    return base64.b64decode(aes_key + "=")


def encrypt(aes_key: str, app_id: str, message: bytes, chance: bytes | None = None) -> str:
    """A message as base64; ``chance`` is 16 random bytes."""
    whole = (chance or os.urandom(16)) + struct.pack(">I", len(message)) + message + app_id.encode()
    pad = BLOCK - len(whole) % BLOCK
    doing = _cipher(aes_key).encryptor()
    return base64.b64encode(doing.update(whole + bytes([pad]) * pad) + doing.finalize()).decode()


def decrypt(aes_key: str, app_id: str, encrypted: str) -> bytes:
    """The message inside. Raises ValueError for anything that is not meant for this account."""
    sealed = base64.b64decode(encrypted, validate=True)
    doing = _cipher(aes_key).decryptor()
    whole = doing.update(sealed) + doing.finalize()
    pad = whole[-1] if whole else 0
    if not 1 <= pad <= BLOCK or whole[-pad:] != bytes([pad]) * pad or len(whole) < 20 + pad:
        raise ValueError("wrong padding")
    length = struct.unpack(">I", whole[16:20])[0]
    message, owner = whole[20 : 20 + length], whole[20 + length : -pad]
    if len(message) != length or owner != app_id.encode():
        raise ValueError("not this account's")
    return message


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = key_of(aes_key)
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
