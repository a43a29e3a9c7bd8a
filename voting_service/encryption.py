"""Secrets at rest and keyed names: what a stolen database must not give away.

``Keyring`` seals short values (log signing keys, voter keys) with AES-256-GCM under versioned keys that are not in
the database. ``derive`` makes one key per purpose from the service's secret, so that no two uses share a key.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import VotingError
from .text import _

_NONCE_BYTES = 12
_FORMAT = b"\x01"


class SealBroken(VotingError):
    """A sealed value cannot be opened: its key is missing, or it is not the value that was sealed here."""

    code = "seal_broken"


def derive(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose; knowing one derived key tells nothing of the secret or the others."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")


class Keyring:
    """AES-256-GCM under numbered keys; the highest number seals, every number opens."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        self._keys = dict(keys)
        self._ciphers = {number: AESGCM(key) for number, key in self._keys.items()}
        self._newest = max(keys)

    @classmethod
    def parse(cls, text: str) -> Keyring:
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
            keys[int(number)] = key
        if not keys:
            raise ValueError("没有密钥")
        return cls(keys)

    @staticmethod
    def generate() -> str:
        """One fresh key as the setting's text."""
        return "1:" + base64.b64encode(os.urandom(32)).decode()

    def seal(self, plain: bytes, place: str) -> bytes:
        """Encrypt for one place (``table.column.row``): moved elsewhere, it no longer opens."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, plain, place.encode())
        return _FORMAT + bytes([self._newest]) + nonce + sealed

    def open(self, sealed: bytes, place: str) -> bytes:
        """Decrypt what ``seal`` made for the same place. Raises SealBroken."""
        cipher = self._ciphers.get(sealed[1]) if sealed[:1] == _FORMAT and len(sealed) > 2 else None
        if cipher is None:
            raise SealBroken(
                _("密钥环中没有解开 %(place)s 所需的密钥，请检查 VOTING_ENCRYPTION_KEYS。", place=place)
            )
        nonce, body = sealed[2 : 2 + _NONCE_BYTES], sealed[2 + _NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, place.encode())
        except InvalidTag as error:
            raise SealBroken(_("%(place)s 的密文无法解开：密钥不符，或内容被改动。", place=place)) from error

    def __repr__(self) -> str:
        return f"Keyring(keys={sorted(self._keys)})"
