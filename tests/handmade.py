"""Ballots made by hand for tests of the scan: ordinary people, and crowds and machines as changes to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from anti_fraud.scan import Ballots, ballots_of

Row = dict[str, Any]
NOON = 1_777_608_000.0  # 2026-05-01 12:00 in Beijing

PHONES = [f"V{2000 + number}A" for number in range(40)]


def wechat(model: str, version: int = 49) -> str:
    """What WeChat on such a phone sends."""
    return (
        f"Mozilla/5.0 (Linux; Android 13; {model} Build/TP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
        f"Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 "
        f"MicroMessenger/8.0.{version}.2600(0x280{0:01x}{version:02x}00) WeChat/arm64 Weixin NetType/WIFI"
    )


def people(count: int, seed: int = 1, **change: Any) -> list[Row]:
    """Ballots of ordinary people over five days; ``change`` sets cells, by a value or a function of (draw, number).

    Of a thousand, eight touch nothing (they use a keyboard or a reader); work takes about a second.
    """
    draw = np.random.default_rng(seed)
    return [_row(draw, f"{seed}-{number}", number, change) for number in range(count)]


def _row(draw: np.random.Generator, name: str, number: int, change: dict[str, Any]) -> Row:
    version = int(draw.integers(38, 50))
    row: Row = {
        "ballot_id": name,
        "cast_at": NOON + float(draw.integers(0, 5)) * 86400 + float(draw.normal(0, 9000)),
        "choices": ";".join(map(str, sorted(draw.choice(np.arange(1, 13), 2, replace=False)))),
        "channel": "wechat",
        "ip": f"10.{draw.integers(0, 60)}.{draw.integers(0, 256)}.{draw.integers(0, 256)}",
        "asn": "4134",
        "network_type": "broadband",
        "province": "内蒙古",
        "user_agent": wechat(str(draw.choice(PHONES)), version),
        "os": "android",
        "wechat_version": f"8.0.{version}",
        "cookie_age_s": float(draw.exponential(60)),
        "dwell_s": round(float(np.exp(draw.normal(np.log(18), 0.6))), 3),
        "touches": 0 if draw.random() < 0.008 else 1 + int(draw.poisson(3)),
        "challenge_ms": round(float(np.exp(draw.normal(np.log(1000), 0.4)))),
        "entry": str(draw.choice(["menu", "search", "share", "qr", "direct"], p=[0.2, 0.1, 0.4, 0.2, 0.1])),
        "reshared": int(draw.random() < 0.1),
        "returning": int(draw.random() < 0.3),
    }
    row["share_token"] = f"s{draw.integers(0, 300)}" if row["entry"] == "share" else ""
    for cell, value in change.items():
        row[cell] = value(draw, number) if callable(value) else value
    return row


def within(seconds: float, start: float = NOON) -> Callable[[np.random.Generator, int], float]:
    """All in so many seconds, at no regular distance."""
    return lambda draw, number: round(start + float(draw.random()) * seconds, 3)


def about(median: float, spread: float) -> Callable[[np.random.Generator, int], float]:
    """Lognormal numbers."""
    return lambda draw, number: round(float(np.exp(draw.normal(np.log(median), spread))), 3)


FACTORY_ADDRESS = "202.99.1.7"


def lunch_break(count: int, seed: int = 2, **change: Any) -> list[Row]:
    """A factory behind one address that follows an instruction in half an hour: quick, and all for one candidate."""
    crowd: Row = {
        "ip": FACTORY_ADDRESS,
        "choices": "7",
        "cast_at": within(1800),
        "dwell_s": about(2.6, 0.25),
        "entry": "qr",
        "share_token": "",
    }
    return people(count, seed, **crowd | change)


def script(count: int, seed: int = 3, **change: Any) -> list[Row]:
    """A program in a data centre: no touch, no time on the page, work solved by a server."""
    machine: Row = {
        "ip": lambda draw, number: f"120.55.{number % 7}.{number % 50}",
        "asn": "37963",
        "network_type": "hosting",
        "choices": "9",
        "dwell_s": about(0.7, 0.4),
        "touches": 0,
        "challenge_ms": about(80, 0.25),
        "entry": "direct",
        "share_token": "",
        "returning": 0,
        "reshared": 0,
    }
    return people(count, seed, **machine | change)


def ballots(*crowds: list[Row]) -> Ballots:
    """All of them as columns, in order of time as the ledger has them."""
    rows = [row for crowd in crowds for row in crowd]
    return ballots_of(sorted(rows, key=lambda row: float(row["cast_at"])))
