"""The overview for supervisors on the desk's first page: for each notice in its window, how many objections came in, how many are
still to be handled, how many are late, and by when the next is due. Numbers and days alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.accounts.desk_home import DeskLine, DeskSection, MakeSection
from voting_service.accounts.officials import ActingOfficial
from voting_service.campaigns.models import Campaign
from voting_service.names import in_title_marks
from voting_service.text import _
from voting_service.workdays import Calendar
from voting_service.workdays.override_file import CalendarUnreadable
from voting_service.workdays.wording import spoken_date

from ..notices.models import PUBLISHED, Notice
from .listing import Listed, dockets_of
from .overdue import Today


def overview_section(zone: ZoneInfo, calendar: Callable[[], Calendar]) -> MakeSection:
    """The section for one official; none for whoever supervises no campaign that has a notice."""

    def make(session: Session, official: ActingOfficial, now: datetime) -> DeskSection | None:
        running = session.execute(
            select(Campaign.slug, Notice.number, Notice.title)
            .join(Campaign, Notice.campaign_id == Campaign.id)
            .where(Notice.state == PUBLISHED)
            .order_by(Notice.id)
        ).all()
        supervised = [row for row in running if official.may(row.slug, "supervisor")]
        if not supervised:
            return None
        try:
            known = dockets_of(session, official, Today(now, zone, calendar()))
        except CalendarUnreadable:
            return None  # the section of dockets says so
        lines = [
            _line(row.slug, row.number, row.title,
                  [one for one in known if (one.slug, one.notice_number) == (row.slug, row.number)])
            for row in supervised
        ]  # fmt: skip
        return DeskSection(_("异议办理概况"), tuple(lines))

    return make


def _line(slug: str, number: int, title: str, dockets: list[Listed]) -> DeskLine:
    pending = [one for one in dockets if one.pending]
    late = sum(one.late for one in dockets)
    text = _("《%(title)s》：收到 %(received)s 件，在办 %(pending)s 件，逾期 %(late)s 件",
             title=in_title_marks(title), received=len(dockets), pending=len(pending), late=late)  # fmt: skip
    if pending:
        due = min(one.due for one in pending)
        text = _("%(text)s；最近的期限 %(day)s", text=text, day=spoken_date(due))
    return DeskLine(text, f"/desk/dockets?view=all&notice={slug}/{number}", late > 0)
