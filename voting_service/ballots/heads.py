"""What the voters' pages say of themselves to programs. Pure but for the reader's language.

Of a candidate only what their page shows: ``CandidateView`` holds nothing else. Whoever has left is described to nobody.
"""

from __future__ import annotations

from typing import Any

from ..candidates.showcase import CandidateView, PictureView
from ..text import _
from ..web.heads import Head, drawn_picture, without_nothing
from ..web.language import say
from .campaign_view import CampaignView

SCHEMA = "https://schema.org"


def campaign_head(base_url: str, view: CampaignView) -> Head:
    """The campaign page's: an event, with its times."""
    return Head(
        base_url,
        view.url,
        say(_("%(title)s｜候选人展示与投票", title=view.title)),
        view.summary,
        picture=drawn_picture(base_url, view.url, view.title, view.version),
        photo=_address(base_url, view.cover),
        data=event_node(base_url, view),
        embeds=True,
        feed=view.feed_url,
    )


def candidate_head(base_url: str, view: CampaignView, person: CandidateView) -> Head:
    """A candidate page's: a person."""
    title = say(
        _("%(number)s 号 %(name)s｜%(title)s", number=person.number, name=person.name, title=view.title)
    )
    stands = person.departed is None
    return Head(
        base_url,
        person.url,
        title,
        say(person.departed_word) if person.departed_word else person.summary or person.story_text,
        kind="profile",
        picture=drawn_picture(base_url, person.url, title, view.version) if stands else None,
        photo=_address(base_url, (person.photo if stands else None) or view.cover),
        data=person_node(base_url, person) if stands else None,
        embeds=stands,
        feed=view.feed_url,
        indexed=stands,
    )


def page_head(base_url: str, view: CampaignView, path: str, title: str, description: str = "") -> Head:
    """The head of any other page of a campaign."""
    return Head(
        base_url,
        path,
        title,
        description or view.summary,
        picture=drawn_picture(base_url, view.url, view.title, view.version),
        photo=_address(base_url, view.cover),
        feed=view.feed_url,
    )


def event_node(base_url: str, view: CampaignView) -> dict[str, Any]:
    """The campaign as schema.org's ``Event``: on the network, free, from the first to the last moment of voting."""
    zone = view.rules.zone
    return without_nothing(
        {
            "@context": SCHEMA,
            "@type": "Event",
            "@id": base_url + view.url,
            "name": view.title,
            "description": view.summary,
            "url": base_url + view.url,
            "startDate": view.opens_at.astimezone(zone).isoformat(timespec="seconds"),
            "endDate": view.closes_at.astimezone(zone).isoformat(timespec="seconds"),
            "eventStatus": f"{SCHEMA}/EventScheduled",
            "eventAttendanceMode": f"{SCHEMA}/OnlineEventAttendanceMode",
            "location": {"@type": "VirtualLocation", "url": base_url + view.url},
            "organizer": {"@type": "Organization", "name": view.organiser},
            "image": _address(base_url, view.cover),
            "inLanguage": "zh-CN",
            "isAccessibleForFree": True,
        }
    )


def person_node(base_url: str, person: CandidateView) -> dict[str, Any]:
    """A candidate as schema.org's ``Person``."""
    return without_nothing(
        {
            "@context": SCHEMA,
            "@type": "Person",
            "@id": base_url + person.url,
            "name": person.name,
            "jobTitle": person.title,
            "worksFor": {"@type": "Organization", "name": person.organisation},
            "description": person.summary or person.story_text,
            "image": _address(base_url, person.photo),
            "url": base_url + person.url,
        }
    )


def _address(base_url: str, picture: PictureView | None) -> str | None:
    return base_url + picture.src if picture else None
