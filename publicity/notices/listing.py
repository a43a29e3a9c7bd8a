"""What the desk lists: notices of the campaigns in which an official has a role, and what waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from voting_service.accounts.desk_home import DeskLine, DeskSection
from voting_service.accounts.officials import ActingOfficial, Role
from voting_service.campaigns.models import Campaign
from voting_service.text import _

from .models import DRAFT, PUBLISHED, Notice
from .rules import standing
from .words import LEVEL_WORDS, STANDING_TONES, standing_text

LOOKERS: tuple[Role, ...] = ("operator", "committee", "supervisor")
"""Who may look at notices on the desk; an operator alone writes them."""


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    notice: Notice
    slug: str
    campaign_title: str
    words: object
    tone: str
    level: object

    @property
    def url(self) -> str:
        """Its page on the desk."""
        return f"/desk/notices/{self.slug}/{self.notice.number}"


def notices_for(session: Session, official: ActingOfficial, now: datetime, zone: ZoneInfo) -> list[Row]:
    """All notices that an official may look at, drafts too, the latest first."""
    query = (
        select(Notice, Campaign.slug, Campaign.title)
        .join(Campaign, Campaign.id == Notice.campaign_id)
        .order_by(Notice.id.desc())
        .options(selectinload(Notice.events))
    )
    return [
        row_of(notice, slug, title, now, zone)
        for notice, slug, title in session.execute(query)
        if official.may(slug, *LOOKERS)
    ]


def row_of(notice: Notice, slug: str, title: str, now: datetime, zone: ZoneInfo) -> Row:
    """A notice as the desk shows it."""
    extended = any(event.act == "extended" for event in notice.events)
    stands = standing(notice, now, zone, extended=extended)
    return Row(
        notice,
        slug,
        title,
        standing_text(stands, notice.first_day),
        STANDING_TONES[stands],
        LEVEL_WORDS[notice.level],
    )


def campaigns_to_draft_for(session: Session, official: ActingOfficial) -> list[tuple[str, str]]:
    """Slug and title of the campaigns in which an official may draft, the latest first."""
    rows = session.execute(select(Campaign.slug, Campaign.title).order_by(Campaign.id.desc()))
    return [(slug, title) for slug, title in rows if official.may(slug, "operator")]


def notices_waiting(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """For the desk's first page: drafts, and dates that are provisional. Windows that have run out wait in ``outcome``."""
    rows = session.execute(
        select(Notice, Campaign.slug).join(Campaign, Campaign.id == Notice.campaign_id)
        .where(Notice.state.in_((DRAFT, PUBLISHED))).order_by(Notice.id)
    )  # fmt: skip
    lines = [
        line
        for notice, slug in rows
        if official.may(slug, "operator") and (line := _line(notice, slug)) is not None
    ]
    return DeskSection(_("公示公告"), tuple(lines)) if lines else None


def _line(notice: Notice, slug: str) -> DeskLine | None:
    url = f"/desk/notices/{slug}/{notice.number}"
    if notice.state == DRAFT:
        return DeskLine(_("草稿待发布：%(title)s", title=notice.title), url)
    if notice.provisional:
        return DeskLine(_("日期暂定，待确认：%(title)s", title=notice.title), url)
    return None
