"""Traffic as the evidence files of the contract: names and order of columns, units, and what an empty field means."""

from __future__ import annotations

import csv
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .columns import ATTACKS, CHANNELS, ENTRIES, KINDS, NETWORKS, STRATA, Columns, Numbers
from .devices import Devices
from .networks import scramble
from .places import CITIES, PROVINCES

BALLOT_COLUMNS = (
    "ballot_id", "cast_at", "choices", "voter_tag", "channel", "ip", "asn", "network_type", "province", "city",
    "user_agent", "os", "wechat_version", "cookie_age_s", "dwell_s", "touches", "challenge_ms", "entry", "share_token",
    "share_parent", "share_depth", "reshared", "returning", "kiosk",
)  # fmt: skip
VIEW_COLUMNS = ("viewed_at", "channel", "ip", "entry", "share_token", "qr_site")
TRUTH_COLUMNS = ("ballot_id", "stratum", "attack", "voter_kind")

_LETTERS = np.frombuffer(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", "S1")
Texts = dict[str, list[str]]


def ballot_texts(table: Columns, devices: Devices, seed: int) -> Texts:
    """``ballots.csv`` as one list of text per column."""
    agent, system, version = devices.written(table["agent"], table["network"])
    shared = table["token"] > 0
    return dict(zip(BALLOT_COLUMNS, (
        ballot_ids(table, seed), times(table["at"]), _choices(table["choices"]),
        [f"{tag:016x}" for tag in scramble(table["voter"], seed + 11).tolist()], _named(table["channel"], CHANNELS),
        addresses(table), _number_or_empty(table["asn"], 0), _named(table["network"], NETWORKS),
        _named(table["province"], (*PROVINCES, "")), _named(table["city"], (*CITIES, "")), agent, system, version,
        [f"{age:.0f}" for age in table["cookie_age"].tolist()], [f"{seconds:.3f}" for seconds in table["dwell"].tolist()],
        _number_or_empty(table["touches"], -1), _number_or_empty(table["challenge"], -1), _named(table["entry"], ENTRIES),
        tokens(table["token"], seed), tokens(table["parent"] * shared, seed),
        _number_or_empty(np.where(shared, table["depth"], 0), 0), _flags(table["reshared"]), _flags(table["returning"]),
        [f"kiosk-{k:03}" if k else "" for k in table["kiosk"].tolist()],
    ), strict=True))  # fmt: skip


def view_texts(table: Columns, seed: int) -> Texts:
    """``views.csv`` likewise."""
    return dict(zip(VIEW_COLUMNS, (
        times(table["at"]), _named(table["channel"], CHANNELS), addresses(table), _named(table["entry"], ENTRIES),
        tokens(table["token"], seed), [f"site-{k:03}" if k else "" for k in table["site"].tolist()],
    ), strict=True))  # fmt: skip


def truth_texts(table: Columns, seed: int) -> Texts:
    """``truth.csv``: of stratum and attack exactly one is empty."""
    return dict(zip(TRUTH_COLUMNS, (
        ballot_ids(table, seed), _named(table["stratum"], STRATA), _named(table["attack"], ATTACKS),
        _named(table["kind"], KINDS),
    ), strict=True))  # fmt: skip


def write_csv(path: Path, columns: Texts) -> None:
    """One file with a header row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def ballot_ids(table: Columns, seed: int) -> list[str]:
    """80 bits in Crockford's base 32 for each ballot, different for each seed."""
    rows = table["serial"]
    return _letters((scramble(rows, seed + 21), scramble(rows, seed + 22)), 16)


def tokens(numbers: Numbers, seed: int) -> list[str]:
    """Twelve letters for each link; empty for 0."""
    texts = np.array(_letters((scramble(numbers, seed + 31),), 12), dtype=object)
    texts[numbers == 0] = ""
    return list(texts)


def times(at: Numbers) -> list[str]:
    """RFC 3339 in UTC with milliseconds."""
    return [f"{moment}Z" for moment in np.datetime_as_string(at.astype("datetime64[ms]")).tolist()]


def addresses(table: Columns) -> list[str]:
    """Dotted, or as RFC 5952 writes IPv6."""
    high, low = table["ip_high"].tolist(), table["ip_low"].tolist()
    return [
        socket.inet_ntop(socket.AF_INET6, h.to_bytes(8) + v.to_bytes(8))
        if h
        else f"{v >> 24}.{v >> 16 & 255}.{v >> 8 & 255}.{v & 255}"
        for h, v in zip(high, low, strict=True)
    ]


def _letters(words: Sequence[Numbers], count: int) -> list[str]:
    each = [words[i // 12] >> np.uint64(5 * (i % 12)) & np.uint64(31) for i in range(count)]
    drawn = np.ascontiguousarray(np.stack([_LETTERS[one.astype(np.int64)] for one in each], axis=1))
    return drawn.view(f"S{count}").ravel().astype(str).tolist()


def _choices(choices: Numbers) -> list[str]:
    return [";".join([str(c) for c in row if c]) for row in np.sort(choices, axis=1).tolist()]


def _named(codes: Numbers, names: Sequence[str]) -> list[str]:
    return list(np.array(names, dtype=object)[codes])


def _number_or_empty(numbers: Numbers, none: int) -> list[str]:
    return ["" if value == none else str(value) for value in numbers.tolist()]


def _flags(bits: Iterable[Any]) -> list[str]:
    return ["1" if bit else "0" for bit in bits]
