"""What a leaf of the log says, in the one encoding it can have, and bundles of 256 of them.

A hash speaks of bytes, so each meaning gets exactly one spelling: what `decode` accepts, `encode` makes.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, NoReturn

MAX_ENTRY_BYTES = 65_535
_LENGTH_BYTES = 2


class EntryInvalid(ValueError):
    """A value cannot be an entry, or bytes are not an entry's canonical encoding."""

    code = "entry_invalid"


_encode_json = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
).encode


def canonical_json(value: object) -> bytes:
    """Encode a value as the log does: UTF-8, keys sorted by code point, no spaces, integers only.

    Raises EntryInvalid for what would not come back the same: floats, keys that are not text, and
    anything that is not JSON.
    """
    _require_json(value)
    try:
        return _encode_json(value).encode()
    except UnicodeEncodeError:
        raise EntryInvalid("The text cannot be written in UTF-8.") from None


def encode(entry: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes of an entry, at most 65 535. Raises EntryInvalid."""
    for key in ("type", "at"):
        if not isinstance(entry.get(key), str) or not entry[key]:
            raise EntryInvalid(f"An entry has a text {key!r}.")
    data = canonical_json(dict(entry))
    if len(data) > MAX_ENTRY_BYTES:
        raise EntryInvalid(f"The entry has {len(data)} bytes; {MAX_ENTRY_BYTES} is the most.")
    return data


def decode(data: bytes) -> dict[str, Any]:
    """Read an entry, only in its canonical encoding. Raises EntryInvalid."""
    try:
        entry = _decode_json(data.decode())
    except (ValueError, RecursionError):
        raise EntryInvalid("The entry is not JSON in UTF-8 with integers alone.") from None
    # Comparing the bytes refuses spaces, order, escapes and doubled keys in one go.
    if not isinstance(entry, dict) or encode(entry) != data:
        raise EntryInvalid("The entry is not in the canonical encoding.")
    return entry


def rules_sha256(rules: Mapping[str, Any], candidates: Iterable[Mapping[str, Any]]) -> str:
    """Return the hex SHA-256 that an `opened` entry carries: of its rules and roster together."""
    return sha256(canonical_json({"candidates": list(candidates), "rules": dict(rules)})).hexdigest()


def bundle(entries: Iterable[bytes]) -> bytes:
    """Join entries into an entry bundle, each after its length as big-endian uint16 (C2SP tlog-tiles)."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise EntryInvalid(f"The entry has {len(entry)} bytes; {MAX_ENTRY_BYTES} is the most.")
        parts += (len(entry).to_bytes(_LENGTH_BYTES, "big"), entry)
    return b"".join(parts)


def unbundle(data: bytes) -> list[bytes]:
    """Take an entry bundle apart (C2SP tlog-tiles). Raises EntryInvalid when it is cut short."""
    entries: list[bytes] = []
    position = 0
    while position < len(data):
        start = position + _LENGTH_BYTES
        position = start + int.from_bytes(data[position:start], "big")
        if start > len(data) or position > len(data):
            raise EntryInvalid("The bundle ends in the middle of an entry.")
        entries.append(data[start:position])
    return entries


def _require_json(value: object) -> None:
    # Exact types: a subclass such as an enum may print otherwise than it compares.
    kind = type(value)
    if kind in {str, int, bool} or value is None:
        return
    if isinstance(value, dict) and kind is dict:
        if not all(type(key) is str for key in value):
            raise EntryInvalid("An entry's keys are texts.")
        for part in value.values():
            _require_json(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _require_json(part)
    else:
        raise EntryInvalid(f"An entry holds no {kind.__name__}, only text, integers, lists and objects.")


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(text)


_decode_json = json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number).decode
