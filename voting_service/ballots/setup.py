"""Everything between a draft and its opening, as the set-up page shows it: what is wrong and where it is mended, what is
better known before, and which steps are done."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from ..accounts.desk_home import DeskLine, DeskSection, MakeSection
from ..accounts.officials import ActingOfficial
from ..campaigns.creating import WRITERS
from ..campaigns.desk_links import CampaignFact
from ..campaigns.models import DRAFT, Campaign
from ..campaigns.plan_cautions import plan_cautions
from ..campaigns.queries import campaigns_in
from ..campaigns.specimens import looks_unfinished
from ..candidates.departures import roster_sizes, rosters_ahead, standing_roster
from ..candidates.models import Candidate
from ..candidates.profiles.reviewing import has_reviewers, review_cautions
from ..candidates.queries import composition_person, roster
from ..candidates.wordings import inducement_warnings
from ..errors import Problem
from ..text import Text, _
from .opening import problems_before_opening, warnings_before_opening, what_freezes

_NUMBERED = re.compile(r"(\d+) 号")
_EDITED = (
    *(
        "title",
        "description",
        "voting.",
        "campaign.toml title",
        "campaign.toml organiser",
        "campaign.toml description",
    ),
    *("campaign.toml voting.", "campaign.toml publicity.contact"),
)


class Line(NamedTuple):
    """One thing that is wrong or better known, and where it is mended."""

    problem: Problem
    url: str
    label: Text


class Readiness(NamedTuple):
    """A campaign before its opening."""

    problems: tuple[Line, ...]
    """What keeps it from opening."""
    cautions: tuple[Line, ...]
    """What is better known before."""
    unreviewed: int
    reviewed: bool
    """Whether it has reviewers at all."""
    candidates: int
    photos: int
    """How many of them have a photo."""
    seen: str
    """What opening would freeze."""

    @property
    def may_open(self) -> bool:
        """Nothing stands against it."""
        return not self.problems


def readiness(session: Session, campaign: Campaign, now: datetime, identities: Collection[str]) -> Readiness:
    """As it stands at this moment."""
    people = standing_roster(session, campaign.id)
    reviews = review_cautions(session, campaign, people)
    cautions = [
        *cautions_before_opening(campaign, people, now, identities),
        *_photo_cautions(people),
        *reviews,
    ]
    slug = campaign.slug
    return Readiness(
        tuple(_line(slug, one) for one in problems_before_opening(campaign, people, now, identities)),
        tuple(_line(slug, one) for one in cautions),
        len(reviews),
        has_reviewers(session, slug),
        len(people),
        sum(1 for one in people if one.photos),
        what_freezes(campaign, roster(session, campaign.id)),
    )


def cautions_before_opening(
    campaign: Campaign, people: list[Candidate], now: datetime, identities: Collection[str]
) -> list[Problem]:
    """What keeps nobody from opening and is better known before, of rules, plan and wordings; the command line says the same."""
    today = now.astimezone(campaign.rules.zone).date()
    return [
        *warnings_before_opening(campaign.rules, identities),
        *looks_unfinished(campaign.slug, campaign.organiser, campaign.plan),
        *plan_cautions(campaign.rules, campaign.plan, [composition_person(one) for one in people], today),
        *inducement_warnings(campaign.title, campaign.description, people),
    ]


def _photo_cautions(people: list[Candidate]) -> Iterator[Problem]:
    missing = [one for one in people if not one.photos]
    for one in missing:
        yield Problem(f"{one.number} 号 {one.name}", _("没有照片。"))


def _line(slug: str, problem: Problem) -> Line:
    """Where a problem is mended, by what it names."""
    at = f"/desk/campaigns/{slug}"
    if numbered := _NUMBERED.match(problem.where):
        return Line(problem, f"{at}/candidates/{numbered[1]}", _("查看"))
    if problem.where.startswith(_EDITED) and problem.where != "voting.identities":
        return Line(problem, f"{at}/edit", _("去修改"))
    return Line(problem, f"{at}/import", _("改好后重新上传"))


def setup_facts(session: Session, campaign_ids: Collection[int]) -> dict[int, list[CampaignFact]]:
    """How many candidates there are, for the campaigns' pages."""
    return {
        campaign_id: [CampaignFact(_("候选人"), _how_many(*of))]
        for campaign_id, of in roster_sizes(session, campaign_ids).items()
    }


def _how_many(people: int, left: int) -> Text:
    if left:
        return _("%(n)s 名，另有 %(left)s 名已退出", n=people - left, left=left)
    return _("%(n)s 名", n=people)


def drafts_waiting(identities: Collection[str]) -> MakeSection:
    """Drafts to be made ready and opened, for whoever does that. ``identities``: those of this installation."""

    def make(session: Session, official: ActingOfficial, now: datetime) -> DeskSection | None:
        if not official.has(*WRITERS):
            return None
        lines = []
        drafts = [one for one in campaigns_in(session, DRAFT) if official.may(one.slug, *WRITERS)]
        rosters_ahead(session, [one.id for one in drafts])
        for campaign in drafts:
            people = standing_roster(session, campaign.id)
            problems = problems_before_opening(campaign, people, now, identities)
            told = (
                _("%(title)s：开始投票前还有 %(n)s 处问题", title=campaign.title, n=len(problems))
                if problems
                else _("%(title)s：准备好了，可以排期或开始投票", title=campaign.title)
            )
            lines.append(DeskLine(told, f"/desk/campaigns/{campaign.slug}/setup"))
        return DeskSection(_("活动准备"), tuple(lines)) if lines else None

    return make
