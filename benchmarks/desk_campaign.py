"""A campaign as the desk's measurements have it: what it declares, and who stands in it."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from tests.assessing import assess_by
from tests.substituting import PUBLICITY
from voting_service.candidates.models import Candidate

from .stand import Stand

CANDIDATES, SEATS = 100, 20
CRITERIA: list[dict[str, Any]] = [
    {"key": "deeds", "name": "事迹", "weight": 60, "source": "judges", "highest": 100, "trim": 1},
    {"key": "media", "name": "社会反响", "weight": 10, "source": "figure", "normalisation": "rank_points"},
    {"key": "votes", "name": "网络投票", "weight": 30, "source": "votes", "normalisation": "share_of_top"},
]
COMPOSITION = [
    {"name": "女职工不少于 40%", "field": "gender", "equals": "女", "min_percent": 40},
    {"name": "一线职工不少于 50%", "field": "front_line", "min_percent": 50},
    {"name": "45 周岁以下不少于 40%", "field": "age", "under": 45, "min_percent": 40},
]


def declare(place: Stand, slug: str) -> None:
    """Give a draft its criteria, seats and rules, and its candidates what those ask of them."""
    assess_by(place.stage, CRITERIA, slug=slug, seats=SEATS, reserve=30)
    with place.service.database.write() as session:
        campaign = place.campaign(session, slug)
        plan = {**campaign.plan, "composition": COMPOSITION, "publicity": PUBLICITY}
        campaign.plan_json = json.dumps(plan, ensure_ascii=False)
        for one in session.scalars(select(Candidate).where(Candidate.campaign_id == campaign.id)):
            one.gender, one.front_line = ("女" if one.number % 3 == 0 else "男"), one.number % 2 == 0
            one.birth_date = f"{1965 + one.number % 35}-05-01"
            one.story = "在车间一线工作多年，带出了一支技术过硬的队伍。" * 40
