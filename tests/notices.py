"""Notices in tests: drafted and published as the desk does it, at a moment of the test's choosing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from publicity.notices.drafting import (
    NoticeText,
    Office,
    default_text,
    default_title,
    draft_notice,
    people_of,
)
from publicity.notices.models import Notice
from publicity.notices.publishing import publish
from publicity.notices.queries import notice_by_number
from tests.stage import Stage
from voting_service.accounts.officials import ActingOfficial
from voting_service.campaigns.models import Campaign
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.workdays import Arrangement, Calendar, Overrides, SpecialDay

BEIJING = ZoneInfo("Asia/Shanghai")
OFFICE = Office(
    "宣传教育部",
    accepts="事迹和资格",
    name="李工",
    phone="0000-1234567",
    address="云川市晨光路 1 号",
    postcode="010000",
)
# Not as the State Council has it, which nobody knows yet; enough to make the year known.
CALENDAR_2027 = Calendar(
    Overrides.of(
        [
            Arrangement(
                2027,
                "for tests",
                tuple(
                    SpecialDay(date(2027, *day), works, name, "for tests")
                    for day, works, name in (
                        ((1, 1), False, "元旦"), ((1, 4), False, "元旦"), ((1, 9), True, "元旦"),
                        ((5, 1), False, "劳动节"), ((10, 1), False, "国庆节"),
                    )
                ),
            )
        ]
    )
)  # fmt: skip


def beijing(year: int, month: int, day: int, hour: int = 8, minute: int = 30) -> datetime:
    """A moment on the wall clock there."""
    return datetime(year, month, day, hour, minute, tzinfo=BEIJING)


def plan_with(stage: Stage, slug: str = "test", **publicity: Any) -> None:
    """Give a campaign these publicity terms."""
    with stage.service.database.write() as session:
        campaign = campaign_by_slug(session, slug)
        campaign.plan_json = json.dumps({**campaign.plan, "publicity": publicity}, ensure_ascii=False)


def text_for(
    session: Any, campaign: Campaign, numbers: Sequence[int], reserve: Sequence[int] = ()
) -> NoticeText:
    """The official wording with one office."""
    text = default_text(campaign, people_of(session, campaign, numbers), level="city", reserve=reserve)
    return (
        text
        if text.offices
        else NoticeText(text.lead, text.people, (OFFICE,), text.closing, (), text.reserve)
    )


def draft(
    stage: Stage, official: ActingOfficial, numbers: Sequence[int] = (1, 2, 3), *, slug: str = "test",
    reserve: Sequence[int] = (), at: datetime | None = None, level: str = "city",
) -> Notice:  # fmt: skip
    """A draft on these candidates."""
    with stage.service.database.write() as session:
        campaign = campaign_by_slug(session, slug)
        text = text_for(session, campaign, numbers, reserve)
        return draft_notice(
            session, slug, text, title=default_title(campaign, level), level=level,
            at=at or stage.service.clock.now(), official=official,
        )  # fmt: skip


def published(
    stage: Stage, official: ActingOfficial, numbers: Sequence[int] = (1, 2, 3), *, slug: str = "test",
    at: datetime | None = None, calendar: Calendar | None = None, reserve: Sequence[int] = (), level: str = "city",
) -> Notice:  # fmt: skip
    """A notice that is published at a moment."""
    at = at or stage.service.clock.now()
    number = draft(stage, official, numbers, slug=slug, reserve=reserve, at=at, level=level).number
    with stage.service.database.write() as session:
        notice = notice_by_number(session, slug, number, drafts=True, lock=True)
        publish(
            session, notice, calendar=calendar or Calendar(), zone=BEIJING,
            workday_starts=stage.service.settings.workday_start, at=at, official=official,
        )  # fmt: skip
        return notice
