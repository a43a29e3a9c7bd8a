"""What a final list is drawn up from: the latest closed worksheet, who is still a candidate, seats, rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...campaigns.composition import CompositionRule, RuleState, rules_of, state_of
from ...campaigns.models import Campaign
from ...candidates.departures import departures_of
from ...candidates.models import Candidate
from ...candidates.queries import composition_person, roster
from ...errors import Problem
from ...tally.certification.queries import CertifiedTally, certified_tally
from ...text import Text, _
from ...two_people import CONFIRMED
from ..models import Recusal
from ..scheme import scheme_of
from ..scoring.queries import round_row
from ..selection import Contender
from ..standings import Assessment, latest_assessment
from ..worksheet.closing import latest_closed


@dataclass(frozen=True)
class Basis:
    """All that the list follows from, and what is missing of it."""

    campaign: Campaign
    assessment: Assessment | None
    certification: CertifiedTally | None
    candidates: Mapping[int, Candidate]
    contenders: tuple[Contender, ...]
    """The worksheet's ranking, without those who have left since; places stay as they were."""
    left: tuple[int, ...]
    """Who was ranked and is no candidate any more."""
    seats: int
    reserve: int | None
    """How long the reserve list is; None: everyone else."""
    rules: tuple[CompositionRule, ...]
    problems: tuple[Problem, ...]
    """Why no list can be drawn up yet."""

    def called(self, number: int) -> Text:
        """``7 号 张三``."""
        return _("%(number)s 号 %(name)s", number=number, name=self.candidates[number].name)

    def states(self, numbers: Sequence[int]) -> tuple[RuleState, ...]:
        """How these would stand by every rule."""
        people = [composition_person(self.candidates[number]) for number in numbers]
        return tuple(state_of(rule, people) for rule in self.rules)

    @property
    def categories(self) -> dict[str, str]:
        """Key → name."""
        return {category.key: category.name for category in self.campaign.categories}


def basis_of(session: Session, campaign: Campaign, *, at: datetime) -> Basis:
    """As it is now. ``at`` is the day for ages where a rule names none."""
    declared = campaign.plan.get("assessment", {})
    assessment = latest_assessment(session, campaign.id)
    candidates = {one.number: one for one in roster(session, campaign.id)}
    gone = departures_of(session, campaign.id)
    ranked = assessment.ranked if assessment else ()
    contenders = tuple(
        Contender(one.number, one.place, one.composite, composition_person(candidates[one.number]))
        for one in ranked
        if one.number not in gone
    )
    seats = declared.get("seats", 0)
    return Basis(
        campaign=campaign,
        assessment=assessment,
        certification=certified_tally(session, campaign.id),
        candidates=candidates,
        contenders=contenders,
        left=tuple(one.number for one in ranked if one.number in gone),
        seats=min(seats, len(contenders)),
        reserve=declared.get("reserve"),
        rules=rules_of(campaign.plan, today=at.astimezone(campaign.rules.zone).date()),
        problems=(*_problems(assessment, contenders, seats), *unsettled_scores(session, campaign)),
    )


def unsettled_scores(session: Session, campaign: Campaign) -> list[Problem]:
    """Why the scores of the latest closed worksheet stand no more: two people have given a sheet back, or had a judge stand
    aside, since. The worksheet stays as it was; a list is not drawn up from it."""
    sheet = latest_closed(session, campaign.id)
    if sheet is None or sheet.confirmed_at is None or not scheme_of(campaign.plan).by("judges"):
        return []
    remedy = _("请重新定稿测算表。")
    scoring = round_row(session, campaign.id)
    if scoring is None or scoring.closed_at is None:
        return [Problem("", _("有评分表已退回，打分还没有结束。"), remedy)]
    later = select(Recusal.id).where(
        Recusal.campaign_id == campaign.id,
        Recusal.state == CONFIRMED,
        Recusal.confirmed_at > sheet.confirmed_at,
    )
    if scoring.closed_at > sheet.confirmed_at:
        return [Problem("", _("测算表定稿以后又重新打过分。"), remedy)]
    if session.scalar(later.limit(1)) is not None:
        return [Problem("", _("测算表定稿以后又有评委回避，得分已有变化。"), remedy)]
    return []


def _problems(assessment: Assessment | None, contenders: Sequence[Contender], seats: int) -> list[Problem]:
    problems = []
    if assessment is None:
        problems.append(Problem("", _("测算表还没有定稿，没有名次可依。"), _("请先在“测算表”里定稿。")))
    elif not contenders:
        problems.append(Problem("", _("测算表上已没有候选人。")))
    if not seats:
        problems.append(
            Problem("", _("活动声明里没有写名额。"), _("请在 campaign.toml 的 [assessment] 写明 seats。"))
        )
    return problems
