"""Secrets at rest and keyed names: what a stolen database must not give away.

``Keyring`` seals values (log signing keys, objections, attachments) under versioned keys that are not in the database,
with AES-256-GCM, or SM4-GCM where the law asks for it. ``derive`` makes one key per purpose from the service's secret,
so that no two uses share a key.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from .errors import VotingError
from .text import _

CipherName = Literal["aes-256-gcm", "sm4-gcm"]
CIPHERS: tuple[CipherName, ...] = get_args(CipherName)
HEADER_BYTES = 2
"""Which cipher, which key: the first bytes of whatever is sealed."""

_NONCE_BYTES = 12
_TAG_BYTES = 16
_FORMATS: dict[CipherName, int] = {"aes-256-gcm": 1, "sm4-gcm": 2}
_NAMES = {number: name for name, number in _FORMATS.items()}


class SealBroken(VotingError):
    """A sealed value cannot be opened: its key is missing, or it is not the value that was sealed here."""

    code = "seal_broken"


def derive(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose; knowing one derived key tells nothing of the secret or the others."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")


class SM4GCM:
    """SM4 (GB/T 32907) in Galois/Counter Mode as RFC 8998 has it; the shape of ``AESGCM``."""

    def __init__(self, key: bytes) -> None:
        self._key = SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """The ciphertext, and its tag behind it."""
        encryptor = Cipher(self._key, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """What was encrypted. Raises InvalidTag; nothing of it is given out before the tag is checked."""
        if len(data) < _TAG_BYTES:
            raise InvalidTag
        body, tag = data[:-_TAG_BYTES], data[-_TAG_BYTES:]
        decryptor = Cipher(self._key, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(body) + decryptor.finalize()


class SealedWith(NamedTuple):
    """What the first bytes of a sealed value tell."""

    cipher: CipherName
    key: int


def sealed_with(sealed: bytes) -> SealedWith | None:
    """Which cipher and which key; None for what no version of ours has sealed."""
    name = _NAMES.get(sealed[0]) if len(sealed) > HEADER_BYTES else None
    return None if name is None else SealedWith(name, sealed[1])


class Keyring:
    """Numbered keys; the highest number seals with the chosen cipher, every number opens with either."""

    def __init__(self, keys: Mapping[int, bytes], cipher: CipherName = "aes-256-gcm") -> None:
        self._keys = dict(keys)
        self._ciphers: dict[SealedWith, AESGCM | SM4GCM] = {}
        for number, key in self._keys.items():
            self._ciphers[SealedWith("aes-256-gcm", number)] = AESGCM(key)
            # A key of its own: one key under two ciphers is nothing that anybody has proved safe.
            self._ciphers[SealedWith("sm4-gcm", number)] = SM4GCM(hmac.digest(key, b"sm4-gcm", "sha256")[:16])
        self.newest = SealedWith(cipher, max(keys))

    @classmethod
    def parse(cls, text: str, cipher: CipherName = "aes-256-gcm") -> Keyring:
        """From ``1:<base64 of 32 bytes>,2:…``. Raises ValueError with a sentence that never shows the key."""
        keys: dict[int, bytes] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            number, _colon, encoded = part.partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error as error:
                raise ValueError("密钥不是 base64") from error
            if not number.isdecimal() or not 1 <= int(number) <= 255 or len(key) != 32:
                raise ValueError("每个密钥应为 编号:BASE64，编号 1 到 255，内容 32 字节")
            if int(number) in keys:
                raise ValueError("有两个密钥编号相同")
            keys[int(number)] = key
        if not keys:
            raise ValueError("没有密钥")
        return cls(keys, cipher)

    @staticmethod
    def generate(number: int = 1) -> str:
        """One fresh key as the setting's text."""
        return f"{number}:{base64.b64encode(os.urandom(32)).decode()}"

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its keys, in order."""
        return tuple(sorted(self._keys))

    @property
    def header(self) -> bytes:
        """How everything begins that is sealed from now on."""
        return bytes([_FORMATS[self.newest.cipher], self.newest.key])

    def seal(self, plain: bytes, place: str) -> bytes:
        """Encrypt for one place (``table.column.row``): moved elsewhere, it no longer opens."""
        nonce = os.urandom(_NONCE_BYTES)
        return self.header + nonce + self._ciphers[self.newest].encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Decrypt what ``seal`` made for the same place. Raises SealBroken."""
        made_with = sealed_with(sealed)
        cipher = self._ciphers.get(made_with) if made_with else None
        if cipher is None:
            raise SealBroken(
                _("密钥环中没有解开 %(place)s 所需的密钥，请检查 VOTING_ENCRYPTION_KEYS。", place=place)
            )
        nonce, body = (
            sealed[HEADER_BYTES : HEADER_BYTES + _NONCE_BYTES],
            sealed[HEADER_BYTES + _NONCE_BYTES :],
        )
        try:
            return cipher.decrypt(nonce, body, place.encode())
        # A nonce that is cut off is no nonce.
        except (InvalidTag, ValueError) as error:
            raise SealBroken(_("%(place)s 的密文无法解开：密钥不符，或内容被改动。", place=place)) from error

    def __repr__(self) -> str:
        return f"Keyring(keys={sorted(self._keys)})"
