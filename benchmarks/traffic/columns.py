"""Ballots as numpy columns of small codes: what every stratum and every attack fills in, and what text.py writes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]
"""One array per column, all of one length; ``choices`` has :data:`MOST_CHOICES` columns, padded with 0."""
Numbers = NDArray[Any]

MOST_CHOICES = 5
CHANNELS = ("wechat", "browser", "kiosk")
NETWORKS = ("", "mobile", "broadband", "office", "hosting", "overseas")
ENTRIES = ("menu", "search", "direct", "share", "qr")
SYSTEMS = ("", "android", "ios", "harmony", "desktop")
WECHAT, BROWSER, KIOSK = range(3)
UNKNOWN, MOBILE, BROADBAND, OFFICE, HOSTING, OVERSEAS = range(6)
MENU, SEARCH, DIRECT, SHARE, QR = range(5)

STRATA = (
    "", "home", "mobile", "cascade", "poster", "menu", "factory", "cloud_factory", "cgnat", "night_shift",
    "instructed", "hall", "vpn", "elderly", "desktop", "old_kernel", "odd_agent", "privacy", "tv_spike", "daily",
)  # fmt: skip
ATTACKS = (
    "", "scripted", "phone_farm", "datacentre_pool", "residential", "cookie_clearing", "headless", "agent_rotation",
    "paid_crowd", "night_burst", "slow_drip", "frame", "frame_contaminated", "camouflage", "forged_star", "csrf",
    "expert",
)  # fmt: skip
KINDS = ("person", "script", "farm", "repeater", "paid", "unknowing")
"""Who pressed the button: ``repeater`` is one person who votes again and again, ``unknowing`` a visitor of another page."""

_DEFAULTS: dict[str, tuple[type, float]] = {
    "serial": (np.int64, 0), "at": (np.int64, 0), "voter": (np.int64, 0), "channel": (np.int8, WECHAT),
    "ip_high": (np.uint64, 0), "ip_low": (np.uint64, 0), "asn": (np.int32, 0), "network": (np.int8, UNKNOWN),
    "province": (np.int16, -1), "city": (np.int16, -1), "agent": (np.int32, 0),
    "cookie_age": (np.float64, 0), "dwell": (np.float64, 0), "touches": (np.int32, 0),
    "pace": (np.float64, 1000), "challenge": (np.int64, -1), "entry": (np.int8, DIRECT), "token": (np.int64, 0),
    "parent": (np.int64, 0), "depth": (np.int16, 0), "reshared": (np.int8, 0), "returning": (np.int8, 0),
    "kiosk": (np.int16, 0), "conversion": (np.float64, 1), "one_address": (np.bool_, 0),
    "stratum": (np.int8, 0), "attack": (np.int8, 0), "kind": (np.int8, 0),
}  # fmt: skip
"""Units: ``at`` ms since 1970, ages and dwell s, ``pace`` ms this device needs for the ordinary challenge, ``challenge``
ms (-1: none), ``touches`` -1: not told, ``token``/``parent``/``kiosk`` 0: none, ``conversion`` the chance that a visit
like this one ends in a ballot, ``one_address`` true where its neighbours come from the same address."""


def blank(n: int, **values: Any) -> Columns:
    """``n`` rows of defaults, overwritten by ``values`` (scalars or arrays of length n)."""
    table: Columns = {name: np.full(n, fill, dtype) for name, (dtype, fill) in _DEFAULTS.items()}
    table["choices"] = np.zeros((n, MOST_CHOICES), np.int16)
    put(table, **values)
    return table


def put(table: Columns, **values: Any) -> None:
    """Overwrite whole columns; the dtype stays."""
    for name, value in values.items():
        table[name][:] = value


def join(tables: Sequence[Columns]) -> Columns:
    """All rows, in the order given."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def take(table: Columns, rows: Numbers) -> Columns:
    """The rows with these numbers (or where the mask is true)."""
    return {name: column[rows] for name, column in table.items()}


def length(table: Columns) -> int:
    """How many rows."""
    return len(table["at"])
