"""What feeds tell of notices: each of their public steps."""

from __future__ import annotations

from sqlalchemy.orm import Session

from voting_service.campaigns.models import Campaign
from voting_service.media.descriptions.happenings import Happening
from voting_service.text import Text, _
from voting_service.workdays.wording import spoken_date

from .events import EXTENDED, NOTICE_CLOSED, PUBLISHED
from .models import Notice, NoticeEvent
from .queries import notices_of
from .words import ACT_WORDS, OUTCOME_WORDS


def notice_happenings(session: Session, campaign: Campaign) -> list[Happening]:
    """Every public step of a campaign's notices. No one on their lists is named."""
    return [
        Happening(
            event.log_name,
            event.at,
            event.at,
            _title(notice, event),
            f"/c/{campaign.slug}/notices/{notice.number}",
            _summary(notice, event),
        )
        for notice in notices_of(session, campaign.id)
        for event in notice.events
    ]


def _title(notice: Notice, event: NoticeEvent) -> Text:
    if event.act == PUBLISHED:
        return _("公示公告：%(title)s", title=notice.title)
    return _("%(act)s：%(title)s", act=ACT_WORDS[event.act], title=notice.title)


def _summary(notice: Notice, event: NoticeEvent) -> Text:
    if event.act == NOTICE_CLOSED and notice.outcome is not None:
        return _("%(outcome)s。", outcome=OUTCOME_WORDS[notice.outcome])
    if event.act == EXTENDED:
        return _("理由：%(reason)s", reason=event.reason)
    # As the dates stand now: later steps have entries of their own, and this one's text is that of the page.
    assert notice.first_day is not None
    assert notice.last_day is not None
    return _(
        "公示期%(first)s至%(last)s。", first=spoken_date(notice.first_day), last=spoken_date(notice.last_day)
    )
