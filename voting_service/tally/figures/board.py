"""The board's figures as plain values: the page and its data are made of the same, so that they cannot differ.

Everything is read from what is prepared, by key: nothing here grows with the ballots.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...campaigns.models import Campaign
from ...candidates.departures import CAUSE_WORDS, departures_of
from ...candidates.models import Candidate
from ...clock import from_ms, to_ms
from ...ledger import COUNTED
from ...text import Text, _
from ...transparency.checkpoint import Checkpoint
from ..count import STANDINGS, Tally
from .machinery import Machinery
from .models import MinuteFigures
from .prepared import PreparedTally, prepared_reach, prepared_tally
from .sums import BALLOTS, HELD_AT_GATE, Reach

HOUR_MIN, DAY_MIN, DAY_STEP_MIN = 60, 24 * 60, 10
_MINUTE_MS = 60_000

CHANNEL_WORDS: Mapping[str, Text] = {
    "wechat": _("微信"),
    "browser": _("浏览器"),
    "member": _("会员凭码"),
    "code": _("投票码"),
}
ENTRY_WORDS: Mapping[str, Text] = {
    "menu": _("公众号菜单"),
    "search": _("搜索"),
    "direct": _("直接打开"),
    "share": _("分享链接"),
    "qr": _("扫二维码"),
    "": _("没有记录"),
}
NO_PROVINCE = _("不明")


def board_figures(
    session: Session, campaign: Campaign, machinery: Machinery, now: datetime
) -> dict[str, Any] | None:
    """Everything that the board shows; None before the first figures are prepared. Texts are ``Text``."""
    prepared, reach = prepared_tally(session, campaign.id), prepared_reach(session, campaign.id)
    if prepared is None or reach is None:
        return None
    zone = campaign.rules.zone
    return {
        "as_of": _as_of(prepared, zone),
        "ballots": _ballots(prepared.tally),
        "rates": _rates(reach),
        "machinery": _machinery(machinery),
        "tables": {
            "candidates": _candidates(session, campaign.id, prepared.tally),
            "days": _rows(prepared.tally.by_day, {}),
            "channels": _rows(prepared.tally.by_channel, CHANNEL_WORDS),
            "entries": _came(reach.entries, ENTRY_WORDS),
            "provinces": _came(reach.provinces, {"": NO_PROVINCE}),
        },
        "series": minute_series(session, campaign.id, zone, now),
    }


def _as_of(prepared: PreparedTally, zone: ZoneInfo) -> dict[str, Any]:
    # The note's first three lines are the checkpoint's own text.
    signed = Checkpoint.parse(prepared.checkpoint.partition("\n\n")[0] + "\n")
    return {
        "time": f"{prepared.computed_at.astimezone(zone):%m-%d %H:%M:%S}",
        "ms": to_ms(prepared.computed_at),
        "seq": prepared.seq,
        "log_size": prepared.log_size,
        "root": signed.root_hash.hex()[:16],
    }


def _ballots(tally: Tally) -> dict[str, int]:
    return {
        "all": sum(tally.ballots.values()),
        **{standing: tally.ballots[standing] for standing in STANDINGS},
    }


def _rates(reach: Reach) -> dict[str, Any]:
    return {
        "held": percent(reach.held, reach.ballots),
        "challenged": percent(reach.challenged, reach.ballots),
        "held_ballots": _("%(n)s 张", n=f"{reach.held:,}"),
        "challenged_ballots": _("%(n)s 张", n=f"{reach.challenged:,}"),
    }


def percent(part: int, whole: int) -> str:
    """``3.1%``; a dash of nothing."""
    return f"{100 * part / whole:.1f}%" if whole else "–"


def _machinery(found: Machinery) -> dict[str, Any]:
    return {
        "box": found.box_word, "box_tone": found.box_tone,
        "recorder": found.recorder_word, "recorder_tone": found.recorder_tone,
        "waiting": found.waiting, "oldest_s": found.oldest_s,
        "log": found.log_word, "log_tone": "good" if found.signed_size == found.log_size else "wait",
        "log_size": found.log_size, "signed_size": found.signed_size,
    }  # fmt: skip


def _candidates(session: Session, campaign_id: int, tally: Tally) -> list[dict[str, Any]]:
    """By counted ballots; whoever left stands at the end with the ballots that name them."""
    query = select(Candidate.number, Candidate.name, Candidate.organisation).where(
        Candidate.campaign_id == campaign_id
    )
    known = {number: (name, organisation) for number, name, organisation in session.execute(query)}
    gone = departures_of(session, campaign_id)
    ordered = sorted(
        (number for number in tally.by_candidate if number in known),
        key=lambda number: (number in gone, -tally.by_candidate[number][COUNTED], number),
    )
    most = max((tally.by_candidate[number][COUNTED] for number in ordered), default=0)
    return [
        {
            "key": str(number),
            "label": _("%(number)s 号 %(name)s", number=number, name=known[number][0]),
            "note": CAUSE_WORDS[gone[number]] if number in gone else known[number][1],
            "cells": [tally.by_candidate[number][standing] for standing in STANDINGS],
            "share": _share(tally.by_candidate[number][COUNTED], most),
        }
        for number in ordered
    ]


def _rows(by: Mapping[str, Counter[str]], words: Mapping[str, Text]) -> list[dict[str, Any]]:
    most = max((sum(counter.values()) for counter in by.values()), default=0)
    return [
        {
            "key": key,
            "label": words.get(key, key),
            "cells": [counter[standing] for standing in STANDINGS],
            "share": _share(sum(counter.values()), most),
        }
        for key, counter in sorted(by.items())
    ]


def _came(by: Mapping[str, Counter[str]], words: Mapping[str, Text]) -> list[dict[str, Any]]:
    """The most first, what is not known last."""
    most = max((counter[BALLOTS] for counter in by.values()), default=0)
    ordered = sorted(by.items(), key=lambda item: (item[0] == "", -item[1][BALLOTS], item[0]))
    return [
        {
            "key": key,
            "label": words.get(key, key),
            "cells": [
                counter[BALLOTS],
                counter[HELD_AT_GATE],
                percent(counter[HELD_AT_GATE], counter[BALLOTS]),
            ],
            "share": _share(counter[BALLOTS], most),
        }
        for key, counter in ordered
    ]


def _share(part: int, most: int) -> float:
    return round(100 * part / most, 1) if most else 0.0


def minute_series(session: Session, campaign_id: int, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """Ballots by the minute of the last hour, and by ten minutes of the last day; the minute under way is left out."""
    end = to_ms(now) // _MINUTE_MS
    # Ten minutes begin where the clock shows them, so that a bar's figure stays what it was.
    first_of_day = (end - DAY_MIN) // DAY_STEP_MIN * DAY_STEP_MIN
    rows = session.execute(
        select(
            MinuteFigures.minute, MinuteFigures.ballots, MinuteFigures.held, MinuteFigures.challenged
        ).where(
            MinuteFigures.campaign_id == campaign_id,
            MinuteFigures.minute >= first_of_day,
            MinuteFigures.minute < end,
        )
    )
    by_minute = {minute: figures for minute, *figures in rows}
    return {
        "hour": _series(by_minute, range(end - HOUR_MIN, end), 1, zone),
        "day": _series(by_minute, range(first_of_day, end, DAY_STEP_MIN), DAY_STEP_MIN, zone),
    }


def _series(
    by_minute: Mapping[int, list[int]], starts: Iterable[int], step: int, zone: ZoneInfo
) -> dict[str, Any]:
    labels, sums = [], []
    for start in starts:
        labels.append(f"{from_ms(start * _MINUTE_MS).astimezone(zone):%H:%M}")
        within = [by_minute[minute] for minute in range(start, start + step) if minute in by_minute]
        sums.append([sum(column) for column in zip(*within, strict=True)] or [0, 0, 0])
    ballots, held, challenged = ([row[i] for row in sums] for i in range(3))
    return {"labels": labels, "ballots": ballots, "held": held, "challenged": challenged, "all": sum(ballots)}


def day_hours(series: Mapping[str, Any]) -> list[tuple[str, int, int, int]]:
    """The last day hour by hour, for readers of tables: label, ballots, held, challenged."""
    found: list[tuple[str, list[int]]] = []
    for label, *figures in zip(
        *(series[k] for k in ("labels", "ballots", "held", "challenged")), strict=True
    ):
        hour = f"{label[:2]}:00"
        # The day's first and last hour may bear the same name.
        if not found or found[-1][0] != hour:
            found.append((hour, [0, 0, 0]))
        for index, figure in enumerate(figures):
            found[-1][1][index] += figure
    return [(hour, *sums) for hour, sums in found]  # type: ignore[misc]
