"""Assessing in tests: a campaign with criteria, judges at their desks, sheets handed in, a certified tally."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.desk import Desk
from tests.stage import Stage
from voting_service.assessment.models import Worksheet
from voting_service.assessment.scoring.handing_in import hand_in, own_sheet, save_draft
from voting_service.assessment.scoring.rounds import close_round
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.tally.certification.models import CERTIFIED, Certification
from voting_service.tally.count import StandingBallot, count
from voting_service.transparency.entries import canonical_json

CRITERIA: list[dict[str, Any]] = [
    {"key": "deeds", "name": "事迹", "weight": 60, "source": "judges", "highest": 100, "trim": 1},
    {"key": "media", "name": "社会反响", "weight": 10, "source": "figure", "normalisation": "rank_points"},
    {"key": "votes", "name": "网络投票", "weight": 30, "source": "votes", "normalisation": "share_of_top"},
]
ONLY_JUDGES: list[dict[str, Any]] = [
    {"key": "deeds", "name": "事迹", "weight": 100, "source": "judges", "highest": 100}
]


def assess_by(
    stage: Stage, criteria: list[dict[str, Any]] = CRITERIA, *, slug: str = "test", **more: Any
) -> None:
    """Give a campaign its criteria, seats and whatever else ``[assessment]`` may say."""
    with stage.service.database.write() as session:
        campaign = campaign_by_slug(session, slug)
        plan = {**campaign.plan, "assessment": {"criteria": criteria, "seats": 2, **more}}
        campaign.plan_json = json.dumps(plan, ensure_ascii=False)


def score(stage: Stage, judge: Desk, scores: Mapping[int, Mapping[str, Any]], *, slug: str = "test") -> None:
    """Keep these points as a draft."""
    now = stage.service.clock.now()
    for number, row in scores.items():
        with stage.service.database.write() as session:
            typed = {key: str(points) for key, points in row.items()}
            save_draft(session, slug, number, typed, at=now, official=judge.official)


def handed_in(stage: Stage, judge: Desk, *deeds: Any, slug: str = "test") -> None:
    """Score candidates 1, 2, 3 … for their deeds, and hand in."""
    score(stage, judge, {number: {"deeds": points} for number, points in enumerate(deeds, 1)}, slug=slug)
    with stage.service.database.write() as session:
        seen = own_sheet(session, slug, judge.official).sha256
        hand_in(session, slug, seen=seen, at=stage.service.clock.now(), official=judge.official)


def closed(stage: Stage, operator: Desk, reason: str = "", *, slug: str = "test") -> None:
    """End the scoring."""
    with stage.service.database.write() as session:
        close_round(session, slug, reason, at=stage.service.clock.now(), official=operator.official)


def certify(
    stage: Stage, official: Desk, votes: Mapping[int, int], held: Mapping[int, int], *, slug: str = "test"
) -> None:
    """A certified tally as its row has it: so many counted and held ballots for each. How the committee certifies is shown
    where that is tested."""
    service, now = stage.service, stage.service.clock.now()
    ballots = [
        StandingBallot(now, (number,), "browser", standing)
        for standing, of in (("counted", votes), ("held", held))
        for number, how_many in of.items()
        for _one in range(how_many)
    ]
    with service.database.write() as session:
        campaign = campaign_by_slug(session, slug)
        document = canonical_json(count(ballots, [*votes], campaign.rules.zone).to_json())
        session.add(
            Certification(
                campaign_id=campaign.id, number=1, state=CERTIFIED, log_size=5, checkpoint="note", decisions=0,
                document=document, sha256="ab" * 32, held=sum(held.values()), held_acknowledged=True, members=3, needed=2,
                present_rule="2/3", proposed_by=official.official.id, proposed_at=now, certified_at=now, leaf_index=5,
            )
        )  # fmt: skip


def worksheets(stage: Stage) -> list[Worksheet]:
    """Every row, in order."""
    with stage.service.database.read() as session:
        return list(session.query(Worksheet).order_by(Worksheet.id))
