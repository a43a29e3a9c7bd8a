"""Each meaning has one spelling in the log, and nothing else is read."""

import enum
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting_service.transparency.entries import (
    EntryInvalid,
    bundle,
    canonical_json,
    decode,
    encode,
    rules_sha256,
    unbundle,
)

AT = "2026-04-01T01:00:00.000Z"
BALLOT = {
    "type": "ballot",
    "at": AT,
    "ballot": "01JQ",
    "choices": [3, 7],
    "voter": "劳模",
    "channel": "wechat",
    "held": False,
}
BALLOT_BYTES = (
    '{"at":"2026-04-01T01:00:00.000Z","ballot":"01JQ","channel":"wechat","choices":[3,7],'
    '"held":false,"type":"ballot","voter":"劳模"}'
).encode()


class Channel(str, enum.Enum):  # noqa: UP042 - the old way of writing it is the trap under test
    WECHAT = "wechat"


def test_the_one_spelling() -> None:
    assert encode(BALLOT) == BALLOT_BYTES
    assert decode(BALLOT_BYTES) == BALLOT


def test_the_order_of_keys_does_not_matter() -> None:
    assert encode(dict(reversed(BALLOT.items()))) == BALLOT_BYTES


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(json_values)
def test_entries_round_trip(value: Any) -> None:
    entry = {"type": "notice", "at": AT, "value": value}
    assert decode(encode(entry)) == entry


@pytest.mark.parametrize(
    "change",
    [
        {"type": None},
        {"type": ""},
        {"type": 3},
        {"at": None},
        {"at": 1.5},
        {"weight": 1.0},
        {"weight": float("nan")},
        {"weight": float("inf")},
        {"choices": [1, 2.0]},
        {"deep": {"er": [{"weight": 0.1}]}},
        {"voter": b"bytes"},
        {"voter": "\ud800"},
        {"deep": {3: "a key that is not text"}},
        {"deep": {None: 1}},
        {"choices": {1, 2}},
        {"channel": Channel.WECHAT},
    ],
)
def test_what_would_not_come_back_the_same_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(EntryInvalid):
        encode({**BALLOT, **change})


@pytest.mark.parametrize("key", ["type", "at"])
def test_an_entry_says_what_it_is_and_when(key: str) -> None:
    entry = {name: value for name, value in BALLOT.items() if name != key}
    with pytest.raises(EntryInvalid, match=key):
        encode(entry)
    with pytest.raises(EntryInvalid, match=key):
        decode(canonical_json(entry))


def test_an_entry_fits_its_length_prefix() -> None:
    room = 65_535 - len(encode({**BALLOT, "voter": ""}))
    assert len(encode({**BALLOT, "voter": "x" * room})) == 65_535
    with pytest.raises(EntryInvalid, match="65536 bytes"):
        encode({**BALLOT, "voter": "x" * (room + 1)})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b'"text"',
        BALLOT_BYTES + b"\n",
        b" " + BALLOT_BYTES,
        BALLOT_BYTES.replace(b":[3,7]", b": [3,7]"),
        BALLOT_BYTES.replace(b"[3,7]", b"[3, 7]"),
        BALLOT_BYTES.replace(b"[3,7]", b"[3.0,7]"),
        BALLOT_BYTES.replace(b"[3,7]", b"[3e0,7]"),
        BALLOT_BYTES.replace(b"[3,7]", b"[-0,7]"),
        BALLOT_BYTES.replace(b"[3,7]", b"[NaN]"),
        BALLOT_BYTES.replace(b"[3,7]", b"[" + b"9" * 5000 + b"]"),
        BALLOT_BYTES.replace(b"01JQ", b"\\u0030\\u0031JQ"),
        BALLOT_BYTES.replace("劳模".encode(), b"\\u52b3\\u6a21"),
        BALLOT_BYTES.replace("劳模".encode(), b"\\ud800"),
        BALLOT_BYTES.replace(b"wechat", b"we\\/chat"),
        b'{"type":"ballot",' + BALLOT_BYTES[1:],
        BALLOT_BYTES.replace(b'"held":false', b'"held":true,"held":false'),
        b"[" * 60_000,
    ],
)
def test_no_other_spelling_is_read(data: bytes) -> None:
    with pytest.raises(EntryInvalid):
        decode(data)


def test_rules_and_roster_are_hashed_together() -> None:
    rules, roster = {"max_choices": 3, "counts": "live"}, [{"number": 1, "name": "甲"}]
    text = '{"candidates":[{"name":"甲","number":1}],"rules":{"counts":"live","max_choices":3}}'
    assert rules_sha256(rules, roster) == hashlib.sha256(text.encode()).hexdigest()


def test_a_bundle_is_length_prefixed() -> None:
    assert bundle([b"abc", b"", b"x" * 258]) == b"\x00\x03abc\x00\x00\x01\x02" + b"x" * 258
    assert unbundle(b"") == []
    with pytest.raises(EntryInvalid):
        bundle([b"x" * 65_536])


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_round_trip_and_no_cut_one_is_read(entries: list[bytes]) -> None:
    data = bundle(entries)
    assert unbundle(data) == entries
    for cut in range(1, 1 + len(entries[-1]) + 1 if entries else 1):
        with pytest.raises(EntryInvalid):
            unbundle(data[:-cut])
