"""What a notice's page says of itself to programs. Pure: plain values of what the board knows."""

from __future__ import annotations

from collections.abc import Callable

from voting_service.text import Text, _
from voting_service.web.heads import Head, HeadPicture, drawn_picture, without_nothing
from voting_service.workdays.wording import spoken_date

from .board import CampaignNotices, PublicNotice


def list_head(base_url: str, campaign: CampaignNotices, title: str) -> Head:
    """The list's."""
    return Head(
        base_url,
        campaign.notices_url,
        title,
        campaign.title,
        picture=_picture(base_url, campaign),
        feed=_feed(campaign),
    )


def notice_head(
    base_url: str, campaign: CampaignNotices, notice: PublicNotice, say: Callable[[Text], str]
) -> Head:
    """One notice's: an article, dated by its steps. Nobody is named here, neither on its list nor off it: what a notice says
    of a person is for those who open it."""
    description = say(
        _(
            "%(organiser)s发布，公示期%(first)s至%(last)s，接受社会监督。",
            organiser=campaign.organiser,
            first=spoken_date(notice.first_day),
            last=spoken_date(notice.last_day),
        )
    )
    organisation = {"@type": "Organization", "name": campaign.organiser}
    return Head(
        base_url,
        notice.url,
        notice.title,
        description,
        kind="article",
        picture=_picture(base_url, campaign),
        data=without_nothing(
            {
                "@context": "https://schema.org",
                "@type": "Article",
                "@id": base_url + notice.url,
                "headline": notice.title,
                "description": description,
                "datePublished": _dated(notice, 0),
                "dateModified": _dated(notice, -1),
                "author": organisation,
                "publisher": organisation,
                "inLanguage": "zh-CN",
                "url": base_url + notice.url,
            }
        ),
        feed=_feed(campaign),
    )


def _dated(notice: PublicNotice, step: int) -> str:
    return notice.steps[step].at.astimezone(notice.zone).isoformat(timespec="seconds")


def _picture(base_url: str, campaign: CampaignNotices) -> HeadPicture | None:
    return drawn_picture(base_url, campaign.url, campaign.title) if campaign.public else None


def _feed(campaign: CampaignNotices) -> str | None:
    return f"{campaign.url}/feed.atom" if campaign.public else None
