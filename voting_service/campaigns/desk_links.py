"""What rooms do with a campaign and know of it, as its page on the desk shows it. Registered in ``wsgi.py``: this room knows
none of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Literal, NamedTuple

from sqlalchemy.orm import Session

from ..accounts.officials import ActingOfficial, Role
from ..text import Text, _
from .models import CLOSED, DRAFT, OPEN, SCHEDULED, Campaign

PHASES = (DRAFT, SCHEDULED, OPEN, CLOSED)

Group = Literal["prepare", "vote", "decide", "publish", "record"]
GROUP_WORDS: Mapping[Group, Text] = {
    "prepare": _("准备"),
    "vote": _("投票和选票"),
    "decide": _("认定和评定"),
    "publish": _("公示和表彰"),
    "record": _("记录和导出"),
}
"""In the order in which the page shows them."""


class CampaignLink(NamedTuple):
    """A room of one campaign."""

    label: Text
    path: str
    """Below the campaign's own: ``board`` leads to ``/desk/campaigns/<slug>/board``; with a slash in front, anywhere."""
    roles: tuple[Role, ...]
    about: Text
    """What one does there, in a few words."""
    phases: tuple[str, ...] = PHASES
    by_unit: bool = False
    """Whether roles for one unit's candidates lead there too."""
    group: Group = "decide"
    """Under which heading it stands."""

    def url(self, slug: str) -> str:
        """Where it leads."""
        return self.path if self.path.startswith("/") else f"/desk/campaigns/{slug}/{self.path}"


class CampaignFact(NamedTuple):
    """One thing that a room knows of a campaign, for its page."""

    label: Text
    value: Text | str


MakeFacts = Callable[[Session, Collection[int]], Mapping[int, Iterable[CampaignFact]]]
"""What is known of each of these campaigns, by id; of whom nothing is known may be left out."""


class CampaignStage(NamedTuple):
    """A stage of a selection after its voting, and for whom it is behind."""

    label: Text
    behind: Callable[[Session, Collection[int]], Collection[int]]
    """Of these campaigns, by id, those for which it is."""
    path: str = ""
    """The room in which it is brought about, as its ``CampaignLink`` has it."""


def room_at(links: Iterable[CampaignLink], slug: str, path: str) -> CampaignLink | None:
    """The room that an address is in, itself or below; None of none."""
    inside = (link for link in links if f"{path}/".startswith(f"{link.url(slug)}/"))
    return max(inside, key=lambda link: len(link.path), default=None)


def grouped(links: Iterable[CampaignLink]) -> list[tuple[Text, list[CampaignLink]]]:
    """By heading; headings with nothing under them are left out."""
    found = [*links]
    by = ((words, [link for link in found if link.group == group]) for group, words in GROUP_WORDS.items())
    return [(words, of_group) for words, of_group in by if of_group]


def links_for(
    links: Iterable[CampaignLink], campaign: Campaign, official: ActingOfficial
) -> list[CampaignLink]:
    """Those that an official may follow in this phase, in the rooms' order."""
    slug = campaign.slug
    return [
        link
        for link in links
        if campaign.phase in link.phases
        and (official.may(slug, *link.roles) or (link.by_unit and official.units(slug, *link.roles)))
    ]
