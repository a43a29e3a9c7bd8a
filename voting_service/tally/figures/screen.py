"""What the screen in the hall shows, as plain values: no more than the campaign's own rule lets the public see.

Counts that are hidden do not leave the server: the screen's data has none, whoever is signed in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...campaigns.models import CLOSED, Campaign, Category
from ...candidates.departures import departures_of
from ...candidates.models import Candidate
from ...text import Text, _
from ..count import Tally
from ..decisions.rules import ranks
from .board import minute_series
from .prepared import prepared_tally

MOST_SHOWN = 8


class Shown(NamedTuple):
    """Counts that the public may see; None where there are none."""

    counts: Mapping[int, int] | None
    note: Text


def public_counts(phase: str, mode: str, at: str, published: Mapping[str, Any] | None, tally: Tally) -> Shown:
    """By the campaign's rule about showing counts; the same as on its public pages. ``at``: when daily counts are
    published, ``18:00``."""
    if published is not None:
        counts = {int(number): count for number, count in published["counts"].items()}
        if published["final"]:
            return Shown(counts, _("计票已完成，以认定结果为准。"))
        return Shown(counts, _("候选人票数每天 %(at)s 更新一次。", at=at))
    if phase == CLOSED:
        return Shown(None, _("正在计票，稍后公布。"))
    if mode == "live":
        return Shown(tally.counted(), _("实时票数仅供参考，以认定结果为准。"))
    if mode == "daily":
        return Shown(None, _("候选人票数每天 %(at)s 公布。", at=at))
    return Shown(None, _("投票结束前不公布候选人票数。"))


def screen_figures(session: Session, campaign: Campaign, now: datetime) -> dict[str, Any] | None:
    """Everything that the screen shows; None before the first figures are prepared. Texts are ``Text``."""
    prepared = prepared_tally(session, campaign.id)
    if prepared is None:
        return None
    rules = campaign.rules
    shown = public_counts(
        campaign.phase, rules.counts_mode, rules.counts.partition(" ")[2],
        json.loads(campaign.counts_json) if campaign.counts_json else None, prepared.tally,
    )  # fmt: skip
    hour = minute_series(session, campaign.id, rules.zone, now)["hour"]
    return {
        "time": f"{prepared.computed_at.astimezone(rules.zone):%H:%M:%S}",
        "ballots": sum(prepared.tally.ballots.values()),
        "state": rules.state_at(now) if campaign.phase != CLOSED else "closed",
        "last_hour": hour["all"],
        "hour": {"labels": hour["labels"], "ballots": hour["ballots"]},
        "note": shown.note,
        "groups": [] if shown.counts is None else _groups(session, campaign.id, shown.counts),
    }


def _groups(session: Session, campaign_id: int, counts: Mapping[int, int]) -> list[dict[str, Any]]:
    """The first of each category; of all, where there are no categories."""
    gone = departures_of(session, campaign_id)
    people = session.execute(
        select(Candidate.number, Candidate.name, Candidate.organisation, Category.name)
        .outerjoin(Category, Category.id == Candidate.category_id)
        .where(Candidate.campaign_id == campaign_id)
        .order_by(Category.position, Candidate.number)
    ).all()
    groups: dict[str, list[tuple[int, str, str]]] = {}
    for number, name, organisation, category in people:
        if number in counts and number not in gone:
            groups.setdefault(category or "", []).append((number, name, organisation))
    return [{"name": name, "rows": _first(members, counts)} for name, members in groups.items()]


def _first(members: list[tuple[int, str, str]], counts: Mapping[int, int]) -> list[dict[str, Any]]:
    places = ranks({number: counts[number] for number, *_rest in members})
    most = max(counts[number] for number, *_rest in members)
    ordered = sorted(members, key=lambda member: (-counts[member[0]], member[0]))[:MOST_SHOWN]
    return [
        {
            "rank": places[number],
            "number": number,
            "name": name,
            "organisation": organisation,
            "count": counts[number],
            "share": round(100 * counts[number] / most, 1) if most else 0.0,
        }
        for number, name, organisation in ordered
    ]
